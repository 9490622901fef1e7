"""Clients, as a server is asked for them: names, and the passwords that they log in with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bcfg2tw.cli.diff.building import StateError
from bcfg2tw.cli.looking import Site, matching
from bcfg2tw.settings import Settings

__all__ = ["AskedClients", "asked_clients", "names_in"]


@dataclass(frozen=True)
class AskedClients:
    """
    The clients that servers are asked for.

    :ivar names: sorted
    :ivar passwords: of those that have one of their own, by name
    """

    names: tuple[str, ...]
    passwords: Mapping[str, str]


def asked_clients(
    settings: Settings, patterns: Sequence[str], names: Sequence[str]
) -> AskedClients:
    """
    Return the clients that a command line means; those of clients.xml if it names none.

    :param patterns: names, which may have wildcards
    :param names: further ones, as they are
    :raises StateError: if there is none
    """
    passwords = _passwords(settings)
    chosen = {*names}
    if patterns or not names:
        chosen.update(matching(patterns, passwords))
    if not chosen:
        raise StateError("there is no client to compare: give --client or --clients-file")
    own = {name: password for name, password in passwords.items() if password is not None}
    return AskedClients(tuple(sorted(chosen)), own)


def _passwords(settings: Settings) -> dict[str, str | None]:
    """Return all clients of a repository with their passwords, None for those without one."""
    site = Site({**settings.overrides, "config": settings.config}, ("Metadata",))
    try:
        return {client.name: client.password for client in site.clients.clients.clients()}
    finally:
        site.close()


def names_in(path: str) -> list[str]:
    """
    Return the names of a file, one a line; `#` begins a comment.

    :raises StateError: if it cannot be read, or names nobody
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")  # editors of Windows write a mark
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"{path} cannot be read: {error}") from error
    names = [line.partition("#")[0].strip().lower() for line in text.splitlines()]
    if not any(names):
        raise StateError(f"{path} names no client: write one a line")
    return [name for name in names if name]
