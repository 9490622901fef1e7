"""
Trigger: the site's own programs, started after each client's run (:ref:`templates-and-data-12`).
"""

from __future__ import annotations

import subprocess
import threading

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import ClientRunHooks
from bcfg2tw.engine.programs import described, reason_of

#: A program that hangs must not take the machine with it, one client's run at a time.
RUNNING_LIMIT = 200

_running = threading.BoundedSemaphore(RUNNING_LIMIT)


class Trigger(Plugin, ClientRunHooks):
    """
    Starts every file of `Trigger` once a client's configuration was generated.

    Nobody waits for the programs, and they outlive the server; a thread for each takes its exit
    status, so that nothing is left over and failures are logged.
    """

    def end_client_run(self, metadata: ClientMetadata) -> None:
        """Start the programs, in no particular order, and return at once."""
        arguments = [
            metadata.hostname,
            "-p",
            metadata.profile or "",
            "-g",
            ":".join(sorted(metadata.groups)),
        ]
        for name in self.files:
            if "/" not in name:
                self._start([self.files.path(name), *arguments])

    def _start(self, command: list[str]) -> None:
        if not _running.acquire(blocking=False):
            self.logger.error(
                "Trigger: Error running %s: not started for %s, as %s programs are running",
                command[0], command[1], RUNNING_LIMIT,
            )  # fmt: skip
            return
        thread = threading.Thread(
            target=self._run, args=(command,), name=f"Trigger {command[0]}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # the system has no threads left
            _running.release()
            self.logger.error("Trigger: Error running %s: %s", command[0], error)

    def _run(self, command: list[str]) -> None:
        try:
            status = _exit_status(command)
        except (OSError, ValueError) as error:
            self.logger.error("Trigger: Error running %s: %s", command[0], reason_of(error))
        else:
            if status:
                self.logger.error("Trigger: Error running %s: %s", command[0], described(status))
        finally:
            _running.release()


def _exit_status(command: list[str]) -> int:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return process.wait()
