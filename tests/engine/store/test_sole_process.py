"""One process of several."""

from __future__ import annotations

import os
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.sole_process import sole_process
from tests.processes import environment

CODE = """
import sys
from bcfg2tw.engine.store.sole_process import sole_process
with sole_process(sys.argv[1]) as is_alone:
    print(is_alone)
"""


class SoleProcessTests(SynchronousTestCase):
    def other(self, folder: str) -> str:
        """Return what another process is told."""
        command = [sys.executable, "-c", CODE, folder]
        return subprocess.check_output(command, env=environment(), text=True).strip()

    def test_one_at_a_time(self) -> None:
        """Another process is not alone as long as the block lasts."""
        folder = os.path.abspath(self.mktemp())
        os.mkdir(folder)
        with sole_process(folder) as is_alone:
            self.assertTrue(is_alone)
            self.assertEqual(self.other(folder), "False")
        self.assertEqual(self.other(folder), "True")

    def test_no_folder(self) -> None:
        """Where there is no folder there is nobody else."""
        with sole_process(self.mktemp()) as is_alone:
            self.assertTrue(is_alone)
