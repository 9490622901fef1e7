"""Genshi templates in a text syntax (:ref:`cfg-5.1`)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from genshi.template.base import Template

from bcfg2tw.engine.documents.content import Content, restrict_to_encoding
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import ContentGenerator
from bcfg2tw.engine.plugins.cfg.templates.rendering import run_template
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.data import Variables, text_template_variables
from bcfg2tw.engine.templates.failures import log_failure, render_failure
from bcfg2tw.engine.templates.genshi_templates import mistakes_of, text_template
from bcfg2tw.engine.templates.mistakes import refuse_new
from bcfg2tw.engine.templates.python_files import located
from bcfg2tw.engine.templates.text import render_text
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

logger = logging.getLogger("bcfg2-server")


class GenshiText(ContentGenerator):
    """
    A Genshi template in a text syntax.

    :param read: reads the template; the new syntax if not given
    """

    def __init__(
        self,
        source: Source,
        data: bytes,
        read: Callable[[Source, bytes], Template] = text_template,
    ) -> None:
        self.path = source.path
        self._settings = source.settings
        template = read(source, data)
        text = data.decode(source.settings.encoding, "replace")
        mistakes = mistakes_of(template, text)
        self.mistakes = refuse_new(source, mistakes)
        for mistake in mistakes:
            logger.error("%s; it counts for nothing", mistake)
        self._template = template if _is_kept_compiled(source) else None
        self._compile: Callable[[], Template] | None = None
        if self._template is None:
            self._compile = partial(read, source, data)
        # failures are found in the template's text, which the file does not hold if encrypted
        is_file = data is source.data
        self._text = None if is_file else text

    @property
    def is_tracked(self) -> bool:
        """Say whether the template's code is known to compute only."""
        return bool(getattr(self.template, "is_tracked", False))

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Render the template."""
        variables = self.variables(entry, metadata)
        render = partial(self._render, variables)
        text = run_template(render, partial(self._failure, variables))
        return restrict_to_encoding(text, self._settings)

    def variables(self, entry: Element, metadata: ClientMetadata) -> Variables:
        """Return the variables that the template gets."""
        return {**text_template_variables(entry, metadata, self.path), "path": self.path}

    def _render(self, variables: Variables) -> str:
        return render_text(self.template, variables)

    def _failure(self, variables: Variables, error: Exception) -> PluginExecutionError:
        failure = render_failure(self.template, error, self._text)
        log_failure(failure.place, located(failure.reason, error), variables)
        return PluginExecutionError(failure.reason)

    @property
    def template(self) -> Template:
        """The compiled template, kept from the first time on."""
        compile_it = self._compile  # before looking: another thread may do the same
        if self._template is None:
            assert compile_it is not None
            self._template = compile_it()
            self._compile = None  # it holds the file
        return self._template


def _is_kept_compiled(source: Source) -> bool:
    """
    Say whether a template is kept as it was compiled for the check.

    It takes ten times the memory then. Where it depends on nothing else, compiling it anew can wait
    until a client needs it; but workers share the memory, and would each compile it.
    """
    return source.has_read_others or source.settings.worker_number > 0
