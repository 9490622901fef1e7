"""What a client is a member of where its groups contradict each other, or are made up."""

from __future__ import annotations

import os
from collections.abc import Sequence

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import Connector
from tests.builders import CLIENT, a_core

HERE = "tests.engine.plugins.metadata.test_resolution."


class First(Plugin, Connector):
    """Defines a group."""

    create = False

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str | MetadataGroup]:
        """Return its definition."""
        return [MetadataGroup("made-up", ["of-first"])]


class Second(Plugin, Connector):
    """Defines the same group, and one that groups.xml declares."""

    create = False

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str | MetadataGroup]:
        """Return the definitions."""
        return [MetadataGroup("made-up", ["of-second"]), MetadataGroup("all", ["of-second"])]


def core_with(
    case: SynchronousTestCase, groups: str, client: str = 'profile="all"', *plugins: type[Plugin]
) -> NetworkCore:
    """Return a core with groups, and a client of some attributes."""
    names = tuple(HERE + plugin.__name__ for plugin in plugins)
    return a_core(
        case,
        {
            "Metadata/groups.xml": f"<Groups>{groups}</Groups>",
            "Metadata/clients.xml": f'<Clients><Client name="{CLIENT}" {client}/></Clients>',
        },
        plugins=("Bundler", "Metadata", *names),
    )


class ProfileTests(SynchronousTestCase):
    def test_without_any(self) -> None:
        """A client without a profile has no groups, whatever the default is."""
        core = core_with(self, '<Group name="d" profile="true" default="true"/>', "")
        metadata = core.build_metadata(CLIENT)
        self.assertEqual((metadata.groups, metadata.profile), (set(), None))

    def test_negating_itself(self) -> None:
        """A profile that drives itself out leaves the client with the default group."""
        core = core_with(
            self,
            '<Group name="all" profile="true"><Group name="all" negate="true"/></Group>'
            '<Group name="d" profile="true" default="true"><Group name="e"/></Group>',
        )
        self.assertLessEqual({"d", "e"}, core.build_metadata(CLIENT).groups)

    def test_of_connector(self) -> None:
        """A client that gets its groups from a connector alone has the default as its profile."""
        core = core_with(self, '<Group name="d" profile="true" default="true"/>', "", First)
        metadata = core.build_metadata(CLIENT)
        self.assertEqual((metadata.groups, metadata.profile), ({"made-up"}, "d"))
        self.assertEqual(metadata.bundles, {"of-first"})

    def test_unknown_profile(self) -> None:
        """A profile that groups.xml does not have is told, and the client is in it all the same."""
        with self.assertLogs("Metadata", "WARNING") as logs:
            core = core_with(self, '<Group name="x"/>', 'profile="gone"')
            self.assertEqual(core.build_metadata(CLIENT).groups, {"gone"})
        clients = os.path.join(core.settings.repository, "Metadata", "clients.xml")
        (message,) = (record.getMessage() for record in logs.records)
        self.assertTrue(message.startswith(f"{clients}:1: profile gone is no group"), message)

    def test_no_profile_group(self) -> None:
        """So is one that groups.xml has, and not as a profile."""
        with self.assertLogs("Metadata", "WARNING") as logs:
            core_with(self, '<Group name="all"/>')
        self.assertIn(
            f"Metadata: all set as profile for {CLIENT}, but is not a profile group",
            [record.getMessage() for record in logs.records],
        )


class GroupTests(SynchronousTestCase):
    def test_nameless(self) -> None:
        """A group without a name is told with its line, and the others are there."""
        with self.assertLogs("Metadata", "WARNING") as logs:
            core = core_with(self, '\n<Group profile="true"/>\n<Group name="all" profile="true"/>')
        self.assertEqual(core.build_metadata(CLIENT).groups, {"all"})
        self.assertIn(
            f"{core.settings.repository}/Metadata/groups.xml:2: a Group without a name is ignored",
            [record.getMessage() for record in logs.records],
        )

    def test_defined_twice(self) -> None:
        """Of two connectors that define a group the first holds it; the other is told once."""
        groups = '<Group name="all" profile="true"><Bundle name="b"/></Group>'
        core = core_with(self, groups, 'profile="all"', First, Second)
        with self.assertLogs("Metadata", "WARNING") as logs:
            for _ in range(2):
                self.assertEqual(core.build_metadata(CLIENT).bundles, {"b", "of-first"})
        self.assertEqual(
            sorted(
                record.getMessage() for record in logs.records if "clobber" in record.getMessage()
            ),
            [
                "Refusing to clobber dynamic group made-up of First, which Second defines",
                "Refusing to clobber predefined group all, which Second defines",
            ],
        )
