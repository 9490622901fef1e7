"""The files that twistd is told to write: whether it can is found out before it tries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bcfg2tw.errors import Bcfg2Error


def check_files(twistd: Mapping[str, Any]) -> None:
    """
    Look whether twistd can write its PID file and log file, and enter its folder.

    A PID file that names this very process is of a container that was started anew: it is removed.

    :param twistd: its options
    :raises Bcfg2Error: naming file, option and remedy, where twistd would end with a traceback
    """
    if twistd["chroot"] is not None:
        return  # the paths are those of another root
    if twistd["pidfile"]:
        _check_pid_file(os.path.abspath(twistd["pidfile"]))
    log = twistd["logfile"] or ("" if twistd["nodaemon"] else "twistd.log")
    if log and log != "-" and not twistd["syslog"]:
        _check_writable(os.path.abspath(log), "--logfile")
    if not os.path.isdir(twistd["rundir"]):
        raise Bcfg2Error(f"--rundir: there is no folder {twistd['rundir']}: make it")


def _check_pid_file(path: str) -> None:
    if os.path.isfile(path):
        _check_process(path)
    _check_writable(path, "--pidfile")


def _check_process(path: str) -> None:
    number = _number_in(path)
    if number == os.getpid():
        os.unlink(path)
    elif _is_running(number):
        raise Bcfg2Error(
            f"--pidfile: {path} names process {number}{_program(number)}, which runs: stop it, "
            "remove the file if that is no server, or give another one"
        )


def _number_in(path: str) -> int:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            text = stream.read(100).strip()
    except OSError as error:
        raise _unwritable(path, "--pidfile", error) from error
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise Bcfg2Error(
            f"--pidfile: {path} holds {text!r}, which is no number of a process: remove the file "
            "if no server runs, or give another one"
        )
    return int(text)


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _program(number: int) -> str:
    """Return the name of a process's program in brackets, where the system tells it."""
    with suppress(OSError), open(f"/proc/{number}/comm", encoding="utf-8") as stream:
        return f" ({stream.read().strip()})"
    return ""


def _check_writable(path: str, option: str) -> None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise Bcfg2Error(f"{option}: there is no folder {folder}: make it, or give another file")
    is_new = not os.path.exists(path)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        if is_new:
            os.unlink(path)
    except OSError as error:
        raise _unwritable(path, option, error) from error


def _unwritable(path: str, option: str, error: OSError) -> Bcfg2Error:
    return Bcfg2Error(
        f"{option}: {path} cannot be written: {error.strerror}; give a file that this user may "
        "write"
    )
