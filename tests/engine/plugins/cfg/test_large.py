"""Large files, which are read when they are asked for."""

from __future__ import annotations

import base64
import os
import threading
import tracemalloc
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine import core as core_module
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.repository.source import LARGE_BYTES
from bcfg2tw.errors import Bcfg2Error
from tests.builders import CLIENT, a_core, configuration, entry

BUNDLE = '<Bundle><Path name="/image"/><Path name="/small"/></Bundle>'
INFO = '<FileInfo><Info encoding="base64"/></FileInfo>'
SIZE = 8 * LARGE_BYTES


class LargeTests(SynchronousTestCase):
    """A file of 8 MB, and a small one beside it."""

    def setUp(self) -> None:
        self.core = a_core(
            self,
            {
                "Bundler/b.xml": BUNDLE,
                "Cfg/image/image": "a" * SIZE,
                "Cfg/image/info.xml": INFO,
                "Cfg/small/small": "small",
            },
        )
        self.path = Path(self.core.settings.repository, "Cfg/image/image")

    def write(self, content: bytes) -> None:
        """Put other content in the place of the file."""
        beside = self.path.with_name("image.new")
        beside.write_bytes(content)
        os.replace(beside, self.path)

    def image(self) -> bytes:
        """Return the content that a client gets."""
        path = entry(configuration(self.core), "Path", "/image")
        self.assertIsNone(path.get("failure"))
        return base64.b64decode(path.text or "")

    def test_content(self) -> None:
        """It is sent whole, the small one as well."""
        self.assertEqual(self.image(), b"a" * SIZE)
        self.assertEqual(entry(configuration(self.core), "Path", "/small").text, "small")

    def test_not_kept(self) -> None:
        """Reading the repository reads none of it, and a client's call leaves nothing behind."""
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        core = NetworkCore(self.core.settings)
        self.addCleanup(core.shutdown)
        core.start()
        self.assertLess(tracemalloc.get_traced_memory()[1], SIZE)
        core.BuildConfiguration(CLIENT)
        self.assertLess(tracemalloc.get_traced_memory()[0], SIZE)

    def test_changed(self) -> None:
        """A client of the state before waits for the next one, and gets all of that."""
        self.write(b"b" * SIZE)
        reading = threading.Timer(0.3, self.core.reload)
        reading.start()
        self.addCleanup(reading.join)
        self.assertEqual(self.image(), b"b" * SIZE)

    def test_never_read(self) -> None:
        """Where the next state does not come the call fails; no entry does, and none is missing."""
        self.patch(core_module, "CHANGE_PATIENCE_SECONDS", 0.1)
        for change in (lambda: self.write(b"b" * SIZE), self.path.unlink):
            change()
            error = self.assertRaises(Bcfg2Error, configuration, self.core)
            self.assertIn(f"{self.path} has changed, and the repository was not", str(error))
        self.write(b"c" * SIZE)
        self.core.reload()
        self.assertEqual(self.image(), b"c" * SIZE)
