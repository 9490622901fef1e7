"""`INode`, `InfoNode` and `XMLSrc` of Bcfg2 1.3 (:ref:`plugin-api-19`)."""

from __future__ import annotations

from typing import Any, ClassVar

from bcfg2tw.engine.siteplugins.names.files import SiteXMLFileBacked
from bcfg2tw.engine.siteplugins.names.structfiles import is_negated
from bcfg2tw.engine.xmlio import Element, attributes, is_element
from bcfg2tw.errors import PluginExecutionError

#: Tag to name to attributes, as `Match` fills it.
Definitions = dict[str, dict[str, dict[str, Any]]]


class INode:
    """
    A root, or a condition: what stands in it is for those clients for whom it is true.

    :ivar contents: what stands directly in it
    :ivar children: the conditions in it
    """

    containers: ClassVar[tuple[str, ...]] = ("Group", "Client")
    ignore: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Element, idict: dict[str, list[str]], parent: Any = None) -> None:
        self.data = data
        self.parent = parent
        self.contents: Definitions = {}
        self.children: list[Any] = []
        for item in data:
            if not is_element(item) or item.tag in self.ignore:
                continue
            if item.tag in self.containers:
                self.children.append(type(self)(item, idict, self))
                continue
            name = item.get("name", "")
            definition: dict[str, Any] = {**attributes(item)}
            if item.text:
                definition["__text__"] = item.text
            if len(item):
                definition["__children__"] = list(item)
            self.contents.setdefault(item.tag, {})[name] = definition
            idict.setdefault(item.tag, []).append(name)

    def predicate(self, metadata: Any, entry: Any = None) -> bool:
        """Say whether this is for a client."""
        if self.parent is None:
            return True
        return bool(self.parent.predicate(metadata, entry)) and self._holds(metadata, entry)

    def _holds(self, metadata: Any, entry: Any) -> bool:
        name = self.data.get("name")
        holds = name in metadata.groups if self.data.tag == "Group" else name == metadata.hostname
        return holds != is_negated(self.data)

    def Match(self, metadata: Any, data: Definitions, entry: Any = None) -> None:
        """Add what is for a client; what comes later takes the place of what came before."""
        if not self.predicate(metadata, entry):
            return
        for tag, definitions in self.contents.items():
            data.setdefault(tag, {}).update(definitions)
        for child in self.children:
            child.Match(metadata, data, entry)


class InfoNode(INode):
    """A node of an info file, which has conditions of paths as well."""

    containers = ("Group", "Client", "Path")

    def _holds(self, metadata: Any, entry: Any) -> bool:
        if self.data.tag != "Path":
            return super()._holds(metadata, entry)
        names = () if entry is None else (entry.get("name"), entry.get("realname"))
        return (self.data.get("name") in names) != is_negated(self.data)


class XMLSrc(SiteXMLFileBacked):
    """
    A file with a priority.

    :ivar items: tag to all names in the file
    :ivar cache: a client's metadata, and what is for it
    """

    __identifier__ = None
    __node__: ClassVar[Any] = INode
    __cacheobj__: ClassVar[Any] = dict
    __priority_required__ = True

    def __init__(self, filename: str, *arguments: Any, **keywords: Any) -> None:
        keywords.pop("noprio", None)
        super().__init__(filename, *arguments, **keywords)
        self.items: dict[str, list[str]] = {}
        self.cache: Any = None
        self.pnode: Any = None
        self.priority = -1

    def Index(self) -> None:
        """Read the file, and its priority."""
        super().Index()
        self.items = {}
        self.pnode = self.__node__(self.xdata, self.items)
        self.cache = None
        try:
            self.priority = int(self.xdata.get("priority"))
        except (TypeError, ValueError):
            if self.__priority_required__:
                raise PluginExecutionError(
                    f"Got bogus priority {self.xdata.get('priority')} for file {self.name}"
                ) from None

    def Cache(self, metadata: Any) -> None:
        """Make what is for a client."""
        if self.pnode is not None and (self.cache is None or self.cache[0] is not metadata):
            definitions = self.__cacheobj__()
            self.pnode.Match(metadata, definitions)
            self.cache = (metadata, definitions)
