"""Python 2 in calls: methods that are gone, values that are no lists, text in place of bytes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from bcfg2tw.cli.python2.context import Context
from bcfg2tw.cli.python2.meaning import CODE
from bcfg2tw.cli.python2.values import (
    fixers_for,
    is_no_list,
    is_of_a_program,
    is_text,
    iterator,
)
from bcfg2tw.engine.templates.python2 import GONE

__all__ = ["CALL_RULES", "Rule", "Told"]

#: Name, message and fixers of a construct; None where there is none.
Told: TypeAlias = "tuple[str, str, tuple[str, ...]] | None"
#: Looks at a node of the type that it is for.
Rule: TypeAlias = Callable[[Any, Context], Told]

_OF_LISTS = frozenset(
    {"append", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"}
)
_CODECS = frozenset({"base64", "bz2", "hex", "rot13", "string-escape", "string_escape", "zlib"})
_DIGESTS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
_TEXT_METHODS = frozenset(
    {"endswith", "find", "index", "partition", "replace", "rpartition", "rsplit", "split",
     "startswith", "strip", "lstrip", "rstrip"}
)  # fmt: skip


def _method_call(node: ast.Call, context: Context) -> Told:
    """Look at methods that dictionaries and iterators no longer have."""
    if not isinstance(node.func, ast.Attribute):
        return None
    name = node.func.attr
    if name == "has_key" and len(node.args) == 1:
        return CODE, "`d.has_key(k)` is `k in d` in Python 3", ("has_key",)
    for view_name in ("keys", "values", "items"):
        if name in (f"iter{view_name}", f"view{view_name}") and not node.args:
            return CODE, f"`{name}()` is `{view_name}()` in Python 3", ("dict",)
    if name == "next" and not node.args and not node.keywords and name not in context.bound:
        return CODE, "`i.next()` is `next(i)` in Python 3", ("next",)
    return None


def _codec(node: ast.Call, context: Context) -> Told:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("encode", "decode"):
        return None
    if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value in _CODECS:
        return CODE, f"text is not {node.func.attr}d that way in Python 3", ()
    return None


def _comparison_function(node: ast.Call, context: Context) -> Told:
    """Look at `sort` and `sorted` with a function that compares."""
    is_sort = isinstance(node.func, ast.Attribute) and node.func.attr == "sort"
    is_sorted = isinstance(node.func, ast.Name) and node.func.id == "sorted"
    if not is_sort and not is_sorted:
        return None
    has_cmp = any(keyword.arg == "cmp" for keyword in node.keywords)
    if has_cmp or len(node.args) > (1 if is_sorted else 0):
        remedy = "`sort(f)` is `sort(key=functools.cmp_to_key(f))` in Python 3, or better a key"
        return CODE, remedy, ()
    return None


def _list_method(node: ast.Call, context: Context) -> Told:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _OF_LISTS:
        return None
    kind = is_no_list(node.func.value, context)
    if kind is None or (kind == "range()" and node.func.attr in ("count", "index")):
        return None
    return CODE, f"`{kind}` makes no list in Python 3: `list(…)`, or `sorted(…)`", fixers_for(kind)


def _length(node: ast.Call, context: Context) -> Told:
    is_len = isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1
    kind = iterator(node.args[0], context) if is_len else None
    if kind is None:
        return None
    return CODE, f"`{kind}` has no length in Python 3: `list(…)`", fixers_for(kind)


def _map_of_none(node: ast.Call, context: Context) -> Told:
    if not isinstance(node.func, ast.Name) or node.func.id != "map" or "map" in context.bound:
        return None
    if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value is None:
        return CODE, "`map(None, …)` is `zip(…)` or `list(…)` in Python 3", ("map",)
    return None


def _mixed_order(node: ast.Call, context: Context) -> Told:
    is_order = isinstance(node.func, ast.Name) and node.func.id in ("sorted", "min", "max")
    if not is_order or any(keyword.arg == "key" for keyword in node.keywords):
        return None
    members: Sequence[ast.expr] = node.args
    if len(members) == 1:
        members = getattr(members[0], "elts", ())
    kinds = {_kind(member) for member in members} - {""}
    if len(kinds) > 1 or (kinds == {"None"} and len(members) > 1):
        return CODE, "values of several types have no order in Python 3: give `key=`", ()
    return None


def _kind(node: ast.expr) -> str:
    if not isinstance(node, ast.Constant):
        return ""
    if node.value is None:
        return "None"
    return "number" if isinstance(node.value, (int, float)) else type(node.value).__name__


def _called_name(node: ast.Call, context: Context) -> Told:
    if not isinstance(node.func, ast.Name) or node.func.id in context.bound:
        return None
    meaning = GONE.get(node.func.id)
    name = node.func.id
    fixers = (name,) if name in ("apply", "execfile", "raw_input", "reload") else ()
    return None if meaning is None else (CODE, f"{meaning} in Python 3", fixers)


def _digest(node: ast.Call, context: Context) -> Told:
    """Look at digests of text, where bytes are wanted."""
    is_digest = (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in _DIGESTS
        and ast.unparse(node.func.value) == "hashlib"
    )
    if is_digest and node.args and is_text(node.args[0]):
        return CODE, "digests are of bytes in Python 3: `hashlib.md5(text.encode())`", ()
    return None


def _program_output(node: ast.Call, context: Context) -> Told:
    """Look at the output of programs that is used as text."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _TEXT_METHODS:
        return None
    if not node.args or not is_text(node.args[0]):
        return None
    if is_of_a_program(node.func.value, context):
        return CODE, "a program's output is bytes in Python 3: give `universal_newlines=True`", ()
    return None


CALL_RULES: tuple[Rule, ...] = (
    _method_call, _codec, _comparison_function, _list_method, _length, _map_of_none, _mixed_order,
    _called_name, _digest, _program_output,
)  # fmt: skip
