"""Mistakes in the repository's files, found by descriptions of what each kind of file may hold."""

from bcfg2tw.engine.checks.checking import (
    findings_in,
    findings_in_included,
    kind_of,
    misnamed,
    refusal,
)
from bcfg2tw.engine.checks.group_names import groups_in, unknown_groups
from bcfg2tw.finding import Finding

__all__ = [
    "Finding",
    "findings_in",
    "findings_in_included",
    "groups_in",
    "kind_of",
    "misnamed",
    "refusal",
    "unknown_groups",
]
