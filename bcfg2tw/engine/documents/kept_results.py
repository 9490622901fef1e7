"""A bound on what all documents together keep of their results."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable
from typing import Any
from weakref import ReferenceType, ref

from lxml import etree

from bcfg2tw.engine.xmlio import Element

LIMIT_BYTES = 128 << 20

#: How much more memory a tree takes than its text, where elements have a few short attributes.
TREE_FACTOR = 20


class Table(dict[Any, Element]):
    """The results of one document, by the answers to its conditions."""

    __slots__ = ("__weakref__",)


class KeptResults:
    """
    Forgets the oldest results when all of them are too large; safe to use from several threads.

    How many results there are is for clients to choose whose probes name groups: so many
    combinations of groups that a document asks for. The first result of a document does not
    count: there are no more of these than documents.

    :ivar size_bytes: of the results that count
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._entries: deque[tuple[ReferenceType[Table], Hashable, int]] = deque()
        self.size_bytes = 0

    def put(self, table: Table, key: Hashable, result: Element) -> None:
        """Put a result into the table of its document."""
        is_first = not table
        table[key] = result
        if is_first:
            return
        size = len(etree.tostring(result)) * TREE_FACTOR
        with self._lock:
            self._entries.append((ref(table), key, size))
            self.size_bytes += size
            while self.size_bytes > self.limit_bytes:
                self._forget_oldest()

    def _forget_oldest(self) -> None:
        reference, key, size = self._entries.popleft()
        self.size_bytes -= size
        table = reference()
        if table is not None:  # else its document is of a state of the repository that is over
            table.pop(key, None)


KEPT_RESULTS = KeptResults()
