"""What clients get while sources and indexes change."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import ValidationError
from tests.builders import a_core, change, configuration, entry, metadata_of, write_files
from tests.engine.plugins.packages.mirrors import quiet
from tests.engine.plugins.packages.test_packages import (
    a_pool,
    added,
    contents,
    plugin_of,
    source,
    write_pool,
)


class ChangesTests(SynchronousTestCase):
    def setUp(self) -> None:
        quiet(self)

    def test_new_source(self) -> None:
        """A source that is added is read before the change comes into service."""
        core = a_core(self, contents('<Package name="web"/>'))
        self.assertEqual(added(core), [])
        change(core, contents('<Package name="web"/>', source(a_pool(self))))
        self.assertEqual(added(core), ["libc"])

    def test_broken_sources(self) -> None:
        """While sources.xml is broken its last good state stays in service."""
        core = a_core(self, contents('<Package name="web"/>', source(a_pool(self))))
        with self.assertLogs("bcfg2-server", "ERROR"):
            change(core, {"Packages/sources.xml": "<Sources>"})
        self.assertEqual(added(core), ["libc"])

    def test_refresh(self) -> None:
        """A refresh reads indexes again; a reload only those that are missing."""
        folder = a_pool(self)
        core = a_core(self, contents('<Package name="web"/>', source(folder)))
        self.assertEqual(added(core), ["libc"])
        write_pool(folder, "Package: web\nDepends: other\n\nPackage: other\n")
        self.assertIs(plugin_of(core).Reload(), True)
        self.assertEqual(added(core), ["libc"])
        self.assertIs(plugin_of(core).Refresh(), True)
        self.assertEqual(added(core), ["other"])

    def test_refresh_of_another_process(self) -> None:
        """What another process has refreshed is in service at once."""
        folder = a_pool(self)
        core = a_core(self, contents('<Package name="web"/>', source(folder)))
        self.assertEqual(added(core), ["libc"])
        write_pool(folder, "Package: web\nDepends: other\n\nPackage: other\n")
        other = NetworkCore(core.settings)
        self.addCleanup(other.shutdown)
        other.start()
        plugin_of(other).Refresh()
        self.assertEqual(added(core), ["other"])

    def test_failed_refresh(self) -> None:
        """A refresh that fails leaves the last good index in service."""
        folder = a_pool(self)
        core = a_core(self, contents('<Package name="web"/>', source(folder)))
        self.assertEqual(added(core), ["libc"])
        write_files(folder, {"Packages.gz": b"broken"})
        self.assertIs(plugin_of(core).Refresh(), True)
        self.assertEqual(added(core), ["libc"])

    def test_broken_index(self) -> None:
        """While an index cannot be read the client is refused rather than given too little."""
        core = a_core(self, contents('<Package name="web"/>', source(a_pool(self))))
        plugin = plugin_of(core)
        (offer,) = plugin._resolvers.of(plugin.client_sources(metadata_of(core))).collection.offers
        index = plugin.indexes.get(offer.source)
        assert index is not None
        index.close()
        with self.assertLogs("bcfg2-server", "ERROR"), self.assertRaises(ValidationError) as caught:
            configuration(core)
        self.assertIn("Packages.Refresh", str(caught.exception))
        plugin.Refresh()
        self.assertEqual(added(core), ["libc"])

    def test_remote_methods(self) -> None:
        """Both methods can be called over the network."""
        core = a_core(self, contents(""))
        self.assertLessEqual({"Packages.Refresh", "Packages.Reload"}, set(core._get_rmi()))

    def test_cache_is_no_change(self) -> None:
        """What the plugin writes into its cache is no change of the repository."""
        core = a_core(self, contents('<Package name="web"/>', source(a_pool(self))))
        plugin = plugin_of(core)
        plugin.Refresh()
        core.reload(None)
        self.assertIs(plugin_of(core), plugin)

    def test_no_folder(self) -> None:
        """A folder that is missing is made, with a list of no sources."""
        core = a_core(self, {}, plugins=("Bundler", "Metadata", "Packages"))
        path = os.path.join(core.settings.repository, "Packages", "sources.xml")
        with open(path, encoding="utf-8") as stream:
            self.assertEqual(stream.read(), "<Sources/>\n")

    def test_key_folder(self) -> None:
        """The folder of keys on clients may be where Bcfg2 1.3 has it."""
        old = {"global": {"gpg_keypath": "/old"}}
        core = a_core(self, contents(""), file=old)
        self.assertEqual(plugin_of(core)._key_folder, "/old")

    def test_keys_without_metadata(self) -> None:
        """Where no index is read the keys of yum sources are fetched all the same."""
        folder = a_pool(self)
        write_files(folder, {"KEY": "a key"})
        key = f"<GPGKey>file://{folder}/KEY</GPGKey>"
        core = a_core(self, contents("", source(folder, key, type="yum")), packages_metadata=False)
        path = entry(configuration(core), "Path", "/etc/pki/rpm-gpg/KEY")
        self.assertEqual(path.text, "a key")
        write_files(folder, {"KEY": "another"})
        plugin_of(core).Refresh()
        path = entry(configuration(core), "Path", "/etc/pki/rpm-gpg/KEY")
        self.assertEqual(path.text, "another")
