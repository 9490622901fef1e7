"""
Python 3 in Genshi's templates: expressions and blocks of our own.

Genshi reads the code of a template and writes it anew, with names that are looked up in the
template's variables. As of 0.7.12 it writes `except A, b`, which no Python 3 takes, and knows
neither f-strings nor the comprehensions that make sets and dictionaries. Bytes, such as a program's
output, it takes for a list of numbers. The classes here do better, and leave Genshi's own as they
are for whoever else uses it in the process.
"""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType
from typing import Any, ClassVar

from genshi.template.base import Template, TemplateSyntaxError
from genshi.template.eval import BUILTINS, UNDEFINED, Expression, StrictLookup, Suite

from bcfg2tw.engine.templates.genshi_compiler import Compiled, compile_source, generator_of
from bcfg2tw.engine.templates.imports import Import
from bcfg2tw.engine.templates.python2 import NAMES, OF_TEMPLATES, as_text
from bcfg2tw.settings import Settings

_IMPORT = Import({})
BUILT_IN_NAMES = {**NAMES, **BUILTINS, "__import__": _IMPORT}

#: The global names of code that are the same for all data, by the class that looks names up.
_FIXED_NAMES: dict[type, dict[str, Any]] = {}

#: The method that makes them, one object for all code of templates.
_METHODS: dict[type, Callable[[Any], dict[str, Any]]] = {}


class Lookup(StrictLookup):
    """
    Looks names up as Genshi does, and gives those that Python 2 had, too.

    :cvar built_in: what names mean that the template has no variables for
    :cvar built_in_code: the same for the code of blocks
    """

    built_in: ClassVar[Mapping[str, Any]] = BUILT_IN_NAMES
    built_in_code: ClassVar[Mapping[str, Any]] = {**builtins.__dict__, "__import__": _IMPORT}

    @classmethod
    def globals(cls, data: Any) -> dict[str, Any]:
        """Return the global names of the code, `import` among what is built in."""
        names = _FIXED_NAMES.get(cls)
        if names is None:  # once: code is run for each expression of each template
            names = {**super().globals(None), "__builtins__": cls.built_in_code}
            _FIXED_NAMES[cls] = names
        return {**names, "__data__": data}

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


def _note(compiled: Compiled, source: str, path: str, template_line: int) -> None:
    """Tell whoever collects in this thread what there is in some code."""
    if _collecting.divisions is not None:
        _collecting.divisions += [
            Division(path, source, line, code, template_line) for line, code in compiled.divisions
        ]
    if _collecting.unknown is not None and not compiled.depends_on_client_alone:
        _collecting.unknown.append(source)


class _Python3Code:
    """
    Code of a template, read and compiled by the classes above.

    The syntax tree, most of a template's memory, is not kept: only pickling would need it.
    """

    mode: str

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
        path = filename or "<string>"
        compiled = compile_source(source, self.mode, path)
        _note(compiled, source, path, lineno)
        self.source = compiled.source  # one text for all templates that say the same
        self.code = compiled.placed(path, max(lineno, 1))
        self.ast = None
        self._globals = _METHODS.setdefault(lookup, lookup.globals)


class TemplateExpression(_Python3Code, Expression):
    """An expression whose value a directive uses."""


class OutputExpression(TemplateExpression):
    """An expression whose value stands in the output."""

    def evaluate(self, data: Any) -> Any:
        """Return what goes into the output."""
        return output_of(super().evaluate(data))


class Block(_Python3Code, Suite):
    """A block of statements."""

    def run(self, names: dict[str, Any], context: Any) -> None:
        """
        Do what `execute` does, with global names that are at hand.

        The places of failures and of what hangs are told by this method's frame.
        """
        exec(self.code, {**names}, context)  # what it makes global is its own

    def source_line(self, code: CodeType, line: int) -> int | None:
        """
        Find the line of `source`, from 1, that a line of the generated code was made from.

        :param code: the block's, or that of a function in it
        :param line: as in a traceback
        """
        if code is self.code:
            line -= self.code.co_firstlineno - 1
        origins = generator_of(self.source, self.mode).lines_info
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
