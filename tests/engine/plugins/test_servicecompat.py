"""ServiceCompat: what may be done to services, in the words of old clients."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, a_core, configuration, entry


class ServiceCompatTests(SynchronousTestCase):
    def serve(self, attributes: str, version: str | None = None) -> NetworkCore:
        """Return a core with a service; the client is of unknown version unless told."""
        contents = {"Bundler/b.xml": f'<Bundle><BoundService name="s" {attributes}/></Bundle>'}
        core = a_core(self, contents, plugins=("Bundler", "Metadata", "ServiceCompat"))
        if version is not None:
            core.metadata.set_version(CLIENT, version)
        return core

    def mode(self, attributes: str, version: str | None = None) -> str | None:
        """Return the mode that the service gets."""
        core = self.serve(attributes, version)
        return entry(configuration(core), "Service", "s").get("mode")

    def test_modes(self) -> None:
        """What may be restarted and installed makes the mode, whatever the case."""
        for attributes, mode in (
            ("", "default"),
            ('restart="TRUE" install="True"', "default"),
            ('restart="interactive"', "interactive_only"),
            ('restart="false" install="false"', "manual"),
            ('mode="supervised"', "default"),
        ):
            self.assertEqual(self.mode(attributes), mode, attributes)

    def test_no_old_mode(self) -> None:
        """What old clients have no word for is left to the administrator, which the log says."""
        for attributes in ('restart="false"', 'install="false"', 'restart="maybe"'):
            core = self.serve(attributes)
            with self.assertLogs("ServiceCompat", "INFO") as logs:
                config = configuration(core)
            self.assertEqual(entry(config, "Service", "s").get("mode"), "manual")
            self.assertIn(f"service s of {CLIENT} gets manual", logs.output[0])

    def test_versions(self) -> None:
        """Only clients before 1.3 get a mode."""
        self.assertEqual(self.mode("", "1.2.3"), "default")
        for version in ("1.3.0pre2", "1.3.0", "1.4.0"):
            self.assertIsNone(self.mode("", version))
