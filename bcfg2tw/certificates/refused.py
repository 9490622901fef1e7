"""Files of TLS that cannot be used, in sentences: option, file, reason, remedy, and its line."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from typing import TypeVar

from OpenSSL import SSL, crypto

from bcfg2tw.certificates.contents import misfit
from bcfg2tw.closed_paths import closed_part
from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings

T = TypeVar("T")

#: Sections and options, which are the kinds of files as well, and fields of the settings, by the
#: words for their files.
_OPTIONS = {
    "certificate": ("communication", "certificate", "cert"),
    "key": ("communication", "key", "key"),
    "ca": ("communication", "ca", "ca"),
    "crl": ("communication", "crl", "crl"),
    "shadow-ca": ("shadow", "ca", "shadow_ca"),
}


def use_file(settings: Settings, option: str, use: Callable[[], T]) -> T:
    """
    Let the file of an option be used.

    :param option: of [communication]; `shadow-ca` is that of [shadow]
    :raises SettingsError: naming it, the file and the remedy, where that fails
    """
    _, kind, field = _OPTIONS[option]
    path = str(getattr(settings, field))
    try:
        with open(path, "rb") as stream:
            data = stream.read()
        return use()
    except OSError as error:
        raise refusal(settings, option, _unreadable(path, error)) from error
    except (SSL.Error, crypto.Error) as error:
        raise refusal(settings, option, _unusable(kind, path, data, error)) from error
    except ValueError as error:
        reason = misfit(kind, path, data) if kind != "crl" else ""
        raise refusal(settings, option, reason or f"{path}: {error}") from error


def refusal(settings: Settings, option: str, reason: str) -> SettingsError:
    """Return the error about an option, with the place where it was given."""
    section, name, field = _OPTIONS[option]
    return SettingsError(f"{reason}{settings.origin(field)}", section, name)


def openssl_reasons(error: BaseException | None) -> set[str]:
    """Return OpenSSL's words for what went wrong; none where a connection just ended."""
    if not isinstance(error, (SSL.Error, crypto.Error)) or not error.args:
        return set()
    entries = error.args[0]
    if not isinstance(entries, (list, tuple)):
        return set()
    return {str(entry[-1]) for entry in entries if isinstance(entry, tuple) and entry[-1]}


def _unreadable(path: str, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"{closed_part(path)} cannot be read by user {user_name()}: chown or chmod it"
    return f"{path} cannot be read: {error.strerror}; name a PEM file that can"


def _unusable(option: str, path: str, data: bytes, error: Exception) -> str:
    details = ", ".join(sorted(openssl_reasons(error))) or "there is nothing of that kind in it"
    return misfit(option, path, data) or (
        f"{path} holds no {option} in PEM that can be used: {details}; name one that does"
    )


def user_name() -> str:
    """Return the name of the user that the process acts as, or the number of one without."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
