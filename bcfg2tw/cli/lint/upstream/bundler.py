"""Bundler: bundles that are missing, unused or named in the way of old."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.xmlio import Element, line_of


class Bundler(Check):
    """Holds the bundles against groups.xml and against each other."""

    name = "Bundler"
    plugin = "Bundler"
    is_upstream = True
    kinds = {
        "bundle-not-found": Kind(
            "error",
            "groups.xml or a RequiredBundle names a bundle that has no file in Bundler. Clients "
            "are served without it. Correct the name, or write the bundle.",
        ),
        "unused-bundle": Kind(
            "warning",
            "No group in groups.xml and no RequiredBundle names the bundle, so that no client gets "
            "it. Remove it, or give it to a group.",
        ),
        "explicit-bundle-name": Kind(
            "error",
            "The root of a bundle has a name, which does not count: the file's name does. "
            "Remove the attribute (--fix does).",
        ),
        "genshi-extension-bundle": Kind(
            "error",
            "The extension .genshi says nothing any more: a bundle is a template where it uses "
            "Genshi's namespace. Rename it to .xml (--fix does).",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at the files, and where all take part at what names them."""
        for path in self.repository.files("Bundler", "*.xml", "*.genshi"):
            yield from self._own(path)
        if self.repository.is_whole:
            yield from self._references()

    def _own(self, path: str) -> Iterator[Remark]:
        root = self.repository.xml(path)
        if root is not None and root.get("name"):
            text = f"Deprecated explicit bundle name in {path}"
            yield Remark("explicit-bundle-name", path, line_of(root), text)
        if path.endswith(".genshi"):
            text = f"Bundle {path} uses deprecated .genshi extension"
            yield Remark("genshi-extension-bundle", path, None, text)

    def _references(self) -> Iterator[Remark]:
        bundles = {
            os.path.splitext(os.path.basename(path))[0]: path
            for path in self.repository.every("Bundler", "*.xml", "*.genshi")
        }
        wanted: dict[str, Element] = {}
        for element in self._naming():
            wanted.setdefault(element.get("name", ""), element)
        for name, element in wanted.items():
            if not _is_pattern(name) and name not in bundles:
                text = f"Bundle {name} referenced, but does not exist"
                yield Remark("bundle-not-found", str(element.base), line_of(element), text)
        for name, path in bundles.items():
            if not any(name == one or fnmatchcase(name, one) for one in wanted):
                text = f"Bundle {name} defined, but is not referenced in Metadata"
                yield Remark("unused-bundle", path, None, text)

    def _naming(self) -> Iterator[Element]:
        """Yield the elements that name a bundle."""
        groups = self.repository.document(self.repository.path("Metadata", "groups.xml"))
        if groups is not None:
            yield from groups.iter("Bundle")
        for path in self.repository.every("Bundler", "*.xml", "*.genshi"):
            root = self.repository.document(path)
            if root is not None:
                yield from root.iter("RequiredBundle")


def _is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[$%")
