"""
Mistakes that an engine of templates passes over: a missing file to include, a missing end.

The reference serves such templates, so they are served where they were so from the start; a
change that brings one in is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bcfg2tw.engine.repository.source import ExplainedProblem, Source

#: What tells one mistake from another: file and reason.
Key = tuple[str, str]


def missing_include(path: str, name: str, why: str, line: int | None) -> ExplainedProblem:
    """
    Return what is wrong with a template that includes a file that cannot be read.

    :param path: full path of the template that names the file
    :param name: as the template writes it
    """
    reason = f"{name} cannot be included: {why}"
    return ExplainedProblem(path, reason, line, reason)


def line_of_include(name: str, text: str) -> int | None:
    """Return the line of a template that includes a file of this name."""
    match = re.search(rf"include\s+['\"]?{re.escape(name)}", text)
    return None if match is None else text.count("\n", 0, match.start()) + 1


def refuse_new(source: Source, mistakes: Iterable[ExplainedProblem]) -> frozenset[Key]:
    """
    Refuse a template with a mistake that its last good state did not have.

    One that never was there before is taken as it is, unless the settings are strict.

    :returns: what tells the mistakes from others, for the template to keep as `mistakes`
    :raises RepositoryError: naming file and line of the first that is new
    """
    found: dict[Key, ExplainedProblem] = {}
    for mistake in mistakes:
        found.setdefault((mistake.path, mistake.reason), mistake)
    if found:  # or else nobody need know what there was before
        known: frozenset[Key] | None = getattr(source.before, "mistakes", None)
        for key, mistake in found.items():
            is_new = known is not None and key not in known
            if is_new or source.settings.strict_repository:
                raise mistake
    return frozenset(found)
