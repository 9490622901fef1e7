"""Databases of Bcfg2 (`use_database`), which need a Django that runs on no current Python."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager

from bcfg2tw.errors import CoreInitError
from bcfg2tw.settings import Settings

TRUE = ("1", "yes", "true", "on")


def plugins_in_database(settings: Settings) -> list[str]:
    """Return the names of the plugins whose state bcfg2.conf keeps in Bcfg2's database."""
    return [
        plugin
        for plugin in (name.rpartition(".")[2] for name in settings.plugins)
        if settings.section(plugin.lower()).get("use_database", "").lower() in TRUE
    ]


def check(settings: Settings, loaded: Container[str]) -> None:
    """
    See that no plugin is missing whose state is in the database: groups would be lost with it.

    :param loaded: the names of the plugins that Bcfg2 has loaded
    :raises CoreInitError: if one is
    """
    missing = [name for name in plugins_in_database(settings) if name not in loaded]
    if missing:
        raise CoreInitError(_sentence(missing, settings))


@contextmanager
def explaining(settings: Settings) -> Iterator[None]:
    """Say of the block's failure that it comes of a database, if it may."""
    try:
        yield
    except CoreInitError as error:
        names = plugins_in_database(settings)
        if not names:
            raise
        raise CoreInitError(f"{error}: {_sentence(names, settings)}") from error


def _sentence(names: list[str], settings: Settings) -> str:
    options = ", ".join(f"[{name.lower()}] use_database" for name in names)
    place = settings.places.get((names[0].lower(), "use_database"))
    where = "" if place is None else f" ({place})"
    return (
        f"{options} = yes{where} needs Django 1, which runs on no current Python: take the option "
        "out, so that the state is in files, or leave --core upstream away: the embedded engine "
        "reads and writes that database (bcfg2tw db)"
    )
