"""POSIXCompat: modes under their old name, for old clients only."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import CLIENT, a_core, configuration, entry

CONTENTS = {
    "Bundler/b.xml": '<Bundle><BoundPath name="/a" mode="0640"/><BoundPath name="/b"/>'
    '<BoundPath name="/c" perms="0600"/><BoundService name="s" mode="x"/></Bundle>'
}

OLD = (None, "1.2.4", "1.0.0")
NEW = ("1.3.0", "1.3.0pre1", "1.3.0rc2", "1.3.4", "1.4.0pre2")


class POSIXCompatTests(SynchronousTestCase):
    def attributes(self, version: str | None, tag: str, name: str) -> dict[str, str]:
        """Return the attributes of an entry for a client of a version."""
        core = a_core(self, CONTENTS, plugins=("Bundler", "Metadata", "POSIXCompat"))
        if version is not None:
            core.metadata.set_version(CLIENT, version)
        found = entry(configuration(core), tag, name)
        return {str(key): str(value) for key, value in found.attrib.items() if key != "name"}

    def test_old(self) -> None:
        """Clients before 1.3, and those of unknown version, get both names."""
        for version in OLD:
            self.assertEqual(
                self.attributes(version, "Path", "/a"), {"mode": "0640", "perms": "0640"}
            )

    def test_new(self) -> None:
        """Clients from 1.3 on get no old name; its pre-releases are 1.3 already."""
        for version in NEW:
            self.assertEqual(self.attributes(version, "Path", "/a"), {"mode": "0640"})

    def test_others(self) -> None:
        """Paths without a mode, and other entries, stay as they are."""
        self.assertEqual(self.attributes(None, "Path", "/b"), {})
        self.assertEqual(self.attributes(None, "Path", "/c"), {"perms": "0600"})
        self.assertEqual(self.attributes(None, "Service", "s"), {"mode": "x"})
