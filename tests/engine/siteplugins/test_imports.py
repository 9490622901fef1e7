"""Plugins of a site that import by hand."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

from tests.builders import write_files
from tests.engine.siteplugins.cases import SitePluginTestCase, data_of

ROOT = Path(__file__).parents[3]
STANDIN = ROOT / "tests/upstream/standin"

SHELVES = {
    "shelves/__init__.py": """
import importlib
from importlib import import_module, util

Plugin = import_module("Bcfg2.Server.Plugin")
tool = importlib.import_module(".tool", __package__)


class Shelves(Plugin.Plugin, Plugin.Connector):
    create = False

    def get_additional_data(self, metadata):
        import shelves.tool
        import Bcfg2.Options
        import Bcfg2.Server.Plugins.Probes
        return {
            "tools": [module is shelves.tool for module in (
                tool, import_module("shelves.tool"), import_module(__name__ + ".tool"),
                import_module(".tool", __name__), __import__("shelves.tool").tool,
                __import__("tool", globals(), fromlist=["x"], level=1))],
            "names": [module is Bcfg2.Options for module in (
                import_module("Bcfg2.Options"), import_module("..Options", "Bcfg2.Server"),
                getattr(__import__("Bcfg2", fromlist=["Options"]), "Options"),
                importlib.__import__("Bcfg2.Options").Options,
                import_module("importlib").import_module("Bcfg2.Options"), tool.options(),
                import_module("shelf_beside").OPTIONS)],
            "probes": import_module("Bcfg2.Server.Plugins.Probes").Probes
            is Bcfg2.Server.Plugins.Probes.Probes,
            "others": [
                import_module("json").__name__, import_module("ConfigParser").__name__,
                importlib.util.find_spec("json").name, util.find_spec("json").name,
                import_module("xml.dom").__name__, import_module(".dom", "xml").__name__],
        }
""",
    "shelves/tool.py": """
def options():
    from importlib import import_module
    return import_module("Bcfg2.Options")
""",
    "shelf_beside.py": 'OPTIONS = __import__("Bcfg2.Options").Options\n',
}

MISTAKES = """
from importlib import import_module
from Bcfg2.Server.Plugin import Plugin, Connector


class Mistakes(Plugin, Connector):
    create = False

    def get_additional_data(self, metadata):
        return [self.failure(*words) for words in (
            ("no_such",), ("",), (".x",), ("..x", "json"), ("Bcfg2.Nothing",))]

    def failure(self, *words):
        try:
            import_module(*words)
        except Exception as error:
            return "%s: %s" % (type(error).__name__, error)
"""

#: Has a plugin import by hand, and then looks at what everybody else gets.
OUTSIDE = """
import importlib, sys
sys.path[:0] = {path!r}
from bcfg2tw.engine.siteplugins.package import package_for
from tests.builders import some_settings
site = package_for(some_settings({folder!r})).load("shelves")
print(site.Plugin.__class__.__name__, site.importlib is importlib)
print(sys.modules["importlib"] is importlib, "Bcfg2" in sys.modules)
print(importlib.import_module("Bcfg2").__file__)
print(site.import_module("Bcfg2.Server.Plugin") is site.Plugin)
"""


class ByHandTests(SitePluginTestCase):
    def test_same_names(self) -> None:
        """A plugin gets by hand what an `import` statement gives, and all else as ever."""
        write_files(self.folder, SHELVES)
        data = data_of(self.core_with({}, "shelves.Shelves"), "Shelves")
        self.assertEqual(data["tools"], [True] * 6)
        self.assertEqual(data["names"], [True] * 7)
        self.assertTrue(data["probes"])
        others = ["json", "configparser", "json", "json", "xml.dom", "xml.dom"]
        self.assertEqual(data["others"], others)

    def test_refusals(self) -> None:
        """What cannot be imported is refused as Python itself does."""
        data = data_of(self.core("Mistakes", MISTAKES, {}), "Mistakes")
        python = []
        for words in (("no_such",), ("",), (".x",), ("..x", "json")):
            try:
                importlib.import_module(*words)
            except (ImportError, TypeError, ValueError) as error:
                python.append(f"{type(error).__name__}: {error}")
        python.append("ModuleNotFoundError: No module named 'Bcfg2.Nothing'")
        self.assertEqual(data, python)

    def test_nobody_else(self) -> None:
        """An installed Bcfg2, and Python's importlib, stay what they are for everybody else."""
        write_files(self.folder, SHELVES)
        path = [str(STANDIN), self.folder, str(ROOT)]
        script = OUTSIDE.format(path=path, folder=self.folder)
        ended = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
        self.assertEqual(ended.returncode, 0, ended.stderr)
        kinds, state, path_of_bcfg2, is_same = ended.stdout.splitlines()
        self.assertEqual((kinds, state), ("FacadeModule False", "True False"))
        self.assertTrue(path_of_bcfg2.startswith(str(STANDIN)), path_of_bcfg2)
        self.assertEqual(is_same, "True")
