"""Kinds of values that expressions certainly have, as far as Python 2 and 3 differ in them."""

from __future__ import annotations

import ast

from bcfg2tw.cli.python2.context import Context

__all__ = ["fixers_for", "is_no_list", "is_of_a_program", "is_text", "iterator", "view"]

_VIEWS = ("keys", "values", "items")
_ITERATORS = ("map", "filter", "zip")
_TEXTUAL = frozenset({"text", "universal_newlines", "encoding", "errors"})


def is_no_list(node: ast.expr, context: Context) -> str | None:
    """Return the call that made a value, where Python 2 made a list: `keys()`, `map()`."""
    return view(node, context) or iterator(node, context) or _call(node, context, ("range",))


def iterator(node: ast.expr, context: Context) -> str | None:
    """Return `map()`, `filter()` or `zip()`, where one of them made a value."""
    return _call(node, context, _ITERATORS)


def view(node: ast.expr, context: Context) -> str | None:
    """Return `keys()`, `values()` or `items()`, where one of them made a value."""
    values = context.values_of(node)
    names = {_view(value) for value in values}
    return names.pop() if len(names) == 1 else None


def _view(node: ast.expr) -> str | None:
    if not isinstance(node, ast.Call) or node.args or not isinstance(node.func, ast.Attribute):
        return None
    # attributes of an element of lxml have lists
    is_of_element = isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "attrib"
    return f"{node.func.attr}()" if node.func.attr in _VIEWS and not is_of_element else None


def _call(node: ast.expr, context: Context, names: tuple[str, ...]) -> str | None:
    values = context.values_of(node)
    called = {
        value.func.id
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
        else ""
        for value in values
    }  # fmt: skip
    name = called.pop() if len(called) == 1 else ""
    return f"{name}()" if name in names and name not in context.bound else None


def is_text(node: ast.expr) -> bool:
    """Say whether an expression certainly is text."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or (isinstance(node.op, ast.Add) and is_text(node.right))
    if isinstance(node, ast.Attribute):
        return node.attr == "hostname"
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "str"


def is_of_a_program(node: ast.expr, context: Context) -> bool:
    """Say whether a value certainly is the output of a program, as bytes."""
    values = context.values_of(node)
    return bool(values) and all(_is_output(value, context) for value in values)


def _is_output(node: ast.expr, context: Context) -> bool:
    if isinstance(node, ast.Subscript):
        node = node.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr == "check_output":
        return not _is_textual(node)
    if node.func.attr != "communicate":
        return False
    programs = context.values_of(node.func.value)
    return bool(programs) and all(
        isinstance(program, ast.Call)
        and ast.unparse(program.func).endswith("Popen")
        and not _is_textual(program)
        for program in programs
    )


def _is_textual(call: ast.Call) -> bool:
    return any(keyword.arg is None or keyword.arg in _TEXTUAL for keyword in call.keywords)


def fixers_for(kind: str) -> tuple[str, ...]:
    """Return the fixers that make a list of what `keys()`, `map()` and the like make."""
    name = kind.removesuffix("()")
    return ("dict",) if name in _VIEWS else (name.replace("range", "xrange"),)
