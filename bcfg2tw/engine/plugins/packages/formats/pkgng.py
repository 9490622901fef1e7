"""
Sources of type pkgng: FreeBSD's catalogues, and how they get into an index (:ref:`packages-10`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import yaml

from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import DownloadedFiles
from bcfg2tw.engine.plugins.packages.formats.archive import members
from bcfg2tw.engine.plugins.packages.formats.compression import LINE_LIMIT_BYTES, BrokenFile
from bcfg2tw.engine.plugins.packages.indexes.index_file import IndexFile, Package
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource

#: In the order in which they are tried; the first of each is the only one that Bcfg2 knows.
ENDINGS = (".txz", ".pkg", ".tzst")
SYSTEMS = ("freebsd", "FreeBSD")
CATALOGUE = "packagesite.yaml"


def read(
    source: PackageSource, files: DownloadedFiles, index: IndexFile, keys: Sequence[str]
) -> None:
    """Fetch a source's catalogues as far as needed, and add what they list to an index."""
    for architecture in source.arches:
        for addresses in _catalogues(source, architecture):
            path = files.get_first(addresses)
            for description in _descriptions(path):
                index.add(_package(description, path), architecture)


def _catalogues(source: PackageSource, architecture: str) -> Iterator[list[str]]:
    """Yield for each catalogue the URLs that it may have."""
    if source.rawurl:
        yield [f"{source.rawurl}packagesite{ending}" for ending in ENDINGS]
        return
    for component in source.components:
        yield [
            f"{source.url}{system}:{source.version}:{architecture}/{component}/packagesite{ending}"
            for system in SYSTEMS
            for ending in ENDINGS
        ]


def _descriptions(path: str) -> Iterator[Any]:
    for name, content in members(path, LINE_LIMIT_BYTES):
        if name == CATALOGUE:
            try:
                yield from _documents(content)
            except (ValueError, yaml.YAMLError) as error:
                raise BrokenFile(f"{path}: {CATALOGUE} cannot be read: {error}") from error
            return
    raise BrokenFile(f"{path} holds no {CATALOGUE}")


def _documents(content: IO[bytes]) -> Iterator[Any]:
    """Yield what a catalogue describes: a line each, or YAML documents in old ones."""
    lines: list[bytes] = []
    for line in content:
        is_whole = line.startswith(b"{")
        if lines and (is_whole or line.startswith(b"---")):
            yield yaml.safe_load(b"".join(lines))
            lines = []
        if is_whole:
            yield _document(line)
        elif line.strip() and not line.startswith(b"---"):
            lines.append(line)
    if lines:
        yield yaml.safe_load(b"".join(lines))


def _document(line: bytes) -> Any:
    """Read JSON, which is quick, or else YAML, which looks alike."""
    try:
        return json.loads(line)
    except ValueError:
        return yaml.safe_load(line)


def _package(description: Any, path: str) -> Package:
    name = description.get("name") if isinstance(description, Mapping) else None
    if not isinstance(name, str) or not name:
        raise BrokenFile(f"{path}: {CATALOGUE} describes a package without a name")
    dependencies = description.get("deps") or {}
    return Package(name, str(description.get("version", "")), list(map(str, dependencies)))
