"""All examinations of a site, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bcfg2tw.cli.migrate import (
    certificates,
    code,
    configuration,
    databases,
    names,
    owners,
    plugins,
    programs,
    readings,
)
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.cli.python2.meaning import CODE
from bcfg2tw.finding import Finding

__all__ = ["EXAMINATIONS", "examine_all"]

#: Headings, and what yields the findings below them.
EXAMINATIONS: Mapping[str, Callable[[OldSite], Iterator[Finding]]] = {
    "bcfg2.conf": configuration.examine,
    "Plugins": plugins.examine,
    "Templates and Python files": code.examine,
    "Files that Bcfg2 1.3 and 1.4 read differently": readings.examine,
    "Names, and files that are refused": names.examine,
    "Clients, probe data and reports": databases.examine,
    "Owners and modes": owners.examine,
    "Certificates": certificates.examine,
    "Services, jobs and checkouts": programs.examine,
}


def examine_all(site: OldSite) -> Mapping[str, Sequence[Finding]]:
    """Return the findings by heading, each once, those of a file together and by line."""
    findings = {heading: set(examine(site)) for heading, examine in EXAMINATIONS.items()}
    repetitions = set(_repetitions([one for members in findings.values() for one in members]))
    return {
        heading: sorted(members - repetitions, key=_place) for heading, members in findings.items()
    }


def _repetitions(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what another finding says better: why a file is refused, what becomes of a name."""
    with_python2 = {one.file for one in findings if one.name == CODE}
    refused = {(one.file, one.line) for one in findings if one.name == "refused-file"}
    for finding in findings:
        is_explained = finding.name == "refused-file" and finding.file in with_python2
        is_refused = finding.name == "client-name" and (finding.file, finding.line) in refused
        if is_explained or is_refused:
            yield finding


def _place(finding: Finding) -> tuple[str, int, str]:
    return finding.file, finding.line or 0, finding.message
