"""The severities that bcfg2.conf gives to mistakes: `[errors] NAME = error|warning|silent`."""

from __future__ import annotations

from collections.abc import Mapping

from bcfg2tw.cli.lint.check import Kind
from bcfg2tw.cli.lint.repository import Repository

__all__ = ["WORDS", "severities"]

#: The severities as `--list-errors` has them.
WORDS = {"error": "error", "warning": "warn", "silent": "debug"}


def severities(repository: Repository, kinds: Mapping[str, Kind]) -> dict[str, str]:
    """Return the severity of each kind of mistake: `error`, `warning` or `silent`."""
    return {
        name: _severity(repository.option("errors", name, kind.severity))
        for name, kind in kinds.items()
    }


def _severity(text: str) -> str:
    """Read a severity by the letters that count."""
    text = text.lower()
    if "warn" in text:
        return "warning"
    return "error" if "err" in text else "silent"
