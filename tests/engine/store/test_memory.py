"""The store in memory keeps what a store promises, and nothing else."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.memory import memory_store
from bcfg2tw.engine.store.store import Store
from tests.builders import CLIENT, a_repository, address, some_settings
from tests.engine.store import contract

UPLOAD = '<ProbeData><probe-data name="p" source="Probes">group:web</probe-data></ProbeData>'


class MemoryStoreTests(contract.StoreContract):
    def open_store(self) -> Store:
        """Return a store in memory."""
        return memory_store()


class CoreTests(SynchronousTestCase):
    def test_nothing_on_disk(self) -> None:
        """A core over a store in memory serves as any other, and leaves the repository alone."""
        repository = a_repository(self, {"Bundler/b.xml": "<Bundle/>", "Probes/p": "echo"})
        core = NetworkCore(some_settings(repository), store=memory_store())
        self.addCleanup(core.shutdown)
        core.start()
        core.DeclareVersion(address(), "1.3.4")
        core.RecvProbeData(address(), UPLOAD)
        metadata = core.build_metadata(CLIENT)
        self.assertEqual(metadata.version, "1.3.4")
        self.assertEqual(metadata.groups, {"all", "web"})
        core.shutdown()
        self.assertEqual(os.listdir(os.path.join(repository, "Probes")), ["p"])
        with open(os.path.join(repository, "Metadata", "clients.xml")) as stream:
            self.assertNotIn("1.3.4", stream.read())
