"""`ThreadedStatistics`: statistics that a thread works off (:ref:`plugin-api-4.8`)."""

from __future__ import annotations

import copy
import os
import pickle
import threading
from collections.abc import Iterator
from glob import glob
from queue import Empty, Full, Queue
from typing import Any

from bcfg2tw.engine.siteplugins.names.roles import SiteStatistics, SiteThreaded
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.folders import make_folder
from bcfg2tw.engine.xmlio import parse_own, serialise
from bcfg2tw.errors import StateUnavailable

MOST_WAITING = 100_000
LOOK_SECONDS = 1.0


class _Plain(pickle.Unpickler):
    """Reads pickles of texts and lists alone, which cannot run anything."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse every class."""
        raise pickle.UnpicklingError(f"{module}.{name} does not belong into this file")


class SiteThreadedStatistics(SiteStatistics, SiteThreaded, threading.Thread):
    """
    Puts what clients report into a queue, which its thread works off.

    What waits when the server ends is kept in `REPOSITORY/etc`, in a file for each process.
    """

    def __init__(self, core: Any, datastore: str | None = None) -> None:
        SiteStatistics.__init__(self, core, datastore)
        threading.Thread.__init__(self, daemon=True)
        self.terminate = core.terminate
        self.work_queue: Queue[Any] = Queue(MOST_WAITING)
        self._folder = os.path.join(core.datastore, "etc")
        self.pending_file = os.path.join(self._folder, f"{self.name}.pending")

    def start_threads(self) -> None:
        """Start the thread."""
        self.start()

    def process_statistics(self, metadata: Any, xdata: Any) -> None:
        """Put a report into the queue."""
        try:
            self.work_queue.put_nowait((metadata, copy.deepcopy(xdata)))
        except Full:
            self.logger.warning("%s: Queue is full.  Dropping interactions.", self.name)

    def handle_statistic(self, metadata: Any, xdata: Any) -> None:
        """Take a report; called in the thread."""
        raise NotImplementedError

    def run(self) -> None:
        """Work off the queue until the server ends."""
        for metadata, xdata in self._waiting_reports():
            self._hand_over(metadata, xdata)
        while self.running and not self.terminate.is_set():
            try:
                metadata, xdata = self.work_queue.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            self._hand_over(metadata, xdata)
        self._keep_waiting()

    def _hand_over(self, metadata: Any, xdata: Any) -> None:
        try:
            self.handle_statistic(metadata, xdata)
        except Exception:  # a site's own code: the next report has to be taken all the same
            self.logger.exception("%s: a report of %s is lost", self.name, metadata.hostname)

    def shutdown(self) -> None:
        """End the thread; it keeps what waits."""
        SiteStatistics.shutdown(self)
        if self.is_alive() and threading.current_thread() is not self:
            self.join(10 * LOOK_SECONDS)

    def _keep_waiting(self) -> None:
        waiting = []
        while not self.work_queue.empty():
            metadata, xdata = self.work_queue.get_nowait()
            waiting.append((metadata.hostname, serialise(xdata)))
        if not waiting:
            return
        path = f"{self.pending_file}.{os.getpid()}"
        try:
            make_folder(self._folder, os.path.dirname(self._folder))
            write_atomically(path, pickle.dumps(waiting, 2))
        except (OSError, StateUnavailable) as error:
            self.logger.error(
                "%s: %d reports are lost, for %s cannot be written: %s",
                self.name, len(waiting), path, error,
            )  # fmt: skip

    def _waiting_reports(self) -> Iterator[tuple[Any, Any]]:
        for path in sorted(glob(f"{self.pending_file}*")):
            mine = f"{self._folder}/.{os.path.basename(path)}.{os.getpid()}"
            try:
                os.rename(path, mine)  # another process may be as quick
                with open(mine, "rb") as stream:
                    waiting = _Plain(stream).load()
                os.unlink(mine)
            except FileNotFoundError:
                continue
            except (OSError, pickle.UnpicklingError, EOFError) as error:
                self.logger.error("%s: %s cannot be read: %s", self.name, path, error)
                continue
            for client, text in waiting:
                yield from self._rebuilt_reports(client, text)

    def _rebuilt_reports(self, client: str, text: str | bytes) -> Iterator[tuple[Any, Any]]:
        try:
            metadata = self.core.build_metadata(client)
            yield metadata, parse_own(text if isinstance(text, bytes) else text.encode())
        except Exception as error:  # of a client that is gone, or a file that is damaged
            self.logger.error("%s: a report of %s is lost: %s", self.name, client, error)
