"""`Bcfg2.Utils`: running programs, ranges of numbers and the like."""

from __future__ import annotations

import fcntl
import logging
import re
import subprocess
from collections.abc import Sequence
from typing import Any

from bcfg2tw.engine.siteplugins.names.base import ClassName
from bcfg2tw.engine.time_limit import within_limit

logger = logging.getLogger("bcfg2-server")

#: How long a program may run where nobody says so: as long as its call at most.
LONGEST_SECONDS = 3600.0


class ExecutorResult:
    """
    The end of a program.

    :ivar retval: its exit status, None where it was killed because it took too long
    """

    def __init__(self, stdout: Any, stderr: Any, retval: int | None) -> None:
        self.stdout = _text(stdout)
        self.stderr = _text(stderr)
        self.retval = retval

    @property
    def success(self) -> bool:
        """Say whether it ended well."""
        return self.retval == 0

    @property
    def error(self) -> str:
        """The text that it wrote, or its exit status, where it failed."""
        if self.success:
            return ""
        text = (self.stderr or self.stdout).strip()
        return f"{text} (rv: {self.retval})" if text else f"No output or error; {self.retval}"

    def __getitem__(self, index: int) -> Any:
        return (self.success, self.stdout.splitlines())[index]

    def __bool__(self) -> bool:
        return self.success

    def __repr__(self) -> str:
        return f"ExecutorResult(retval={self.retval})"


def _text(output: Any) -> str:
    if output is None:
        return ""
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else str(output)


class Executor:
    """
    Runs programs.

    :param timeout: seconds that each may take; none takes longer than the call it belongs to
    """

    def __init__(self, timeout: float | None = None) -> None:
        self.logger = logging.getLogger("Bcfg2.Utils.Executor")
        self.timeout = timeout

    def run(
        self,
        command: str | Sequence[str],
        inputdata: Any = None,
        timeout: float | None = None,
        **keywords: Any,
    ) -> ExecutorResult:
        """
        Run a program to its end; a text is a line for the shell.

        :param keywords: handed on to `subprocess`
        """
        keywords.pop("text", None)
        stdin = inputdata.encode() if isinstance(inputdata, str) else inputdata
        seconds = within_limit(timeout or self.timeout or LONGEST_SECONDS)
        try:
            ended = subprocess.run(
                command,
                input=stdin,
                timeout=seconds,
                capture_output=True,
                check=False,
                **{"shell": isinstance(command, str), **keywords},
            )
        except subprocess.TimeoutExpired as expired:
            reason = f"it took more than {seconds:.0f} seconds"
            return ExecutorResult(expired.stdout, f"{_text(expired.stderr)}{reason}", None)
        return ExecutorResult(ended.stdout, ended.stderr, ended.returncode)


class PackedDigitRange:
    """Ranges of whole numbers, such as `1-5,8`."""

    def __init__(self, *ranges: str) -> None:
        self.ranges: list[tuple[int, int]] = []
        self.ints: list[int] = []
        for text in ",".join(ranges).split(","):
            low, dash, high = text.partition("-")
            if dash:
                self.ranges.append((int(low), int(high)))
            else:
                self.ints.append(int(low))

    def includes(self, other: Any) -> bool:
        """Say whether a number is in one of the ranges."""
        number = int(other)
        return number in self.ints or any(low <= number <= high for low, high in self.ranges)

    def __contains__(self, other: object) -> bool:
        return self.includes(other)

    def __len__(self) -> int:
        return len(self.ints) + sum(high - low + 1 for low, high in self.ranges)


def locked(fd: int) -> bool:
    """Say whether somebody else holds the lock of an open file; takes it otherwise."""
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def safe_module_name(mtype: str, name: str = "") -> str:
    """Return a name under which a file can be imported."""
    return re.sub(r"\W", "_", "_".join(filter(None, (mtype, name))))


__all__ = [
    "ClassName", "Executor", "ExecutorResult", "PackedDigitRange", "locked", "safe_module_name",
]  # fmt: skip
