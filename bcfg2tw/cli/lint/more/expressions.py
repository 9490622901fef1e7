"""Expressions: regular expressions that take for ever for some names."""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.xmlio import Element, line_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    # the standard library's own parser, whose public name went with Python 3.11
    parser: Any = getattr(re, "_parser", None) or __import__("sre_parse")

#: What expressions are tried with, a character each.
_CHARACTERS = string.printable
#: So many are as good as without end.
_ENDLESS = 20
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
_MARKS = re.compile(r"[*+{?]")


class Expressions(Check):
    """Looks at the expressions of GroupPatterns, AWSTags, Rules and Packages."""

    name = "Expressions"
    kinds = {
        "slow-pattern": Kind(
            "warning",
            "A repetition of something that is repeated itself, such as (a+)+, can match one text "
            "in so many ways that trying them takes for ever. Write it with one repetition.",
        )
    }

    def run(self) -> Iterator[Remark]:
        """Look at the files that take part."""
        for path, tag, attribute in self._places():
            root = self.repository.xml(path)
            for element in () if root is None else root.iter(tag):
                text = element.text if attribute is None else element.get(attribute)
                if text and is_slow(text.strip()):
                    yield _remark(element, text.strip())

    def _places(self) -> Iterator[tuple[str, str, str | None]]:
        for path in self.repository.files("GroupPatterns", "*.xml"):
            yield path, "NamePattern", None
        for path in self.repository.files("AWSTags", "*.xml"):
            yield path, "Tag", "name"
            yield path, "Tag", "value"
        if self.repository.settings.rules_regex:
            for path in self.repository.files("Rules", "*.xml"):
                yield path, "*", "name"


def _remark(element: Element, text: str) -> Remark:
    message = f"{text!r} can take for ever: it repeats what repeats itself"
    return Remark("slow-pattern", str(element.base), line_of(element), message)


@cache
def is_slow(pattern: str) -> bool:
    """Say whether the time that an expression takes may double with each character."""
    if not _MARKS.search(pattern):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return any(map(_is_slow_repeat, _repeats(parser.parse(pattern))))
    except (re.error, OverflowError, RecursionError):
        return False


def _repeats(items: Any) -> Iterator[Any]:
    """Yield the bodies of repetitions without end, also of those within others."""
    for operation, argument in items:
        if str(operation) in _REPEATS and argument[1] >= _ENDLESS:
            yield argument[2]
        for inner in _inner(operation, argument):
            yield from _repeats(inner)


def _inner(operation: Any, argument: Any) -> list[Any]:
    """Return the sequences within an item."""
    name = str(operation)
    if name in (*_REPEATS, "POSSESSIVE_REPEAT"):
        return [argument[2]]
    if name == "SUBPATTERN":
        return [argument[-1]]
    if name == "BRANCH":
        return list(argument[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    return []


def _is_slow_repeat(body: Any) -> bool:
    """Say whether one text can be divided in several ways into repetitions of a body."""
    items = _flat(body)
    branches = [argument[1] for operation, argument in items if str(operation) == "BRANCH"]
    if len(items) == 1 and branches and _overlap(branches[0]):
        return True
    for number, (operation, argument) in enumerate(items):
        if str(operation) in _REPEATS and argument[1] >= _ENDLESS:
            inside = _characters(argument[2])
            others = items[:number] + items[number + 1 :]
            if all(_is_absorbed(other, inside) for other in others):
                return True
    return False


def _flat(body: Any) -> list[Any]:
    """Return the items of a sequence, those of groups in the place of these."""
    items: list[Any] = []
    for operation, argument in body:
        if str(operation) == "SUBPATTERN":
            items += _flat(argument[-1])
        elif str(operation) != "AT":
            items.append((operation, argument))
    return items


def _is_absorbed(item: Any, inside: frozenset[str]) -> bool:
    """Say whether an item may be missing, or be what the repetition beside it takes as well."""
    operation, argument = item
    if str(operation) in _REPEATS and argument[0] == 0:
        return True
    return bool(_characters([item]) & inside)


def _overlap(branches: Any) -> bool:
    """Say whether two single characters of alternatives are the same."""
    single = [_characters(branch) for branch in branches if len(branch) == 1]
    return any(
        first & second for number, first in enumerate(single) for second in single[number + 1 :]
    )


def _characters(items: Any) -> frozenset[str]:
    """Return the characters that a sequence may consist of."""
    characters: frozenset[str] = frozenset()
    for operation, argument in items:
        inner = _inner(operation, argument)
        if inner:
            characters = characters.union(*map(_characters, inner))
        elif str(operation) != "AT":
            characters |= {one for one in _CHARACTERS if _takes(operation, argument, one)}
    return characters


def _takes(operation: Any, argument: Any, character: str) -> bool:
    name = str(operation)
    if name == "LITERAL":
        return ord(character) == int(argument)
    if name == "NOT_LITERAL":
        return ord(character) != int(argument)
    if name == "ANY":
        return character != "\n"
    if name == "IN":
        return _is_in(argument, character)
    return True


def _is_in(members: Any, character: str) -> bool:
    is_negated, matches = False, False
    for operation, argument in members:
        name = str(operation)
        if name == "NEGATE":
            is_negated = True
        elif name == "RANGE":
            matches = matches or argument[0] <= ord(character) <= argument[1]
        elif name == "CATEGORY":
            matches = matches or _is_of_category(str(argument), character)
        else:
            matches = matches or ord(character) == int(argument)
    return matches is not is_negated


def _is_of_category(name: str, character: str) -> bool:
    sign = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.rpartition("_")[2]]
    sign = sign.upper() if "NOT" in name else sign
    return re.match(f"\\{sign}", character) is not None
