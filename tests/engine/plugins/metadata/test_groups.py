"""Which groups, bundles and profile a client has."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.client_metadata import Bcfg2VersionInfo, ClientMetadata, MetadataGroup
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import Connector
from bcfg2tw.engine.plugins.metadata import Metadata
from bcfg2tw.engine.plugins.metadata.membership import KEPT_NAMES, Membership
from bcfg2tw.errors import MetadataConsistencyError, MetadataRuntimeError, NotServing
from tests.builders import CLIENT, PASSWORD, a_core, address, change

HERE = __name__ + "."


def core_with(case: SynchronousTestCase, groups: str, **settings: object) -> NetworkCore:
    """Return a core with a groups.xml; `CLIENT` has the profile `all`."""
    return a_core(case, {"Metadata/groups.xml": f"<Groups>{groups}</Groups>"}, **settings)


class Zoning(Plugin, Connector):
    """Puts clients into groups of its own making."""

    create = False

    def get_additional_groups(self, metadata: ClientMetadata) -> list[str | MetadataGroup]:
        """Return a group with a bundle for each client, and one that groups.xml has."""
        mine = MetadataGroup("zone", bundles=[metadata.hostname], category="zone")
        return [mine, MetadataGroup("all", bundles=["stolen"]), "extra"]

    def get_additional_data(self, metadata: ClientMetadata) -> list[str]:
        """Return something."""
        return ["data"]


def membership_of(core: NetworkCore) -> Membership:
    """Return the rules of a core's groups.xml."""
    assert isinstance(core.metadata, Metadata)
    return core.metadata.groups.membership


class GroupsTests(SynchronousTestCase):
    def groups(self, text: str, client: str = CLIENT) -> set[str]:
        """Return a client's groups."""
        return core_with(self, text).build_metadata(client).groups

    def test_nested_conditions(self) -> None:
        """What has children is a condition, a leaf is an assignment."""
        text = """<Group name="all" profile="true"><Group name="a"/>
            <Group name="a"><Group name="b"/></Group><Group name="c"><Group name="d"/></Group>
            <Group name="c" negate="TRUE"><Group name="e"/></Group></Group>"""
        self.assertEqual(self.groups(text), {"all", "a", "b", "e"})

    def test_comment_makes_condition(self) -> None:
        """An element with nothing but a comment assigns nothing."""
        self.assertEqual(
            self.groups('<Group name="all"><Group name="a"><!-- off --></Group></Group>'), {"all"}
        )

    def test_circle(self) -> None:
        """Groups that drive each other out in a circle end in a warning, not in a hang."""
        text = """<Group name="all"/><Group name="x" negate="true"><Group name="y"/></Group>
            <Group name="y"><Group name="x"/></Group>
            <Group name="x"><Group name="y" negate="true"/></Group>
            <Group name="y" negate="true"><Group name="x" negate="true"/></Group>"""
        with self.assertLogs("Metadata", "WARNING") as logs:
            self.groups(text)
        self.assertIn(f"the groups of {CLIENT} depend on one another in a circle", str(logs.output))

    def test_category_first_wins(self) -> None:
        """Of two groups of one category the first in the file is the client's."""
        core = core_with(
            self,
            '<Group name="all"><Group name="b"/><Group name="a"/></Group>'
            '<Group name="a" category="k"/><Group name="b" category="k"/>',
        )
        metadata = core.build_metadata(CLIENT)
        self.assertEqual(metadata.categories, {"k": "b"})
        self.assertEqual(metadata.group_in_category("k"), "b")
        self.assertEqual(metadata.group_in_category("none"), "")

    def test_kept_answers(self) -> None:
        """Clients with equal groups get equal answers, those named in groups.xml their own."""
        core = core_with(
            self,
            '<Group name="all" profile="true" default="true"><Group name="a"/></Group>'
            '<Client name="x.example.test"><Group name="only-x"/></Client>'
            '<Client name="y.example.test" negate="true"><Group name="not-y"/></Client>',
        )
        groups = {
            name: core.build_metadata(f"{name}.example.test").groups - {"all", "a"}
            for name in ("client", "x", "y", "client", "x", "y")
        }
        self.assertEqual(groups, {"client": {"not-y"}, "x": {"only-x", "not-y"}, "y": set()})

    def test_made_up_groups(self) -> None:
        """Groups that groups.xml does not mention stay, and make no question of their own."""
        core = core_with(self, '<Group name="all"><Group name="a"/></Group>')
        membership = membership_of(core)
        for number in range(100):
            name = f"made-up-{number}"
            groups, _ = membership.expand(CLIENT, ["all", name], {})
            self.assertEqual(groups, {"all", "a", name})
        self.assertEqual(len(membership._answers), 1)

    def test_bounded_answers(self) -> None:
        """Clients that choose among many groups do not make the server remember ever more."""
        names = [f"g{number}" for number in range(1000)]
        core = core_with(
            self, "".join(f'<Group name="{n}"><Group name="x"/></Group>' for n in names)
        )
        membership = membership_of(core)
        for number in range(1000):
            groups, _ = membership.expand(CLIENT, names[number:], {})
            self.assertEqual(groups, {*names[number:], "x"})
            size = sum(len(answer) for answer, _ in membership._answers.values())
            self.assertLess(size, KEPT_NAMES)

    def test_answers_are_copies(self) -> None:
        """What is done to one client's groups concerns no other."""
        core = core_with(self, '<Group name="all"><Group name="a"/></Group>')
        core.build_metadata(CLIENT).groups.clear()
        self.assertEqual(core.build_metadata(CLIENT).groups, {"all", "a"})

    def test_broken_file(self) -> None:
        """A groups.xml that breaks keeps its last good state, clients.xml is still read."""
        core = core_with(self, '<Group name="all"><Group name="a"/></Group>')
        change(
            core,
            {
                "Metadata/groups.xml": "<Groups>",
                "Metadata/clients.xml": '<Clients><Client name="b" profile="all"/></Clients>',
            },
        )
        self.assertEqual(core.build_metadata("b").groups, {"all", "a"})

    def test_never_read(self) -> None:
        """Where a file was never readable clients are told so, until it is repaired."""
        core = a_core(self, {"Metadata/groups.xml": "<Groups>"})
        peer = address("127.0.0.1", CLIENT)
        with self.assertRaises(NotServing) as raised:
            core.client(peer)
        self.assertEqual(str(raised.exception), "Metadata has not been read yet")
        with self.assertRaises(MetadataRuntimeError):
            core.authenticate(None, CLIENT, PASSWORD, peer)
        change(core, {"Metadata/groups.xml": '<Groups><Group name="all"/></Groups>'})
        self.assertEqual(core.client(peer).groups, {"all"})


class ConnectorTests(SynchronousTestCase):
    def core(self, mode: str) -> NetworkCore:
        """Return a core with a connector."""
        return core_with(
            self,
            '<Group name="all" profile="true" default="true"/><Group name="zone-x"/>',
            plugins=("Bundler", "Metadata", HERE + "Zoning"),
            client_metadata_cache=mode,
        )

    def test_groups_and_data(self) -> None:
        """A connector's groups count, but never change what groups.xml declares."""
        metadata = self.core("off").build_metadata(CLIENT)
        self.assertEqual(metadata.groups, {"all", "zone", "extra"})
        self.assertEqual(metadata.bundles, {CLIENT})
        self.assertEqual((metadata.connectors, metadata.Zoning), (["Zoning"], ["data"]))  # type: ignore[attr-defined]

    def test_own_definition(self) -> None:
        """A group that a connector defines anew for each client is each client's own."""
        core = self.core("off")
        first = core.build_metadata(CLIENT)
        core.build_metadata("other.example.test")
        core.metadata.merge_additional_groups(first, ["zone-x"], "Zoning")
        self.assertEqual(first.bundles, {CLIENT})

    def test_initial(self) -> None:
        """In mode initial what connectors add is not kept."""
        core = self.core("initial")
        first = core.build_metadata(CLIENT)
        second = core.build_metadata(CLIENT)
        self.assertIsNot(first, second)
        first.groups.add("mine")
        self.assertNotIn("mine", core.build_metadata(CLIENT).groups)
        self.assertEqual(second.connectors, ["Zoning"])

    def test_cautious(self) -> None:
        """In mode cautious one object serves until the client changes."""
        core = self.core("cautious")
        first = core.build_metadata(CLIENT)
        self.assertIs(core.build_metadata(CLIENT.upper()), first)
        core.metadata.set_version(CLIENT, "1.3.4")
        self.assertEqual(core.build_metadata(CLIENT).version, "1.3.4")


class QueryTests(SynchronousTestCase):
    def test_registers_nobody(self) -> None:
        """Questions of templates register no client."""
        core = core_with(self, '<Group name="all" profile="true" default="true"/>')
        query = core.build_metadata(CLIENT).query
        self.assertEqual(query.by_name("new.example.test").groups, {"all"})
        self.assertEqual(query.all_clients(), [CLIENT])
        self.assertEqual(query.names_by_groups(["all"]), [CLIENT])
        self.assertEqual(query.names_by_profiles(["all"]), [CLIENT])

    def test_string_for_list(self) -> None:
        """A string where a list is expected is taken for its characters, with a warning."""
        query = core_with(self, '<Group name="all"/>').build_metadata(CLIENT).query
        with self.assertLogs("bcfg2-server", "WARNING") as logs:
            self.assertEqual(query.by_groups("all"), [])
        self.assertIn("by_groups takes a list as argument, not a string", logs.output[0])


class AdministrationTests(SynchronousTestCase):
    def test_remove_client(self) -> None:
        """A removed client is unknown at once; one that is not there is named in the fault."""
        core = core_with(self, '<Group name="all"/>')
        remove = core._get_rmi()["Metadata.remove_client"]
        remove(CLIENT)
        self.assertEqual(core._get_rmi()["Metadata.list_clients"](), [])
        with self.assertRaises(MetadataConsistencyError) as raised:
            remove(CLIENT)
        self.assertEqual(str(raised.exception), f'Client "{CLIENT}" does not exist')

    def test_missing_files(self) -> None:
        """Files that are missing at start are created empty, with a warning."""
        core = a_core(self, {}, plugins=("Bundler", "Metadata"))
        folder = core.snapshot.plugins["Metadata"].data
        core.shutdown()
        import os

        for name in ("clients.xml", "groups.xml"):
            os.unlink(os.path.join(folder, name))
        with self.assertLogs("Metadata", "WARNING") as logs:
            again = type(core)(core.settings)
            self.addCleanup(again.shutdown)
            again.start()
        self.assertIn("clients.xml does not exist, creating", logs.output[0])
        self.assertEqual(again.metadata.client_names(), [])


class VersionTests(SynchronousTestCase):
    def test_order(self) -> None:
        """Releases come after their candidates, and those after their previews."""
        versions = ["1.3.4", "1.4.0pre1", "1.4.0pre2", "1.4.0rc1", "1.4.0", "1.10.0"]
        self.assertEqual(sorted(map(Bcfg2VersionInfo, reversed(versions))), versions)
        self.assertGreater(Bcfg2VersionInfo("1.4.0"), None)
        self.assertGreaterEqual(Bcfg2VersionInfo("1.3.0pre1"), (1, 3, 0, "", 0))
        self.assertRaises(ValueError, Bcfg2VersionInfo, "1.3")
