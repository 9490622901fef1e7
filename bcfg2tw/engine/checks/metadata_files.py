"""Mistakes in groups.xml that only the whole file shows (:ref:`metadata-4`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bcfg2tw.engine.checks.vocabulary import Remark
from bcfg2tw.engine.xmlio import XINCLUDE, Element, line_of
from bcfg2tw.near_names import near_name

#: Attributes by which a second declaration of a group is another one.
GROUP_ATTRIBUTES = ("profile", "public", "default", "category")

#: How alike a group that is named once has to be to one that is declared.
ALIKE = 0.8


def check_groups(root: Element) -> Iterator[Remark]:
    """Yield what is wrong between the groups of a file."""
    top: dict[str, list[Element]] = {}
    for groups in root.iter("Groups"):
        for group in groups.findall("Group"):
            top.setdefault(group.get("name", ""), []).append(group)
    for same in top.values():
        yield from _other_attributes(same)
    yield from _lost_bundles(top)
    if root.find(f".//{XINCLUDE}include") is None:
        yield from _undeclared(root, top)
    leaves = _leaves(top)
    yield from _defaults(root)
    yield from _cycles(leaves)
    yield from _categories(root, leaves)


def _other_attributes(same: list[Element]) -> Iterator[Remark]:
    """Yield later declarations of a group that say otherwise than the first, which counts."""
    first, line = same[0], line_of(same[0])
    for again in same[1:]:
        others = [
            key
            for key in GROUP_ATTRIBUTES
            if again.get(key) is not None and again.get(key) != first.get(key)
        ]
        if others:
            message = (
                f"group {again.get('name')} is declared at line {line} as well, with another "
                f"{' and '.join(others)}; line {line} counts"
            )
            yield "repeated-group", "error", line_of(again), message


def _defaults(root: Element) -> Iterator[Remark]:
    """Yield defaults before the last one, which counts."""
    defaults = [group for group in root.iter("Group") if group.get("default") == "true"]
    for group in defaults[:-1]:
        last = defaults[-1]
        if group.get("name") != last.get("name"):
            message = (
                f"group {group.get('name')} is no default: {last.get('name')} at line "
                f"{line_of(last)} is one as well, and the last one counts"
            )
            yield "repeated-default", "error", line_of(group), message


def _lost_bundles(top: Mapping[str, list[Element]]) -> Iterator[Remark]:
    """Yield bundles that stand elsewhere than where their group is declared (metadata 4.1)."""
    declaring = {name: same[0] for name, same in top.items()}
    candidates = [
        candidate for same in top.values() for group in same for candidate in group.iter("Group")
    ]
    for candidate in candidates:
        name = candidate.get("name", "")
        first = declaring.setdefault(name, candidate)
        lost = sorted(_bundles(candidate) - _bundles(first))
        if lost and name:
            bundles = f"bundle {lost[0]} does" if len(lost) == 1 else f"{', '.join(lost)} do"
            message = (
                f"{bundles} not count here: group {name} is declared at line {line_of(first)}, and "
                "has the bundles that stand there"
            )
            yield "lost-bundle", "error", line_of(candidate), message


def _bundles(group: Element) -> set[str]:
    return {bundle.get("name", "") for bundle in group.findall("Bundle")}


def _undeclared(root: Element, top: Mapping[str, list[Element]]) -> Iterator[Remark]:
    """
    Yield groups that stand once, below others, and are like one that is declared.

    A group needs no declaration, so that only the likeness tells a mistake.
    """
    places: dict[str, list[Element]] = {}
    for group in root.iter("Group"):
        places.setdefault(group.get("name", ""), []).append(group)
    for name, groups in places.items():
        if not name or name in top or len(groups) > 1 or len(groups[0]):
            continue
        near = near_name(name, top, ALIKE)
        if near is not None and _digits(near) == _digits(name):
            message = f"group {name} is declared nowhere ({near} is)"
            yield "undeclared-group", "warning", line_of(groups[0]), message


def _digits(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _leaves(top: Mapping[str, list[Element]]) -> dict[str, dict[str, Element]]:
    """Return the groups that each group adds whatever else a client is in."""
    return {
        name: {
            leaf.get("name", ""): leaf
            for group in groups
            if not _is_negated(group)
            for leaf in group.findall("Group")
            if not len(leaf) and not _is_negated(leaf)
        }
        for name, groups in top.items()
    }


def _is_negated(element: Element) -> bool:
    return element.get("negate", "").lower() == "true"


def _cycles(leaves: Mapping[str, Mapping[str, Element]]) -> Iterator[Remark]:
    """Yield each circle of groups once, at the line that closes it."""
    done: set[str] = set()
    for start in leaves:
        if start not in done:
            yield from _cycles_from(start, leaves, done)


def _cycles_from(
    start: str, leaves: Mapping[str, Mapping[str, Element]], done: set[str]
) -> Iterator[Remark]:
    chain: list[str] = [start]
    pending = [iter(leaves[start].items())]
    while pending:
        name, leaf = next(pending[-1], (None, None))
        if name is None or leaf is None:
            pending.pop()
            done.add(chain.pop())
        elif name in chain:
            circle = [*chain[chain.index(name) :], name]
            message = f"{circle[0]} contains " + ", which contains ".join(circle[1:])
            yield "group-cycle", "error", line_of(leaf), message
        elif name in leaves and name not in done:
            chain.append(name)
            pending.append(iter(leaves[name].items()))


def _categories(root: Element, leaves: Mapping[str, Mapping[str, Element]]) -> Iterator[Remark]:
    categories: dict[str, str] = {}
    for group in root.iter("Group"):
        if group.get("category"):
            categories.setdefault(group.get("name", ""), group.get("category", ""))
    yield from _nested_categories(leaves, categories)
    order = list(dict.fromkeys(leaf for added in leaves.values() for leaf in added))
    for name, added in leaves.items():
        by_category: dict[str, list[str]] = {}
        for leaf in added:
            by_category.setdefault(categories.get(leaf, ""), []).append(leaf)
        for category, groups in by_category.items():
            if category and len(groups) > 1:
                counting = min(groups, key=order.index)
                yield (
                    "category-conflict", "error", line_of(added[groups[1]]),
                    f"{name} adds {' and '.join(groups)}, both of category {category}; {counting} "
                    "counts" if len(groups) == 2 else
                    f"{name} adds {', '.join(groups)}, all of category {category}; {counting} "
                    "counts",
                )  # fmt: skip


def _nested_categories(
    leaves: Mapping[str, Mapping[str, Element]], categories: Mapping[str, str]
) -> Iterator[Remark]:
    """Yield groups that stand in one of their own category."""
    for name, added in leaves.items():
        category = categories.get(name)
        for leaf, element in added.items():
            if category and leaf != name and categories.get(leaf) == category:
                message = (
                    f"{leaf} stands in {name}, which is of category {category} as well: a client "
                    f"of {name} does not get it"
                )
                yield "category-conflict", "error", line_of(element), message
