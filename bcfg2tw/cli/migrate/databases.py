"""State of clients and reports: where it is kept, how much there is, and how it is taken over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.finding import Finding
from bcfg2tw.reporting.waiting_files import SAVED_FILE, WORK_FOLDER

if TYPE_CHECKING:  # it is an extra
    from bcfg2tw.engine.store.sql.location import DatabaseLocation

__all__ = ["examine"]


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield where the state of clients and reports are."""
    settings = site.settings
    yield from _files(site)
    if find_spec("sqlalchemy") is None:
        return  # told by the plugins, where it is needed
    if settings.metadata_db or settings.probes_db:
        yield from _state(site)
    if {"Reporting", "DBStats", "Statistics"} & set(settings.plugins):
        yield from _reports(site)


def _files(site: OldSite) -> Iterator[Finding]:
    settings, repository = site.settings, site.repository
    clients = repository.path("Metadata", "clients.xml")
    root = repository.document(clients) if os.path.exists(clients) else None
    if root is not None and not settings.metadata_db:
        message = f"{_count(root, 'Client')} clients, and goes on to hold them"
        yield finding("state-in-files", clients, None, message)
    probed = repository.path("Probes", "probed.xml")
    root = repository.xml(probed) if os.path.exists(probed) else None
    if root is not None and settings.probes_db:
        message = "it does not count where [probes] use_database says yes: bcfg2tw db import"
        yield finding("unread-state", probed, None, message)
    elif root is not None:
        message = f"what the probes of {_count(root, 'Client')} clients said, and goes on to be"
        yield finding("state-in-files", probed, None, message)
    folder = repository.path("Reporting", WORK_FOLDER)
    waiting = len(os.listdir(folder)) if os.path.isdir(folder) else 0
    waiting += os.path.exists(repository.path("Reporting", SAVED_FILE))
    if waiting:
        message = f"{waiting} files with reports wait: the first start takes them in"
        yield finding("waiting-reports", repository.path("Reporting"), None, message)


def _count(root: Element, tag: str) -> int:
    return sum(1 for _ in root.iter(tag))


def _state(site: OldSite) -> Iterator[Finding]:
    """Look at the tables of Bcfg2's Metadata and Probes."""
    from bcfg2tw.engine.store.sql.location import location_of
    from bcfg2tw.engine.store.sql.transfer.upstream_tables import read_upstream_tables

    if _is_refused(site, "engine"):
        return  # what the settings lead to then is not the site's database
    place = site.place("database", "engine")
    try:
        location = location_of(site.settings)
        state = read_upstream_tables(location)
    except Bcfg2Error as error:
        yield finding("database-unread", *place, str(error))
        return
    if state is None:
        message = f"{location} holds no clients of Bcfg2's server: is this the database?"
        yield finding("state-in-database", *place, message)
        return
    message = (
        f"{location} has {len(state.clients)} clients and what the probes of "
        f"{len(state.answers)} said, as Bcfg2 {_release(location)} keeps them: bcfg2tw db import"
    )
    yield finding("state-in-database", *place, message)


def _is_refused(site: OldSite, key: str) -> bool:
    """Say whether a value of [database] is refused, which has a finding of its own."""
    return any(error.section == "database" and error.option == key for error in site.refusals)


def _release(location: DatabaseLocation) -> str:
    """Return the Bcfg2 whose tables a database has, by how their versions are kept."""
    from sqlalchemy import create_engine, inspect

    from bcfg2tw.engine.store.sql.transfer.upstream_tables import readable

    engine = create_engine(readable(location.url))
    try:
        names = set(inspect(engine).get_table_names())
    finally:
        engine.dispose()
    if "django_migrations" in names:
        return "1.4"
    return "1.3" if "south_migrationhistory" in names else "1.3 or 1.4"


def _reports(site: OldSite) -> Iterator[Finding]:
    """Look at the tables of Bcfg2's Reporting."""
    from bcfg2tw.reporting.database import reports_location
    from bcfg2tw.reporting.upstream.source import OldDatabase, old_url

    key = "engine" if site.settings.reporting_db_engine is None else "reporting_engine"
    if _is_refused(site, key):
        return
    place = site.place("database", key)
    try:
        location = reports_location(site.settings)
        if location.path is not None and not os.path.exists(location.path):
            return
        source = OldDatabase(location.url if location.path is None else old_url(location.path))
    except Bcfg2Error as error:
        if "holds no reports" not in str(error):
            yield finding("database-unread", *place, str(error))
        return
    runs, hosts = source.count("Reporting_interaction"), source.count("Reporting_client")
    source.close()
    message = f"{location} has {runs} runs of {hosts} hosts: bcfg2tw reports import"
    yield finding("reports-in-database", *place, message)
