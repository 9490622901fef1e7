"""Python files of the repository, run as modules."""

from __future__ import annotations

import os
import sys
from types import ModuleType

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.repository.listing import stamp_of
from bcfg2tw.engine.repository.source import Dependencies, Source
from bcfg2tw.engine.templates.python_files import (
    PREFIX,
    load_module,
    located,
    place_of,
    with_diagnosis,
)
from bcfg2tw.errors import RepositoryError
from bcfg2tw.settings import Settings


class PythonFilesCase(SynchronousTestCase):
    """Tests with one file."""

    def setUp(self) -> None:
        """Choose the file."""
        self.path = os.path.abspath(self.mktemp() + ".py")
        self.addCleanup(sys.modules.pop, PREFIX + self.path, None)

    def load(self, text: str, provided: dict[str, ModuleType] | None = None) -> ModuleType:
        """Write the file and run it."""
        with open(self.path, "w", encoding="utf-8") as stream:
            stream.write(text)
        stamp = stamp_of(self.path)
        assert stamp is not None
        source = Source(self.path, "a.py", stamp, Settings(), Dependencies())
        return load_module(source, "Plugin", provided)

    def problem(self, text: str) -> RepositoryError:
        """Return why the file cannot be run."""
        error: RepositoryError = self.assertRaises(RepositoryError, self.load, text)
        return error


class LoadingTests(PythonFilesCase):
    def test_provided(self) -> None:
        """A file can import what it is given, in every way, and everything else as usual."""
        inner, outer = ModuleType("one.two"), ModuleType("other")
        inner.value = 3  # type: ignore[attr-defined]  # it is made here
        module = self.load(
            "import one.two\nimport other\nimport os.path\nfrom one.two import value\n"
            "a = one.two.value\nb = os.path.join('x', 'y')\n"
            "def later():\n    from one.two import value\n    return value\n",
            {"one.two": inner, "other": outer},
        )
        self.assertEqual((module.a, module.value, module.later()), (3, 3, 3))
        self.assertEqual((module.b, module.other), ("x/y", outer))
        self.assertNotIn("one.two", sys.modules)

    def test_package_and_module(self) -> None:
        """A plain import of a dotted name binds the given package."""
        package, inner = ModuleType("p"), ModuleType("p.q")
        package.q = inner  # type: ignore[attr-defined]  # it is made here
        module = self.load("import p\nimport p.q\n", {"p": package, "p.q": inner})
        self.assertIs(module.p, package)

    def test_failure_keeps_the_last_one(self) -> None:
        """Python goes on to know the module that ran last without a failure."""
        first = self.load("x = 1\n")
        self.problem("1 / 0\n")
        self.assertIs(sys.modules[PREFIX + self.path], first)
        second = self.load("x = 3\n")
        self.assertIs(sys.modules[PREFIX + self.path], second)

    def test_exit(self) -> None:
        """A file that wants to end the server does not."""
        self.assertIn("SystemExit: 3", str(self.problem("import sys\nsys.exit(3)\n")))
        self.assertIn("GeneratorExit", str(self.problem("raise GeneratorExit\n")))

    def test_lines(self) -> None:
        """What is wrong is named with the file's line, also where another module raises it."""
        for text, line, reason in (
            ("x = 1\n  y = 2\n", 2, "IndentationError: unexpected indent"),
            ("import json\n\njson.loads('{')\n", 3, "JSONDecodeError: "),
            ("def f():\n    raise KeyError\nf()\n", 2, "KeyError"),
        ):
            problem = self.problem(text)
            self.assertEqual((problem.line, problem.path), (line, self.path))
            self.assertIn(f"Plugin: Failed to import {self.path}: ", problem.reason)
            self.assertIn(reason, problem.reason)
        self.assertIn("null bytes", self.problem("x = '\0'\n").reason)

    def test_python_2(self) -> None:
        """Python 2 is named; names that it had and that mean the same are there."""
        problem = self.problem("x = 1\nprint x\n")
        self.assertEqual(problem.line, 2)
        self.assertIn("`print x` is `print(x)` in Python 3", problem.reason)
        self.assertEqual(self.load("x = [unicode, long, xrange(1)[0]]\n").x, [str, int, 0])


class PlaceTests(PythonFilesCase):
    def failure(self, text: str, kind: type[Exception]) -> Exception:
        """Return what the file's function raises."""
        error: Exception = self.assertRaises(kind, self.load(text).f)
        return error

    def test_place(self) -> None:
        """The innermost line of a module of the repository is the place."""
        error = self.failure(
            "import json\ndef f():\n    g()\ndef g():\n    json.loads('{')\n", ValueError
        )
        self.assertEqual(place_of(error), f"{self.path}:5")
        self.assertEqual(located("it failed", error), f"it failed, in {self.path}:5")
        self.assertEqual(with_diagnosis("it failed", error), "it failed")

    def test_diagnosis(self) -> None:
        """What of Python 2 it is comes with its place, and the place comes once."""
        error = self.failure("def f():\n    return {}.iteritems()\n", AttributeError)
        reason = with_diagnosis("it failed", error)
        self.assertEqual(
            reason, f"it failed (`iteritems()` is `items()` in Python 3; {self.path}:2)"
        )
        self.assertEqual(located(reason, error), reason)

    def test_elsewhere(self) -> None:
        """What failed elsewhere has no place in the repository."""
        error = self.assertRaises(ZeroDivisionError, lambda: 1 / 0)
        self.assertIsNone(place_of(error))
        self.assertEqual(located("it failed", error), "it failed")
