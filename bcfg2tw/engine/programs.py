"""Running other programs: bounded in time and output, with nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from bcfg2tw.engine.time_limit import within_limit
from bcfg2tw.errors import Bcfg2Error

OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024

#: How often it is looked at how much a program has written.
LOOK_SECONDS = 0.2
#: How long a program may take to end after it was asked to.
POLITE_SECONDS = 2.0


class ProgramError(Bcfg2Error):
    """A program could not be started, took too long, said too much or failed."""


@dataclass(frozen=True)
class ProgramOutput:
    """The output of a program that succeeded."""

    out: str
    error: str


def run(
    command: Sequence[str],
    timeout_seconds: float,
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
    input_text: str = "",
) -> ProgramOutput:
    """
    Run a program to its end and return what it wrote, decoded as UTF-8.

    A program that takes too long or writes too much is killed with everything that it has
    started.

    :param timeout_seconds: it gets less where the call that it belongs to has less left
    :param environment: added to this process's own
    :raises ProgramError: with the reason; for a program that failed, what it wrote as errors
    """
    timeout_seconds = within_limit(timeout_seconds)
    # files, not pipes: a child of the program that stays behind keeps a pipe open
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as error:  # fmt: skip
        stdin.write(input_text.encode("utf-8"))
        stdin.seek(0)
        try:
            process = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=out,
                stderr=error,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        except (OSError, ValueError) as failure:
            raise ProgramError(reason_of(failure)) from failure
        status = _wait_for(process, timeout_seconds, (out, error))
        output = ProgramOutput(_read_output(out), _read_output(error))
    if status:
        raise ProgramError(described(status, output.error))
    return output


def _wait_for(
    process: subprocess.Popen[bytes], timeout_seconds: float, streams: Sequence[IO[bytes]]
) -> int:
    due = time.monotonic() + timeout_seconds
    try:
        while time.monotonic() < due:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(min(LOOK_SECONDS, timeout_seconds))
            for stream in streams:
                _check_size(stream)
        raise ProgramError(f"it was still running after {timeout_seconds:.3g} seconds")
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program that still runs, politely first: git then takes its locks away."""
    if process.returncode is not None:
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(POLITE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _check_size(stream: IO[bytes]) -> None:
    if os.fstat(stream.fileno()).st_size > OUTPUT_LIMIT_BYTES:
        raise ProgramError(f"it wrote more than {OUTPUT_LIMIT_BYTES} bytes")


def _read_output(stream: IO[bytes]) -> str:
    _check_size(stream)
    stream.seek(0)
    return stream.read(OUTPUT_LIMIT_BYTES).decode("utf-8", "replace")


def reason_of(failure: OSError | ValueError) -> str:
    """Return why a program could not be started."""
    if isinstance(failure, OSError) and failure.strerror:
        return f"{failure.strerror}: {failure.filename}" if failure.filename else failure.strerror
    return str(failure)


def described(status: int, error: str = "") -> str:
    """Return a sentence for the exit status of a program that failed."""
    ended = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
    return f"{ended}: {error.strip()}" if error.strip() else ended
