"""Bundler: which entries a client has, from one XML file for each bundle (:ref:`structures-3`)."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import TypeAlias
from weakref import WeakKeyDictionary

from genshi.template import TemplateError

from bcfg2tw.engine.documents.conditions import StoredDocument
from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Generator, Structure, StructureValidator
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import RepositoryError, ValidationError
from bcfg2tw.near_names import near_name

Bundles: TypeAlias = dict[str, StructFile]

SUFFIXES = (".xml", ".genshi")

#: How many globs of one state of the repository are kept with the paths that match.
KEPT_GLOBS = 1000

#: The first client that knows what a `Bundle` inside a bundle means.
INHERITING_VERSION = "1.4.0pre2"


class BundleFile(StructFile):
    """The file of a bundle."""

    kept_as = StoredDocument


class Bundler(Plugin, Structure, StructureValidator):
    """Builds the bundles of a client from `Bundler/*.xml`, and expands globs of paths."""

    def __init__(
        self, context: PluginContext, files: Files, previous: Bundler | None = None
    ) -> None:
        super().__init__(context, files, previous)
        loaded = load_all(files, SUFFIXES, BundleFile, self.logger, self.listing_before)
        self.bundles: Bundles = {}
        self._globs: WeakKeyDictionary[PluginSet, dict[str, tuple[str, ...]]] = WeakKeyDictionary()
        for name, file in loaded.items():
            self._add(name, file)
        # of every state of the repository that was read since the start
        self._seen: set[str] = self.lasting.keep("names of bundles", set)
        self._seen.update(self.bundles)

    def _add(self, name: str, file: StructFile) -> None:
        bundle, suffix = os.path.splitext(os.path.basename(name))
        taken = self.bundles.setdefault(bundle, file)
        if self.listing_before.get(name) == self.files[name]:
            return  # it was said when the file was read first
        if taken is not file:
            self.logger.error(
                "Bundler: %s is not used: bundle %s is in %s", file.path, bundle, taken.path
            )
        if suffix == ".genshi":
            self.logger.warning(
                "Bundler: %s: Bundle filenames ending with .genshi are deprecated; "
                "use .xml, with the prefix py declared on the root",
                file.path,
            )
        if file.root.get("name") is not None:
            self.logger.warning(
                "Bundler: %s: the name of a bundle is its file's; remove the name attribute",
                file.path,
            )

    def BuildStructures(self, metadata: ClientMetadata) -> list[Element]:
        """Return the client's bundles and all that they require, each once."""
        structures: list[Element] = []
        names = set(metadata.bundles)
        waiting = sorted(names)
        while waiting:
            name = waiting.pop(0)
            structure = self._structure(name, metadata)
            if structure is None:
                continue
            structures.append(structure)
            required = self._take_required(structure, metadata)
            waiting.extend(sorted(required - names))
            names |= required
        return structures

    def _structure(self, name: str, metadata: ClientMetadata) -> Element | None:
        file = self.bundles.get(name)
        if file is None:
            self._miss(name, metadata)
            return None
        structure = self._match(name, file, metadata)
        if structure is None:
            return None
        if structure.get("independent", "").lower() == "true":
            structure.tag = "Independent"
            del structure.attrib["independent"]
        structure.set("name", name)
        if metadata.build.explanation is not None:
            metadata.build.explanation.structures[name] = file.path
        self._flatten(structure, name)
        return structure

    def _miss(self, name: str, metadata: ClientMetadata) -> None:
        """
        Say that a bundle is not there, if a configuration may be built without it.

        It may where it has been missing, or unreadable, since the start, as with the reference.
        Where it was there the client would remove what it does not find any more.

        :raises ValidationError: if it may not
        """
        problem = self._problem_of(name)
        path = self.files.path(f"{name}.xml")
        near = near_name(name, self.bundles)
        hint = "" if near is None else f" ({near} is there)"
        place = metadata.snapshot.metadata.place_of_bundle(name)
        where = "" if place is None else f"{place}: "
        reason = f"{where}there is no bundle {name}{hint}, which a group or a bundle names"
        remedy = f"restore {path}, or take the bundle out of what names it"
        if problem is not None:
            reason, remedy = f"bundle {name} was never readable: {problem}", "mend that"
        if name in self._seen or self.context.settings.strict_repository:
            raise ValidationError(f"{reason}: {remedy}")
        self.logger.error("Bundler: Bundle %s does not exist: %s", name, reason)

    def _problem_of(self, name: str) -> RepositoryError | None:
        """Return what is wrong with a bundle's file, None if there is none."""
        for path in self.files:
            bundle, suffix = os.path.splitext(os.path.basename(path))
            if bundle == name and suffix in SUFFIXES:
                return self.files.problem(path, BundleFile)
        return None

    def _match(self, name: str, file: StructFile, metadata: ClientMetadata) -> Element | None:
        try:
            return file.XMLMatch(metadata)
        except TemplateError as error:
            self.logger.error("Bundler: Failed to render templated bundle %s: %s", name, error)
        except Exception:  # a template's code may raise anything: spare other bundles
            self.logger.exception("Bundler: Unexpected bundler error for %s", name)
        return None

    def _flatten(self, structure: Element, name: str) -> None:
        """Dissolve the roots of included files; those directly below only, as the reference."""
        for included in structure.findall("Bundle"):
            if not len(included):
                self.logger.warning("Bundler: %s includes an empty bundle", name)
            children = list(included)
            structure.remove(included)
            structure.extend(children)

    def _take_required(self, structure: Element, metadata: ClientMetadata) -> set[str]:
        required: set[str] = set()
        for element in structure.findall("RequiredBundle"):
            name = element.get("name")
            structure.remove(element)
            if name is None:
                self.logger.warning(
                    "Bundler: %s has a RequiredBundle without a name", structure.get("name")
                )
                continue
            required.add(name)
            if element.get("inherit_modification") == "true":
                self._inherit(structure, name, metadata)
        return required

    def _inherit(self, structure: Element, name: str, metadata: ClientMetadata) -> None:
        version = metadata.version_info
        if version is not None and version >= INHERITING_VERSION:
            structure.append(structure.makeelement("Bundle", {"name": name}))
            return
        self.logger.warning(
            "Bundler: client %s (version %s) cannot inherit the modification of %s in %s",
            metadata.hostname, metadata.version, name, structure.get("name"),
        )  # fmt: skip

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """
        Replace each `Path` with a `glob` by the listed paths that match (:ref:`structures-3.4`).
        """
        for structure in structures:
            for path in list(structure.iter("Path")):
                if path.get("glob") is not None:
                    self._expand(path, metadata)

    def _expand(self, pattern: Element, metadata: ClientMetadata) -> None:
        parent = pattern.getparent()
        if parent is None:
            return
        names = self._match_glob(pattern.get("glob", ""), metadata.snapshot)
        parent.remove(pattern)
        parent.extend([parent.makeelement("Path", {"name": name}) for name in names])

    def _match_glob(self, glob: str, snapshot: PluginSet) -> tuple[str, ...]:
        """Return the listed paths that match; of each snapshot all paths are tried once."""
        paths_by_glob = self._globs.setdefault(snapshot, {})
        paths = paths_by_glob.get(glob)
        if paths is None:
            if len(paths_by_glob) >= KEPT_GLOBS:
                paths_by_glob.clear()  # templates may make globs without end
            paths = paths_by_glob[glob] = tuple(_matching_paths(glob, snapshot))
        return paths


def _matching_paths(glob: str, snapshot: PluginSet) -> dict[str, None]:
    """Return what matches in the order of plugins, each once."""
    return dict.fromkeys(
        name
        for generator in snapshot.plugins_by_type(Generator)
        for name in generator.Entries.get("Path", ())
        if fnmatchcase(name, glob)
    )
