"""Pkgmgr: packages from lists that a site writes itself (:ref:`structures-11`)."""

from __future__ import annotations

import copy
import logging
import re

from bcfg2tw.engine.documents.conditions import CONDITIONS
from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.documents.nested_definitions import NestedDefinitions, NestedFile, contents
from bcfg2tw.engine.documents.priority import answers_for
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Binder, Plugin, binder_for
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element, attributes, is_element, line_of
from bcfg2tw.errors import PluginExecutionError

logger = logging.getLogger("Pkgmgr")

#: What a file's name says of the package in it, by the package's type.
FILE_NAMES = {
    "rpm": re.compile(
        r"(?:.*/)?(?P<name>[\w+.]+(?:-[\w+.]+)*)-(?P<version>[\w.]+-[\w.]+)\.(?P<arch>\S+)\.rpm"
    ),
    "encap": re.compile(r"(?P<name>[\w-]+)-(?P<version>[\w.+-]+)\.encap.*"),
}


class PackageList(NestedFile):
    """A file of packages, each completed with what it inherits and what its file's name says."""

    def completed(self, root: Element) -> Element:
        """Return a copy in which every package says all that is known of it."""
        completed = copy.deepcopy(root)
        _inherit(completed)
        for package in list(contents(completed)):
            if package.tag == "Package":
                self._complete(package)
        return completed

    def _complete(self, package: Element) -> None:
        uri, simple, file = (package.get(key, "") for key in ("uri", "simplefile", "file"))
        if simple:
            package.set("url", f"{uri}/{simple}")
        elif file:
            package.set("url", _urls(package, uri, file))
            self._read_file_name(package, file)

    def _read_file_name(self, package: Element, file: str) -> None:
        pattern = FILE_NAMES.get(package.get("type", ""))
        if pattern is None:
            return
        match = pattern.fullmatch(file)
        if match is None:
            logger.error("%s:%s: Failed to match pkg %s", self.path, line_of(package), file)
            package.set("name", "")  # without a name it stands for nothing
            return
        for key, value in match.groupdict().items():
            if key == "name" or package.get(key) is None:
                package.set(key, value)


def _inherit(container: Element) -> None:
    inherited = [item for item in attributes(container).items() if item[0] != "name"]
    for child in container:
        if not is_element(child):
            continue
        for key, value in inherited:
            if child.get(key) is None:
                child.set(key, value)
        if child.tag in CONDITIONS:
            _inherit(child)


def _urls(package: Element, uri: str, file: str) -> str:
    architectures = package.get("multiarch", "").split()
    if not architectures:
        return f"{uri}/{file}"
    sources = package.get("srcs", "").split() or architectures
    return " ".join(
        f"{uri}/{file}".replace("%(arch)s", arch).replace("%(src)s", source)
        for arch, source in zip(architectures, sources, strict=False)
    )


class Pkgmgr(Plugin, Generator):
    """
    Binds packages from `Pkgmgr/*.xml`, as Bcfg2 1.3 did.

    All names in the files are listed, whatever their conditions. A name followed by a colon and
    architectures, `libfoo:i386,x86_64`, means the package with those instances only.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: Pkgmgr | None = None
    ) -> None:
        super().__init__(context, files, previous)
        loaded = load_all(files, (".xml",), PackageList, self.logger, self.listing_before)
        self._packages = NestedDefinitions(loaded.values())
        self.Entries = self._entries()

    def _entries(self) -> dict[str, dict[str, Binder]]:
        entries: dict[str, dict[str, Binder]] = {}
        bind = binder_for(self._bind)
        for tag, name in self._packages.announced():
            entries.setdefault(tag, {})[name] = bind
        return entries

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        """Say whether the name in front of the architectures, or in a template, is known."""
        name, _, architectures = entry.get("name", "").partition(":")
        if architectures and name in self.Entries.get(entry.tag, {}):
            return True
        return self._packages.best(entry.tag, name, metadata) is not None

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        """Bind a package and keep only the instances for the architectures that are named."""
        name, _, architectures = entry.get("name", "").partition(":")
        self._bind_as(name, entry, metadata)
        entry.set("name", name)
        if not architectures:
            return
        for instance in entry.findall("Instance"):
            if instance.get("arch") not in architectures.split(","):
                entry.remove(instance)

    def _bind(self, entry: Element, metadata: ClientMetadata) -> None:
        self._bind_as(entry.get("name", ""), entry, metadata)

    def _bind_as(self, name: str, entry: Element, metadata: ClientMetadata) -> None:
        definition = self._packages.best(entry.tag, name, metadata)
        if definition is None:
            raise PluginExecutionError(
                f"No matching source for entry when retrieving attributes for {entry.tag}:{name}"
            )
        definition.apply(entry, answers_for(metadata))
