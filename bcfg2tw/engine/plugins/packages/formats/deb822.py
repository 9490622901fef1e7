"""
The format of apt's `Packages` files, read for the fields that resolution needs.

python-debian reads it too, but four times slower, and joins folded lines, which Bcfg2 does not
(:ref:`packages-10.1`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bcfg2tw.engine.plugins.packages.formats.compression import BrokenFile
from bcfg2tw.engine.plugins.packages.indexes.index_file import Package

WANTED = frozenset(
    [
        b"Package",
        b"Version",
        b"Architecture",
        b"Essential",
        b"Priority",
        b"Depends",
        b"Pre-Depends",
        b"Recommends",
        b"Provides",
    ]
)
FOLDED = b" \t"
PRIORITIES = {"required": 5, "important": 4, "standard": 3, "optional": 2, "extra": 1}

#: A package that has more fields than this is none: a stanza is kept until it ends.
MOST_FIELDS = 1000

#: Architectures that every client can install; `any` stands in indexes made by hand.
FOR_ALL = frozenset(["all", "any", ""])


def packages(lines: Iterable[bytes], path: str, architecture: str) -> Iterator[Package]:
    """
    Yield the packages of an index.

    :param architecture: what a package should be for; one for another is a makeshift
    :raises BrokenFile: naming the path, if there is something, but no package, or one without end
    """
    fitting_architectures = FOR_ALL | {architecture}
    for stanza in _stanzas(lines, path):
        package = _package(stanza)
        if package.name:
            package.fitness = int(_value(stanza, b"Architecture") in fitting_architectures)
            yield package


Stanza = list[tuple[bytes, bytes]]


def _stanzas(lines: Iterable[bytes], path: str) -> Iterator[Stanza]:
    """Yield the wanted fields of each stanza, in their order."""
    stanza: Stanza = []
    stray_line, has_packages = b"", False
    for line in lines:
        if line[0] in FOLDED:
            continue
        name, _, value = line.partition(b":")
        if name in WANTED:
            if len(stanza) == MOST_FIELDS:
                raise BrokenFile(f"{path} has a package with more than {MOST_FIELDS} fields")
            stanza.append((name, value))
        elif stanza and not line.strip():
            yield stanza
            stanza, has_packages = [], True
        else:
            stray_line = stray_line or line.strip()
    if stanza:
        yield stanza
    elif stray_line and not has_packages:
        raise BrokenFile(f"{path} is no index of packages: it begins with {stray_line[:60]!r}")


def _value(stanza: Stanza, field: bytes) -> str:
    """Return the text of a field, empty if it is missing."""
    return next((_text(value) for name, value in stanza if name == field), "")


def _package(stanza: Stanza) -> Package:
    package = Package(
        _value(stanza, b"Package"),
        _value(stanza, b"Version"),
        essential=_value(stanza, b"Essential").lower() == "yes",
        priority=PRIORITIES.get(_value(stanza, b"Priority").lower(), 0),
    )
    for name, value in stanza:
        if name in (b"Depends", b"Pre-Depends"):
            package.dependencies.extend(relations(_text(value)))
        elif name == b"Recommends":
            package.recommendations.extend(relations(_text(value)))
        elif name == b"Provides":
            package.provides.extend(filter(None, map(_name, _text(value).split(","))))
    return package


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip()


def relations(text: str) -> Iterator[str | tuple[str, ...]]:
    """Yield what a field of dependencies asks for: names, and tuples for `a | b`."""
    for part in text.split(","):
        if "|" in part:
            names = tuple(filter(None, map(_name, part.split("|"))))
            if names:
                yield names
        elif name := _name(part):
            yield name


def _name(relation: str) -> str:
    """Return a name without its version and without `:any` (:ref:`packages-10.1`)."""
    return relation.partition("(")[0].strip().removesuffix(":any")
