"""Jinja2 templates (:ref:`cfg-5.3`); this module needs the extra `jinja2`."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import FrameType
from typing import Any
from weakref import finalize

import jinja2.debug
from jinja2 import (
    BaseLoader,
    Environment,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    meta,
    nodes,
    pass_context,
)
from jinja2.runtime import Context

from bcfg2tw.engine.documents.content import Content, restrict_to_encoding
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import ContentGenerator
from bcfg2tw.engine.plugins.cfg.templates.rendering import (
    run_template,
    template_failure,
    variables_of_entry,
)
from bcfg2tw.engine.repository.source import ExplainedProblem, Source
from bcfg2tw.engine.templates import divisions, python2
from bcfg2tw.engine.templates.data import Variables
from bcfg2tw.engine.templates.mistakes import missing_include, refuse_new
from bcfg2tw.engine.templates.output_limit import bounded
from bcfg2tw.engine.templates.python2_random import RANDOM
from bcfg2tw.engine.templates.site_code import CodeEnded
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, RepositoryError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

#: As Jinja2 asks loaders for templates: the text, the path, and whether both are up to date.
LoadedTemplate = tuple[str, "str | None", "Callable[[], bool] | None"]


class SourceLoader(BaseLoader):
    """Loads a template, decrypted, and what it includes, through the source it was read from."""

    def __init__(self, source: Source, data: bytes) -> None:
        self._source = source
        self._data = data

    def get_source(self, environment: Environment, template: str) -> LoadedTemplate:
        """
        Return the text of a template whose name is its full path.

        :raises TemplateNotFound: if there is none; a name with `..` stands for none, as it does
            not for the loader that the reference uses
        :raises RepositoryError: if it is not in the server's encoding
        """
        if template == self._source.path:
            return self._source.decoded(self._data, template), template, None
        if os.path.pardir in template.split("/"):
            raise TemplateNotFound(template)
        try:
            data = self._source.read(template)
        except RepositoryError as error:
            raise TemplateNotFound(template) from error
        return self._source.decoded(data, template), template, None


class RelativeEnvironment(Environment):
    """Has templates include others by paths relative to themselves."""

    def join_path(self, template: str, parent: str) -> str:
        """Return the full path of an included template."""
        return os.path.join(os.path.dirname(parent), template)


ENVIRONMENT = RelativeEnvironment(keep_trailing_newline=True, finalize=python2.as_text)
ENVIRONMENT.globals.update(python2.NAMES)


@pass_context
def choose(context: Context, seq: Any) -> Any:
    """Choose an element as the filter `random` did in Python 2."""
    if not seq:
        return context.environment.undefined("No random item, sequence was empty.")
    return RANDOM.choice(seq)


PYTHON2_FILTERS = {**ENVIRONMENT.filters, "random": choose}


def _environment(settings: Settings, loader: BaseLoader) -> Environment:
    environment = ENVIRONMENT.overlay(loader=loader, finalize=Output())
    if settings.python2_random:
        environment.filters = PYTHON2_FILTERS
    return environment


def _take_apart(environment: Environment) -> None:
    """
    Have an environment go, and its templates, which nobody uses any more.

    They refer to each other, and the code of each refers to itself.
    """
    cache: Any = environment.cache
    templates = list(cache.values())
    cache.clear()
    for template in templates:
        template.root_render_func.__globals__.clear()


class Output:
    """
    Makes text of the values that a template prints.

    Names that there are not print nothing, as with the reference; each is told once.
    """

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def __call__(self, value: Any) -> Any:
        """Return the text of a value; called by the code that Jinja2 makes of a template."""
        if isinstance(value, Undefined):
            self._tell(value, sys._getframe(1))
        return python2.as_text(value)

    def _tell(self, value: Undefined, frame: FrameType) -> None:
        place, reason = _place_in_template(frame), value._undefined_message
        if (place, reason) not in self._told:
            self._told.add((place, reason))
            logger.error("%s: %s, and nothing is printed for it", place, reason)


def _place_in_template(frame: FrameType) -> str:
    """Return file and line of the template that generated code comes from."""
    pairs = (pair.split("=") for pair in frame.f_globals.get("debug_info", "").split("&") if pair)
    lines = [int(line) for line, generated in pairs if int(generated) <= frame.f_lineno]
    path = frame.f_code.co_filename
    return f"{path}:{lines[-1]}" if lines else path


class Jinja2Text(ContentGenerator):
    """A Jinja2 template, and those that it includes by fixed names."""

    def __init__(self, source: Source, data: bytes) -> None:
        self.path = source.path
        self._settings = source.settings
        self._loader = SourceLoader(source, data)
        environment = _environment(source.settings, self._loader)
        finalize(self, _take_apart, environment).atexit = False
        self._text = source.decoded(data, source.path)
        try:
            self._template = environment.get_template(source.path)
            paths = {source.path}
            missing = list(_load_included(environment, source.path, paths))
        except TemplateSyntaxError as error:
            raise _syntax_failure(error, source.path) from error
        divisions.warn(source, _divisions(environment, paths), divisions.JINJA2_MEANING)
        self.mistakes = refuse_new(source, missing)

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Render the template."""
        variables = variables_of_entry(entry, metadata, self.path)

        def failure_of(error: Exception) -> PluginExecutionError:
            line = _line(error, self._template)
            _clear_frames(error)
            return template_failure(error, self.path, line, self._text, variables)

        return run_template(partial(self._render, variables), failure_of)

    def _render(self, variables: Variables) -> str:
        text = "".join(bounded(self._template.generate(variables)))
        return restrict_to_encoding(text, self._settings)


def _clear_frames(error: Exception) -> None:
    """Clear what Jinja2 has put an error's traceback together with, which refers to itself."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        around = frame.f_back
        while around is not None and around.f_code.co_filename == jinja2.debug.__file__:
            done, around = around, around.f_back
            done.clear()


def _divisions(environment: Environment, paths: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Yield path, line and text of each division whose result counts as a fraction."""
    for path in sorted(paths):
        try:
            text, _, _ = environment.loader.get_source(environment, path)  # type: ignore[union-attr]
        except TemplateNotFound:
            continue
        if "/" in text:
            lines, tree = text.splitlines(), environment.parse(text, path, path)
            yield from ((path, line, lines[line - 1].strip()) for line in _lines_of_divisions(tree))


def _lines_of_divisions(tree: nodes.Template) -> Iterator[int]:
    whole = {id(made.node) for made in tree.find_all(nodes.Filter) if made.name == "int"}
    for division in tree.find_all(nodes.Div):
        operands = (division.left, division.right)
        if id(division) not in whole and not any(map(_is_fraction, operands)):
            yield division.lineno


def _is_fraction(node: nodes.Expr) -> bool:
    if isinstance(node, nodes.Const):
        return isinstance(node.value, float)
    return isinstance(node, nodes.Filter) and node.name == "float"


def _load_included(
    environment: Environment, path: str, loaded_paths: set[str]
) -> Iterator[ExplainedProblem]:
    """
    Read what a template includes by fixed names.

    Yields what is missing and not optional, which fails when it is rendered.
    """
    text, _, _ = environment.loader.get_source(environment, path)  # type: ignore[union-attr]
    tree = environment.parse(text, path, path)
    needed = dict(_needed(tree))
    for name in meta.find_referenced_templates(tree):
        included = None if name is None else environment.join_path(name, path)
        if included is None or included in loaded_paths:
            continue
        loaded_paths.add(included)
        try:
            environment.get_template(included)
        except TemplateNotFound:
            if name in needed:
                yield missing_include(path, str(name), "there is no such file", needed[name])
            continue
        yield from _load_included(environment, included, loaded_paths)


def _needed(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Yield name and line of each file that a template cannot do without."""
    for node in tree.find_all((nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include)):
        is_optional = isinstance(node, nodes.Include) and node.ignore_missing
        name: Any = node.template  # type: ignore[attr-defined]  # all of them have one
        if not is_optional and isinstance(name, nodes.Const) and isinstance(name.value, str):
            yield name.value, node.lineno


def _syntax_failure(error: TemplateSyntaxError, path: str) -> RepositoryError:
    lines = (error.source or "").splitlines()
    line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""
    syntax_error = SyntaxError(error.message)
    return python2.load_problem(
        error.filename or path, str(error.message), error.lineno, syntax_error, line
    )


def _line(error: Exception, template: Template) -> int | None:
    lines: list[Any] = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == template.filename
    ]
    if not lines:
        return None
    # Jinja2 puts the template's own lines into the traceback of an Exception only
    ended = isinstance(error, CodeEnded)
    return template.get_corresponding_lineno(lines[-1]) if ended else lines[-1]
