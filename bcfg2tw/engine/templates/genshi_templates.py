"""Genshi templates that are read with the snapshot they belong to, includes and all."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from genshi.core import COMMENT, START
from genshi.input import ParseError
from genshi.template import (
    MarkupTemplate,
    NewTextTemplate,
    OldTextTemplate,
    TemplateError,
    TemplateLoader,
)
from genshi.template.base import Template
from genshi.template.eval import BUILTINS, UNDEFINED, StrictLookup

from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates import genshi_code, python2
from bcfg2tw.engine.templates.failures import load_failure, log_failure, render_failure
from bcfg2tw.errors import RepositoryError

T = TypeVar("T", bound=Template)
Opened = tuple[str, str, io.BytesIO, None]

genshi_code.install()

KNOWN_NAMES = {**python2.NAMES, **BUILTINS}


class Lookup(StrictLookup):  # type: ignore[misc]  # genshi has no types
    """Looks names up as Genshi does, and gives those that Python 2 had, too."""

    @classmethod
    def lookup_name(cls, data: Any, name: str) -> Any:
        """Return the value of a name."""
        value = data.get(name, UNDEFINED)
        if value is UNDEFINED:
            value = KNOWN_NAMES.get(name, UNDEFINED)
            if value is UNDEFINED:
                value = cls.undefined(name)
        return value


class SnapshotLoader(TemplateLoader):  # type: ignore[misc]  # genshi has no types
    """
    Loads what a template includes, through the source it was read from.

    An include with a fixed name is read at once and becomes part of the template; what a name
    computed at rendering stands for is read then, and kept. In both cases the template is read
    anew when the included file changes.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(
            [self._open_from(os.path.dirname(source.path))],
            auto_reload=False,
            default_encoding=source.settings.encoding,
            variable_lookup=Lookup,
        )
        self._source = source

    def _open_from(self, folder: str) -> Callable[[str], Opened]:
        def opened(filename: str) -> Opened:
            path = os.path.join(folder, filename)
            try:
                return path, path, io.BytesIO(self._source.read(path)), None
            except RepositoryError as error:
                raise OSError(str(error)) from error  # what genshi takes for "not there"

        return opened

    def load(self, filename: str, relative_to: str | None = None, **kwargs: Any) -> Template:
        """Load an included template; absolute names are read through the source as well."""
        if relative_to is not None:
            filename = os.path.join(os.path.dirname(relative_to), filename)
        return super().load(os.path.relpath(filename, self._folder), **kwargs)

    @property
    def _folder(self) -> str:
        return os.path.dirname(self._source.path)


def markup_template(source: Source) -> MarkupTemplate:
    """
    Read an XML template with all that it includes.

    :raises RepositoryError: naming file and line of what is wrong
    """
    return _template(MarkupTemplate, source, source.data)


def text_template(source: Source, data: bytes | None = None) -> NewTextTemplate:
    """
    Read a text template (new syntax) with all that it includes.

    :param data: the text where it is not the file's content, for instance decrypted
    :raises RepositoryError: naming file and line of what is wrong
    """
    return _template(NewTextTemplate, source, source.data if data is None else data)


def old_text_template(source: Source, data: bytes) -> OldTextTemplate:
    """
    Read a text template in the syntax of Genshi before 0.5, with all that it includes.

    :raises RepositoryError: naming file and line of what is wrong
    """
    return _template(OldTextTemplate, source, data)


def _template(kind: type[T], source: Source, data: bytes) -> T:
    try:
        template: T = kind(
            data,
            filepath=source.path,
            filename=source.path,
            loader=SnapshotLoader(source),
            encoding=source.settings.encoding,
            lookup=Lookup,
        )
        _drop_syntax_trees(template.stream)  # genshi reads what it includes at first use
    except TemplateError as error:
        raise load_failure(error, source, data) from error
    except ParseError as error:
        raise RepositoryError(source.path, error.msg, error.lineno) from error
    except UnicodeDecodeError as error:
        raise RepositoryError(source.path, f"it is not {source.settings.encoding}") from error
    return template


def _drop_syntax_trees(stream: Iterable[Any]) -> None:
    """
    Forget what only pickling would need: it is most of a template's memory.

    Attributes with expressions in them, and parts with directives, are streams themselves.
    """
    for kind, data, _ in stream:
        if kind in (Template.EXPR, Template.EXEC):
            data.ast = None
        elif kind is Template.SUB:
            for directive in data[0]:
                _drop_syntax_trees(_expressions_of(directive))
            _drop_syntax_trees(data[1])
        elif kind is START:
            for _name, value in data[1]:
                if isinstance(value, list):
                    _drop_syntax_trees(value)


def _expressions_of(directive: Any) -> list[Any]:
    expression = getattr(directive, "expr", None)
    return [] if expression is None else [(Template.EXPR, expression, None)]


def without_comments(stream: Any) -> Any:
    """Drop the comments of a genshi stream."""
    return (event for event in stream if event[0] is not COMMENT)


def rendered_xml(template: MarkupTemplate, variables: dict[str, Any]) -> str:
    """
    Render an XML template, white space kept, comments dropped.

    Whatever the template's own code raises is logged, with its place, and raised.
    """
    stream = template.generate(**variables).filter(without_comments)
    try:
        text: str = stream.render("xml", encoding=None, strip_whitespace=False)
    except Exception as error:  # the template's own code; Python 2 in it is named
        failure = render_failure(template, error)
        log_failure(failure.place, failure.reason, variables)
        if python2.diagnosis(error) is None:
            raise
        raise TemplateError(failure.reason, failure.path, failure.line or -1) from error
    return text
