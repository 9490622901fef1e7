"""Ohai: what Chef's Ohai finds out about a client (templates-and-data.md 8)."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lxml import etree

from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import Connector, Probing
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

if TYPE_CHECKING:
    from bcfg2tw.engine.base_core import BaseCore
    from bcfg2tw.engine.client_metadata import ClientMetadata

SCRIPT = """\
PATH="$PATH:/sbin:/usr/sbin"
export PATH
if command -v ohai >/dev/null 2>&1; then
    ohai
else
    echo '{}'
fi
"""


class Known:
    """What clients' files said when they were last read; outlives the snapshots."""

    def __init__(self) -> None:
        self.writing = threading.Lock()
        self._values: dict[str, tuple[Stamp, Any]] = {}

    def read(self, path: str) -> Any:
        """
        Return what a file says, an empty mapping where there is none.

        :raises PluginExecutionError: if it is not JSON
        """
        stamp = stamp_of(path)
        if stamp is None:
            return {}
        known = self._values.get(path)
        if known is None or known[0] != stamp:
            with open(path, "rb") as stream:
                known = self._values[path] = (stamp, parsed(stream.read(), path))
        return known[1]


def parsed(data: str | bytes, where: str) -> Any:
    """
    Return the value of a JSON text.

    :raises PluginExecutionError: naming where it comes from
    """
    try:
        return json.loads(data)
    except ValueError as error:
        raise PluginExecutionError(f"Ohai: {where} is not JSON: {error}") from error


class Ohai(Plugin, Probing, Connector):
    """
    Has every client run `ohai`, and offers what it printed as `metadata.Ohai`.

    It is kept in `Ohai/HOST.json`, and read from there whenever that file changes.
    """

    def __init__(self, core: BaseCore, files: Files, previous: Ohai | None = None) -> None:
        super().__init__(core, files, previous)
        self._known: Known = previous._known if previous else Known()

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """Return the one probe."""
        probe = etree.Element(
            "probe", {"name": self.name, "source": self.name, "interpreter": "/bin/sh"}
        )
        probe.text = SCRIPT
        return [probe]

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """
        Keep what the client's `ohai` printed.

        :raises PluginExecutionError: if it is not JSON
        """
        for element in datalist:
            self._receive(metadata, (element.text or "").strip())

    def _receive(self, metadata: ClientMetadata, text: str) -> None:
        value = parsed(text, f"the data of {metadata.hostname}") if text else None
        if value is None:
            self.logger.info("Ohai: got no data from %s", metadata.hostname)
            return
        path = self._path(metadata.hostname)
        with self._known.writing:
            if self._is_kept(path, value):
                return
            write_atomically(path, json.dumps(value).encode("utf-8"))
        self.core.metadata_cache.expire(metadata.hostname)

    def _is_kept(self, path: str, value: Any) -> bool:
        try:
            return stamp_of(path) is not None and bool(self._known.read(path) == value)
        except PluginExecutionError:
            return False  # what is there is broken: replace it

    def get_additional_data(self, metadata: ClientMetadata) -> Any:
        """Return what is known, an empty mapping for a client that never ran the probe."""
        try:
            return self._known.read(self._path(metadata.hostname))
        except PluginExecutionError as error:
            self.logger.error("%s", error)
            return {}

    def _path(self, hostname: str) -> str:
        if "/" in hostname:
            raise PluginExecutionError(f"Ohai: {hostname!r} is no name for a file")
        return self.files.path(f"{hostname}.json")
