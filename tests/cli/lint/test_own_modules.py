"""Python 2 in the modules of a site's own plugins and Cfg handlers."""

from __future__ import annotations

import sys

from twisted.trial.unittest import SynchronousTestCase

from tests.cli.lint.sites import PLUGINS, Site, demonstration

MODULES = {
    "Bcfg2/Server/Plugins/Racks.py": "from Bcfg2.Server.Plugin import Plugin\n\n\n"
    "class Racks(Plugin):\n    def rack(self, racks):\n        return racks.has_key(u'a')\n",
    "Bcfg2/Server/Plugins/Other.py": "print 'nobody asks for it'\n",
    "Bcfg2/Server/Plugins/Cfg/CfgShout.py": "from Bcfg2.Server.Plugins.Cfg import CfgGenerator\n"
    "import os\n\n\nclass CfgShout(CfgGenerator):\n"
    "    def get_data(self, entry, metadata):\n        print self.data\n",
}


class OwnModulesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.site = Site(self, demonstration(), f"{PLUGINS},Racks")
        folder = self.site.folder / "modules"
        for name, text in MODULES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        sys.path.insert(0, str(folder))
        self.addCleanup(sys.path.remove, str(folder))

    def places(self, *words: str) -> set[tuple[str, int]]:
        """Return the names of the files with Python 2, and the lines."""
        findings = self.site.findings(*words)
        return {
            (one["file"].rpartition("/")[2], one["line"])
            for one in findings
            if one["name"] == "python2-code"
        }

    def test_whole_site(self) -> None:
        """What the site uses is looked at, also where it is outside of the repository."""
        self.assertEqual(self.places(), {("Racks.py", 6), ("CfgShout.py", 7)})

    def test_named_handlers(self) -> None:
        """Where `[cfg] handlers` names handlers, others are none of the site's."""
        with self.site.config.open("a") as stream:
            stream.write("[cfg]\nhandlers = CfgPlaintextGenerator\n")
        self.assertEqual(self.places(), {("Racks.py", 6)})

    def test_installed(self) -> None:
        """Handlers beside an installed Bcfg2 are its own, unless they are named."""
        core = self.site.folder / "modules/Bcfg2/Server/Core.py"
        core.write_text("")
        self.assertEqual(self.places(), {("Racks.py", 6)})
        with self.site.config.open("a") as stream:
            stream.write("[cfg]\nhandlers = CfgShout\n")
        self.assertEqual(self.places(), {("Racks.py", 6), ("CfgShout.py", 7)})

    def test_files(self) -> None:
        """Where files are named, only these are looked at."""
        self.assertEqual(self.places("repository/Metadata/groups.xml"), set())
