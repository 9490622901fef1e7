"""The examinations of `doctor`: each yields what it looked at, and how that is."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509

from bcfg2tw.cli.looking import Site
from bcfg2tw.cli.other_server import other_server_trials
from bcfg2tw.cli.trials import CLOCK_TOLERANCE_SECONDS, is_name, names_of, validity
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from bcfg2tw.settings.types import locations

__all__ = ["CRITICAL", "EXAMINATIONS", "GOOD", "WARNING", "Verdict"]

GOOD, WARNING, CRITICAL = "ok", "warning", "critical"

#: Of the trials that `check-config` makes as well.
_STATES = {"": GOOD, "warning": WARNING, "error": CRITICAL}

_LEAST_FREE = 0.05
_CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Verdict:
    """
    What was found of one thing.

    :ivar state: `GOOD`, `WARNING` or `CRITICAL`
    """

    subject: str
    state: str
    text: str


def configuration(site: Site) -> Iterator[Verdict]:
    """Examine bcfg2.conf."""
    for notice in site.settings.notices:
        yield Verdict("configuration", WARNING, notice)
    yield Verdict("configuration", GOOD, site.settings.config or "the defaults")


def repository(site: Site) -> Iterator[Verdict]:
    """Examine the repository: whether it can be read, and what of it cannot."""
    path = site.settings.repository
    if not os.path.isdir(path):
        yield Verdict("repository", CRITICAL, f"there is no folder {path}")
        return
    try:
        problems = site.core.snapshot.problems
        clients = len(site.core.metadata.client_names())
    except Bcfg2Error as error:
        yield Verdict("repository", CRITICAL, str(error))
        return
    for problem in problems:
        yield Verdict("repository", CRITICAL, str(problem))
    yield Verdict("repository", GOOD, f"{path}, {clients} clients")


def certificates(site: Site) -> Iterator[Verdict]:
    """Examine the certificates: until when they are good, and whether the key fits."""
    settings = site.settings
    for path in filter(None, dict.fromkeys((settings.cert, settings.ca))):
        yield from _certificate(path)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.cert, settings.key, lambda: "")
    except (OSError, ssl.SSLError) as error:
        yield Verdict("key", CRITICAL, f"{settings.key} with {settings.cert}: {error}")
        return
    if os.stat(settings.key).st_mode & 0o007:
        yield Verdict("key", WARNING, f"{settings.key} can be read by all: chmod o= it")
    else:
        yield Verdict("key", GOOD, settings.key)


def _certificate(path: str) -> Iterator[Verdict]:
    try:
        with open(path, "rb") as stream:
            certificate = x509.load_pem_x509_certificate(stream.read())
    except (OSError, ValueError) as error:
        yield Verdict("certificate", CRITICAL, f"{path}: {error}")
        return
    trial = validity("certificate", path, certificate)
    yield Verdict(trial.subject, _STATES[trial.severity], trial.outcome)


def names(site: Site) -> Iterator[Verdict]:
    """Examine the names of the server: whether they lead anywhere and the certificate has them."""
    for host, _ in locations(site.settings.server):
        try:
            socket.getaddrinfo(host, None)
        except OSError as error:
            yield Verdict("name", CRITICAL, f"{host} leads nowhere: {error.strerror}")
            continue
        carried = _names_of(site.settings)
        if carried and not any(is_name(host, name) for name in carried):
            text = f"{host} is not in the certificate, which has {', '.join(sorted(carried))}"
            yield Verdict("name", WARNING, text)
        else:
            yield Verdict("name", GOOD, host)


def _names_of(settings: Settings) -> set[str]:
    try:
        with open(settings.cert, "rb") as stream:
            return names_of(x509.load_pem_x509_certificate(stream.read()))
    except (OSError, ValueError):
        return set()


def permissions(site: Site) -> Iterator[Verdict]:
    """Examine whether this user may write what clients change."""
    for path in _changed_folders(site.settings):
        is_writable = os.access(_existing(path), os.W_OK)
        text = path if is_writable else f"{path} cannot be written by this user"
        yield Verdict("permissions", GOOD if is_writable else WARNING, text)


def _changed_folders(settings: Settings) -> Iterator[str]:
    """Yield the folders of what clients change, where it is not in a database."""
    for name, is_in_database in (
        ("Metadata", settings.metadata_db),
        ("Probes", settings.probes_db),
    ):
        if name in settings.plugins and not is_in_database and settings.state is None:
            path = os.path.join(settings.repository, name)
            if os.path.isdir(path):
                yield path
    if settings.state is not None:
        yield settings.state


def _existing(path: str) -> str:
    """Return a folder, or the one in which it would be made."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def database(site: Site) -> Iterator[Verdict]:
    """Examine the databases of clients and of reports: whether they can be used as they are."""
    settings = site.settings
    subjects = {
        "database": settings.metadata_db or settings.probes_db,
        "reports": "Reporting" in settings.plugins,
    }
    for subject in (name for name, is_used in subjects.items() if is_used):
        try:
            from bcfg2tw.cli.admin.databases import EXAMINED  # which not all sites have a use for

            yield Verdict(subject, GOOD, EXAMINED[subject](settings))
        except (Bcfg2Error, ImportError) as error:
            yield Verdict(subject, CRITICAL, str(error))


def disk(site: Site) -> Iterator[Verdict]:
    """Examine the space on the disks of the repository and of what clients change."""
    for path in filter(None, (site.settings.repository, site.settings.state)):
        if os.path.isdir(path):
            usage = shutil.disk_usage(path)
            text = f"{usage.free / 2**30:.1f} GiB of {usage.total / 2**30:.1f} GiB are free: {path}"
            is_short = usage.free < usage.total * _LEAST_FREE
            yield Verdict("disk", WARNING if is_short else GOOD, text)


def clock(site: Site) -> Iterator[Verdict]:
    """Examine the clock: no file is from the future."""
    path = os.path.join(site.settings.repository, "Metadata")
    if not os.path.isdir(path):
        return
    ahead = os.stat(path).st_mtime - time.time()
    if ahead > CLOCK_TOLERANCE_SECONDS:
        text = f"{path} was changed {ahead:.0f} seconds from now: is the clock right?"
        yield Verdict("clock", WARNING, text)
    else:
        yield Verdict("clock", GOOD, time.strftime("%Y-%m-%d %H:%M:%S %z"))


def ports(site: Site) -> Iterator[Verdict]:
    """Examine whether a server listens."""
    for host, port in locations(site.settings.server):
        place = f"{host}:{site.settings.port or port}"
        try:
            address = (host, site.settings.port or port)
            with socket.create_connection(address, _CONNECT_SECONDS):
                yield Verdict("port", GOOD, f"{place} answers")
        except OSError as error:
            yield Verdict("port", CRITICAL, f"{place} does not answer: {error.strerror or error}")


def shadow(site: Site) -> Iterator[Verdict]:
    """Examine the other server of shadow mode, if there is one."""
    for trial in other_server_trials(site.settings):
        yield Verdict(trial.subject, _STATES[trial.severity], trial.outcome)


EXAMINATIONS = (
    configuration, repository, certificates, names, permissions, database, disk, clock, ports,
    shadow,
)  # fmt: skip
