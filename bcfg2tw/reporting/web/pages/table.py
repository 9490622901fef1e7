"""All pages by their addresses; to be given to `bcfg2tw.reporting.web.page.match`."""

from __future__ import annotations

from bcfg2tw.reporting.web.page import Page, Parameter
from bcfg2tw.reporting.web.queries import (
    changes,
    clients,
    compare,
    contents,
    entry,
    host,
    overview,
    problems,
    run,
    run_entries,
    runs,
    search,
    timing,
)

PAGES = (
    Page("overview", "/", overview.overview, "overview.html", "Overview", "overview"),
    Page(
        "clients", "/clients", clients.clients, "clients.html", "Clients", "clients",
        clients.PARAMETERS, has_list=True,
    ),
    Page("client", "/clients/{host}", host.host_page, "host.html", "Client", "clients"),
    Page(
        "client_runs", "/clients/{host}/runs", runs.host_runs, "runs.html", "Runs", "clients",
        runs.PARAMETERS, has_list=True,
    ),
    Page("run", "/clients/{host}/runs/{run}", run.run_page, "run.html", "Run", "clients"),
    Page(
        "run_entries", "/clients/{host}/runs/{run}/entries", run_entries.run_entries,
        "run_entries.html", "Entries of a run", "clients", run_entries.PARAMETERS, has_list=True,
    ),
    Page(
        "compare", "/compare", compare.compare, "compare.html", "Compare", "clients",
        (Parameter("a", "A host, or the number of a run."), Parameter("b", "Another one.")),
    ),
    Page(
        "problems", "/problems", problems.problems, "problems.html", "Problems", "problems",
        problems.PARAMETERS, has_list=True,
    ),
    Page(
        "entries", "/entries", problems.entries, "problems.html", "Entries", "entries",
        problems.PARAMETERS, has_list=True,
    ),
    Page(
        "entry", "/entries/{type}/{name...}", entry.entry_page, "entry.html", "Entry", "entries",
        clients.FILTERS, has_list=True,
    ),
    # for names that no path can have, such as `..`
    Page(
        "entry_by_name", "/entry", entry.entry_page, "entry.html", "Entry", "entries",
        (Parameter("type", "The type."), Parameter("name", "The name."), *clients.FILTERS),
        has_list=True,
    ),
    Page(
        "changes", "/changes", changes.changes, "changes.html", "Changes", "changes",
        changes.PARAMETERS, has_list=True,
    ),
    Page(
        "runs", "/runs", runs.all_runs, "runs.html", "Runs", "runs", runs.PARAMETERS,
        has_list=True,
    ),
    Page(
        "timing", "/timing", timing.timing, "timing.html", "Timing", "timing", timing.PARAMETERS,
        has_list=True,
    ),
    Page(
        "radiator", "/radiator", overview.radiator, "radiator.html", "Radiator",
        refresh_seconds=30,
    ),
    Page(
        "search", "/search", search.search, "search.html", "Search", "search", search.PARAMETERS,
        has_list=True,
    ),
    Page("contents", "/contents/{digest}", contents.contents, "", "Content"),
)  # fmt: skip
