"""Ohai: what Chef's Ohai finds out about a client (:ref:`templates-and-data-8`)."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from lxml import etree

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.created_files import creating
from bcfg2tw.engine.plugin.interfaces import Connector, Probing
from bcfg2tw.engine.refusals import Refusals
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.folders import base_of, check_there
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

#: A client's requests of one run come close together; what ohai prints is large.
KEPT_CLIENTS = 100

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
    """The files of some clients as they were last read; outlives the snapshots."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: OrderedDict[str, tuple[Stamp, Any]] = OrderedDict()

    def read(self, path: str) -> Any:
        """
        Return what a file says, an empty mapping where there is none.

        :raises PluginExecutionError: if it cannot be read or is not JSON
        """
        stamp = stamp_of(path)
        if stamp is None:
            return {}
        with self._lock:
            kept = self._values.get(path)
            if kept is not None and kept[0] == stamp:
                self._values.move_to_end(path)
                return kept[1]
        try:
            with open(path, "rb") as stream:
                value = parsed(stream.read(), path)
        except OSError as error:
            raise PluginExecutionError(f"Ohai: {path}: {error.strerror}") from error
        self._keep(path, stamp, value)
        return value

    def last(self, path: str) -> Any:
        """Return what a file said when it was understood last, an empty mapping if never."""
        with self._lock:
            kept = self._values.get(path)
        return {} if kept is None else kept[1]

    def _keep(self, path: str, stamp: Stamp, value: Any) -> None:
        with self._lock:
            self._values[path] = (stamp, value)
            self._values.move_to_end(path)
            if len(self._values) > KEPT_CLIENTS:
                self._values.popitem(last=False)


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

    It is kept in `Ohai/HOST.json`, in the repository or in the folder for state, and read from
    there whenever that file changes.
    """

    def __init__(self, context: PluginContext, files: Files, previous: Ohai | None = None) -> None:
        super().__init__(context, files, previous)
        settings = files.library.settings
        self._folder = settings.folder_for(self.name, self.data)
        self._base = base_of(self._folder, self.data, settings.state)
        self._known = self.lasting.keep("what was read", Known)
        self._refusals = self.lasting.keep(
            "refusals", lambda: Refusals(self.logger, self._folder, context.clock), self._folder
        )

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
        :raises StateUnavailable: if it cannot be written
        """
        for element in datalist:
            self._receive(metadata, (element.text or "").strip())

    def _receive(self, metadata: ClientMetadata, text: str) -> None:
        value = parsed(text, f"the data of {metadata.hostname}") if text else None
        if value is None:
            self.logger.info("Ohai: got no data from %s", metadata.hostname)
            return
        path = self._path(metadata.hostname)
        with self._refusals.refusing(), creating(self._folder, self._base):
            if self._is_kept(path, value):
                return
            write_atomically(path, json.dumps(value).encode("utf-8"))
            self.context.store.note_written(path)
        self.context.announce(metadata.hostname, self.name)

    def _is_kept(self, path: str, value: Any) -> bool:
        try:
            return stamp_of(path) is not None and bool(self._known.read(path) == value)
        except PluginExecutionError:
            return False  # what is there is broken: replace it

    def get_additional_data(self, metadata: ClientMetadata) -> Any:
        """
        Return what is known, an empty mapping for a client that never ran the probe.

        A broken file is an error in the log and no more: the client's next upload mends it.

        :raises StateUnavailable: if what the folder of all files is in is gone
        """
        path = self._path(metadata.hostname)
        check_there(self._base)  # else nothing would be known of any client
        metadata.scratch[self] = stamp_of(path)
        try:
            return self._known.read(path)
        except PluginExecutionError as error:
            self.logger.error("%s", error)
            return self._known.last(path)

    def has_newer_data(self, metadata: ClientMetadata) -> bool:
        """Say whether the file is another than kept metadata were made with."""
        return bool(metadata.scratch.get(self) != stamp_of(self._path(metadata.hostname)))

    def _path(self, hostname: str) -> str:
        if "/" in hostname:
            raise PluginExecutionError(f"Ohai: {hostname!r} is no name for a file")
        return os.path.join(self._folder, f"{hostname}.json")
