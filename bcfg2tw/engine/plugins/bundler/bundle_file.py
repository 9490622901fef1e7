"""The file of a bundle."""

from __future__ import annotations

from collections.abc import Hashable

from bcfg2tw.engine.documents.conditions import StoredDocument
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.written_structure import WrittenStructure, written
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, elements_of, line_of, parse_file

REQUIRED = "RequiredBundle"

#: How many of a bundle's forms, by answers to its conditions, are kept as text.
MOST_WRITTEN = 64


class BundleFile(StructFile):
    """
    The file of a bundle.

    :ivar required: names of the bundles that it requires, with the line; those that a template
        works out are not among them
    """

    kept_as = StoredDocument

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._written: dict[Hashable, WrittenStructure | None] = {}
        self._texts: dict[str, str] = {}
        self.required: dict[str, int | None] = {}
        if REQUIRED.encode() in source.data:  # the document is kept without its lines
            for element in parse_file(source.data, source.path).iter(REQUIRED):
                self.required.setdefault(element.get("name", ""), line_of(element))

    def place_of_required(self, name: str) -> str:
        """Return the file, and the line if it is known, that requires a bundle."""
        line = self.required.get(name)
        return self.path if line is None else f"{self.path}:{line}"

    def written(self, name: str, metadata: ClientMetadata) -> WrittenStructure | None:
        """
        Return what of the bundle applies to a client as text; None where it has to be looked at.

        That is so if it is a template, if it holds globs or alternative sources, or if there is
        something to be said of it for each client.

        :param name: the bundle's, which is the file's
        """
        if self.is_template:
            return None
        answers = self.document.answers(metadata)
        try:
            return self._written[answers]
        except KeyError:
            pass
        result = self._write(name, self.document.result_of(answers))
        if len(self._written) >= MOST_WRITTEN:
            self._written.clear()
            self._texts.clear()
        self._written[answers] = result
        return result

    def _write(self, name: str, structure: Element) -> WrittenStructure | None:
        if _is_to_be_looked_at(structure):
            return None
        shape(structure, name)
        required = [element.get("name", "") for element in take_required(structure)]
        return written(structure, self.path, frozenset(required), self._shared)

    def _shared(self, text: str) -> str:
        return self._texts.setdefault(text, text)


def shape(structure: Element, name: str) -> None:
    """Make what a file says a structure: named, and the roots of included files dissolved."""
    if structure.get("independent", "").lower() == "true":
        structure.tag = "Independent"
        del structure.attrib["independent"]
    structure.set("name", name)
    for included in structure.findall("Bundle"):  # those directly below only, as the reference
        children = list(included)
        structure.remove(included)
        structure.extend(children)


def take_required(structure: Element) -> list[Element]:
    """Take out what names the bundles that a structure requires, and return it."""
    required = structure.findall(REQUIRED)
    for element in required:
        structure.remove(element)
    return required


def _is_to_be_looked_at(structure: Element) -> bool:
    """Say whether a structure has anything that is done, or told, for each client."""
    has_glob = any(path.get("glob") is not None for path in structure.iter("Path"))
    return has_glob or any(map(_concerns_clients, elements_of(structure)))


def _concerns_clients(entry: Element) -> bool:
    if entry.tag == REQUIRED:
        return entry.get("name") is None or entry.get("inherit_modification") == "true"
    if entry.tag == "Bundle":  # the root of an included file
        return not len(entry) or any(map(_concerns_clients, elements_of(entry)))
    return entry.get("altsrc") is not None
