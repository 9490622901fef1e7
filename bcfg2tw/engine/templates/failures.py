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
from functools import lru_cache
from types import CodeType
from typing import Any

from genshi.template import TemplateError
from genshi.template.base import Template
from genshi.template.eval import UndefinedError

from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates import python2
from bcfg2tw.engine.templates.genshi_code import Block
from bcfg2tw.engine.templates.python_files import with_diagnosis
from bcfg2tw.engine.templates.site_code import CodeEnded
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
        """The place of the failure, for the log."""
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
        return expression_in(self.code.co_name)


@lru_cache(maxsize=1000)  # the same ones fail in each run, and `ast` leaves rings of functions
def expression_in(name: str) -> str:
    """Return the expression that code of this name, which begins with `EXPRESSION`, is of."""
    return str(ast.literal_eval(name[len(EXPRESSION) : -1]))


def render_failure(template: Template, error: Exception, text: str | None = None) -> Failure:
    """
    Explain what a template's own code raised.

    :param text: the template's text where it is not its file's content
    """
    frames = list(_frames(error, template))
    for frame in reversed(frames):
        block = _block_of(frame.code, template.stream)
        if block is not None:
            return _in_block(error, frame, block, _text_of(frame.code.co_filename, template, text))
    outermost = next((frame for frame in frames if frame.expression is not None), None)
    if outermost is None:
        reason = with_diagnosis(_description(error, bool(frames)), error)
        return Failure(reason, template.filepath)
    return _in_expression(error, outermost, _text_of(outermost.code.co_filename, template, text))


def log_failure(place: str, reason: str, variables: Iterable[str]) -> None:
    """Log where a template failed, why, and which variables it had."""
    logger.error("%s: %s; its variables are %s", place, reason, ", ".join(sorted(variables)))


def _frames(error: Exception, template: Template) -> Iterator[Frame]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        is_block = code.co_name.startswith((EXPRESSION, "<Suite "))
        if is_block or code.co_filename == template.filepath:
            yield Frame(code, line)


def _description(error: Exception, with_class: bool) -> str:
    name, text = type(error).__name__, str(error)
    if isinstance(error, CodeEnded):
        return text
    if not text:
        return name
    return f"{name}: {text}" if with_class else text


def _in_expression(error: Exception, frame: Frame, text: str) -> Failure:
    reason = _description(error, isinstance(error, UndefinedError))
    if isinstance(error, UndefinedError):
        reason += f" at '{frame.code.co_name}'"
    reason = with_diagnosis(reason, error)
    line = line_of(frame.expression or "", text)
    return Failure(reason, frame.code.co_filename, line)


def _in_block(error: Exception, frame: Frame, block: Block, text: str) -> Failure:
    reason, path = _description(error, True), frame.code.co_filename
    number = block.source_line(frame.code, frame.line)
    if number is None:
        return Failure(with_diagnosis(reason, error), path)
    line = block.source.splitlines()[number - 1]
    start = line_of(block.source, text)
    return Failure(
        with_diagnosis(f"{reason} at '{line}'", error, line),
        path,
        None if start is None else start + number - 1,
    )


def _block_of(code: CodeType, stream: Iterable[Any]) -> Block | None:
    """Find the `{% python %}` block that a piece of code belongs to."""
    for kind, data, _ in stream:
        if kind is Template.EXEC and code in with_inner(data.code):
            block: Block = data
            return block
        inner = _block_of(code, data[1]) if kind is Template.SUB else None
        if inner is not None:
            return inner
    return None


def with_inner(code: CodeType) -> Iterator[CodeType]:
    """Yield a piece of code and those of all functions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from with_inner(constant)


def load_failure(error: TemplateError, source: Source, data: bytes) -> RepositoryError:
    """Explain why a template, or one that it includes, cannot be read."""
    path = source.path if error.filename in (None, "<string>") else error.filename
    text = data.decode(source.settings.encoding, "replace")
    text = text if path == source.path else file_text(path)
    syntax_error = error.__cause__ or error.__context__ or error
    failing = getattr(error, "text", None) or getattr(syntax_error, "text", None) or ""
    failing = failing.strip()
    line = line_of(failing, text) or _line_of_directive(error.msg, text)
    reason = re.sub(r" \(,? ?line \d+\)", "", str(error.msg))
    line = line or (error.lineno if error.lineno > 0 else None)
    return python2.load_problem(path, reason, line, error, failing)


def _line_of_directive(message: object, text: str) -> int | None:
    match = re.match(r'bad directive "(\w+)"|\{% (\w+) %\} holds', str(message))
    directive = re.search(rf"\{{%\s*{match[1] or match[2]}\b", text) if match else None
    return None if directive is None else text.count("\n", 0, directive.start()) + 1


def line_of(fragment: str, text: str) -> int | None:
    """Return the line on which a piece of a template begins, None if it is not to be found."""
    for candidate in (fragment, fragment.removeprefix("iter(").removesuffix(")")):
        start = text.find(candidate) if candidate else -1
        if start >= 0:
            return text.count("\n", 0, start) + 1
    return None


def _text_of(path: str, template: Template, text: str | None) -> str:
    if text is not None and path == template.filepath:
        return text
    return file_text(path)


def file_text(path: str) -> str:
    """Return the text of a template, for the line of a failure to be found in."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""  # it is gone by now: the failure has no line then
