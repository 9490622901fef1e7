"""Code of the repository as Python reads it: the same, whichever version runs the server."""

from __future__ import annotations

import ast
import sys
from types import CodeType

#: As Python 3.13 and earlier say it.
BARE_KINDS = "multiple exception types must be parenthesized"


def compiled(code: str | bytes, path: str) -> CodeType:
    """
    Compile a file of Python code.

    :raises SyntaxError: if it is none
    """
    if sys.version_info >= (3, 14):
        check_excepts(ast.parse(code, path), path)
    return compile(code, path, "exec", dont_inherit=True)


def check_excepts(tree: ast.AST, path: str) -> None:
    """
    Refuse `except A, b:`, whatever Python parsed it.

    In Python 2 it named the exception. From 3.14 on (:pep:`758`) it stands for two kinds of them,
    so that old code would be read and mean something else; before, it was no Python 3.

    :raises SyntaxError: if there is one
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _is_bare(node.type):
            raise SyntaxError(BARE_KINDS, (path, node.lineno, node.col_offset + 1, None))


def _is_bare(kinds: ast.expr | None) -> bool:
    """Say whether kinds of exceptions have no parentheses: these would stand before the first."""
    if not isinstance(kinds, ast.Tuple) or not kinds.elts:
        return False
    first = kinds.elts[0]
    return (kinds.lineno, kinds.col_offset) == (first.lineno, first.col_offset)
