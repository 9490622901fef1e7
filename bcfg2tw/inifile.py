"""Reading bcfg2.conf as the reference does: Python 2's INI dialect (options.md 2)."""

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

    Repeated sections are merged, the last value of a key wins, keys are lower-cased, ` ;` begins
    a comment, indented lines continue a value, `%(key)s` stands for another value of the section
    or of `[DEFAULT]`; any other `%` stands for itself.

    :raises SettingsError: naming file and line that is neither section, option nor comment
    """
    raw = _raw(text, path)
    defaults = raw.pop("DEFAULT", {})
    return {
        name: {key: _interpolated(name, key, values | {}, defaults) for key in values}
        for name, values in raw.items()
    }


def _raw(text: str, path: str) -> Sections:
    sections: Sections = {}
    section: dict[str, str] | None = None
    key: str | None = None
    for number, line in _lines(text):
        if line[0].isspace() and section is not None and key is not None:
            section[key] = f"{section[key]}\n{_value(line)}"
            continue
        found = _SECTION.match(line)
        if found:
            section, key = sections.setdefault(found["name"], {}), None
            continue
        found = _OPTION.match(line)
        if found is None or section is None:
            raise SettingsError(_unreadable(path, number, line, section is None))
        key = found["key"].strip().lower()
        section[key] = _value(found["value"])
    return sections


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and line[0] not in "#;" and not line.lower().startswith("rem "):
            yield number, line


def _value(text: str) -> str:
    comment = re.search(r"\s;", text)
    return (text if comment is None else text[: comment.start()]).strip()


def _unreadable(path: str, number: int, line: str, outside: bool) -> str:
    remedy = "options stand below a [section]" if outside else "write KEY = VALUE or [SECTION]"
    return f"{path}:{number}: {line.strip()!r} cannot be read: {remedy}"


def _interpolated(
    section: str, key: str, values: Mapping[str, str], defaults: Mapping[str, str]
) -> str:
    known = {**defaults, **values}
    value = values[key]
    for _ in range(INTERPOLATION_DEPTH):
        if "%(" not in value:
            return value
        value = _REFERENCE.sub(lambda found: _referred(section, key, found[1], known), value)
    raise SettingsError("%(…)s refers to itself", section, key)


def _referred(section: str, key: str, name: str, known: Mapping[str, str]) -> str:
    value = known.get(name.lower())
    if value is None:
        raise SettingsError(f"%({name})s refers to a key that is not there", section, key)
    return value
