"""The mistakes for which a document does not fit a schema, told better than a validator does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bcfg2tw.engine.checks.checking import findings_of
from bcfg2tw.engine.checks.vocabulary import ElementRule, FileKind
from bcfg2tw.engine.xmlio import Element, is_element, line_of
from bcfg2tw.finding import Finding

__all__ = ["explain"]

GENSHI = "{http://genshi.edgewall.org/}"


def explain(kind: FileKind, path: str, root: Element) -> list[tuple[int | None, str]]:
    """Return lines and sentences; empty where nothing is known to be wrong."""
    closed = {
        tag: replace(rule, is_open=False, has_text=rule.has_text or rule.is_open)
        for tag, rule in kind.rules.items()
    }
    strict = replace(kind, rules=closed, whole=None)
    certain = {finding.message for finding in findings_of(kind, "", path, root)}
    sentences = [
        # where an element may be a plugin's own, the one that is next to it says little
        (finding.line, finding.message if finding.message in certain else _without_hint(finding))
        for finding in findings_of(strict, "", path, root)
    ]
    if root.tag in kind.roots:
        told = {line for line, _ in sentences}
        more = (one for one in _attributes(strict, root, str(root.tag)) if one[0] not in told)
        sentences += more
    return sorted(set(sentences), key=lambda sentence: (sentence[0] or 0, sentence[1]))


def _without_hint(finding: Finding) -> str:
    return finding.message.partition(": did you mean")[0]


def _attributes(
    kind: FileKind, element: Element, parent: str
) -> Iterator[tuple[int | None, str]]:  # fmt: skip
    """
    Yield attributes that mean nothing, in an element and below it.

    :param parent: tag of the nearest element that is no condition, itself included
    """
    yield from _own_attributes(element, _rule(kind, element, parent))
    for child in element:
        if not is_element(child):
            continue
        rule = kind.rules.get(parent)
        children = (rule.children if rule else None) or frozenset()
        is_condition = str(child.tag).startswith("{") or (
            child.tag in kind.conditions and child.tag not in children
        )
        if is_condition or child.tag in children:
            yield from _attributes(kind, child, parent if is_condition else str(child.tag))


def _rule(kind: FileKind, element: Element, parent: str) -> ElementRule | None:
    """Return what an element may have; None where anything goes."""
    tag = str(element.tag)
    return kind.rules.get(tag) if tag == parent else kind.conditions.get(tag)


def _own_attributes(
    element: Element, rule: ElementRule | None
) -> Iterator[tuple[int | None, str]]:  # fmt: skip
    if rule is None or rule.children is None:
        return
    for name in map(str, element.attrib):
        if (
            not name.startswith("{")
            and name not in rule.attributes
            and not _is_required(rule, name)
        ):
            yield line_of(element), f"<{element.tag}> has {name}, which means nothing"


def _is_required(rule: ElementRule, name: str) -> bool:
    return any(name in names for names in rule.required)
