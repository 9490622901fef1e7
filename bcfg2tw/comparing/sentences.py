"""
Differences in the sentences of `bcfg2-admin compare`, which scripts read.

One difference may be several sentences: of an entry that has moved and has other attributes there
are two (:ref:`tools-2.2`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bcfg2tw.comparing.difference import CLIENT, STRUCTURES, Detail, Difference
from bcfg2tw.comparing.text_diff import NO_NEWLINE
from bcfg2tw.comparing.wording import headline

__all__ = ["ADDED", "CHANGED", "REMOVED", "Sentence", "sentences_of"]

REMOVED, ADDED, CHANGED = "Removed", "Added", "Changed"


@dataclass(frozen=True)
class Sentence:
    """
    A sentence about one difference.

    :ivar kind: `REMOVED`, `ADDED` or `CHANGED`
    :ivar text: what is different
    :ivar details: lines that begin with `-` for what was and `+` for what is
    """

    kind: str
    text: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def sentences_of(difference: Difference) -> Iterator[Sentence]:
    """Yield the sentences about a difference."""
    kind = difference.kind
    if difference.tag == CLIENT:
        yield Sentence(CHANGED, headline(difference), tuple(_all_lines(difference.details)))
    elif kind in ("entry-added", "structure-added"):
        yield Sentence(ADDED, _noun(difference))
    elif kind in ("entry-removed", "structure-removed"):
        yield Sentence(REMOVED, _noun(difference))
    else:
        yield from _changes(_noun(difference), difference.details)


def _noun(difference: Difference) -> str:
    if difference.tag in STRUCTURES:
        return f"Bundle {difference.name}"
    return f"Element {difference.tag}:{difference.name}"


def _changes(noun: str, details: Sequence[Detail]) -> Iterator[Sentence]:
    """Yield a sentence for a move, one for all attributes, and one for the content."""
    by_way: dict[Callable[[str, Sequence[Detail]], str], list[Detail]] = {}
    for detail in details:
        by_way.setdefault(_TEXTS[detail.aspect], []).append(detail)
    for text, same in by_way.items():
        lines = () if text is _moved else tuple(_all_lines(same))
        is_all_there = text is _content and _change_of(same) is not None
        yield Sentence(CHANGED, text(noun, same), () if is_all_there else lines)


def _moved(noun: str, details: Sequence[Detail]) -> str:
    places = details[0]
    return f"{noun} was in bundle {places.old}, now in bundle {places.new}"


def _attributes(noun: str, details: Sequence[Detail]) -> str:
    return f"{noun} has different attributes"


def _content(noun: str, details: Sequence[Detail]) -> str:
    verb = _change_of(details)
    return f"{noun} content was {verb}" if verb else f"{noun} has different content"


def _change_of(details: Sequence[Detail]) -> str | None:
    """Return `added` or `removed` where all content came or went, None where there was some."""
    if any(detail.is_secret for detail in details):
        return None
    if all(detail.new is not None and detail.old is None for detail in details):
        return "added"
    if all(detail.old is not None and detail.new is None for detail in details):
        return "removed"
    return None


_TEXTS: Mapping[str, Callable[[str, Sequence[Detail]], str]] = {
    "bundle": _moved,
    "attribute": _attributes,
    "failure": _attributes,
    "kind": _attributes,
    "content": _content,
    "children": _content,
}


def _all_lines(details: Sequence[Detail]) -> Iterator[str]:
    for detail in details:
        yield from _lines(detail)


def _lines(detail: Detail) -> Iterator[str]:
    """Yield what was with a `-` in front, and what is with a `+`; of a secret that it differs."""
    if detail.is_secret:
        yield f"{detail.title} differs (secret)"
    elif detail.lines:
        yield from _signed(detail)
    else:
        form = "{}" if detail.aspect == "content" else f'{detail.title}="{{}}"'
        yield from [f"-{form.format(detail.old)}"] * (detail.old is not None)
        yield from [f"+{form.format(detail.new)}"] * (detail.new is not None)


def _signed(detail: Detail) -> Iterator[str]:
    """Yield the lines that differ, without those around them."""
    for line in detail.lines:
        if line[0] in "+-" or line == NO_NEWLINE:
            yield line
    if detail.omitted_lines:
        yield f"… {detail.omitted_lines:,} more lines"
