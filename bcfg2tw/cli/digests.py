"""Digests of configurations: equal where clients would get the same."""

from __future__ import annotations

import copy
import hashlib

from lxml import etree

from bcfg2tw.engine.xmlio import Element

__all__ = ["canonical", "digest"]


def digest(document: Element) -> str:
    """Return a digest of a configuration; attributes in another order are the same."""
    return hashlib.sha256(canonical(document)).hexdigest()


def canonical(document: Element) -> bytes:
    """Return a configuration in the one form that it has, without the revision."""
    copied = copy.deepcopy(document)
    if "revision" in copied.attrib:
        del copied.attrib["revision"]
    return etree.tostring(copied, method="c14n")
