"""
Sources of type apt: which files they have, and how they get into an index (:ref:`packages-10.1`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from bcfg2tw.engine.plugin.downloads import DownloadError, NotThere
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import (
    DownloadedFiles,
    without_credentials,
)
from bcfg2tw.engine.plugins.packages.formats import deb822, release
from bcfg2tw.engine.plugins.packages.formats.compression import (
    LINE_LIMIT_BYTES,
    BrokenFile,
    has_zstandard,
    open_unpacked,
)
from bcfg2tw.engine.plugins.packages.formats.release import Release
from bcfg2tw.engine.plugins.packages.formats.signatures import BadSignature
from bcfg2tw.engine.plugins.packages.indexes.index_file import IndexFile
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource

#: In the order in which they are tried where a repository lists what it has: the smallest first.
LISTED = (".xz", ".zst", ".bz2", ".gz", "")
#: And where it does not; the first is the only one that Bcfg2 knows.
GUESSED = (".gz", ".xz", ".zst", ".bz2", "")
COMPRESSED = tuple(filter(None, GUESSED))


def read(
    source: PackageSource, files: DownloadedFiles, index: IndexFile, keys: Sequence[str]
) -> None:
    """
    Fetch a source's files as far as needed, and add what they list to an index.

    :param keys: paths of the keys one of which must have signed the source; none for any
    """
    if not source.arches:
        return
    folder = source.rawurl or f"{source.url}dists/{source.version}/"
    suite = release.fetch(folder, keys, files)
    for architecture in source.arches:
        for path in _indexes(source, folder, suite, architecture, files, bool(keys)):
            _check_compressed(path)
            with open_unpacked(path, line_limit_bytes=LINE_LIMIT_BYTES) as stream:
                for package in deb822.packages(stream, path, architecture):
                    index.add(package, architecture)


def _check_compressed(path: str) -> None:
    """
    See that a compressed index has something in it, be it that there are no packages.

    :raises BrokenFile: if it is what a mirror keeps whose disk was full
    """
    if path.endswith(COMPRESSED) and not os.path.getsize(path):
        raise BrokenFile(f"{path} is no compressed index of packages: it is empty")


def _indexes(
    source: PackageSource,
    folder: str,
    suite: Release | None,
    architecture: str,
    files: DownloadedFiles,
    is_strict: bool,
) -> Iterator[str]:
    """Yield the paths of the indexes for an architecture, fetched."""
    if source.rawurl:
        yield _index(folder, "Packages", suite, files, is_strict)
        return
    for component in source.components:
        yield _index(folder, f"{component}/binary-{architecture}/Packages", suite, files, is_strict)
        common = f"{component}/binary-all/Packages"
        if suite is not None and suite.has_all and _listed_names(suite, common):
            yield _index(folder, common, suite, files, is_strict)


def _index(
    folder: str, name: str, suite: Release | None, files: DownloadedFiles, is_strict: bool
) -> str:
    """Return the path of one index, fetched under the first name that it is to be had under."""
    listed_names = [] if suite is None else _listed_names(suite, name)
    if is_strict and not listed_names:
        raise BadSignature(f"what is signed in {without_credentials(folder)} does not list {name}")
    for listed_name in listed_names:
        try:
            return _fetch_listed(suite, listed_name, files)
        except NotThere:  # mirrors list the plain file and keep none
            continue
    if is_strict:
        raise DownloadError(
            f"{without_credentials(folder)}{name}: the repository lists it, but has it not"
        )
    return files.get_first(f"{folder}{name}{ending}" for ending in _readable_endings(GUESSED))


def _listed_names(suite: Release, name: str) -> list[str]:
    return [
        name + ending for ending in _readable_endings(LISTED) if name + ending in suite.checksums
    ]


def _fetch_listed(suite: Release | None, name: str, files: DownloadedFiles) -> str:
    assert suite is not None
    checksum, url = suite.checksums[name], f"{suite.folder}{name}"
    by_hash = suite.hash_url(name)
    if by_hash is not None:
        try:
            return files.get(by_hash, checksum, stored_as=url)
        except NotThere:  # not every mirror keeps these
            return files.get(url, checksum)
    return files.get(url, checksum)


def _readable_endings(endings: Sequence[str]) -> list[str]:
    return [ending for ending in endings if ending != ".zst" or has_zstandard()]
