"""The folder that `[server] state` names: made once, and known again while the server runs."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from uuid import uuid4

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.refusals import Refusals
from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.store.atomic import sync_folder, write_atomically
from bcfg2tw.engine.store.folders import holds_nothing
from bcfg2tw.errors import CoreInitError, StateUnavailable

#: Of the folder, which holds passwords of clients.
FOLDER_MODE = 0o750

#: The file by which the folder is known again: it is mounted and moved with all the rest.
ID_NAME = "state.id"
ID_MODE = 0o640

logger = logging.getLogger("bcfg2-server")


class StateFolder:
    """
    The folder for state, which may be unmounted, moved away or removed beneath a server.

    What is left in its place, an empty mount point for instance, is no new beginning: what clients
    sent would be forgotten there, and what they send lost once the folder is back. So the folder
    has an id, in a file, which a process keeps in mind, and those that it forks. Safe to use from
    any thread.

    :ivar path: of the folder
    """

    def __init__(self, path: str, clock: Clock) -> None:
        """Touch nothing yet."""
        self.path = path
        self._id_path = os.path.join(path, ID_NAME)
        self._id: bytes | None = None
        self._stamp: Stamp | None = None  # of the file, when it was read last
        self._refusals = Refusals(logger, path, clock)

    def prepare(self) -> None:
        """
        Make the folder if it is missing, and take note of its id; only the first time.

        That there is no state is told, and as a warning where the folder is there and empty: it may
        be that its state is not mounted.

        :raises CoreInitError: if it cannot be made, or not be written
        """
        if self._id is not None:
            return
        if holds_nothing(self.path):
            logger.warning(
                "%s is empty: the state of clients begins anew; if there was any, stop the "
                "server, mount it or move it back, and start the server",
                self.path,
            )
        try:
            if not os.path.isdir(self.path):
                os.makedirs(self.path, mode=FOLDER_MODE, exist_ok=True)
                logger.info("%s was not there: the state of clients begins anew", self.path)
        except OSError as error:
            raise CoreInitError(
                f"{self.path} cannot be made: {error.strerror or error} ([server] state)"
            ) from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise CoreInitError(f"{self.path} cannot be written by this user ([server] state)")
        try:
            self._take_note()
        except OSError as error:  # changes are refused then, or kept as long as it lasts
            logger.error(
                "%s cannot be written: %s; the folder is not known again if it vanishes",
                self._id_path, error.strerror or error,
            )  # fmt: skip

    def _take_note(self) -> None:
        if not os.path.exists(self._id_path):
            self._make_id()
        self._stamp, self._id = Stamp.of(os.stat(self._id_path)), self._read()

    def _make_id(self) -> None:
        """Write the file, unless another process has by then."""
        name = str(uuid4())
        temporary = f"{self._id_path}.{name}"
        write_atomically(temporary, f"{name}\n".encode("ascii"), ID_MODE)
        try:
            with suppress(FileExistsError):
                os.link(temporary, self._id_path)
        finally:
            os.unlink(temporary)
        sync_folder(self.path)

    def _read(self) -> bytes:
        with open(self._id_path, "rb") as stream:
            return stream.read()

    def is_there(self) -> bool:
        """Say whether it is the folder that was prepared, and log it where it is not."""
        if self._id is None or self._is_known():
            self._refusals.end()
            return True
        self._refusals.note_reason(self._absence)
        return False

    def check(self) -> None:
        """
        See that it is the folder that was prepared, before anything is read or written there.

        :raises StateUnavailable: if it is not
        """
        if not self.is_there():
            raise StateUnavailable(self._absence)

    @property
    def _absence(self) -> str:
        return (
            f"{self.path} is gone, or is another folder than the server began with: mount it or "
            "move it back; to go on with what is there now, restart the server"
        )

    def _is_known(self) -> bool:
        try:
            stamp = Stamp.of(os.stat(self._id_path))
            if stamp != self._stamp:
                if self._read() != self._id:
                    return False
                self._stamp = stamp  # it was mounted again, or comes from a backup
        except OSError:
            return False
        return True
