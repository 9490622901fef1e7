"""Mistakes in the patterns of GroupPatterns (:ref:`templates-and-data-4`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.engine.checks.vocabulary import Remark, is_regex
from bcfg2tw.engine.xmlio import Element, is_element, line_of

RANGES = re.compile(r"\[\[(.*?)\]\]")
PARTS = ("NamePattern", "NameRange", "Group")
PART = re.compile(r"\s*(\d+)\s*(?:-\s*(\d*)\s*)?")


def check_patterns(root: Element) -> Iterator[Remark]:
    """Yield patterns that match nothing, or give no group."""
    for pattern in root.iter("GroupPattern"):
        if any(is_element(child) and child.tag not in PARTS for child in pattern):
            continue  # one of them is misspelt, which is told elsewhere
        if not any((group.text or "").strip() for group in pattern.findall("Group")):
            message = "<GroupPattern> has no <Group> with a name in it, and gives no group"
            yield "missing-element", "error", line_of(pattern), message
        parts = [child for child in pattern if child.tag in ("NamePattern", "NameRange")]
        if not parts:
            message = "<GroupPattern> has no <NamePattern> and no <NameRange>, and matches no name"
            yield "missing-element", "error", line_of(pattern), message
        for part in parts:
            reason = _reason(str(part.tag), part.text or "")
            if reason is not None:
                message = f"{part.text!r} of <{part.tag}> {reason}"
                yield "bad-value", "error", line_of(part), message


def _reason(tag: str, text: str) -> str | None:
    if not text:
        return "would match every name: write a pattern"
    if text != text.strip():
        return "matches no name: remove the blanks around it"
    if tag == "NamePattern":
        return None if is_regex(text) else "is no regular expression"
    ranges = RANGES.findall(text)
    if not ranges:
        return "has no range: write one, such as [[1-9]], or a <NamePattern>"
    wrong = next((part for found in ranges for part in found.split(",") if not _is_range(part)), "")
    return f"has {wrong!r} in it, which is no range: write such as 1-9" if wrong else None


def _is_range(text: str) -> bool:
    match = PART.fullmatch(text)
    return match is not None and (not match[2] or int(match[1]) <= int(match[2]))
