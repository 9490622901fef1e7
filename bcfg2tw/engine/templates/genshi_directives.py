"""Genshi's directives, with expressions of our own in them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, TypeAlias

from genshi.template import directives as base
from genshi.template.base import Template, TemplateSyntaxError
from genshi.template.eval import _parse

from bcfg2tw.engine.templates.genshi_code import OutputExpression, TemplateExpression

NONE = ast.Constant(None)

#: Gives names to a value, in a scope.
Assignment: TypeAlias = Callable[[Any, Any], None]


@contextmanager
def _telling(directive: str) -> Iterator[None]:
    """Have an error know the directive, as it is written, that its line is to be found by."""
    try:
        yield
    except TemplateSyntaxError as error:
        error.text = directive
        raise


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

    def __init__(
        self,
        value: str | None,
        template: Template,
        namespaces: dict[str, str] | None = None,
        lineno: int = -1,
        offset: int = -1,
    ) -> None:
        names, found, items = (value or "").partition(" in ")
        if not found:
            with _telling(f"{self.tagname} {value}"):
                super().__init__(value or "", template, namespaces, lineno, offset)
        try:
            (statement,) = _parse(names, mode="exec").body
        except SyntaxError as error:
            error.msg += f' in "{names}" of "{self.tagname}" directive'
            raise TemplateSyntaxError(error, template.filepath, lineno) from error
        except ValueError as error:
            reason = f'"{names}" in "{self.tagname}" directive is no name'
            with _telling(f"{self.tagname} {value}"):
                raise TemplateSyntaxError(reason, template.filepath, lineno) from error
        target = getattr(statement, "value", statement)
        self.assign = _assignment(target)
        self.filename = template.filepath
        base.Directive.__init__(self, f"iter({items.strip()})", template, None, lineno, offset)


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
        value: str | None,
        template: Template,
        namespaces: dict[str, str] | None = None,
        lineno: int = -1,
        offset: int = -1,
    ) -> None:
        assignments = _assignments(value or "")
        if assignments is None:
            with _telling(f"{self.tagname} {value}"):  # Genshi says what is wrong
                super().__init__(value or "", template, namespaces, lineno, offset)
            return
        base.Directive.__init__(self, None, template, namespaces, lineno, offset)
        self.vars = []
        for statement in assignments:
            code = ast.unparse(statement.value)
            targets = [_assignment(target) for target in statement.targets]
            self.vars.append((targets, self._parse_expr(code, template, lineno)))


def _assignments(code: str) -> list[ast.Assign] | None:
    """Take code apart into its assignments; None where it is none, or holds anything else."""
    try:
        statements = _parse(code.strip(), mode="exec").body
    except SyntaxError:
        return None
    assignments = [each for each in statements if isinstance(each, ast.Assign)]
    return assignments if len(assignments) == len(statements) else None


def _assignment(target: ast.expr) -> Assignment:
    """
    Return what gives the names of an assignment to a value.

    Genshi's own is a function that refers to itself, which does not go by itself.
    """
    return partial(_assign, _names_in(target))


def _names_in(target: ast.AST) -> Any:
    """Return a name, or a tuple with the names for the parts of a value."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return tuple(map(_names_in, target.elts))
    return target.id if isinstance(target, ast.Name) else None


def _assign(names: Any, scope: Any, value: Any) -> None:
    if isinstance(names, tuple):
        for number, part in enumerate(names):
            _assign(part, scope, value[number])
    else:
        scope[names] = value


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
