"""Hg, Bzr, Cvs, Darcs and Fossil: the revision in the configuration, by the real programs."""

from __future__ import annotations

import os
import shutil

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENTS, configuration, groups_with, some_settings, write_files
from tests.engine.plugins.version.programs import a_folder, needs, run


class OtherSystemsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = a_folder(self)
        write_files(
            self.folder,
            {"Metadata/clients.xml": CLIENTS, "Metadata/groups.xml": groups_with([])},
        )

    def run_here(self, *command: str) -> str:
        """Run a command in the repository."""
        return run(self.folder, *command)

    def core(self, plugin: str) -> NetworkCore:
        """Return a core that serves the repository with a version plugin."""
        core = NetworkCore(
            some_settings(
                self.folder, plugins=("Bundler", "Metadata", plugin), lenient_plugins=True
            )
        )
        self.addCleanup(core.shutdown)
        core.start()
        return core

    def revision(self, plugin: str) -> str | None:
        """Return the revision that a client gets."""
        return configuration(self.core(plugin)).get("revision")

    def test_hg(self) -> None:
        """Mercurial's is the local number of the latest revision."""
        needs("hg", "mercurial")
        self.run_here("hg", "init")
        for text in ("one", "two"):
            write_files(self.folder, {"README": text})
            self.run_here("hg", "commit", "-q", "-A", "-m", text)
        self.assertEqual(self.revision("Hg"), "1")

    def test_bzr(self) -> None:
        """Bazaar's is the number, with a plus where something was changed or is unknown."""
        needs("brz", "brz")
        write_files(self.folder, {"Bundler/b.xml": "<Bundle/>"})
        self.run_here("brz", "init", "-q")
        self.run_here("brz", "add", "-q")
        self.run_here("brz", "commit", "-q", "-m", "first")
        core = self.core("Bzr")
        self.assertEqual(core.revision, "1")
        write_files(self.folder, {"unknown": "x"})
        core.reload(None)
        self.assertEqual(core.revision, "1+")

    def test_bzr_by_its_new_name(self) -> None:
        """A system that has the command under its new name only is served as well."""
        needs("brz", "brz")
        self.run_here("brz", "init", "-q")
        folder, brz = a_folder(self), shutil.which("brz")
        write_files(folder, {"brz": f'#!/bin/sh\nexec {brz} "$@"\n'})
        os.chmod(f"{folder}/brz", 0o755)
        before = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        os.environ["PATH"] = folder
        self.assertEqual(self.core("Bzr").revision, "0+")

    def test_cvs(self) -> None:
        """CVS's is the first line of its log, from a folder that holds CVSROOT as well."""
        needs("cvs", "cvs")
        origin = a_folder(self)
        self.run_here("cvs", "-d", origin, "init")
        self.run_here("cvs", "-Q", "-d", origin, "checkout", ".")
        first = self.run_here("cvs", "log").splitlines()[0]
        self.assertTrue(first)
        self.assertEqual(self.revision("Cvs"), first)

    def test_darcs(self) -> None:
        """Darcs' is the first line about the latest patch."""
        needs("darcs", "darcs")
        self.run_here("darcs", "init")
        self.run_here("darcs", "record", "-l", "-a", "-m", "first", "--skip-long-comment")
        first = self.run_here("darcs", "changes", "--last=1").splitlines()[0]
        self.assertTrue(first)
        self.assertEqual(self.revision("Darcs"), first)

    def test_fossil(self) -> None:
        """Fossil's is the id of the checkout."""
        needs("fossil", "fossil")
        repository = os.path.join(a_folder(self), "origin.fossil")
        self.run_here("fossil", "init", repository)
        self.run_here("fossil", "open", "--force", repository)
        (line,) = [
            line
            for line in self.run_here("fossil", "info").splitlines()
            if line.startswith("checkout:")
        ]
        for name in (".fslckout", "_FOSSIL_"):  # as it is called today, and was once
            self.assertEqual(self.revision("Fossil"), line.split()[1])
            if name == ".fslckout" and os.path.exists(f"{self.folder}/{name}"):
                os.rename(f"{self.folder}/{name}", f"{self.folder}/_FOSSIL_")

    def test_missing(self) -> None:
        """A repository that is none of the system's is told so, with the path."""
        for plugin, path in (
            ("Hg", ".hg"), ("Cvs", "CVSROOT"), ("Darcs", "_darcs"), ("Fossil", "_FOSSIL_")
        ):  # fmt: skip
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                self.assertEqual(self.revision(plugin), "-1")
            self.assertIn(f"{self.folder}/{path} is not present", logs.output[0])
