"""Generators: entries that nothing binds or two plugins do, and files that no client gets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import cached_property
from typing import Any, cast

from lxml import etree

from bcfg2tw.cli.lint.cfg_files import CfgFile, cfg_files, paths_of
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.cli.lint.clients import Client
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.plugins.cfg.kind import Role
from bcfg2tw.engine.xmlio import Element, is_element, line_of
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.near_names import near_name

GENSHI = "{http://genshi.edgewall.org/}"
#: Elements of a bundle that are no entries.
NO_ENTRIES = ("Group", "Client", "Bundle", "RequiredBundle")
#: So many clients of a bundle are asked for, one of each set of groups.
MOST = 200


class Generators(Check):
    """Asks the plugins for the entries of bundles, for the clients that have these."""

    name = "Generators"
    plugin = "Bundler"
    needs_core = True
    kinds = {
        "no-generator": Kind(
            "error",
            "An entry of a bundle is bound by no plugin for any client that has the bundle: there "
            "is no file in Cfg, no rule and no package. The client gets it as a failure.",
        ),
        "several-generators": Kind(
            "error",
            "Two plugins list the same entry, so that none binds it. Take it from one of them.",
        ),
        "unusable-repository": Kind(
            "error", "The server could not be started on the repository as it is."
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Ask, where all files take part."""
        if not self.repository.is_whole:
            return
        try:
            self._core = self.repository.core()
        except Bcfg2Error as error:
            config = self.repository.settings.config or self.repository.root
            yield Remark("unusable-repository", config, None, str(error))
            return
        self._generators: Sequence[Generator] = self._core.plugins_by_type(Generator)
        for path in self.repository.every("Bundler", "*.xml", "*.genshi"):
            root = self.repository.document(path)
            if root is not None:
                name = path.rpartition("/")[2].rpartition(".")[0]
                yield from self._bundle(root, self._clients.get(name, []))

    @cached_property
    def _clients(self) -> dict[str, list[Client]]:
        """By bundle, metadata of clients that have it."""
        by_bundle: dict[str, list[Client]] = {}
        for metadata in self.repository.clients():
            for bundle in metadata.bundles:
                clients = by_bundle.setdefault(bundle, [])
                if len(clients) < MOST:
                    clients.append(metadata)
        return by_bundle

    def _bundle(self, root: Element, clients: list[Client]) -> Iterator[Remark]:
        for entry in _entries(root):
            listing = [
                name_of(generator)
                for generator in self._generators
                if entry.get("name") in generator.Entries.get(str(entry.tag), ())
            ]
            if len(listing) > 1:
                message = f"{entry.tag} {entry.get('name')} is served by {' and by '.join(listing)}"
                yield Remark("several-generators", str(entry.base), line_of(entry), message)
            elif not listing and clients and not self._is_claimed(entry, clients):
                message = f"{entry.tag} {entry.get('name')} is bound by nothing{self._hint(entry)}"
                yield Remark("no-generator", str(entry.base), line_of(entry), message)

    def _is_claimed(self, entry: Element, clients: list[Client]) -> bool:
        """Say whether a plugin takes an entry for some client; one that fails might."""
        alone = etree.Element(str(entry.tag), {str(k): str(v) for k, v in entry.items()})
        for metadata in clients:
            for generator in self._generators:
                try:
                    # what plugins ask of metadata here, every client has
                    if generator.HandlesEntry(alone, cast("ClientMetadata", metadata)):
                        return True
                except Exception:  # a plugin's code, here without what came before in a build
                    return True
        return False

    def _hint(self, entry: Element) -> str:
        names = {
            name
            for generator in self._generators
            for name in generator.Entries.get(str(entry.tag), ())
        }
        near = near_name(entry.get("name", ""), names, 0.85)
        asked = ", ".join(map(name_of, self._generators))
        return f" (asked: {asked})" if near is None else f": did you mean {near}?"


def _entries(root: Element) -> Iterator[Element]:
    """Yield the entries of a bundle that plugins have to bind, with names that are certain."""
    for element in root:
        if not is_element(element):
            continue
        tag = str(element.tag)
        if tag in ("Group", "Client", "Bundle") or tag.startswith(GENSHI):
            yield from _entries(element)
        elif tag not in NO_ENTRIES and not tag.startswith(("Bound", "{")) and _is_certain(element):
            yield element


def _is_certain(entry: Element) -> bool:
    name = entry.get("name")
    has_directive = any(str(attribute).startswith(GENSHI) for attribute in entry.attrib)
    is_other = has_directive or entry.get("altsrc") is not None or entry.get("type") == "ignore"
    return bool(name) and not is_other and not any(sign in (name or "") for sign in "$%")


class CfgFiles(Check):
    """Looks for files of Cfg that no client can get."""

    name = "CfgFiles"
    plugin = "Cfg"
    needs_core = True
    kinds = {
        "unreachable-cfg-file": Kind(
            "warning",
            "No client can get the file: no client has the host's name that it is for, or is in "
            "the group.",
        ),
        "unused-cfg-path": Kind(
            "warning", "No bundle has the path that files of Cfg are for, so that nobody gets them."
        ),
        "ambiguous-cfg-files": Kind(
            "warning",
            "Two files of equal priority are for groups that a client is both in; which one it "
            "gets is chance. Give the groups different priorities.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Compare with clients and bundles, where all files take part."""
        if not self.repository.is_whole:
            return
        self._hosts = {metadata.hostname for metadata in self.repository.clients()}
        if not self._hosts:
            return
        by_path = paths_of(cfg_files(self.repository))
        bundled = None if _has_dynamic_bundles(self.repository) else _bundled(self.repository)
        for path, files in by_path.items():
            for file in files:
                yield from self._file(file)
            yield from self._equal(files)
            if bundled is not None and path not in bundled:
                message = f"no bundle has the path {path}"
                content = [file for file in files if file.role is Role.GENERATOR] or files
                yield Remark("unused-cfg-path", content[0].path, None, message)

    @cached_property
    def _groups(self) -> frozenset[str]:
        return frozenset[str]().union(*(client.groups for client in self.repository.clients()))

    def _file(self, file: CfgFile) -> Iterator[Remark]:
        specificity = file.specificity
        if specificity is None:
            return
        host, group = specificity.hostname, specificity.group
        if host is not None and host not in self._hosts:
            near = near_name(host, self._hosts, 0.85)
            hint = "" if near is None else f": did you mean {near}?"
            message = f"there is no client {host}{hint}"
            yield Remark("unreachable-cfg-file", file.path, None, message)
        elif group is not None and group not in self._groups and not self._may_come(group):
            message = f"no client is in the group {group}"
            yield Remark("unreachable-cfg-file", file.path, None, message)

    def _may_come(self, group: str) -> bool:
        """Say whether clients may come into a group by what is not known yet."""
        connectors = ("Probes", "Ldap", "PuppetENC")
        return group in self._public_groups or any(map(self.repository.uses, connectors))

    @cached_property
    def _public_groups(self) -> frozenset[str]:
        groups = self.repository.document(self.repository.path("Metadata", "groups.xml"))
        return frozenset(
            declared.get("name", "")
            for declared in (() if groups is None else groups.iter("Group"))
            if declared.get("public", "").lower() == "true"
        )

    def _equal(self, files: list[CfgFile]) -> Iterator[Remark]:
        by_priority: dict[int, list[CfgFile]] = {}
        for file in files:
            if file.role is Role.GENERATOR and file.specificity and file.specificity.group:
                by_priority.setdefault(file.specificity.prio, []).append(file)
        for same in by_priority.values():
            if len(same) > 1:
                yield from self._ambiguous(same)

    def _ambiguous(self, files: list[CfgFile]) -> Iterator[Remark]:
        groups = {str(file.specificity and file.specificity.group): file for file in files}
        for client in self.repository.clients():
            both = sorted(group for group in groups if group in client.groups)
            if len(both) > 1:
                message = (
                    f"{client.hostname} is in {' and '.join(both)}, whose files have the same "
                    "priority"
                )
                yield Remark("ambiguous-cfg-files", groups[both[1]].path, None, message)
                return


def _has_dynamic_bundles(repository: Repository) -> bool:
    """Say whether names of paths in bundles are made by code or globs, so that any may come."""
    for path in repository.every("Bundler", "*.xml", "*.genshi"):
        root = repository.document(path)
        for entry in () if root is None else root.iter("Path"):
            name = entry.get("name") or ""
            if "$" in name or (entry.get("glob") or "").startswith("$"):
                return True
    return False


class _Names:
    """The paths that bundles have, by name and by glob."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.globs: list[Any] = []

    def __contains__(self, path: str) -> bool:
        return path in self.names or any(glob.match(path) for glob in self.globs)


def _bundled(repository: Repository) -> _Names:
    names = _Names()
    for path in repository.every("Bundler", "*.xml", "*.genshi"):
        root = repository.document(path)
        for tag in ("Path", "BoundPath"):
            for entry in () if root is None else root.iter(tag):
                names.names |= {entry.get("name", ""), entry.get("altsrc", "")}
                if entry.get("glob"):
                    names.globs.append(re.compile(translate(entry.get("glob", ""))))
    return names
