"""A command whose libraries are not installed: it says so instead of being there."""

from __future__ import annotations

import click

__all__ = ["unusable"]

#: The extras of setup.cfg by the libraries that commands import.
_EXTRAS = {"alembic": "reporting", "jinja2": "reporting", "sqlalchemy": "reporting"}


def unusable(name: str, error: ImportError, extra: str = "") -> click.Command:
    """
    Return a command that refuses, with what to install.

    :param name: as in `bcfg2tw admin purgereports`
    :param error: of the import of the real one; raised where no extra has the library
    :param extra: the one that the command needs; the library's otherwise
    """
    library = (error.name or "").partition(".")[0]
    extra = extra or _EXTRAS.get(library, "")
    if not extra:
        raise error
    sentence = f"needs more: pip install 'bcfg2tw[{extra}]'"

    def refuse() -> None:
        raise click.ClickException(f"bcfg2tw {name} {sentence} ({error})")

    every = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(
        name.split()[-1], context_settings=every, callback=refuse, help=f"It {sentence}",
        add_help_option=False,
    )  # fmt: skip
