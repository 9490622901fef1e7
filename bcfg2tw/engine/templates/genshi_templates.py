"""Genshi templates that are read with the snapshot they belong to, includes and all."""

from __future__ import annotations

import io
import os
import re
import weakref
from collections.abc import Mapping
from typing import Any, TypeVar

from genshi.core import COMMENT
from genshi.input import ParseError
from genshi.template import (
    MarkupTemplate,
    NewTextTemplate,
    OldTextTemplate,
    TemplateError,
    TemplateLoader,
    TemplateNotFound,
)
from genshi.template.base import Template
from genshi.template.directives import OtherwiseDirective

from bcfg2tw.engine.repository.source import ExplainedProblem, Source
from bcfg2tw.engine.repository.xinclude import included_path
from bcfg2tw.engine.templates import divisions, python2
from bcfg2tw.engine.templates import genshi_directives as directives
from bcfg2tw.engine.templates.contexts import passing_context
from bcfg2tw.engine.templates.failures import (
    file_text,
    line_of,
    load_failure,
    log_failure,
    render_failure,
)
from bcfg2tw.engine.templates.genshi_code import (
    Division,
    collected_divisions,
    collected_unknown,
    lookup_for,
)
from bcfg2tw.engine.templates.genshi_syntax import Python3Markup, Python3OldText, Python3Text
from bcfg2tw.engine.templates.mistakes import line_of_include, missing_include
from bcfg2tw.engine.templates.output_limit import bounded
from bcfg2tw.engine.templates.site_code import CodeEnded, site_code
from bcfg2tw.errors import RepositoryError

T = TypeVar("T", bound=Template)
Opened = tuple[str, str, io.BytesIO, None]

#: Classes that Genshi names where one template includes another, and what is used instead.
OWN_CLASSES: Mapping[type[Template], type[Template]] = {
    MarkupTemplate: Python3Markup,
    NewTextTemplate: Python3Text,
    OldTextTemplate: Python3OldText,
}


class _Opener:
    """
    Opens what a template includes, through the source it was read from.

    :ivar reason: why the last file that could not be read could not
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.reason = ""

    def __call__(self, filename: str) -> Opened:
        path = included_path(self._source.path, filename)
        try:
            return path, path, io.BytesIO(self._source.read(path)), None
        except RepositoryError as error:
            self.reason = error.reason
            raise OSError(str(error)) from error  # what genshi takes for "not there"


class SnapshotLoader(TemplateLoader):
    """
    Loads what a template includes, through the source it was read from.

    An include with a fixed name is read at once and becomes part of the template; what a name
    computed at rendering stands for is read then, and kept. In both cases the template is read
    anew when the included file changes.

    :ivar is_preparing: whether what is loaded is what the template includes by fixed names
    :ivar missing: the includes by fixed names that cannot be read: including file, name, reason
    :ivar problems: what is wrong with files that are included by fixed names
    """

    def __init__(self, source: Source) -> None:
        self._opener = _Opener(source)
        super().__init__(
            [self._opener],
            auto_reload=False,
            default_encoding=source.settings.encoding,
            variable_lookup=lookup_for(source.settings),
        )
        self._path = source.path
        self.is_preparing = True
        self.missing: list[tuple[str, str, str]] = []
        self.problems: list[ExplainedProblem] = []

    def load(self, filename: str, relative_to: str | None = None, **kwargs: Any) -> Template:
        """Load an included template; absolute names are read through the source as well."""
        path = os.path.join(os.path.dirname(relative_to or ""), filename)
        try:
            return super().load(os.path.relpath(path, self._folder), **kwargs)
        except TemplateNotFound:
            # XML says itself what stands in the place of what is missing
            if self.is_preparing and kwargs.get("cls") in (Python3Text, Python3OldText):
                self.missing.append((relative_to or self._path, filename, self._opener.reason))
            raise

    def _instantiate(self, cls: type[Template], *args: Any, **options: Any) -> Template:
        template = super()._instantiate(OWN_CLASSES.get(cls, cls), *args, **options)
        template.loader = weakref.proxy(self)  # which keeps it: neither would go by itself
        problem: ExplainedProblem | None = getattr(template, "problem", None)
        if problem is not None and self.is_preparing:
            self.problems.append(problem)
        elif problem is not None:
            raise problem
        return template

    @property
    def _folder(self) -> str:
        return os.path.dirname(self._path)


def markup_template(source: Source) -> Python3Markup:
    """
    Read an XML template with all that it includes.

    :raises RepositoryError: naming file and line of what is wrong
    """
    return _read_template(Python3Markup, source, source.data)


def text_template(source: Source, data: bytes | None = None) -> Python3Text:
    """
    Read a text template (new syntax) with all that it includes.

    :param data: the text where it is not the file's content, for instance decrypted
    :raises RepositoryError: naming file and line of what is wrong
    """
    return _read_template(Python3Text, source, source.data if data is None else data)


def old_text_template(source: Source, data: bytes) -> Python3OldText:
    """
    Read a text template in the syntax of Genshi before 0.5, with all that it includes.

    :raises RepositoryError: naming file and line of what is wrong
    """
    return _read_template(Python3OldText, source, data)


def _read_template(template_class: type[T], source: Source, data: bytes) -> T:
    with collected_divisions() as collected, collected_unknown() as unknown:
        template = _prepare_template(template_class, source, data)
    template.is_tracked = not unknown and _is_tracked(template.stream)
    if template.is_tracked:
        template.loader = None  # it includes nothing any more, and there are hundreds of them
    text = data.decode(source.settings.encoding, "replace") if collected else ""
    divisions.warn(source, (_place(division, source.path, text) for division in collected))
    return template


#: Directives all of whose code is compiled by `genshi_code`, and that only choose and repeat.
_TRACKED = (directives.For, directives.If, directives.Choose, directives.When, directives.With)


def _is_tracked(stream: Any) -> bool:
    """Say whether a prepared template includes nothing whose name is worked out later."""
    for kind, data, _ in stream:
        if kind is Template.INCLUDE:
            return False
        if kind is Template.SUB:
            if not all(type(directive) in (*_TRACKED, OtherwiseDirective) for directive in data[0]):
                return False
            if not _is_tracked(data[1]):
                return False
    return True


def _place(division: Division, path: str, text: str) -> tuple[str, int | None, str]:
    """
    Return path, line and code of a division.

    :param text: of the template with this path
    """
    text = text if division.path == path else file_text(division.path)
    start = line_of(division.source, text)
    if start is not None:
        return division.path, start + division.line - 1, division.code
    # directives pass on code that is spaced in another way
    spaced = r"\s*".join(map(re.escape, division.code.replace(" ", "")))
    match = re.search(spaced, text)
    line = division.template_line if match is None else text.count("\n", 0, match.start()) + 1
    return division.path, line if line > 0 else None, division.code


def _prepare_template(template_class: type[T], source: Source, data: bytes) -> T:
    loader = SnapshotLoader(source)
    try:
        template: T = template_class(
            data,
            filepath=source.path,
            filename=source.path,
            loader=loader,
            encoding=source.settings.encoding,
            lookup=lookup_for(source.settings),
        )
        template._prepare_self()  # Genshi would read what it includes at first use
        loader.is_preparing = False
        template.missing, template.problems = tuple(loader.missing), tuple(loader.problems)
    except TemplateError as error:
        raise load_failure(error, source, data) from error
    except ParseError as error:
        raise RepositoryError(source.path, error.msg, error.lineno) from error
    return template


def mistakes_of(template: Template, text: str) -> list[ExplainedProblem]:
    """
    Return what is wrong with a text template and what it includes by fixed names.

    Genshi puts nothing in the place of a file that it does not find, and takes a directive
    without an end for none.

    :param text: the template's own
    """
    absent = [
        missing_include(
            path,
            name,
            reason,
            line_of_include(name, text if path == template.filepath else file_text(path)),
        )
        for path, name, reason in template.missing
    ]
    own = [] if template.problem is None else [template.problem]
    return [*own, *template.problems, *absent]


def _without_comments(stream: Any) -> Any:
    """Drop the comments of a genshi stream."""
    return (event for event in bounded(stream) if event[0] is not COMMENT)


def render_xml(template: MarkupTemplate, variables: dict[str, Any]) -> str:
    """
    Render an XML template, white space kept, comments dropped.

    Whatever the template's own code raises is logged, with its place, and raised.
    """
    try:
        with site_code, passing_context(variables) as context:
            stream = template.generate(context).filter(_without_comments)
            text: str = stream.render("xml", encoding=None, strip_whitespace=False)
    except Exception as error:  # the template's own code; Python 2 in it is named
        failure = render_failure(template, error)
        log_failure(failure.place, failure.reason, variables)
        if python2.diagnosis(error) is None and not isinstance(error, CodeEnded):
            raise
        raise TemplateError(failure.reason, failure.path, failure.line or -1) from error
    return text
