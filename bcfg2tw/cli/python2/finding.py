"""The constructs of Python 2 in a file or template."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from bcfg2tw.cli.python2.lines import constructs_by_line, methods_by_line
from bcfg2tw.cli.python2.meaning import CODE, REPOSITORY, Construct, Surroundings
from bcfg2tw.cli.python2.pieces import Piece, pieces_of
from bcfg2tw.cli.python2.rules import constructs_in
from bcfg2tw.engine.templates.syntax import check_excepts

__all__ = ["constructs_of", "tree_of"]


def constructs_of(
    text: str, syntax: str, surroundings: Surroundings = REPOSITORY
) -> list[Construct]:
    """
    Return what is Python 2 in a text, in the order of its lines.

    :param syntax: as `pieces.syntax_of` has it
    """
    constructs = {
        construct
        for piece in pieces_of(text, syntax)
        for construct in _of_piece(piece, surroundings)
    }
    return sorted(constructs, key=lambda construct: (construct.line, construct.message))


def _of_piece(piece: Piece, surroundings: Surroundings) -> Iterator[Construct]:
    if not piece.is_python:
        yield from methods_by_line(piece)
        return
    try:
        tree = tree_of(piece)
    except (SyntaxError, ValueError) as error:
        yield from _unreadable(piece, error)
        return
    yield from constructs_in(tree, piece.line, surroundings)


def tree_of(piece: Piece) -> ast.Module:
    """
    Return the syntax tree of a piece, whose lines are those of its text.

    :raises SyntaxError: if it is no Python 3
    """
    code = piece.text if piece.is_block else f"({piece.text}\n)"
    code = f"while {code}: pass" if piece.is_condition else code
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(code)
            check_excepts(tree, "")
            return tree
        except SyntaxError:
            if piece.is_block:
                raise
            return ast.parse(piece.text.strip())  # variables of a directive: `a = 1; b = 2`


def _unreadable(piece: Piece, error: Exception) -> Iterator[Construct]:
    constructs = list(constructs_by_line(piece))
    yield from constructs
    line = getattr(error, "lineno", None) or 1
    if piece.is_block and not constructs:
        message = f"Python 3 cannot read it: {getattr(error, 'msg', error)}"
        yield Construct(CODE, piece.line + line - 1, message)
