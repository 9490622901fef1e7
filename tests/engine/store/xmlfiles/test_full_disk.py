"""What the store does when the disk is full: what it cannot keep it refuses, and forgets."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.xmlfiles.journal import Journal
from bcfg2tw.errors import Bcfg2Error
from tests.builders import CLIENT, a_core, address
from tests.full_disk import files_limited_to


class JournalTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = Path(self.mktemp()).absolute()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(str(self.path))
        self.addCleanup(self.journal.close)
        self.journal.append({"n": 1})
        self.size = self.path.stat().st_size

    def numbers(self) -> list[int]:
        """Return what a server that starts now finds."""
        return [record["n"] for record in Journal(str(self.path)).replay()]

    def test_no_room(self) -> None:
        """A record for which there is no room is refused; those before and after it count."""
        with files_limited_to(self.size):
            error = self.assertRaises(OSError, self.journal.append, {"n": 2})
        self.assertEqual(error.strerror, "File too large")
        self.journal.append({"n": 3})
        self.assertEqual(self.numbers(), [1, 3])

    def test_half_a_record(self) -> None:
        """A record of which only a part could be written is taken out again."""
        with files_limited_to(self.size + 3):
            error = self.assertRaises(OSError, self.journal.append, {"n": 2})
        self.assertIn(f"{self.path}: only 3 of ", str(error))
        self.assertEqual(self.path.stat().st_size, self.size)
        self.journal.append({"n": 3})
        self.assertEqual(self.numbers(), [1, 3])

    def test_one_of_many(self) -> None:
        """Of many threads that write at once, each is told whether its own record is kept."""
        kept: list[int] = []
        failed: list[int] = []

        def write(number: int) -> None:
            try:
                self.journal.append({"n": number})
            except OSError:
                failed.append(number)
            else:
                kept.append(number)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(2, 22)]
        with files_limited_to(self.size * 6):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(sorted(self.numbers()), sorted([1, *kept]))
        self.assertTrue(kept and failed)
        self.assertEqual(len(kept) + len(failed), 20)


class ServedTests(SynchronousTestCase):
    """What clients are told."""

    def test_upload(self) -> None:
        """An upload that cannot be kept is an error for the client, and does not count."""
        core = a_core(self, {"Probes/p": "#!/bin/sh"})
        upload = '<ProbeData><probe-data name="p" source="Probes">{}</probe-data></ProbeData>'
        core.RecvProbeData(address(), upload.format("before"))
        journal = os.path.join(core.settings.repository, "Probes/probed.xml.journal")
        with files_limited_to(os.stat(journal).st_size):
            error = self.assertRaises(
                Bcfg2Error, core.RecvProbeData, address(), upload.format("after")
            )
        self.assertIn("probed.xml.journal cannot be written: File too large", str(error))
        answers = core.store.probes.of(CLIENT)
        assert answers is not None
        self.assertEqual(dict(answers.data), {"p": "before"})
        core.RecvProbeData(address(), upload.format("later"))
        again = core.store.probes.of(CLIENT)
        assert again is not None
        self.assertEqual(dict(again.data), {"p": "later"})

    def test_version(self) -> None:
        """So is a version that a client declares."""
        core = a_core(self, {})
        core.DeclareVersion(address(), "1.3.4")
        journal = os.path.join(core.settings.repository, "Metadata/clients.xml.journal")
        with files_limited_to(os.stat(journal).st_size):
            error = self.assertRaises(Bcfg2Error, core.DeclareVersion, address(), "1.4.0")
        self.assertIn("File too large", str(error))
        self.assertEqual(core.build_metadata(CLIENT).version, "1.3.4")
        core.DeclareVersion(address(), "1.4.0")
        self.assertEqual(core.build_metadata(CLIENT).version, "1.4.0")
