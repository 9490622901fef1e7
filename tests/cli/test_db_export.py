"""The command `bcfg2tw db export` for what a killed server has left in a repository."""

from __future__ import annotations

import os
import shutil

from click.testing import CliRunner
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli import main
from bcfg2tw.cli.db import export
from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client_rows import Elements
from bcfg2tw.engine.store.declared_clients import no_clients
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.sql.transfer.files import read_declared
from bcfg2tw.settings import Settings
from tests.builders import a_repository, write_files

WEB, NEW = "web.example.test", "new.example.test"
CLIENTS = f'<Clients>\n  <Client name="{WEB}" profile="web"/>\n</Clients>\n'


class KilledServerTests(SynchronousTestCase):
    def setUp(self) -> None:
        """Make what a server leaves that is killed as soon as it has acknowledged changes."""
        served = a_repository(self, {"Metadata/clients.xml": CLIENTS, "Probes/p": "#!/bin/sh\n"})
        core = NetworkCore(self.settings(served))
        self.addCleanup(core.shutdown)
        core.start()
        store = core.store
        store.clients.update(WEB, {"profile": "db"})
        store.clients.add(NEW, {"uuid": NEW, "address": "192.0.2.9", "profile": "db"})
        store.probes.save(Answers(WEB, {"p": "said"}, frozenset({"debian"}), 7))
        self.core = core
        self.left = os.path.abspath(self.mktemp())
        shutil.copytree(served, self.left)

    def settings(self, repository: str) -> Settings:
        """Return the settings of a site, whose bcfg2.conf is written."""
        config = "bcfg2.conf"
        text = f"[server]\nrepository = {repository}\nplugins = Metadata,Probes\n"
        write_files(repository, {config: text})
        return Settings.from_file(os.path.join(repository, config))

    def export(self, status: int = 0) -> str:
        """Run the command, and return what it says."""
        self.settings(self.left)
        config = os.path.join(self.left, "bcfg2.conf")
        result = CliRunner().invoke(main, ["db", "export", "-C", config])
        self.assertEqual(result.exit_code, status, result.output)
        return result.output

    def profiles(self) -> dict[str, str]:
        """Return the profiles of the clients, as a server that starts knows them."""
        settings = self.settings(self.left)
        path = os.path.join(self.left, "Metadata", "clients.xml")
        store = open_store(settings, SystemClock())
        self.addCleanup(store.close)
        declared = read_declared(path, settings) if os.path.exists(path) else no_clients()
        clients = store.clients.current(declared).clients()
        return {client.name: client.elements[0].attributes["profile"] for client in clients}

    def read(self, *names: str) -> str:
        """Return the content of a file."""
        with open(os.path.join(self.left, *names), encoding="utf-8") as stream:
            return stream.read()

    def test_written(self) -> None:
        """All that was acknowledged is in the files, and nowhere else: nothing is to be set."""
        said = self.export()
        self.assertIn("Both were read again, and say what the server knows.", said)
        self.assertNotIn("use_database", said)
        new = f'<Client name="{NEW}" uuid="{NEW}" address="192.0.2.9" profile="db"/>'
        text = CLIENTS.replace('"web"', '"db"').replace("</", f"  {new}\n</")
        self.assertEqual(self.read("Metadata", "clients.xml"), text)
        self.assertIn('<Probe name="p" value="said"/>', self.read("Probes", "probed.xml"))
        names = sorted(os.listdir(os.path.join(self.left, "Metadata")))
        self.assertEqual(names, ["clients.xml", "groups.xml"])
        self.assertEqual(sorted(os.listdir(os.path.join(self.left, "Probes"))), ["p", "probed.xml"])

    def test_beside_a_server(self) -> None:
        """What a server that runs writes while the state is read is not set back."""
        self.left = str(self.core.settings.repository)
        store = self.core.store
        read_state = export._state

        def read_before_a_change(settings: Settings) -> tuple[dict[str, Elements], list[Answers]]:
            """Read the state; a server changes it at once, as long as it is the first time."""
            self.patch(export, "_state", read_state)
            state = read_state(settings)
            store.clients.update(WEB, {"profile": "web", "version": "1.3.4"})
            store.probes.save(Answers(WEB, {"p": "newer"}, frozenset(), 8))
            for part in (store.clients, store.probes):
                self.assertTrue(part.fold())
            return state

        self.patch(export, "_state", read_before_a_change)
        self.export()
        self.assertIn('profile="web" version="1.3.4"', self.read("Metadata", "clients.xml"))
        self.assertIn('value="newer"', self.read("Probes", "probed.xml"))
        self.assertEqual(self.profiles(), {WEB: "web", NEW: "db"})

    def test_set_back(self) -> None:
        """What another server sets back, or takes away, afterwards stays so."""
        self.export()
        write_files(self.left, {"Metadata/clients.xml": CLIENTS})
        self.assertEqual(self.profiles(), {WEB: "web"})

    def test_not_in_service(self) -> None:
        """A clients.xml that is not in service is left as it is, and so is the journal."""
        broken = CLIENTS.replace("</", '<Client name="typing error" profile="db"/></')
        write_files(self.left, {"Metadata/clients.xml": broken})
        self.assertIn("clients.xml:3: name='typing error'", self.export(status=1))
        self.assertEqual(self.read("Metadata", "clients.xml"), broken)
        write_files(self.left, {"Metadata/clients.xml": CLIENTS})
        self.export()
        self.assertEqual(self.profiles(), {WEB: "db", NEW: "db"})
