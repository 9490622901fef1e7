"""Files: what the server itself finds wrong with the repository's files when it reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.checks import Finding, findings_in, findings_in_included
from bcfg2tw.engine.checks.checking import kind_of
from bcfg2tw.engine.xmlio import XINCLUDE

_NAMES = {
    "wrong-root": "The file begins with an element that its kind does not begin with; none of it "
    "is used.",
    "misspelt-condition": "The name of a condition is misspelt, so that what stands in it is for "
    "nobody, or for all.",
    "misspelt-element": "An element has a name that means nothing there and is much like one that "
    "does.",
    "unknown-element": "An element has a name that means nothing where it stands.",
    "stray-text": "Text stands where elements belong: an element may have lost its brackets.",
    "missing-attribute": "An element lacks an attribute without which it means nothing.",
    "misspelt-attribute": "An attribute has a name that means nothing and is much like one that "
    "does.",
    "bad-value": "An attribute has a value that means nothing.",
    "repeated-group": "A group is declared twice with other attributes; the first counts.",
    "lost-bundle": "A bundle stands in a second declaration of a group; only the first "
    "declaration's bundles count. Move it there.",
    "group-cycle": "Groups contain each other in a circle.",
    "category-conflict": "A group adds two groups of one category, of which one counts.",
    "repeated-client": "A client is declared twice with other attributes.",
    "repeated-default": "Two groups are the default for unknown clients; one of them counts.",
    "repeated-name": "Two clients have one name or alias.",
    "repeated-uuid": "Two clients have one uuid, so that none can be told by it.",
    "renamed-attribute": "An attribute has an old name, and is not read.",
    "missing-element": "An element lacks a child without which it means nothing.",
    "private-key": "A private key stands where a public one belongs.",
    "bad-line": "A line of a file means nothing, or is no start of a script or key.",
}
_WARNINGS = {
    "undeclared-group": "A group is named that is declared nowhere, and that no plugin gives: "
    "what stands in its condition is for nobody. Correct the name, or declare the group.",
    "old-spelling": "An attribute has its name of Bcfg2 1.3, and is not read (--fix renames it).",
}


class Files(Check):
    """Holds each file against the description of its kind."""

    name = "Files"
    kinds = {
        **{name: Kind("error", text) for name, text in _NAMES.items()},
        **{name: Kind("warning", text) for name, text in _WARNINGS.items()},
    }

    def run(self) -> Iterator[Remark]:
        """Look at the files of plugins in use."""
        repository = self.repository
        for plugin in repository.settings.plugins:
            for path in repository.files(plugin):
                name = os.path.relpath(path, repository.path(plugin))
                if kind_of(plugin, name) is not None:
                    yield from self._file(plugin, name, path)

    def _file(self, plugin: str, name: str, path: str) -> Iterator[Remark]:
        data = self.repository.data(path)
        findings = findings_in(plugin, name, path, data)
        if XINCLUDE.strip("{}").encode() in data:
            document = self.repository.document(path)
            bases = () if document is None else {str(node.base) for node in document.iter()}
            for other in sorted(set(bases) - {path}):
                content = self.repository.data(other)
                findings += findings_in_included(plugin, name, other, content)
        yield from map(_remark, findings)


def _remark(finding: Finding) -> Remark:
    return Remark(
        finding.name, finding.file, finding.line, finding.message, severity=finding.severity
    )
