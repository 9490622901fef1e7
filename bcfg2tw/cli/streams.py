"""The standard streams of a command: closed ones, and output that cannot be written."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

__all__ = ["standard_streams"]

_STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


@contextmanager
def standard_streams() -> Iterator[None]:
    """
    Have all three streams while the block runs; output that cannot be written ends it.

    A stream that whoever started the command has closed leads nowhere. Characters that the
    encoding of standard output lacks, and bytes of file names that are none, are numbers. Where
    standard output fails, as on a full disk, that is one line on standard error, and status 1.
    """
    for name, mode in _STREAMS.items():
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    except OSError as error:
        if not _is_of_output(error):
            raise
        # what waits to be written would fail once more at the end of the process
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"Error: the output cannot be written: {error.strerror}", file=sys.stderr)
        sys.exit(1)


def _is_of_output(error: OSError) -> bool:
    """Say whether it was printing that failed, and no other file."""
    *_, (frame, _line) = traceback.walk_tb(error.__traceback__)
    return frame.f_code is click.echo.__code__
