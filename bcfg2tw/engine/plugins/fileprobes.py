"""FileProbes: files that are fetched from clients into Cfg (templates-and-data.md 7)."""

from __future__ import annotations

import base64
import binascii
import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lxml import etree

from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import Generator, Probing
from bcfg2tw.engine.plugin.structfile import StructFile
from bcfg2tw.engine.plugins.fileprobes_script import script_for
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.store.atomic import sync_folder, write_atomically
from bcfg2tw.engine.xmlio import Element, parse_upload, pretty
from bcfg2tw.errors import PluginExecutionError

if TYPE_CHECKING:
    from bcfg2tw.engine.base_core import BaseCore
    from bcfg2tw.engine.client_metadata import ClientMetadata

INTERPRETER = "/usr/bin/env python"


class FileProbes(Plugin, Probing):
    """
    Fetches the files that `FileProbes/config.xml` names, and writes them below `Cfg`.

    A file is fetched while Cfg has none for the client, or always where `update` says so. What
    a client sends is taken only if the file is asked of this client.
    """

    def __init__(self, core: BaseCore, files: Files, previous: FileProbes | None = None) -> None:
        super().__init__(core, files, previous)
        self._writing = previous._writing if previous else threading.Lock()
        self._config = files.load("config.xml", StructFile)

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """Return a probe for each file that is wanted."""
        if self._cfg(metadata) is None:
            self.logger.error("FileProbes needs Cfg: add it to [server] plugins")
            return []
        return [
            _probe(self.name, path)
            for path, wanted in self._wanted(metadata).items()
            if _updates(wanted) or self._present(path, metadata) is None
        ]

    def _wanted(self, metadata: ClientMetadata) -> dict[str, Element]:
        if self._config is None:
            return {}
        found = self._config.matched(metadata).iter("FileProbe")
        return {one.get("name", ""): one for one in found if one.get("name")}

    def _cfg(self, metadata: ClientMetadata) -> Generator | None:
        cfg = metadata.snapshot.plugins.get("Cfg")
        return cfg if isinstance(cfg, Generator) else None

    def _present(self, path: str, metadata: ClientMetadata) -> bytes | None:
        """Return what the client gets now, None if that is nothing."""
        written = self._written(path, metadata)
        if written is not None:
            return written
        cfg = self._cfg(metadata)
        binder = cfg.Entries.get("Path", {}).get(path) if cfg else None
        if binder is None:
            return None
        entry = etree.Element("Path", {"name": path})
        try:
            binder(entry, metadata)
        except Exception as error:  # it runs templates; whatever is wrong, there is no file
            self.debug_log(f"FileProbes: Cfg has no {path} for {metadata.hostname}: {error}")
            return None
        return self._content(entry)

    def _content(self, entry: Element) -> bytes:
        text = entry.text or ""
        if entry.get("encoding") == "base64":
            return base64.b64decode(text)
        return text.encode(self.core.settings.encoding)

    def _written(self, path: str, metadata: ClientMetadata) -> bytes | None:
        """Return what was fetched earlier, perhaps after the snapshot was read."""
        try:
            with open(self._file(path, metadata), "rb") as stream:
                return stream.read()
        except OSError:
            return None

    def _file(self, path: str, metadata: ClientMetadata) -> str:
        cfg = os.path.join(self.core.settings.repository, "Cfg")
        folder = os.path.normpath(os.path.join(cfg, path.lstrip("/")))
        if not folder.startswith(cfg + os.sep) or "/" in metadata.hostname:
            raise PluginExecutionError(
                f"FileProbes: {path} of {metadata.hostname} has no place below {cfg}"
            )
        return os.path.join(folder, f"{os.path.basename(folder)}.H_{metadata.hostname}")

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """Write what is new into Cfg; it is on disk on return."""
        wanted = self._wanted(metadata)
        for data in datalist:
            path = data.get("name", "")
            if path in wanted:
                self._receive(path, data.text or "", wanted[path], metadata)
            else:
                self.logger.error(
                    "FileProbes: %s sent %r, which config.xml does not ask of it",
                    metadata.hostname, path,
                )  # fmt: skip

    def _receive(self, path: str, text: str, wanted: Element, metadata: ClientMetadata) -> None:
        if not text.strip():
            self.logger.error("FileProbes: got no data for %s from %s", path, metadata.hostname)
            return
        try:
            sent = parse_upload(text.strip())
            content = base64.b64decode(sent.text or "")
        except etree.XMLSyntaxError:
            # the client's own words: what it printed instead of the file
            self.logger.error("FileProbes: %s for %s: %s", path, metadata.hostname, text.strip())
            return
        except (binascii.Error, ValueError) as error:
            self.logger.error(
                "FileProbes: %s sent %s in no base64: %s", metadata.hostname, path, error
            )
            return
        with self._writing:
            self._take(path, sent, content, wanted, metadata)

    def _take(
        self, path: str, sent: Element, content: bytes, wanted: Element, metadata: ClientMetadata
    ) -> None:
        present = self._present(path, metadata)
        file = self._file(path, metadata)
        if present is None:
            self.logger.info("FileProbes: writing new probed file %s", file)
            _make_folder(os.path.dirname(file))
            self._write_info(os.path.dirname(file), sent, wanted)
            write_atomically(file, content)
        elif present == content:
            self.debug_log(f"FileProbes: {path} of {metadata.hostname} has not changed")
        elif _updates(wanted):
            self.logger.info("FileProbes: writing updated probed file %s", file)
            write_atomically(file, content)
        else:
            self.logger.info("Skipping updated probed file %s", file)

    def _write_info(self, folder: str, sent: Element, wanted: Element) -> None:
        path = os.path.join(folder, "info.xml")
        if os.path.exists(path):
            return
        values = {key: sent.get(key) for key in ("owner", "group", "mode")}
        values["encoding"] = wanted.get("encoding")
        document = etree.Element("FileInfo")
        etree.SubElement(
            document, "Info", {key: value for key, value in values.items() if value is not None}
        )
        self.logger.info("FileProbes: writing %s", path)
        write_atomically(path, pretty(document))


def _updates(wanted: Element) -> bool:
    return wanted.get("update", "false").lower() == "true"


def _probe(source: str, path: str) -> Element:
    probe = etree.Element("probe", {"name": path, "source": source, "interpreter": INTERPRETER})
    probe.text = script_for(path)
    return probe


def _make_folder(folder: str) -> None:
    missing = []
    above = folder
    while not os.path.isdir(above):
        missing.append(above)
        above = os.path.dirname(above)
    for one in reversed(missing):
        os.mkdir(one)
        sync_folder(os.path.dirname(one))
