"""The parts of which a description of a kind of file consists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property

from bcfg2tw.engine.xmlio import Element


@dataclass(frozen=True)
class Values:
    """
    The texts that an attribute, or an element, may have.

    :ivar pattern: that all of a text has to match; None where a pattern cannot say it
    :ivar remedy: what to write, to follow "write"
    :ivar accepts: decides where there is no pattern
    """

    pattern: re.Pattern[str] | None
    remedy: str
    noun: str = "value"
    accepts: Callable[[str], bool] = bool

    def matches(self, text: str) -> bool:
        """Say whether a text is one of them."""
        if self.pattern is None:
            return self.accepts(text)
        return self.pattern.fullmatch(text) is not None


@dataclass(frozen=True)
class ElementRule:
    """
    What an element may hold.

    :ivar children: tags, beside those of conditions; None if nothing below is looked at
    :ivar is_open: whether other children mean something, too, to a site's own plugins
    :ivar attributes: names that mean something; others are mistakes only if they are like one
    :ivar required: alternatives, of each of which one name has to be there
    :ivar values: by the attribute's name
    :ivar has_text: whether text may stand beside the children
    :ivar renamed: names that meant something once, to those that do now
    """

    children: frozenset[str] | None = frozenset()
    is_open: bool = False
    attributes: frozenset[str] = frozenset()
    required: tuple[tuple[str, ...], ...] = ()
    values: Mapping[str, Values] = field(default_factory=dict)
    has_text: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)


#: Name, severity, line and message of a mistake.
Remark = tuple[str, str, int | None, str]
#: Looks at a whole document for what no rule of one element says.
DocumentCheck = Callable[[Element], Iterator[Remark]]
#: Looks at the lines of a file that is no XML.
LinesCheck = Callable[[Sequence[str]], Iterator[Remark]]


#: For files whose single elements fail alone, but where whole parts may be passed over.
WHOLE_FILE = frozenset({"wrong-root", "misspelt-condition"})
#: With one of these a file says less than was meant, or something else.
LOSSES = frozenset({
    "wrong-root", "misspelt-condition", "misspelt-element", "misspelt-attribute",
    "missing-attribute", "bad-value", "repeated-client", "stray-text", "renamed-attribute",
    "repeated-uuid", "repeated-name", "private-key", "bad-line", "unknown-element",
    "missing-element", "missing-include",
})  # fmt: skip
#: For files that fail what they are for, and hurt nobody else; with the others sites work.
ANY_LOSS = LOSSES - {"renamed-attribute", "unknown-element", "missing-include"}
#: For files of which nothing may be passed over.
NO_ELEMENT_LESS = frozenset({"wrong-root", "misspelt-condition", "misspelt-element"})


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
    :ivar lines: the same for a file that is no XML, in place of all but `plugins` and `names`
    :ivar refused: names of the mistakes with which a file is not used, though nothing better is
        known of it
    :ivar required: as of an element, of the file's own root alone: one that is included lacks it
    """

    plugins: tuple[str, ...]
    names: tuple[str, ...]
    roots: tuple[str, ...]
    rules: Mapping[str, ElementRule]
    conditions: Mapping[str, ElementRule] = field(default_factory=dict)
    whole: DocumentCheck | None = None
    refused: frozenset[str] = WHOLE_FILE
    lines: LinesCheck | None = None
    required: tuple[tuple[str, ...], ...] = ()

    def is_of(self, plugin: str, name: str) -> bool:
        """Say whether a file is of this kind."""
        return plugin in self.plugins and self._pattern.match(name) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The names as one pattern: every file of a repository is held against it."""
        return re.compile("|".join(map(translate, self.names)))


def words(text: str) -> frozenset[str]:
    """Return words that are separated by blanks."""
    return frozenset(text.split())


def one_of(*choices: str, any_case: bool = False) -> Values:
    """Return what an attribute may be that is one of some words."""
    pattern = re.compile("|".join(map(re.escape, choices)), re.IGNORECASE if any_case else 0)
    remedy = ", ".join(choices[:-1]) + f" or {choices[-1]}"
    return Values(pattern, remedy)


def is_regex(text: str) -> bool:
    """Say whether a text is a regular expression."""
    try:
        re.compile(text)
    except re.error:
        return False
    return True


#: Exactly these two words count.
EXACT_BOOLEAN = one_of("true", "false")
BOOLEAN = one_of("true", "false", any_case=True)
NUMBER = Values(re.compile(r"\s*[+-]?\d+\s*"), "a whole number", "whole number")
MODE = Values(re.compile(r"0?[0-7]{1,4}|inherit"), "octal digits, such as 0644", "mode")
#: A name may hold blanks, as groups of a directory do, but neither begin nor end with one.
TRIMMED = Values(re.compile(r"\S(.*\S)?"), "a name without blanks around it", "name")
REGEX = Values(None, "a regular expression, as Python has them", "regular expression", is_regex)

CONDITION = ElementRule(
    attributes=words("name negate"),
    required=(("name",),),
    values={"negate": BOOLEAN, "name": TRIMMED},
)
CONDITIONS: Mapping[str, ElementRule] = {"Group": CONDITION, "Client": CONDITION}

NAME = (("name",),)
