"""The trial of the other server in shadow mode: is it there, and is it the one it should be."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from cryptography import x509

from bcfg2tw.certificates.server_names import chain_problem, is_address, name_problem
from bcfg2tw.cli.call.server_identity import ServerIdentity
from bcfg2tw.cli.trials import Trial, validity
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from bcfg2tw.settings.types import locations
from bcfg2tw.shadow.server_identity import identity_for

__all__ = ["other_server_trials"]

_SUBJECT = "shadow"
#: So long it is waited for the other server.
SECONDS = 5.0


def other_server_trials(settings: Settings) -> Iterator[Trial]:
    """
    Try the server of `[shadow] server`: its authorities, its port, its certificate.

    Nothing is sent but what TLS needs. Without such a server there is no trial.
    """
    if settings.shadow_server is None:
        return
    try:
        identity_for(settings)
        certificate = _certificate(settings)
    except Bcfg2Error as error:  # it keeps this server from starting
        yield Trial(_SUBJECT, str(error), "error")
    except (OSError, UnicodeError) as error:
        yield Trial(_SUBJECT, f"{settings.shadow_server}: {_trouble(error)}", "warning")
    else:
        yield _judged(settings, certificate)


def _certificate(settings: Settings) -> x509.Certificate:
    """Return the certificate of the server, whose chain is good."""
    host, port = _address(settings)
    context = ServerIdentity(host, settings.shadow_ca or settings.ca).context
    name = None if is_address(host) else host
    with (
        socket.create_connection((host, port), SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=name) as tls,
    ):
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")


def _address(settings: Settings) -> tuple[str, int]:
    assert settings.shadow_server is not None
    return locations(settings.shadow_server)[0]


def _trouble(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return chain_problem(error.verify_code, "[shadow] ca")
    if isinstance(error, ssl.SSLError):
        return "there is no TLS connection: is that the port of a Bcfg2 server?"
    if isinstance(error, TimeoutError):
        return f"it does not answer within {SECONDS:g} seconds"
    return f"it does not answer: {getattr(error, 'strerror', None) or error}"


def _judged(settings: Settings, certificate: x509.Certificate) -> Trial:
    """Return whether a certificate has the server's name, and how long it is good."""
    url = str(settings.shadow_server)
    host, _ = _address(settings)
    names = settings.shadow_common_names
    problem = name_problem(certificate, host, names, "[shadow] common_names")
    if problem is not None:
        return Trial(_SUBJECT, f"{url}: {problem}", "warning")
    trial = validity(_SUBJECT, f"the certificate of {url}", certificate)
    return trial if trial.severity else Trial(_SUBJECT, f"{url} answers, and is what it should be")
