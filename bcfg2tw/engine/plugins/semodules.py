"""SEModules: modules of SELinux policies, from files (:ref:`templates-and-data-15`)."""

from __future__ import annotations

import base64
import os
from typing import TypeAlias

from bcfg2tw.engine.documents.directory import load_or_problem
from bcfg2tw.engine.documents.infoxml import InfoXML, default_path_metadata, set_attributes
from bcfg2tw.engine.documents.specificity import SpecificSet, specific_set
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Binder, Plugin, binder_for
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, RepositoryError

TAG = "SEModule"
EXTENSION = ".pp"
INFO = "info.xml"

#: What clients get of a file, or the reason why they get nothing although there is one.
Content: TypeAlias = "str | RepositoryError"


def as_base64(source: Source) -> str:
    """Return what clients get of a file."""
    return base64.b64encode(source.data).decode("ascii")


class SEModules(Plugin, Generator):
    """
    Binds `SEModule` entries from `SEModules/NAME.pp/NAME.pp`.

    An entry's name may leave the extension away. As in the reference only the path below the
    folder, `/NAME.pp`, is listed; the names that bundles use are claimed, so a plugin that lists
    one wins.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: SEModules | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._defaults = default_path_metadata(context.settings)
        self._modules = {
            name: self._module(name, names) for name, names in self._group_files().items()
        }
        self.Entries = {TAG: self._entries()}

    def _group_files(self) -> dict[str, list[str]]:
        """Return the names of the files of each module, by the folder's name."""
        grouped: dict[str, list[str]] = {}
        for name in self.files:
            folder = os.path.dirname(name)
            if folder.endswith(EXTENSION):
                grouped.setdefault(folder, []).append(name)
            else:
                self._refuse(name)
        return grouped

    def _module(self, folder: str, names: list[str]) -> Module:
        contents: dict[str, Content] = {
            os.path.basename(name): load_or_problem(self.files, name, as_base64)
            for name in names
            if name != f"{folder}/{INFO}"
        }
        return Module(
            self.files.path(folder),
            specific_set(
                contents,
                os.path.basename(folder),
                lambda name: self._refuse(f"{folder}/{name}"),
            ),
            self.files.load(f"{folder}/{INFO}", InfoXML),
            f"{folder}/{INFO}" in names,
        )

    def _refuse(self, name: str) -> None:
        if name not in self.listing_before:
            self.logger.error(
                "Could not process filename %s; ignoring: the files of a module are "
                "NAME.pp/NAME.pp, with .H_HOST or .G10_GROUP at the end, and NAME.pp/info.xml",
                self.files.path(name),
            )

    def _entries(self) -> dict[str, Binder]:
        bind = binder_for(self.HandleEntry)
        return {f"/{name}": bind for name in self._modules}

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        """Say whether there is a module of the entry's name, with or without `.pp`."""
        return entry.tag == TAG and _folder(entry) in self._modules

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Give an entry the attributes of its module, and the module.

        :raises PluginExecutionError: if no file is for the client, or the module has an
            info.xml of which nothing is
        """
        module = self._modules[_folder(entry)]
        if not entry.get("name", "").startswith("/"):
            entry.set("name", entry.get("name", "").removesuffix(EXTENSION))
        set_attributes(entry, self._defaults)
        module.bind(entry, metadata)


class Module:
    """
    The files of one module.

    :param has_info: whether there is an info.xml, which may say nothing that can be understood
    """

    __slots__ = ("_contents", "_folder", "_has_info", "_info")

    def __init__(
        self, folder: str, contents: SpecificSet[Content], info: InfoXML | None, has_info: bool
    ) -> None:
        self._folder = folder
        self._contents = contents
        self._info = info
        self._has_info = has_info

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Give an entry the module for a client.

        :raises PluginExecutionError: if there is none, or none that can be read, or info.xml says
            nothing of it
        """
        if self._info is not None:
            self._info.bind(entry, metadata)
        elif self._has_info:
            raise PluginExecutionError(
                f"No metadata found in {self._folder}/{INFO} for {entry.get('name')}"
            )
        content = self._contents.best(metadata)
        if content is None:
            raise PluginExecutionError(
                f"No matching entries available for {self._folder} for {metadata.hostname}"
            )
        if isinstance(content, RepositoryError):
            raise PluginExecutionError(str(content))
        entry.set("encoding", "base64")
        entry.text = content or None


def _folder(entry: Element) -> str:
    name: str = entry.get("name", "")
    if name.startswith("/"):
        return name[1:]
    return name if name.endswith(EXTENSION) else name + EXTENSION
