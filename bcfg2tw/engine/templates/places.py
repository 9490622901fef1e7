"""The line of a template that a running function belongs to, for templates of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, Protocol, runtime_checkable

from bcfg2tw.engine.templates import text
from bcfg2tw.engine.templates.failures import (
    EXPRESSION,
    expression_in,
    file_text,
    line_of,
    with_inner,
)
from bcfg2tw.engine.templates.genshi_code import Block

BLOCK = "<Suite "

#: Path and line, None where the line cannot be told.
TemplatePlace = tuple[str, "int | None"]


@runtime_checkable
class CompiledTemplate(Protocol):
    """A template whose generated code has lines of its own."""

    path: str

    def line_of(self, generated_line: int) -> int | None:
        """Return the template's line for one of the generated code."""


def is_template_code(frame: FrameType) -> bool:
    """Say whether a function is code of a template; reads no file."""
    if frame.f_code.co_name.startswith(EXPRESSION):
        return True
    return any(name in frame.f_globals for name in _KINDS)


def template_place(frame: FrameType) -> TemplatePlace | None:
    """
    Return where in a template a function is.

    None where it is no code of a template, and in functions of a block that has ended, whose
    lines nobody knows any more.
    """
    if frame.f_code.co_name.startswith(EXPRESSION):
        return _in_expression(frame)
    if frame.f_code.co_filename == text.__file__:
        return _in_directive(frame)
    kind = next((name for name in _KINDS if name in frame.f_globals), None)
    return None if kind is None else _KINDS[kind](frame)


def callers_of(frame: FrameType) -> Iterator[FrameType]:
    """Yield the function itself, what called it, and so on."""
    current: FrameType | None = frame
    while current is not None:
        yield current
        current = current.f_back


def _in_expression(frame: FrameType) -> TemplatePlace:
    path = frame.f_code.co_filename
    source = expression_in(frame.f_code.co_name)
    template = file_text(path)
    return path, line_of(f"${{{source}}}", template) or line_of(source, template)


def _in_block(frame: FrameType) -> TemplatePlace | None:
    """Return the place in a block; None in a function of a block that has ended."""
    path = frame.f_code.co_filename
    for caller in callers_of(frame):
        block = caller.f_locals.get("self")
        if isinstance(block, Block) and frame.f_code in with_inner(block.code):
            number = block.source_line(frame.f_code, frame.f_lineno)
            start = line_of(block.source, file_text(path))
            return path, None if number is None or start is None else start + number - 1
    return None


def _in_jinja2(frame: FrameType) -> TemplatePlace:
    """Return the place by the table in generated code: `TEMPLATE_LINE=LINE&...`, in order."""
    place: int | None = None
    for pair in str(frame.f_globals["debug_info"]).split("&"):
        template_line, _, generated_line = pair.partition("=")
        if generated_line and int(generated_line) <= frame.f_lineno:
            place = int(template_line)
    return frame.f_code.co_filename, place


def _in_cheetah(frame: FrameType) -> TemplatePlace | None:
    for caller in callers_of(frame):
        template = caller.f_locals.get("self")
        if isinstance(template, CompiledTemplate):
            return template.path, template.line_of(frame.f_lineno)
    return None


def _in_directive(frame: FrameType) -> TemplatePlace | None:
    """Return the place in Genshi's text that is being rendered."""
    variables: dict[str, Any] = frame.f_locals
    rendering = variables.get("self")
    if not isinstance(rendering, text._Rendering):
        return None
    path = str(rendering.template.filepath)
    if "loop" in variables:
        return path, line_of(variables["loop"].expr.source, file_text(path))
    position = variables.get("position")
    return None if position is None else (path, int(position[1]))


#: By a name that all code of this kind has among its global ones.
_KINDS: Mapping[str, Callable[[FrameType], TemplatePlace | None]] = {
    "_lookup_name": _in_block,
    "debug_info": _in_jinja2,
    "__CHEETAH_version__": _in_cheetah,
}
