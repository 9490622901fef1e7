"""Ohai: the probe, what is kept of it, and what templates see."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins import ohai
from bcfg2tw.errors import CriticalError, StateUnavailable
from tests.builders import CLIENT, a_core, address, change, metadata_of, write_files
from tests.full_disk import files_limited_to

HERE = {"Ohai/README": "written by the server"}


def data_of(core: NetworkCore) -> Any:
    """Return the client's `metadata.Ohai`."""
    metadata: Any = metadata_of(core)
    return metadata.Ohai


class OhaiTests(SynchronousTestCase):
    def send(self, core: NetworkCore, text: str) -> None:
        """Upload what `ohai` printed."""
        document = etree.Element("probe-data")
        etree.SubElement(document, "probe-data", {"name": "Ohai", "source": "Ohai"}).text = text
        core.RecvProbeData(address(), etree.tostring(document, encoding="unicode"))

    def path(self, core: NetworkCore) -> str:
        """Return the path of the client's file."""
        return os.path.join(core.settings.repository, "Ohai", f"{CLIENT}.json")

    def test_probe(self) -> None:
        """The script prints what ohai does, and an empty object where there is no ohai."""
        core = a_core(self, HERE)
        (probe,) = etree.fromstring(core.GetProbes(address()))
        self.assertEqual(
            dict(probe.attrib), {"name": "Ohai", "source": "Ohai", "interpreter": "/bin/sh"}
        )
        folder = os.path.abspath(self.mktemp())
        write_files(folder, {"ohai": "#!/bin/sh\necho '{\"a\": 1}'"})
        os.chmod(f"{folder}/ohai", 0o755)
        for path, printed in ((folder, {"a": 1}), ("/nowhere", {})):
            output = subprocess.check_output(
                ["/bin/sh", "-c", probe.text or ""], env={"PATH": path}, timeout=60
            )
            self.assertEqual(json.loads(output), printed)

    def test_state(self) -> None:
        """With a folder for state the repository stays as it is."""
        state = os.path.abspath(self.mktemp())
        core = a_core(self, HERE, state=state)
        self.send(core, '{"a": 1}')
        self.assertEqual(data_of(core), {"a": 1})
        self.assertTrue(os.path.exists(os.path.join(state, "Ohai", f"{CLIENT}.json")))
        self.assertFalse(os.path.exists(self.path(core)))

    def test_kept(self) -> None:
        """What a client sent is an attribute of its metadata, also after a restart."""
        core = a_core(self, HERE)
        self.assertEqual(data_of(core), {})
        self.send(core, '{"kernel": {"name": "Linux"}, "ü": [1, null]}')
        wanted = {"kernel": {"name": "Linux"}, "ü": [1, None]}
        self.assertEqual(data_of(core), wanted)
        again = NetworkCore(core.settings)
        self.addCleanup(again.shutdown)
        again.start()
        self.assertEqual(data_of(again), wanted)

    def test_gone(self) -> None:
        """A client is to come back while the repository is gone, and none is made."""
        core = a_core(self, HERE)
        self.send(core, '{"a": 1}')
        os.rename(core.settings.repository, f"{core.settings.repository}.away")
        self.assertRaises(StateUnavailable, self.send, core, '{"a": 2}')
        self.assertRaises(StateUnavailable, data_of, core)  # it is not as if nothing were known
        self.assertFalse(os.path.exists(core.settings.repository))
        os.rename(f"{core.settings.repository}.away", core.settings.repository)
        self.assertEqual(data_of(core), {"a": 1})

    def test_full_disk(self) -> None:
        """A client is to come back while there is no room; what is known of it stays."""
        core = a_core(self, HERE)
        self.send(core, '{"a": 1}')
        text = json.dumps({"a": "x" * 5000})
        with files_limited_to(1000):
            error = self.assertRaises(StateUnavailable, self.send, core, text)
            self.assertEqual(data_of(core), {"a": 1})
        self.assertIn(f"{self.path(core)} cannot be written: File too large", str(error))
        self.send(core, text)
        self.assertEqual(data_of(core), json.loads(text))

    def test_state_gone(self) -> None:
        """So it is with a folder for state, also where clients and probes are in a database."""
        for database in (False, True):
            state = os.path.abspath(self.mktemp())
            place = {
                "metadata_db": database,
                "probes_db": database,
                "db_url": f"sqlite:///{os.path.abspath(self.mktemp())}",
            }
            core = a_core(self, HERE, state=state, **place)
            self.send(core, '{"a": 1}')
            os.rename(state, f"{state}.away")
            with self.assertRaises(StateUnavailable), core.store.call():
                data_of(core)
            self.assertRaises(StateUnavailable, self.send, core, '{"a": 2}')
            self.assertFalse(os.path.exists(state))
            os.rename(f"{state}.away", state)
            self.assertEqual(data_of(core), {"a": 1})

    def test_cached_metadata(self) -> None:
        """With a cache of metadata new data count at once; nobody else's metadata are lost."""
        core = a_core(self, HERE, client_metadata_cache="aggressive")
        self.assertEqual(data_of(core), {})
        snapshot = core.snapshot
        self.send(core, '{"a": 1}')
        core.reload([self.path(core)])
        self.assertIs(core.snapshot, snapshot)
        self.assertEqual(data_of(core), {"a": 1})

    def test_other_process(self) -> None:
        """What one process was told, the next call finds in another one, whatever that caches."""
        for mode in ("off", "initial", "cautious", "aggressive"):
            for place in ({}, {"state": os.path.abspath(self.mktemp())}):
                core = a_core(self, HERE, client_metadata_cache=mode, **place)
                other = NetworkCore(core.settings)
                self.addCleanup(other.shutdown)
                other.start()
                for text in ('{"a": 1}', '{"a": 22}'):
                    self.send(core, text)
                    self.assertEqual(data_of(other), json.loads(text), mode)
                self.assertEqual(
                    other.build_metadata(CLIENT) is other.build_metadata(CLIENT),
                    mode in ("cautious", "aggressive"),
                )

    def test_edited(self) -> None:
        """A file that somebody else has written counts as soon as it is noticed."""
        core = a_core(self, HERE, client_metadata_cache="aggressive")
        self.send(core, '{"a": 1}')
        self.assertEqual(data_of(core), {"a": 1})
        write_files(core.settings.repository, {f"Ohai/{CLIENT}.json": '{"a": 22}'})
        core.reload([self.path(core)])
        self.assertEqual(data_of(core), {"a": 22})

    def test_nothing(self) -> None:
        """Null and nothing change nothing."""
        core = a_core(self, HERE)
        self.send(core, '{"a": 1}')
        for text in ("null", "", "\n"):
            self.send(core, text)
        self.assertEqual(data_of(core), {"a": 1})

    def test_no_json(self) -> None:
        """What is not JSON fails the upload, and what was known stays."""
        core = a_core(self, HERE)
        self.send(core, '{"a": 1}')
        with self.assertLogs("bcfg2-server", "ERROR"):
            error = self.assertRaises(CriticalError, self.send, core, "ohai: not found")
        self.assertIn(f"Ohai: the data of {CLIENT} is not JSON: ", str(error))
        self.assertEqual(data_of(core), {"a": 1})

    def test_broken_file(self) -> None:
        """A broken file is an error in the log; what it said last counts; an upload mends it."""
        core = a_core(self, {f"Ohai/{CLIENT}.json": '{"a": 1}'})
        self.assertEqual(data_of(core), {"a": 1})
        change(core, {f"Ohai/{CLIENT}.json": "{"})
        with self.assertLogs("Ohai", "ERROR") as logs:
            self.assertEqual(data_of(core), {"a": 1})
        self.assertIn(f"{self.path(core)} is not JSON", logs.output[0])
        with self.assertLogs("Ohai", "ERROR"):
            self.send(core, '{"b": 2}')
        self.assertEqual(data_of(core), {"b": 2})

    def test_bounded(self) -> None:
        """Only the data of some clients are kept in memory; the others' are read again."""
        self.patch(ohai, "KEPT_CLIENTS", 1)
        core = a_core(self, {f"Ohai/{CLIENT}.json": '{"a": 1}', "Ohai/other.json": '{"b": 2}'})
        known = ohai.Known()
        for _ in range(2):
            self.assertEqual(known.read(self.path(core)), {"a": 1})
            other = os.path.join(core.settings.repository, "Ohai/other.json")
            self.assertEqual(known.read(other), {"b": 2})
        self.assertEqual(known.last(self.path(core)), {})
