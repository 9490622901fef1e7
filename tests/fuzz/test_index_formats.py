"""Mirrors: indexes of packages as they should not be."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.compression import BrokenFile, open_unpacked
from bcfg2tw.engine.plugins.packages.formats.openpgp import BadKey, OpenPGPKey
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating.update import SourceUpdate, update
from bcfg2tw.settings import Settings
from tests.doubles import MemoryDownloader
from tests.engine.plugins.packages.mirrors import (
    DISTS,
    a_cache,
    apt_source,
    archive,
    catalogue,
    debian,
    pacman,
    primary,
    release,
    repomd,
    rpm,
)
from tests.fuzz.examples import mutated, no_defects, tries

MIRROR = "http://mirror.example.test/"
DEBIAN = debian("Package: a\nVersion: 1\n")

STANZAS = b"""Package: bash
Version: 5.2-1
Architecture: amd64
Depends: libc6 (>= 2.36), base-files | debianutils
Provides: sh, shell (= 5)
Priority: required
Essential: yes

Package: cron
Version: 1:3.0
Recommends: mail-transport-agent

"""


def packages(data: bytes) -> dict[str, bytes]:
    """Return a Debian mirror without a Release."""
    return {f"{DISTS}/main/binary-amd64/Packages": data}


def with_release(data: bytes) -> dict[str, bytes]:
    """Return a Debian mirror whose Release is the data."""
    return {**DEBIAN, f"{DISTS}/Release": data}


def primary_xml(data: bytes) -> dict[str, bytes]:
    """Return a yum repository whose list of packages is the data."""
    return repomd({"primary.xml": data}, primary="primary.xml")


def repomd_xml(data: bytes) -> dict[str, bytes]:
    """Return a yum repository whose repomd.xml is the data."""
    return {"primary.xml": primary(rpm("a")), "repodata/repomd.xml": data}


def database(data: bytes) -> dict[str, bytes]:
    """Return a yum repository whose list is a database of SQLite."""
    return repomd({"primary.sqlite": data}, primary_db="primary.sqlite")


def catalogues(data: bytes) -> dict[str, bytes]:
    """Return a FreeBSD repository whose catalogue is the data."""
    packed = archive({"packagesite.yaml": data.decode("utf-8", "replace")}, "w:xz")
    return {"packagesite.txz": packed}


def a_database() -> bytes:
    """Return the bytes of a small list in SQLite."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        """CREATE TABLE packages (pkgKey INTEGER PRIMARY KEY, name TEXT, arch TEXT, version TEXT,
        epoch TEXT, release TEXT);
        CREATE TABLE requires (name TEXT, flags TEXT, epoch TEXT, version TEXT, release TEXT,
        pkgKey INTEGER, pre BOOLEAN);
        CREATE TABLE provides (name TEXT, flags TEXT, epoch TEXT, version TEXT, release TEXT,
        pkgKey INTEGER);
        CREATE TABLE files (name TEXT, type TEXT, pkgKey INTEGER);
        INSERT INTO packages VALUES (1, 'bash', 'x86_64', '5', '0', '1');
        INSERT INTO provides VALUES ('sh', NULL, NULL, NULL, NULL, 1);
        INSERT INTO requires VALUES ('libc', NULL, NULL, NULL, NULL, 1, 0);
        INSERT INTO files VALUES ('/bin/bash', 'file', 1);"""
    )
    data: bytes = connection.serialize() if hasattr(connection, "serialize") else b"SQLite format 3"
    connection.close()
    return data


@dataclass(frozen=True)
class Kind:
    """One kind of file of a mirror: a good one, and the mirror with another one in its place."""

    source: PackageSource
    files_with: Callable[[bytes], Mapping[str, bytes]]
    seed: bytes


YUM = PackageSource("yum", rawurl=MIRROR, arches=("x86_64",))
PACMAN_PACKAGE = {"NAME": "bash", "ARCH": "x86_64", "DEPENDS": "glibc\nreadline>=8"}
FREEBSD_PACKAGE = {"name": "bash", "version": "5", "deps": {"x": {"version": "1"}}}

KINDS = {
    "packages": Kind(apt_source(MIRROR), packages, STANZAS),
    "release": Kind(
        apt_source(MIRROR),
        with_release,
        release(DEBIAN, Valid_Until="Sat, 01 Jan 2050 00:00:00 UTC"),
    ),
    "primary": Kind(
        YUM, primary_xml, primary(rpm("bash", "libc", "sh /bin/sh"), rpm("cron", arch="noarch"))
    ),
    "repomd": Kind(YUM, repomd_xml, primary_xml(primary(rpm("a")))["repodata/repomd.xml"]),
    "database": Kind(YUM, database, a_database()),
    "pacman": Kind(
        PackageSource("pac", MIRROR, components=("core",), arches=("x86_64",)),
        lambda data: {"core/os/x86_64/core.db": data},
        archive(pacman(PACMAN_PACKAGE), "w"),
    ),
    "pkgng": Kind(
        PackageSource("pkgng", rawurl=MIRROR, arches=("x86:64",)),
        catalogues,
        catalogue(FREEBSD_PACKAGE).encode(),
    ),
}


class IndexTests(SynchronousTestCase):
    """Each kind of source, one of whose files is nearly right."""

    def setUp(self) -> None:
        self.cache = a_cache(self)

    def read(self, kind: Kind, data: bytes) -> SourceUpdate:
        """See that a source is read, or refused for a reason that was thought of."""
        address = kind.source.rawurl or kind.source.url
        files = kind.files_with(data)
        server = MemoryDownloader({address + name: content for name, content in files.items()})
        with no_defects():
            (outcome,) = update([kind.source], self.cache, server, Settings(), force=True)
        self.assertTrue(outcome.path or outcome.error)
        return outcome

    def test_seeds(self) -> None:
        """What the others begin with is right."""
        for name, kind in KINDS.items():
            self.assertIsNone(self.read(kind, kind.seed).error, name)

    @tries(500)
    @given(st.sampled_from(sorted(KINDS)), st.data())
    def test_nearly_right(self, name: str, data: st.DataObject) -> None:
        """A file that is nearly right is read, or refused in a sentence."""
        kind = KINDS[name]
        self.read(kind, data.draw(mutated(st.just(kind.seed))))


PACKERS = (gzip.compress, bz2.compress, lzma.compress)

ARMOR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"

#: The beginning of an RSA key of version 4: a packet, its length, time, algorithm, number.
KEY = b"\x99\x00\x2d\x04\x65\x00\x00\x00\x01\x00\xff" + bytes(range(32)) + b"\x00\x11\x01\x00\x01"


class UnpackingTests(SynchronousTestCase):
    """Compressed files that are cut off or damaged, and keys."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp()).absolute()

    @tries(400)
    @given(mutated(st.sampled_from([pack(STANZAS * 20) for pack in PACKERS])))
    def test_unpacked(self, content: bytes) -> None:
        """They are unpacked, or refused in one way, whatever is in them."""
        self.path.write_bytes(content)
        try:
            with open_unpacked(str(self.path), 100_000) as stream:
                self.assertLessEqual(len(stream.read()), 100_000)
        except BrokenFile:
            return

    @tries(400)
    @given(mutated(st.sampled_from([KEY, ARMOR + base64.b64encode(KEY) + b"\n-----END"])))
    def test_keys(self, content: bytes) -> None:
        """Keys are read, or refused in one way."""
        try:
            OpenPGPKey.read(content)
        except BadKey:
            return
