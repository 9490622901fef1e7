"""What Bcfg2 1.3 and 1.4 read differently of owner and mode, and the option that says which."""

from __future__ import annotations

import logging

from twisted.trial.unittest import SynchronousTestCase

from tests.engine.plugins.cfg.test_choice import bound, cfg_core

TWO = '<FileInfo><Info mode="0600"/><Group name="web"><Info mode="0640"/></Group></FileInfo>'
FILES = {
    "etc/two/two": "x", "etc/two/info.xml": TWO,
    "etc/old/old": "y", "etc/old/:info": "mode: 0700\n",
}  # fmt: skip


class InfoReadingTests(SynchronousTestCase):
    def modes(self, reading: str | None) -> tuple[str | None, str | None]:
        """Return the modes of a path with two Infos, and of one with an old info file."""
        core = cfg_core(self, FILES, info_reading=reading)
        return bound(core, "/etc/two").get("mode"), bound(core, "/etc/old").get("mode")

    def test_readings(self) -> None:
        """1.3: the last Info, and old files count; 1.4: the first, and they do not."""
        self.assertEqual(self.modes("1.3"), ("0640", "0700"))
        self.assertEqual(self.modes("1.4"), ("0600", "644"))
        self.assertEqual(self.modes(None), ("0600", "0700"))

    def test_start(self) -> None:
        """The start names an old file as long as nobody has said which reading is meant."""
        for reading, count in ((None, 1), ("1.3", 0), ("1.4", 0)):
            with self.assertLogs(level=logging.WARNING) as log:
                logging.getLogger().warning("a line at least")
                cfg_core(self, FILES, info_reading=reading)
            lines = [line for line in log.output if "info_reading" in line]
            self.assertEqual(len(lines), count, log.output)
            self.assertTrue(all("etc/old/:info: an old info file" in line for line in lines))
