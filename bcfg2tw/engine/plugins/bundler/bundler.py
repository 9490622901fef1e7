"""Bundler: which entries a client has, from one XML file for each bundle (:ref:`structures-3`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Set
from fnmatch import fnmatchcase
from typing import TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.model.written_structure import WrittenStructure
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Generator, Structure, StructureValidator, Tracked
from bcfg2tw.engine.plugins.bundler.bundle_file import BundleFile, shape, take_required
from bcfg2tw.engine.plugins.bundler.missing import SUFFIXES, MissingBundles
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element

S = TypeVar("S")
Bundles: TypeAlias = dict[str, BundleFile]
Take: TypeAlias = Callable[[str, ClientMetadata], "tuple[S | None, Set[str]]"]

#: How many globs of one state of the repository are kept with the paths that match.
KEPT_GLOBS = 1000

#: The first client that knows what a `Bundle` inside a bundle means.
INHERITING_VERSION = "1.4.0pre2"


class Bundler(Plugin, Structure, StructureValidator, Tracked):
    """Builds the bundles of a client from `Bundler/*.xml`, and expands globs of paths."""

    passes_written = True

    def __init__(
        self, context: PluginContext, files: Files, previous: Bundler | None = None
    ) -> None:
        super().__init__(context, files, previous)
        loaded = load_all(files, SUFFIXES, BundleFile, self.logger, self.listing_before)
        self.bundles: Bundles = {}
        self._globs: WeakKeyDictionary[PluginSet, dict[str, tuple[str, ...]]] = WeakKeyDictionary()
        for name, file in loaded.items():
            self._add(name, file)
        self._missing = MissingBundles(self.bundles, files, self.lasting)

    def _add(self, name: str, file: BundleFile) -> None:
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
        return self._with_required(metadata, self._element)

    def structures_to_write(self, metadata: ClientMetadata) -> list[Element | WrittenStructure]:
        """Return the same, written where nothing is left to do but to bind the entries."""
        return self._with_required(metadata, self._written_or_element)

    def _with_required(self, metadata: ClientMetadata, take: Take[S]) -> list[S]:
        """
        Return the client's bundles and all that they require, each once.

        :param take: returns the structure of a bundle, if there is one, and what that requires
        """
        structures: list[S] = []
        names = set(metadata.bundles)
        waiting = sorted(names)
        while waiting:
            structure, required = take(waiting.pop(0), metadata)
            if structure is None:
                continue
            structures.append(structure)
            waiting.extend(sorted(required - names))
            names |= required
        return structures

    def _written_or_element(
        self, name: str, metadata: ClientMetadata
    ) -> tuple[Element | WrittenStructure | None, Set[str]]:
        file = self.bundles.get(name)
        written = None if file is None else file.written(name, metadata)
        if written is None:
            return self._element(name, metadata)
        metadata.build.structure_files[name] = written.path
        return written, written.required

    def _element(self, name: str, metadata: ClientMetadata) -> tuple[Element | None, Set[str]]:
        file = self.bundles.get(name)
        if file is None:
            self._missing.miss(name, metadata)
            return None, frozenset()
        structure = self._match(name, file, metadata)
        if structure is None:
            return None, frozenset()
        if any(not len(included) for included in structure.findall("Bundle")):
            self.logger.warning("Bundler: %s includes an empty bundle", name)
        shape(structure, name)
        metadata.build.structure_files[name] = file.path
        return structure, self._take_required(structure, metadata)

    def _match(self, name: str, file: BundleFile, metadata: ClientMetadata) -> Element | None:
        try:
            structure = file.XMLMatch(metadata)
        except MemoryError:
            raise  # it says nothing about the bundle, which may well be there the next time
        except Exception as error:  # a template's code may raise anything: spare other bundles
            self._missing.fail(name, file.describe(error), metadata)
            return None
        if file.is_template:
            self._missing.note_rendered(name, metadata)
        return structure

    def _take_required(self, structure: Element, metadata: ClientMetadata) -> set[str]:
        required: set[str] = set()
        for element in take_required(structure):
            name = element.get("name")
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
            if not paths:
                self.logger.warning("Bundler: no path matches the glob %s of a bundle", glob)
        return paths


def _matching_paths(glob: str, snapshot: PluginSet) -> dict[str, None]:
    """Return what matches in the order of plugins, each once."""
    return dict.fromkeys(
        name
        for generator in snapshot.plugins_by_type(Generator)
        for name in generator.Entries.get("Path", ())
        if fnmatchcase(name, glob)
    )
