"""Properties as they are written back into the repository: checked, and never in the clear."""

from __future__ import annotations

import copy
import json
import logging
import os
from collections.abc import Iterator
from typing import Any

from lxml import etree

from bcfg2tw.engine.encryption import encrypt, looks_encrypted, passphrase_named
from bcfg2tw.engine.plugins.properties.formats import shows
from bcfg2tw.engine.plugins.properties.shared_file import SharedXML
from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.xmlio import Element, attributes, is_element, parse_file, pretty_document
from bcfg2tw.errors import EncryptionError, PluginExecutionError, RepositoryError
from bcfg2tw.settings import Settings

logger = logging.getLogger("Properties")


class NotWritable(PluginExecutionError):
    """Data cannot be written, for a reason that tells no secrets."""


def as_json(value: Any, path: str) -> bytes:
    """
    Return a value as JSON on one line.

    :raises NotWritable: if JSON cannot hold it
    """
    try:
        return json.dumps(value).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise NotWritable(f"Data for {path} cannot be dumped to JSON: {error}") from error


def as_yaml(value: Any, path: str) -> bytes:
    """
    Return a value as YAML.

    :raises NotWritable: if YAML cannot hold it without naming classes of Python
    """
    import yaml  # few sites have such files, and it takes a megabyte

    try:
        return yaml.safe_dump(value).encode("utf-8")
    except (yaml.YAMLError, TypeError, RecursionError) as error:
        raise NotWritable(f"Data for {path} cannot be dumped to YAML: {error}") from error


def as_xml(root: Element, shared: SharedXML, settings: Settings) -> bytes:
    """
    Return a document with its secrets encrypted, indented, after checking it.

    :raises NotWritable: if it contradicts its schema, or a secret cannot be encrypted
    """
    path = shared.file.path
    check_schema(root, path)
    _take_in_included(root, path)
    output = copy.deepcopy(root.getroottree()).getroot()
    try:
        _encrypt(output, shared.ciphers, settings)
    except EncryptionError as error:
        raise NotWritable(str(error)) from error
    _check_clear(output, shared.file.guarded)
    return pretty_document(output)


def _take_in_included(root: Element, path: str) -> None:
    """Make what was included a part of the document like any other."""
    for element in filter(is_element, root.iter()):
        if not os.path.isabs(element.get(XML_BASE, "")):
            continue
        logger.warning(
            "%s includes %s: from now on its own copy counts", path, element.attrib.pop(XML_BASE)
        )


def check_schema(root: Element, path: str) -> None:
    """
    Check a document against the schema beside its file, if there is one.

    :raises NotWritable: if it does not hold to it, or there is something wrong with the schema
    """
    schema_path = os.path.splitext(path)[0] + ".xsd"
    if not os.path.exists(schema_path):
        return
    try:
        with open(schema_path, "rb") as stream:
            schema = etree.XMLSchema(parse_file(stream.read(), schema_path))
    except (OSError, RepositoryError, etree.XMLSchemaParseError) as error:
        raise NotWritable(f"Failed to process schema for {path}: {error}") from error
    if not schema.validate(root):
        # what the schema says of it may quote a secret
        raise NotWritable(f"Data for {path} fails to validate; run bcfg2-lint for more details")


def _encrypt(root: Element, ciphers: dict[tuple[str, str], str], settings: Settings) -> None:
    for element in root.iter():
        name = element.get("encrypted") if is_element(element) else None
        text = element.text or ""
        if name is None or not text.strip():
            continue
        cipher = ciphers.get((name, text))
        if cipher is None and not looks_encrypted(text.encode()):
            cipher = ciphers[(name, text)] = _encrypt_text(text, name, settings)
        element.text = text if cipher is None else cipher


def _encrypt_text(text: str, name: str, settings: Settings) -> str:
    passphrase = passphrase_named(name, settings)
    return encrypt(text.encode("utf-8"), passphrase, settings.algorithm).decode("ascii").strip()


def _check_clear(root: Element, secrets: frozenset[str]) -> None:
    for element, text in _texts(root) if secrets else ():
        if any(shows(text, secret) for secret in secrets):
            raise NotWritable(
                f"it would lay open a secret in {element.tag}: "
                "give that element the attribute encrypted as well"
            )


def _texts(root: Element) -> Iterator[tuple[Element, str]]:
    for element in root.iter():
        if is_element(element):
            yield from ((element, value) for value in attributes(element).values())
        yield element, element.text or ""
        yield element, element.tail or ""
