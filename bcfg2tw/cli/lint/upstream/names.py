"""GroupNames, GroupPatterns and AWSTags: names of groups, and patterns that give groups."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.cli.lint.elements import describe
from bcfg2tw.engine.xmlio import Element, line_of

_BLANK = re.compile(r"\s")
_GROUP_OF_FILE = re.compile(r"\.G\d+_(?P<group>.+)$")
_RANGE = re.compile(r"\[\[[\d\-,]+\]\]")

_PATTERN = Kind(
    "error",
    "A regular expression or range cannot be read, so that nobody is given its groups.",
)


class GroupNames(Check):
    """Looks for group names with blanks."""

    name = "GroupNames"
    is_upstream = True
    kinds = {
        "invalid-group-name": Kind(
            "error",
            "The name of a group has white space in it, so that no file name can be for it.",
        )
    }

    def run(self) -> Iterator[Remark]:
        """Look at groups.xml and Cfg whatever takes part, else at files that do."""
        repository = self.repository
        groups = repository.document(repository.path("Metadata", "groups.xml"))
        yield from () if groups is None else self._groups(groups)
        for folder in ("Bundler", "Rules"):
            for path in repository.files(folder, "*.xml", "*.genshi"):
                root = repository.xml(path)
                yield from () if root is None else self._groups(root)
        for path in repository.files("GroupPatterns", "config.xml"):
            root = repository.xml(path)
            for group in () if root is None else root.iter("Group"):
                if _BLANK.search((group.text or "").strip()):
                    yield self._remark(group, describe(group, group.text))
        for path in repository.every("Cfg"):
            match = _GROUP_OF_FILE.search(os.path.basename(path))
            if match and _BLANK.search(match["group"]):
                text = f"Invalid group name referenced in {path}"
                yield Remark("invalid-group-name", path, None, text)

    def _groups(self, root: Element) -> Iterator[Remark]:
        for group in root.iter("Group"):
            if _BLANK.search(group.get("name", "")):
                yield self._remark(group, describe(group))

    def _remark(self, group: Element, shown: str) -> Remark:
        path = str(group.base)
        text = f"Invalid group name in {path}: {shown}"
        message = f"Invalid group name {(group.get('name') or group.text or '').strip()!r}"
        return Remark("invalid-group-name", path, line_of(group), message, text)


class GroupPatterns(Check):
    """Reads the patterns of GroupPatterns, whatever takes part."""

    name = "GroupPatterns"
    plugin = "GroupPatterns"
    is_upstream = True
    kinds = {"pattern-fails-to-initialize": _PATTERN}

    def run(self) -> Iterator[Remark]:
        """Read config.xml."""
        root = self.repository.xml(self.repository.path("GroupPatterns", "config.xml"))
        if root is None:
            return
        for element in root.iter("NamePattern"):
            yield from self._try(element, (element.text or "").strip())
        for element in root.iter("NameRange"):
            text = (element.text or "").strip()
            if not _RANGE.search(text):
                yield self._failure(element, text, "it has no [[RANGE]]")

    def _try(self, element: Element, pattern: str) -> Iterator[Remark]:
        reason = pattern_problem(pattern)
        if reason is not None:
            yield self._failure(element, pattern, reason)

    def _failure(self, element: Element, pattern: str, reason: str) -> Remark:
        text = f"Failed to initialize {element.tag} {pattern} for None: {reason}"
        message = f"{element.tag} {pattern!r} cannot be used: {reason}"
        return _failed_pattern(element, message, text)


class AWSTags(Check):
    """Reads the patterns of AWSTags."""

    name = "AWSTags"
    plugin = "AWSTags"
    is_upstream = True
    kinds = {"pattern-fails-to-initialize": _PATTERN}

    def run(self) -> Iterator[Remark]:
        """Read config.xml."""
        for path in self.repository.files("AWSTags", "config.xml"):
            root = self.repository.xml(path)
            for tag in () if root is None else root.iter("Tag"):
                for name in ("name", "value"):
                    yield from self._attribute(tag, name)

    def _attribute(self, tag: Element, name: str) -> Iterator[Remark]:
        pattern = tag.get(name)
        reason = None if pattern is None else pattern_problem(pattern)
        if reason is not None:
            text = f"'{name}' regex could not be compiled: {reason}\n    {tag.get('name')}"
            message = f"{tag.tag} {name}={pattern!r} cannot be used: {reason}"
            yield _failed_pattern(tag, message, text)


def _failed_pattern(element: Element, message: str, text: str) -> Remark:
    kind = "pattern-fails-to-initialize"
    return Remark(kind, str(element.base), line_of(element), message, text)


def pattern_problem(pattern: str) -> str | None:
    """Return why a regular expression cannot be read, None if it can."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error) or type(error).__name__
    return None
