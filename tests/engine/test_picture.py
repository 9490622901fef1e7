"""A core's picture of itself."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.build_costs import INTERVAL
from tests.builders import a_core, bundle_of, change, configuration, entry

CONTENTS = {"Bundler/motd.xml": bundle_of("/etc/motd"), "Cfg/etc/motd/motd": "Welcome\n"}


class PictureTests(SynchronousTestCase):
    def test_snapshot(self) -> None:
        """It tells revision, age, clients, plugins, and files with problems; all is plain data."""
        core = a_core(self, CONTENTS)
        change(core, {"Bundler/broken.xml": "<Bundle>"})
        picture = core.picture()
        snapshot = picture["snapshot"]
        self.assertEqual((snapshot["revision"], snapshot["clients"]), ("-1", 1))
        self.assertLess(0.0, snapshot["age_seconds"])
        self.assertEqual(snapshot["problems"], {**dict.fromkeys(core.plugins, 0), "Bundler": 1})
        self.assertEqual(picture["store"], {"clients": "repository", "probes": "repository"})
        self.assertEqual(json.loads(json.dumps(picture)), picture)

    def test_builds(self) -> None:
        """The first build of so many is measured; its seconds are told by plugin."""
        core = a_core(self, CONTENTS)
        for _ in range(INTERVAL + 1):
            path = entry(configuration(core), "Path", "/etc/motd")
            self.assertEqual(path.text, "Welcome\n")
        builds = core.picture()["builds"]
        self.assertEqual((builds["count"], builds["measured"]), (INTERVAL + 1, 2))
        self.assertLessEqual({"Bundler", "Cfg"}, set(builds["seconds"]))
        self.assertTrue(all(seconds > 0 for seconds in builds["seconds"].values()))

    def test_measured_failure(self) -> None:
        """An entry that nobody binds is marked in a build that is measured as in any other."""
        core = a_core(self, {"Bundler/lost.xml": bundle_of("/etc/lost")})
        entries = [entry(configuration(core), "Path", "/etc/lost") for _ in range(INTERVAL)]
        failures = {path.get("failure") for path in entries}
        self.assertEqual(failures, {"no matching generator"})
