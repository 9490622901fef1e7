"""Changes of the list of clients: by clients that call, and by administrators."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.metadata import Metadata
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.memory import memory_store
from bcfg2tw.errors import MetadataConsistencyError
from tests.builders import a_repository, address, some_settings

WEB, NEW, ALIAS = "web.example.test", "new.example.test", "www.example.test"

REPOSITORY = {
    "Metadata/clients.xml": f"""<Clients>
      <Client name="{WEB}" profile="all" version="1.3.3"><Alias name="{ALIAS}"/></Client>
      <Client name="boot.example.test" profile="all" auth="bootstrap"/>
    </Clients>""",
    "Metadata/groups.xml": """<Groups>
      <Group name="all" profile="true" public="true" default="true"/>
      <Group name="other" profile="true" public="true"/>
      <Group name="private" profile="true"/>
    </Groups>""",
}


class RegistrationTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.announced: list[ClientChange] = []
        settings = some_settings(a_repository(self, REPOSITORY))
        self.core = NetworkCore(settings, store=memory_store())
        self.addCleanup(self.core.shutdown)
        self.core.store.changes.subscribe(self.announced.append)
        self.core.start()
        plugin = self.core.metadata
        assert isinstance(plugin, Metadata)
        self.metadata = plugin

    def attribute(self, client: str, name: str) -> object:
        """Return an attribute of a client that is there."""
        return getattr(self.metadata.clients.get(client), name)

    def test_same_version(self) -> None:
        """A version that is set already is no change; another one is, also under an alias."""
        for name in (WEB, WEB.upper(), ALIAS):
            self.metadata.set_version(name, "1.3.3")
        self.assertEqual(self.announced, [])
        self.metadata.set_version(ALIAS.upper(), "1.3.4")
        self.assertEqual(self.announced, [ClientChange(WEB, "version")])
        self.assertEqual(self.attribute(WEB, "version"), "1.3.4")

    def test_unknown_declares_version(self) -> None:
        """A client that nobody has entered is registered, then gets its version."""
        self.metadata.set_version(NEW.upper(), "1.3.4")
        changes = [ClientChange(NEW, "existence"), ClientChange(NEW, "version")]
        self.assertEqual(self.announced, changes)
        self.assertEqual(self.attribute(NEW, "profiles"), ("all",))

    def test_profile(self) -> None:
        """A client gets a profile that it does not have; one that it has is no change."""
        self.metadata.set_profile(WEB, "all", address())
        self.assertEqual(self.announced, [])
        self.metadata.set_profile(ALIAS, "other", address())
        self.assertEqual(self.core.build_metadata(WEB).profile, "other")

    def test_refused_profiles(self) -> None:
        """A group that is not declared, or not public, becomes nobody's profile."""
        for profile in ("nowhere", "private", 7):
            with self.assertRaises(MetadataConsistencyError):
                self.metadata.set_profile(NEW, profile, address())  # type: ignore[arg-type]
        self.assertEqual(self.announced, [])
        self.metadata.set_profile(NEW, "private", address(), require_public=False)
        self.assertEqual(self.attribute(NEW, "profiles"), ("private",))

    def test_end_of_bootstrap(self) -> None:
        """A client that bootstraps, and no other, has to use its certificate after a report."""
        for name in ("boot.example.test", WEB):
            self.metadata.end_statistics(self.core.build_metadata(name))
        self.assertEqual(self.attribute("boot.example.test", "auth"), "cert")
        self.assertIsNone(self.attribute(WEB, "auth"))

    def test_added_twice(self) -> None:
        """A client that is there, under whatever name, is not added."""
        for name in (WEB, ALIAS.upper()):
            self.metadata.add_client(name, {"profile": "other"})
        self.assertEqual(self.announced, [])
        self.metadata.add_client(NEW)
        self.assertIn(NEW, self.metadata.list_clients())

    def test_nobody(self) -> None:
        """A client that is not there can be neither changed nor removed."""
        for name in (NEW, 7, None):
            for change in (
                lambda name=name: self.metadata.update_client(name, {"version": "1"}),
                lambda name=name: self.metadata.remove_client(name),
            ):
                error = self.assertRaises(MetadataConsistencyError, change)
                self.assertEqual(str(error), f'Client "{name}" does not exist')

    def test_removed(self) -> None:
        """A client that is removed is gone, with its aliases."""
        self.metadata.remove_client(ALIAS)
        self.assertFalse(self.metadata.is_client(WEB))
        self.assertFalse(self.metadata.is_client(ALIAS))
