"""The checks of one client's configuration; of several that fail the first is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bcfg2tw.engine.xmlio import Element

__all__ = ["Ignored", "Problem", "problems_of"]


@dataclass(frozen=True)
class Problem:
    """
    One thing that is wrong with a client's configuration.

    :ivar name: of the kind, such as `no-content`
    :ivar text: equal for all clients that have the same problem
    """

    name: str
    text: str


@dataclass(frozen=True)
class Ignored:
    """
    Entries whose failures do not count.

    :ivar pairs: tag and pattern of names
    """

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, words: Sequence[str]) -> Ignored:
        """
        Read words of the form `TAG:NAME`.

        :raises ValueError: with a sentence, for one that has no colon
        """
        for word in words:
            if ":" not in word:
                raise ValueError(f"'{word}' is no TAG:NAME, such as Path:/etc/motd")
        pairs = (word.partition(":") for word in words)
        return cls(tuple((tag, name) for tag, _, name in pairs))

    def has(self, tag: str, name: str) -> bool:
        """Say whether an entry is ignored."""
        return any(tag == one and fnmatchcase(name, pattern) for one, pattern in self.pairs)


def problems_of(
    host: str, document: Element, bundles: Collection[str], ignored: Ignored
) -> list[Problem]:
    """
    Return what is wrong with a configuration: all problems of the first check that fails.

    :param bundles: those that the client should have
    """
    for check in (
        list(_content(host, document)),
        list(_missing(document, bundles)),
        list(_unknown_packages(document, ignored)),
        list(_failures(document, ignored)),
    ):
        if check:
            return check
    return []


def _content(host: str, document: Element) -> Iterator[Problem]:
    if document.tag == "error":
        yield Problem("build-error", f"{document.get('type')}: {document.text}")
    elif not list(document.iter("Bundle", "Independent")):
        yield Problem("no-content", f"{host} has no content")


def _missing(document: Element, bundles: Collection[str]) -> Iterator[Problem]:
    built = {structure.get("name") for structure in document.iter("Bundle", "Independent")}
    missing = sorted(set(bundles) - built)
    if missing:
        text = f"Configuration is missing bundle(s): {':'.join(missing)}"
        yield Problem("missing-bundle", text)


def _unknown_packages(document: Element, ignored: Ignored) -> Iterator[Problem]:
    names = [
        package.get("name", "")
        for package in document.iter("Package")
        if package.get("type") == "unknown"
    ]
    unknown = [name for name in names if not ignored.has("Package", name)]
    if unknown:
        text = f"Configuration contains unknown packages: {', '.join(unknown)}"
        yield Problem("unknown-package", text)


def _failures(document: Element, ignored: Ignored) -> Iterator[Problem]:
    for element in document.iter():
        failure, name = element.get("failure"), element.get("name", "")
        if failure is not None and not ignored.has(str(element.tag), name):
            yield Problem("failure", f"{element.tag}:{name}: {failure}")
