"""Plugins of a site that do harm, or cannot be used: what is said, and who suffers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.effects import Look
from bcfg2tw.engine.siteplugins import turns
from bcfg2tw.engine.siteplugins.turns import Turns
from tests.builders import (
    CLIENT,
    a_repository,
    bundle_of,
    change,
    metadata_of,
    some_settings,
    write_files,
)
from tests.engine.siteplugins.cases import SitePluginTestCase, data_of, groups_of

ROOT = Path(__file__).parents[3]
STANDIN = ROOT / "tests/upstream/standin"

EVENTS = """
import os
from Bcfg2.Server.Plugin import Plugin, Connector


class Events(Plugin, Connector):
    def __init__(self, core):
        Plugin.__init__(self, core)
        self.events = []
        core.fam.AddMonitor(self.data, self)

    def HandleEvent(self, event):
        if event.filename == "bad":
            raise KeyError("bad luck")
        if event.filename == "worse":
            raise SystemExit(3)
        self.events.append((event.action, os.path.basename(event.filename)))

    def get_additional_data(self, metadata):
        events, self.events = self.events, []
        return events
"""

MUTATING = """
from Bcfg2.Server.Plugin import Plugin, Generator, ClientRunHooks


class Mutating(Plugin, Generator, ClientRunHooks):
    create = False

    def start_client_run(self, metadata):
        metadata.groups.add("from-hook")
        metadata.bundles.clear()

    def HandlesEntry(self, entry, metadata):
        metadata.groups.discard("all")
        return entry.get("name") == "/x"

    def HandleEntry(self, entry, metadata):
        entry.text = ",".join(sorted(metadata.groups))
"""

FIRST = """
from Bcfg2.Server.Plugin import Plugin, Connector
import Bcfg2.Server.Plugins.Second


class First(Plugin, Connector):
    create = False

    def get_additional_data(self, metadata):
        return Bcfg2.Server.Plugins.Second.answer()
"""

SECOND = """
import Bcfg2.Server.Plugins.First


def answer():
    return Bcfg2.Server.Plugins.First.First.__name__
"""

STAR = """
from Bcfg2.Server.Plugin import *
from Bcfg2.Server.Plugins.Probes import *


class Star(Plugin, Connector):
    create = False

    def get_additional_data(self, metadata):
        return isinstance(self.core.plugins["Probes"], Probes)
"""

OUTSIDE = """
import sys
sys.path[:0] = {path!r}
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.settings import Settings

core = NetworkCore(Settings(
    repository={repository!r}, plugins=("Bundler", "Metadata", "Modules"), filemonitor="pseudo"))
core.start()
print(core.build_metadata({client!r}).Modules)
print("Bcfg2" in sys.modules)
import Bcfg2.Server.Plugin
print(Bcfg2.__file__)
core.shutdown()
"""

MODULES = """
import Bcfg2.Server.Plugin
from Bcfg2.Server.Plugin import Plugin, Connector


class Modules(Plugin, Connector):
    create = False

    def get_additional_data(self, metadata):
        import Bcfg2
        return type(Bcfg2).__name__
"""


class EventTests(SitePluginTestCase):
    def test_names(self) -> None:
        """Events have upstream's names: full paths of what is watched, names of what is in it."""
        core = self.core("Events", EVENTS, {"Events/a": "1", "Events/b": "1"})
        first = [("exists", "Events"), ("exists", "a"), ("exists", "b"), ("endExist", "Events")]
        self.assertEqual(data_of(core, "Events"), first)
        os.remove(os.path.join(core.settings.repository, "Events/a"))
        change(core, {"Events/b": "22", "Events/c": "1"})
        later = [("deleted", "a"), ("changed", "b"), ("created", "c")]
        self.assertEqual(data_of(core, "Events"), later)

    def test_failing_handler(self) -> None:
        """What a handler raises is an error with its line; all other events are told."""
        core = self.core("Events", EVENTS, {"Events/a": "1"})
        with self.assertLogs("bcfg2-server", "ERROR") as log:
            change(core, {"Events/bad": "1", "Events/worse": "1", "Events/x": "1"})
        self.assertIn("KeyError: 'bad luck' (", log.output[0])
        self.assertIn("Events.py:14)", log.output[0])
        self.assertIn("it ends nothing here", log.output[1])
        self.assertIn(("created", "x"), data_of(core, "Events"))

    def test_reading_again(self) -> None:
        """Reading the repository again without a change tells nothing."""
        core = self.core("Events", EVENTS, {"Events/a": "1"})
        data_of(core, "Events")
        core.reload(None)
        self.assertEqual(data_of(core, "Events"), [])


class LookTests(SitePluginTestCase):
    def test_nothing_is_made(self) -> None:
        """Where nothing may change, a plugin is made without its folder."""
        self.write_plugins({"Events": EVENTS})
        repository = a_repository(self, {})
        settings = some_settings(repository, plugins=("Bundler", "Metadata", "Events"))
        core = NetworkCore(settings, Look())
        self.addCleanup(core.shutdown)
        core.load_plugins()
        self.assertEqual(core.build_metadata(CLIENT).hostname, CLIENT)
        self.assertIn("Events", core.plugins)
        self.assertFalse(os.path.exists(os.path.join(repository, "Events")))


class MutatingTests(SitePluginTestCase):
    def test_metadata(self) -> None:
        """What a plugin changes in the metadata of a build is gone with the build."""
        contents = {"Bundler/b.xml": bundle_of("/x")}
        core = self.core("Mutating", MUTATING, contents, client_metadata_cache="aggressive")
        for _ in range(2):
            core.configuration(metadata_of(core))
        self.assertEqual(groups_of(core), {"all"})
        self.assertEqual(set(metadata_of(core).bundles), {"b"})
        before = core.build_metadata(CLIENT)
        core.configuration(before)
        self.assertEqual(set(core.build_metadata(CLIENT).groups), {"all"})


class ImportTests(SitePluginTestCase):
    def test_circular(self) -> None:
        """Modules of the site may import each other."""
        self.write_plugins({"First": FIRST, "Second": SECOND})
        self.assertEqual(data_of(self.core_with({}, "First"), "First"), "First")

    def test_star(self) -> None:
        """All names of a module can be imported, and a plugin of the engine looked for."""
        core = self.core("Star", STAR, {"Probes/p": "echo"})
        self.assertTrue(data_of(core, "Star"))

    def test_dotted_package(self) -> None:
        """A dotted name is found on Python's path, with modules beside it that import Bcfg2."""
        base = "from Bcfg2.Server.Plugin import Plugin, Connector\n"
        base += "class Base(Plugin, Connector):\n    create = False\n"
        plugin = "from . import base\nfrom .base import Base\n"
        plugin += "class Ours(Base):\n    def get_additional_data(self, metadata):\n"
        plugin += "        return base.__doc__, self.name\n"
        files = {"ourpkg/__init__.py": "", "ourpkg/base.py": base, "ourpkg/plugin.py": plugin}
        write_files(self.folder, files)
        core = self.core_with({}, "ourpkg.plugin.Ours")
        self.assertEqual(data_of(core, "Ours"), (None, "Ours"))

    def test_installed_bcfg2(self) -> None:
        """An installed Bcfg2 stays what it is for everybody else in the process."""
        self.write_plugins({"Modules": MODULES})
        core = self.core_with({}, "Modules")
        script = OUTSIDE.format(
            path=[str(STANDIN), self.folder, str(ROOT)],
            repository=core.settings.repository,
            client=CLIENT,
        )
        ended = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
        self.assertEqual(ended.returncode, 0, ended.stderr)
        facade, is_imported, path = ended.stdout.splitlines()
        self.assertEqual((facade, is_imported), ("FacadeModule", "False"))
        self.assertTrue(path.startswith(str(STANDIN)), path)


class RefusedTests(SitePluginTestCase):
    def test_python2(self) -> None:
        """Python 2 is refused with file, line, and what to write instead."""
        refusal = self.refusal("Old", "import Bcfg2.Server.Plugin\nprint 'hello'\n")
        self.assertIn("Old.py:2: ", refusal)
        self.assertIn("`print x` is `print(x)` in Python 3", refusal)

    def test_module_that_is_gone(self) -> None:
        """A module that only Python 2 has is named with its new name."""
        self.assertIn("urllib.request in Python 3", self.refusal("Old", "import urllib2\n"))

    def test_missing_library(self) -> None:
        """What a plugin needs and is not installed is named."""
        refusal = self.refusal("Needy", "import Bcfg2.Server.Plugin\nimport no_such_library\n")
        self.assertIn("No module named 'no_such_library'", refusal)
        self.assertIn("Needy.py:2): install what it needs", refusal)

    def test_part_of_bcfg2(self) -> None:
        """A part of Bcfg2 that is not there is named, with what there is."""
        text = "from Bcfg2.Server.Plugins.Probes import ProbeSet\n"
        self.assertIn("Plugins.Probes has no ProbeSet here", self.refusal("Parts", text))
        refusal = self.refusal("More", "import Bcfg2.Server.Reports\n")
        self.assertIn("that part of Bcfg2 is not here", refusal)

    def test_no_plugin(self) -> None:
        """A file without its class, or with one that is no plugin, is refused."""
        self.assertIn("has no class Nothing", self.refusal("Nothing", "import Bcfg2\n"))
        self.assertIn("does not derive from", self.refusal("Bare", "class Bare: pass\n"))

    def test_derived_from_the_engine(self) -> None:
        """A class that derives from a plugin of the engine, or replaces Metadata, is refused."""
        text = "from Bcfg2.Server.Plugins.Probes import Probes\nclass More(Probes): pass\n"
        self.assertIn("derives from a plugin of this server", self.refusal("More", text))
        text = "from Bcfg2.Server.Plugin import *\nclass Names(Plugin, Metadata): pass\n"
        self.assertIn("takes the place of Metadata", self.refusal("Names", text))

    def test_failing_constructor(self) -> None:
        """A constructor that fails ends the start with its line, or is passed over if asked."""
        text = "from Bcfg2.Server.Plugin import Plugin\nclass Bad(Plugin):\n"
        text += "    def __init__(self, core):\n        1 / 0\n"
        self.assertIn("Bad.py:4", self.refusal("Bad", text))
        with self.assertLogs("bcfg2-server", "ERROR") as log:
            core = self.core_with({}, "Bad", lenient_plugins=True)
        self.assertIn("ZeroDivisionError", "\n".join(log.output))
        self.assertNotIn("Bad", core.plugins)

    def test_bad_option(self) -> None:
        """An option that cannot be used is refused with its place."""
        text = "import Bcfg2.Options\nfrom Bcfg2.Server.Plugin import Plugin\n"
        text += "class Numbers(Plugin):\n    options = [Bcfg2.Options.Option(\n"
        text += '        cf=("numbers", "most"), type=int)]\n'
        text += "    def __init__(self, core):\n        Plugin.__init__(self, core)\n"
        text += "        self.most = Bcfg2.Options.setup.most\n"
        refusal = self.refusal("Numbers", text, file={"numbers": {"most": "many"}})
        self.assertIn("[numbers] most", refusal)
        self.assertIn("'many' cannot be used", refusal)

    def test_name_of_the_engine(self) -> None:
        """A file that has the name of the engine's plugin is not used, and that is said."""
        self.write_plugins({"Rules": "raise Exception('not me')\n"})
        with self.assertLogs("bcfg2-server", "WARNING") as log:
            core = self.core_with({"Rules/r.xml": "<Rules priority='1'/>"})
        self.assertIn("Rules.py is not used", "\n".join(log.output))
        self.assertEqual(type(core.plugins["Rules"]).__module__, "bcfg2tw.engine.plugins.rules")


class TurnsTests(SynchronousTestCase):
    def test_change_waits(self) -> None:
        """A change of files waits for the call that runs, and calls wait for the change."""
        in_call, go_on, order = threading.Event(), threading.Event(), []
        plugin_turns = Turns("Slow")

        def call() -> None:
            with plugin_turns.calling(), plugin_turns.calling():
                in_call.set()
                go_on.wait(10)
                order.append("call")

        def change_files() -> None:
            with plugin_turns.changing(), plugin_turns.calling():
                order.append("change")

        threads = [threading.Thread(target=target) for target in (call, change_files)]
        threads[0].start()
        in_call.wait(10)
        threads[1].start()
        go_on.set()
        for thread in threads:
            thread.join(10)
        self.assertEqual(order, ["call", "change"])

    def test_call_that_hangs(self) -> None:
        """A call that hangs keeps no change off for good."""
        self.patch(turns, "PATIENCE_SECONDS", 0.05)
        in_call, go_on = threading.Event(), threading.Event()
        plugin_turns = Turns("Slow")

        def call() -> None:
            with plugin_turns.calling():
                in_call.set()
                go_on.wait(10)

        thread = threading.Thread(target=call)
        thread.start()
        in_call.wait(10)
        with self.assertLogs("bcfg2-server", "WARNING") as log, plugin_turns.changing():
            go_on.set()
        thread.join(10)
        self.assertIn("Plugin Slow: its calls took more than", log.output[0])
