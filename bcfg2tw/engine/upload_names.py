"""
Names of elements and attributes in what clients send: those that threads which live on may meet.

lxml keeps each name for as long as the thread lives that met it, so a document is parsed in a
thread of its own where its names may be any. Clients send the same few hundred again and again:
so many are admitted to the other threads, once and for all, and documents that have no others
need no thread. Whatever is not understood here at once counts as having others.

Most documents are as programs write them: their values are in double quotes, and nothing else is.
What stands between the quotes then repeats itself so often that a report of 200 entries, of 30
kilobytes, has a dozen of different pieces.
"""

from __future__ import annotations

import re
import threading

#: Longer documents are parsed in a thread of their own without a look: it takes less time then.
LONGEST_TEXT = 65536

#: The same for those that are not as most are: each of their tags is looked at.
LONGEST_UNUSUAL_TEXT = 4096

#: So many names are admitted, none of which is longer: a hundred kilobytes in each thread.
MOST_NAMES = 1000
LONGEST_NAME = 40

#: A tag as it is usual; `<` is in none of its values, and `:` in none of its names.
_TAG = re.compile(
    r"""</?[a-z_][\w.-]*(?:\s+[a-z_][\w.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*/?>""",
    re.ASCII | re.IGNORECASE,
)
_VALUE = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""", re.ASCII)
_NAME = re.compile(r"[\w.-]+", re.ASCII)

#: Text and tags without attributes, and a tag up to its first value.
_BETWEEN = r"(?:[^<]*</?[a-z_][\w.-]*\s*/?>)*[^<]*"
_BEGUN = r"<[a-z_][\w.-]*\s+[a-z_][\w.-]*\s*=\s*"

#: What stands before the first quote, between two values, and behind the last one.
_FIRST = re.compile(_BETWEEN + _BEGUN, re.ASCII | re.IGNORECASE)
_NEXT = re.compile(rf"\s+[a-z_][\w.-]*\s*=\s*|\s*/?>{_BETWEEN}{_BEGUN}", re.ASCII | re.IGNORECASE)
_LAST = re.compile(rf"\s*/?>{_BETWEEN}", re.ASCII | re.IGNORECASE)

#: Names in such pieces.
_NAME_IN_PIECE = re.compile(r"</?([\w.-]+)|([\w.-]+)\s*=\s*$", re.ASCII)

#: What a parser would keep beside names: entities, white space of some length, and namespaces.
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)")
_SPACE = re.compile(r">\s{15,}<", re.ASCII)
NAMESPACE = "xmlns"


class UploadNames:
    """The names that are admitted so far; safe to use from any thread."""

    def __init__(self, most: int = MOST_NAMES) -> None:
        """
        Admit none yet.

        :param most: how many may be
        """
        self._most = most
        self._lock = threading.Lock()
        self._names: frozenset[str] = frozenset()

    def admit(self, text: str) -> bool:
        """Say whether a document has admitted names alone; those that there is room for are."""
        names = names_in(text)
        return names is not None and (names <= self._names or self._add(names))

    def _add(self, names: set[str]) -> bool:
        with self._lock:
            grown = self._names | names
            if len(grown) > self._most or any(len(name) > LONGEST_NAME for name in names):
                return False
            self._names = grown
            return True


def names_in(text: str) -> set[str] | None:
    """Return all that a parser would keep of a document; None where that is not told at once."""
    if len(text) > LONGEST_TEXT or ("&" in text and _ENTITY.search(text)):
        return None
    names = _names_between_quotes(text)
    if names is None and len(text) <= LONGEST_UNUSUAL_TEXT:
        names = _names_in_tags(text)
    return None if names is None or NAMESPACE in names else names


def _names_between_quotes(text: str) -> set[str] | None:
    """
    Return the names in a document that has double quotes round values, and nowhere else.

    Each piece of it has to be as it is at its place, from the first to the last, so that each
    quote is known to begin a value or to end one.
    """
    parts = text.split('"')
    if len(parts) < 3 or len(parts) % 2 == 0:
        return None
    first, *between, last = parts[::2]
    if "<" in "".join(parts[1::2]) or not (_FIRST.fullmatch(first) and _LAST.fullmatch(last)):
        return None
    different = set(between)
    if not all(map(_NEXT.fullmatch, different)):
        return None
    pieces = (first, *different, last)
    if any(map(_SPACE.search, pieces)):
        return None
    return {name for piece in pieces for pair in _NAME_IN_PIECE.findall(piece) for name in pair} - {
        ""
    }


def _names_in_tags(text: str) -> set[str] | None:
    """Return the names in a document of elements, attributes and text."""
    tags = _TAG.findall(text)
    if len(tags) != text.count("<") or _SPACE.search(text):
        return None
    return set(_NAME.findall(_VALUE.sub(" ", " ".join(tags))))
