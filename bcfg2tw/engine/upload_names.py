"""
Names of elements and attributes in what clients send: those that threads which live on may meet.

lxml keeps each name for as long as the thread lives that met it, so a document is parsed in a
thread of its own where its names may be any. Clients send the same few hundred again and again:
so many are admitted to the other threads, once and for all, and documents that have no others
need no thread. Whatever is not understood here at once counts as having others.
"""

from __future__ import annotations

import re
import threading

#: Longer documents are parsed in a thread of their own without a look: it takes less time then.
LONGEST_TEXT = 4096

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

#: What a parser would keep beside names: namespaces, entities, and white space of some length.
_KEPT_BESIDE = re.compile(r"\bxmlns\b|&(?!(?:lt|gt|amp|quot|apos);)|>\s{15,}<", re.ASCII)


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
        names = names_in(text) if len(text) <= LONGEST_TEXT else None
        return names is not None and (names <= self._names or self._add(names))

    def _add(self, names: set[str]) -> bool:
        with self._lock:
            grown = self._names | names
            if len(grown) > self._most or any(len(name) > LONGEST_NAME for name in names):
                return False
            self._names = grown
            return True


def names_in(text: str) -> set[str] | None:
    """Return all that a parser would keep of a document; None where that cannot be told."""
    tags = _TAG.findall(text)
    if len(tags) != text.count("<") or _KEPT_BESIDE.search(text):
        return None
    return set(_NAME.findall(_VALUE.sub(" ", " ".join(tags))))
