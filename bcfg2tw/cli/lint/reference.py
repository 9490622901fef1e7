"""The reference of all checks, made from these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bcfg2tw.cli.lint.check import Check
from bcfg2tw.cli.lint.more import CHECKS as MORE
from bcfg2tw.cli.lint.upstream import CHECKS as UPSTREAM

__all__ = ["lint_reference"]


def lint_reference() -> str:
    """Return a section for each check, in reStructuredText."""
    parts = [
        *_part("Of Bcfg2's own lint", UPSTREAM),
        *_part("Those that Bcfg2's own lint does not have", MORE),
    ]
    return "\n".join(parts)


def _part(title: str, checks: Iterable[type[Check]]) -> Iterator[str]:
    yield f"{title}\n{'-' * len(title)}\n"
    for check in checks:
        yield f"{check.name}\n{'~' * len(check.name)}\n"
        needs = "" if check.plugin is None else f" Takes part where {check.plugin} is in use."
        yield f"{_first_line(check)}{needs}\n"
        for name, kind in check.kinds.items():
            explanation = kind.explanation.replace("*", "\\*").replace("`", "")
            yield f"``{name}`` ({kind.severity})\n    {explanation}\n"


def _first_line(check: type[Check]) -> str:
    return (check.__doc__ or "").strip().partition("\n")[0]
