"""Running other programs: bounded in time and output, with nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from bcfg2tw.errors import Bcfg2Error

OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024


class ProgramError(Bcfg2Error):
    """A program could not be started, took too long, said too much or failed."""


@dataclass(frozen=True)
class Output:
    """What a program that succeeded has written."""

    out: str
    error: str


def run(
    command: Sequence[str],
    timeout_seconds: float,
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
    input_text: str = "",
) -> Output:
    """
    Run a program to its end and return what it wrote, decoded as UTF-8.

    A program that takes too long is killed with everything that it has started.

    :param environment: added to this process's own
    :raises ProgramError: with the reason; for a program that failed, what it wrote as errors
    """
    # files, not pipes: a child of the program that stays behind keeps a pipe open
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as error:  # fmt: skip
        given.write(input_text.encode("utf-8"))
        given.seek(0)
        try:
            process = subprocess.Popen(
                command,
                stdin=given,
                stdout=out,
                stderr=error,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        except (OSError, ValueError) as failure:
            raise ProgramError(reason_of(failure)) from failure
        status = _ended(process, timeout_seconds)
        output = Output(_written(out), _written(error))
    if status:
        raise ProgramError(described(status, output.error))
    return output


def _ended(process: subprocess.Popen[bytes], timeout_seconds: float) -> int:
    try:
        return process.wait(timeout_seconds)
    except subprocess.TimeoutExpired as expired:
        raise ProgramError(f"it was still running after {timeout_seconds:g} seconds") from expired
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _written(stream: IO[bytes]) -> str:
    stream.seek(0)
    data = stream.read(OUTPUT_LIMIT_BYTES + 1)
    if len(data) > OUTPUT_LIMIT_BYTES:
        raise ProgramError(f"it wrote more than {OUTPUT_LIMIT_BYTES} bytes")
    return data.decode("utf-8", "replace")


def reason_of(failure: OSError | ValueError) -> str:
    """Return why a program could not be started."""
    if isinstance(failure, OSError) and failure.strerror:
        return f"{failure.strerror}: {failure.filename}" if failure.filename else failure.strerror
    return str(failure)


def described(status: int, error: str = "") -> str:
    """Return a sentence for the exit status of a program that failed."""
    ended = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
    return f"{ended}: {error.strip()}" if error.strip() else ended
