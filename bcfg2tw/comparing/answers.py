"""Answers of servers as they are compared: documents, or reasons why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from bcfg2tw.comparing.differences import Built
from bcfg2tw.engine.xmlio import Element, legal, parse_foreign

__all__ = ["UnreadableAnswer", "built_of", "configuration_of", "fault_text", "without_call_name"]

#: By this name the lines of a call are found in our log: it is another one each time.
_CALL_NAME = re.compile(r" \(call [0-9a-f]+-[0-9a-f]+\)$")

#: Elements of what Bcfg2 answers are nested a handful of levels deep.
MAX_DEPTH = 100
_is_too_deep = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")

#: Attributes that clients read without regard to case.
BOOLEANS = ("important", "paranoid", "sensitive")

#: The names under which what is no configuration is compared.
PROBES, DECISIONS, ANSWER = "probes", "decisions", "answer"


class UnreadableAnswer(Exception):
    """An answer is not what the method answers with; the text says how."""


def fault_text(code: int, text: str) -> str:
    """Return a fault as the reason why there is no answer."""
    return f"fault {code}: {without_call_name(text)}"


def without_call_name(text: str) -> str:
    """Return the text of a fault without the name of the call, which is another one each time."""
    return _CALL_NAME.sub("", text)


def built_of(method: str, value: Any) -> Built:
    """
    Return what a method has returned as a document that can be compared.

    Probes, decisions and plain values become entries of a structure of their own.

    :raises UnreadableAnswer: if it is something else
    """
    if method == "GetConfig":
        return configuration_of(value)
    if method == "GetProbes":
        return _wrapped(PROBES, list(_document(value)))
    if method == "GetDecisionList":
        return _wrapped(DECISIONS, [_entry("Decision", name) for name in _decisions(value)])
    return _wrapped(ANSWER, [_entry("Value", method, {"value": _plain(value)})])


def configuration_of(value: Any) -> Element:
    """
    Return a configuration that a server has sent.

    1.3 writes some booleans as `False`, 1.4 as `false`, and clients do not care
    (:ref:`decisions-reproduce`): they are written alike.

    :raises UnreadableAnswer: if it is none
    """
    document = _document(value)
    for entry in document.iter(etree.Element):
        for name in BOOLEANS:
            value = entry.get(name)
            if value in ("True", "False"):
                entry.set(name, value.lower())
    return document


def _document(value: Any) -> Element:
    """
    Return a document that a server has sent.

    :raises UnreadableAnswer: if it is none
    """
    if not isinstance(value, str):
        raise UnreadableAnswer(f"a {type(value).__name__} stands where a document should")
    try:
        document = parse_foreign(value)
    except etree.XMLSyntaxError as error:
        raise UnreadableAnswer(f"the document is not well-formed: {error}") from error
    # its entities are not expanded, so that what it says is not known
    if document.getroottree().docinfo.internalDTD is not None:
        raise UnreadableAnswer("the document declares a document type")
    if _is_too_deep(document):
        raise UnreadableAnswer(f"the document is nested more than {MAX_DEPTH} levels deep")
    return document


def _plain(value: Any) -> str:
    """
    Return a value in words.

    :raises UnreadableAnswer: if it is nested as no answer of Bcfg2 is
    """
    try:
        return legal(repr(value))
    except RecursionError as error:
        raise UnreadableAnswer("the answer is nested too deeply") from error


def _decisions(value: Any) -> list[str]:
    try:
        return sorted(f"{tag}:{name}" for tag, name in value)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnreadableAnswer("the decisions are no list of pairs") from error


def _entry(tag: str, name: str, described: Mapping[str, str] | None = None) -> Element:
    return etree.Element(tag, {"name": name, **(described or {})})


def _wrapped(name: str, entries: list[Element]) -> Element:
    document = etree.Element("Configuration")
    structure = etree.SubElement(document, "Bundle", name=name)
    structure.extend(entries)
    return document
