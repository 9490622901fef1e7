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
from bcfg2tw.errors import Bcfg2Error, PluginExecutionError

_paths_being_made: ContextVar[tuple[tuple[str, str], ...]] = ContextVar(
    "_paths_being_made", default=()
)


class HasEntrySets(Protocol):
    """The plugin Cfg, as far as its files use it."""

    @property
    def entry_sets(self) -> Mapping[str, PathFiles]:
        """The files of each path."""


def bind_path(name: str, metadata: ClientMetadata) -> Element:
    """
    Return a path as a client gets it, whichever plugin binds it.

    :raises Bcfg2Error: if it cannot be bound, or is being made from itself
    """
    entry = etree.Element("Path", {"name": name})
    with making_path(name, metadata):
        try:
            metadata.build.bind(entry, metadata)
        except Bcfg2Error:
            raise
        except Exception as error:  # any plugin may bind it, with a site's own code
            raise PluginExecutionError(str(error)) from error
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
def making_path(name: str, metadata: ClientMetadata) -> Iterator[None]:
    """
    Note that a path is being made for a client.

    :raises PluginExecutionError: if it is already, by what is made from it now
    """
    ancestors, path = _paths_being_made.get(), (name, metadata.hostname)
    if path in ancestors:
        raise PluginExecutionError(f"{name} is made from itself")
    token = _paths_being_made.set((*ancestors, path))
    try:
        yield
    finally:
        _paths_being_made.reset(token)
