"""Commands run as a shell would run them, in this process: words, standard input, folder."""

from __future__ import annotations

import io
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bcfg2tw.cli import main


@dataclass(frozen=True)
class Ended:
    """The end of a command: its exit status, and what it wrote to its two outputs."""

    status: int
    output: str
    errors: str


def run(
    *words: str,
    stdin: str = "",
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """
    Run `bcfg2tw` with words, no terminal anywhere.

    :param folder: the working folder, and HOME
    """
    streams = [_stream(stdin.encode()), _stream(), _stream()]
    home = os.path.abspath(folder or ".")
    with _working_in(home, {"HOME": home, "COLUMNS": "80", **(environment or {})}), _logs():
        before = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = streams
        try:
            status = _status(words)
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
    return Ended(status, *map(_text, streams[1:]))


def _status(words: Sequence[str]) -> int:
    try:
        main.main(list(words), prog_name="bcfg2tw")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except Exception:  # what ends a process with a traceback and status 1
        traceback.print_exc()
    return 1


def _stream(content: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), "utf-8", errors="replace", newline="\n")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8", "replace")


@contextmanager
def _working_in(folder: str, environment: Mapping[str, str]) -> Iterator[None]:
    folder_before, before = os.getcwd(), dict(os.environ)
    os.chdir(folder)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.chdir(folder_before)
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _logs() -> Iterator[None]:
    """Give the tests their logs back, which a command takes for itself."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers[:] = []  # basicConfig(force=True) would close them
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)
