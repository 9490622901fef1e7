"""
What the name that a client logs in with leaves in its configuration.

Bcfg2's own server takes that name for the client's uuid where clients.xml has none, and templates
write it; this server has no uuid then, which templates write as nothing, or as `None`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from bcfg2tw.comparing.details import CLIENT_NAME
from bcfg2tw.comparing.difference import Detail, Difference
from bcfg2tw.comparing.text_diff import NO_NEWLINE

__all__ = ["lacks_login_name"]


def lacks_login_name(difference: Difference) -> bool:
    """Say whether an entry has nothing, or `None`, where it had the client's name alone."""
    is_changed = difference.kind == "entry-changed"
    return is_changed and all(map(_detail_lacks, difference.details))


def _detail_lacks(detail: Detail) -> bool:
    if detail.is_secret or detail.omitted_lines:
        return False
    if detail.lines:
        return all(map(_run_lacks, _runs(detail.lines)))
    return detail.aspect == "attribute" and _text_lacks(detail.old or "", detail.new or "")


def _runs(lines: Iterable[str]) -> list[list[str]]:
    """Return the lines that go and come, those of one place together."""
    by_change = groupby(lines, lambda line: line[0] in "+-" or line == NO_NEWLINE)
    return [list(run) for is_change, run in by_change if is_change]


def _run_lacks(lines: Sequence[str]) -> bool:
    old, new = ([line[1:] for line in lines if line[0] == sign] for sign in "-+")
    # the end of a file is marked for both, or the ends differ; it may follow a line of context
    is_one_end = not old or lines.count(NO_NEWLINE) % 2 == 0
    return is_one_end and len(old) == len(new) and all(map(_text_lacks, old, new))


def _text_lacks(old: str, new: str) -> bool:
    parts = map(re.escape, old.split(CLIENT_NAME))
    pattern = f"({CLIENT_NAME}|None|)".join(parts)
    return old != new and re.fullmatch(pattern, new) is not None
