"""Groups that files speak of, and that there are not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from bcfg2tw.engine.checks.file_kinds import kinds_of_plugin
from bcfg2tw.finding import Finding
from bcfg2tw.near_names import near_name

CONDITION = re.compile(rb"""<Group\s[^<>]*?\bname\s*=\s*["']([^"'$<>]+)["']""")
DIGITS = re.compile(r"\d+")

#: Connectors may add groups of any name, so that only the likeness tells a mistake.
ALIKE = 0.8
#: Each takes some ten microseconds.
MOST_COMPARISONS = 20_000

#: Group to the line on which a file speaks of it first.
Places = Mapping[str, int]


def groups_in(plugin: str, name: str, data: bytes) -> Places:
    """Return the groups that the conditions of a file speak of."""
    if b"<Group" not in data:
        return {}  # as most files of a site
    kinds = (kind for kind in kinds_of_plugin(plugin) if "Group" in kind.conditions)
    if not any(kind.is_of(plugin, name) for kind in kinds):
        return {}
    lines: dict[str, int] = {}
    for match in CONDITION.finditer(data):
        group = match[1].decode("utf-8", "replace")
        if group not in lines:
            lines[group] = data.count(b"\n", 0, match.start(1)) + 1
    return lines


def unknown_groups(
    places: Mapping[str, Places], known: Collection[str], plugin_of: Mapping[str, str]
) -> Iterator[Finding]:
    """
    Yield the groups that there are not and that are like one that there is.

    :param places: by path, what `groups_in` returned
    :param known: the groups that there are
    """
    unknown = {group for lines in places.values() for group in lines} - set(known)
    if len(unknown) * len(known) > MOST_COMPARISONS:
        return
    near = {group: near_name(group, known, ALIKE) for group in unknown}
    for path, lines in places.items():
        for group, line in lines.items():
            meant = near.get(group)
            if meant is not None and DIGITS.findall(meant) == DIGITS.findall(group):
                message = f"there is no group {group}: did you mean {meant}?"
                yield Finding("unknown-group", "warning", path, line, message, plugin_of[path])
