"""The two kinds of files with secrets: Cfg files, all of them one, and Properties with elements."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import click
from lxml import etree

from bcfg2tw.cli.crypt.passphrases import CryptFailed, Passphrases
from bcfg2tw.engine.encryption import looks_encrypted
from bcfg2tw.engine.secrets.sources import CRYPT, start_tag
from bcfg2tw.engine.xmlio import Element, is_element, line_of, parse_file, pretty_document
from bcfg2tw.errors import EncryptionError, RefusedFormat, RepositoryError

logger = logging.getLogger("bcfg2-crypt")


class SecretFile(ABC):
    """A file whose content is encrypted and decrypted, as a whole or in part."""

    def __init__(self, path: str, passphrases: Passphrases) -> None:
        self.path = path
        self.passphrases = passphrases

    def read(self) -> bytes:
        """Return the file's content."""
        with open(self.path, "rb") as stream:
            return stream.read()

    @abstractmethod
    def encrypted(self) -> bytes:
        """
        Return the content with its secrets encrypted.

        :raises CryptFailed: if nothing can be encrypted
        """

    @abstractmethod
    def decrypted(self) -> bytes:
        """
        Return the content with its secrets in the clear.

        :raises CryptFailed: if nothing can be decrypted
        """

    def encrypted_path(self) -> str:
        """Return the path of the file that encryption writes."""
        return self.path

    def decrypted_path(self) -> str:
        """Return the path of the file that decryption writes."""
        return self.path


class CfgFile(SecretFile):
    """A file that is one secret; encrypted it has the extension `.crypt`."""

    def encrypted(self) -> bytes:
        """Return the file as one line of base64."""
        data = self.read()
        if looks_encrypted(data):
            raise CryptFailed("it is already encrypted")
        return self.passphrases.encrypt(data, self.passphrases.for_encryption())

    def decrypted(self) -> bytes:
        """Return the file in the clear."""
        data = self.read()
        if not looks_encrypted(data):
            raise CryptFailed(f"{self.path} is not encrypted")
        try:
            return self.passphrases.decrypt(data)
        except RefusedFormat:
            raise
        except EncryptionError as error:
            chosen = "the specified" if self.passphrases.determined else "any"
            raise CryptFailed(f"Could not decrypt {self.path} with {chosen} passphrase") from error

    def encrypted_path(self) -> str:
        """Return the path with the extension."""
        return self.path + CRYPT

    def decrypted_path(self) -> str:
        """Return the path without the extension."""
        return self.path.removesuffix(CRYPT)


@dataclass(frozen=True)
class Selection:
    """
    The elements of a Properties file that are meant.

    :ivar xpath: None for those marked `encrypted`, or all where none is
    :ivar is_wanted: asked for each element that is to be encrypted
    """

    xpath: str | None = None
    is_wanted: Callable[[Element], bool] = lambda element: True

    def of(self, root: Element) -> list[Element]:
        """Return the elements, with or without text."""
        if self.xpath is not None:
            result = root.xpath(self.xpath)
            nodes = result if isinstance(result, list) else []
            return [node for node in nodes if etree.iselement(node) and is_element(node)]
        marked = [element for element in root.iter() if element.get("encrypted") is not None]
        return marked or [element for element in root.iter() if is_element(element)]


class PropertiesFile(SecretFile):
    """An XML file with elements that are secrets; they say the name of their passphrase."""

    def __init__(self, path: str, passphrases: Passphrases, selection: Selection) -> None:
        super().__init__(path, passphrases)
        self._selection = selection

    def encrypted(self) -> bytes:
        """Return the document with the selected elements encrypted, and marked so."""
        data = self.read()
        root = self._parsed(data)
        elements = self._selected(root)
        for element in elements:
            self._check_clear(element)
        names = [self.passphrases.for_encryption(element.get("encrypted")) for element in elements]
        for element, name in zip(elements, names, strict=True):
            if self._selection.is_wanted(element):
                seal_element(element, name, self.passphrases)
        return pretty_document(root) if elements else data

    def decrypted(self) -> bytes:
        """Return the document with the selected elements in the clear, still marked."""
        data = self.read()
        root = self._parsed(data)
        elements = self._selected(root)
        opened = [element for element in elements if self._is_opened(element)]
        if elements and not opened:
            raise CryptFailed(f"Failed to decrypt any data in {self.path}")
        return pretty_document(root) if elements else data

    def _is_opened(self, element: Element) -> bool:
        try:
            open_element(element, self.passphrases)
        except RefusedFormat:
            raise
        except EncryptionError:
            logger.error(
                "Could not decrypt %s (line %s), skipping", start_tag(element), line_of(element)
            )
            return False
        return True

    def _parsed(self, data: bytes) -> Element:
        try:
            return parse_file(data, self.path)
        except RepositoryError as error:
            raise CryptFailed(str(error)) from error

    def _selected(self, root: Element) -> list[Element]:
        elements = self._selection.of(root)
        if not elements and self._selection.xpath is not None:
            logger.warning("XPath expression %s matched no elements", self._selection.xpath)
        return [element for element in elements if (element.text or "").strip()]

    def _check_clear(self, element: Element) -> None:
        if looks_encrypted((element.text or "").encode()):
            raise CryptFailed(
                f"{start_tag(element)} (line {line_of(element)}) is already encrypted; "
                "select the others with --xpath"
            )


def seal_element(element: Element, name: str, passphrases: Passphrases) -> None:
    """Encrypt the text of an element in place, and mark it."""
    element.text = passphrases.encrypt((element.text or "").encode(), name).decode().strip()
    element.set("encrypted", name)


def open_element(element: Element, passphrases: Passphrases) -> None:
    """
    Decrypt the text of an element in place.

    :raises EncryptionError: if it cannot be decrypted to text
    """
    data = (element.text or "").encode()
    if not looks_encrypted(data):
        raise EncryptionError("it is not encrypted")
    try:
        element.text = passphrases.decrypt(data, element.get("encrypted")).decode("utf-8")
    except ValueError as error:  # no UTF-8, or nothing that XML can hold
        raise EncryptionError("Decrypted to gibberish") from error


def is_properties(path: str) -> bool:
    """Say whether a file is a Properties file, by its name and its root."""
    if not path.endswith(".xml"):
        return False
    try:
        with open(path, "rb") as stream:
            return parse_file(stream.read(), path).tag == "Properties"
    except (OSError, RepositoryError):
        return False


def ask_about(element: Element) -> bool:
    """Ask at the terminal whether an element is to be encrypted."""
    click.echo(etree.tostring(element, encoding="unicode", with_tail=False))
    return click.confirm("Encrypt this element?")
