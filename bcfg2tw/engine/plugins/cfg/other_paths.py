"""Paths that the content of another path is made from."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from lxml import etree

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import PathFiles
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

_under_way: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("_under_way", default=())


class HasEntrySets(Protocol):
    """The plugin Cfg, as far as its files use it."""

    @property
    def entry_sets(self) -> Mapping[str, PathFiles]:
        """The files of each path."""


def bound_path(name: str, metadata: ClientMetadata) -> Element:
    """
    Return a path as a client gets it, whichever plugin binds it.

    :raises Exception: whatever a generator raises
    :raises PluginExecutionError: if the path is being made from itself
    """
    with no_circle(name, metadata):
        entry = etree.Element("Path", {"name": name})
        metadata.build.bind(entry, metadata)
        return entry


def bytes_of(entry: Element) -> bytes:
    """Return the content of a bound entry as it will be in the client's file."""
    text = entry.text or ""
    return base64.b64decode(text) if entry.get("encoding") == "base64" else text.encode("utf-8")


def entry_set_of(name: str, metadata: ClientMetadata) -> PathFiles | None:
    """Return the files that Cfg has for a path, None if it has none."""
    cfg: HasEntrySets = metadata.snapshot.plugins["Cfg"]
    return cfg.entry_sets.get(name)


@contextmanager
def no_circle(name: str, metadata: ClientMetadata) -> Iterator[None]:
    """
    Note that a path is being made for a client.

    :raises PluginExecutionError: if it is already, by what is made from it now
    """
    above, own = _under_way.get(), (name, metadata.hostname)
    if own in above:
        raise PluginExecutionError(f"{name} is made from itself")
    token = _under_way.set((*above, own))
    try:
        yield
    finally:
        _under_way.reset(token)
