"""Files of Properties as templates get them: an object for each client."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from bcfg2tw.engine.documents.conditions import ConditionalDocument
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.created_files import creating
from bcfg2tw.engine.plugins.properties.formats import JSONProperties
from bcfg2tw.engine.plugins.properties.shared_file import SharedFile, SharedXML
from bcfg2tw.engine.plugins.properties.write_back import NotWritable, as_json, as_xml, as_yaml
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.xmlio import Element, is_element
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings


@dataclass(frozen=True)
class Writing:
    """
    The settings and the lock for writing back.

    :ivar lock: held while a file of Properties is written, whatever snapshot the data are from
    """

    settings: Settings
    lock: threading.Lock


class View(ABC):
    """
    A file as one client's templates see it.

    :ivar name: the file's full path
    """

    def __init__(self, shared: SharedFile, writing: Writing) -> None:
        self.name = shared.file.path
        self._shared = shared
        self._writing = writing
        self._original = shared.value
        self._version = shared.version

    def __repr__(self) -> str:
        return f"<Properties {self.name}>"

    @property
    def data(self) -> str:
        """The file's text."""
        return self._shared.data.decode(self._writing.settings.encoding, "replace")

    @abstractmethod
    def _value(self) -> Any:
        """Return the data as they are now."""

    @abstractmethod
    def _serialise(self) -> bytes:
        """Return the data as they are to be written; `NotWritable` if they cannot be."""

    def write(self) -> bool:
        """
        Write the data into the file; returns true.

        :raises PluginExecutionError: if they cannot be written; the file is as it was then
        """
        if not self._writing.settings.writes_enabled:
            raise PluginExecutionError(
                "Properties files write-back is disabled in the configuration"
            )
        with self._writing.lock:
            try:
                data = self._serialise()
            except NotWritable as error:
                raise PluginExecutionError(f"Cannot write {self.name}: {error}") from error
            try:
                with creating(os.path.dirname(self.name)):  # other processes write it as well
                    self._replace(data)
            except OSError as error:
                reason = error.strerror or str(error)
                raise PluginExecutionError(f"Failed to write {self.name}: {reason}") from error
        return True

    def _replace(self, data: bytes) -> None:
        shared = self._shared
        if data == shared.data:
            return
        if self._is_outdated():
            raise PluginExecutionError(
                f"Failed to write {self.name}: it has changed since it was read; "
                "the client's next run works with what it says now"
            )
        write_atomically(self.name, data)
        shared.note_written(self._value(), data)
        self._original, self._version = shared.value, shared.version

    def _is_outdated(self) -> bool:
        """Say whether writing would undo what somebody else has written."""
        shared = self._shared
        is_shared = self._value() is shared.value
        if not is_shared and self._version != shared.version:
            return True
        with open(self.name, "rb") as stream:
            return stream.read() != shared.data


class JSONView(View):
    """A JSON file: the data are `json`."""

    def __init__(self, shared: SharedFile, writing: Writing) -> None:
        super().__init__(shared, writing)
        self.json = shared.value

    def _value(self) -> Any:
        return self.json

    def _serialise(self) -> bytes:
        return as_json(self.json, self.name)


class YAMLView(View):
    """A YAML file: the data are `yaml`."""

    def __init__(self, shared: SharedFile, writing: Writing) -> None:
        super().__init__(shared, writing)
        self.yaml = shared.value

    def _value(self) -> Any:
        return self.yaml

    def _serialise(self) -> bytes:
        return as_yaml(self.yaml, self.name)


class XMLView(View):
    """An XML file: `xdata` is its root, `entries` are the root's children."""

    _shared: SharedXML

    def __init__(self, shared: SharedXML, writing: Writing) -> None:
        super().__init__(shared, writing)
        self._root = shared.value

    @property
    def xdata(self) -> Element:
        """The root, conditions and all."""
        self._shared.is_exposed = True
        return self._root

    @xdata.setter
    def xdata(self, root: Element) -> None:
        self._root = root

    @property
    def entries(self) -> list[Element]:
        """The children of the root."""
        return list(self.xdata)

    def Match(self, metadata: ClientMetadata) -> list[Element]:
        """Return copies of the elements below the root that apply to a client, in order."""
        return [child for child in self.XMLMatch(metadata) if is_element(child)]

    def XMLMatch(self, metadata: ClientMetadata) -> Element:
        """Return a copy of the document with what applies to a client, without conditions."""
        file = self._shared.file
        return file.XMLMatch(metadata) if file.is_template else self._document().copied(metadata)

    def _document(self) -> ConditionalDocument:
        if self._root is self._shared.value:
            return self._shared.document()
        return ConditionalDocument(self._root)

    def _value(self) -> Element:
        return self._root

    def _serialise(self) -> bytes:
        return as_xml(self._root, self._shared, self._writing.settings)


def make_view(shared: SharedFile, writing: Writing) -> View:
    """Return a file as a client's templates get it."""
    if isinstance(shared, SharedXML):
        return XMLView(shared, writing)
    if isinstance(shared.file, JSONProperties):
        return JSONView(shared, writing)
    return YAMLView(shared, writing)
