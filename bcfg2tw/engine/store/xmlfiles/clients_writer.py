"""Writes edits of clients into clients.xml and the files that it includes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.store.client_edit import ClientEdit
from bcfg2tw.engine.store.xmlfiles.client_documents import (
    ClientDocuments,
    content_of,
    state_of_clients,
    tell_absent,
    write_content,
)
from bcfg2tw.engine.store.xmlfiles.client_splices import is_plain, spliced
from bcfg2tw.engine.store.xmlfiles.file_state import Stamps, digest_of
from bcfg2tw.engine.store.xmlfiles.records import State
from bcfg2tw.errors import UnreadableRepository


@dataclass(frozen=True)
class ClientsWriting:
    """
    The files as they were written.

    :ivar state: of clients.xml and the files that it includes
    :ivar stamps: before and after, of those that changed and that nobody has changed since
    """

    state: State
    stamps: Mapping[str, Stamps]


def _check_nothing(_: Mapping[str, Stamp]) -> None:
    """Have any files written to."""


class ClientsWriter:
    """
    Writes the clients.xml at a path.

    It remembers what it wrote: as long as the file is as it was left, only the tags of clients that
    change are looked for. For one thread at a time.
    """

    def __init__(self, path: str) -> None:
        """Have written nothing yet."""
        self._path = path
        # stamp and state of the file as it was left, if it is plain
        self._plain: tuple[Stamp, State] | None = None

    def state(self) -> State:
        """Return the state of the files."""
        plain = self._plain
        with suppress(UnreadableRepository):
            if plain is not None and stamp_of(self._path) == plain[0]:
                return plain[1]
        return state_of_clients(self._path)

    def write(
        self,
        edits: Sequence[ClientEdit],
        note: Callable[[State], None],
        check: Callable[[Mapping[str, Stamp]], None] = _check_nothing,
    ) -> ClientsWriting:
        """
        Write edits.

        :param note: is told the state that the files are about to have
        :param check: is called before that with the stamps of all files as they were read; nothing
            is written if it raises
        :raises RepositoryError: if a file cannot be read or is not well-formed; nothing is written
        :raises ChangedMeanwhile: if somebody has changed one since it was read; it is as it was
        :raises OSError: if one cannot be written
        """
        return self._splice(edits, note, check) or self._rewrite(edits, note, check)

    def _splice(
        self,
        edits: Sequence[ClientEdit],
        note: Callable[[State], None],
        check: Callable[[Mapping[str, Stamp]], None],
    ) -> ClientsWriting | None:
        """Write edits into the text, where it is plain."""
        if self._plain is None:
            return None
        content, before = content_of(self._path)
        result = spliced(content, edits) if before == self._plain[0] else None
        if result is None:
            return None
        check({self._path: before})
        text, absent = result
        for edit in absent:
            tell_absent(self._path, edit)
        state = {os.path.basename(self._path): digest_of(text)}
        note(state)
        return ClientsWriting(state, {} if text == content else self._replace(text, before, state))

    def _replace(self, text: bytes, before: Stamp, state: State) -> dict[str, Stamps]:
        self._plain = None
        after = write_content(self._path, text, before)
        if after is None:
            return {}
        self._plain = after, state
        return {self._path: (before, after)}

    def _rewrite(
        self,
        edits: Sequence[ClientEdit],
        note: Callable[[State], None],
        check: Callable[[Mapping[str, Stamp]], None],
    ) -> ClientsWriting:
        """Write edits into the documents, and these anew."""
        self._plain = None
        documents = ClientDocuments(self._path)
        check(documents.stamps)
        for edit in edits:
            documents.apply(edit)
        state = documents.state()
        note(state)
        stamps = documents.write_rendered()
        if self._path in stamps and is_plain(documents.roots[self._path]):
            self._plain = stamps[self._path][1], state
        return ClientsWriting(state, stamps)
