"""The plugin: from a client's structures to the packages that they need (:ref:`packages-5`)."""

from __future__ import annotations

import os
import threading
from typing import Any, ClassVar

from lxml import etree

from bcfg2tw.engine.documents.directory import check_read
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import (
    Connector,
    Generator,
    Monitored,
    StructureValidator,
    Threaded,
)
from bcfg2tw.engine.plugins.packages.configuring.configs import config_text
from bcfg2tw.engine.plugins.packages.configuring.gpg_keys import FILE, add_keys, key_folder
from bcfg2tw.engine.plugins.packages.configuring.template_data import TemplateData
from bcfg2tw.engine.plugins.packages.indexes.source_index import UnusableIndex
from bcfg2tw.engine.plugins.packages.resolving.collection_resolvers import CollectionResolvers
from bcfg2tw.engine.plugins.packages.resolving.explanation import PackageExplanation
from bcfg2tw.engine.plugins.packages.resolving.request import Request, choose_groups, remove_groups
from bcfg2tw.engine.plugins.packages.resolving.resolver import ResolvedPackages
from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.sources.sources_file import SourcesFile
from bcfg2tw.engine.plugins.packages.updating.indexes import Indexes, NotReady
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, ValidationError
from bcfg2tw.settings import Settings

SOURCES = "sources.xml"
CACHE = "cache"

#: How long a start or a change waits for sources that were never read.
FIRST_LOAD_SECONDS = 60.0


def index_folder(settings: Settings) -> str:
    """Return the folder that the indexes of all sources are kept in."""
    in_repository = os.path.join(settings.repository, "Packages", CACHE)
    return settings.packages_cache or settings.folder_for("Packages", in_repository)


class Packages(Plugin, StructureValidator, Generator, Connector, Monitored, Threaded):
    """
    Completes clients' packages from the sources of `Packages/sources.xml`.

    What it adds stands in a structure of its own. It also binds all packages, and the paths of the
    package managers' configuration.

    :ivar sources: all of them, in the order of the document
    """

    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "Refresh", "Reload"]
    conflicts: ClassVar[list[str]] = ["Pkgmgr"]
    ignored: ClassVar[tuple[str, ...]] = (CACHE,)

    def __init__(
        self, context: PluginContext, files: Files, previous: Packages | None = None
    ) -> None:
        super().__init__(context, files, previous)
        settings = self._settings = files.library.settings
        sources_file = files.load(SOURCES, SourcesFile)
        self.sources: tuple[PackageSource, ...] = sources_file.sources if sources_file else ()
        self._config_paths = (settings.yum_config, settings.apt_config)
        self._key_folder = key_folder(settings)
        folder = index_folder(settings)
        self.indexes = _indexes(context, folder, previous)
        self._resolvers = CollectionResolvers(self.indexes, settings.packages_alternatives)
        self._first_load = 0
        if self._needs_cache and context.effects.is_serving:
            self._load(previous)
        if settings.use_yum_libraries and previous is None:
            self.logger.warning(
                "[packages:yum] use_yum_libraries: the server resolves by itself; remove the line"
            )

    @classmethod
    def prepare_folder(cls, repository: str) -> str:
        """Return the plugin's folder, made with a sources.xml without sources if need be."""
        folder = super().prepare_folder(repository)
        path = os.path.join(folder, SOURCES)
        if not os.path.exists(path):
            with open(path, "x", encoding="utf-8") as stream:
                stream.write("<Sources/>\n")
        return folder

    @property
    def _needs_cache(self) -> bool:
        """Say whether anything is fetched: without metadata this is keys alone."""
        has_keys = any(source.gpgkeys for source in self.sources)
        return self._settings.packages_metadata or has_keys

    def _load(self, previous: Packages | None) -> None:
        """
        Have the indexes of new sources made.

        The state before stays in service until there is something of each. At the start nobody
        waits here: there may be no reactor yet that could fetch anything.
        """
        if previous is not None and previous.has_loaded(self):
            return
        self._first_load = self.indexes.load(self.sources, self._settings)
        if previous is not None:
            self._wait_for_new_sources()

    def has_loaded(self, following: Packages) -> bool:
        """Say whether the indexes that the plugin of the next snapshot needs are asked for."""
        return (
            self._settings.packages_metadata == following._settings.packages_metadata
            and self.indexes is following.indexes
            and self.sources == following.sources
        )

    def start_threads(self) -> None:
        """
        Wait until there is something of each source, but not for ever.

        Not in the main thread: the reactor that is to fetch may have to run there. Then, or where
        a mirror takes long, the calls of those clients wait that it concerns; so they do where
        nothing could be fetched until now, as in a process that was forked.
        """
        if self._needs_cache and self.indexes.fetch_missing(self.sources):
            return
        is_main = threading.current_thread() is threading.main_thread()
        if self._needs_cache and not is_main:
            self._wait_for_new_sources()

    def _wait_for_new_sources(self) -> None:
        if not self.indexes.lack(self.sources):
            return
        if not self.indexes.wait(self._first_load, FIRST_LOAD_SECONDS):
            self.logger.warning("Packages: some sources are still being fetched")

    def picture(self) -> dict[str, Any]:
        """Return how many sources there are, how many have no index, and how old indexes are."""
        ages = [age for age in map(self.indexes.age_seconds, self.sources) if age is not None]
        return {
            "sources": len(self.sources),
            "missing": len(self.sources) - len(ages),
            "oldest_seconds": max(ages, default=None),
            "newest_seconds": min(ages, default=None),
        }

    def shutdown(self) -> None:
        """End the thread that brings the indexes up to date."""
        self.indexes.stop()

    def Refresh(self) -> bool:
        """Ask the servers for all indexes again, and wait until that is done."""
        return self._update_indexes(force=True)

    def Reload(self) -> bool:
        """Fetch the indexes that are missing, and wait until that is done."""
        return self._update_indexes(force=False)

    def _update_indexes(self, force: bool) -> bool:
        self.indexes.wait(self.indexes.load_again(force))
        return True

    # What clients get

    def client_sources(self, metadata: ClientMetadata) -> ClientSources:
        """Return the sources that apply to a client; told in the log once for a build."""
        sources: ClientSources | None = metadata.scratch.get(self)
        if sources is None:
            sources = metadata.scratch[self] = ClientSources.of(self.sources, metadata)
            sources.report(metadata.hostname)
        return sources

    @property
    def does_resolve(self) -> bool:
        """Say whether anything is added at all."""
        return self._settings.packages_metadata and self._settings.packages_resolver

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """
        Append one structure with all that is missing; it may be empty.

        :raises ValidationError: if sources.xml was never understood: without what it would have
            added, clients would remove what they need
        """
        check_read(self.files)
        client_sources = self.client_sources(metadata)
        structure = etree.Element("Independent", {"name": self.name})
        if self.does_resolve:
            self._add_packages(structure, client_sources, structures)
        else:
            choose_groups(structures)
            self.indexes.wait_for_keys(client_sources.sources)
        add_keys(structure, client_sources, self.indexes.cache_folder, self._key_folder)
        structures.append(structure)

    def _add_packages(
        self, structure: Element, client_sources: ClientSources, structures: list[Element]
    ) -> None:
        request = Request.of(structures)
        remove_groups(structures)
        answer = self._answer(client_sources, request)
        if answer.unknown:
            self.logger.info("Packages: Got %d unknown entries", len(answer.unknown))
            self.logger.info("Packages: %s", ", ".join(sorted(answer.unknown)))
        attributes = {
            "version": self._settings.packages_version,
            "type": client_sources.package_type,
            "origin": self.name,
        }
        for name in sorted(answer.packages.difference(request.names)):
            etree.SubElement(structure, "BoundPackage", {"name": name, **attributes})

    def _answer(self, client_sources: ClientSources, request: Request) -> ResolvedPackages:
        """
        Complete a request.

        :raises ValidationError: if an index was never there and takes long to be made, or breaks
            under our hands; clients that remove what is not in their configuration must not get
            one that lacks what it would have said
        """
        try:
            return self._resolvers.of(client_sources).answer(request)
        except NotReady as error:
            raise ValidationError(f"Packages: {error}") from error
        except UnusableIndex as error:
            raise ValidationError(
                f"Packages: {error}; have it made anew by Packages.Refresh"
            ) from error

    def explain(self, metadata: ClientMetadata, package: str) -> list[str]:
        """
        Say why a client has a package, or has it not.

        :raises PluginExecutionError: if nothing is resolved at all
        """
        if not self.does_resolve:
            raise PluginExecutionError(
                "nothing is resolved: [packages] resolver and metadata have to be enabled"
            )
        metadata = metadata.for_build()
        structures = self.context.structures(metadata)
        for validator in metadata.snapshot.plugins_by_type(StructureValidator):
            if validator is self:
                break
            validator.validate_structures(metadata, structures)
        request = Request.of(structures)
        resolver = self._resolvers.of(self.client_sources(metadata))
        answer = resolver.answer(request)
        return PackageExplanation(resolver.collection, request, answer).lines(package)

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        """Say yes to all packages and groups of them, and to package managers' configuration."""
        if entry.tag == "Path":
            return entry.get("name") in self._config_paths
        return entry.tag == "Package" and bool(entry.get("name") or entry.get("group"))

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        """Bind a package, whether a source has it or not, or a configuration."""
        client_sources = self.client_sources(metadata)
        if entry.tag == "Package":
            entry.set("version", self._settings.packages_version)
            entry.set("type", client_sources.package_type)
        else:
            entry.text = config_text(client_sources, metadata.hostname)
            for key, value in FILE.items():
                entry.set(key, value)

    def get_additional_data(self, metadata: ClientMetadata) -> Any:
        """Return what templates see as `metadata.Packages`."""
        return TemplateData(self.sources, metadata.for_build())


def _indexes(context: PluginContext, folder: str, previous: Packages | None) -> Indexes:
    """Return the indexes of a folder, those of the snapshot before if it is the same one."""
    if previous is not None:
        if previous.indexes.cache_folder == folder:
            return previous.indexes
        previous.indexes.stop()
    return Indexes(folder, lambda: context.downloads)
