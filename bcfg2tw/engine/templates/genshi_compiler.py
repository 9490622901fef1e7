"""
Code of Genshi's templates, read as Python 3 and written anew for Genshi to run.

Expressions such as `metadata.hostname` stand in many templates of a repository: each is compiled
once.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from genshi.template.astutil import ASTCodeGenerator, ASTTransformer
from genshi.template.eval import ExpressionASTTransformer, TemplateASTTransformer, _parse

from bcfg2tw.engine.templates.dependence import depends_on_client_alone
from bcfg2tw.engine.templates.divisions import divisions
from bcfg2tw.engine.templates.syntax import check_excepts

__all__ = ["Compiled", "compile_source", "generator_of"]

#: So many pieces of code are kept, each a few kilobytes.
KEPT = 2000
#: The file that code is said to be in while no template is known.
NO_FILE = "<template>"


class CodeGenerator(ASTCodeGenerator):
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
    """Tells the names that are variables of the code from those that are the template's."""

    locals: list[set[str]]

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        """Take in the name of the exception."""
        if node.name is not None and len(self.locals) > 1:
            self.locals[-1].add(node.name)
        return ASTTransformer.visit_ExceptHandler(self, node)

    def visit_SetComp(self, node: ast.SetComp) -> Any:
        """Take in the variables of a comprehension."""
        generator = self.visit_GeneratorExp(ast.GeneratorExp(node.elt, node.generators))
        return ast.SetComp(generator.elt, generator.generators)

    def visit_DictComp(self, node: ast.DictComp) -> Any:
        """Take in the variables of a comprehension."""
        pair = ast.Tuple([node.key, node.value], ast.Load())
        generator = self.visit_GeneratorExp(ast.GeneratorExp(pair, node.generators))
        key, value = generator.elt.elts
        return ast.DictComp(key, value, generator.generators)

    def visit_GeneratorExp(self, node: ast.GeneratorExp | ast.ListComp) -> Any:
        """Take in the variables of a comprehension."""
        visit: Any = TemplateASTTransformer.visit_GeneratorExp
        comprehension = visit(self, node)
        for generator in comprehension.generators:
            generator.is_async = 0  # which Genshi before 0.7.12 leaves out
        return comprehension

    visit_ListComp = visit_GeneratorExp

    def _clone(self, node: ast.AST) -> Any:
        return ASTTransformer.visit_List(self, node)  # one function for all that hold expressions

    visit_Set = visit_JoinedStr = visit_FormattedValue = _clone


class BlockTransformer(_Scopes, TemplateASTTransformer):
    """Prepares the code of a block."""


class ExpressionTransformer(_Scopes, ExpressionASTTransformer):
    """Prepares an expression."""


#: By the mode in which Python compiles.
TRANSFORMERS: dict[str, type] = {"eval": ExpressionTransformer, "exec": BlockTransformer}


@dataclass(frozen=True)
class Compiled:
    """
    Code of some template.

    :ivar source: as it is written
    :ivar name: that Genshi gives to the code, by which tracebacks and failures know it
    :ivar code: as it would be at the first line of a template without a name
    :ivar divisions: of what may be whole numbers: the line in the source, from 1, and the code
    :ivar depends_on_client_alone: whether it makes the same whenever it runs for the same client
    """

    source: str
    name: str
    code: CodeType
    divisions: tuple[tuple[int, str], ...]
    depends_on_client_alone: bool

    def placed(self, path: str, line: int) -> CodeType:
        """Return the code as that of a template, which tracebacks name, from some line on."""
        return _renamed(self.code, path).replace(co_name=self.name, co_firstlineno=line)


def _renamed(code: CodeType, path: str) -> CodeType:
    constants = tuple(
        _renamed(constant, path) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    )
    return code.replace(co_filename=path, co_consts=constants)


@lru_cache(KEPT)
def _compile(source: str, mode: str) -> Compiled:
    tree = _parse(source, mode=mode)
    check_excepts(tree, NO_FILE)
    places = [
        (getattr(node, "lineno", 1), ast.unparse(node))
        for node in (divisions(tree) if "/" in source else ())
    ]
    depends_on_client = depends_on_client_alone(tree)
    generated = CodeGenerator(TRANSFORMERS[mode]().visit(tree)).code
    code = compile(generated, NO_FILE, mode)
    return Compiled(source, _name(source, mode), code, tuple(places), depends_on_client)


def _name(source: str, mode: str) -> str:
    if mode == "eval":
        return f"<Expression {source!r}>"
    first, *others = source.splitlines() or [""]
    return f"<Suite {first + (' ...' if others else '')!r}>"


def compile_source(source: str, mode: str, path: str) -> Compiled:
    """
    Compile an expression (`eval`) or a block of statements (`exec`), at most once.

    :param path: of the template, which an error names
    :raises SyntaxError: if it is no Python
    """
    try:
        return _compile(source, mode)
    except SyntaxError as error:
        if error.filename == NO_FILE:
            error.filename = path
        raise


def generator_of(source: str, mode: str) -> CodeGenerator:
    """Return the generator that has written the code, which says where its lines come from."""
    return CodeGenerator(TRANSFORMERS[mode]().visit(_parse(source, mode=mode)))
