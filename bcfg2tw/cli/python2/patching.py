"""
Code of Python 2 written anew for Python 3, as far as that is mechanical.

fissix does it, which goes on with the grammar and the fixers of Python's former lib2to3. It is
imported where it is needed alone: the extra `migrate` has it.
"""

from __future__ import annotations

import ast
import logging
import textwrap
from collections.abc import Collection
from functools import cache
from typing import Any

from bcfg2tw.cli.python2.finding import constructs_of, tree_of
from bcfg2tw.cli.python2.meaning import REPOSITORY, Surroundings
from bcfg2tw.cli.python2.pieces import Piece, pieces_of
from bcfg2tw.errors import Bcfg2Error

__all__ = ["MissingFixers", "patched"]

#: What is written anew in code that is Python 2 as a whole, for Python 3 cannot read it.
_ALL = [
    "apply", "basestring", "dict", "except", "exec", "execfile", "filter", "funcattrs", "getcwdu",
    "has_key", "imports", "imports2", "intern", "isinstance", "itertools", "itertools_imports",
    "long", "map", "metaclass", "methodattrs", "ne", "next", "nonzero", "numliterals", "operator",
    "paren", "print", "raise", "raw_input", "reduce", "reload", "renames", "repr",
    "standarderror", "sys_exc", "throw", "tuple_params", "types", "unicode", "urllib", "xrange",
    "xreadlines", "zip",
]  # fmt: skip
#: What code that Python 2 alone read may hold at any place.
_SYNTAX = [
    "except", "exec", "ne", "numliterals", "paren", "print", "raise", "repr", "throw",
    "tuple_params",
]  # fmt: skip
#: What is left as it is where the names are still there.
_GIVEN = ("unicode", "xrange", "long", "reduce", "intern")
_LETTERS = tuple(
    (f"string.{name}", f"string.ascii_{name}") for name in ("letters", "lowercase", "uppercase")
)


class MissingFixers(Bcfg2Error):
    """The library that writes code anew is not installed."""


def patched(text: str, syntax: str, surroundings: Surroundings = REPOSITORY) -> str:
    """
    Return a text whose code is Python 3 as far as that is mechanical; as it is where nothing is.

    :param syntax: as `pieces.syntax_of` has it
    :raises MissingFixers: if fissix is not installed
    """
    for piece in reversed([*pieces_of(text, syntax)]):
        new = _patched_piece(piece, surroundings)
        if new is not None:
            text = text[: piece.start] + new + text[piece.end :]
    return text


def _patched_piece(piece: Piece, surroundings: Surroundings) -> str | None:
    """Return what takes the place of a piece; None where nothing does."""
    if piece.indentation is None or not piece.is_python:
        return None
    fixers, is_python3 = _fixers_for(piece, surroundings)
    if not fixers:
        return None
    new = _refactored(piece.text, frozenset(fixers), is_python3)
    # a fixer that leaves what it is for has written something else than what was meant
    failed = set() if new is None else _fixers_of(new, surroundings).intersection(fixers)
    if failed:
        new = _refactored(piece.text, frozenset(fixers) - failed, is_python3)
    if new is None or new == piece.text:
        return None
    if not piece.is_block:
        return _without_iter(new)
    return textwrap.indent(new, piece.indentation) if piece.indentation else new


def _fixers_for(piece: Piece, surroundings: Surroundings) -> tuple[Collection[str], bool]:
    """Return the fixers for a piece, and whether Python 3 can read it as it is."""
    try:
        tree_of(piece)
    except (SyntaxError, ValueError):
        kept = (
            () if not surroundings.has_names else ("unicode", "xrange", "long", "reduce", "intern")
        )
        names = _ALL if piece.is_block else [*_SYNTAX, "has_key", "dict"]
        return [name for name in names if name not in kept], False
    fixers = _fixers_of(piece.text, surroundings)
    return fixers, "print" not in fixers


def _fixers_of(code: str, surroundings: Surroundings) -> set[str]:
    constructs = constructs_of(code, "python", surroundings)
    return {name for construct in constructs for name in construct.fixers}


def _refactored(code: str, fixers: frozenset[str], is_python3: bool) -> str | None:
    """Return the code written anew; None where that is no Python 3 either."""
    for name, new_name in _LETTERS if "letters" in fixers or not is_python3 else ():
        code = code.replace(name, new_name)
    ending = "" if code.endswith("\n") else "\n"
    try:
        tree = _tool(fixers - {"letters"}, is_python3).refactor_string(code + ending, "code")
        new = str(tree)
        ast.parse(new)
    except Exception:  # of the library's own: a token or a tree that it cannot read, a bug
        return None
    return new.removesuffix("\n") if ending else new


def _without_iter(code: str) -> str:
    """Return `d.items()` for `iter(d.items())`, which is the same where nobody counts on it."""
    inner = code.strip().removeprefix("iter(").removesuffix(")")
    if not code.strip().startswith("iter(") or not code.strip().endswith("())"):
        return code
    return inner


@cache
def _tool(fixers: frozenset[str], is_python3: bool) -> Any:
    try:
        from fissix.refactor import RefactoringTool
    except ImportError as error:
        raise MissingFixers(
            "a patch needs fissix: pip install 'bcfg2tw[migrate]' (what is found needs it not)"
        ) from error
    logging.getLogger("RefactoringTool").setLevel(logging.ERROR)
    logging.getLogger("fissix").setLevel(logging.ERROR)
    names = sorted(f"fissix.fixes.fix_{name}" for name in fixers)
    return RefactoringTool(names, {"print_function": is_python3})
