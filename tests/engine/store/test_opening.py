"""The store that settings ask for, and what is said where a library for it is missing."""

from __future__ import annotations

import os
import sys
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.sql.clients import SqlClients
from bcfg2tw.engine.store.sql.probes import SqlProbes
from bcfg2tw.engine.store.statefolder.clients_state import ClientsState
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.store.xmlfiles.clients_file import ClientsFile
from bcfg2tw.engine.store.xmlfiles.probed_file import ProbedFile
from bcfg2tw.errors import CoreInitError
from bcfg2tw.settings import Settings
from tests.builders import write_files


class OpeningTests(SynchronousTestCase):
    def open(self, **settings: Any) -> Store:
        """Return the store that settings ask for."""
        store = open_store(Settings(repository=self.mktemp(), **settings), SystemClock())
        self.addCleanup(store.close)
        return store

    def lack(self, module: str) -> None:
        """Have a module not be there during the test."""
        before = sys.modules.get(module)
        sys.modules[module] = None  # type: ignore[assignment]  # as Python's documentation has it

        def restore() -> None:
            del sys.modules[module]
            if before is not None:
                sys.modules[module] = before

        self.addCleanup(restore)

    def test_each_by_itself(self) -> None:
        """Clients and the output of probes are kept each where its section says."""
        state = os.path.abspath(self.mktemp())
        for settings, clients, probes in (
            ({}, ClientsFile, ProbedFile),
            ({"state": state}, ClientsState, ProbedFile),
            ({"state": state, "metadata_db": True}, SqlClients, ProbedFile),
            ({"state": state, "probes_db": True}, ClientsState, SqlProbes),
            ({"state": state, "metadata_db": True, "probes_db": True}, SqlClients, SqlProbes),
        ):
            store = self.open(**settings)
            self.assertIsInstance(store.clients, clients)
            self.assertIsInstance(store.probes, probes)

    def test_old_answers(self) -> None:
        """A probed.xml that does not count any more is told, with what to do, until it is taken."""
        repository = os.path.abspath(self.mktemp())
        client = '<Client name="c" timestamp="1"><Probe name="p" value="1"/></Client>'
        write_files(repository, {"Probes/probed.xml": f"<Probed>{client}</Probed>"})
        for settings, remedy in (
            ({"state": os.path.abspath(self.mktemp())}, "copy it into"),
            ({"state": os.path.abspath(self.mktemp()), "probes_db": True}, "bcfg2tw db import"),
        ):
            store = open_store(Settings(repository=repository, **settings), SystemClock())
            self.addCleanup(store.close)
            store.prepare()
            with self.assertLogs("Probes", "WARNING") as logs:
                store.probes.start()
            (line,) = logs.output
            self.assertIn("what the probes of 1 clients said there does not count; ", line)
            self.assertIn(remedy, line)
            store.probes.save(Answers("c", {"p": "2"}, frozenset(), 2))
            with self.assertNoLogs("Probes", "WARNING"):
                store.probes.start()

    def test_no_sqlalchemy(self) -> None:
        """Without the libraries a database is refused with how to install them."""
        self.lack("bcfg2tw.engine.store.sql.opening")
        error = self.assertRaises(CoreInitError, self.open, metadata_db=True)
        self.assertIn("pip install 'bcfg2tw[sql]'", str(error))
        self.open()

    def test_no_psycopg(self) -> None:
        """Without its driver PostgreSQL is refused with how to install it, and no password."""
        self.lack("psycopg")
        error = self.assertRaises(
            CoreInitError, self.open, probes_db=True, db_url="postgresql://b:secret@h/n"
        )
        self.assertIn("pip install 'bcfg2tw[postgresql]'", str(error))
        self.assertNotIn("secret", str(error))

    def test_unwritable(self) -> None:
        """A folder for state that cannot be made is refused with the option."""
        store = self.open(state="/proc/no/such")
        error = self.assertRaises(CoreInitError, store.prepare)
        self.assertIn("/proc/no/such cannot be made: ", str(error))
        self.assertIn("([server] state)", str(error))
