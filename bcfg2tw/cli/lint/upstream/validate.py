"""Validate: XML files against the schemas of their kinds."""

from __future__ import annotations

import copy
import itertools
import os
from collections.abc import Generator, Iterable, Iterator
from typing import Protocol, TypeAlias, cast

from lxml import etree

from bcfg2tw.cli.lint.check import Check, Kind, Remark, at
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.lint.schemas.explaining import explain
from bcfg2tw.cli.lint.schemas.grammar import relax_ng
from bcfg2tw.cli.lint.schemas.kinds import SCHEMAS, SchemaFile
from bcfg2tw.engine.repository.source import expand
from bcfg2tw.engine.repository.xinclude import XML_BASE, missing_text
from bcfg2tw.engine.xmlio import XINCLUDE, Element, path_of

#: Where distributions put the schemas of Bcfg2 itself: ours are used there.
UPSTREAM_SCHEMAS = "/usr/share/bcfg2/schemas"
#: So many mistakes of one file are shown.
MOST = 10


#: File, line and what is wrong there.
_Message: TypeAlias = "tuple[str, int | None, str]"


class _Schema(Protocol):
    error_log: etree._ListErrorLog

    def validate(self, document: Element) -> bool:
        """Say whether a document is valid."""


class Validate(Check):
    """Parses each XML file, and holds it against the schema of its kind."""

    name = "Validate"
    is_serverless = True
    is_upstream = True
    kinds = {
        "xml-failed-to-parse": Kind("error", "A file is no well-formed XML, and is not used."),
        "xml-failed-to-read": Kind("error", "A file cannot be opened."),
        "xml-failed-to-verify": Kind(
            "error",
            "A file has elements, attributes or values that its kind has not. What is wrong and "
            "where follows.",
        ),
        "xinclude-does-not-exist": Kind(
            "error",
            "An xi:include names a file that does not exist, and has no xi:fallback; it is passed "
            "over.",
        ),
        "input-output-error": Kind("error", "A schema cannot be read."),
        "schema-failed-to-parse": Kind("warning", "A schema is none, so that it is not used."),
        "properties-schema-not-found": Kind(
            "warning",
            "A Properties file has no schema of its own beside it, NAME.xsd, so that only its "
            "syntax can be checked.",
        ),
    }

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self._schemas: dict[str, _Schema | None] = {}

    def run(self) -> Iterator[Remark]:
        """Look at the files that have a schema, and at Properties."""
        for file in SCHEMAS:
            for plugin in file.kind.plugins:
                for path in self.repository.files(plugin, *file.kind.names):
                    yield from self._file(path, file)
        for path in self.repository.files("Properties", "*.xml"):
            yield from self._properties(path)
        yield from self._includes()

    def _file(self, path: str, file: SchemaFile) -> Iterator[Remark]:
        folder = self.repository.option("Validate", "schema", UPSTREAM_SCHEMAS)
        if folder == UPSTREAM_SCHEMAS:
            schema = self._shipped(file)
        else:
            schema = yield from self._loaded(os.path.join(folder, file.xsd))
        yield from self._validated(path, schema, file)

    def _validated(
        self, path: str, schema: _Schema | None, file: SchemaFile | None = None
    ) -> Iterator[Remark]:
        if not os.access(path, os.R_OK):
            yield Remark("xml-failed-to-read", path, None, f"Failed to open file {path}")
            return
        problem = self.repository.problem(path)
        if problem is not None:
            text = f"{path} fails to parse:\n{path}:{problem.line}: {problem.reason}"
            message = f"This is no well-formed XML: {problem.reason}"
            yield Remark("xml-failed-to-parse", problem.path, problem.line, message, text)
            return
        root = self.repository.xml(path)
        if root is None or schema is None:
            return
        if file is not None and schema is self._schemas.get(file.name):
            if not schema.validate(root):
                told = [(path, *mistake) for mistake in explain(file.kind, path, root)]
                yield from _failures(path, told or _messages(schema, root))
            return
        whole = self.repository.document(path)
        if whole is not None and not schema.validate(_without_places(whole)):
            yield from _failures(path, _messages(schema, whole))

    def _properties(self, path: str) -> Iterator[Remark]:
        own = os.path.splitext(path)[0] + ".xsd"
        if not os.path.exists(own):
            yield from self._validated(path, None)
            if self.repository.problem(path) is None:
                text = f"No schema found for {path}"
                yield Remark("properties-schema-not-found", path, None, text)
        else:
            schema = yield from self._loaded(own)
            yield from self._validated(path, schema)

    def _shipped(self, file: SchemaFile) -> _Schema | None:
        if file.name not in self._schemas:
            self._schemas[file.name] = etree.RelaxNG(relax_ng(file.kind))
        return self._schemas[file.name]

    def _loaded(self, path: str) -> Generator[Remark, None, _Schema | None]:
        """Yield what is wrong with a schema, and return it; None for one that cannot be used."""
        if path in self._schemas:
            return self._schemas[path]
        self._schemas[path] = None
        if not os.access(path, os.R_OK):
            reason = "Permission denied" if os.path.exists(path) else "No such file or directory"
            text = f"Error reading file '{path}': {reason}"
            yield Remark("input-output-error", path, None, text)
            return None
        try:
            self._schemas[path] = etree.XMLSchema(file=path)
        except etree.LxmlError as error:
            text = f"Failed to process schema {path}: {error}"
            yield Remark("schema-failed-to-parse", path, None, text)
        return self._schemas[path]

    def _includes(self) -> Iterator[Remark]:
        for file in SCHEMAS:
            for plugin in file.kind.plugins:
                for path in self.repository.files(plugin, *file.kind.names):
                    if b"XInclude" in self.repository.data(path):
                        yield from self._includes_of(path)

    def _includes_of(self, path: str) -> Iterator[Remark]:
        root = self.repository.xml(path)
        for include in () if root is None else root.iter(XINCLUDE + "include"):
            href = include.get("href", "")
            target = os.path.join(os.path.dirname(path), href)
            if include.find(XINCLUDE + "fallback") is None and not (href and expand(target)):
                text = f"{path}: {missing_text(href)}:"
                yield at("xinclude-does-not-exist", include, text, separator=" ")


def _without_places(document: Element) -> Element:
    """Return a document without the places of what was included, which no schema knows."""
    bare = copy.deepcopy(document)
    etree.strip_attributes(bare, XML_BASE)
    return bare


def _messages(schema: _Schema, document: Element) -> Iterator[_Message]:
    """Yield the mistakes that a schema has found, each with the file where it stands."""
    tree = document.getroottree()
    for error in schema.error_log:
        found = cast("list[Element]", tree.xpath(error.path)) if error.path else []
        element = found[0] if found else document
        yield str(path_of(element)), error.line or None, error.message


def _failures(path: str, messages: Iterable[_Message]) -> Iterator[Remark]:
    """Yield a remark for each mistake, which the text of old shows together."""
    first = list(itertools.islice(messages, MOST))
    lines = [f"{file}:{line}: {message}" for file, line, message in first]
    shown = "\n".join([f"{path} fails to verify:", *lines])
    for number, (file, line, message) in enumerate(first):
        yield Remark("xml-failed-to-verify", file, line, message, "" if number else shown)
