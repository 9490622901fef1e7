"""The file of a bundle."""

from __future__ import annotations

from bcfg2tw.engine.documents.conditions import StoredDocument
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import line_of, parse_file

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
