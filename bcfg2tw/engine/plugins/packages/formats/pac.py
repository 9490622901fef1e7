"""
Sources of type pac: pacman's databases, and how they get into an index (:ref:`packages-10.3`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import DownloadedFiles
from bcfg2tw.engine.plugins.packages.formats.archive import members
from bcfg2tw.engine.plugins.packages.formats.compression import BrokenFile
from bcfg2tw.engine.plugins.packages.indexes.index_file import IndexFile, Package
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource

#: In the order in which they are tried; the first is the only one that Bcfg2 knows.
ENDINGS = (".db.tar.gz", ".db", ".db.tar.zst", ".db.tar.xz", ".files", ".files.tar.gz")
DESCRIBING = frozenset(["desc", "depends"])
DESCRIPTION_LIMIT_BYTES = 1 << 20

Sections = dict[str, list[str]]


def read(
    source: PackageSource, files: DownloadedFiles, index: IndexFile, keys: Sequence[str]
) -> None:
    """
    Fetch a source's databases as far as needed, and add what they list to an index.

    :raises BrokenFile: if the source gives a raw URL, which pacman's do not have
    """
    if source.rawurl:
        raise BrokenFile(f"{source.rawurl}: sources of type pac have a url, no rawurl")
    for architecture in source.arches:
        for component in source.components:
            url = f"{source.url}{component}/os/{architecture}/{component}"
            path = files.get_first(url + ending for ending in ENDINGS)
            for sections in _descriptions(path):
                _add(sections, index, architecture)


def _descriptions(path: str) -> Iterator[Sections]:
    """Yield what a database says about each package; its files stand together."""
    current, sections, is_empty = "", Sections(), True
    for name, content in members(path):
        folder, kind = posixpath.split(name)
        if kind not in DESCRIBING:
            continue
        if folder != current and sections:
            yield sections
            sections = {}
        current, is_empty = folder, False
        sections.update(_sections(content))
    if sections:
        yield sections
    elif is_empty and current:
        raise BrokenFile(f"{path} describes no package")


def _sections(content: IO[bytes]) -> Sections:
    """Read `%HEADING%` lines, each with its values on the lines up to an empty one."""
    sections: Sections = {}
    values: list[str] = []
    for line in content.read(DESCRIPTION_LIMIT_BYTES).decode("utf-8", "replace").splitlines():
        if re.fullmatch(r"%[A-Z0-9]+%", line):
            values = sections.setdefault(line.strip("%"), [])
        elif line:
            values.append(line)
    return sections


def _add(sections: Mapping[str, list[str]], index: IndexFile, architecture: str) -> None:
    name = next(iter(sections.get("NAME", ())), "")
    if not name:
        return
    package = Package(name, next(iter(sections.get("VERSION", ())), ""))
    package.dependencies.extend(map(_plain, sections.get("DEPENDS", ())))
    package.recommendations.extend(_plain(text) for text in sections.get("OPTDEPENDS", ()))
    package.provides.extend(map(_plain, sections.get("PROVIDES", ())))
    index.add(package, architecture)
    for group in sections.get("GROUPS", ()):
        index.add_member(group, name, 0, architecture)


def _plain(text: str) -> str:
    """Return a name without its description and version."""
    return re.split(r"[<>=]", text.partition(": ")[0])[0].strip()
