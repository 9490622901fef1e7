"""Genshi and Jinja2: templates that cannot be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.genshi_templates import markup_template
from bcfg2tw.errors import Bcfg2Error, RepositoryError

GENSHI = b"http://genshi.edgewall.org/"


class _Templates(Check):
    """Reads the templates of one language."""

    language: ClassVar[str]
    needs_core = True
    handlers: ClassVar[tuple[str, ...]]
    is_upstream = True

    def run(self) -> Iterator[Remark]:
        """Read the templates of Cfg."""
        for file in cfg_files(self.repository):
            if file.handler in self.handlers and self.repository.has(file.path):
                assert file.kind is not None
                yield from self._read(file.path, file.kind)

    def _read(self, path: str, read: Callable[[Source], Any]) -> Iterator[Remark]:
        source = self.repository.source(path)
        if source is None:
            return
        try:
            self._attempt(path, source, read)
        except RepositoryError as error:
            yield self._remark("syntax-error", f"{self.language} syntax error", path, error)
        except Bcfg2Error as error:
            problem = RepositoryError(path, str(error))
            name = f"unknown-{self.language.lower()}-error"
            yield self._remark(name, f"Unknown {self.language} error", path, problem)

    def _attempt(self, path: str, source: Source, read: Callable[[Source], Any]) -> None:
        """
        Read a template, unless a core has.

        :raises Bcfg2Error: if it cannot be read
        """
        core = self.repository.loaded_core
        plugin = None if core is None else core.plugins.get("Cfg")
        name = os.path.relpath(path, self.repository.path("Cfg"))
        if plugin is None or name not in plugin.files:
            read(source)
            return
        problem = plugin.files.problem(name, read)
        if problem is not None:
            raise problem

    def _remark(self, name: str, what: str, path: str, error: RepositoryError) -> Remark:
        name = f"{self.language.lower()}-{name}" if name == "syntax-error" else name
        text = f"{what} in {path}: {error.reason}"
        return Remark(name, error.path, error.line, f"{what}: {error.reason}", text)


class Genshi(_Templates):
    """Reads the Genshi templates of Cfg, and the bundles that are templates."""

    name = "Genshi"
    language = "Genshi"
    handlers = ("CfgGenshiGenerator", "CfgEncryptedGenshiGenerator")
    kinds = {
        "genshi-syntax-error": Kind(
            "error", "A Genshi template cannot be read: what is made from it fails for all clients."
        ),
        "unknown-genshi-error": Kind("error", "A Genshi template fails in another way."),
    }

    def run(self) -> Iterator[Remark]:
        """Read the templates."""
        yield from super().run()
        for path in self.repository.files("Bundler", "*.xml", "*.genshi"):
            is_template = GENSHI in self.repository.data(path)
            if is_template and self.repository.problem(path) is None:
                yield from self._read(path, markup_template)


class Jinja2(_Templates):
    """Reads the Jinja2 templates of Cfg."""

    name = "Jinja2"
    language = "Jinja2"
    handlers = ("CfgJinja2Generator", "CfgEncryptedJinja2Generator")
    kinds = {
        "jinja2-syntax-error": Kind(
            "error", "A Jinja2 template cannot be read: what is made from it fails for all clients."
        ),
        "unknown-jinja2-error": Kind(
            "error", "A Jinja2 template fails in another way, for instance without the library."
        ),
    }
