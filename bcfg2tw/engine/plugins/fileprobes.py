"""FileProbes: files that are fetched from clients into Cfg (:ref:`templates-and-data-7`)."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lxml import etree

from bcfg2tw.engine.documents.directory import check_read
from bcfg2tw.engine.documents.infoxml import PathAttributes, info_answers
from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.created_files import creating
from bcfg2tw.engine.plugin.interfaces import Probing
from bcfg2tw.engine.plugins.cfg.cfg import PathFolders
from bcfg2tw.engine.plugins.fileprobes_script import script_for
from bcfg2tw.engine.refusals import Refusals
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.folders import check_there
from bcfg2tw.engine.xmlio import (
    XINCLUDE,
    Element,
    attributes,
    parse_data,
    parse_file,
    pretty_document,
)
from bcfg2tw.errors import PluginExecutionError, RepositoryError

INTERPRETER = "/usr/bin/env python"

#: What a client may call a mode.
MODE = re.compile("[0-7]{3,5}")
SETUID_AND_SETGID = 0o6000

#: The namespaces of templates and of inclusion.
MAKERS = ("http://genshi.edgewall.org/", XINCLUDE.strip("{}"))

#: How much of what a client printed instead of the file is logged.
QUOTED_CHARACTERS = 500


class FileProbes(Plugin, Probing):
    """
    Fetches the files that `FileProbes/config.xml` names, and writes them below `Cfg`.

    A file is fetched while Cfg has none for the client, or always where `update` says so. What
    a client sends is taken only if the file is asked of this client.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: FileProbes | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._config = files.load("config.xml", StructFile)
        cfg_folder = os.path.join(files.library.settings.repository, "Cfg")
        self._refusals = self.lasting.keep(
            "refusals", lambda: Refusals(self.logger, cfg_folder, context.clock), cfg_folder
        )

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """
        Return a probe for each file that is wanted.

        :raises PluginExecutionError: if config.xml was never understood
        """
        check_read(self.files, PluginExecutionError)
        return [
            _probe(self.name, path)
            for path, probe in self._probes_for(metadata).items()
            if _updates(probe) or self._is_missing(path, metadata)
        ]

    def _probes_for(self, metadata: ClientMetadata) -> dict[str, Element]:
        """Return what config.xml asks of a client: path to element."""
        if self._config is None:
            return {}
        cfg = self._cfg(metadata)
        if cfg is None:
            self.logger.error("FileProbes needs Cfg: add it to [server] plugins")
            return {}
        probes: dict[str, Element] = {}
        for probe in self._config.matched(metadata).iter("FileProbe"):
            path = probe.get("name", "")
            if not _is_place(path):
                self.logger.error(
                    "%s: a FileProbe's name is the absolute path of a file, not %r: passed over",
                    self._config.path, path,
                )  # fmt: skip
            elif self._can_be_written(path, metadata, cfg):
                probes[path] = probe
        return probes

    def _can_be_written(self, path: str, metadata: ClientMetadata, cfg: PathFolders) -> bool:
        """Say whether what a client sends would be its own, and sent as it is."""
        name = os.path.basename(self._file(path, metadata))
        try:
            cfg.check_name(path, name, Specificity(hostname=metadata.hostname))
        except PluginExecutionError as error:
            self.logger.error("FileProbes: %s is not asked for: %s", path, error)
            return False
        return True

    def _cfg(self, metadata: ClientMetadata) -> PathFolders | None:
        cfg = metadata.snapshot.plugins.get("Cfg")
        return cfg if isinstance(cfg, PathFolders) else None

    def _is_missing(self, path: str, metadata: ClientMetadata) -> bool:
        """Say whether Cfg has nothing for the client."""
        if os.path.exists(self._file(path, metadata)):
            return False  # perhaps it is newer than the snapshot
        cfg = self._cfg(metadata)
        entry_set = cfg.entry_sets.get(path) if cfg else None
        return entry_set is None or not entry_set.is_for(metadata)

    def _present(self, path: str, metadata: ClientMetadata) -> bytes:
        """
        Return what the client gets now of a file that is not missing.

        :raises PluginExecutionError: if Cfg has something that fails
        """
        with suppress(FileNotFoundError), open(self._file(path, metadata), "rb") as stream:
            return stream.read()
        entry = etree.Element("Path", {"name": path})
        cfg = self._cfg(metadata)
        if cfg is not None:
            cfg.entry_sets[path].bind(entry, metadata)
        text = entry.text or ""
        if entry.get("encoding") == "base64":
            return base64.b64decode(text)
        return text.encode(self.context.settings.encoding)

    def _file(self, path: str, metadata: ClientMetadata) -> str:
        """Return the file for one client; its path is known to stay below Cfg."""
        if "/" in metadata.hostname:
            raise PluginExecutionError(f"FileProbes: {metadata.hostname!r} is no name for a file")
        folder = os.path.join(self.context.settings.repository, "Cfg", path[1:])
        return os.path.join(folder, f"{os.path.basename(path)}.H_{metadata.hostname}")

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """
        Write what is new into Cfg; it is on disk on return.

        :raises StateUnavailable: if it cannot be written
        """
        probes = self._probes_for(metadata)
        for data in datalist:
            path = data.get("name", "")
            if path in probes:
                self._receive(path, data.text or "", probes[path], metadata)
            else:
                self.logger.error(
                    "FileProbes: %s sent %r, which config.xml does not ask of it",
                    metadata.hostname, path,
                )  # fmt: skip

    def _receive(self, path: str, text: str, probe: Element, metadata: ClientMetadata) -> None:
        try:
            sent = received(text)
        except ValueError as error:
            self.logger.error("FileProbes: %s of %s: %s", path, metadata.hostname, error)
            return
        check_there(self.data)
        folder = os.path.dirname(self._file(path, metadata))
        with self._refusals.refusing(), creating(folder, self.context.settings.repository):
            self._take(path, sent, probe, metadata)

    def _take(self, path: str, sent: Sent, probe: Element, metadata: ClientMetadata) -> None:
        file = self._file(path, metadata)
        if self._is_missing(path, metadata):
            self.logger.info("FileProbes: writing new probed file %s", file)
            # the file comes last: it is served with its owner from the beginning
            self._write_info(file, sent, probe, metadata)
            write_atomically(file, sent.content)
            return
        try:
            is_new = self._present(path, metadata) != sent.content
        except PluginExecutionError as error:
            self.logger.error(
                "FileProbes: %s of %s is not taken, as what Cfg has for it fails: %s",
                path, metadata.hostname, error,
            )  # fmt: skip
            return
        if not is_new:
            self.debug_log(f"FileProbes: {path} of {metadata.hostname} has not changed")
        elif _updates(probe):
            self.logger.info("FileProbes: writing updated probed file %s", file)
            write_atomically(file, sent.content)
        else:
            self.logger.info("Skipping updated probed file %s", file)

    def _write_info(self, file: str, sent: Sent, probe: Element, metadata: ClientMetadata) -> None:
        """Note owner, group and mode for the client, unless an info file has some for it."""
        folder = os.path.dirname(file)
        path = os.path.join(folder, "info.xml")
        if any(os.path.exists(os.path.join(folder, name)) for name in ("info", ":info")):
            return
        try:
            document = _info_document(path, probe.get("name", ""), metadata)
        except RepositoryError as error:
            self.logger.error("FileProbes: %s; owner, group and mode are not noted", error)
            return
        if document is None:
            return
        client = etree.Element("Client", name=metadata.hostname)
        etree.SubElement(client, "Info", self._info(file, sent, probe))
        document.insert(0, client)  # the first Info that applies is the one that counts
        self.logger.info("FileProbes: writing %s", path)
        write_atomically(path, pretty_document(document))

    def _info(self, file: str, sent: Sent, probe: Element) -> dict[str, str]:
        values = {**sent.attributes, "encoding": probe.get("encoding", "")}
        if "mode" in values:
            values["mode"] = self._allowed_mode(file, values["mode"])
        return {key: value for key, value in values.items() if value}

    def _allowed_mode(self, file: str, mode: str) -> str:
        """Return the mode that is noted, empty where there is none."""
        if not MODE.fullmatch(mode):
            self.logger.error("FileProbes: %s: %r is no mode and is not noted", file, mode)
            return ""
        allowed = int(mode, 8) & ~SETUID_AND_SETGID
        if allowed == int(mode, 8) or self.context.settings.fileprobes_setuid:
            return mode
        self.logger.warning(
            "FileProbes: %s: mode %s is noted as %04o; set [fileprobes] allow_setuid for all of it",
            file, mode, allowed,
        )  # fmt: skip
        return f"{allowed:04o}"


def _info_document(path: str, name: str, metadata: ClientMetadata) -> Element | None:
    """
    Return the document that a client's attributes have to be added to, None if it has some.

    :param name: of the file on the client
    :raises RepositoryError: if it cannot be read or is not well-formed
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except FileNotFoundError:
        # other clients get the defaults, as without an info.xml
        return etree.fromstring(b"<FileInfo><Info/></FileInfo>")
    except OSError as error:
        raise RepositoryError(path, error.strerror or str(error)) from error
    root = parse_file(data, path)
    if _is_made_up(root):
        return None  # what it says is known only when it is rendered
    answers = info_answers(etree.Element("Path", name=name), metadata)
    said = [PathAttributes(element) for element in root.iter("Info")]
    return None if any(one.applies(answers) and not one.is_empty for one in said) else root


def _is_made_up(root: Element) -> bool:
    """Say whether a document is a template, or includes others."""
    return any(uri in MAKERS for element in root.iter() for uri in element.nsmap.values())


@dataclass(frozen=True)
class Sent:
    """
    A file as a client sent it.

    :ivar attributes: owner, group and mode, as far as they are known
    """

    content: bytes
    attributes: Mapping[str, str]


def received(text: str) -> Sent:
    """
    Understand what the script printed.

    :raises ValueError: if it is anything else; the text is for the log
    """
    if not text.strip():
        raise ValueError("the client sent nothing: see there why it cannot be read")
    try:
        document = parse_data(text.strip())
    except etree.XMLSyntaxError:
        # the client's own words: what it printed instead of the file
        raise ValueError(f"the client says: {text.strip()[:QUOTED_CHARACTERS]}") from None
    if document.tag != "ProbedFileData":
        raise ValueError(f"the client sent {document.tag}, not ProbedFileData")
    try:
        content = base64.b64decode("".join((document.text or "").split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"what the client sent is not in base64: {error}") from error
    sent = attributes(document)
    return Sent(content, {key: sent[key] for key in ("owner", "group", "mode") if key in sent})


def _is_place(path: str) -> bool:
    """Say whether a path is absolute and the shortest of its kind, so that it stays below Cfg."""
    return len(path) > 1 and path[0] == "/" and path[1] != "/" and path == os.path.normpath(path)


def _updates(probe: Element) -> bool:
    return probe.get("update", "false").lower() == "true"


def _probe(source: str, path: str) -> Element:
    probe = etree.Element("probe", {"name": path, "source": source, "interpreter": INTERPRETER})
    probe.text = script_for(path)
    return probe
