"""Mistakes in the sources of Packages (:ref:`packages-2`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.engine.checks.vocabulary import Remark, Values
from bcfg2tw.engine.xmlio import Element, line_of

URL = Values(
    re.compile("(https?://[^/ ]|file:/)\\S*", re.IGNORECASE),
    "one that begins with http://, https:// or file:///",
    "URL",
)


def check_sources(root: Element) -> Iterator[Remark]:
    """Yield sources of which nothing is fetched."""
    for source in root.iter("Source"):
        if source.get("type") not in ("apt", "yum") or not source.get("url"):
            continue  # a rawurl stands for itself
        for tag in ("Component", "Arch"):
            if not any((part.text or "").strip() for part in source.iter(tag)):
                message = f"<Source> has no <{tag}> with a name in it: nothing is fetched from it"
                yield "missing-element", "error", line_of(source), message
