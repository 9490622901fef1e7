"""Racks, in a core without a network."""

import tempfile
import unittest
from pathlib import Path

from bcfg2tw.engine.core import Core
from bcfg2tw.settings import Settings

REPOSITORY = {
    "Metadata/clients.xml": '<Clients><Client name="www" profile="server"/></Clients>',
    "Metadata/groups.xml": '<Groups><Group name="server" profile="true">'
    '<Bundle name="rack"/></Group></Groups>',
    "Bundler/rack.xml": '<Bundle><Path name="/etc/rack.conf"/></Bundle>',
    "Racks/racks.xml": '<Racks><Rack name="r1" gateway="192.0.2.1">'
    '<Host name="www"/></Rack></Racks>',
}


class RacksTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in REPOSITORY.items():
            path = Path(folder.name, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        plugins = ("Bundler", "Metadata", "racks.Racks")
        self.core = Core(Settings(repository=folder.name, plugins=plugins))
        self.addCleanup(self.core.shutdown)
        self.core.start()

    def test_file(self) -> None:
        """A machine is told its rack and gateway."""
        config = self.core.BuildConfiguration("www")
        (path,) = config.iter("Path")
        self.assertEqual(path.text, "rack = r1\ngateway = 192.0.2.1\n")

    def test_group(self) -> None:
        """A machine is in a group for its rack."""
        self.assertIn("rack-r1", self.core.build_metadata("www").groups)
