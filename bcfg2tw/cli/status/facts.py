"""Pictures of processes as rows that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

Picture = Mapping[str, Any]

PROCESS_TITLES = ("Process", "PID", "State", "Up", "Calls", "Waiting", "Running", "Open", "MB")
FACT_TITLES = ("What", "Value")
CALL_TITLES = ("Method", "Result", "Calls", "Mean s")


def process_row(picture: Picture) -> tuple[Any, ...]:
    """Return the row of a process."""
    threads = picture.get("threads", {})
    waiting = threads.get("waiting", 0) + threads.get("waiting_quick", 0)
    return (
        picture["process"],
        picture.get("pid", "-"),
        picture.get("state") or "no answer",
        _time(picture.get("uptime_seconds")),
        sum(entry["count"] for entry in picture.get("calls", ())),
        waiting,
        threads.get("running", 0),
        picture.get("connections", {}).get("open", 0),
        int(picture.get("figures", {}).get("resident_bytes", 0)) >> 20,
    )


def call_rows(pictures: Sequence[Picture]) -> list[tuple[str, str, int, str]]:
    """Return the calls of all processes together, by method and result."""
    counts: Counter[tuple[str, str]] = Counter()
    seconds: dict[tuple[str, str], float] = {}
    for entry in (entry for picture in pictures for entry in picture.get("calls", ())):
        key = entry["method"], entry["result"]
        counts[key] += entry["count"]
        seconds[key] = seconds.get(key, 0.0) + entry["seconds"]
    return [(*key, counts[key], f"{seconds[key] / counts[key]:.3f}") for key in sorted(counts)]


def fact_rows(pictures: Sequence[Picture]) -> Iterator[tuple[str, str]]:
    """Yield what is to be known of the server as a whole."""
    for picture in pictures:
        trouble = picture.get("error") or picture.get("ready")
        if trouble:
            yield f"{picture['process']} is not ready", str(trouble)
    first: Picture = next((picture for picture in pictures if "snapshot" in picture), {})
    revisions = {
        str(picture["snapshot"]["revision"]) for picture in pictures if "snapshot" in picture
    }
    if first:
        snapshot = first["snapshot"]
        yield "Revision", ", ".join(sorted(revisions))
        yield "Read", f"{_time(snapshot['age_seconds'])} ago"
        yield (
            "Clients",
            "not known now" if snapshot["clients"] is None else str(snapshot["clients"]),
        )
        yield "Files with problems", _counts(snapshot["problems"])
        yield "State of clients", _places(first.get("store", {}))
    yield "Failed logins", str(sum(picture.get("failed_logins", 0) for picture in pictures))
    yield "TLS", _counts(_sum(picture.get("tls_versions", {}) for picture in pictures))
    yield from _plugin_rows(first.get("plugins", {}))
    for end in next((picture["ends"] for picture in pictures if picture.get("ends")), ()):
        yield end["name"], _days(end["days"])


def _plugin_rows(plugins: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    packages, reporting = plugins.get("Packages"), plugins.get("Reporting")
    if packages is not None:
        missing = f", {packages['missing']} of them without an index" if packages["missing"] else ""
        oldest = f", the oldest of {_time(packages['oldest_seconds'])} ago"
        yield "Packages", f"{packages['sources']} sources{missing}{oldest}"
    if reporting is not None:
        away = "the database is away; " if reporting["is_away"] else ""
        waiting = reporting["waiting_bytes"] >> 10
        yield "Hosts that report", away + _counts(reporting.get("hosts", {}))
        yield "Reports that wait", f"{waiting} KB"


def _sum(tables: Iterator[Mapping[str, int]]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for table in tables:
        total.update(table)
    return total


def _counts(table: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in table.items() if number) or "none"


def _places(store: Mapping[str, str]) -> str:
    places = dict.fromkeys(store.values())
    return ", ".join(
        f"{place} ({', '.join(part for part in store if store[part] == place)})" for place in places
    )


def _time(seconds: float | None) -> str:
    return "-" if seconds is None else str(timedelta(seconds=int(seconds)))


def _days(days: float) -> str:
    return f"ends in {int(days)} days" if days >= 0 else f"ended {int(-days)} days ago"
