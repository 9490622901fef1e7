"""
Rules that say which differences are noise.

A rule is `TYPE:NAME`, with wildcards in both, and ignores all of an entry's differences; words
behind it, as in `Path:/etc/motd mode content`, name the attributes or aspects that are ignored.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bcfg2tw.comparing.difference import Detail, Difference
from bcfg2tw.errors import Bcfg2Error

__all__ = ["IgnoreRule", "IgnoreRules"]

_COMMENT = "#"


@dataclass(frozen=True)
class IgnoreRule:
    """
    One rule.

    :ivar tag: pattern of the entry's type
    :ivar name: pattern of its name
    :ivar aspects: patterns of attributes and aspects; all are meant if there is none
    """

    tag: str
    name: str
    aspects: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> IgnoreRule:
        """
        Read a rule; names with blanks are quoted.

        :raises Bcfg2Error: with a sentence, if it is none
        """
        try:
            entry, *aspects = shlex.split(text)
        except ValueError:
            entry, aspects = "", []
        tag, colon, name = entry.partition(":")
        if not (colon and tag and name):
            raise Bcfg2Error(
                f"'{text}' is no rule: write TYPE:NAME, such as Path:/etc/motd, and behind it "
                "the attributes that are meant, if not all"
            )
        return cls(tag, name, tuple(aspects))

    def is_about(self, difference: Difference) -> bool:
        """Say whether the entry of a difference is the rule's."""
        is_tag = fnmatchcase(difference.tag, self.tag)
        return is_tag and fnmatchcase(difference.name, self.name)

    def ignores(self, detail: Detail) -> bool:
        """Say whether an aspect of such an entry is ignored."""
        return any(fnmatchcase(detail.title, pattern) for pattern in self.aspects)


class IgnoreRules:
    """All rules of a comparison."""

    def __init__(self, rules: Iterable[str] = ()) -> None:
        """
        Read rules.

        :raises Bcfg2Error: naming the rule that is none
        """
        self._rules = list(map(IgnoreRule.parse, rules))

    @classmethod
    def read(cls, path: str) -> list[str]:
        """
        Return the rules of a file: a rule a line, `#` begins a comment line.

        :raises Bcfg2Error: if it cannot be read
        """
        try:
            with open(path, encoding="utf-8-sig") as stream:  # editors of Windows write a mark
                lines = [line.strip() for line in stream]
        except (OSError, UnicodeDecodeError) as error:
            raise Bcfg2Error(f"{path} cannot be read: {error}") from error
        return [line for line in lines if line and not line.startswith(_COMMENT)]

    def kept(self, differences: Sequence[Difference]) -> list[Difference]:
        """Return what counts: differences, without the aspects that are ignored."""
        if not self._rules:
            return list(differences)
        return [kept for kept in map(self._kept, differences) if kept is not None]

    def _kept(self, difference: Difference) -> Difference | None:
        rules = [rule for rule in self._rules if rule.is_about(difference)]
        if any(not rule.aspects for rule in rules):
            return None
        if not rules or not difference.kind.endswith(("changed", "moved")):
            return difference
        details = tuple(
            detail
            for detail in difference.details
            if not any(rule.ignores(detail) for rule in rules)
        )
        return difference.with_details(details) if details else None
