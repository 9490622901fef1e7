"""The folders are the architecture: imports go one way, from the network down to the files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import bcfg2tw

ROOT = Path(bcfg2tw.__file__).parent

#: From the top down: a module imports from its own line and from those below it only.
LAYERS = (
    ("cli",),
    ("service",),
    ("process",),
    ("core",),
    ("serving.core_service", "upstream"),
    ("serving.listening", "serving.bounded_tls", "watching.watcher"),
    ("serving", "watching.file_changes"),
    ("xmlrpc_resource",),
    ("calls.dispatch",),
    ("auth", "pool", "watching", "calls", "downloads.reactor_downloader"),
    ("downloads.transfer",),
    ("downloads.agent", "downloads.body"),
    ("downloads",),
    ("engine.core",),
    ("engine.access", "engine.context", "engine.uploads", "engine.remote_methods"),
    ("engine.build",),
    ("engine.served",),
    ("engine.plugins",),
    ("engine.plugin.api",),
    ("engine.documents",),
    ("engine.templates",),
    ("engine.plugin",),
    ("engine.model",),
    ("engine.store.opening",),
    ("engine.store.memory", "engine.store.xmlfiles"),
    ("engine.store", "engine.encryption"),
    ("engine.repository",),
    (
        "engine.programs",
        "engine.call_statistics",
        "engine.clock",
        "engine.ssh_keys",
        "engine.memory",
        "engine.xmlio",
    ),
    ("settings",),
    ("errors", ""),
)


def layer_of(module: str) -> int:
    """Return the number of the line that a module stands on, counted from the top."""
    matching = [
        (len(prefix), number)
        for number, prefixes in enumerate(LAYERS)
        for prefix in prefixes
        if module == prefix or module.startswith(prefix + ".")
    ]
    assert matching, f"{module} has no place in LAYERS"
    return max(matching)[1]


def is_type_checking(node: ast.AST) -> bool:
    """Say whether a statement holds imports for type checkers only."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that are imported when the code runs."""
    for node in ast.iter_child_nodes(tree):
        if is_type_checking(node):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imports(node)


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the package, by its name below the package."""
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        yield name, ast.parse(path.read_text("utf-8"))


class LayersTests(SynchronousTestCase):
    def test_imports_go_down(self) -> None:
        """A module imports only what stands on its own line of the architecture, or below."""
        for name, tree in modules():
            for imported in imports(tree):
                if imported.startswith("bcfg2tw."):
                    target = imported.removeprefix("bcfg2tw.")
                    self.assertLessEqual(
                        layer_of(name), layer_of(target), f"{name} imports {imported}"
                    )

    def test_engine_without_twisted(self) -> None:
        """Nothing under `engine/` imports Twisted."""
        for name, tree in modules():
            if name.startswith("engine"):
                for imported in imports(tree):
                    self.assertFalse(imported.startswith("twisted"), f"{name} imports {imported}")
