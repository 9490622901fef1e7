"""
A file of Properties as all clients share it.

Templates may change the data: then they have changed for everybody until the file is read again,
as in the reference. What a template writes back is what everybody has from then on, also once
the repository was read again, so that two clients that write do not undo each other's work.
"""

from __future__ import annotations

from lxml import etree

from bcfg2tw.engine.documents.conditions import ConditionalDocument
from bcfg2tw.engine.plugins.properties.formats import PropertiesFile, XMLProperties
from bcfg2tw.engine.xmlio import Element


class SharedFile:
    """
    One file, as long as nobody but templates changes it.

    :ivar file: the file as it was read
    :ivar value: its data as they are now
    :ivar data: the file's content, as it was read or written last
    :ivar version: how often it was written
    :ivar may_have_changed: whether code got hold of the data that may have changed them
    """

    def __init__(self, file: PropertiesFile) -> None:
        self.file = file
        self.value = file.value
        self.data = file.data
        self.version = 0
        self.may_have_changed = False

    def state_of_data(self) -> int:
        """Return what tells the data, as they are now, from those at another time."""
        return hash(repr(self.value))

    def is_state_of(self, file: PropertiesFile) -> bool:
        """
        Say whether a file that was read just now holds what this object holds already.

        Nothing may be written meanwhile.
        """
        if file is self.file:
            return True
        if self.data == self.file.data:
            return False  # it was never written: somebody else has changed it
        return self.data in (file.data, _content(file.path))  # it may have been written since

    def note_written(self, value: object, data: bytes) -> None:
        """Take in data that were written."""
        self.value = value
        self.data = data
        self.version += 1


class SharedXML(SharedFile):
    """
    An XML file.

    :ivar ciphers: passphrase's name and text to the encrypted text, so that what has not changed
        is written as it was
    :ivar is_exposed: whether a template got hold of the document and may change it
    """

    file: XMLProperties
    value: Element

    def __init__(self, file: XMLProperties) -> None:
        super().__init__(file)
        self.ciphers = dict(file.ciphers)
        self.is_exposed = False
        self._filtered = (0, file.document)

    def is_state_of(self, file: PropertiesFile) -> bool:
        """Say whether a file that was read just now holds what this object holds already."""
        if file is not self.file and self.file.is_template:
            return False  # it is rendered from what is in the file
        return super().is_state_of(file)

    def state_of_data(self) -> int:
        """Return what tells the data, as they are now, from those at another time."""
        return hash(etree.tostring(self.value))

    def document(self) -> ConditionalDocument:
        """Return the document to be filtered for clients, as it is now."""
        if not self.is_exposed:
            return self._filtered[1]
        now = self.state_of_data()
        last_hash, document = self._filtered
        if now != last_hash:
            document = ConditionalDocument(self.value)
            self._filtered = (now, document)
        return document


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None  # it is gone by now


def share(file: PropertiesFile) -> SharedFile:
    """Return a file that was read as clients are to share it."""
    return SharedXML(file) if isinstance(file, XMLProperties) else SharedFile(file)
