"""The formats of findings for other programs, each a function from a report to text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from lxml import etree

import bcfg2tw
from bcfg2tw.cli.output import json_text
from bcfg2tw.finding import Finding

__all__ = ["FORMATS", "Report"]

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {"error": "error", "warning": "warning"}
_GITHUB_COMMANDS = {"note": "notice"}
_GITLAB_SEVERITIES = {"error": "major", "warning": "minor"}


@dataclass(frozen=True)
class Report:
    """
    The findings of one run of a tool.

    :ivar tool: its name, such as `bcfg2-test`
    :ivar checked: what was looked at, for formats that list what is good, too
    :ivar seconds: how long it took
    """

    tool: str
    findings: Sequence[Finding]
    checked: Sequence[str] = ()
    seconds: float = 0.0


def as_text(report: Report) -> str:
    """Return a line for each finding, `ERROR: FILE:LINE: MESSAGE`."""
    return "".join(f"{finding.severity.upper()}: {finding}\n" for finding in report.findings)


def as_json(report: Report) -> str:
    """Return a JSON list of objects with the fields of `Finding`."""
    return _json([asdict(finding) for finding in report.findings])


def as_sarif(report: Report) -> str:
    """Return a SARIF 2.1.0 log."""
    rules = sorted({finding.name for finding in report.findings})
    driver = {
        "name": report.tool,
        "version": bcfg2tw.__version__,
        "rules": [{"id": name} for name in rules],
    }
    results = [_sarif_result(finding) for finding in report.findings]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return _json({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_result(finding: Finding) -> Mapping[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.name,
        "level": _SARIF_LEVELS.get(finding.severity, "note"),
        "message": {"text": finding.message},
    }
    if finding.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.file)}}
        if finding.line is not None:
            place["region"] = {"startLine": finding.line}
            if finding.column is not None:
                place["region"]["startColumn"] = finding.column
        result["locations"] = [{"physicalLocation": place}]
    if finding.client is not None:
        result["properties"] = {"client": finding.client}
    return result


def as_junit(report: Report) -> str:
    """
    Return a JUnit document.

    What was looked at are its test cases (clients, or files); a finding fails the case of its
    client or file, unless it is a note.
    """
    names = list(dict.fromkeys([*report.checked, *map(_subject, report.findings)]))
    mistakes = [finding for finding in report.findings if finding.severity != "note"]
    failed = {_subject(finding) for finding in mistakes}
    suite = etree.Element(
        "testsuite", name=report.tool, tests=str(len(names)), failures=str(len(failed)),
        errors="0", skipped="0", time=f"{report.seconds:.3f}",
    )  # fmt: skip
    for name in names:
        case = etree.SubElement(suite, "testcase", classname=report.tool, name=name, time="0.000")
        findings = [finding for finding in mistakes if _subject(finding) == name]
        if findings:
            kinds = ", ".join(dict.fromkeys(finding.name for finding in findings))
            failure = etree.SubElement(case, "failure", message=findings[0].message, type=kinds)
            failure.text = "\n".join(map(str, findings))
    suites = etree.Element("testsuites")
    suites.append(suite)
    return etree.tostring(
        suites, encoding="utf-8", xml_declaration=True, pretty_print=True
    ).decode("utf-8")  # fmt: skip


def _subject(finding: Finding) -> str:
    return finding.client or finding.file


def as_github(report: Report) -> str:
    """Return commands for a GitHub workflow, which shows them beside the lines."""
    return "".join(map(_github_command, report.findings))


def _github_command(finding: Finding) -> str:
    fields = {
        "file": finding.file,
        "line": finding.line,
        "col": finding.column,
        "title": finding.name,
    }
    pairs = ",".join(
        f"{name}={_github_text(str(value), property=True)}"
        for name, value in fields.items()
        if value not in (None, "")
    )
    client = "" if finding.client is None else f"{finding.client}: "
    command = _GITHUB_COMMANDS.get(finding.severity, finding.severity)
    return f"::{command} {pairs}::{_github_text(client + finding.message)}\n"


def _github_text(text: str, property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text


def as_gitlab(report: Report) -> str:
    """Return a GitLab code quality report."""
    return _json([_gitlab_issue(finding) for finding in report.findings])


def _gitlab_issue(finding: Finding) -> Mapping[str, Any]:
    # without the line: a finding that only moved is the same one
    identity = "\0".join([finding.name, finding.file, finding.client or "", finding.message])
    return {
        "check_name": finding.name,
        "description": finding.message,
        "severity": _GITLAB_SEVERITIES.get(finding.severity, "info"),
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "location": {"path": finding.file, "lines": {"begin": finding.line or 1}},
    }


def _json(value: Any) -> str:
    return json_text(value) + "\n"


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
    "gitlab": as_gitlab,
}
