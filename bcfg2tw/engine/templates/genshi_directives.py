"""Genshi's directives, with expressions of our own in them."""

from __future__ import annotations

import ast
from typing import Any, ClassVar

from genshi.template import directives as base
from genshi.template.base import Template, TemplateSyntaxError
from genshi.template.eval import _parse

from bcfg2tw.engine.templates.genshi_code import OutputExpression, TemplateExpression

NONE = ast.Constant(None)


class _Python3Directive:
    """
    Compiles the expression of a directive.

    The names of the classes are those of the directives in error messages.

    :cvar expression: of which class it is
    """

    expression: ClassVar[type[TemplateExpression]] = TemplateExpression
    tagname: ClassVar[str]

    @classmethod
    def _parse_expr(
        cls, expr: str | None, template: Template, lineno: int = -1, offset: int = -1
    ) -> TemplateExpression | None:
        if not expr:
            return None
        try:
            return cls.expression(expr, template.filepath, lineno, template.lookup)
        except SyntaxError as error:
            error.msg += f' in expression "{expr}" of "{cls.tagname}" directive'
            raise TemplateSyntaxError(error, template.filepath, lineno) from error


class Attrs(_Python3Directive, base.AttrsDirective):
    """Adds attributes to an element."""


class Choose(_Python3Directive, base.ChooseDirective):
    """Holds alternatives."""


class Content(_Python3Directive, base.ContentDirective):
    """Replaces the content of an element."""

    expression = OutputExpression


class Def(_Python3Directive, base.DefDirective):
    """Defines a function whose body is a part of the template."""

    def __init__(
        self,
        args: str,
        template: Template,
        namespaces: dict[str, str] | None = None,
        lineno: int = -1,
        offset: int = -1,
    ) -> None:
        try:
            signature, defaults = _without_defaults(args)
        except SyntaxError as error:
            error.msg += f' in "{args}" of "{self.tagname}" directive'
            raise TemplateSyntaxError(error, template.filepath, lineno) from error
        super().__init__(signature, template, namespaces, lineno, offset)
        self.defaults = {
            name: self._parse_expr(default, template, lineno) for name, default in defaults.items()
        }


def _without_defaults(signature: str) -> tuple[str, dict[str, str]]:
    """
    Take the defaults out of a function's signature, for Genshi would compile them.

    :returns: the signature with `None` in their place, and the defaults by name
    """
    tree = _parse(signature).body
    defaults = {}
    for keyword in getattr(tree, "keywords", ()):
        if keyword.arg is not None:
            defaults[keyword.arg] = ast.unparse(keyword.value)
            keyword.value = NONE
    return ast.unparse(tree), defaults


class For(_Python3Directive, base.ForDirective):
    """Repeats a part of the template."""


class If(_Python3Directive, base.IfDirective):
    """Leaves a part of the template out unless a condition holds."""

    @classmethod
    def _parse_expr(
        cls, expr: str | None, template: Template, lineno: int = -1, offset: int = -1
    ) -> TemplateExpression | None:
        if not (expr or "").strip():
            reason = '"if" directive has no condition: an element py:if has it in test'
            raise TemplateSyntaxError(reason, template.filepath, lineno)
        return super()._parse_expr(expr, template, lineno, offset)


class Replace(_Python3Directive, base.ReplaceDirective):
    """Replaces an element."""

    expression = OutputExpression


class Strip(_Python3Directive, base.StripDirective):
    """Leaves out an element and keeps its content."""


class When(_Python3Directive, base.WhenDirective):
    """One of the alternatives of `Choose`."""


class With(_Python3Directive, base.WithDirective):
    """Gives names to values."""

    def __init__(
        self,
        value: str,
        template: Template,
        namespaces: dict[str, str] | None = None,
        lineno: int = -1,
        offset: int = -1,
    ) -> None:
        self.vars: list[tuple[Any, TemplateExpression | None]]
        targets, values = _without_values(value)
        super().__init__(targets, template, namespaces, lineno, offset)
        self.vars = [
            (assignments, self._parse_expr(assigned, template, lineno))
            for (assignments, _), assigned in zip(self.vars, values, strict=True)
        ]


def _without_values(assignments: str) -> tuple[str, list[str]]:
    """
    Take the values out of assignments, for Genshi would compile them.

    :returns: the assignments with `None` in their place, and the values
    """
    try:
        tree = _parse(assignments, mode="exec")
    except SyntaxError:
        return assignments, []  # Genshi says what is wrong with them
    values = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            values.append(ast.unparse(statement.value))
            statement.value = NONE
    return ast.unparse(tree), values


#: Those that both XML and text have, in the order in which they take effect on one element.
COMMON = [
    ("when", When),
    ("otherwise", base.OtherwiseDirective),
    ("for", For),
    ("if", If),
    ("choose", Choose),
    ("with", With),
]
MARKUP_DIRECTIVES = [
    ("def", Def),
    ("match", base.MatchDirective),
    *COMMON,
    ("replace", Replace),
    ("content", Content),
    ("attrs", Attrs),
    ("strip", Strip),
]
TEXT_DIRECTIVES = [("def", Def), *COMMON]
