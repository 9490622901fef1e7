"""Commands run as processes of their own, for what needs the network, or a terminal."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.commands import Ended

ROOT = Path(__file__).parents[1]


def run_process(
    *words: str,
    stdin: str = "",
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run `bcfg2tw` as `tests.commands.run` does."""
    home = os.path.abspath(folder or ".")
    ended = subprocess.run(
        _command(words), input=stdin.encode(), capture_output=True, check=False, cwd=home,
        env=_variables(home, environment or {}),
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def run_into(redirection: str, *words: str, environment: Mapping[str, str] | None = None) -> Ended:
    """Run `bcfg2tw` with streams that a shell redirects, such as `>&-`."""
    ended = subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *_command(words)], capture_output=True,
        check=False, env=_variables(os.path.abspath("."), environment or {}),
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def start_process(
    *words: str, folder: str, environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Start `bcfg2tw` in a process group of its own, as a shell at a terminal does."""
    return subprocess.Popen(
        _command(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, cwd=folder, env=_variables(folder, environment), start_new_session=True,
    )  # fmt: skip


def run_at_terminal(*words: str) -> str:
    """Run `bcfg2tw` at a terminal of 80 columns, and return all that it wrote there."""
    terminal, process_end = os.openpty()
    # 24 lines of 80 characters
    fcntl.ioctl(process_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    home = os.path.abspath(".")
    with subprocess.Popen(
        _command(words), stdin=process_end, stdout=process_end, stderr=process_end, cwd=home,
        env=_variables(home, {"TERM": "xterm"}), start_new_session=True,
    ):  # fmt: skip
        os.close(process_end)
        written = b"".join(_read_all(terminal))
    os.close(terminal)
    return written.decode().replace("\r\n", "\n")


def _read_all(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # as Linux says that nobody has the other end any more
            return
        if not data:
            return
        yield data


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "bcfg2tw.cli", *words]


def _variables(home: str, others: Mapping[str, str]) -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    variables = {"HOME": home, "COLUMNS": "80", "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    return {**os.environ, **variables, **others}
