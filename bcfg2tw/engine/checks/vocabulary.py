"""What a description of a kind of file consists of, and what is said of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bcfg2tw.engine.xmlio import Element


@dataclass(frozen=True)
class Finding:
    """
    A mistake in a file of the repository.

    :ivar name: of the kind of mistake, such as `unknown-element`
    :ivar severity: `error` where it certainly is one, else `warning`
    :ivar file: full path
    :ivar plugin: the plugin that reads the file
    :ivar column: counted from 1, None where it is not known
    :ivar client: the client whose configuration it spoils, None where it is no matter of one
    """

    name: str
    severity: str
    file: str
    line: int | None
    message: str
    plugin: str
    column: int | None = None
    client: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Values:
    """
    The texts that an attribute may have.

    :ivar remedy: what to write, to follow "write"
    """

    pattern: re.Pattern[str]
    remedy: str
    noun: str = "value"


@dataclass(frozen=True)
class ElementRule:
    """
    What an element may hold.

    :ivar children: tags, beside those of conditions; None if nothing below is looked at
    :ivar is_open: whether other children mean something, too, to a site's own plugins
    :ivar attributes: names that mean something; others are mistakes only if they are like one
    :ivar required: alternatives, of each of which one name has to be there
    :ivar values: by the attribute's name
    """

    children: frozenset[str] | None = frozenset()
    is_open: bool = False
    attributes: frozenset[str] = frozenset()
    required: tuple[tuple[str, ...], ...] = ()
    values: Mapping[str, Values] = field(default_factory=dict)


#: Looks at a whole document for what no rule of one element says.
DocumentCheck = Callable[[Element], Iterator[tuple[str, str, int | None, str]]]


@dataclass(frozen=True)
class FileKind:
    """
    A kind of XML file.

    :ivar plugins: the plugins, as folders, that read files of this kind
    :ivar names: globs of the paths below a plugin's folder
    :ivar roots: tags that the root may have; where there are none, only `whole` looks
    :ivar rules: by tag
    :ivar conditions: tags that stand around anything, and what they may have
    :ivar whole: yields name, severity, line and message for the document as a whole
    """

    plugins: tuple[str, ...]
    names: tuple[str, ...]
    roots: tuple[str, ...]
    rules: Mapping[str, ElementRule]
    conditions: Mapping[str, ElementRule] = field(default_factory=dict)
    whole: DocumentCheck | None = None

    def is_of(self, plugin: str, name: str) -> bool:
        """Say whether a file is of this kind."""
        return plugin in self.plugins and any(fnmatchcase(name, glob) for glob in self.names)


def words(text: str) -> frozenset[str]:
    """Return words that are separated by blanks."""
    return frozenset(text.split())


def one_of(*choices: str, any_case: bool = False) -> Values:
    """Return what an attribute may be that is one of some words."""
    pattern = re.compile("|".join(map(re.escape, choices)), re.IGNORECASE if any_case else 0)
    remedy = ", ".join(choices[:-1]) + f" or {choices[-1]}"
    return Values(pattern, remedy)


#: Exactly these two words count.
EXACT_BOOLEAN = one_of("true", "false")
BOOLEAN = one_of("true", "false", any_case=True)
NUMBER = Values(re.compile(r"\s*[+-]?\d+\s*"), "a whole number", "whole number")
MODE = Values(re.compile(r"0?[0-7]{1,4}|inherit"), "octal digits, such as 0644", "mode")

CONDITION = ElementRule(
    attributes=words("name negate"), required=(("name",),), values={"negate": BOOLEAN}
)
CONDITIONS: Mapping[str, ElementRule] = {"Group": CONDITION, "Client": CONDITION}
