"""Elements as Bcfg2's own lint shows them."""

from __future__ import annotations

import os
import re

from lxml import etree

from bcfg2tw.engine.xmlio import Element, line_of

__all__ = ["describe", "one_line", "without_path"]

_MARK = re.compile(r"\s+line \d+: (?=<)")


def describe(element: Element, text: str | None = None) -> str:
    """
    Return an element with its line and without its children.

    :param text: the text to show; where there is none, what the element has is `...`
    """
    attributes = "".join(f' {name!s}="{value!s}"' for name, value in element.attrib.items())
    name = etree.QName(element)
    tag = name.localname
    if name.namespace:
        prefix = element.prefix
        tag = f"{prefix}:{tag}" if prefix else tag
        attributes = f' xmlns{":" if prefix else ""}{prefix or ""}="{name.namespace}"' + attributes
    if text is None and element.text and element.text.strip():
        text = "..."
    start = f"<{tag}{attributes}"
    shown = f"{start}/>" if text is None else f"{start}>{text}</{tag}>"
    return f"   line {line_of(element)}: {shown}"


def one_line(text: str) -> str:
    """Return a text of several lines as one, without the lines of elements."""
    return re.sub(r"\s+", " ", _MARK.sub(" ", text)).strip()


def without_path(text: str, path: str) -> str:
    """Return a text without the path of the file that it is about, which stands beside it."""
    short = text.replace(f" in {path}", "").replace(f"{path}: ", "")
    return short.replace(path, os.path.basename(path))
