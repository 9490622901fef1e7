"""The unit in `contrib/systemd`, as systemd itself judges it."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

UNIT = Path(__file__).parents[1] / "contrib/systemd/bcfg2-core.service"
OPTIONS = ("security", "--offline=true", "--no-pager")


class UnitTests(SynchronousTestCase):
    def test_exposure(self) -> None:
        """Its exposure is at most 2.0, as its documentation has it."""
        program = shutil.which("systemd-analyze")
        if program is None:
            raise SkipTest("systemd-analyze is not installed")
        ended = subprocess.run([program, *OPTIONS, str(UNIT)], capture_output=True, text=True)
        match = re.search(r"exposure level for \S+: (\d+\.\d)", ended.stdout)
        if match is None:
            raise SkipTest(f"systemd-analyze is too old to judge a file: {ended.stderr}")
        self.assertLessEqual(float(match[1]), 2.0)

    def test_usable(self) -> None:
        """It can write the repository, reach clients and mirrors, and run a site's programs."""
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their case
        unit.read(UNIT)
        service = unit["Service"]
        self.assertEqual(service["ReadWritePaths"], "/var/lib/bcfg2")
        self.assertEqual(service["SystemCallErrorNumber"], "EPERM")
        families = service["RestrictAddressFamilies"].split()
        self.assertEqual(families, ["AF_INET", "AF_INET6", "AF_UNIX"])
        for name in ("MemoryDenyWriteExecute", "PrivateNetwork", "NoExecPaths"):
            self.assertNotIn(name, service)
