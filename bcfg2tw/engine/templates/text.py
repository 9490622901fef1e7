"""
Rendering Genshi's text templates: the same result as `generate().render("text")`, sooner.

Genshi passes every piece of a template through half a dozen generators; what stands in a text
template is mostly text and expressions, which are taken straight from the prepared template
here, as are the plain loop and the plain condition. Other directives are Genshi's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from genshi.core import TEXT, _ensure
from genshi.template.base import Context, Template, _apply_directives

from bcfg2tw.engine.templates import output_limit
from bcfg2tw.engine.templates.contexts import passing_context
from bcfg2tw.engine.templates.data import Variables
from bcfg2tw.engine.templates.genshi_code import Lookup, TemplateExpression, output_of
from bcfg2tw.engine.templates.genshi_directives import For, If
from bcfg2tw.engine.templates.genshi_syntax import Python3OldText, Python3Text

EXPR, EXEC, SUB, INCLUDE = Template.EXPR, Template.EXEC, Template.SUB, Template.INCLUDE


TextTemplate = Python3Text | Python3OldText


def render_text(template: TextTemplate, variables: Variables) -> str:
    """
    Render a text template, white space kept, comments dropped.

    Whatever the template's own code raises is raised.

    :param variables: given to the template, whose code may add to them
    """
    pieces: list[str] = []
    with passing_context(variables) as context:
        _Rendering(template, context, pieces).write(template.stream)
    return "".join(pieces)


def _look_up(lookup: type[Lookup], context: Context) -> Callable[[Context, str], Any]:
    """Return a function that looks names up as `lookup` does; it has what it needs at hand."""
    scopes, built_in = context.frames, lookup.built_in

    def value_of(_: Context, name: str) -> Any:
        for scope in scopes:
            if name in scope:
                return scope[name]
        return built_in[name] if name in built_in else lookup.lookup_name(context, name)

    return value_of


class _Rendering:
    """One rendering of one template."""

    def __init__(self, template: TextTemplate, context: Context, pieces: list[str]) -> None:
        self.template = template
        self._context = context
        self._pieces = pieces
        self._append = pieces.append
        self._names = template.lookup.globals(context)
        self._names["_lookup_name"] = _look_up(template.lookup, context)
        self._locals = {"__data__": context}

    def write(self, stream: Iterable[tuple[Any, Any, Any]]) -> None:
        """Append what a stream of events comes to."""
        append, names, variables = self._append, self._names, self._locals
        for kind, data, position in stream:
            if kind is TEXT:
                append(data if type(data) is str else str(data))
            elif kind is EXPR:
                value = eval(data.code, names, variables)  # the template's own code
                if type(value) is str:
                    append(value)
                elif type(value) is int:
                    append(str(value))
                elif value is not None:
                    self._write_value(value)
            elif kind is SUB:
                self._write_directives(data[0], data[1])
            elif kind is EXEC:
                data.run(names, self._context)
            elif kind is INCLUDE:
                self._include((kind, data, position))

    def _write_directives(self, directives: list[Any], stream: list[Any]) -> None:
        kind = type(directives[0]) if len(directives) == 1 else None
        if kind is If:
            if self._value(directives[0].expr):
                self.write(stream)
        elif kind is For:
            self._write_loop(directives[0], stream)
        else:
            self.write(_apply_directives(stream, directives, self._context, {}))

    def _write_loop(self, loop: For, stream: list[Any]) -> None:
        scope: dict[str, Any] = {}
        for item in self._value(loop.expr):
            loop.assign(scope, item)
            self._context.push(scope)
            self.write(stream)
            self._context.pop()
            if len(self._pieces) > output_limit.MAX_PIECES:
                raise output_limit.TooMuchOutput(loop.expr.source)

    def _value(self, expression: TemplateExpression) -> Any:
        return eval(expression.code, self._names, self._locals)

    def _write_value(self, value: Any) -> None:
        value = output_of(value)
        is_text = isinstance(value, (str, int, float)) or not hasattr(value, "__iter__")
        if is_text:
            self._append(str(value))
        else:
            self.write(_ensure(value))

    def _include(self, event: tuple[Any, Any, Any]) -> None:
        included = self.template._include(iter([event]), self._context)
        for kind, data, _ in included:
            if kind is TEXT:
                self._append(str(data))
