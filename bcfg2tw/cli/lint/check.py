"""A check: a class that looks at a repository, and yields remarks under names of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bcfg2tw.cli.lint.elements import describe
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.engine.xmlio import Element, line_of

__all__ = ["Check", "Kind", "Remark", "at"]


@dataclass(frozen=True)
class Kind:
    """
    One kind of mistake.

    :ivar severity: `error`, `warning` or `silent`, where bcfg2.conf does not say otherwise
    :ivar explanation: what it is, why it matters and what to do, for `--explain`
    """

    severity: str
    explanation: str


@dataclass(frozen=True)
class Remark:
    """
    A mistake at one place.

    :ivar name: of its kind
    :ivar file: full path
    :ivar line: None where all of the file is meant
    :ivar message: without file and line
    :ivar upstream: the text of Bcfg2's own lint, whose lines begin with neither severity nor
        indentation; None for `message`, empty where another remark's text names this place as well
    :ivar is_harmless: whether Bcfg2's own lint takes for a mistake what is none, so that only who
        asks for its output to the letter is told
    :ivar severity: where the kind does not say it
    """

    name: str
    file: str
    line: int | None
    message: str
    upstream: str | None = None
    is_harmless: bool = False
    severity: str | None = None

    @property
    def text(self) -> str:
        """The text as Bcfg2's own lint has it."""
        return self.message if self.upstream is None else self.upstream


def at(
    name: str, element: Element, text: str, shows_element: bool = True, separator: str = "\n"
) -> Remark:
    """
    Return a remark on an element, which the text of old shows on a line of its own.

    :param separator: what stands between the text and the element
    """
    shown = f"{text}{separator}{describe(element)}" if shows_element else text
    return Remark(name, str(element.base), line_of(element), text.rstrip(" :"), shown)


class Check(ABC):
    """
    One check of a repository; may be a site's own, by the entry points `bcfg2tw.lint`.

    :cvar name: as `--lint-plugins` and `[lint] plugins` have it
    :cvar plugin: of the server; without it in use the check takes no part unless it is asked for
    :cvar is_serverless: whether it needs no more than files; these come first
    :cvar needs_core: whether it asks for the core, so that it is best run where others do
    :cvar is_upstream: whether Bcfg2's own lint has it
    :cvar kinds: the mistakes that it looks for, by name
    """

    name: ClassVar[str]
    plugin: ClassVar[str | None] = None
    is_serverless: ClassVar[bool] = False
    needs_core: ClassVar[bool] = False
    is_upstream: ClassVar[bool] = False
    kinds: ClassVar[Mapping[str, Kind]]

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    @abstractmethod
    def run(self) -> Iterator[Remark]:
        """Yield what is wrong, in files that take part (`Repository.has`)."""
