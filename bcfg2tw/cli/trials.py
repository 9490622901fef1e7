"""Trials of what a server of some settings needs: files, certificates, ports, names, clock."""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from bcfg2tw.auth import server_context
from bcfg2tw.certificates.endings import WARNING, utc_now
from bcfg2tw.certificates.files import read_files
from bcfg2tw.certificates.order import oddities
from bcfg2tw.engine.plugin.registry import check_names
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.finding import Finding
from bcfg2tw.serving.listening import check_addresses, hosts
from bcfg2tw.serving.start_notices import strange_repository
from bcfg2tw.settings import Settings, options
from bcfg2tw.shadow.server_identity import identity_for

#: A file that is newer than now by more was not written by this clock.
CLOCK_TOLERANCE_SECONDS = 60.0


@dataclass(frozen=True)
class Trial:
    """
    The outcome of one trial.

    :ivar subject: one word or two
    :ivar outcome: what was seen
    :ivar severity: `error`, `warning`, or empty where all is well
    """

    subject: str
    outcome: str
    severity: str = ""

    def finding(self, path: str) -> Finding:
        """Return the outcome as a mistake in a configuration."""
        name = self.subject.replace(" ", "-")
        return Finding(name, self.severity, path, None, f"{self.subject}: {self.outcome}")


def try_all(settings: Settings, refused: Collection[tuple[str, str]] = ()) -> list[Trial]:
    """
    Try what a server of these settings needs; changes nothing.

    :param refused: sections and keys of options that have no value: what needs one is not tried
    """
    return [
        outcome
        for trial, fields in _TRIALS.items()
        if not any(_name(field) in refused for field in fields)
        for outcome in trial(settings)
    ]


def _name(field: str) -> tuple[str, str]:
    option = options()[field]
    return option.section, option.key


def _attempt(subject: str, act: Callable[[], object], well: str) -> Iterator[Trial]:
    try:
        act()
    except Bcfg2Error as error:
        yield Trial(subject, str(error), "error")
    else:
        yield Trial(subject, well)


def _repository(settings: Settings) -> Iterator[Trial]:
    path = settings.repository
    where = settings.place("server", "repository")
    if not os.path.isdir(path):
        yield Trial("repository", f"there is no folder {path} ({where})", "error")
    elif not os.access(path, os.R_OK | os.X_OK):
        yield Trial("repository", f"{path} cannot be read by this user: chown or chmod it", "error")
    elif strange_repository(settings):
        yield Trial("repository", strange_repository(settings), "warning")
    else:
        yield Trial("repository", f"{path} can be read")


def _plugins(settings: Settings) -> Iterator[Trial]:
    names = f"{len(settings.plugins)} plugins, each of which there is"
    yield from _attempt("plugins", lambda: check_names(settings.plugins), names)


def _tls(settings: Settings) -> Iterator[Trial]:
    fit = "certificate, key and authority can be used, and fit"
    yield from _attempt("TLS", lambda: server_context(settings), fit)


def _key_mode(settings: Settings) -> Iterator[Trial]:
    try:
        mode = os.stat(settings.key).st_mode
    except OSError:
        return  # said by the trial of TLS
    if mode & stat.S_IROTH:
        yield Trial("key", f"{settings.key} can be read by all: chmod 0640", "error")


def _certificate(settings: Settings) -> Iterator[Trial]:
    certificate = _load(settings.cert)
    if certificate is None:
        return
    yield validity("certificate", settings.cert, certificate)


def _authority(settings: Settings) -> Iterator[Trial]:
    authority = None if settings.ca is None else _load(settings.ca)
    if authority is None or settings.ca is None:
        return
    yield validity("authority", settings.ca, authority)


def _oddities(settings: Settings) -> Iterator[Trial]:
    try:
        files = read_files(settings)
    except (OSError, ValueError):
        return  # said by the trial of TLS
    for sentence in oddities(files):
        yield Trial("certificate", sentence, "warning")


def _load(path: str) -> x509.Certificate | None:
    """Return the first certificate of a file; None where there is none, which TLS says."""
    try:
        with open(path, "rb") as stream:
            return x509.load_pem_x509_certificate(stream.read())
    except (OSError, ValueError):
        return None


def validity(subject: str, path: str, certificate: x509.Certificate) -> Trial:
    """Return how long a certificate is good, an error where it is not good now."""
    now = utc_now()
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < start:
        reason = f"{path} is valid from {start:%Y-%m-%d %H:%M} UTC: is the clock right?"
        return Trial(subject, reason, "error")
    if end < now:
        return Trial(subject, f"{path} ended on {end:%Y-%m-%d}: renew it", "error")
    left = f"{path} is valid until {end:%Y-%m-%d}"
    if end - now < WARNING:
        return Trial(subject, f"{left}, {(end - now).days} days from now: renew it", "warning")
    return Trial(subject, left)


def _other_authorities(settings: Settings) -> Iterator[Trial]:
    """Try the file of the other server's authorities; the server itself may be away."""
    if settings.shadow_server is not None:
        yield from _attempt(
            "shadow", lambda: identity_for(settings), f"{settings.shadow_server} can be asked"
        )


def _ports(settings: Settings) -> Iterator[Trial]:
    if settings.endpoints:
        yield Trial("ports", f"endpoints are not tried: {', '.join(settings.endpoints)}")
        return
    places = ", ".join(f"{host or '*'}:{port}" for host, port in hosts(settings))
    yield from _attempt("ports", lambda: check_addresses(settings), f"{places} can be had")


def _names(settings: Settings) -> Iterator[Trial]:
    certificate = _load(settings.cert)
    names = set() if certificate is None else names_of(certificate)
    for host, _ in hosts(settings):
        if not host:
            continue
        try:
            socket.getaddrinfo(host, None)
        except OSError as error:
            yield Trial("names", f"{host} has no address: {error.strerror}", "warning")
            continue
        if names and not any(is_name(host, name) for name in names):
            shown = ", ".join(sorted(names))
            outcome = f"{host} is none of the certificate's names ({shown}): clients refuse it"
            yield Trial("names", outcome, "warning")
        else:
            named = ", and the certificate names it" if names else ""
            yield Trial("names", f"{host} has an address{named}")


def names_of(certificate: x509.Certificate) -> set[str]:
    """Return the names and addresses that a certificate is for."""
    names = {
        str(attribute.value)
        for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    }
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return names
    return names | {str(name.value) for name in extension.value}


def is_name(host: str, name: str) -> bool:
    """Say whether a name of a certificate, which may begin with `*.`, stands for a host."""
    host, name = host.lower(), name.lower()
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return host == name


def _clock(settings: Settings) -> Iterator[Trial]:
    """Compare the clock with the newest of the files that are there."""
    paths = filter(None, (settings.config, settings.cert, settings.key))
    times = [os.stat(path).st_mtime for path in paths if os.path.exists(path)]
    now = time.time()
    ahead = max(times, default=now) - now
    if ahead > CLOCK_TOLERANCE_SECONDS:
        outcome = f"files are newer than it is, by {ahead:.0f} seconds: set it"
        yield Trial("clock", outcome, "warning")
    else:
        yield Trial("clock", f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %Z}")


_ADDRESSES = ("server", "port", "interface", "listen_all", "endpoints")

#: The trials in their order, each with the fields of the settings that it needs.
_TRIALS: Mapping[Callable[[Settings], Iterator[Trial]], tuple[str, ...]] = {
    _repository: ("repository",),
    _plugins: ("plugins",),
    _tls: ("cert", "key", "ca", "crl", "protocol"),
    _key_mode: ("key",),
    _certificate: ("cert",),
    _authority: ("ca",),
    _oddities: ("cert", "ca", "crl"),
    _other_authorities: ("shadow_server", "shadow_ca", "ca"),
    _ports: (*_ADDRESSES, "web_listen"),
    _names: (*_ADDRESSES, "cert"),
    _clock: (),
}
