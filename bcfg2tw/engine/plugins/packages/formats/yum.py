"""
Sources of type yum: which files they have, and how they get into an index (:ref:`packages-10.2`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from bcfg2tw.engine.plugin.downloads import NotThere
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import DownloadedFiles
from bcfg2tw.engine.plugins.packages.formats import repomd, yum_sqlite
from bcfg2tw.engine.plugins.packages.formats.compression import BrokenFile, open_unpacked
from bcfg2tw.engine.plugins.packages.formats.repomd import YumRepository
from bcfg2tw.engine.plugins.packages.formats.xml_stream import (
    child,
    child_text,
    elements,
    local_name,
)
from bcfg2tw.engine.plugins.packages.indexes.index_file import IndexFile, Package
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.xmlio import Element

logger = logging.getLogger("Packages")

PRIMARY = ("primary", "primary_db")
FILELISTS = ("filelists", "filelists_db")
GROUPS = ("group", "group_gz", "group_bz2", "group_xz", "group_zst")

#: By the word of a comps file, the level of a member (:ref:`packages-7`).
LEVELS = {"conditional": 0, "mandatory": 0, "default": 1, "optional": 2}
SOURCES = frozenset(["src", "nosrc"])


def read(
    source: PackageSource, files: DownloadedFiles, index: IndexFile, keys: Sequence[str]
) -> None:
    """
    Fetch a source's files as far as needed, and add what they list to an index.

    :param keys: paths of the keys one of which must have signed each repomd.xml; none for any
    """
    missing: list[NotThere] = []
    for architecture in source.arches:
        repositories = list(_repositories(source, architecture, files, keys, missing))
        for repository in repositories:
            _read_packages(repository, index, architecture)
        paths = index.required_paths(architecture)
        for repository in repositories:
            _read_files(repository, index, architecture, paths)
            _read_groups(repository, index, architecture)
    if missing and index.is_empty:
        raise missing[0]


def _repositories(
    source: PackageSource,
    architecture: str,
    files: DownloadedFiles,
    keys: Sequence[str],
    missing: list[NotThere],
) -> Iterator[YumRepository]:
    """Yield the repositories that there are; one that never was is told in the log."""
    for folder in _folders(source, architecture):
        try:
            yield repomd.fetch(folder, keys, files)
        except NotThere as error:
            if files.was_there(repomd.address(folder)):
                raise
            logger.error("Packages: %s", error)
            missing.append(error)


def _folders(source: PackageSource, architecture: str) -> list[str]:
    if source.rawurl:
        return [source.rawurl]
    return [
        f"{source.url}{source.version}/{component}/{architecture}/"
        for component in source.components
    ]


def _read_packages(repository: YumRepository, index: IndexFile, architecture: str) -> None:
    primary = repository.path(*PRIMARY)
    if primary is None:
        raise BrokenFile(f"{repository.folder}: repomd.xml names no list of packages")
    kind, path = primary
    packages = yum_sqlite.packages(path) if kind == "primary_db" else _packages(path)
    for package_architecture, package in packages:
        if package_architecture not in SOURCES:
            package.fitness = fitness(package_architecture, architecture)
            index.add(package, architecture)


def fitness(package_architecture: str, index_architecture: str) -> int:
    """Return how well a package's architecture fits, 2 at best; others stand there for multilib."""
    if package_architecture == index_architecture:
        return 2
    return 1 if package_architecture == "noarch" else 0


def _packages(path: str) -> Iterator[tuple[str, Package]]:
    """Yield the packages of a primary.xml, each with its architecture."""
    with open_unpacked(path) as stream:
        for element in elements(stream, path, "package"):
            name = child_text(element, "name")
            if not name:
                raise BrokenFile(f"{path} describes a package without a name")
            package = Package(name, _version(child(element, "version")))
            details = child(element, "format")
            if details is not None:
                package.dependencies.extend(dict.fromkeys(_entries(details, "requires")))
                package.provides.extend(_entries(details, "provides"))
            yield child_text(element, "arch"), package


def _version(element: Element | None) -> str:
    if element is None:
        return ""
    return f"{element.get('epoch') or 0}:{element.get('ver', '')}-{element.get('rel', '')}"


def _entries(details: Element, name: str) -> Iterator[str]:
    parent = child(details, name)
    for entry in () if parent is None else parent:
        if local_name(entry) == "entry" and entry.get("name"):
            yield entry.get("name", "")


def _read_files(
    repository: YumRepository, index: IndexFile, architecture: str, paths: set[str]
) -> None:
    """Make packages providers of those paths that are required."""
    for name, version, path in _owners_in(repository, paths) if paths else ():
        version_in_index = index.version_of(name, architecture)
        if version_in_index is not None and version in ("", version_in_index):
            index.add_provider(path, name, architecture)


def _owners_in(repository: YumRepository, paths: set[str]) -> Iterator[tuple[str, str, str]]:
    file_list = repository.path(*FILELISTS)
    if file_list is None:
        return iter(())
    kind, path = file_list
    if kind == "filelists":
        return _owners(path, paths)
    primary = repository.path("primary_db")
    if primary is None:
        raise BrokenFile(f"{repository.folder}: the database of files comes without its primary_db")
    return yum_sqlite.owners(path, primary[1], paths)


def _owners(path: str, paths: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield name and version of packages, and the wanted paths that they own."""
    with open_unpacked(path) as stream:
        for package in elements(stream, path, "package"):
            version = _version(child(package, "version"))
            for child_element in package:
                if child_element.text in paths and local_name(child_element) == "file":
                    yield package.get("name", ""), version, child_element.text or ""


def _read_groups(repository: YumRepository, index: IndexFile, architecture: str) -> None:
    group_list = repository.path(*GROUPS)
    if group_list is None:
        return
    path = group_list[1]
    with open_unpacked(path) as stream:
        for group in elements(stream, path, "group"):
            name = child_text(group, "id")
            if name:
                index.add_group(name, architecture)
                for member, level in _members(group):
                    index.add_member(name, member, level, architecture)


def _members(group: Element) -> Iterator[tuple[str, int]]:
    package_list = child(group, "packagelist")
    for member in () if package_list is None else package_list:
        level = LEVELS.get(member.get("type", "mandatory")) if local_name(member) else None
        if level is not None and member.text:
            yield member.text.strip(), level
