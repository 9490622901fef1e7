"""
Divisions in templates: `7 / 2` was 3 on Python 2 and is 3.5 on Python 3, and nothing fails.

A division is told unless it is clear that a fraction is meant, or that none comes of it.
"""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterable, Iterator

from bcfg2tw.engine.repository.source import Source

logger = logging.getLogger("bcfg2-server")

MEANING = (
    "whole numbers give a fraction on Python 3, and gave a whole number on Python 2: write // for "
    "a whole number, float(…) where a fraction is meant"
)

JINJA2_MEANING = (
    "it makes a fraction of whole numbers, in Jinja2 on every Python: write // for a whole number, "
    "| float where a fraction is meant"
)


def divisions(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the divisions in code that may be one of whole numbers, and whose result counts."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if _divides_whole_numbers(child) and not _is_made_whole(node):
                yield child


def _divides_whole_numbers(node: ast.AST) -> bool:
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Div) and not _is_no_whole_number(node.value)
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and not _is_no_whole_number(node.left)
        and not _is_no_whole_number(node.right)
    )


def _is_no_whole_number(node: ast.AST) -> bool:
    """Say whether an operand is a fraction, or no number, as it is written."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, int)
    if isinstance(node, ast.BinOp):
        return _is_no_whole_number(node.left) or _is_no_whole_number(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_no_whole_number(node.operand)
    return _calls(node, "float")


def _is_made_whole(node: ast.AST) -> bool:
    return _calls(node, "int")


def _calls(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return isinstance(node.func, ast.Name) and node.func.id == name


def warn(
    source: Source, places: Iterable[tuple[str, int | None, str]], meaning: str = MEANING
) -> None:
    """
    Warn of divisions, each once, while a file is read; later on they are known.

    :param places: path, line and code of each
    :param meaning: what comes of it
    """
    if source.is_interpreted or not source.settings.division_warnings:
        return
    for path, line, code in dict.fromkeys(places):
        place = path if line is None else f"{path}:{line}"
        logger.warning(
            "%s: `%s`: %s; [bcfg2tw] division_warnings = no ends these warnings",
            place, code, meaning,
        )  # fmt: skip
