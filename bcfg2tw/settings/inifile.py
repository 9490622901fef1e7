"""Reading bcfg2.conf as the reference does: Python 2's INI dialect (:ref:`options-2`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bcfg2tw.errors import SettingsError

Sections = dict[str, dict[str, str]]

_SECTION = re.compile(r"\[(?P<name>[^]]+)\]")
_OPTION = re.compile(r"(?P<key>[^:=\s][^:=]*?)\s*[:=]\s*(?P<value>.*)$")
_REFERENCE = re.compile(r"%\(([^)]+)\)s")

#: How deep `%(key)s` may refer to values that refer to others.
INTERPOLATION_DEPTH = 10


@dataclass(frozen=True)
class Line:
    """
    A line that begins a section or gives an option.

    :ivar key: as it is written; None for the line of a section
    """

    number: int
    section: str
    key: str | None = None
    value: str = ""

    @property
    def name(self) -> tuple[str, str]:
        """Section and key as they are looked up."""
        return self.section, "" if self.key is None else self.key.lower()


@dataclass(frozen=True)
class IniFile:
    """
    A configuration file that was read.

    :ivar sections: what it says, as `read` describes it
    :ivar lines: its sections and options in their order, repeated ones too
    """

    path: str
    sections: Sections
    lines: tuple[Line, ...]

    def places(self) -> dict[tuple[str, str], str]:
        """Return FILE:LINE of each option, by section and lower-case key; the last one counts."""
        return {line.name: f"{self.path}:{line.number}" for line in self.lines if line.key}

    def without(self, section: str, key: str) -> IniFile:
        """Return the file as if an option did not stand there."""
        values = {
            name: text for name, text in self.sections.get(section, {}).items() if name != key
        }
        sections = {**self.sections, section: values} if section in self.sections else self.sections
        return replace(self, sections=sections)


def read(text: str, path: str) -> Sections:
    """
    Parse a configuration file.

    Repeated sections are merged, the last value of a key wins, keys are lower-cased, indented
    lines continue a value, `%(key)s` stands for another value of the section, any other `%` for
    itself. The first `;` of a value begins a comment if white space stands before it. What
    `[DEFAULT]` says holds in every section that does not say otherwise.

    :raises SettingsError: naming file and line that is neither section, option nor comment
    """
    return parse(text, path).sections


def parse(text: str, path: str) -> IniFile:
    """
    Parse a configuration file, and keep where everything stands.

    :raises SettingsError: as `read` does
    """
    lines = tuple(_parsed_lines(text, path))
    raw: Sections = {}
    for line in lines:
        section = raw.setdefault(line.section, {})
        if line.key is not None:
            section[line.name[1]] = line.value
    defaults = raw.pop("DEFAULT", {})
    file = IniFile(path, raw, lines)
    places = file.places()
    for name, values in raw.items():
        raw[name] = _interpolate(name, {**defaults, **values}, places)
    return file


def _parsed_lines(text: str, path: str) -> Iterator[Line]:
    section: str | None = None
    pending: Line | None = None
    for number, line in _lines(text):
        if line[0].isspace() and pending is not None and pending.key is not None:
            pending = replace(pending, value=f"{pending.value}\n{line.strip()}")
            continue
        if pending is not None:
            yield pending
        pending = _parsed_line(number, line, section, path)
        section = pending.section
    if pending is not None:
        yield pending


def _parsed_line(number: int, line: str, section: str | None, path: str) -> Line:
    heading = _SECTION.match(line)
    if heading:
        return Line(number, heading["name"])
    option = _OPTION.match(line)
    if option is None or section is None:
        raise SettingsError(_unreadable(path, number, line, section is None))
    return Line(number, section, option["key"].strip(), _value(option["value"]))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not _is_comment(line):
            yield number, line


def _is_comment(line: str) -> bool:
    return line[0] in "#;" or (line[0] in "rR" and line.split(None, 1)[0].lower() == "rem")


def _value(text: str) -> str:
    start = text.find(";")
    if start > 0 and text[start - 1].isspace():
        text = text[:start]
    text = text.strip()
    return "" if text == '""' else text


def _unreadable(path: str, number: int, line: str, outside: bool) -> str:
    remedy = "options stand below a [section]" if outside else "write KEY = VALUE or [SECTION]"
    return f"{path}:{number}: {line.strip()!r} cannot be read: {remedy}"


def _interpolate(
    section: str, values: Mapping[str, str], places: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    try:
        return {key: _resolve(key, text, values) for key, text in values.items()}
    except _BadReference as error:
        place = places.get((section, error.key)) or places["DEFAULT", error.key]
        raise SettingsError(f"{error} (in {place})", section, error.key) from error


class _BadReference(Exception):
    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def _resolve(key: str, text: str, values: Mapping[str, str]) -> str:
    for _ in range(INTERPOLATION_DEPTH):
        if _REFERENCE.search(text) is None:
            return text
        text = _REFERENCE.sub(lambda reference: _referent(key, reference[1], values), text)
    raise _BadReference(key, f"{values[key]!r} refers to itself: give a value that does not")


def _referent(key: str, name: str, values: Mapping[str, str]) -> str:
    value = values.get(name.lower())
    if value is None:
        reason = f"%({name})s refers to a key that the section does not have: add it"
        raise _BadReference(key, reason)
    return value
