"""
Genshi's templates, with expressions, blocks and directives of our own in them.

Genshi compiles the code of a template while it takes the template apart, so the classes here take
it apart themselves: into the same events as Genshi does. What is done with the events is Genshi's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from genshi.core import COMMENT, PI, START, TEXT, Attrs, Stream
from genshi.input import XMLParser
from genshi.template import MarkupTemplate, NewTextTemplate, OldTextTemplate
from genshi.template.base import (
    EXEC,
    EXPR,
    INCLUDE,
    SUB,
    BadDirectiveError,
    Template,
    TemplateSyntaxError,
)
from genshi.template.interpolation import lex

from bcfg2tw.engine.repository.source import ExplainedProblem, decoded
from bcfg2tw.engine.templates.genshi_code import Lookup, parse_block, parse_expression
from bcfg2tw.engine.templates.genshi_directives import MARKUP_DIRECTIVES, TEXT_DIRECTIVES

#: Kind, what it is about, and file, line and column.
Event: TypeAlias = tuple[Any, Any, Any]

#: File, line, column, as they move through a text.
Position: TypeAlias = list[Any]


def interpolate(text: str, template: Template, line: int, column: int = 0) -> Iterator[Event]:
    """
    Take a text apart into plain text and the expressions behind its dollar signs.

    :raises TemplateSyntaxError: if an expression is no Python
    """
    position = [template.filepath, line, column]
    pieces = lex(text, position, template.filepath)
    for is_code, group in groupby(pieces, key=itemgetter(0)):
        chunks = (chunk for _, chunk in group)
        if is_code:
            yield from _expressions(chunks, template, position)
        else:
            yield _plain(chunks, position)


def _expressions(sources: Iterator[str], template: Template, position: Position) -> Iterator[Event]:
    for source in sources:
        if source:
            expression = parse_expression(source.strip(), template, position[1])
            yield EXPR, expression, tuple(position)
        _advance(position, source)


def _plain(chunks: Iterator[str], position: Position) -> Event:
    start, parts = tuple(position), []
    for chunk in chunks:
        parts.append(chunk)
        _advance(position, chunk)
    return TEXT, "".join(parts), start


def _advance(position: Position, chunk: str) -> None:
    """Count lines and columns as Genshi does, who adds them up across lines."""
    if "\n" in chunk:
        lines = chunk.splitlines()
        position[1] += len(lines) - 1
        position[2] += len(lines[-1])
    else:
        position[2] += len(chunk)


def text_or_events(text: str, template: Template, line: int, column: int = 0) -> Any:
    """Return a text without expressions as it is to be read, one with them as events."""
    events = list(interpolate(text, template, line, column))
    is_plain = len(events) == 1 and events[0][0] is TEXT
    return events[0][1] if is_plain else events


class _Filters:
    """
    The methods of a template through which its events go, as Genshi looks them up.

    They are kept by their names: a template that refers to its own methods does not go by itself.
    """

    def __get__(self, template: _Python3Template, owner: type) -> list[Callable[..., Any]]:
        return [getattr(template, name) for name in template._filter_names]


class _Python3Template(Template):
    """
    Looks names up by `Lookup` where nothing else is said.

    :ivar problem: why it is not to be used, although Genshi takes it
    :ivar missing: what it includes by fixed names that cannot be read: including file, name, reason
    :ivar problems: what is wrong with files that it includes by fixed names
    """

    problem: ExplainedProblem | None = None
    missing: tuple[tuple[str, str, str], ...] = ()
    problems: tuple[ExplainedProblem, ...] = ()
    filters = _Filters()

    def __init__(self, *args: Any, lookup: type[Lookup] = Lookup, **options: Any) -> None:
        super().__init__(*args, lookup=lookup, **options)

    def _init_filters(self) -> None:
        super()._init_filters()
        self._filter_names = [method.__name__ for method in self.filters]
        del self.filters  # which Genshi has set


#: How an XML document begins that says in which encoding it is.
DECLARED = re.compile(rb"\s*(?:\xff\xfe|\xfe\xff|<\?xml\b[^>]*\bencoding\s*=)")


def _xml_parser(data: str | bytes, filename: str, encoding: str | None) -> XMLParser:
    """
    Return what reads a document in the encoding that it declares.

    :param encoding: for one that declares none
    """
    if isinstance(data, str):
        return XMLParser(io.StringIO(data), filename=filename)
    encoding = None if DECLARED.match(data) else encoding
    return XMLParser(io.BytesIO(data), filename=filename, encoding=encoding)


class Python3Markup(_Python3Template, MarkupTemplate):
    """An XML template."""

    directives = MARKUP_DIRECTIVES

    def _parse(self, source: Any, encoding: str | None) -> list[Event]:
        if not isinstance(source, Stream):
            source = _xml_parser(source.read(), self.filename, encoding)
        return [event for parsed in source for event in self._events(*parsed)]

    def _events(self, kind: Any, data: Any, position: Any) -> Iterable[Event]:
        _, line, column = position
        if kind is TEXT:
            return interpolate(data, self, line, column)
        if kind is PI and data[0] == "python":
            return [(EXEC, parse_block(data[1], self, line), position)]
        if kind is COMMENT and data.lstrip().startswith("!"):
            return []
        return [(kind, data, position)]

    def _interpolate_attrs(self, stream: Iterable[Event]) -> Iterator[Event]:
        for kind, data, position in stream:
            if kind is START:
                tag, attributes = data
                _, line, column = position
                values = [
                    (name, self._attribute(value, line, column)) for name, value in attributes
                ]
                data = tag, Attrs(values)
            yield kind, data, position

    def _attribute(self, value: Any, line: int, column: int) -> Any:
        """Return a value as it is to be read; Genshi passes those of fallbacks twice."""
        is_text = isinstance(value, str) and value
        return text_or_events(value, self, line, column) if is_text else value


class Piece(NamedTuple):
    """
    A part of a text template up to the end of a directive, or up to the template's end.

    :ivar text: what stands before the directive
    :ivar lines: the number of lines that the directive is written on
    :ivar offset: where in the template the directive begins
    :ivar command: the directive's name, None for a comment and at the end
    """

    text: str
    lines: int = 0
    offset: int = 0
    command: str | None = None
    value: str | None = None


class TextEvents:
    """
    The events of a text template, collected in the order of its text.

    :ivar line: the line that the text has come to, as Genshi counts
    :ivar stray: the first end of nothing, if there is one
    """

    def __init__(self, template: Template) -> None:
        self.events: list[Event] = []
        self.line = 1
        self._template = template
        self._open: list[tuple[Any, int]] = []
        self._opened_by: list[Piece] = []
        self._piece = Piece("")
        self.stray: Piece | None = None

    @property
    def unclosed(self) -> Piece | None:
        """The last directive without an end, if there is one."""
        return self._opened_by[-1] if self._opened_by else None

    def add(self, piece: Piece) -> None:
        """Add a part of the template, and go on behind it; what it commands is not done yet."""
        self._piece = piece
        self.events += interpolate(piece.text, self._template, self.line)
        self.line += len(piece.text.splitlines()) + piece.lines

    def include(self, target: Any) -> None:
        """
        Add the inclusion of another template.

        :param target: its name, or the events that make it up
        """
        position = (self._template.filename, self.line, 0)
        self.events.append((INCLUDE, (target, None, []), position))

    def execute(self, source: str) -> None:
        """
        Add a block of statements.

        :raises TemplateSyntaxError: if it is no Python
        """
        block = parse_block(source, self._template, self.line)
        self.events.append((EXEC, block, (self._template.filename, self.line, 0)))

    def open(self, command: str, value: str | None) -> None:
        """
        Begin what a directive applies to.

        :raises BadDirectiveError: if there is no such directive
        """
        directive = self._template.get_directive(command)
        if directive is None:
            raise BadDirectiveError(command)
        position = (self._template.filepath, self.line, 0)
        self._open.append(((0, directive, value, None, position), len(self.events)))
        self._opened_by.append(self._piece)

    def close(self) -> None:
        """End what the last directive applies to; an end too many means nothing."""
        if not self._open:
            self.stray = self.stray or self._piece
        else:
            directive, start = self._open.pop()
            self._opened_by.pop()
            position = (self._template.filepath, self.line, 0)
            self.events[start:] = [(SUB, ([directive], self.events[start:]), position)]


class Python3Text(_Python3Template, NewTextTemplate):
    """
    A text template whose directives stand between `{%` and `%}`.

    :cvar spelling: how a directive is written
    :cvar opening: what begins a directive or comment, of which nothing is left in what is none
    """

    directives = TEXT_DIRECTIVES
    spelling = "{{% {} %}}"
    opening = re.compile(r"(?<!\\)\{[#%]")

    def _parse(self, source: Any, encoding: str | None) -> list[Event]:
        return _events_of_text(self, source.read(), encoding)

    def pieces(self, text: str) -> Iterator[Piece]:
        """Return the parts of the template's text."""
        offset = 0
        for match in self._directive_re.finditer(text):
            lines = len(match[1].splitlines())
            before, start = self._unescape(text[offset : match.start(1)]), match.start(1)
            yield Piece(before, lines, start, match[2], match[3])
            offset = match.end(1)
        yield Piece(self._unescape(text[offset:]))

    def _unescape(self, text: str) -> str:
        unescaped: str = self._escape_re.sub(
            lambda match: match[match.lastindex] if match.lastindex else "", text
        )
        return unescaped

    def add_command(self, events: TextEvents, command: str, value: str | None) -> None:
        """Do what a command says."""
        if command == "include":
            events.include(text_or_events(value or "", self, events.line))
        elif command == "python":
            if not (value or "").strip():
                reason = "{% python %} holds no code: write it before the %}"
                raise TemplateSyntaxError(reason, self.filepath, events.line)
            events.execute(value or "")
        elif command == "end":
            events.close()
        else:
            events.open(command, value)


class Python3OldText(_Python3Template, OldTextTemplate):
    """
    A text template whose directives are lines that begin with `#`.

    :cvar spelling: how a directive is written
    :cvar opening: None, as lines end by themselves
    """

    directives = TEXT_DIRECTIVES
    spelling = "#{}"
    opening = None

    def _parse(self, source: Any, encoding: str | None) -> list[Event]:
        return _events_of_text(self, source.read(), encoding)

    def pieces(self, text: str) -> Iterator[Piece]:
        """Return the parts of the template's text."""
        offset = 0
        for match in self._DIRECTIVE_RE.finditer(text):
            directive = match[0].lstrip()[1:]
            command, *values = directive.split(None, 1)
            lines = len(directive.splitlines())
            yield Piece(text[offset : match.start()], lines, match.start(), command, *values)
            offset = match.end()
        yield Piece(text[offset:].replace("\\#", "#"))  # Genshi does so nowhere else

    def add_command(self, events: TextEvents, command: str, value: str | None) -> None:
        """Do what a command says."""
        if command == "include":
            events.include((value or "").strip())
        elif command == "end":
            events.close()
        elif command != "#":  # that is a comment
            events.open(command, value)


TextTemplate: TypeAlias = "Python3Text | Python3OldText"


def _problems(template: TextTemplate, events: TextEvents, text: str) -> Iterator[ExplainedProblem]:
    """Yield what is wrong with directives, and Genshi passes over."""
    end = template.spelling.format("end")
    if events.unclosed is not None:
        directive = template.spelling.format(events.unclosed.command)
        yield _problem(template, f"{directive} has no {end}", text, events.unclosed.offset)
    if events.stray is not None:
        reason = f"{end} ends nothing: remove it, or write what it is to end"
        yield _problem(template, reason, text, events.stray.offset)
    unended = _unended(template, text)
    if unended is not None:
        mark = text[unended : unended + 2]
        reason = f"{mark} has no {mark[1]}}}, and is taken for text: write \\{mark} if it is"
        yield _problem(template, reason, text, unended)


def _problem(template: TextTemplate, reason: str, text: str, offset: int) -> ExplainedProblem:
    line = text.count("\n", 0, offset) + 1
    return ExplainedProblem(template.filepath, reason, line, reason)


def _unended(template: TextTemplate, text: str) -> int | None:
    """Return where a directive or a comment begins that does not end."""
    if template.opening is None:
        return None
    directives = [match.span(1) for match in template._directive_re.finditer(text)]
    for match in template.opening.finditer(text):
        if not any(start <= match.start() < end for start, end in directives):
            return int(match.start())
    return None


def _events_of_text(template: TextTemplate, data: str | bytes, encoding: str | None) -> list[Event]:
    if isinstance(data, bytes):
        text = decoded(data, template.filepath, encoding or "utf-8")
    else:
        text = data
    events = TextEvents(template)
    for piece in template.pieces(text):
        events.add(piece)
        if piece.command is not None:
            template.add_command(events, piece.command, piece.value)
    template.problem = next(_problems(template, events, text), None)
    return events.events
