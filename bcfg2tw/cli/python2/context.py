"""A syntax tree with what a rule asks of it: parents, names, and which values are no lists."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

__all__ = ["Context"]

_Scope: TypeAlias = "ast.AST"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
#: Names that a test has which asks which Python runs.
_VERSION_NAMES = frozenset({"version_info", "PY2", "PY3", "py3k", "hexversion", "inPy3k"})
_ABSENCES = frozenset({"ImportError", "ModuleNotFoundError", "NameError", "AttributeError"})


class Context:
    """A tree, and questions about its nodes."""

    def __init__(self, tree: ast.AST) -> None:
        self._tree = tree

    @cached_property
    def _parents(self) -> Mapping[ast.AST, ast.AST]:
        return {
            child: parent
            for parent in ast.walk(self._tree)
            for child in ast.iter_child_nodes(parent)
        }

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node that a node is in."""
        return self._parents.get(node)

    def nodes(self) -> Iterator[ast.AST]:
        """Yield all nodes but those that run on one Python only, as their code says itself."""
        pending: list[ast.AST] = [self._tree]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Try) and _looks_what_there_is(node):
                pending += [*node.orelse, *node.finalbody]
                continue
            if isinstance(node, (ast.If, ast.IfExp)) and _asks_for_version(node.test):
                continue
            yield node
            pending.extend(ast.iter_child_nodes(node))

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that the code defines itself, anywhere."""
        return frozenset(_bound(self._tree))

    @cached_property
    def _values(self) -> Mapping[tuple[ast.AST, str], list[ast.expr | None]]:
        """The values that names of functions are set to; None for what is no plain assignment."""
        values: dict[tuple[ast.AST, str], list[ast.expr | None]] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                key = self._scope(node), node.id
                values.setdefault(key, []).append(self._assigned(node))
            elif isinstance(node, ast.arg):
                values.setdefault((self._scope(node), node.arg), []).append(None)
        return values

    def _assigned(self, name: ast.Name) -> ast.expr | None:
        parent = self.parent(name)
        is_plain = isinstance(parent, ast.Assign) and parent.targets == [name]
        return parent.value if is_plain and isinstance(parent, ast.Assign) else None

    def _scope(self, node: ast.AST) -> ast.AST:
        while not isinstance(node, _FUNCTIONS):
            parent = self.parent(node)
            if parent is None:
                return node
            node = parent
        return node

    def values_of(self, node: ast.expr) -> list[ast.expr]:
        """
        Return the expressions that a value comes from: itself, or what its variable is set to.

        None where the variable may be something else.
        """
        if not isinstance(node, ast.Name):
            return [node]
        values = self._values.get((self._scope(node), node.id), [])
        return [value for value in values if value is not None] if all(values) else []


def _looks_what_there_is(node: ast.Try) -> bool:
    """Say whether code tries a name, and has another one where that is missing."""
    for handler in node.handlers:
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(isinstance(one, ast.Name) and one.id in _ABSENCES for one in types):
            return True
        if handler.type is None and all(isinstance(one, _IMPORTS) for one in node.body):
            return True
    return False


_IMPORTS = (ast.Import, ast.ImportFrom)


def _asks_for_version(test: ast.expr) -> bool:
    names = (
        node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        for node in ast.walk(test)
    )
    return any(name in _VERSION_NAMES for name in names)


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
