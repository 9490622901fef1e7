"""Comments: keywords of version control and remarks that a site wants in its files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from lxml import etree

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.xmlio import XINCLUDE, line_of
from bcfg2tw.settings.types import comma_list

GENSHI = b"http://genshi.edgewall.org/"
_TYPES = {"Genshi": "genshi", "Cheetah": "cheetah", "Jinja2": "jinja2"}


class Comments(Check):
    """Looks for what [Comments] asks for: TYPE_keywords and TYPE_comments."""

    name = "Comments"
    is_upstream = True
    kinds = {
        "unexpanded-keywords": Kind(
            "warning",
            "A keyword stands in the file, but version control has not put its value there.",
        ),
        "keywords-not-found": Kind("warning", "A keyword that [Comments] asks for is missing."),
        "comments-not-found": Kind("warning", "A text that [Comments] asks for is missing."),
        "broken-xinclude-chain": Kind(
            "warning",
            "groups.xml or clients.xml was given, but not all files that it includes, so that "
            "they could not be looked at.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at all files for which something is asked."""
        for type_name, path in self._files():
            yield from self._file(type_name, path)
        if not self.repository.is_whole:
            yield from self._chains()

    def _files(self) -> Iterator[tuple[str, str]]:
        repository = self.repository
        for path in repository.files("Bundler", "*.xml", "*.genshi"):
            is_template = GENSHI in repository.data(path)
            yield "genshibundler" if is_template else "bundler", path
        for path in repository.files("Properties", "*.xml"):
            yield "properties", path
        for file in cfg_files(repository):
            if file.kind is not None and repository.has(file.path):
                name = os.path.basename(file.path)
                kind = next((of for word, of in _TYPES.items() if word in file.handler), "cfg")
                yield "infoxml" if name == "info.xml" else kind, file.path
        for path in repository.files("Probes"):
            if os.path.basename(path) != "probed.xml":
                yield "probes", path
        for name in ("groups.xml", "clients.xml"):
            root = repository.document(repository.path("Metadata", name))
            paths = set() if root is None else {str(element.base) for element in root.iter()}
            yield from (("metadata", path) for path in sorted(paths) if repository.has(path))

    def _wanted(self, type_name: str, what: str) -> list[str]:
        """Return what is asked for; an option that is there and empty asks for nothing."""
        option = f"{type_name}_{what}"
        specific = comma_list(self.repository.option("Comments", option))
        if not specific and self.repository.has_option("Comments", option):
            return []
        return [*comma_list(self.repository.option("Comments", f"global_{what}")), *specific]

    def _file(self, type_name: str, path: str) -> Iterator[Remark]:
        keywords = self._wanted(type_name, "keywords")
        comments = self._wanted(type_name, "comments")
        if not keywords and not comments:
            return
        text = self._text(path)
        missing = [word for word in keywords if not re.search(rf"\${re.escape(word)}\b", text)]
        plain = [
            word
            for word in keywords
            if f"${word}$" in text and not re.search(rf"\${re.escape(word)}:.*\$", text)
        ]
        absent = [comment for comment in comments if comment not in text]
        if plain:
            words = "Required keywords(s) found but not expanded: " + ", ".join(plain)
            yield Remark("unexpanded-keywords", path, None, words, f"{path}: {words}")
        if missing:
            words = "Required keywords(s) not found: " + ", ".join(f"${one}$" for one in missing)
            yield Remark("keywords-not-found", path, None, words, f"{path}: {words}")
        if absent:
            words = "Required comments(s) not found: " + ", ".join(absent)
            yield Remark("comments-not-found", path, None, words, f"{path}: {words}")

    def _text(self, path: str) -> str:
        """Return what to search: of XML the comments alone."""
        root = self.repository.xml(path) if path.endswith(".xml") else None
        if root is None:
            return self.repository.text(path)
        return "\n".join(comment.text or "" for comment in root.getroottree().iter(etree.Comment))

    def _chains(self) -> Iterator[Remark]:
        for name in ("groups.xml", "clients.xml"):
            path = self.repository.path("Metadata", name)
            root = self.repository.xml(path) if self.repository.has(path) else None
            for include in () if root is None else root.iter(XINCLUDE + "include"):
                target = os.path.join(os.path.dirname(path), include.get("href", ""))
                if not self.repository.has(target):
                    text = f"Broken XInclude chain: Could not include {target}"
                    yield Remark("broken-xinclude-chain", path, line_of(include), text)
