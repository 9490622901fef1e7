"""TemplateHelper: Python modules of the repository for templates."""

from __future__ import annotations

import sys
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import a_core, change, configuration, entry

GENSHI = 'xmlns:py="http://genshi.edgewall.org/"'


class HelperCase(SynchronousTestCase):
    """Tests with a core that has modules, and a template that uses them."""

    def core(self, files: dict[str, str], template: str = "", bundle: str = "") -> NetworkCore:
        """Return a core with modules, a Genshi template for /etc/t and a bundle."""
        modules = {f"TemplateHelper/{name}": text for name, text in files.items()}
        return a_core(
            self,
            {
                "Bundler/b.xml": f'<Bundle {GENSHI}><Path name="/etc/t"/>{bundle}</Bundle>',
                "Cfg/etc/t/t.genshi": template,
                **modules,
            },
        )

    def helpers(self, core: NetworkCore) -> Any:
        """Return what templates see."""
        return core.build_metadata("client.example.test").TemplateHelper  # type: ignore[attr-defined]

    def path(self, core: NetworkCore) -> Any:
        """Return the entry that the template is for."""
        return entry(configuration(core), "Path", "/etc/t")


class ModuleTests(HelperCase):
    def test_exports(self) -> None:
        """What `__export__` and `__default__` name is an attribute, and nothing else."""
        core = self.core(
            {
                "sub/a.py": "__export__ = ('x',)\n__default__ = ['y']\nx, y, z = 1, 2, 3\n",
            }
        )
        helper = self.helpers(core)["a"]
        self.assertEqual((helper.x, helper.y), (1, 2))
        self.assertTrue(helper.name.endswith("TemplateHelper/sub/a.py"))
        error = self.assertRaises(AttributeError, lambda: helper.z)
        self.assertIn("sub/a.py does not export z", str(error))

    def test_defaults(self) -> None:
        """Default names are variables of text and of XML templates."""
        core = self.core(
            {"a.py": "__export__ = []\n__default__ = ['shout']\ndef shout(x): return x.upper()\n"},
            "${shout('hi')}",
            "<BoundPackage name=\"${shout('p')}\"/>",
        )
        self.assertEqual(self.path(core).text, "HI")
        self.assertEqual(entry(configuration(core), "Package", "P").get("name"), "P")

    def test_reserved(self) -> None:
        """Names that helpers or templates have already are left out with a warning, once."""
        with self.assertLogs("TemplateHelper", "WARNING") as logs:
            core = self.core(
                {
                    "a.py": "__export__ = ['core', '__init__', 'gone', 'x']\n"
                    "__default__ = ['path', 'name']\ncore = name = path = x = 1\n"
                },
                "${path.rpartition('/')[2]}",
            )
            self.assertEqual(self.path(core).text, "t.genshi")
        texts = [line.split("a.py", 1)[1] for line in logs.output]
        self.assertEqual(
            texts,
            [
                ": core is a reserved keyword, skipping export",
                ": __init__ is a reserved keyword, skipping export",
                " exports gone, but has no such attribute",
                ": name is a reserved keyword, skipping export",
                ": path is a variable of every template, not adding as default",
                ": name is a variable of every template, not adding as default",
            ],
        )
        helper = self.helpers(core)["a"]
        self.assertEqual((helper.x, helper.path), (1, 1))
        self.assertFalse(hasattr(helper, "core"))

    def test_same_default(self) -> None:
        """Of two defaults of one name the first module's counts; the log names the other."""
        text = "__export__ = []\n__default__ = ['v']\nv = {!r}\n"
        with self.assertLogs("TemplateHelper", "WARNING") as logs:
            core = self.core({"a.py": text.format("a"), "b.py": text.format("b")}, "$v")
        self.assertEqual(len(logs.output), 1)
        self.assertIn("that of", logs.output[0])
        self.assertIn("b.py is not used", logs.output[0])
        self.assertEqual(self.path(core).text, "a")

    def test_same_module(self) -> None:
        """Of two modules of one name the first counts; the log names the other."""
        with self.assertLogs("TemplateHelper", "WARNING") as logs:
            core = self.core(
                {"a.py": "__export__ = ['x']\nx = 1\n", "s/a.py": "__export__ = ['x']\nx = 2\n"}
            )
        self.assertIn("s/a.py is not used: there is", logs.output[0])
        self.assertEqual(self.helpers(core)["a"].x, 1)

    def test_other_files(self) -> None:
        """Compiled files are passed over in silence; other files are named in the log."""
        with self.assertLogs("TemplateHelper", "ERROR") as logs:
            self.core({"__pycache__/a.pyc": "", "a.pyo": "", "readme.txt": ""})
        self.assertEqual(len(logs.output), 1)
        self.assertIn("readme.txt; ignoring", logs.output[0])

    def test_reload(self) -> None:
        """A module that changes is imported again, and names that it dropped are gone."""
        core = self.core({"a.py": "__export__ = ['x', 'y']\nx = y = 1\n"})
        change(core, {"TemplateHelper/a.py": "__export__ = ['x']\nx = y = 22\n"})
        helper = self.helpers(core)["a"]
        self.assertEqual((helper.x, hasattr(helper, "y")), (22, False))

    def test_imported_once(self) -> None:
        """A module runs once, whatever the number of clients, and not because another changes."""
        core = self.core({"a.py": "__export__ = ['x']\nx = object()\n"})
        first = self.helpers(core)["a"].x
        change(core, {"TemplateHelper/b.py": "__export__ = []\n"})
        self.assertIs(self.helpers(core)["a"].x, first)

    def test_dataclasses(self) -> None:
        """Modules can do what asks Python for the module of a class."""
        core = self.core(
            {
                "a.py": "from __future__ import annotations\n"
                "import typing\nfrom dataclasses import dataclass\n"
                "__export__ = ['D', 'hints']\n"
                "@dataclass\nclass D:\n    x: int = 3\n"
                "def hints(): return typing.get_type_hints(D)\n"
            }
        )
        helper = self.helpers(core)["a"]
        self.assertEqual((helper.D().x, helper.hints()), (3, {"x": int}))


class FailureTests(HelperCase):
    def broken(self, text: str) -> tuple[str, NetworkCore]:
        """Return what the log says of a module, and the core."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = self.core({"a.py": text}, "${metadata.TemplateHelper['a'].x}")
        self.assertEqual(len(logs.output), 1)
        return logs.output[0], core

    def test_import_error(self) -> None:
        """A module that cannot be imported is reported with its line; templates say why."""
        said, core = self.broken("__export__ = ['x']\n\nimport no_such_module\n")
        self.assertIn("a.py:3: TemplateHelper: Failed to import ", said)
        self.assertIn("ModuleNotFoundError: No module named 'no_such_module'", said)
        self.assertIn("No module named 'no_such_module'", self.path(core).get("failure"))
        self.assertNotIn(f"bcfg2 repository {self.helpers(core)['a'].name}", sys.modules)

    def test_last_good_state(self) -> None:
        """A module that breaks keeps its last good state."""
        core = self.core({"a.py": "__export__ = ['x']\nx = 1\n"})
        for text in ("1 / 0\n", "x = 2\n", "__export__ = 'x'\nx = 2\n", "import sys\nsys.exit()\n"):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                change(core, {"TemplateHelper/a.py": text})
            self.assertIn("its last good state stays in service", logs.output[0])
            self.assertEqual(self.helpers(core)["a"].x, 1)

    def test_no_export(self) -> None:
        """A module without `__export__` is there, and exports nothing."""
        said, core = self.broken("x = 1\n")
        self.assertIn("a.py has no __export__ list", said)
        self.assertIn("has no __export__ list", self.path(core).get("failure"))

    def test_python_2_syntax(self) -> None:
        """A module in Python 2 is reported with the construct and its line."""
        said, _ = self.broken("__export__ = ['x']\ntry:\n    pass\nexcept KeyError, e:\n    pass\n")
        self.assertIn("a.py:4: ", said)
        self.assertIn("`except A, b` is `except A as b` in Python 3", said)

    def test_python_2_module(self) -> None:
        """A module that imports what is called otherwise now is reported with the new name."""
        said, _ = self.broken("__export__ = ['x']\nimport urllib2\n")
        self.assertIn("a.py:2: ", said)
        self.assertIn("the module urllib2 is urllib.request in Python 3", said)

    def test_python_2_names(self) -> None:
        """Names of Python 2 that mean the same are there, also inside functions."""
        core = self.core(
            {
                "a.py": "__export__ = ['f']\nTYPES = (unicode, basestring, long)\n"
                "def f(): return [isinstance('a', TYPES), list(xrange(2)), unichr(97)]\n"
            },
            "${metadata.TemplateHelper['a'].f()}",
        )
        self.assertEqual(self.helpers(core)["a"].f(), [True, [0, 1], "a"])

    def test_python_2_when_called(self) -> None:
        """A function that fails for Python 2 is named with construct and line."""
        core = self.core(
            {"a.py": "__export__ = ['f']\ndef f(d):\n    return d.has_key(1)\n"},
            "\n${metadata.TemplateHelper['a'].f({})}",
        )
        failure = self.path(core).get("failure")
        self.assertIn("`d.has_key(k)` is `k in d` in Python 3", failure)
        self.assertIn("TemplateHelper/a.py:3", failure)

    def test_called(self) -> None:
        """A function that fails is in the log with its file and line, and the template's."""
        core = self.core(
            {"a.py": "__export__ = ['f']\ndef f():\n\n    return 1 / 0\n"},
            "\n${metadata.TemplateHelper['a'].f()}",
        )
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            failure = self.path(core).get("failure")
        self.assertNotIn("a.py", failure)
        said = next(line for line in logs.output if "its variables are" in line)
        self.assertIn("t.genshi:2: ", said)
        self.assertIn(", in ", said)
        self.assertIn("TemplateHelper/a.py:4", said)
