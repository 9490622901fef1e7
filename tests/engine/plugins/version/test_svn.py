"""Svn: the revision, updates and commits by remote call."""

from __future__ import annotations

import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.settings import Settings
from tests.builders import CLIENTS, PASSWORD, configuration, entry, groups_with, write_files
from tests.engine.plugins.version.programs import a_folder, needs, run


def bundle(number: int) -> str:
    """Return a bundle that can be told from others."""
    return f'<Bundle><BoundService name="s" state="{number}"/></Bundle>\n'


class SvnTests(SynchronousTestCase):
    def setUp(self) -> None:
        needs("svn", "subversion")
        top = a_folder(self)
        run(top, "svnadmin", "create", "origin")
        self.url = f"file://{top}/origin"
        self.other, self.served = f"{top}/other", f"{top}/served"
        run(top, "svn", "checkout", "-q", self.url, self.other)
        contents = {
            "Metadata/clients.xml": CLIENTS,
            "Metadata/groups.xml": groups_with(["b"]),
            "Bundler/b.xml": bundle(0),
            "Cfg/grün/grün": "green",
        }
        write_files(self.other, contents)
        run(self.other, "svn", "add", "-q", "Metadata", "Bundler", "Cfg")
        self.commit()
        run(top, "svn", "checkout", "-q", self.url, self.served)

    def commit(self) -> None:
        """Commit what is in the other working copy."""
        run(self.other, "svn", "commit", "-q", "-m", "change")

    def change(self, number: int, folder: str | None = None) -> None:
        """Write another bundle, into the other working copy or the one that is served."""
        write_files(folder or self.other, {"Bundler/b.xml": bundle(number)})

    def core(self, **svn: str) -> NetworkCore:
        """Return a core that serves a working copy, with options of the section `svn`."""
        values: dict[str, Any] = {
            "repository": self.served,
            "plugins": ("Bundler", "Metadata", "Svn"),
            "password": PASSWORD,
            "filemonitor": "pseudo",
            "lenient_plugins": True,
            "file": {"svn": svn},
        }
        core = NetworkCore(Settings(**values))
        self.addCleanup(core.shutdown)
        core.start()
        return core

    def served_state(self, core: NetworkCore) -> tuple[str | None, str | None]:
        """Return what is served: the state of the service, and the revision."""
        config = configuration(core)
        return entry(config, "Service", "s").get("state"), config.get("revision")

    def test_revision(self) -> None:
        """The number of the revision stands in the configuration."""
        self.assertEqual(self.served_state(self.core()), ("0", "1"))

    def test_update(self) -> None:
        """What the server has is served as soon as the call returns, whatever files are called."""
        core = self.core()
        self.change(1)
        write_files(self.other, {"Cfg/grün/grün": "greener", "Cfg/blå": "blue"})
        run(self.other, "svn", "add", "-q", "Cfg/blå")
        self.commit()
        self.assertIs(core._get_rmi()["Svn.Update"](), True)
        self.assertEqual(self.served_state(core), ("1", "2"))

    def test_update_fails(self) -> None:
        """A server out of reach makes the call answer false; the log has svn's reason."""
        core = self.core()
        os.rename(self.url.removeprefix("file://"), self.other + ".gone")
        with self.assertLogs("Svn", "ERROR") as logs:
            self.assertIs(core._get_rmi()["Svn.Update"](), False)
        self.assertIn(f"Failed to update {self.served}: exit status 1: svn: E", logs.output[0])
        self.assertEqual(self.served_state(core), ("0", "1"))

    def test_conflict(self) -> None:
        """What contradicts the server's state is an error; what was understood last is served."""
        core = self.core()
        self.change(1)
        self.commit()
        self.change(2, self.served)
        core.reload(None)
        with self.assertLogs("Svn", "ERROR") as logs:
            self.assertIs(core._get_rmi()["Svn.Update"](), False)
        self.assertIn("have to be resolved by hand: Bundler/b.xml", logs.output[0])
        self.assertEqual(self.served_state(core), ("2", "2"))

    def test_conflict_resolution(self) -> None:
        """Conflicts are resolved as the option says."""
        core = self.core(conflict_resolution="theirs_full")
        self.change(1)
        self.commit()
        self.change(2, self.served)
        self.assertIs(core._get_rmi()["Svn.Update"](), True)
        self.assertEqual(self.served_state(core), ("1", "2"))

    def test_wrong_resolution(self) -> None:
        """A resolution that svn does not know is an error in the log that names those it knows."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = self.core(conflict_resolution="mine")
        self.assertIn("[svn] conflict_resolution is one of base, ", logs.output[0])
        self.assertIn("not 'mine'", logs.output[0])
        self.assertEqual(core.revision, "-1")

    def test_commit(self) -> None:
        """Local changes are committed on top of what the server has."""
        core = self.core()
        write_files(self.other, {"Cfg/other": "x"})
        run(self.other, "svn", "add", "-q", "Cfg/other")
        self.commit()
        self.change(5, self.served)
        self.assertIs(core._get_rmi()["Svn.Commit"](), True)
        self.assertEqual(self.served_state(core), ("5", "3"))
        run(self.other, "svn", "update", "-q")
        log = run(self.other, "svn", "log", "-l", "1")
        self.assertIn("Svn: autocommit", log)
        with open(f"{self.other}/Bundler/b.xml", encoding="utf-8") as stream:
            self.assertEqual(stream.read(), bundle(5))

    def test_credentials(self) -> None:
        """User and password reach svn, the password not as an argument that others can see."""
        folder = a_folder(self)
        write_files(
            folder,
            {
                "svn": f'#!/bin/sh\n[ "$1" = update ] || exit 0\n'
                f'echo "$@" > {folder}/arguments\ncat > {folder}/input\n'
            },
        )
        os.chmod(f"{folder}/svn", 0o755)
        core = self.core(user="me", password="s3cret", always_trust="yes")
        before = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        os.environ["PATH"] = f"{folder}:{before}"
        self.assertIs(core._get_rmi()["Svn.Update"](), True)
        with open(f"{folder}/arguments", encoding="utf-8") as stream:
            arguments = stream.read()
        self.assertIn("--username me --password-from-stdin", arguments)
        self.assertIn("--trust-server-cert-failures=", arguments)
        self.assertNotIn("s3cret", arguments)
        with open(f"{folder}/input", encoding="utf-8") as stream:
            self.assertEqual(stream.read(), "s3cret")
