"""A build that only looks, over real repositories: nothing on disk, in the store or in caches."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import Core, NetworkCore
from bcfg2tw.engine.model.build import Configuration, Problem
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import Look
from bcfg2tw.engine.model.explanation import Candidate, Choice
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from tests.builders import CLIENT, a_core, bundle_of, entry
from tests.conformance.case import CASES, Place

UNKNOWN = "what-if.example.test"

#: Extras that some cases need to be read at all.
MODULES = {"jinja2": "jinja2", "cheetah": "Cheetah", "ldap": "ldap3"}

State = dict[str, tuple[int, int, bytes]]


def state_of(folder: Path) -> State:
    """Return all that is in a folder: path to modification time, mode and content."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


def looked_at(core: Core, client: str, **options: Any) -> Configuration[ClientMetadata] | None:
    """Return the configuration of a client that is looked at; None where it gets none."""
    try:
        return core.look(client, **options)
    except Bcfg2Error:
        return None


class ConformanceRepositoriesTests(SynchronousTestCase):
    """Each repository of the recorded cases is a test of its own, made below."""

    def look_at(self, name: str) -> None:
        """Look at every client that a case knows, and at one that it does not."""
        folder = Path(self.mktemp()).absolute()
        shutil.copytree(CASES / name, folder)
        (folder / "repo").mkdir(exist_ok=True)
        self.fill(folder)
        core = Core(Settings.from_file(str(folder / "bcfg2.conf")), Look())
        self.addCleanup(core.shutdown)
        before = state_of(folder)
        try:
            core.load_plugins()
            clients = {*core.metadata.client_names(), UNKNOWN}
        except Bcfg2Error:
            clients = set()
        for client in sorted(clients):
            looked_at(core, client)
            looked_at(core, client, explain=True)
        core.shutdown()
        after = state_of(folder)
        changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        self.assertEqual(sorted(changed), [])

    def fill(self, folder: Path) -> None:
        place = Place(folder, 6789, 6780, folder / "c.pem", folder / "k.pem", folder / "ca.pem")
        description = json.loads((folder / "case.json").read_text("utf-8"))
        for name in ["bcfg2.conf", *description.get("fill", [])]:
            path = folder / name
            path.write_text(place.fill(path.read_text("utf-8")), "utf-8")


def _add_cases() -> None:
    for case in sorted(path.name for path in CASES.iterdir()):
        description = json.loads((CASES / case / "case.json").read_text("utf-8"))
        needs = [MODULES[one] for one in description.get("requires", []) if one in MODULES]
        if any(importlib.util.find_spec(module) is None for module in needs):
            continue

        def test(self: ConformanceRepositoriesTests, name: str = case) -> None:
            self.look_at(name)

        test.__name__ = "test_" + case.replace("-", "_")
        test.__doc__ = f"Looking at the clients of {case} leaves every byte and time as it was."
        setattr(ConformanceRepositoriesTests, test.__name__, test)


_add_cases()


class LookTests(SynchronousTestCase):
    """What a look returns in place of what it does not do."""

    def test_unknown_client(self) -> None:
        """An unknown client gets what it would get if it were registered; nobody is registered."""
        groups = (
            '<Groups><Group name="all" profile="true" public="true" default="true">'
            '<Bundle name="b"/></Group></Groups>'
        )
        bundle = '<Bundle><BoundService name="one"/></Bundle>'
        core = a_core(self, {"Metadata/groups.xml": groups, "Bundler/b.xml": bundle})
        configuration = core.look(UNKNOWN)
        self.assertEqual(entry(configuration.document, "Service", "one").get("name"), "one")
        self.assertIn(f"client {UNKNOWN} would be registered", configuration.notes)
        self.assertEqual(core.metadata.client_names(), [CLIENT])

    def test_caches(self) -> None:
        """A look leaves nothing in the cache of metadata."""
        core = a_core(
            self,
            {"Bundler/b.xml": '<Bundle><BoundService name="one"/></Bundle>'},
            client_metadata_cache="aggressive",
        )
        core.look(CLIENT)
        self.assertIsNone(core.metadata_cache.get(CLIENT))

    def test_hooks(self) -> None:
        """No plugin is told of a client's run, and so Trigger starts nothing."""
        witness = os.path.abspath(self.mktemp())
        core = a_core(
            self,
            {
                "Bundler/b.xml": '<Bundle><BoundService name="one"/></Bundle>',
                "Trigger/touch": f"#!/bin/sh\ntouch {witness}\n",
            },
        )
        os.chmod(os.path.join(core.settings.repository, "Trigger/touch"), 0o755)
        configuration = core.look(CLIENT)
        self.assertIn(
            "Trigger would be told of the client's run (end_client_run)", configuration.notes
        )
        self.assertFalse(os.path.exists(witness))

    def test_programs(self) -> None:
        """Classifiers are run, since groups depend on them, unless the look says otherwise."""
        core = self.core_with_classifier()
        self.assertIn("classified", core.look(CLIENT).metadata.groups)
        configuration = core.look(CLIENT, Look(runs_programs=False))
        self.assertNotIn("classified", configuration.metadata.groups)
        self.assertIn(f"PuppetENC: the classifiers would be run for {CLIENT}", configuration.notes)

    def core_with_classifier(self) -> NetworkCore:
        """Return a core whose clients are put into a group by a program."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": "<Bundle/>",
                "PuppetENC/enc": "#!/bin/sh\necho 'classes: [classified]'\n",
            },
        )
        os.chmod(os.path.join(core.settings.repository, "PuppetENC/enc"), 0o755)
        core.reload(None)
        return core

    def test_problems(self) -> None:
        """What went wrong is listed: entries that cannot be bound, bundles that are missing."""
        groups = (
            '<Groups><Group name="all" profile="true"><Bundle name="b"/><Bundle name="gone"/>'
            "</Group></Groups>"
        )
        core = a_core(
            self, {"Metadata/groups.xml": groups, "Bundler/b.xml": bundle_of("/etc/motd")}
        )
        self.assertEqual(
            core.look(CLIENT).problems,
            (
                Problem("Bundle:gone", "it is missing"),
                Problem("Path:/etc/motd", "no matching generator"),
            ),
        )


class ExplanationTests(SynchronousTestCase):
    """Why an entry is as it is."""

    def test_file(self) -> None:
        """Of a file of Cfg: the bundle's line, the file that won, those that lost, and for whom."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": "<Bundle>\n<Path name='/etc/motd'/>\n</Bundle>",
                "Cfg/etc/motd/motd": "all",
                "Cfg/etc/motd/motd.G10_all": "group",
                "Cfg/etc/motd/info.xml": "<FileInfo>\n<Info mode='0600'/>\n</FileInfo>",
            },
        )
        explanation = core.look(CLIENT, explain=True).explanation
        assert explanation is not None
        (motd,) = explanation.find("Path", "/etc/motd")
        repository = core.settings.repository
        self.assertEqual(motd.structure, "b")
        self.assertEqual(motd.generator, "Cfg")
        folder = f"{repository}/Cfg/etc/motd"
        self.assertEqual(
            motd.choices,
            [
                Choice("attributes", Candidate(f"{folder}/info.xml:2")),
                Choice(
                    "file",
                    Candidate(f"{folder}/motd.G10_all", "for group all, priority 10"),
                    (Candidate(f"{folder}/motd", "for all clients"),),
                ),
            ],
        )

    def test_definition(self) -> None:
        """Of an entry that Rules binds: file, line and priority, of the winner and the loser."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": "<Bundle><Service name='sshd'/></Bundle>",
                "Rules/high.xml": "<Rules priority='9'>\n<Service name='sshd' type='a'/></Rules>",
                "Rules/low.xml": "<Rules priority='1'><Service name='sshd' type='b'/></Rules>",
            },
        )
        explanation = core.look(CLIENT, explain=True).explanation
        assert explanation is not None
        (sshd,) = explanation.find("Service", "sshd")
        rules = f"{core.settings.repository}/Rules"
        self.assertEqual(sshd.generator, "Rules")
        self.assertEqual(
            sshd.choices,
            [
                Choice(
                    "definition",
                    Candidate(f"{rules}/high.xml:2", "priority 9"),
                    (Candidate(f"{rules}/low.xml:1", "priority 1"),),
                )
            ],
        )

    def test_nobody(self) -> None:
        """Of an entry that nobody binds: who was asked, and the failure."""
        core = a_core(
            self,
            {"Bundler/b.xml": bundle_of("/etc/motd"), "Rules/r.xml": "<Rules priority='1'/>"},
        )
        explanation = core.look(CLIENT, explain=True).explanation
        assert explanation is not None
        (motd,) = explanation.find("Path", "/etc/motd")
        self.assertEqual(motd.asked, ("Rules",))
        self.assertIsNone(motd.generator)
        self.assertEqual(motd.failure, "no matching generator")
