"""
Has Genshi take Python 3 in templates.

Genshi reads the code of a template and writes it anew, with names that are looked up in the
template's variables. As of 0.7.12 it writes `except A, b`, which no Python 3 takes, and knows
neither f-strings nor the comprehensions that make sets and dictionaries. Bytes, such as a program's
output, it takes for a list of numbers.
"""

from __future__ import annotations

import ast
from typing import Any

from genshi.template import base as genshi_base
from genshi.template import eval as genshi_eval
from genshi.template.astutil import ASTCodeGenerator, ASTTransformer
from genshi.template.eval import ExpressionASTTransformer, TemplateASTTransformer

from bcfg2tw.engine.templates.python2 import as_text

_evaluated = genshi_base._eval_expr


class CodeGenerator(ASTCodeGenerator):  # type: ignore[misc]  # genshi has no types
    """Writes code; `lines_info` has for each line where it comes from."""

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Write the handler of an exception."""
        self._new_line()
        self._write("except")
        if node.type is not None:
            self._write(" ")
            self.visit(node.type)
        if node.name is not None:
            self._write(f" as {node.name}")
        self._write(":")
        self._change_indent(1)
        for statement in node.body:
            self.visit(statement)
        self._change_indent(-1)

    def _write_expression(self, node: ast.expr) -> None:
        self._write(ast.unparse(ast.fix_missing_locations(node)))

    visit_Set = visit_SetComp = visit_DictComp = visit_JoinedStr = _write_expression


class _Scopes:
    """Knows which names are variables of the code, and none of the template."""

    locals: list[set[str]]

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        """Take in the name of the exception."""
        if node.name is not None and len(self.locals) > 1:
            self.locals[-1].add(node.name)
        return ASTTransformer.visit_ExceptHandler(self, node)

    def visit_SetComp(self, node: ast.SetComp) -> Any:
        """Take in the variables of a comprehension."""
        found = self._generator(node.elt, node.generators)
        return ast.SetComp(found.elt, found.generators)

    def visit_DictComp(self, node: ast.DictComp) -> Any:
        """Take in the variables of a comprehension."""
        pair = ast.Tuple([node.key, node.value], ast.Load())
        found = self._generator(pair, node.generators)
        key, value = found.elt.elts
        return ast.DictComp(key, value, found.generators)

    def _generator(self, element: ast.expr, generators: list[ast.comprehension]) -> Any:
        visit: Any = TemplateASTTransformer.visit_GeneratorExp
        return visit(self, ast.GeneratorExp(element, generators))

    def _cloned(self, node: ast.AST) -> Any:
        return ASTTransformer.visit_List(self, node)  # one function for all that hold expressions

    visit_Set = visit_JoinedStr = visit_FormattedValue = _cloned


class BlockTransformer(_Scopes, TemplateASTTransformer):  # type: ignore[misc]  # genshi's
    """Prepares the code of a block."""


class ExpressionTransformer(_Scopes, ExpressionASTTransformer):  # type: ignore[misc]  # genshi's
    """Prepares an expression."""


def output_of(value: Any) -> Any:
    """
    Return what an expression's value puts into the output; a list puts all that it holds.

    :raises UnicodeDecodeError: for bytes that are no text
    """
    if isinstance(value, (list, tuple)):
        return [as_text(one) for one in value]
    return as_text(value)


def _output(*arguments: Any) -> Any:
    return output_of(_evaluated(*arguments))


def install() -> None:
    """Have Genshi use these; what it took before it takes as before."""
    genshi_eval.ASTCodeGenerator = CodeGenerator
    genshi_eval.TemplateASTTransformer = BlockTransformer
    genshi_eval.ExpressionASTTransformer = ExpressionTransformer
    genshi_base._eval_expr = _output  # the directives have the original
