"""Which class a plugin's name stands for, and what becomes of names that stand for none."""

from __future__ import annotations

import os
import sys

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.absent import ABSENT
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import Connector, Metadata, Probing
from bcfg2tw.engine.plugin.registry import (
    ENTRY_POINTS,
    SHIPPED,
    plugin_class,
    plugin_classes,
    without_silent,
)
from bcfg2tw.errors import CoreInitError
from tests.builders import a_core, a_repository, configuration, some_settings, write_files

#: What Bcfg2 1.3 and 1.4 came with.
BCFG2 = """
    ACL AWSTags Account Base Bundler Bzr Cfg Cvs DBStats Darcs Decisions Defaults Deps Editor
    FileProbes Fossil Git GroupLogic GroupPatterns Guppy Hg Hostbase Ldap Metadata NagiosGen Ohai
    POSIXCompat Packages Pkgmgr Probes Properties PuppetENC Reporting Rules SEModules SSHbase
    SSLCA ServiceCompat Snapshots Statistics Svn Svn2 TCheetah TGenshi TemplateHelper Trigger
"""

PLUGIN = (
    "from bcfg2tw.engine.plugin.base import Plugin\nclass {name}(Plugin):\n    create = False\n"
)


class RegistryTestCase(SynchronousTestCase):
    """Has a folder on Python's path for the plugins of a site."""

    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        os.mkdir(self.folder)
        self.patch(sys, "path", [self.folder, *sys.path])
        before = set(sys.modules)
        self.addCleanup(lambda: [sys.modules.pop(name) for name in set(sys.modules) - before
                                 if name.startswith("site_")])  # fmt: skip

    def refused(self, name: str) -> str:
        """Return the one line of the log about a name that cannot be used."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(plugin_classes([name]), [])
        (record,) = logs.records
        return record.getMessage()


class ShippedTests(RegistryTestCase):
    """Plugins that come with the engine, and those that do not."""

    def test_all_load(self) -> None:
        """Every name stands for a class of that name."""
        for name in SHIPPED:
            self.assertEqual(plugin_class(name).name, name)

    def test_order(self) -> None:
        """Classes come in the order of the names, each once."""
        names = [one.name for one in plugin_classes(["Rules", "Cfg", "Rules"])]
        self.assertEqual(names, ["Rules", "Cfg"])

    def test_silent(self) -> None:
        """Plugins without metadata and probes of clients are told without importing them."""
        telling = (Connector, Metadata, Probing)
        expected = [name for name in SHIPPED if issubclass(plugin_class(name), telling)]
        names = [*SHIPPED, "site_a.b.X"]
        self.assertEqual(without_silent(names), (*expected, "site_a.b.X"))

    def test_absent(self) -> None:
        """A plugin that there is no more is refused with what to do instead."""
        for name, remedy in ABSENT.items():
            self.assertEqual(self.refused(name), f"Plugin {name} cannot be used: {remedy}")

    def test_no_name_forgotten(self) -> None:
        """Every plugin that Bcfg2 came with is there, or refused with what to do instead."""
        self.assertEqual(set(BCFG2.split()) - SHIPPED.keys() - ABSENT.keys(), set())

    def test_nothing_twice(self) -> None:
        """No name is both there and absent."""
        self.assertEqual(ABSENT.keys() & SHIPPED.keys(), set())

    def test_unknown(self) -> None:
        """A name that nobody knows is refused with what there is."""
        message = self.refused("Bundlre")
        self.assertIn("Plugin Bundlre cannot be used: there is no plugin of this name", message)
        self.assertIn("Bundler", message)
        self.assertIn(ENTRY_POINTS, message)

    def test_others_go_on(self) -> None:
        """A server starts and serves without the plugins that cannot be used."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = a_core(
                self,
                {"Bundler/b.xml": "<Bundle><BoundPackage name='p'/></Bundle>"},
                plugins=("Bundler", "Metadata", "Svn2", "site_nowhere.Nothing"),
                lenient_plugins=True,
            )
        self.assertEqual(list(core.plugins), ["Bundler", "Metadata", "DefaultACL"])
        self.assertEqual(len(list(configuration(core).iter("Package"))), 1)


class StartTests(RegistryTestCase):
    """A start with a plugin that cannot be used, which ends with a sentence."""

    REMEDY = "or start without it by [bcfg2tw] lenient_plugins = yes"

    def refusal(self, *names: str) -> str:
        """Return the sentence that a start with further plugins ends with."""
        settings = some_settings(a_repository(self, {}), plugins=("Bundler", "Metadata", *names))
        error = self.assertRaises(CoreInitError, NetworkCore(settings).start)
        self.assertEqual(str(error).count("\n"), 0)
        self.assertIn(self.REMEDY, str(error))
        return str(error)

    def test_typo(self) -> None:
        """A name that nobody knows is told with the one that was meant."""
        for name, meant in (("Bundlr", "Bundler"), ("cfg", "Cfg"), ("Propertys", "Properties")):
            self.assertIn(
                f"[server] plugins: {name} cannot be used: there is no plugin of this name: did "
                f"you mean {meant}?",
                self.refusal(name),
            )

    def test_blanks(self) -> None:
        """Names that blanks separate are told to be separated by commas."""
        self.assertIn("Cfg Rules cannot be used: separate plugins by c", self.refusal("Cfg Rules"))

    def test_import(self) -> None:
        """A module that fails is told with what it raised and where."""
        write_files(self.folder, {"site_broken.py": "import os\n1 / 0\n"})
        self.assertIn(
            "site_broken.X cannot be used: ZeroDivisionError: division by zero "
            f"({self.folder}/site_broken.py:2)",
            self.refusal("site_broken.X"),
        )

    def test_refuses(self) -> None:
        """A plugin that cannot be used as it is set up ends the start with its reason."""
        write_files(
            self.folder,
            {
                "site_picky.py": PLUGIN.format(name="Picky")
                + "    def __init__(self, core, files, previous=None):\n"
                "        from bcfg2tw.errors import PluginInitError\n"
                "        raise PluginInitError('the moon is full')\n"
            },
        )
        self.assertIn("Picky cannot be used: the moon is full; ", self.refusal("site_picky.Picky"))

    def test_dropped(self) -> None:
        """What Bcfg2 dropped is a line in the log alone."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = a_core(self, {}, plugins=("Bundler", "Metadata", "Statistics", "Snapshots"))
        self.assertEqual(len(logs.records), 2)
        self.assertEqual(list(core.plugins), ["Bundler", "Metadata", "DefaultACL"])


class DottedTests(RegistryTestCase):
    """Plugins given as MODULE.CLASS."""

    def test_found(self) -> None:
        """A class is found on Python's path, in a package too."""
        write_files(self.folder, {"site_a/__init__.py": "", "site_a/b.py": PLUGIN.format(name="X")})
        self.assertEqual(plugin_class("site_a.b.X").name, "X")

    def test_name_taken(self) -> None:
        """Of two plugins of one name the first is used; the log names the other."""
        write_files(self.folder, {"site_r.py": PLUGIN.format(name="Rules")})
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            (found,) = plugin_classes(["Rules", "site_r.Rules"])
        self.assertNotEqual(found.__module__, "site_r")
        self.assertIn("Plugin site_r.Rules cannot be used: another one", logs.output[0])

    def test_no_module(self) -> None:
        """A module that is not on the path is named, with the remedy."""
        self.assertEqual(
            self.refused("site_none.x.X"),
            "Plugin site_none.x.X cannot be used: No module named 'site_none'; [server] plugins "
            "names site_none.x.X, so site_none.x must be on Python's path",
        )

    def test_missing_library(self) -> None:
        """A module that needs something that is not installed says so."""
        write_files(self.folder, {"site_needy.py": "import site_library.part\n"})
        self.assertEqual(
            self.refused("site_needy.X"),
            "Plugin site_needy.X cannot be used: site_needy needs site_library, which is not "
            "installed",
        )

    def test_upstream(self) -> None:
        """A plugin that needs a part of upstream Bcfg2 which is not here is refused with that."""
        write_files(self.folder, {"site_old.py": "import Bcfg2.Server.Reports\n"})
        self.assertIn("that part of Bcfg2 is not here", self.refused("site_old.X"))

    def test_broken_module(self) -> None:
        """A module that fails is named with the reason, and its traceback is in the log."""
        write_files(self.folder, {"site_broken.py": "1 / 0\n"})
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(plugin_classes(["site_broken.X"]), [])
        self.assertIn("Plugin site_broken.X cannot be used: division by zero", logs.output[0])
        self.assertIn("site_broken.py", logs.output[0])

    def test_no_plugin(self) -> None:
        """What is there but is no plugin's class is refused."""
        write_files(self.folder, {"site_other.py": "X = 1\n"})
        self.assertIn("no class derived from bcfg2tw's Plugin but 1", self.refused("site_other.X"))
        self.assertIn("site_other has no class Y", self.refused("site_other.Y"))

    def test_abstract(self) -> None:
        """A plugin that lacks a method of its role is named in the log with the method."""
        write_files(
            self.folder,
            {
                "site_lazy.py": "from bcfg2tw.engine.plugin.base import Plugin\n"
                "from bcfg2tw.engine.plugin.interfaces import Structure\n"
                "class Lazy(Plugin, Structure):\n    pass\n"
            },
        )
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = a_core(
                self, {}, plugins=("Bundler", "Metadata", "site_lazy.Lazy"), lenient_plugins=True
            )
        self.assertNotIn("Lazy", core.plugins)
        self.assertIn("Lazy", logs.output[0])
        self.assertIn("BuildStructures", logs.output[0])

    def test_refuses_to_start(self) -> None:
        """A plugin that cannot be used as it is set up is named in the log with its reason."""
        write_files(
            self.folder,
            {
                "site_picky.py": PLUGIN.format(name="Picky")
                + "    def __init__(self, core, files, previous=None):\n"
                "        from bcfg2tw.errors import PluginInitError\n"
                "        raise PluginInitError('the moon is full')\n"
            },
        )
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            a_core(
                self, {}, plugins=("Bundler", "Metadata", "site_picky.Picky"), lenient_plugins=True
            )
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            ["Failed to instantiate plugin Picky: the moon is full"],
        )


class EntryPointTests(RegistryTestCase):
    """Plugins that installed distributions announce."""

    def announce(self, *lines: str) -> None:
        """Install a distribution with entry points."""
        write_files(
            self.folder,
            {
                "site_dist-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: site-dist\n"
                "Version: 1.0\n",
                "site_dist-1.0.dist-info/entry_points.txt": "\n".join(
                    (f"[{ENTRY_POINTS}]", *lines)
                ),
            },
        )

    def test_found(self) -> None:
        """A plugin is found by the name of its entry point."""
        write_files(self.folder, {"site_own.py": PLUGIN.format(name="Own")})
        self.announce("Own = site_own:Own")
        self.assertTrue(issubclass(plugin_class("Own"), Plugin))

    def test_before_ours(self) -> None:
        """A distribution's plugin takes the place of ours of the same name."""
        write_files(self.folder, {"site_rules.py": PLUGIN.format(name="Rules")})
        self.announce("Rules = site_rules:Rules")
        self.assertEqual(plugin_class("Rules").__module__, "site_rules")

    def test_broken(self) -> None:
        """One that cannot be imported is named in the log with its reason."""
        self.announce("Own = site_gone:Own")
        self.assertIn("Plugin Own cannot be used: No module named 'site_gone'", self.refused("Own"))

    def test_no_attribute(self) -> None:
        """One whose class is not there is refused."""
        write_files(self.folder, {"site_own.py": ""})
        self.announce("Own = site_own:Own")
        self.assertIn("site_own has no class Own", self.refused("Own"))
