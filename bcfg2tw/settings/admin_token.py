"""The token that who administers the server has to show: `[admin] token`."""

from __future__ import annotations

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings.reading import Settings
from bcfg2tw.settings.secret_sources import read_secret

#: A token that is shorter can be guessed.
TOKEN_LENGTH = 16


def admin_token(settings: Settings) -> str | None:
    """
    Return the token that has to be shown, None where there is none.

    :raises SettingsError: if it cannot be read, or can be guessed
    """
    if settings.admin_token is None:
        return None
    token = read_secret(settings.admin_token, "token", "admin", "token")
    if len(token) < TOKEN_LENGTH:
        raise SettingsError(
            f"{settings.admin_token} gives a token of {len(token)} characters, which can be "
            f"guessed: take {TOKEN_LENGTH} at least, as openssl rand -hex 16 makes",
            "admin",
            "token",
        )
    return token
