"""`StructFile`, `InfoXML` and `PrioDir` (:ref:`plugin-api-9` to :ref:`plugin-api-11`)."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from lxml import etree

from bcfg2tw.engine.documents.infoxml import FORMER_NAMES, default_path_metadata
from bcfg2tw.engine.documents.structfile import is_template
from bcfg2tw.engine.encryption import decrypt_elements
from bcfg2tw.engine.repository.listing import stamp_of
from bcfg2tw.engine.repository.source import Dependencies, Source
from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.siteplugins.current import current_settings
from bcfg2tw.engine.siteplugins.names.base import SitePlugin
from bcfg2tw.engine.siteplugins.names.files import SiteXMLDirectoryBacked, SiteXMLFileBacked
from bcfg2tw.engine.siteplugins.names.roles import SiteGenerator
from bcfg2tw.engine.templates.data import real_name, xml_template_variables
from bcfg2tw.engine.templates.genshi_templates import markup_template, render_xml
from bcfg2tw.engine.xmlio import Element, attributes, is_element, parse_text
from bcfg2tw.errors import PluginExecutionError

#: Says whether a conditional element is true for a client.
Test = Callable[..., bool]


def is_negated(condition: Element) -> bool:
    """Say whether a conditional element is true where its name does not match."""
    return (condition.get("negate") or "false").lower() == "true"


def _is_in_group(condition: Element, metadata: Any, *_: Any) -> bool:
    return bool(condition.get("name") in metadata.groups) != is_negated(condition)


def _is_client(condition: Element, metadata: Any, *_: Any) -> bool:
    return bool(condition.get("name") == metadata.hostname) != is_negated(condition)


def _is_path(condition: Element, metadata: Any, entry: Element, *_: Any) -> bool:
    return (condition.get("name") == real_name(entry)) != is_negated(condition)


class SiteStructFile(SiteXMLFileBacked):
    """
    An XML file with conditions, templating and encrypted elements.

    :cvar encryption: whether elements with an attribute `encrypted` are decrypted
    :cvar _include_tests: tag of a condition to what says whether it is true
    """

    __identifier__ = None
    encryption = True
    _include_tests: ClassVar[Mapping[str, Test]] = {"Group": _is_in_group, "Client": _is_client}

    def __init__(self, filename: str, *arguments: Any, **keywords: Any) -> None:
        self.template: Any = None
        self.encoding = current_settings().encoding
        self.path = filename
        super().__init__(filename, *arguments, **keywords)

    def Index(self) -> None:
        """Parse the file; read it as a template if it is one."""
        super().Index()
        self.template = None
        stamp = stamp_of(self.name)
        if stamp is not None:
            settings = current_settings()
            name = os.path.basename(self.name)
            source = Source(self.name, name, stamp, settings, Dependencies())
            if is_template(source, self.xdata):
                self.template = markup_template(source)
        if self.template is None:
            self._decrypt(self.xdata)

    def _decrypt(self, root: Element) -> None:
        if self.encryption:
            decrypt_elements(root, self.name, current_settings())

    def _render(self, metadata: Any) -> Element:
        text = render_xml(self.template, xml_template_variables(self, metadata))
        root = parse_text(text, self.name)
        self._decrypt(root)
        return root

    def _include_element(self, item: Element, metadata: Any, *arguments: Any) -> bool:
        """Say whether an element, conditional or not, is for a client."""
        test = _of_class(self._include_tests.get(item.tag), self)
        return test is None or bool(test(item, metadata, *arguments))

    def _document(self, metadata: Any) -> Element:
        if self.template is not None:
            return self._render(metadata)
        if self.xdata is None:
            raise PluginExecutionError(f"{self.name} could not be read: see the server's log")
        root: Element = self.xdata
        return root

    def Match(self, metadata: Any, *arguments: Any) -> list[Element]:
        """Return copies of the elements below the root that are for a client."""
        return [child for child in self.XMLMatch(metadata, *arguments) if is_element(child)]

    def XMLMatch(self, metadata: Any, *arguments: Any) -> Element:
        """Return a copy of the document with what is for a client, without conditions."""
        root = self._document(metadata)
        copied = _empty_copy(root)
        self._fill(copied, root, metadata, *arguments)
        return copied

    def _fill(self, copied: Element, original: Element, metadata: Any, *arguments: Any) -> None:
        for child in original:
            if not is_element(child) or not self._include_element(child, metadata, *arguments):
                continue
            if child.tag in self._include_tests:
                copied.text = ((copied.text or "") + (child.text or "")) or None
                self._fill(copied, child, metadata, *arguments)
                continue
            element = _empty_copy(child)
            element.tail = child.tail
            copied.append(element)
            self._fill(element, child, metadata, *arguments)


def _empty_copy(element: Element) -> Element:
    """Return a copy of an element without what it holds but its text."""
    prefixes: Any = element.nsmap  # the stubs do not know that the default prefix is None
    copied = etree.Element(element.tag, attributes(element), prefixes)
    copied.text = element.text
    return copied


def _of_class(test: Any, owner: object) -> Test | None:
    """Return what tests: a class may hold a method of its own under a tag."""
    if isinstance(test, (staticmethod, classmethod)):
        test = test.__func__
    if isinstance(test, str):
        test = getattr(owner, test)
    result: Test | None = test
    return result


class SiteInfoXML(SiteStructFile):
    """Says whose paths are, and who may do what with them."""

    encryption = False
    _include_tests: ClassVar[Mapping[str, Test]] = {
        **SiteStructFile._include_tests,
        "Path": _is_path,
    }

    def Match(self, metadata: Any, entry: Any = None, *arguments: Any) -> list[Element]:
        """Return the elements that are for an entry of a client."""
        return super().Match(metadata, entry, *arguments)

    def BindEntry(self, entry: Element, metadata: Any) -> None:
        """Give an entry the attributes of the first `Info` that is for it."""
        infos = self.Match(metadata, entry)
        if not infos:
            raise PluginExecutionError(f"No metadata found in {self.name} for {entry.get('name')}")
        if len(infos) > 1:
            self.logger.warning(
                "Multiple file metadata found in %s for %s", self.name, entry.get("name")
            )
        for name, value in attributes(infos[0]).items():
            if name != XML_BASE:
                entry.set(name, value)


class PathDefaults(dict[str, str]):
    """The attributes that every path has, as `[mdata]` gives them."""


def site_path_metadata() -> PathDefaults:
    """Return what upstream's `default_path_metadata` does."""
    return PathDefaults(default_path_metadata(current_settings()))


def site_bind_info(
    entry: Element, metadata: Any, infoxml: Any = None, default: Mapping[str, str] | None = None
) -> None:
    """Give an entry the default attributes, and those of an info file."""
    for name, value in (site_path_metadata() if default is None else default).items():
        entry.set(name, value)
    if infoxml is not None:
        infoxml.BindEntry(entry, metadata)


class SitePriorityStructFile(SiteStructFile):
    """A file of a `PrioDir`; its root has a priority."""

    def __init__(self, filename: str, *arguments: Any, **keywords: Any) -> None:
        self.priority = -1
        super().__init__(filename, *arguments, **keywords)

    def Index(self) -> None:
        """Read the file, and its priority."""
        super().Index()
        priority = self.xdata.get("priority")
        try:
            self.priority = int(priority)
        except (TypeError, ValueError):
            raise PluginExecutionError(
                f"Got bogus priority {priority} for file {self.name}"
            ) from None


class SitePrioDir(SitePlugin, SiteGenerator, SiteXMLDirectoryBacked):
    """A plugin whose folder has files with priorities (:ref:`plugin-api-11`)."""

    __child__: ClassVar[Any] = SitePriorityStructFile

    def __init__(self, core: Any, datastore: str | None = None) -> None:
        SitePlugin.__init__(self, core, datastore)
        SiteGenerator.__init__(self)
        SiteXMLDirectoryBacked.__init__(self, self.data, core.fam)

    def HandleEvent(self, event: Any) -> None:
        """Take in what has changed, and list what can be bound anew."""
        try:
            SiteXMLDirectoryBacked.HandleEvent(self, event)
        finally:
            self.Entries = {}
            for file in self.entries.values():
                for element in _listed(file):
                    names = self.Entries.setdefault(element.tag, {})
                    names[element.get("name", "")] = self.BindEntry

    def _matches(self, entry: Element, metadata: Any, candidate: Element) -> bool:
        """Say whether a definition is one of an entry."""
        return entry.tag == candidate.tag and entry.get("name") == candidate.get("name")

    def BindEntry(self, entry: Element, metadata: Any) -> None:
        """Put what the best definition says onto an entry."""
        self._apply(entry, self._best(entry, metadata))

    def _best(self, entry: Element, metadata: Any) -> Element:
        place = f"{entry.tag}:{entry.get('name')}"
        matching = list(self._matching(entry, metadata))
        if not matching:
            raise PluginExecutionError(
                f"No matching source for entry when retrieving attributes for {place}"
            )
        highest = max(priority for priority, _, _ in matching)
        best = [(path, element) for priority, path, element in matching if priority == highest]
        if len(best) > 1:
            text = (
                f"Found conflicting sources with same priority ({highest}) for {place} "
                f"for {metadata.hostname}"
            )
            self.logger.error("%s: %s", text, ", ".join(path for path, _ in best))
            raise PluginExecutionError(text)
        return best[0][1]

    def _matching(self, entry: Element, metadata: Any) -> Iterator[tuple[int, str, Element]]:
        for file in self.entries.values():
            if file.xdata is None:
                continue
            for element in file.XMLMatch(metadata).iter(entry.tag):
                if self._matches(entry, metadata, element):
                    yield file.priority, file.name, element

    def _apply(self, entry: Element, data: Element) -> None:
        """Give an entry what a definition has and the entry has not."""
        if data.text is not None and data.text.strip():
            entry.text = data.text
        entry.extend([copy.deepcopy(child) for child in data])
        for name, value in attributes(data).items():
            if name not in entry.attrib and name != XML_BASE:
                entry.set(FORMER_NAMES.get(name, name), value)


def _listed(file: Any) -> Iterator[Element]:
    """Yield the definitions that stand directly below the root of a file."""
    for element in () if file.xdata is None else file.xdata:
        if is_element(element) and element.tag not in ("Group", "Client"):
            yield element


class SiteRules(SitePrioDir):
    """Upstream's `Rules`, for plugins that derive from it: conditional definitions as well."""

    def HandlesEntry(self, entry: Element, metadata: Any) -> bool:
        """Say whether there is a definition for an entry."""
        return any(True for _ in self._matching(entry, metadata))

    def HandleEntry(self, entry: Element, metadata: Any) -> None:
        """Bind an entry in place."""
        self.BindEntry(entry, metadata)


__all__ = [
    "SiteInfoXML",
    "SitePrioDir",
    "SitePriorityStructFile",
    "SiteRules",
    "SiteStructFile",
    "is_negated",
    "site_bind_info",
    "site_path_metadata",
]
