"""
A file that records are appended to: changes that are acknowledged, but not in their file yet.

Several processes append to it (`SharedLog`); the leader folds: before records are written to where
they belong, the file is set aside under another name (`start_folding`); records that come meanwhile
begin a new file, and the old one goes when its records have arrived (`finish_folding`). A crash at
any point leaves every record in one of the two files, or in both, and applying a record twice must
do no harm.

A journal knows the state of the file that it continues: it stands in its first record, and a state
that folding brings about is noted before the file is written. So a start can tell a file that
somebody else has changed meanwhile.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from bcfg2tw.engine.store.atomic import sync_folder, write_atomically
from bcfg2tw.engine.store.xmlfiles.records import (
    BEGAN,
    JOURNAL_MODE,
    WRITTEN,
    Leftover,
    Record,
    State,
    end_line,
    line_of_record,
    whole_lines,
    with_state,
)
from bcfg2tw.engine.store.xmlfiles.shared_log import SharedLog

logger = logging.getLogger("bcfg2-server")


class Journal(SharedLog):
    """
    A journal at a path; nothing is opened or made before the first record.

    Safe to use from several threads and from several processes: each sees what the others
    appended since it looked last (`news`).
    """

    def __init__(self, path: str, state: Callable[[], State] = dict) -> None:
        """
        Open nothing yet.

        :param state: returns the present state of the file that the journal belongs to; it is
            called in any thread
        """
        super().__init__(path)
        self._state = state
        self._written = 0
        self._synced = 0
        self._failed = 0
        # the bytes from the first record of this process that is not on disk to the last one, as
        # far as nobody else's stand between
        self._unsynced = (0, 0)

    def replay(self) -> list[Record]:
        """Return all records in order; a last line that was cut off is no record."""
        return self.leftover().records

    def leftover(self) -> Leftover:
        """
        Return all records, and the states of the file that they continue.

        From here on `news` has what is appended later.
        """
        with self._condition:
            aside, lines = self._read_whole()
            self._forget_news()
        all_lines = [*aside, *lines]
        began: list[State] = [line[BEGAN] for line in all_lines if BEGAN in line][:1]
        written: list[State] = [line[WRITTEN] for line in all_lines if WRITTEN in line]
        if not aside:  # all that was folded has arrived: the state then is the only one
            began, written = ([], written[-1:]) if written else (began, [])
        return Leftover([line for line in all_lines if WRITTEN not in line], [*began, *written])

    def append(self, record: Mapping[str, Any]) -> None:
        """
        Add a record; it is on disk on return. Threads that append at once share one sync.

        One that cannot be brought to disk is taken back, for it is in no process's memory that
        counts. That cannot be where another process has appended to it; it may count then.

        :raises OSError: if it cannot be written
        """
        line = line_of_record(record)
        with self._condition:
            with self._locked() as descriptor:
                if self._offset == 0:
                    line = line_of_record(with_state(record, self._state()))
                start = self._offset
                self._write(descriptor, line)
            first, end = self._unsynced
            self._unsynced = (first if start == end else start, self._offset)
            self._written += 1
            number = self._written
        self._sync(number)

    def _sync(self, number: int) -> None:
        with self._condition:
            self._condition.wait_for(lambda: not self._syncing or self._synced >= number)
            if self._synced < number:
                self._syncing = True
        if self._synced < number:
            self._sync_all()
        if number <= self._failed:
            raise OSError(f"{self._path}: records could not be brought to disk")

    def _sync_all(self) -> None:
        """Bring to disk what was written so far, for all threads that wait for it."""
        with self._condition:
            last, descriptor = self._written, self._descriptor
            _, synced = self._unsynced
        is_synced = False
        try:
            if descriptor is not None:
                os.fdatasync(descriptor)
            is_synced = True
        except OSError:
            pass  # all who wait for it are told
        finally:
            self._end_sync(is_synced, last, synced)

    def _end_sync(self, is_synced: bool, last: int, synced: int) -> None:
        """Let those go on who wait for the disk, whatever has happened: nobody else would."""
        with self._condition:
            self._syncing = False
            if not is_synced:
                last = self._failed = self._written  # also what came meanwhile
            self._synced = last
            self._condition.notify_all()
            if is_synced:
                first, end = self._unsynced
                self._unsynced = (max(synced, first), end)
            else:
                self._take_back()  # for which there may be no memory

    def _take_back(self) -> None:
        """
        Remove what could not be brought to disk; `_condition` is held.

        A new file takes the place of the journal: others see that, and read all of it again.
        """
        start, end = self._unsynced
        try:
            with self._locked() as descriptor:
                if self._unsynced != (start, end) or self._offset != end:
                    return  # another process has appended, and may have acknowledged that
                write_atomically(self._path, os.pread(descriptor, start, 0), JOURNAL_MODE)
                self._close()
                if self._reopen() is not None:
                    self._offset = start
        except OSError as error:
            logger.error(
                "%s cannot be written: %s; a change that was refused may count after a restart",
                self._path, error.strerror or error,
            )  # fmt: skip

    def _close(self) -> None:
        super()._close()
        self._unsynced = (0, 0)

    def start_folding(self) -> None:
        """
        Set the records aside, if there are any; those that come from now on begin a new file.

        What an earlier attempt set aside stays in front of them. What other processes appended
        until then is in `news`.

        :raises OSError: if files cannot be written; the records are where they were then
        """
        with self._condition:
            self._look()
            if self._descriptor is None and not os.path.exists(self._aside):
                return
            while self._syncing:
                self._condition.wait()
            with self._locked() as descriptor:
                os.fdatasync(descriptor)
                self._synced = self._written
                # before anybody can append to the next one: whoever reads the mark then looks there
                self._begin_generation()
                if os.path.exists(self._aside):
                    self._move()
                else:
                    os.rename(self._path, self._aside)
                sync_folder(os.path.dirname(self._path))
                self._close()

    def _begin_generation(self) -> None:
        """Tell the others that the journal is set aside; its lock is held."""
        progress = self.mark.read()
        if progress is not None:
            self.mark.put(progress.generation + 1, progress.folded, progress.stamps)
        self._progress = self.mark.read()

    def _move(self) -> None:
        end_line(self._aside)
        with open(self._path, "rb") as stream:
            lines = stream.read()
        with open(self._aside, "ab") as stream:
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        os.unlink(self._path)

    def note_writing(self, state: State) -> None:
        """
        Note the state that the file is about to have; on disk on return.

        :raises OSError: if it cannot be noted
        """
        with suppress(FileNotFoundError), open(self._aside, "rb+") as stream:
            stream.seek(0, os.SEEK_END)
            stream.write(line_of_record({WRITTEN: state}))
            stream.flush()
            os.fsync(stream.fileno())

    def finish_folding(self, state: State | None = None, stamps: tuple[int, ...] = ()) -> None:
        """
        Forget the records that were set aside: they are where they belong.

        :param state: of the file that they were written to
        :param stamps: of that file before and after, for the other processes
        """
        with self._condition:
            self._look()
            if state and self._descriptor is not None and self._offset:
                with self._locked() as descriptor:
                    self._write(descriptor, line_of_record({WRITTEN: state}))
                    os.fdatasync(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(self._aside)
            sync_folder(os.path.dirname(self._path))
        progress = self.mark.read()
        if progress is not None:
            self.mark.put(progress.generation, progress.generation - 1, stamps)

    def replace(self, kept: Iterable[Record], state: State, copy: str) -> None:
        """
        Keep some of the records only, and a copy of all.

        A crash at any point leaves all records, or the copy and those that are kept.

        :param state: of the file that the records continue from now on
        :param copy: the path of the copy
        :raises OSError: if it cannot be written
        """
        with self._condition, self._locked():
            lines = whole_lines(self._aside) + whole_lines(self._path)
            write_atomically(copy, lines, JOURNAL_MODE)
            kept = [
                {key: value for key, value in record.items() if key != BEGAN} for record in kept
            ]
            if kept:
                first = with_state(kept[0], state)
                write_atomically(
                    self._path, b"".join(map(line_of_record, [first, *kept[1:]])), JOURNAL_MODE
                )
            else:
                os.unlink(self._path)
            with suppress(FileNotFoundError):
                os.unlink(self._aside)
            sync_folder(os.path.dirname(self._path))
            self._begin_generation()
            self._close()
            descriptor = self._reopen()
            self._offset = 0 if descriptor is None else os.fstat(descriptor).st_size

    def close(self) -> None:
        """Close the file; one without records is removed, as is the mark of a leader."""
        with self._condition:
            while self._syncing:
                self._condition.wait()
            if self._descriptor is not None and self._is_at_path(self._descriptor):
                self._remove_if_empty()
            if self._descriptor is not None:
                os.fdatasync(self._descriptor)  # a thread may be about to sync what it added
                self._synced = self._written
            self._close()
        self.mark.release()

    def _remove_if_empty(self) -> None:
        is_alone = self.mark.read() is None and self._written > 0
        if not self.mark.is_leading and not is_alone:
            return
        with self._locked() as descriptor:
            if os.fstat(descriptor).st_size == 0:
                os.unlink(self._path)
