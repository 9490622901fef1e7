"""GroupPatterns: groups from the names of clients (:ref:`templates-and-data-4`)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Protocol

from bcfg2tw.engine.documents.directory import check_read
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import do_nothing
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Connector, Tracked
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source, Unsettled
from bcfg2tw.engine.xmlio import Element, is_element, line_of, place_of
from bcfg2tw.errors import PluginExecutionError

CONFIG = "config.xml"
EMPTY = "<GroupPatterns/>\n"

RANGES = re.compile(r"\[\[(.*?)\]\]")
KEPT_NAMES = 20_000

logger = logging.getLogger("GroupPatterns")


class Pattern(Protocol):
    """A pattern that gives groups to the clients whose name it matches."""

    def groups_of(self, hostname: str) -> Sequence[str]:
        """Return the groups, none if the name does not match."""


class NamePattern:
    """
    A regular expression that is searched in the name.

    :raises ValueError: if it is none
    """

    def __init__(self, text: str, groups: Sequence[str]) -> None:
        try:
            self._regex = re.compile(text)
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error}") from error
        self._groups = groups

    def groups_of(self, hostname: str) -> Sequence[str]:
        """Return the groups, what the expression captured in place of `$1` and so on."""
        match = self._regex.search(hostname)
        if match is None:
            return ()
        return [_fill_in(group, match) for group in self._groups]


def _fill_in(group: str, match: re.Match[str]) -> str:
    # in ascending order and as plain text, so that $1 is replaced in $10 as well
    for number, captured in enumerate(match.groups(default=""), 1):
        group = group.replace(f"${number}", captured)
    return group


class NameRange:
    """
    An expression with ranges of numbers in it, which the beginning of the name has to match.

    :raises ValueError: if it cannot be understood
    """

    def __init__(self, text: str, groups: Sequence[str]) -> None:
        if "\\" in text:
            raise ValueError("backslashes are not allowed")
        self._ranges = [_ranges(match) for match in RANGES.findall(text)]
        names = (f"(?P<number_{index}>[0-9]+)" for index in range(len(self._ranges)))
        try:
            self._regex = re.compile(RANGES.sub(lambda _: next(names), text))
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error}") from error
        self._groups = groups

    def groups_of(self, hostname: str) -> Sequence[str]:
        """Return the groups as they are written."""
        match = self._regex.match(hostname)
        return self._groups if match is not None and self._is_inside(match) else ()

    def _is_inside(self, match: re.Match[str]) -> bool:
        return all(
            any(first <= int(match[f"number_{index}"]) <= last for first, last in ranges)
            for index, ranges in enumerate(self._ranges)
            if match[f"number_{index}"] is not None
        )


def _ranges(text: str) -> list[tuple[int, float]]:
    return [_range(part) for part in text.split(",")]


def _range(text: str) -> tuple[int, float]:
    first, dash, last = text.partition("-")
    try:
        if not dash:
            return int(first), int(first)
        return int(first), int(last) if last.strip() else float("inf")
    except ValueError:
        raise ValueError(
            f"{text!r} is no range: numbers are written as in [[1,10-12,15-]]"
        ) from None


KINDS: dict[str, Callable[[str, Sequence[str]], Pattern]] = {
    "NamePattern": NamePattern,
    "NameRange": NameRange,
}


def _pattern(element: Element, groups: Sequence[str]) -> Pattern:
    if not element.text:
        raise ValueError("it is empty, and would match every name")
    return KINDS[element.tag](element.text, groups)


def _groups_of(patterns: Sequence[Pattern], hostname: str) -> tuple[str, ...]:
    """Return the groups that a name gives, in order, each once."""
    groups = (group for pattern in patterns for group in pattern.groups_of(hostname))
    return tuple(dict.fromkeys(groups))


class PatternsFile:
    """The patterns of config.xml; one that cannot be understood is left out and reported."""

    def __init__(self, source: Source) -> None:
        self._path = source.path
        self._patterns = [
            placed
            for element in source.xml().iter("GroupPattern")
            for placed in self._patterns_in(element)
        ]
        # every request asks for a name again, and there are as many names as clients
        patterns = [pattern for pattern, *_ in self._patterns]
        self.groups_of = lru_cache(maxsize=KEPT_NAMES)(partial(_groups_of, patterns))

    def _patterns_in(self, element: Element) -> Iterator[tuple[Pattern, str, str]]:
        groups = [group.text for group in element.iterchildren("Group") if group.text]
        for child in element:
            if not is_element(child) or child.tag not in KINDS:
                continue
            try:
                yield _pattern(child, groups), (child.text or "").strip(), place_of(child)
            except ValueError as error:
                self._report(child, error)
                return

    def _report(self, element: Element, error: ValueError) -> None:
        logger.error(
            "%s:%s: GroupPatterns: Failed to initialize pattern %s: %s",
            self._path, line_of(element), element.text, error,
        )  # fmt: skip

    def patterns_for(self, hostname: str, group: str) -> list[tuple[str, str]]:
        """Return the text and place (`FILE:LINE`) of each pattern that gives a group to a name."""
        return [
            (text, place)
            for pattern, text, place in self._patterns
            if group in pattern.groups_of(hostname)
        ]


class GroupPatterns(Plugin, Connector, Tracked):
    """Puts clients into groups by their names, as `GroupPatterns/config.xml` says."""

    def __init__(
        self, context: PluginContext, files: Files, previous: GroupPatterns | None = None
    ) -> None:
        super().__init__(context, files, previous)
        if previous is None and CONFIG not in files:
            context.effects.perform(
                f"{files.path(CONFIG)} would be created", self._create, do_nothing
            )
        self._config = self.lasting.last_good(CONFIG, files.load(CONFIG, PatternsFile))
        if CONFIG not in files and previous is not None:
            self.logger.error("%s is gone; its last state stays in service", files.path(CONFIG))

    def _create(self) -> None:
        path = self.files.path(CONFIG)
        self.logger.warning("%s does not exist, creating", path)
        try:
            with open(path, "x", encoding="utf-8") as stream:
                stream.write(EMPTY)
        except OSError as error:
            self.logger.error("%s cannot be created: %s", path, error.strerror or error)
        else:
            raise Unsettled(path)

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str]:
        """
        Return the groups that the client's name gives.

        :raises PluginExecutionError: if the file was never understood: without its groups the
            client would get a wrong configuration
        """
        if self._config is not None:
            return self._config.groups_of(metadata.hostname)
        check_read(self.files, PluginExecutionError)
        return ()

    def patterns_for(self, hostname: str, group: str) -> list[tuple[str, str]]:
        """Return the text and place (`FILE:LINE`) of each pattern that gives a group to a name."""
        return [] if self._config is None else self._config.patterns_for(hostname, group)
