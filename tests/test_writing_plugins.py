"""The chapter "Writing a plugin": its code works as it is printed there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.registry import ENTRY_POINTS
from bcfg2tw.errors import ValidationError
from tests.builders import CLIENT, a_core, bundle_of, change, configuration, entry, write_files

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "docs/examples/racks"

RACKS = f"""<Racks>
  <Rack name="r1" gateway="192.0.2.1">
    <Host name="{CLIENT}"/>
  </Rack>
</Racks>"""


class ChapterTests(SynchronousTestCase):
    def test_own_test(self) -> None:
        """The chapter's test passes, run as the chapter says."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "unittest", "test_racks"]
        ended = subprocess.run(
            command, cwd=EXAMPLE, env=environment, capture_output=True, text=True, timeout=60
        )
        self.assertIn("Ran 2 tests", ended.stderr)
        self.assertEqual(ended.returncode, 0, ended.stderr)


class RacksTests(SynchronousTestCase):
    """The example, installed with its entry point."""

    def setUp(self) -> None:
        """Install the example into a folder of the test, as pip does."""
        folder = os.path.abspath(self.mktemp())
        os.mkdir(folder)
        shutil.copy(EXAMPLE / "racks.py", folder)
        project = ConfigParser()
        project.read(EXAMPLE / "pyproject.toml", "utf-8")
        plugins = dict(project[f'project.entry-points."{ENTRY_POINTS}"'])
        lines = [f"{name.capitalize()} = {value.strip(chr(34))}" for name, value in plugins.items()]
        write_files(
            folder,
            {
                "bcfg2tw_racks-1.0.dist-info/METADATA": "Metadata-Version: 2.1\n"
                "Name: bcfg2tw-racks\nVersion: 1.0\n",
                "bcfg2tw_racks-1.0.dist-info/entry_points.txt": "\n".join(
                    (f"[{ENTRY_POINTS}]", *lines)
                ),
            },
        )
        self.patch(sys, "path", [folder, *sys.path])
        self.addCleanup(sys.modules.pop, "racks", None)

    def core(
        self, racks: str = RACKS, more: dict[str, str] | None = None, **settings: Any
    ) -> NetworkCore:
        """Return a core with the plugin."""
        bundle = {"Bundler/rack.xml": bundle_of("/etc/rack.conf")}
        return a_core(self, {"Racks/racks.xml": racks, **bundle, **(more or {})}, **settings)

    def test_found(self) -> None:
        """The entry point leads to the plugin."""
        self.assertEqual(type(self.core().plugins["Racks"]).__module__, "racks")

    def test_connector(self) -> None:
        """A machine is in its rack's group, and templates see the rack."""
        core = self.core(
            more={
                "Bundler/rack.xml": '<Bundle xmlns:py="http://genshi.edgewall.org/">'
                '<Group name="rack-r1"><BoundPackage name="${metadata.Racks.gateway}"/></Group>'
                "</Bundle>"
            }
        )
        entry(configuration(core), "Package", "192.0.2.1")

    def test_generator(self) -> None:
        """The file is made from the rack; a machine without one fails with a reason."""
        core = self.core()
        path = entry(configuration(core), "Path", "/etc/rack.conf")
        self.assertEqual(path.text, "rack = r1\ngateway = 192.0.2.1\n")
        change(core, {"Racks/racks.xml": "<Racks/>"})
        failure = entry(configuration(core), "Path", "/etc/rack.conf").get("failure") or ""
        self.assertIn(f"bind error: {CLIENT} is in no rack of ", failure)

    def test_validator(self) -> None:
        """A configuration without the rack's gateway is refused."""
        name = "/etc/network/interfaces"
        core = self.core(
            more={"Bundler/net.xml": f'<Bundle><BoundPath name="{name}">none</BoundPath></Bundle>'}
        )
        error = self.assertRaises(ValidationError, configuration, core)
        self.assertEqual(str(error), f"{name} lacks 192.0.2.1, the rack's gateway")

    def test_remote_method(self) -> None:
        """Administrators ask for the rack of a machine."""
        self.assertEqual(self.core()._get_rmi()["Racks.rack"](CLIENT), "r1")

    def test_maintenance(self) -> None:
        """A machine is under maintenance from one call to another, whatever else changes."""
        core = self.core(client_metadata_cache="aggressive")
        begin, end = (core._get_rmi()[f"Racks.{verb}_maintenance"] for verb in ("begin", "end"))
        self.assertNotIn("maintenance", core.build_metadata(CLIENT).groups)
        begin(CLIENT)
        self.assertIn("maintenance", core.build_metadata(CLIENT).groups)
        change(core, {"Racks/racks.xml": "<Racks/>"})
        self.assertIn("maintenance", core.build_metadata(CLIENT).groups)
        end(CLIENT)
        self.assertNotIn("maintenance", core.build_metadata(CLIENT).groups)

    def test_broken(self) -> None:
        """A mistake is reported with its line, and what the file said last stays in service."""
        core = self.core()
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            change(core, {"Racks/racks.xml": '<Racks>\n<Rack name="r2"/></Racks>'})
        self.assertIn("racks.xml:2: Rack needs the attribute gateway; its last", logs.output[0])
        self.assertIn("r1", entry(configuration(core), "Path", "/etc/rack.conf").text or "")

    def test_never_understood(self) -> None:
        """Without a file that can be understood there is no such plugin; the log says why."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = self.core("<Racks>", lenient_plugins=True)
        self.assertNotIn("Racks", core.plugins)
        self.assertIn("Failed to instantiate plugin Racks: it needs", logs.output[-1])
        change(core, {"Racks/racks.xml": RACKS})
        self.assertIn("Racks", core.plugins)
