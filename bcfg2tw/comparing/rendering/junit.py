"""A report as JUnit: a test case for each group of clients that differ in the same way."""

from __future__ import annotations

from lxml import etree

from bcfg2tw.comparing.report import ComparisonReport, ReportedGroup
from bcfg2tw.comparing.wording import headline, shown_details
from bcfg2tw.engine.xmlio import legal

__all__ = ["as_junit"]

_SUITE = "bcfg2tw"


def as_junit(report: ComparisonReport) -> str:
    """Return a document in which each difference fails; without any one case passes."""
    count = len(report.groups)
    suite = etree.Element(
        "testsuite", name=f"{legal(report.old)} → {legal(report.new)}", tests=str(count or 1),
        failures=str(count), errors="0", skipped="0", time=f"{report.seconds:.3f}",
    )  # fmt: skip
    if not count:
        etree.SubElement(suite, "testcase", classname=_SUITE, name=report.summary)
    for group in report.groups:
        _add_case(suite, group)
    suites = etree.Element("testsuites")
    suites.append(suite)
    return etree.tostring(
        suites, encoding="utf-8", xml_declaration=True, pretty_print=True
    ).decode("utf-8")  # fmt: skip


def _add_case(suite: etree._Element, group: ReportedGroup) -> None:
    title = headline(group.difference)
    case = etree.SubElement(
        suite, "testcase", classname=legal(group.description), name=legal(title)
    )
    lines = [f"clients: {', '.join(group.clients)}"]
    for line, changed, _ in shown_details(group.difference):
        lines += [line, *changed]
    message = legal(f"{group.description}: {title}")
    failure = etree.SubElement(case, "failure", message=message, type=group.difference.kind)
    failure.text = legal("\n".join(lines))
