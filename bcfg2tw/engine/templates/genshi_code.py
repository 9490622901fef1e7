"""
Python 3 in Genshi's templates: expressions and blocks of our own.

Genshi reads the code of a template and writes it anew, with names that are looked up in the
template's variables. As of 0.7.12 it writes `except A, b`, which no Python 3 takes, and knows
neither f-strings nor the comprehensions that make sets and dictionaries. Bytes, such as a program's
output, it takes for a list of numbers. The classes here do better, and leave Genshi's own as they
are for whoever else uses it in the process.
"""

from __future__ import annotations

import ast
import builtins
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType
from typing import Any, ClassVar

from genshi.template.astutil import ASTCodeGenerator, ASTTransformer
from genshi.template.base import Template, TemplateSyntaxError
from genshi.template.eval import (
    BUILTINS,
    UNDEFINED,
    Expression,
    ExpressionASTTransformer,
    StrictLookup,
    Suite,
    TemplateASTTransformer,
    _parse,
)

from bcfg2tw.engine.templates.dependence import depends_on_client_alone
from bcfg2tw.engine.templates.divisions import divisions
from bcfg2tw.engine.templates.imports import Import
from bcfg2tw.engine.templates.python2 import NAMES, OF_TEMPLATES, as_text
from bcfg2tw.settings import Settings

BUILT_IN_NAMES = {**NAMES, **BUILTINS}


class Lookup(StrictLookup):
    """
    Looks names up as Genshi does, and gives those that Python 2 had, too.

    :cvar built_in: what names mean that the template has no variables for
    :cvar built_in_code: the same for the code of blocks
    """

    built_in: ClassVar[Mapping[str, Any]] = BUILT_IN_NAMES
    built_in_code: ClassVar[Mapping[str, Any]] = {**builtins.__dict__, "__import__": Import({})}

    @classmethod
    def globals(cls, data: Any) -> dict[str, Any]:
        """Return the global names of the code, `import` among what is built in."""
        found: dict[str, Any] = super().globals(data)
        found["__builtins__"] = cls.built_in_code
        return found

    @classmethod
    def lookup_name(cls, data: Any, name: str) -> Any:
        """Return the value of a name."""
        value = data.get(name, UNDEFINED)
        if value is UNDEFINED:
            value = cls.built_in.get(name, UNDEFINED)
            if value is UNDEFINED:
                value = cls.undefined(name)
        return value


class Python2Lookup(Lookup):
    """Gives what Python 2 made of random numbers and of hashes as well."""

    built_in: ClassVar[Mapping[str, Any]] = {**BUILTINS, **OF_TEMPLATES}
    built_in_code: ClassVar[Mapping[str, Any]] = built_in


def lookup_for(settings: Settings) -> type[Lookup]:
    """Return what looks names up in templates."""
    return Python2Lookup if settings.python2_random else Lookup


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


@dataclass(frozen=True)
class Division:
    """
    A division in the code of a template.

    :ivar path: of the template
    :ivar source: the expression or block that it stands in
    :ivar line: its line in that, from 1
    :ivar template_line: the line of the template that Genshi has come to
    """

    path: str
    source: str
    line: int
    code: str
    template_line: int


class _Collecting(threading.local):
    divisions: list[Division] | None = None
    unknown: list[str] | None = None


_collecting = _Collecting()


@contextmanager
def collected_divisions() -> Iterator[list[Division]]:
    """Collect the divisions in all code that this thread compiles."""
    before, collected = _collecting.divisions, list[Division]()
    _collecting.divisions = collected
    try:
        yield collected
    finally:
        _collecting.divisions = before


@contextmanager
def collected_unknown() -> Iterator[list[str]]:
    """Collect all code that this thread compiles and that may depend on anything."""
    before, collected = _collecting.unknown, list[str]()
    _collecting.unknown = collected
    try:
        yield collected
    finally:
        _collecting.unknown = before


def _note_unknown(tree: ast.AST, source: str) -> None:
    if _collecting.unknown is not None and not depends_on_client_alone(tree):
        _collecting.unknown.append(source)


def _note_divisions(tree: ast.AST, source: str, path: str, template_line: int) -> None:
    if _collecting.divisions is not None and "/" in source:
        _collecting.divisions += [
            Division(path, source, getattr(node, "lineno", 1), ast.unparse(node), template_line)
            for node in divisions(tree)
        ]


class _Python3Code:
    """
    Code of a template, read and compiled by the classes above.

    The syntax tree, most of a template's memory, is not kept: only pickling would need it.
    """

    mode: str
    transformer: ClassVar[type]

    def __init__(
        self,
        source: str,
        filename: str | None = None,
        lineno: int = -1,
        lookup: type[StrictLookup] = Lookup,
    ) -> None:
        """
        Compile the code.

        :param filename: of the template
        :param lineno: where the code is said to be in the template, from 1; -1 for the first line
        :param lookup: looks names up
        :raises SyntaxError: if it is no Python
        """
        tree = _parse(source, mode=self.mode)
        _note_divisions(tree, source, filename or "<string>", lineno)
        _note_unknown(tree, source)
        tree = self.transformer().visit(tree)
        code: CodeType = compile(CodeGenerator(tree).code, filename or "<string>", self.mode)
        name = _code_name(source, self.mode)
        self.source = source
        self.code = code.replace(co_name=name, co_firstlineno=max(lineno, 1))
        self.ast = None
        self._globals = lookup.globals


def _code_name(source: str, mode: str) -> str:
    """Return the name that Genshi gives to code, by which tracebacks and failures know it."""
    if mode == "eval":
        return f"<Expression {source!r}>"
    first, *others = source.splitlines() or [""]
    return f"<Suite {first + (' ...' if others else '')!r}>"


class TemplateExpression(_Python3Code, Expression):
    """An expression whose value a directive uses."""

    transformer = ExpressionTransformer


class OutputExpression(TemplateExpression):
    """An expression whose value stands in the output."""

    def evaluate(self, data: Any) -> Any:
        """Return what goes into the output."""
        return output_of(super().evaluate(data))


class Block(_Python3Code, Suite):
    """A block of statements."""

    transformer = BlockTransformer

    def source_line(self, code: CodeType, line: int) -> int | None:
        """
        Find the line of `source`, from 1, that a line of the generated code was made from.

        :param code: the block's, or that of a function in it
        :param line: as in a traceback
        """
        if code is self.code:
            line -= self.code.co_firstlineno - 1
        tree = self.transformer().visit(_parse(self.source, mode=self.mode))
        origins = CodeGenerator(tree).lines_info
        if not 0 < line <= len(origins):
            return None
        numbers = [origin[0] for _, origin in origins[line - 1] or () if origin is not None]
        return numbers[0] if numbers and numbers[0] <= len(self.source.splitlines()) else None


def output_of(value: Any) -> Any:
    """
    Return what an expression's value puts into the output; a list puts all that it holds.

    :raises UnicodeDecodeError: for bytes that are no text
    """
    if isinstance(value, (list, tuple)):
        return [as_text(part) for part in value]
    return as_text(value)


def parse_expression(source: str, template: Template, line: int) -> OutputExpression:
    """
    Compile an expression that stands in the text of a template.

    :raises TemplateSyntaxError: if it is no Python
    """
    try:
        return OutputExpression(source, template.filepath, line, template.lookup)
    except SyntaxError as error:
        raise TemplateSyntaxError(error, template.filepath, line) from error


def parse_block(source: str, template: Template, line: int) -> Block:
    """
    Compile a block of statements.

    :raises TemplateSyntaxError: if it is no Python, or the template may have no blocks
    """
    if not template.allow_exec:
        raise TemplateSyntaxError("Python code blocks not allowed", template.filepath, line)
    try:
        return Block(source, template.filepath, line, template.lookup)
    except SyntaxError as error:
        line += (error.lineno or 1) - 1
        raise TemplateSyntaxError(error, template.filepath, line) from error
