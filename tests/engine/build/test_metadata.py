"""The metadata of one client: what is kept, for whom, and what a connector that fails leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import Connector
from bcfg2tw.errors import CriticalError
from tests.builders import CLIENT, a_core

HERE = "tests.engine.build.test_metadata."

CLIENTS = (
    f'<Clients><Client name="{CLIENT}" profile="all" address="127.0.0.1"><Alias name="alias"/>'
    '</Client><Client name="other.test" profile="all"/></Clients>'
)
GROUPS = (
    '<Groups><Group name="all" profile="true" public="true"><Bundle name="b"/></Group></Groups>'
)


class Counting(Plugin, Connector):
    """Counts how often it is asked, and has a group and data for every client."""

    create = False
    times: ClassVar[list[str]] = []

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str | MetadataGroup]:
        """Return a group, and the definition of one."""
        self.times.append(metadata.hostname)
        return ["counted", MetadataGroup("defined", ["from-group"])]

    def get_additional_data(self, metadata: ClientMetadata) -> Any:
        """Return the groups that the client has by now."""
        return sorted(metadata.groups)


class Curious(Plugin, Connector):
    """Asks about another client in the middle of its work."""

    create = False
    sort_order = 900

    def get_additional_data(self, metadata: ClientMetadata) -> Any:
        """Return what the other one has of Counting, and of this plugin."""
        if metadata.hostname != CLIENT:
            return "not asked"
        other: Any = metadata.query.by_name("other.test")
        return other.Counting, other.Curious


class Broken(Plugin, Connector):
    """Fails."""

    create = False

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str | MetadataGroup]:
        """Fail."""
        raise ZeroDivisionError("of a site")


class MetadataTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.patch(Counting, "times", [])

    def core(self, cache: str = "off", *plugins: type[Plugin]) -> NetworkCore:
        """Return a core with two clients, the first with an alias, and with connectors."""
        names = tuple(HERE + plugin.__name__ for plugin in plugins or (Counting,))
        return a_core(
            self,
            {"Metadata/clients.xml": CLIENTS, "Metadata/groups.xml": GROUPS},
            plugins=("Bundler", "Metadata", *names),
            client_metadata_cache=cache,
        )

    def test_connected(self) -> None:
        """Groups of all connectors are there before the first gives its data."""
        metadata: Any = self.core().build_metadata(CLIENT)
        self.assertEqual(metadata.Counting, ["all", "counted", "defined"])
        self.assertEqual(metadata.groups, {"all", "counted", "defined"})
        self.assertEqual(metadata.bundles, {"b", "from-group"})
        self.assertEqual(metadata.connectors, ["Counting"])

    def test_off(self) -> None:
        """Without a cache everything is built anew."""
        core = self.core()
        self.assertIsNot(core.build_metadata(CLIENT), core.build_metadata(CLIENT))
        self.assertEqual(Counting.times, [CLIENT] * 2)

    def test_whole(self) -> None:
        """With a cache of whole metadata they are built once, whatever the case of the name."""
        for cache in ("cautious", "aggressive"):
            Counting.times.clear()
            core = self.core(cache)
            first = core.build_metadata(CLIENT)
            self.assertIs(core.build_metadata(CLIENT.upper()), first)
            self.assertEqual(Counting.times, [CLIENT])

    def test_initial(self) -> None:
        """With a cache of initial metadata the connectors are asked each time, for a copy."""
        core = self.core("initial")
        first, second = core.build_metadata(CLIENT), core.build_metadata(CLIENT)
        first.groups.add("mine")
        self.assertNotIn("mine", second.groups)
        self.assertNotIn("mine", core.build_metadata(CLIENT).groups)
        self.assertEqual(Counting.times, [CLIENT] * 3)

    def test_alias(self) -> None:
        """What is asked for by an alias is not kept: nobody would know to forget it."""
        for cache in ("initial", "aggressive"):
            core = self.core(cache)
            self.assertEqual(core.build_metadata("alias").hostname, CLIENT)
            self.assertIsNone(core.metadata_cache.get("alias"))

    def test_half_built(self) -> None:
        """What a connector gets that asks for another client is not kept."""
        core = self.core("aggressive", Counting, Curious)
        metadata: Any = core.build_metadata(CLIENT)
        self.assertEqual(metadata.Curious, (["all", "counted", "defined"], "not asked"))
        self.assertIsNotNone(core.metadata_cache.get(CLIENT))
        self.assertIsNone(core.metadata_cache.get("other.test"))

    def test_unknown(self) -> None:
        """A client that nobody knows, without a default group, is a critical error, and logged."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            error = self.assertRaises(CriticalError, self.core().build_metadata, "new.test")
        sentence = (
            "Client metadata resolution error for new.test: Cannot add new client new.test; "
            "no default group set"
        )
        self.assertEqual(str(error), f"Critical failure: {sentence}")
        self.assertEqual([record.getMessage() for record in logs.records], [sentence])

    def test_broken(self) -> None:
        """A connector that fails ends the build: half a client must not be served."""
        core = self.core("aggressive", Broken)
        self.assertRaises(ZeroDivisionError, core.build_metadata, CLIENT)
        self.assertIsNone(core.metadata_cache.get(CLIENT))
