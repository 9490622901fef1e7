"""Questions of templates and plugins about all clients."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.metadata_query import MetadataQuery
from tests.builders import CLIENT, a_core, change, metadata_of


class Directory:
    """Three clients in a few groups."""

    clients = {  # nobody changes it
        "web": ClientMetadata("web", "server", {"server", "debian", "x"}, {"ssh", "apache"}),
        "db": ClientMetadata("db", "server", {"server", "redhat", "x"}, {"ssh"}),
        "desk": ClientMetadata("desk", "desktop", {"desktop", "debian"}, set()),
    }

    def client_names(self) -> list[str]:
        """Return their names."""
        return list(self.clients)

    def group_names(self) -> set[str]:
        """Return the names of all groups."""
        return {name for client in self.clients.values() for name in client.groups} | {"empty"}

    def groups_in_category(self, category: str) -> list[str]:
        """Return the groups that exclude each other."""
        return ["debian", "redhat"] if category == "os" else []

    def place_of_bundle(self, bundle: str) -> str | None:
        """Return nothing: there is no file."""
        return None

    def named_bundle_at_start(self, bundle: str) -> bool:
        """Say that none was."""
        return False


class QueryTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.built: list[str] = []
        self.query: MetadataQuery[ClientMetadata] = MetadataQuery(Directory(), self.build)

    def build(self, name: str) -> ClientMetadata:
        """Build a client's metadata."""
        self.built.append(name)
        return Directory.clients[name]

    def test_names(self) -> None:
        """The names of clients and groups are told without building anybody's metadata."""
        self.assertEqual(self.query.all_clients(), ["web", "db", "desk"])
        self.assertEqual(
            self.query.all_groups(), {"server", "debian", "redhat", "desktop", "x", "empty"}
        )
        self.assertEqual(self.query.all_groups_in_category("os"), {"debian", "redhat"})
        self.assertEqual(self.query.all_groups_in_category("none"), set())
        self.assertEqual(self.built, [])

    def test_clients(self) -> None:
        """One client, or all, are the metadata themselves."""
        self.assertIs(self.query.by_name("db"), Directory.clients["db"])
        self.assertEqual(self.query.all(), list(Directory.clients.values()))

    def test_groups(self) -> None:
        """Clients must be in all of the groups; nobody has to be in none."""
        self.assertEqual(self.query.names_by_groups(["server", "debian"]), ["web"])
        self.assertEqual(self.query.names_by_groups({"x"}), ["web", "db"])
        self.assertEqual(self.query.names_by_groups([]), ["web", "db", "desk"])
        self.assertEqual(self.query.names_by_groups(["empty"]), [])
        self.assertEqual(self.query.by_groups(("desktop",)), [Directory.clients["desk"]])

    def test_profiles(self) -> None:
        """Clients must have one of the profiles."""
        self.assertEqual(self.query.names_by_profiles(["server"]), ["web", "db"])
        self.assertEqual(self.query.names_by_profiles(["server", "desktop"]), ["web", "db", "desk"])
        self.assertEqual(self.query.by_profiles(["none"]), [])
        self.assertEqual(self.query.by_profiles(["desktop"]), [Directory.clients["desk"]])

    def test_bundles(self) -> None:
        """Clients must have all of the bundles."""
        self.assertEqual(self.query.names_by_bundles(["ssh"]), ["web", "db"])
        self.assertEqual(self.query.names_by_bundles(["ssh", "apache"]), ["web"])

    def test_string(self) -> None:
        """A string in place of a list is warned of with the method: its letters are asked for."""
        for method, name in (
            (self.query.names_by_groups, "names_by_groups"),
            (self.query.by_groups, "by_groups"),
            (self.query.names_by_profiles, "names_by_profiles"),
            (self.query.by_profiles, "by_profiles"),
            (self.query.names_by_bundles, "names_by_bundles"),
        ):
            with self.assertLogs("bcfg2-server", "WARNING") as logs:
                method("no")
            self.assertEqual(
                logs.records[0].getMessage(),
                f"MetadataQuery: {name} takes a list as argument, not a string",
            )
        with self.assertLogs("bcfg2-server", "WARNING"):
            self.assertEqual(self.query.names_by_groups("x"), ["web", "db"])


class ServedTests(SynchronousTestCase):
    def test_unknown(self) -> None:
        """A question about a client that nobody knows registers nobody."""
        core = a_core(
            self,
            {
                "Metadata/groups.xml": '<Groups><Group name="all" profile="true" default="true"'
                "/></Groups>"
            },
        )
        query = metadata_of(core).query
        self.assertEqual(query.by_name("new.test").profile, "all")
        self.assertEqual(query.all_clients(), [CLIENT])

    def test_same_state(self) -> None:
        """What is asked in the middle of a build is answered from the state it began with."""
        core = a_core(self, {})
        query = metadata_of(core).query
        groups = '<Groups><Group name="all" profile="true"/><Group name="later"/></Groups>'
        change(core, {"Metadata/groups.xml": groups})
        self.assertNotIn("later", query.all_groups())
        self.assertIn("later", metadata_of(core).query.all_groups())
