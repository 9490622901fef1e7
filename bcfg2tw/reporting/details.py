"""The detail of a path: what differs in its content, as far as that is kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from bcfg2tw.engine.xmlio import Element, is_element

Detail = Mapping[str, Any]


def detail_of(element: Element, file_limit: int) -> Detail | None:
    """
    Return the detail of a Path element, None where there is none (:ref:`reporting-13.1`).

    :param file_limit: bytes of content above which a digest takes its place
    """
    if element.get("type", "").lower() == "directory" and _says_true(element, "prune"):
        names = _pruned_names(element)
        if names:
            return {"kind": "pruned", "names": names}
    if _says_true(element, "sensitive"):
        return {"kind": "sensitive"}
    return _content(element, file_limit)


def _says_true(element: Element, name: str) -> bool:
    return element.get(name, "").lower() == "true"


def _pruned_names(element: Element) -> list[str]:
    children = (child for child in element if is_element(child) and child.tag == "Prune")
    return sorted(filter(None, (child.get("name") or child.get("path") for child in children)))


def _content(element: Element, file_limit: int) -> Detail | None:
    file, encoded_diff = element.get("current_bfile"), element.get("current_bdiff")
    if file:
        data = _decode(file)
        text = base64.b64encode(data).decode("ascii")
        return _within(data, file_limit, {"kind": "binary", "base64": text})
    if encoded_diff:
        return _diff(_decode(encoded_diff), file_limit)
    plain_diff = element.get("current_diff")
    return _diff(plain_diff.encode("utf-8"), file_limit) if plain_diff else None


def _decode(text: str) -> bytes:
    """Return what a text in base64 stands for; of a broken one, what can be told of it."""
    data = "".join(text.split()).rstrip("=").encode("utf-8")
    for length in (len(data), len(data) - 1):
        try:
            return base64.b64decode(data[:length] + b"=" * (-length % 4))
        except binascii.Error:
            continue
    return text.encode("utf-8")


def _diff(data: bytes, file_limit: int) -> Detail:
    text = data.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return _within(data, file_limit, {"kind": "diff", "text": text})


def _within(data: bytes, file_limit: int, detail: Detail) -> Detail:
    if len(data) <= file_limit:
        return detail
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"kind": "too-large", "md5": md5, "bytes": len(data)}
