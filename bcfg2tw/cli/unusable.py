"""A command whose libraries are not installed: it says so instead of being there."""

from __future__ import annotations

from importlib.util import find_spec

import click

__all__ = ["lack", "unusable"]

#: The extras of setup.cfg by the libraries that commands import.
_EXTRAS = {"alembic": "reporting", "jinja2": "reporting", "sqlalchemy": "reporting"}


#: The libraries that commands which need an extra cannot do without.
_LIBRARIES = {
    "reporting": ("sqlalchemy", "alembic", "jinja2"),
    "sql": ("sqlalchemy", "alembic"),
}


def lack(extra: str) -> str | None:
    """Return the sentence of commands whose extra is not installed, None where it is."""
    if all(map(_is_installed, _LIBRARIES.get(extra, ()))):
        return None
    return f"It {_sentence(extra)}"


def _is_installed(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except ImportError:
        return False


def _sentence(extra: str) -> str:
    return f"needs more: pip install 'bcfg2tw[{extra}]'"


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
    sentence = _sentence(extra)

    def refuse() -> None:
        raise click.ClickException(f"bcfg2tw {name} {sentence} ({error})")

    every = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(
        name.split()[-1], context_settings=every, callback=refuse, help=f"It {sentence}",
        add_help_option=False,
    )  # fmt: skip
