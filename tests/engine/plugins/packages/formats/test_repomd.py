"""What a yum repository's list of its own files may say, and what is refused."""

from __future__ import annotations

import hashlib

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from tests.engine.plugins.packages.mirrors import (
    a_mirror,
    outcome_of,
    primary,
    repomd,
    rpm,
    view_of,
)

REPOMD = "repodata/repomd.xml"


class RepomdTests(SynchronousTestCase):
    def source(self, contents: dict[str, bytes]) -> PackageSource:
        """Return a source whose mirror has files."""
        return PackageSource("yum", rawurl=a_mirror(self, contents), arches=("x86_64",))

    def listing(self, *entries: str) -> dict[str, bytes]:
        """Return a repository of one package, with a list of these entries."""
        text = f"<repomd>{''.join(entries)}</repomd>"
        return {"p": primary(rpm("a")), REPOMD: text.encode()}

    def refusal(self, *entries: str) -> str:
        """Return why such a repository is not used."""
        return outcome_of(self, self.source(self.listing(*entries))).error or ""

    def test_plain(self) -> None:
        """An entry needs no checksum and no size."""
        entry = '<data type="primary"><location href="p"/></data>'
        self.assertEqual(view_of(self, self.source(self.listing(entry))).names(), ("a",))

    def test_old_names(self) -> None:
        """`sha` is the old name of SHA-1, in any case."""
        digest = hashlib.sha1(primary(rpm("a")), usedforsecurity=False).hexdigest()
        for kind in ("sha", "SHA1"):
            entry = (
                f'<data type="primary"><checksum type="{kind}"> {digest.upper()}\n</checksum>'
                '<location href="p"/><size>unknown</size></data>'
            )
            self.assertEqual(view_of(self, self.source(self.listing(entry))).names(), ("a",))

    def test_unknown_checksum(self) -> None:
        """A checksum of a kind that nobody knows is refused: the file could be any."""
        entry = (
            '<data type="primary"><checksum type="crc32">1</checksum><location href="p"/></data>'
        )
        self.assertIn("repomd.xml has checksums of the unknown kind 'crc32'", self.refusal(entry))

    def test_empty(self) -> None:
        """A list of nothing is none, and one without packages is named with its repository."""
        self.assertIn("repomd.xml lists no files: it is no repomd.xml", self.refusal())
        entry = '<data type="group"><location href="p"/></data>'
        self.assertIn("repomd.xml names no list of packages", self.refusal(entry))

    def test_no_location(self) -> None:
        """An entry that names no file is refused with its type."""
        for location in ("", "<location/>", '<location href=""/>'):
            error = self.refusal(f'<data type="primary">{location}</data>')
            self.assertIn("repomd.xml names no file for primary", error)

    def test_nameless_package(self) -> None:
        """A package without a name is refused: what else is wrong nobody knows."""
        contents = repomd({"p": primary(rpm(""))}, primary="p")
        error = outcome_of(self, self.source(contents)).error or ""
        self.assertIn("describes a package without a name", error)

    def test_files_without_packages(self) -> None:
        """A database of files that belongs to no database of packages is refused."""
        contents = repomd(
            {"p": primary(rpm("a", requires="/bin/sh")), "f": b""}, primary="p", filelists_db="f"
        )
        error = outcome_of(self, self.source(contents)).error or ""
        self.assertIn("the database of files comes without its primary_db", error)
