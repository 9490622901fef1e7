"""Running other programs: what they wrote, and what happens to those that misbehave."""

from __future__ import annotations

import os
import time

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine import programs
from bcfg2tw.engine.programs import ProgramError, ProgramOutput, run
from tests.waiting import PATIENCE_SECONDS, wait_until


def is_running(process: int) -> bool:
    """Say whether a process is there and no zombie."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class RunTests(SynchronousTestCase):
    def shell(self, script: str, seconds: float = PATIENCE_SECONDS) -> ProgramOutput:
        """Run a shell script in a new folder."""
        self.folder = self.mktemp()
        os.mkdir(self.folder)
        return run(["sh", "-c", script], seconds, self.folder)

    def test_output(self) -> None:
        """Output and errors are told apart and decoded, whatever they are."""
        output = self.shell(r"printf 'gr\303\274n\377'; echo oops >&2")
        self.assertEqual(output, ProgramOutput("grün\N{REPLACEMENT CHARACTER}", "oops\n"))

    def test_input(self) -> None:
        """A program reads the text that it is given, and nothing of the server's."""
        self.assertEqual(run(["cat"], PATIENCE_SECONDS, input_text="pä").out, "pä")
        self.assertEqual(self.shell("cat").out, "")

    def test_environment(self) -> None:
        """What is asked for is added to the server's own environment."""
        output = run(["sh", "-c", 'echo $A; test -n "$PATH"'], PATIENCE_SECONDS, None, {"A": "b"})
        self.assertEqual(output.out, "b\n")

    def test_failed(self) -> None:
        """The exit status or the signal is told, with what the program wrote as errors."""
        with self.assertRaisesRegex(ProgramError, "^exit status 3: oops$"):
            self.shell("echo oops >&2; exit 3")
        with self.assertRaisesRegex(ProgramError, "^killed by signal 9$"):
            self.shell("kill -9 $$")

    def test_missing(self) -> None:
        """A program that does not exist is named."""
        with self.assertRaisesRegex(ProgramError, "^No such file or directory: /no/such$"):
            run(["/no/such"], PATIENCE_SECONDS)

    def test_takes_too_long(self) -> None:
        """A program that takes too long is killed, with what it has started."""
        with self.assertRaisesRegex(ProgramError, "^it was still running after 0.3 seconds$"):
            self.shell("trap '' TERM; (trap '' TERM; sleep 60) & echo $! > child; wait; wait", 0.3)
        with open(os.path.join(self.folder, "child"), encoding="ascii") as stream:
            child = int(stream.read())
        wait_until(lambda: not is_running(child), lambda: f"process {child} still runs")

    def test_is_asked_first(self) -> None:
        """A program that takes too long may put its things in order before it is killed."""
        with self.assertRaises(ProgramError):
            self.shell("trap 'touch tidy; exit' TERM; while :; do sleep 0.05; done", 0.3)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "tidy")))

    def test_child_stays(self) -> None:
        """A child that keeps the output open is not waited for."""
        started = time.monotonic()
        self.assertEqual(self.shell("echo done; sleep 5 &").out, "done\n")
        self.assertLess(time.monotonic() - started, 4)

    def test_writes_too_much(self) -> None:
        """A program that never ends to write is stopped long before its time is over."""
        self.patch(programs, "OUTPUT_LIMIT_BYTES", 1000)
        with self.assertRaisesRegex(ProgramError, "^it wrote more than 1000 bytes$"):
            self.shell("while :; do echo more; sleep 0.001; done", 600)
        with self.assertRaisesRegex(ProgramError, "^it wrote more than 1000 bytes$"):
            self.shell("head -c 1001 /dev/zero")
