"""Python 2 in a syntax tree: code that Python 3 reads, and that fails or means something else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from bcfg2tw.cli.python2.context import Context
from bcfg2tw.cli.python2.meaning import (
    ABSENT_MODULES,
    CODE,
    GIVEN_NAMES,
    MEANING,
    MEMBERS,
    METHODS,
    Construct,
    Surroundings,
)
from bcfg2tw.cli.python2.values import is_no_list, is_of_a_program, is_text, iterator, view
from bcfg2tw.engine.templates import divisions
from bcfg2tw.engine.templates.python2 import GONE

__all__ = ["constructs_in"]

#: Name, message and fixers of a construct.
_Told: TypeAlias = "tuple[str, str, tuple[str, ...]] | None"
#: Looks at a node of the type that it is for.
_Rule: TypeAlias = Callable[[Any, Context], _Told]

_OF_LISTS = frozenset(
    {"append", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"}
)
_CODECS = frozenset({"base64", "bz2", "hex", "rot13", "string-escape", "string_escape", "zlib"})
_DIGESTS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
_TEXT_METHODS = frozenset(
    {"endswith", "find", "index", "partition", "replace", "rpartition", "rsplit", "split",
     "startswith", "strip", "lstrip", "rstrip"}
)  # fmt: skip


def constructs_in(tree: ast.AST, line: int, surroundings: Surroundings) -> Iterator[Construct]:
    """
    Yield what is Python 2 in a tree, in the order of its lines.

    :param line: of the file, on which the tree's first stands
    """
    context = Context(tree)
    constructs: set[Construct] = set()
    for node in context.nodes():
        tells = [rule(node, context) for rule in _RULES.get(type(node), ())]
        tells += [_imported(node, surroundings.modules), _sibling(node, surroundings.siblings)]
        tells += [] if surroundings.has_names else [_given_name(node, context)]
        number = getattr(node, "lineno", 1) + line - 1
        constructs |= {Construct(told[0], number, *told[1:]) for told in tells if told is not None}
    constructs |= {
        Construct(MEANING, getattr(node, "lineno", 1) + line - 1, divisions.MEANING)
        for node in divisions.divisions(tree)
    }
    yield from sorted(constructs, key=lambda construct: (construct.line, construct.message))


def _method_call(node: ast.Call, context: Context) -> _Told:
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


def _codec(node: ast.Call, context: Context) -> _Told:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("encode", "decode"):
        return None
    if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value in _CODECS:
        return CODE, f"text is not {node.func.attr}d that way in Python 3", ()
    return None


def _comparison_function(node: ast.Call, context: Context) -> _Told:
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


def _list_method(node: ast.Call, context: Context) -> _Told:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _OF_LISTS:
        return None
    kind = is_no_list(node.func.value, context)
    if kind is None or (kind == "range()" and node.func.attr in ("count", "index")):
        return None
    return CODE, f"`{kind}` makes no list in Python 3: `list(…)`, or `sorted(…)`", _fixer(kind)


def _length(node: ast.Call, context: Context) -> _Told:
    is_len = isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1
    kind = iterator(node.args[0], context) if is_len else None
    if kind is None:
        return None
    return CODE, f"`{kind}` has no length in Python 3: `list(…)`", _fixer(kind)


def _map_of_none(node: ast.Call, context: Context) -> _Told:
    if not isinstance(node.func, ast.Name) or node.func.id != "map" or "map" in context.bound:
        return None
    if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value is None:
        return CODE, "`map(None, …)` is `zip(…)` or `list(…)` in Python 3", ("map",)
    return None


def _subscript(node: ast.Subscript, context: Context) -> _Told:
    kind = view(node.value, context) or iterator(node.value, context)
    if kind is None:
        return None
    return CODE, f"`{kind}` makes no list in Python 3: `list(…)`", _fixer(kind)


def _sum(node: ast.BinOp, context: Context) -> _Told:
    if not isinstance(node.op, ast.Add):
        return None
    kind = is_no_list(node.left, context) or is_no_list(node.right, context)
    if kind is None:
        return None
    return CODE, f"`{kind}` makes no list in Python 3, to be added to: `list(…)`", _fixer(kind)


def _fixer(kind: str) -> tuple[str, ...]:
    name = kind.rstrip("()")
    return ("dict",) if name in ("keys", "values", "items") else (name.replace("range", "xrange"),)


def _equality(node: ast.Compare, context: Context) -> _Told:
    sides = [node.left, *node.comparators]
    is_equality = all(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops)
    if not is_equality or not any(isinstance(side, ast.List) for side in sides):
        return None
    kind = next(filter(None, (is_no_list(side, context) for side in sides)), None)
    if kind is None:
        return None
    return MEANING, f"`{kind}` is no list in Python 3, and equal to none: `list(…)`", _fixer(kind)


def _order_with_none(node: ast.Compare, context: Context) -> _Told:
    ordered = any(isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for op in node.ops)
    if ordered and any(map(_is_none, [node.left, *node.comparators])):
        return CODE, "None is neither less nor more than anything in Python 3", ()
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _mixed_order(node: ast.Call, context: Context) -> _Told:
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


def _truth(node: ast.If | ast.While | ast.IfExp, context: Context) -> _Told:
    return _true(node.test, context)


def _negation(node: ast.UnaryOp, context: Context) -> _Told:
    return _true(node.operand, context) if isinstance(node.op, ast.Not) else None


def _true(node: ast.expr, context: Context) -> _Told:
    kind = iterator(node, context)
    if kind is None:
        return None
    return MEANING, f"`{kind}` is always true in Python 3: `list({kind[:-1]}…))`", _fixer(kind)


def _called_name(node: ast.Call, context: Context) -> _Told:
    if not isinstance(node.func, ast.Name) or node.func.id in context.bound:
        return None
    meaning = GONE.get(node.func.id)
    name = node.func.id
    fixers = (name,) if name in ("apply", "execfile", "raw_input", "reload") else ()
    return None if meaning is None else (CODE, f"{meaning} in Python 3", fixers)


def _given_name(node: ast.AST, context: Context) -> _Told:
    """Look at names that only templates and helpers still have."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return None
    meaning = GIVEN_NAMES.get(node.id)
    if meaning is None or node.id in context.bound:
        return None
    return CODE, f"{meaning} in Python 3", () if node.id == "cmp" else (node.id,)


def _printed(node: ast.Expr, context: Context) -> _Told:
    """Look at `print` statements that Python 3 reads as something else."""
    value = node.value
    is_bare = isinstance(value, ast.Name) and value.id == "print"
    is_directed = isinstance(value, (ast.BinOp, ast.Tuple)) and any(
        isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.RShift)
        and isinstance(part.left, ast.Name)
        and part.left.id == "print"
        for part in ast.walk(value)
    )
    is_followed = isinstance(value, (ast.BinOp, ast.Tuple)) and any(
        isinstance(part, ast.Call) and getattr(part.func, "id", "") == "print"
        for part in (getattr(value, "left", None), *getattr(value, "elts", ()))
    )
    if is_bare or is_directed or is_followed:
        return CODE, "`print x` is `print(x)` in Python 3", ("print",)
    return None


def _raised_text(node: ast.Raise, context: Context) -> _Told:
    if node.exc is not None and is_text(node.exc):
        return CODE, "a text cannot be raised: `raise Exception(text)`", ()
    return None


def _import(node: ast.Import, context: Context) -> _Told:
    name = next((alias.name for alias in node.names if alias.name in MEMBERS), None)
    return None if name is None else (CODE, *MEMBERS[name])


def _import_from(node: ast.ImportFrom, context: Context) -> _Told:
    names = (f"{node.module}.{alias.name}" for alias in node.names)
    name = None if node.level else next(filter(MEMBERS.__contains__, names), None)
    return None if name is None else (CODE, *MEMBERS[name])


def _modules(node: ast.AST) -> list[str]:
    """Return the first names of the modules that a node imports by full names."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [(node.module or "").partition(".")[0]]
    return []


def _imported(node: ast.AST, given: frozenset[str]) -> _Told:
    """Look at imports of modules that are called otherwise, or gone."""
    absent = (name for name in _modules(node) if name in ABSENT_MODULES and name not in given)
    module = next(absent, None)
    if module is None:
        return None
    meaning = ABSENT_MODULES[module]
    is_renamed = "gone" not in meaning and module not in ("commands", "popen2", "sets", "new")
    fixers = ("imports", "imports2", "urllib") if is_renamed else ()
    return CODE, f"the module {module} {meaning}", fixers


def _sibling(node: ast.AST, siblings: frozenset[str]) -> _Told:
    """Look at imports of modules of the same package that do not say so."""
    name = next(filter(siblings.__contains__, _modules(node)), None)
    if name is None:
        return None
    return CODE, f"`import {name}` finds nothing beside the file: `from . import {name}`", ()


def _member(node: ast.Attribute, context: Context) -> _Told:
    if not isinstance(node.value, (ast.Name, ast.Attribute)) or not _is_module(node.value, context):
        return None
    name = f"{ast.unparse(node.value)}.{node.attr}"
    return (CODE, *MEMBERS[name]) if name in MEMBERS else None


def _is_module(node: ast.expr, context: Context) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id not in context.bound


def _of_function(node: ast.Attribute, context: Context) -> _Told:
    name = node.attr.removeprefix("func_")
    if name != node.attr and name in ("name", "code", "defaults", "globals", "doc", "dict"):
        return CODE, f"`f.func_{name}` is `f.__{name}__` in Python 3", ("funcattrs",)
    return None


def _class(node: ast.ClassDef, context: Context) -> _Told:
    """Look at methods that nobody calls any more, and at classes of classes."""
    names = {member.name for member in node.body if isinstance(member, ast.FunctionDef)}
    names |= {
        target.id
        for member in node.body
        if isinstance(member, ast.Assign)
        for target in member.targets
        if isinstance(target, ast.Name)
    }
    if "__metaclass__" in names:
        return (
            MEANING,
            "`__metaclass__` is `class A(metaclass=…)` in Python 3", ("metaclass",),
        )  # fmt: skip
    for name, others in METHODS.items():
        if name in names and not names.intersection(others):
            fixers = ("nonzero",) if name == "__nonzero__" else ()
            return MEANING, f"`{name}` is never called: Python 3 calls `{others[0]}`", fixers
    return None


def _digest(node: ast.Call, context: Context) -> _Told:
    """Look at digests of text, where bytes are wanted."""
    is_digest = (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in _DIGESTS
        and ast.unparse(node.func.value) == "hashlib"
    )
    if is_digest and node.args and is_text(node.args[0]):
        return CODE, "digests are of bytes in Python 3: `hashlib.md5(text.encode())`", ()
    return None


def _program_output(node: ast.Call, context: Context) -> _Told:
    """Look at the output of programs that is used as text."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _TEXT_METHODS:
        return None
    if not node.args or not is_text(node.args[0]):
        return None
    if is_of_a_program(node.func.value, context):
        return CODE, "a program's output is bytes in Python 3: give `universal_newlines=True`", ()
    return None


_RULES: Mapping[type[ast.AST], tuple[_Rule, ...]] = {
    ast.Attribute: (_member, _of_function),
    ast.BinOp: (_sum,),
    ast.Call: (
        _method_call, _codec, _comparison_function, _list_method, _length, _map_of_none,
        _mixed_order, _called_name, _digest, _program_output,
    ),
    ast.ClassDef: (_class,),
    ast.Compare: (_equality, _order_with_none),
    ast.Expr: (_printed,),
    ast.If: (_truth,),
    ast.IfExp: (_truth,),
    ast.Import: (_import,),
    ast.ImportFrom: (_import_from,),
    ast.Raise: (_raised_text,),
    ast.Subscript: (_subscript,),
    ast.UnaryOp: (_negation,),
    ast.While: (_truth,),
}  # fmt: skip
