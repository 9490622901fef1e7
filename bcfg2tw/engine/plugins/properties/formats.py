"""The formats of files of Properties: XML, JSON and YAML."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.encryption import decrypt_elements
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, attributes, is_element
from bcfg2tw.errors import RepositoryError

#: Shorter secrets are looked for as whole texts only: they stand in other words by chance.
CONTAINED_SECRET_LENGTH = 6


class JSONProperties:
    """A JSON file."""

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self.data = source.data
        try:
            self.value: Any = json.loads(source.data)
        except json.JSONDecodeError as error:
            raise _unreadable("JSON", source, error, error.lineno) from error
        except ValueError as error:
            raise _unreadable("JSON", source, error) from error


class YAMLProperties:
    """A YAML file of one document, which cannot name classes of Python."""

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self.data = source.data
        import yaml  # few sites have such files, and it takes a megabyte

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            self.value: Any = yaml.load(source.data, loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise _unreadable("YAML", source, error, mark and mark.line + 1) from error
        except ValueError as error:  # for instance a date that there is none of
            raise _unreadable("YAML", source, error) from error


def _unreadable(
    kind: str, source: Source, error: Exception, line: int | None = None
) -> RepositoryError:
    reason = " ".join(str(error).split())
    return RepositoryError(
        source.path, f"Could not load {kind} data from {source.path}: {reason}", line
    )


class XMLProperties(StructFile):
    """
    An XML file; also of a template the root is decrypted, and has what it includes.

    :ivar ciphers: passphrase's name and decrypted text to the text as it stands in the file
    :ivar guarded: the decrypted texts that stand nowhere in the file in the clear
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.data = source.data
        if self.is_template:
            root = source.xml()
            decrypt_elements(root, self.path, source.settings)
            self.document = self.kept_as(root, self.conditions)
        self.ciphers: dict[tuple[str, str], str] = {}
        self.guarded: frozenset[str] = frozenset()
        if self.root.find(".//*[@encrypted]") is not None:
            self._compare(source.xml())

    @property
    def value(self) -> Element:
        """The whole document."""
        return self.root

    def _compare(self, original_root: Element) -> None:
        """Note what was decrypted, from the same document as it stands in the file."""
        clear: set[str] = set()
        for original, plain in zip(original_root.iter(), self.root.iter(), strict=True):
            if not is_element(original):
                continue
            clear.update(attributes(original).values())
            if original.text != plain.text:
                self.ciphers[(original.get("encrypted", ""), plain.text or "")] = (
                    original.text or ""
                )
            elif original.text:
                clear.add(original.text)
        secrets = {text.strip() for _name, text in self.ciphers} - {""}
        self.guarded = frozenset(
            secret for secret in secrets if not any(shows(text, secret) for text in clear)
        )


def shows(text: str, secret: str) -> bool:
    """Say whether a text gives a secret away."""
    return text.strip() == secret or (len(secret) >= CONTAINED_SECRET_LENGTH and secret in text)


PropertiesFile: TypeAlias = XMLProperties | JSONProperties | YAMLProperties

#: The end of a file's name to the class of its format.
KINDS: dict[str, type[PropertiesFile]] = {
    ".xml": XMLProperties,
    ".json": JSONProperties,
    ".yaml": YAMLProperties,
    ".yml": YAMLProperties,
}


def parse(source: Source) -> PropertiesFile:
    """
    Read a file of any format.

    :raises RepositoryError: naming file and line, if it is not what its name says
    """
    kind = next(kind for suffix, kind in KINDS.items() if source.path.endswith(suffix))
    return kind(source)
