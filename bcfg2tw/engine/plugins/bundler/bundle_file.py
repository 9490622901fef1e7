"""The file of a bundle."""

from __future__ import annotations

from genshi.template import TemplateError

from bcfg2tw.engine.documents.conditions import StoredDocument
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.failures import render_failure
from bcfg2tw.engine.xmlio import line_of, parse_file
from bcfg2tw.errors import RepositoryError

REQUIRED = "RequiredBundle"


class BundleFile(StructFile):
    """
    The file of a bundle.

    :ivar required: names of the bundles that it requires, with the line; those that a template
        works out are not among them
    """

    kept_as = StoredDocument

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.required: dict[str, int | None] = {}
        if REQUIRED.encode() in source.data:  # the document is kept without its lines
            for element in parse_file(source.data, source.path).iter(REQUIRED):
                self.required.setdefault(element.get("name", ""), line_of(element))

    def place_of_required(self, name: str) -> str:
        """Return the file, and the line if it is known, that requires a bundle."""
        line = self.required.get(name)
        return self.path if line is None else f"{self.path}:{line}"

    def describe(self, error: Exception) -> str:
        """Return why the bundle could not be rendered, with file and line."""
        if isinstance(error, TemplateError) and error.lineno > 0:
            return f"{error.filename}:{error.lineno}: {error.msg}"
        if isinstance(error, RepositoryError) or self.template is None:
            return str(error) or type(error).__name__
        failure = render_failure(self.template, error)
        return f"{failure.place}: {failure.reason}"
