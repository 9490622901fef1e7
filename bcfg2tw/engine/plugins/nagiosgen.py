"""NagiosGen: what Nagios is to watch, from clients' groups (:ref:`templates-and-data-16`)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from functools import partial

from bcfg2tw.engine.documents.directory import check_read, load_or_problem
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import do_nothing
from bcfg2tw.engine.plugin.base import Plugin, binder_for
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.created_files import creating
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.folders import base_of
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, RepositoryError

CLIENT_PATH = "/etc/nagiosgen.status"
SERVER_PATH = "/etc/nagios/conf.d/bcfg2.cfg"
#: Not announced: a site with 1.4's path may have this one elsewhere.
SERVER_PATH_1_3 = "/etc/nagios/nagiosgen.cfg"

GROUP, BUNDLE, HOST = "-group.cfg", "-bundle.cfg", "-host.cfg"
ALL_HOSTS = "nagiosgen.cfg"


def text_of(source: Source) -> str:
    """Return a file's text."""
    return source.text()


class NagiosGen(Plugin, Generator):
    """
    Binds a client's own description and the one file of the Nagios server.

    Each client's description is kept in the plugin's folder, and the server's file is put
    together from those that are there when it is asked for.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: NagiosGen | None = None
    ) -> None:
        super().__init__(context, files, previous)
        settings = files.library.settings
        self._folder = settings.folder_for(self.name, self.data)
        self._base = base_of(self._folder, self.data, settings.state)
        self._config = files.load("config.xml", StructFile)
        self._groups = self._texts(GROUP)
        self._bundles = self._texts(BUNDLE)
        self.Entries = {
            "Path": {
                CLIENT_PATH: binder_for(self._bind_client),
                SERVER_PATH: binder_for(self._bind_server),
            }
        }

    def _texts(self, suffix: str) -> dict[str, str | RepositoryError]:
        """Return what group or bundle each file is for, and its text or what is wrong, sorted."""
        loaded = {
            name.removesuffix(suffix): load_or_problem(self.files, name, text_of)
            for name in self.files
            if name.endswith(suffix) and "/" not in name
        }
        return dict(sorted(loaded.items()))

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        """Say whether an entry is the server's file where Bcfg2 1.3 had it."""
        return entry.tag == "Path" and entry.get("name") == SERVER_PATH_1_3

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        """Bind the server's file."""
        self._bind_server(entry, metadata)

    def _bind_client(self, entry: Element, metadata: ClientMetadata) -> None:
        text = self._description(metadata)
        self._keep(f"{metadata.hostname}{HOST}", text, metadata)
        _fill(entry, text, "root", "0400")

    def _description(self, metadata: ClientMetadata) -> str:
        lines = [
            ("host_name", metadata.hostname),
            ("alias", metadata.hostname),
            ("address", _address(metadata.hostname)),
        ]
        hostgroups = [*metadata.groups.intersection(self._groups)]
        hostgroups += metadata.bundles.intersection(self._bundles)
        if hostgroups:
            lines.append(("hostgroups", ",".join(sorted(set(hostgroups)))))
        lines += self._options(metadata)
        if not any(key == "use" for key, _ in lines):
            lines.append(("use", "default"))
        body = "".join(f"\t{key:<32} {value}\n" for key, value in lines)
        return f"define host {{\n{body}}}\n"

    def _options(self, metadata: ClientMetadata) -> Iterator[tuple[str, str]]:
        if self._config is None:
            check_read(self.files, PluginExecutionError)
            return
        for option in self._config.matched(metadata).iter("Option"):
            name = option.get("name")
            if name is not None:
                yield name, option.text or ""

    def _bind_server(self, entry: Element, metadata: ClientMetadata) -> None:
        hosts = [text for _, text in sorted(self._hosts())]
        hostgroups = {"default"}.union(*map(_hostgroups, hosts))
        definitions = [*_definitions(self._groups, hostgroups)]
        definitions += _definitions(self._bundles, hostgroups)
        text = "\n".join(definitions) + "\n\n" + "\n".join(hosts)
        self._keep(ALL_HOSTS, text, metadata)
        _fill(entry, text, "nagios", "0440")

    def _hosts(self) -> Iterator[tuple[str, str]]:
        """Yield the clients' descriptions as they are now: they are newer than the snapshot."""
        for name in _names_in(self._folder):
            if name.endswith(HOST) and not name.startswith("."):
                path = os.path.join(self._folder, name)
                with open(path, encoding=self.context.settings.encoding) as stream:
                    yield name, stream.read()

    def _keep(self, name: str, text: str, metadata: ClientMetadata) -> None:
        if "/" in name:
            raise PluginExecutionError(f"NagiosGen: {name!r} is no name for a file")
        path, data = os.path.join(self._folder, name), text.encode(self.context.settings.encoding)
        if _content(path) != data:
            write = partial(self._write, path, data)
            metadata.effects.perform(f"{path} would be written", write, do_nothing)

    def _write(self, path: str, data: bytes) -> None:
        try:
            with creating(self._folder, self._base):
                if _content(path) != data:
                    write_atomically(path, data)
                    self.context.store.note_written(path)
        except OSError as error:
            raise PluginExecutionError(
                f"NagiosGen: {error.filename or path} cannot be written: {error.strerror or error}"
            ) from error


def _definitions(texts: Mapping[str, str | RepositoryError], hostgroups: set[str]) -> Iterator[str]:
    """
    Yield the texts of those groups that are used.

    :raises PluginExecutionError: if one cannot be read: Nagios would not know its group
    """
    for name, text in texts.items():
        if name not in hostgroups:
            continue
        if isinstance(text, RepositoryError):
            raise PluginExecutionError(str(text))
        yield text


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def _address(hostname: str) -> str:
    try:
        return str(socket.getaddrinfo(hostname, None)[0][4][0])
    except (OSError, UnicodeError, IndexError) as error:
        raise PluginExecutionError(f"Failed to find IP address for {hostname}") from error


def _hostgroups(text: str) -> set[str]:
    """Return the groups that a description names, in any line that speaks of them."""
    lines = [line.split(maxsplit=1) for line in text.splitlines() if "hostgroup" in line]
    return {group.strip() for words in lines if len(words) == 2 for group in words[1].split(",")}


def _fill(entry: Element, text: str, owner: str, mode: str) -> None:
    values = {"type": "file", "owner": owner, "group": owner, "mode": mode, "encoding": "ascii"}
    for key, value in values.items():
        entry.set(key, value)
    entry.text = text
