"""
The tests of bcfg2tw; what they share stands here.

`builders.py` makes repositories and cores, `doubles.py` has what stands in for parts of the server,
`network.py` and `processes.py` are for what listens, `forks.py` for children, `waiting.py` and
`logs.py` for all.
"""

import compileall
import faulthandler
import logging
import os
from typing import Any

from twisted.python import log

import bcfg2tw

# trial gives its workers a path that is not for the Python of the programs that tests run
os.environ.pop("PYTHONPATH", None)

# hundreds of programs are run: none has to compile the package again where no bytecode is written
compileall.compile_dir(os.path.dirname(str(bcfg2tw.__file__)), quiet=2)

# SSHbase asks about the hosts of a case; where no name service answers, it is not waited for
os.environ.setdefault("RES_OPTIONS", "timeout:1 attempts:1")

#: Longer than any test takes beside others, on a slow machine too.
HANGING_SECONDS = 600


def beginning_test(event: dict[str, Any]) -> str:
    """Return what trial logs of the test that begins, `--> tests.module.test <--`, or nothing."""
    text = "".join(map(str, event.get("message", ())))
    return text if text.startswith("--> ") else ""


class EngineLog(logging.Handler):
    """
    Writes what nobody else takes of the engine's log to `engine.log`, beside trial's `test.log`.

    Not to Twisted's log: with `-j`, trial's workers send that to the manager in pieces of at most
    64 KiB, which fails the test where one is longer, and not from several threads at once.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._heading = ""

    def note(self, event: dict[str, Any]) -> None:
        """Take note of the test that begins."""
        if text := beginning_test(event):
            self._heading = f"{text}\n"

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, below the name of its test."""
        try:
            with open("engine.log", "a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(f"{self._heading}{self.format(record)}\n")
            self._heading = ""
        except Exception:  # as every handler: what is logged must not fail who logs it
            self.handleError(record)


class HangWatch:
    """
    Ends this process where a test, or the end of the last one, takes for ever.

    trial's own limit is for tests that return to the reactor; with one that waits for a lock the
    run would not end, nor with a thread that outlives all tests. What all threads were doing goes
    to `hanging.log`, beside `test.log`, and with `-j` trial says of the test that its worker ended.
    """

    def __init__(self) -> None:
        self._log: int | None = None

    def note(self, event: dict[str, Any]) -> None:
        """Begin anew with each test that trial logs."""
        if beginning_test(event):
            if self._log is None:  # trial has gone to its folder by now
                self._log = os.open("hanging.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            faulthandler.dump_traceback_later(HANGING_SECONDS, exit=True, file=self._log)


# by itself Python would print warnings among the names of the tests
logging.lastResort = engine_log = EngineLog()
log.addObserver(engine_log.note)
log.addObserver(HangWatch().note)
