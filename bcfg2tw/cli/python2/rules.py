"""Python 2 in a syntax tree: code that Python 3 reads, and that fails or means something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from bcfg2tw.cli.python2.calls import CALL_RULES, Rule, Told
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
from bcfg2tw.cli.python2.values import fixers_for, is_no_list, is_text, iterator, view
from bcfg2tw.engine.templates import divisions

__all__ = ["constructs_in"]


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


def _subscript(node: ast.Subscript, context: Context) -> Told:
    kind = view(node.value, context) or iterator(node.value, context)
    if kind is None:
        return None
    return CODE, f"`{kind}` makes no list in Python 3: `list(…)`", fixers_for(kind)


def _sum(node: ast.BinOp, context: Context) -> Told:
    if not isinstance(node.op, ast.Add):
        return None
    kind = is_no_list(node.left, context) or is_no_list(node.right, context)
    if kind is None:
        return None
    return CODE, f"`{kind}` makes no list in Python 3, to be added to: `list(…)`", fixers_for(kind)


def _equality(node: ast.Compare, context: Context) -> Told:
    sides = [node.left, *node.comparators]
    is_equality = all(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops)
    if not is_equality or not any(isinstance(side, ast.List) for side in sides):
        return None
    kind = next(filter(None, (is_no_list(side, context) for side in sides)), None)
    if kind is None:
        return None
    return (
        MEANING,
        f"`{kind}` is no list in Python 3, and equal to none: `list(…)`",
        fixers_for(kind),
    )


def _order_with_none(node: ast.Compare, context: Context) -> Told:
    ordered = any(isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) for op in node.ops)
    if ordered and any(map(_is_none, [node.left, *node.comparators])):
        return CODE, "None is neither less nor more than anything in Python 3", ()
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _truth(node: ast.If | ast.While | ast.IfExp, context: Context) -> Told:
    return _true(node.test, context)


def _negation(node: ast.UnaryOp, context: Context) -> Told:
    return _true(node.operand, context) if isinstance(node.op, ast.Not) else None


def _true(node: ast.expr, context: Context) -> Told:
    kind = iterator(node, context)
    if kind is None:
        return None
    return MEANING, f"`{kind}` is always true in Python 3: `list({kind[:-1]}…))`", fixers_for(kind)


def _given_name(node: ast.AST, context: Context) -> Told:
    """Look at names that only templates and helpers still have."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return None
    meaning = GIVEN_NAMES.get(node.id)
    if meaning is None or node.id in context.bound:
        return None
    return CODE, f"{meaning} in Python 3", () if node.id == "cmp" else (node.id,)


def _printed(node: ast.Expr, context: Context) -> Told:
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


def _raised_text(node: ast.Raise, context: Context) -> Told:
    if node.exc is not None and is_text(node.exc):
        return CODE, "a text cannot be raised: `raise Exception(text)`", ()
    return None


def _import(node: ast.Import, context: Context) -> Told:
    name = next((alias.name for alias in node.names if alias.name in MEMBERS), None)
    return None if name is None else (CODE, *MEMBERS[name])


def _import_from(node: ast.ImportFrom, context: Context) -> Told:
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


def _imported(node: ast.AST, given: frozenset[str]) -> Told:
    """Look at imports of modules that are called otherwise, or gone."""
    absent = (name for name in _modules(node) if name in ABSENT_MODULES and name not in given)
    module = next(absent, None)
    if module is None:
        return None
    meaning = ABSENT_MODULES[module]
    is_renamed = "gone" not in meaning and module not in ("commands", "popen2", "sets", "new")
    fixers = ("imports", "imports2", "urllib") if is_renamed else ()
    return CODE, f"the module {module} {meaning}", fixers


def _sibling(node: ast.AST, siblings: frozenset[str]) -> Told:
    """Look at imports of modules of the same package that do not say so."""
    name = next(filter(siblings.__contains__, _modules(node)), None)
    if name is None:
        return None
    return CODE, f"`import {name}` finds nothing beside the file: `from . import {name}`", ()


def _member(node: ast.Attribute, context: Context) -> Told:
    if not isinstance(node.value, (ast.Name, ast.Attribute)) or not _is_module(node.value, context):
        return None
    name = f"{ast.unparse(node.value)}.{node.attr}"
    return (CODE, *MEMBERS[name]) if name in MEMBERS else None


def _is_module(node: ast.expr, context: Context) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id not in context.bound


def _of_function(node: ast.Attribute, context: Context) -> Told:
    name = node.attr.removeprefix("func_")
    if name != node.attr and name in ("name", "code", "defaults", "globals", "doc", "dict"):
        return CODE, f"`f.func_{name}` is `f.__{name}__` in Python 3", ("funcattrs",)
    return None


def _class(node: ast.ClassDef, context: Context) -> Told:
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


_RULES: Mapping[type[ast.AST], tuple[Rule, ...]] = {
    ast.Attribute: (_member, _of_function),
    ast.BinOp: (_sum,),
    ast.Call: CALL_RULES,
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
