"""Small repositories of packages for tests, and the indexes that are compiled from them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import os
import tarfile
from collections.abc import Mapping
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.indexes.source_index import IndexView, SourceIndex
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating.update import SourceUpdate, update
from bcfg2tw.settings import Settings
from tests.builders import Contents, write_files
from tests.doubles import MemoryDownloader

DISTS = "dists/stable"


def a_mirror(case: SynchronousTestCase, contents: Contents) -> str:
    """Write a repository into a new folder, and return its `file:` URL with a slash."""
    folder: str = os.path.abspath(case.mktemp())
    write_files(folder, contents)
    return f"file://{folder}/"


def a_cache(case: SynchronousTestCase) -> str:
    """Return a new cache folder."""
    folder: str = os.path.abspath(case.mktemp())
    os.mkdir(folder)
    return folder


def outcome_of(
    case: SynchronousTestCase, source: PackageSource, cache: str | None = None, **how: Any
) -> SourceUpdate:
    """Bring a source whose mirror is a folder up to date, and return what became of it."""
    quiet(case)
    (outcome,) = update([source], cache or a_cache(case), MemoryDownloader(), Settings(), **how)
    return outcome


def quiet(case: SynchronousTestCase) -> None:
    """Keep what the plugin logs out of the test's output."""
    case.patch(logging.getLogger("Packages"), "disabled", True)


def index_of(case: SynchronousTestCase, source: PackageSource) -> SourceIndex:
    """Return the compiled index of a source whose mirror is a folder."""
    outcome = outcome_of(case, source)
    assert outcome.path is not None, outcome.error
    return opened(case, outcome.path)


def opened(case: SynchronousTestCase, path: str) -> SourceIndex:
    """Return an index; it is closed after the test."""
    index = SourceIndex.open(path)
    case.addCleanup(index.close)
    return index


def view_of(case: SynchronousTestCase, source: PackageSource, *architectures: str) -> IndexView:
    """Return what clients see of a source whose mirror is a folder, by default of its first."""
    return index_of(case, source).view(architectures or source.arches[:1])


def debian(text: str, architecture: str = "amd64", component: str = "main") -> dict[str, bytes]:
    """Return the files of a Debian mirror without a Release: one Packages.gz."""
    return {f"{DISTS}/{component}/binary-{architecture}/Packages.gz": gzip.compress(text.encode())}


def release(contents: Mapping[str, bytes], **fields: str) -> bytes:
    """Return the Release of a suite whose files are given by their path below the mirror."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    lists = [
        f" {hashlib.sha256(data).hexdigest()} {len(data)} {name.removeprefix(DISTS + '/')}"
        for name, data in contents.items()
    ]
    return "\n".join(["Suite: stable", *lines, "SHA256:", *lists, ""]).encode()


def apt_source(url: str, **fields: Any) -> PackageSource:
    """Return a source for the mirror of `debian`."""
    attributes = {"version": "stable", "components": ("main",), "arches": ("amd64",), **fields}
    return PackageSource("apt", url, **attributes)


def repomd(contents: Mapping[str, bytes], **types: str) -> dict[str, bytes]:
    """
    Return a yum repository: its files, and a repomd.xml that lists them with checksums.

    :param types: by type of content, the name of the file
    """
    data = "".join(
        f'<data type="{kind}"><checksum type="sha256">'
        f"{hashlib.sha256(contents[name]).hexdigest()}</checksum>"
        f'<location href="{name}"/><size>{len(contents[name])}</size></data>'
        for kind, name in types.items()
    )
    text = f'<repomd xmlns="http://linux.duke.edu/metadata/repo">{data}</repomd>'
    return {**contents, "repodata/repomd.xml": text.encode()}


def primary(*packages: str) -> bytes:
    """Return a primary.xml of packages that `rpm` describes."""
    return (
        '<metadata xmlns="http://linux.duke.edu/metadata/common" '
        'xmlns:rpm="http://linux.duke.edu/metadata/rpm">' + "".join(packages) + "</metadata>"
    ).encode()


def rpm(
    name: str,
    requires: str = "",
    provides: str = "",
    version: str = "1.0",
    arch: str = "x86_64",
    epoch: str = "0",
    release: str = "1",
) -> str:
    """Return how a primary.xml describes a package; names are separated by blanks."""
    return (
        f'<package type="rpm"><name>{name}</name><arch>{arch}</arch>'
        f'<version epoch="{epoch}" ver="{version}" rel="{release}"/><format>'
        f"<rpm:provides>{_entries(provides)}</rpm:provides>"
        f"<rpm:requires>{_entries(requires)}</rpm:requires></format></package>"
    )


def _entries(names: str) -> str:
    return "".join(f'<rpm:entry name="{name}"/>' for name in names.split())


def archive(members: Mapping[str, str], mode: str = "w:gz") -> bytes:
    """Return a tar archive of texts."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as tar:  # type: ignore[call-overload]
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def pacman(*packages: Mapping[str, str]) -> dict[str, str]:
    """Return the members of a pacman database; values of several lines are lists."""
    return {
        f"{package['NAME']}-1.0-1/desc": "".join(
            f"%{name}%\n{value}\n\n" for name, value in {"VERSION": "1.0-1", **package}.items()
        )
        for package in packages
    }


def catalogue(*packages: Mapping[str, Any]) -> str:
    """Return the packagesite.yaml of a FreeBSD repository."""
    return "".join(json.dumps(package) + "\n" for package in packages)
