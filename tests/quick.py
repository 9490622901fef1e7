"""
The tests of `run.py test --quick`: those that start no process and serve no conformance case.

A module of tests is left out if it, or a module of `tests` that it imports, imports one of
`TOO_SLOW`. So a new module needs no entry here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from twisted.trial.runner import TestLoader
from twisted.trial.unittest import TestSuite

TESTS = Path(__file__).parent
TOO_SLOW = frozenset({"subprocess", "twisted.internet.utils", "tests.conformance.case"})


def testSuite() -> TestSuite:
    """Return the tests; trial calls this for `trial tests.quick`."""
    loader = TestLoader()
    return TestSuite([loader.loadByName(name) for name in quick_modules()])


def quick_modules() -> list[str]:
    """Return the dotted names of the modules, sorted."""
    paths = sorted(TESTS.rglob("test_*.py"))
    names = (".".join(path.relative_to(TESTS.parent).with_suffix("").parts) for path in paths)
    return [name for name in names if is_quick(name)]


@cache
def is_quick(module: str) -> bool:
    """Tell whether a module of `tests` has nothing to do with what takes long."""
    imported = set(_imports(module))
    return not imported & TOO_SLOW and all(is_quick(name) for name in imported if _is_ours(name))


def _is_ours(name: str) -> bool:
    """Tell whether a name that is imported is a module of `tests`."""
    path = TESTS.parent.joinpath(*name.split("."))
    return name.startswith("tests.") and (path.is_dir() or path.with_suffix(".py").exists())


def _imports(module: str) -> Iterator[str]:
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None
    for node in ast.walk(ast.parse(Path(spec.origin).read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
