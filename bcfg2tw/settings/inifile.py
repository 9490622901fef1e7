"""Reading bcfg2.conf as the reference does: Python 2's INI dialect (:ref:`options-2`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bcfg2tw.errors import SettingsError

Sections = dict[str, dict[str, str]]

_SECTION = re.compile(r"\[(?P<name>[^]]+)\]")
_OPTION = re.compile(r"(?P<key>[^:=\s][^:=]*?)\s*[:=]\s*(?P<value>.*)$")
_REFERENCE = re.compile(r"%\(([^)]+)\)s")

#: How deep `%(key)s` may refer to values that refer to others.
INTERPOLATION_DEPTH = 10


def read(text: str, path: str) -> Sections:
    """
    Parse a configuration file.

    Repeated sections are merged, the last value of a key wins, keys are lower-cased, indented
    lines continue a value, `%(key)s` stands for another value of the section, any other `%` for
    itself. The first `;` of a value begins a comment if white space stands before it. What
    `[DEFAULT]` says holds in every section that does not say otherwise.

    :raises SettingsError: naming file and line that is neither section, option nor comment
    """
    raw = _raw(text, path)
    defaults = raw.pop("DEFAULT", {})
    return {name: _interpolate(name, {**defaults, **values}, path) for name, values in raw.items()}


def _raw(text: str, path: str) -> Sections:
    sections: Sections = {}
    section: dict[str, str] | None = None
    key: str | None = None
    for number, line in _lines(text):
        if line[0].isspace() and section is not None and key is not None:
            section[key] = f"{section[key]}\n{line.strip()}"
            continue
        header = _SECTION.match(line)
        if header:
            section, key = sections.setdefault(header["name"], {}), None
            continue
        option = _OPTION.match(line)
        if option is None or section is None:
            raise SettingsError(_unreadable(path, number, line, section is None))
        key = option["key"].strip().lower()
        section[key] = _value(option["value"])
    return sections


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


def _interpolate(section: str, values: Mapping[str, str], path: str) -> dict[str, str]:
    try:
        return {key: _resolve(key, text, values) for key, text in values.items()}
    except _BadReference as error:
        raise SettingsError(f"{error} (in {path})", section, error.key) from error


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
