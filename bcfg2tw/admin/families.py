"""
The metrics that pictures of processes are shown as: names, labels, and where the values are.

What each process counts for itself has the label `process`, so that one that is replaced by
another, and begins anew, does not make the sum of all go back. What is the same for all of them is
taken from the first that tells it. Labels are names that a server gives: methods, plugins, states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Picture = Mapping[str, Any]
Samples = Iterator[tuple[tuple[str, ...], float]]


@dataclass(frozen=True)
class Family:
    """
    One metric, with all its labels.

    :ivar name: without `_total` for a counter
    :ivar kind: `counter` or `gauge`
    :ivar labels: besides `process`
    :ivar samples: yields pairs of labels' values and a number from a picture
    :ivar is_shared: whether all processes say the same, so that one of them is asked
    """

    name: str
    kind: str
    text: str
    samples: Callable[[Picture], Samples]
    labels: Sequence[str] = ()
    is_shared: bool = False

    @property
    def exported_name(self) -> str:
        """The name under which it can be asked for."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


def _value(*path: str) -> Callable[[Picture], Samples]:
    """Return what yields the number at a place of a picture, if there is one."""

    def samples(picture: Picture) -> Samples:
        value: Any = picture
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            yield (), float(value)

    return samples


def _each(*path: str) -> Callable[[Picture], Samples]:
    """Return what yields all numbers of a table at a place of a picture, by their keys."""

    def samples(picture: Picture) -> Samples:
        table: Any = picture
        for key in path:
            table = table.get(key, {})
        for key, value in sorted(table.items()):
            yield (key,), float(value)

    return samples


def _states(picture: Picture) -> Samples:
    yield (str(picture.get("state", "gone")),), 1.0


def _revision(picture: Picture) -> Samples:
    revision = picture.get("snapshot", {}).get("revision")
    if revision is not None:
        yield (str(revision)[:64],), 1.0


def _version(picture: Picture) -> Samples:
    if "version" in picture:
        yield (str(picture["version"]),), 1.0


def _readiness(picture: Picture) -> Samples:
    yield (), float(picture.get("ready") == "")


def _ends(picture: Picture) -> Samples:
    for end in picture.get("ends", ()):
        yield (end["kind"], end["name"]), float(end["days"])


def _stores(picture: Picture) -> Samples:
    for part, place in sorted(picture.get("store", {}).items()):
        yield (part, place), 1.0


def _shadow_calls(picture: Picture) -> Samples:
    for entry in picture.get("shadow", {}).get("calls", ()):
        yield (entry["method"], entry["result"]), float(entry["count"])


def _away(picture: Picture) -> Samples:
    away = picture.get("plugins", {}).get("Reporting", {}).get("is_away")
    if away is not None:
        yield (), float(away)


COUNTER, GAUGE = "counter", "gauge"

FAMILIES = (
    Family("bcfg2_build_info", GAUGE, "The release that runs.", _version, ("version",)),
    Family("bcfg2_ready", GAUGE, "1 where clients are to come.", _readiness),
    Family("bcfg2_state", GAUGE, "1 for the state that a process is in.", _states, ("state",)),
    Family("bcfg2_uptime_seconds", GAUGE, "Since a process started.", _value("uptime_seconds")),
    Family(
        "bcfg2_cpu_seconds", COUNTER, "Processor time of a process.",
        _value("figures", "cpu_seconds"),
    ),
    Family(
        "bcfg2_resident_bytes", GAUGE, "Memory of a process.", _value("figures", "resident_bytes")
    ),
    Family(
        "bcfg2_open_descriptors", GAUGE, "Files and connections that a process has open.",
        _value("figures", "descriptors"),
    ),
    Family(
        "bcfg2_descriptor_limit", GAUGE, "How many of these it may have.",
        _value("figures", "descriptor_limit"),
    ),
    Family("bcfg2_worker_restarts", COUNTER, "How often it was replaced.", _value("restarts")),
    Family(
        "bcfg2_calls_waiting", GAUGE, "Calls that wait for a thread.", _value("threads", "waiting")
    ),
    Family(
        "bcfg2_quick_calls_waiting", GAUGE, "Quick calls that wait for a thread.",
        _value("threads", "waiting_quick"),
    ),
    Family("bcfg2_calls_running", GAUGE, "Calls whose threads run.", _value("threads", "running")),
    Family("bcfg2_places", GAUGE, "Calls that may run at a time.", _value("threads", "places")),
    Family("bcfg2_free_places", GAUGE, "Places that are free.", _value("threads", "free_places")),
    Family(
        "bcfg2_calls_given_up", GAUGE, "Calls that took too long and whose threads still run.",
        _value("threads", "given_up"),
    ),
    Family("bcfg2_connections", GAUGE, "Connections that are open.", _value("connections", "open")),
    Family(
        "bcfg2_idle_connections", GAUGE, "Of these, those on which nothing runs.",
        _value("connections", "idle"),
    ),
    Family(
        "bcfg2_tls_handshakes", COUNTER, "Handshakes by version of TLS.", _each("tls_versions"),
        ("version",),
    ),
    Family(
        "bcfg2_failed_handshakes", COUNTER, "Handshakes that failed.", _value("handshake_failures")
    ),
    Family("bcfg2_failed_logins", COUNTER, "Logins that failed.", _value("failed_logins")),
    Family("bcfg2_builds", COUNTER, "Configurations that were built.", _value("builds", "count")),
    Family(
        "bcfg2_measured_builds", COUNTER, "Of these, those in which plugins were measured.",
        _value("builds", "measured"),
    ),
    Family(
        "bcfg2_measured_build_seconds", COUNTER, "Time of plugins in builds that were measured.",
        _each("builds", "seconds"), ("plugin",),
    ),
    Family(
        "bcfg2_repository_info", GAUGE, "The revision that is served.", _revision, ("revision",)
    ),
    Family(
        "bcfg2_repository_age_seconds", GAUGE, "Since the served state of the repository was read.",
        _value("snapshot", "age_seconds"),
    ),
    Family(
        "bcfg2_repository_problems", GAUGE, "Files that cannot be used as they are.",
        _each("snapshot", "problems"), ("plugin",),
    ),
    Family(
        "bcfg2_clients", GAUGE, "Clients that are known.", _value("snapshot", "clients"),
        is_shared=True,
    ),
    Family(
        "bcfg2_expiry_days", GAUGE, "Days until a certificate, authority or revocation list ends.",
        _ends, ("kind", "name"), is_shared=True,
    ),
    Family(
        "bcfg2_store_info", GAUGE, "Where the state of clients is kept.", _stores,
        ("part", "place"), is_shared=True,
    ),
    Family(
        "bcfg2_packages_sources", GAUGE, "Sources of packages.",
        _value("plugins", "Packages", "sources"), is_shared=True,
    ),
    Family(
        "bcfg2_packages_missing_indexes", GAUGE, "Sources of packages that have no index.",
        _value("plugins", "Packages", "missing"), is_shared=True,
    ),
    Family(
        "bcfg2_packages_oldest_index_seconds", GAUGE, "Age of the oldest index of packages.",
        _value("plugins", "Packages", "oldest_seconds"), is_shared=True,
    ),
    Family(
        "bcfg2_reporting_hosts", GAUGE, "Hosts that report, by class.",
        _each("plugins", "Reporting", "hosts"), ("class",), is_shared=True,
    ),
    Family(
        "bcfg2_reporting_last_run_timestamp_seconds", GAUGE, "When the newest run of all was.",
        _value("plugins", "Reporting", "last_run"), is_shared=True,
    ),
    Family(
        "bcfg2_reporting_waiting_bytes", GAUGE, "Reports that wait for the database.",
        _value("plugins", "Reporting", "waiting_bytes"),
    ),
    Family("bcfg2_reporting_database_away", GAUGE, "1 while it cannot be reached.", _away),
    Family(
        "bcfg2_shadow_calls", COUNTER, "Calls that two servers get, by what has become of them.",
        _shadow_calls, ("method", "result"),
    ),
    Family(
        "bcfg2_shadow_server_away", GAUGE, "1 while the other server does not answer.",
        _value("shadow", "is_away"),
    ),
    Family(
        "bcfg2_shadow_waiting", GAUGE, "Calls that wait to be compared.",
        _value("shadow", "beside", "waiting"),
    ),
    Family(
        "bcfg2_shadow_waiting_bytes", GAUGE, "Size of what is kept of them.",
        _value("shadow", "beside", "bytes"),
    ),
    Family(
        "bcfg2_shadow_lone_writes", COUNTER,
        "What clients sent that this server alone has taken.", _value("shadow", "lone_writes"),
    ),
)  # fmt: skip

#: The durations of calls are a histogram of this name.
CALLS = "bcfg2_call_seconds"
CALL_LABELS = ("method", "result", "process")


def exported_names() -> set[str]:
    """Return the names of all series, for who writes rules and dashboards."""
    durations = {f"{CALLS}_{suffix}" for suffix in ("bucket", "count", "sum")}
    return durations | {family.exported_name for family in FAMILIES}
