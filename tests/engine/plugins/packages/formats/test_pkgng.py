"""Indexes of FreeBSD's catalogues."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.compression import zstandard
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from tests.engine.plugins.packages.mirrors import a_mirror, archive, catalogue, outcome_of, view_of

NGINX = {
    "name": "nginx",
    "version": "1.24,3",
    "deps": {"pcre2": {"origin": "devel/pcre2", "version": "10.42"}, "zlib": {}},
}
FOLDER = "freebsd:14:x86:64/latest/packagesite"


def a_source(url: str, **fields: Any) -> PackageSource:
    attributes = {"version": "14", "components": ("latest",), "arches": ("x86:64",), **fields}
    return PackageSource("pkgng", url, **attributes)


class CatalogueTests(SynchronousTestCase):
    def members(self, text: str) -> dict[str, str]:
        return {"packagesite.yaml.sig": "x", "packagesite.yaml": text}

    def test_lines(self) -> None:
        """A catalogue has an object a line; the keys of `deps` are dependencies."""
        data = archive(self.members(catalogue(NGINX, {"name": "pcre2"})), "w:xz")
        view = view_of(self, a_source(a_mirror(self, {FOLDER + ".txz": data})))
        self.assertEqual(view.names(), ("nginx", "pcre2"))
        self.assertEqual(view.dependencies("nginx"), ("pcre2", "zlib"))
        self.assertEqual(view.version("nginx"), "1.24,3")
        self.assertEqual(view.providers("pcre2"), frozenset())

    def test_yaml(self) -> None:
        """Old catalogues are YAML, as objects or as documents."""
        text = "{name: a, deps: {b: {origin: x/b}}}\n---\nname: c\ndeps:\n  d: {version: 1}\n"
        data = archive(self.members(text), "w:xz")
        view = view_of(self, a_source(a_mirror(self, {FOLDER + ".txz": data})))
        self.assertEqual((view.dependencies("a"), view.dependencies("c")), (("b",), ("d",)))

    def test_names(self) -> None:
        """Today's names are found, too: of the file, and of the system."""
        plain = archive(self.members(catalogue(NGINX)), "w")
        for name in (FOLDER + ".pkg", FOLDER.replace("freebsd", "FreeBSD") + ".pkg"):
            url = a_mirror(self, {name: zstandard().compress(plain)})
            self.assertEqual(view_of(self, a_source(url)).names(), ("nginx",))

    def test_raw(self) -> None:
        """A raw URL is the folder of the catalogue."""
        url = a_mirror(self, {"packagesite.txz": archive(self.members(catalogue(NGINX)), "w:xz")})
        source = PackageSource("pkgng", rawurl=url, arches=("x86:64",))
        self.assertEqual(view_of(self, source).names(), ("nginx",))

    def test_broken(self) -> None:
        """What holds no catalogue, or a broken one, is refused."""
        for members in ({"data": "x"}, self.members('{"name": \n'), self.members("[1]\n")):
            url = a_mirror(self, {FOLDER + ".txz": archive(members, "w:xz")})
            self.assertIn("packagesite", outcome_of(self, a_source(url)).error or "")

    def test_endless(self) -> None:
        """A catalogue with a line that would fill the memory is refused."""
        members = self.members('{"name": "' + "x" * (17 << 20))
        url = a_mirror(self, {FOLDER + ".txz": archive(members, "w:gz")})
        self.assertIn("a line of more than", outcome_of(self, a_source(url)).error or "")
