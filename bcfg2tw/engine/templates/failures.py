"""
Why a Genshi template failed: in which file, on which line, and what of Python 2 it may be.

Genshi counts lines from the end of a block, and generates the code of a `{% python %}` block
anew, so that the lines of a traceback are not the file's: here they are found again.
"""

from __future__ import annotations

import ast
import logging
import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from genshi.template import TemplateError
from genshi.template.base import Template
from genshi.template.eval import Suite, UndefinedError, _parse

from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates import python2
from bcfg2tw.engine.templates.genshi_code import BlockTransformer, CodeGenerator
from bcfg2tw.engine.templates.python_files import with_diagnosis
from bcfg2tw.errors import RepositoryError

logger = logging.getLogger("bcfg2-server")

EXPRESSION = "<Expression "


@dataclass(frozen=True)
class Failure:
    """
    What is to be said of a template that failed while it was rendered.

    :ivar reason: for the entry's `failure` (:ref:`cfg-5.1`)
    """

    reason: str
    path: str
    line: int | None = None

    @property
    def place(self) -> str:
        """Where it failed, for the log."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Frame:
    """One step of a traceback that is code of the template."""

    code: CodeType
    line: int

    @property
    def expression(self) -> str | None:
        """The expression of the template that this is, if it is one."""
        if not self.code.co_name.startswith(EXPRESSION):
            return None
        return str(ast.literal_eval(self.code.co_name[len(EXPRESSION) : -1]))


def render_failure(template: Template, error: Exception, text: str | None = None) -> Failure:
    """
    Explain what a template's own code raised.

    :param text: the template's text where it is not its file's content
    """
    frames = list(_frames(error, template))
    for frame in reversed(frames):
        suite = _suite_of(frame.code, template.stream)
        if suite is not None:
            return _in_block(error, frame, suite, _text_of(frame.code.co_filename, template, text))
    first = next((frame for frame in frames if frame.expression is not None), None)
    if first is None:
        return Failure(with_diagnosis(_described(error, bool(frames)), error), template.filepath)
    return _in_expression(error, first, _text_of(first.code.co_filename, template, text))


def log_failure(place: str, reason: str, variables: Iterable[str]) -> None:
    """Log where a template failed, why, and which variables it had."""
    logger.error("%s: %s; its variables are %s", place, reason, ", ".join(sorted(variables)))


def _frames(error: Exception, template: Template) -> Iterator[Frame]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        is_block = code.co_name.startswith((EXPRESSION, "<Suite "))
        if is_block or code.co_filename == template.filepath:
            yield Frame(code, line)


def _described(error: Exception, with_class: bool) -> str:
    name, text = type(error).__name__, str(error)
    if not text:
        return name
    return f"{name}: {text}" if with_class else text


def _in_expression(error: Exception, frame: Frame, text: str) -> Failure:
    reason = _described(error, isinstance(error, UndefinedError))
    if isinstance(error, UndefinedError):
        reason += f" at '{frame.code.co_name}'"
    reason = with_diagnosis(reason, error)
    line = _line_of(frame.expression or "", text)
    return Failure(reason, frame.code.co_filename, line)


def _in_block(error: Exception, frame: Frame, suite: Suite, text: str) -> Failure:
    reason, path = _described(error, True), frame.code.co_filename
    number = _line_in_block(frame, suite)
    if number is None:
        return Failure(with_diagnosis(reason, error), path)
    line = suite.source.splitlines()[number - 1]
    start = _line_of(suite.source, text)
    return Failure(
        with_diagnosis(f"{reason} at '{line}'", error, line),
        path,
        None if start is None else start + number - 1,
    )


def _line_in_block(frame: Frame, suite: Suite) -> int | None:
    """Return the line of a block's source, from 1, that a line of its code was made from."""
    generated = frame.line
    if frame.code is suite.code:
        generated -= suite.code.co_firstlineno - 1
    tree = BlockTransformer().visit(_parse(suite.source, mode="exec"))
    origins = CodeGenerator(tree).lines_info
    if not 0 < generated <= len(origins):
        return None
    found = [origin[0] for _, origin in origins[generated - 1] or () if origin is not None]
    return found[0] if found and found[0] <= len(suite.source.splitlines()) else None


def _suite_of(code: CodeType, stream: Iterable[Any]) -> Suite | None:
    """Find the `{% python %}` block that a piece of code belongs to."""
    for kind, data, _ in stream:
        if kind is Template.EXEC and code in _with_inner(data.code):
            return data
        found = _suite_of(code, data[1]) if kind is Template.SUB else None
        if found is not None:
            return found
    return None


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


def load_failure(error: TemplateError, source: Source, data: bytes) -> RepositoryError:
    """Explain why a template, or one that it includes, cannot be read."""
    named = error.filename
    path = source.path if named in (None, "<string>") else named
    text = data.decode(source.settings.encoding, "replace")
    text = text if path == source.path else _file_text(path)
    syntax = next((one for one in (error.__cause__, error.__context__) if one is not None), error)
    failing = (getattr(syntax, "text", None) or "").strip()
    line = _line_of(failing, text) or _line_of_directive(error.msg, text)
    reason = re.sub(r" \(,? ?line \d+\)", "", str(error.msg))
    line = line or (error.lineno if error.lineno > 0 else None)
    return python2.load_problem(path, reason, line, error, failing)


def _line_of_directive(message: object, text: str) -> int | None:
    found = re.match(r'bad directive "(\w+)"', str(message))
    directive = re.search(rf"\{{%\s*{found[1]}\b", text) if found else None
    return None if directive is None else text.count("\n", 0, directive.start()) + 1


def _line_of(fragment: str, text: str) -> int | None:
    """Return the line on which a piece of a template begins."""
    for candidate in (fragment, fragment.removeprefix("iter(").removesuffix(")")):
        start = text.find(candidate) if candidate else -1
        if start >= 0:
            return text.count("\n", 0, start) + 1
    return None


def _text_of(path: str, template: Template, text: str | None) -> str:
    if text is not None and path == template.filepath:
        return text
    return _file_text(path)


def _file_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""  # it is gone by now: the failure has no line then
