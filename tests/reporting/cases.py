"""Recorded documents and databases, and what has to come out of each (:ref:`reporting-13`)."""

from __future__ import annotations

import datetime
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.engine.xmlio import parse_upload
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.documents import report_of
from bcfg2tw.reporting.export import Selection, json_lines
from bcfg2tw.reporting.lines import microseconds_of
from bcfg2tw.reporting.model import Report, Run
from bcfg2tw.settings import Settings

CASES = Path(__file__).parent / "cases"
DOCUMENTS, DATABASES = CASES / "documents", CASES / "databases"

FIELDS = (
    "client", "state", "revision", "total", "good", "bad", "modified", "extra", "dry_run",
    "only_important", "profile", "groups", "bundles", "timings",
)  # fmt: skip
START = microseconds_of("2026-11-20T06:00:00Z")
SECOND = 1_000_000


def a_report_database(case: SynchronousTestCase, url: str | None = None) -> ReportDatabase:
    """Return an empty database, in a new file unless a URL is given."""
    url = url or f"sqlite:///{os.path.abspath(case.mktemp())}"
    database = ReportDatabase(location_of(Settings(db_url=url), {}))
    case.addCleanup(database.close)
    return database


def expected_documents() -> Any:
    """Return what is to be stored of the documents."""
    return json.loads((DOCUMENTS / "expected.json").read_text("utf-8"))


def recorded_reports() -> list[Report]:
    """Return the reports of the documents that are kept, a second apart."""
    return [
        report_of(
            parse_upload((DOCUMENTS / wanted["document"]).read_text("utf-8"), 100_000),
            Run(
                wanted["client"], START + number * SECOND, server="node", profile=wanted["profile"],
                groups=tuple(wanted["groups"]), bundles=tuple(wanted["bundles"]),
            ),
            8192,
        )
        for number, wanted in enumerate(expected_documents()["runs"])
    ]  # fmt: skip


def exported(database: ReportDatabase, selection: Selection | None = None) -> list[dict[str, Any]]:
    """Return the lines of an export."""
    with database.reading() as connection:
        return [json.loads(line) for line in json_lines(connection, selection or Selection())]


def essence(run: Mapping[str, Any]) -> Any:
    """Return what has to be equal of two runs, whatever the order of what they list."""
    listed = [
        {key: value for key, value in item.items() if value is not None}
        for item in (*run["entries"], *run["failures"])
    ]
    counted = Counter(json.dumps(item, sort_keys=True) for item in listed)
    return {field: run[field] for field in FIELDS}, counted


def instant(text: str | None) -> datetime.datetime | None:
    """Return the time of a line."""
    return None if text is None else datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
