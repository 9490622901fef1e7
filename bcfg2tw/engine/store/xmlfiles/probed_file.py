"""
What clients' probes said: in memory, on disk before it is acknowledged.

An upload is appended to a journal; probed.xml is written some seconds later, once for all
uploads of that time. What an administrator writes into probed.xml by hand counts as soon as it
is read, except for clients that have uploaded since the file was written last.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from zlib import crc32

from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.xmlfiles.folding import Gate, Later
from bcfg2tw.engine.store.xmlfiles.journal import Journal
from bcfg2tw.engine.store.xmlfiles.probed_document import Answers, document, read_probed
from bcfg2tw.errors import PluginExecutionError, RepositoryError

logger = logging.getLogger("Probes")

FOLDING_DELAY_SECONDS = 3.0
LOCKS = 64


class ProbeAnswers:
    """What the probes of one repository's clients said; safe to use from several threads."""

    def __init__(self, path: str, delay_seconds: float = FOLDING_DELAY_SECONDS) -> None:
        """
        Take in what a killed server left in its journal; nothing else is read yet.

        :param path: of probed.xml
        :param delay_seconds: how long after an upload it is written there
        """
        self.later = Later(self.fold, delay_seconds)
        self._path = path
        self._journal = Journal(f"{path}.journal")
        left = map(Answers.from_record, self._journal.replay())
        self._unfolded = {answers.client: answers for answers in left}
        self._answers = dict(self._unfolded)
        self._stamp: Stamp | None = None
        self._is_outdated = False  # lacks something that the journal has not
        self._is_news = False  # was written by somebody else, and `read` not called since
        self._is_serving = False  # a tool beside the server leaves its journal alone
        self._lock = threading.Lock()
        self._folding = threading.Lock()
        self._gate = Gate()
        self._client_locks = [threading.Lock() for _ in range(LOCKS)]
        self._problem = ""

    # Reading

    def of(self, client: str) -> Answers | None:
        """Return what a client's probes said last, None if nothing is known."""
        return self._answers.get(client.lower())

    def read(self, create: bool = True) -> None:
        """
        Take in probed.xml if it is not as it was read or written last.

        A file that is broken is reported and changes nothing; one that is missing is made
        with what is known.

        :param create: whether a missing file is made
        """
        with self._folding:
            try:
                if not self._take_in() and create:
                    self._make()
                self._is_news = False
            except (RepositoryError, OSError) as error:
                self._report(error)

    def _make(self) -> None:
        logger.warning("%s does not exist, creating", self._path)
        self._is_outdated = True
        if self._unfolded:
            self.later.request()
        else:
            self._write()

    def start(self) -> None:
        """
        Serve: what a killed server left in its journal is written to probed.xml, soon.

        A store that was not started, and takes no upload, writes nothing of it.
        """
        self._is_serving = True
        if self._unfolded:
            self.later.request()

    def is_as_written(self, path: str) -> bool:
        """Say whether a path is probed.xml with nothing in it that readers do not know."""
        return path == self._path and not self._is_news and stamp_of(path) == self._stamp

    def _take_in(self) -> bool:
        """Read the file if somebody else wrote it; False if there is none."""
        stamp = stamp_of(self._path)
        if stamp is None:
            return False
        if stamp != self._stamp:
            found, stamp = read_probed(self._path)
            with self._lock:
                self._answers = {**found, **self._unfolded}
                self._stamp = stamp
            self._problem = ""
            self._is_news = True
        return True

    # Changing

    def save(
        self, client: str, data: Mapping[str, str], groups: Collection[str], timestamp: int
    ) -> bool:
        """
        Replace what is known of a client; it is on disk on return.

        :returns: whether that changed anything but the time
        :raises PluginExecutionError: if it cannot be kept; what was known stays
        """
        self._is_serving = True
        answers = Answers(client.lower(), dict(data), frozenset(groups), timestamp)
        with self._changing(answers.client), self._gate.passing():
            if self._is_known(answers):
                return False
            answers.check()
            self._append(answers)
            with self._lock:
                self._answers[answers.client] = self._unfolded[answers.client] = answers
        self.later.request()
        return True

    @contextmanager
    def _changing(self, client: str) -> Iterator[None]:
        """Keep the order of a client's uploads the same in the journal and in memory."""
        with self._client_locks[crc32(client.encode()) % LOCKS]:
            yield

    def _is_known(self, answers: Answers) -> bool:
        """
        Say whether nothing is new but the time, which is written with the next change.

        Something is if somebody edited the file since it was read: the upload is the newer.
        """
        is_edited = stamp_of(self._path) != self._stamp
        with self._lock:
            known = self._answers.get(answers.client)
            if known is None or is_edited or not known.says_the_same(answers):
                return False
            self._answers[answers.client] = replace(known, timestamp=answers.timestamp)
            self._is_outdated = True
            return True

    def _append(self, answers: Answers) -> None:
        try:
            self._journal.append(answers.record())
        except OSError as error:
            raise PluginExecutionError(
                f"{self._path}.journal cannot be written: {error.strerror or error}"
            ) from error

    # Writing probed.xml

    def fold(self) -> bool:
        """
        Write everything to probed.xml, in one step.

        What somebody else wrote there meanwhile is taken in first. Where that fails, because
        the file is broken for instance, it is not touched, and the uploads stay in the journal.

        :returns: whether everything is written
        """
        with self._folding:
            try:
                self._take_in()
                self._write()
            except (RepositoryError, OSError) as error:
                self._is_outdated = True
                self._report(error)
                return False
            self._problem = ""
            return True

    def _write(self) -> None:
        with self._gate.closed():
            with self._lock:
                answers, written = list(self._answers.values()), dict(self._unfolded)
                is_outdated, self._is_outdated = self._is_outdated, False
            if not written and not is_outdated:
                return
            if written:
                self._journal.start_folding()
        data = document(answers)
        write_atomically(self._path, data)
        if written:
            self._journal.folded()
        self._note_written(data)
        with self._lock:
            for client, one in written.items():
                if self._unfolded.get(client) is one:
                    del self._unfolded[client]

    def _note_written(self, data: bytes) -> None:
        """Remember the file as ours, unless somebody has changed it since."""
        with open(self._path, "rb") as stream:
            stamp = Stamp.of(os.fstat(stream.fileno()))
            if stream.read() == data:
                self._stamp = stamp

    def _report(self, problem: Exception) -> None:
        if str(problem) != self._problem:  # it is tried again every few seconds
            logger.error(
                "%s; what probes said last stays in force, and %s uploads wait in %s.journal",
                problem, len(self._unfolded), self._path,
            )  # fmt: skip
        self._problem = str(problem)

    def close(self) -> None:
        """Write what is left to probed.xml; only once there are no calls any more."""
        self.later.close()
        if self._is_serving and (self._unfolded or self._is_outdated):
            self.fold()
        with self._folding:
            self._journal.close()
