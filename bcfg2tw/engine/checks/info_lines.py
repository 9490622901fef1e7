"""Mistakes in `info` and `:info` files of Bcfg2 1.3 (:ref:`cfg-7`), and in their values."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence

from bcfg2tw.engine.checks.vocabulary import BOOLEAN, MODE, TRIMMED, Remark, Values
from bcfg2tw.near_names import near_name


def is_encoding(name: str) -> bool:
    """Say whether the content of a path can be in an encoding."""
    try:
        codecs.lookup(name)
    except LookupError:
        return name == "base64"
    return True


ENCODING = Values(None, "base64, or an encoding that Python has", "encoding", is_encoding)

KEYS: Mapping[str, Values | None] = {
    "owner": TRIMMED, "group": TRIMMED, "mode": MODE, "perms": MODE, "encoding": ENCODING,
    "important": BOOLEAN, "paranoid": BOOLEAN, "sensitive": BOOLEAN, "secontext": None,
    "mtime": None,
}  # fmt: skip

#: How alike a key has to be to one that means something.
ALIKE = 0.7


def check_info_lines(lines: Sequence[str]) -> Iterator[Remark]:
    """Yield the lines that say nothing, or what no path can have."""
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            for name, message in _mistakes(line):
                yield name, "error", number, message


def _mistakes(line: str) -> Iterator[tuple[str, str]]:
    key, colon, value = (part.strip() for part in line.partition(":"))
    values = KEYS.get(key)
    if not colon or not key.isidentifier() or not value:
        yield "bad-line", f"{line!r} is no line of the form key: value"
    elif values is not None and not values.matches(value):
        yield "bad-value", f"{key}: {value!r} is no {values.noun}: write {values.remedy}"
    elif key not in KEYS and (near := near_name(key, KEYS, ALIKE)) is not None:
        yield "misspelt-attribute", f"{key} means nothing: did you mean {near}?"
