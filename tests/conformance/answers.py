"""Comparing an answer with the one that was recorded."""

from __future__ import annotations

import http.client
import json
import xmlrpc.client
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

Simple = tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """What came back from a call: `kind` is "value", "fault", "http" or "error"."""

    kind: str
    content: Any

    def __str__(self) -> str:
        if isinstance(self.content, xmlrpc.client.Fault):
            return f"fault {self.content.faultCode}: {self.content.faultString}"
        return f"{self.kind} {self.content!r}"


def read_answer(response: http.client.HTTPResponse) -> Answer:
    """Return what an HTTP response says."""
    body = response.read()
    if response.status != 200:
        return Answer("http", response.status)
    try:
        (value,), _ = xmlrpc.client.loads(body, use_builtin_types=True)
    except xmlrpc.client.Fault as fault:
        return Answer("fault", fault)
    return Answer("value", value)


def mismatch(
    expected: Mapping[str, Any], answer: Answer, files: Mapping[str, str], step: Mapping[str, Any]
) -> str | None:
    """
    Say what is wrong with an answer, or return None.

    :param expected: one of value, xml, text, fault, http, any
    :param files: the case's files that hold longer answers, by name
    :param step: the step, for what it ignores
    """
    ((kind, wanted),) = expected.items()
    if kind == "http":
        return None if answer == Answer("http", wanted) else f"HTTP {wanted}, not {answer}"
    if kind == "fault":
        return _fault_mismatch(wanted, answer)
    if answer.kind != "value":
        return f"a {kind}, not {answer}"
    if kind == "value":
        return _value_mismatch(wanted, answer.content, bool(step.get("unordered")))
    if kind == "text":
        return None if answer.content == files[wanted] else f"{files[wanted]!r}, not {answer}"
    if kind == "xml":
        return _document_mismatch(files[wanted], answer.content, step.get("ignore", ()))
    return None


def _fault_mismatch(wanted: Mapping[str, Any], answer: Answer) -> str | None:
    if answer.kind == "fault":
        same_code = wanted.get("code", answer.content.faultCode) == answer.content.faultCode
        if same_code and wanted.get("contains", "") in answer.content.faultString:
            return None
    return f"fault {wanted}, not {answer}"


def _value_mismatch(wanted: Any, found: Any, unordered: bool) -> str | None:
    if unordered and isinstance(found, list) and isinstance(wanted, list):
        wanted, found = sorted(wanted, key=json.dumps), sorted(found, key=json.dumps)
    return None if found == wanted else f"{wanted!r}, not {found!r}"


def _document_mismatch(wanted: str, found: Any, ignored: Collection[str]) -> str | None:
    try:
        root = etree.fromstring(found.encode())
    except (etree.XMLSyntaxError, AttributeError):
        return f"XML, not {found!r}"
    if simple(etree.fromstring(wanted.encode()), ignored) == simple(root, ignored):
        return None
    return f"{wanted}\nnot\n{found}"


def simple(element: etree._Element, ignored: Collection[str], is_root: bool = True) -> Simple:
    """
    Return a document as tuples that are equal where two documents mean the same.

    The order of siblings, white space between elements, comments and the root's revision do
    not count, nor do the attributes that the case ignores.
    """
    children = [child for child in element if isinstance(child.tag, str)]
    texts = [element.text or "", *(child.tail or "" for child in element)]
    if children:
        texts = [text for text in texts if text.strip()]
    attributes = {
        str(name): value
        for name, value in element.attrib.items()
        if not {str(name), f"{element.tag}@{name!s}"} & set(ignored)
        and not (is_root and name == "revision")
    }
    return (
        element.tag,
        tuple(sorted(attributes.items())),
        "" if "text()" in ignored else "".join(texts),
        tuple(sorted(simple(child, ignored, False) for child in children)),
    )
