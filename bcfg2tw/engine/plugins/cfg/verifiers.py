"""External verifiers: programs that are given a file's content and say whether it is right."""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import PathFiles, Verifier
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.time_limit import within_limit
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

TIMEOUT_SECONDS = 30.0
OUTPUT_LIMIT_BYTES = 64 * 1024

#: How long output may still come in once the program has ended.
LAST_OUTPUT_SECONDS = 0.1


class ExternalVerifier(Verifier):
    """
    A `:test` file, run with the content as its standard input (:ref:`cfg-7.1`).

    It is run itself if it may be executed, else by the program that its first line names.
    """

    def __init__(self, source: Source, data: bytes) -> None:
        self.path = source.path
        self._command = _command(source.path, data)

    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: PathFiles
    ) -> None:
        """
        Run the program.

        :raises PluginExecutionError: with what it wrote, if its exit status is not 0
        """
        if not self._command:
            raise PluginExecutionError(f"Cannot execute {self.path}")
        try:
            end = metadata.effects.ask(
                f"{self.path} would check {entry.get('name')}",
                partial(run, self._command, data),
                lambda: ProgramEnd(0, "", ""),
            )
        except OSError as error:
            raise PluginExecutionError(str(error)) from error
        if end.status:
            raise PluginExecutionError(end.reason)


def _command(path: str, data: bytes) -> tuple[str, ...]:
    """Return the command that runs a file; empty if there is none."""
    if not data:
        return ()
    if os.access(path, os.X_OK):
        return (path,)
    first = data.split(b"\n", 1)[0].decode("utf-8", "replace")
    if not first.startswith("#!"):
        return ()
    try:
        return (*shlex.split(first[2:]), path)
    except ValueError:
        return ()  # a quotation mark without its pair: no shell would run it either


@dataclass(frozen=True)
class ProgramEnd:
    """The end of a program: its exit status, and what it had written until then."""

    status: int
    out: str
    error: str

    @property
    def reason(self) -> str:
        """The reason of a failure: what the program wrote, else its exit status."""
        text = self.error or self.out
        if text:
            return f"{text} (rv: {self.status})"
        return f"No output or error; return value {self.status}"


@dataclass
class _Run:
    """A program that is running; what it writes is taken up to a limit."""

    process: subprocess.Popen[bytes]
    timeout_seconds: float
    deadline: float
    output: dict[str, bytearray] = field(default_factory=dict)

    def take_output(self, out: IO[bytes], error: IO[bytes]) -> None:
        """
        Read until the program has ended.

        :raises PluginExecutionError: if it takes too long, or writes too much
        """
        with selectors.DefaultSelector() as selector:
            for name, stream in (("out", out), ("error", error)):
                os.set_blocking(stream.fileno(), False)
                self.output[name] = bytearray()
                selector.register(stream, selectors.EVENT_READ, name)
            while selector.get_map() and self._take(selector):
                pass
        self._wait()

    def _take(self, selector: selectors.BaseSelector) -> bool:
        """Take what there is; False when the program has ended and nothing more comes."""
        has_ended = self.process.poll() is not None
        ready = selector.select(min(self._remaining_seconds(), LAST_OUTPUT_SECONDS))
        for key, _ in ready:
            data = os.read(key.fd, OUTPUT_LIMIT_BYTES)
            if not data:
                selector.unregister(key.fileobj)
            self._add(key.data, data)
        return bool(ready) or not has_ended

    def _add(self, name: str, data: bytes) -> None:
        self.output[name] += data
        if len(self.output[name]) > OUTPUT_LIMIT_BYTES:
            raise PluginExecutionError(f"it wrote more than {OUTPUT_LIMIT_BYTES} bytes")

    def _remaining_seconds(self) -> float:
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise self._late()
        return remaining

    def _wait(self) -> None:
        try:
            self.process.wait(self._remaining_seconds())
        except subprocess.TimeoutExpired as expired:
            raise self._late() from expired

    def _late(self) -> PluginExecutionError:
        return PluginExecutionError(
            f"it was still running after {self.timeout_seconds:.3g} seconds"
        )


def run(command: tuple[str, ...], data: bytes) -> ProgramEnd:
    """
    Run a program with data as its standard input.

    When it has ended, or failed to in time, all that it has started is killed.

    :raises OSError: if it cannot be started
    :raises PluginExecutionError: if it takes too long, or writes too much
    """
    with tempfile.TemporaryFile() as input_file:
        input_file.write(data)
        input_file.seek(0)
        process = subprocess.Popen(
            command,
            stdin=input_file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    timeout_seconds = within_limit(TIMEOUT_SECONDS)
    running_program = _Run(process, timeout_seconds, time.monotonic() + timeout_seconds)
    with process:
        assert process.stdout is not None and process.stderr is not None
        try:
            running_program.take_output(process.stdout, process.stderr)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    texts = {name: data.decode("utf-8", "replace") for name, data in running_program.output.items()}
    return ProgramEnd(process.returncode, texts["out"], texts["error"])
