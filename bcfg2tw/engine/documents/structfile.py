"""`StructFile`: XML with conditions, templating and encrypted elements (:ref:`structures-1`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from genshi.template import MarkupTemplate, TemplateError

from bcfg2tw.engine.documents.conditions import CONDITIONS, ConditionalDocument, Subject
from bcfg2tw.engine.encryption import decrypt_elements
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.data import xml_template_variables
from bcfg2tw.engine.templates.dependence import running_code
from bcfg2tw.engine.templates.failures import render_failure
from bcfg2tw.engine.templates.genshi_templates import markup_template, render_xml
from bcfg2tw.engine.xmlio import Element, is_element, parse_file, parse_text
from bcfg2tw.errors import RepositoryError

GENSHI_NAMESPACE = "http://genshi.edgewall.org/"


class StructFile:
    """
    What an XML file of the repository says, to be asked for one client at a time.

    Used as an interpretation: `files.load(name, StructFile)`. Never changes once made.

    :cvar conditions: conditional tag to a function of the metadata (and further arguments) that
        returns the names for which it is true
    :cvar encryption: whether the text of elements with an `encrypted` attribute is decrypted
    :cvar kept_as: how the document is kept
    :ivar path: full path
    :ivar name: path relative to the plugin's folder
    """

    conditions: ClassVar[Mapping[str, Subject]] = CONDITIONS
    encryption: ClassVar[bool] = True
    kept_as: ClassVar[type[ConditionalDocument]] = ConditionalDocument

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self.name = source.name
        self._settings = source.settings
        root = parse_file(source.data, source.path)
        self.template: MarkupTemplate | None = None
        if is_template(source, root):
            self.template = markup_template(source)
        else:
            root = self._decrypt(source.included(root))
        self.document = self.kept_as(root, self.conditions)

    @property
    def root(self) -> Element:
        """The whole document, includes resolved; of a template, as it is written."""
        return self.document.root

    def _decrypt(self, root: Element) -> Element:
        if self.encryption:
            decrypt_elements(root, self.path, self._settings)
        return root

    @property
    def is_template(self) -> bool:
        """Say whether the document is made anew for each client."""
        return self.template is not None

    def matched(self, metadata: ClientMetadata, *args: Any) -> Element:
        """
        Return the document with what applies to a client, without conditions.

        The result may be shared with other requests and must not be changed.
        """
        return self._document(metadata).matched(metadata, *args)

    def XMLMatch(self, metadata: ClientMetadata, *args: Any) -> Element:
        """
        Return a copy of the document with what applies to a client, without conditions.

        What a condition holds stands in its place (:ref:`decisions-features`). Whatever a
        template's code raises is raised.
        """
        return self._document(metadata).copied(metadata, *args)

    def Match(self, metadata: ClientMetadata, *args: Any) -> list[Element]:
        """Return copies of the elements below the root that apply to a client, in order."""
        return [child for child in self.XMLMatch(metadata, *args) if is_element(child)]

    def _document(self, metadata: ClientMetadata) -> ConditionalDocument:
        return self.document if self.template is None else self.rendered(metadata)

    def rendered(self, metadata: ClientMetadata) -> ConditionalDocument:
        """Render the template for a client, once for each build of a configuration."""
        document: ConditionalDocument | None = metadata.scratch.get(self)
        if document is None:
            is_tracked = getattr(self.template, "is_tracked", False)
            if not is_tracked:
                metadata.build.untracked.append(self.path)
            with running_code(is_known=is_tracked):
                text = render_xml(self.template, xml_template_variables(self, metadata))
            root = self._decrypt(parse_text(text, self.path))
            document = metadata.scratch[self] = ConditionalDocument(root, self.conditions)
        return document

    def describe(self, error: Exception) -> str:
        """Return why the document cannot be made for a client, with file and line."""
        if isinstance(error, TemplateError) and error.lineno > 0:
            return f"{error.filename}:{error.lineno}: {error.msg}"
        if isinstance(error, RepositoryError) or self.template is None:
            return str(error) or type(error).__name__
        failure = render_failure(self.template, error)
        return f"{failure.place}: {failure.reason}"


def is_template(source: Source, root: Element) -> bool:
    """
    Say whether a file is a Genshi template.

    It is if its name ends in `.genshi` or its root declares the prefix `py`
    (:ref:`structures-1.2`).
    """
    return source.path.endswith(".genshi") or root.nsmap.get("py") == GENSHI_NAMESPACE
