"""The many classes in which connections and HTTP fail, for whoever is a client."""

from __future__ import annotations

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import defer, error
from twisted.web.client import (
    PartialDownloadError,
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseFailed,
)
from twisted.web.http import PotentialDataLoss

__all__ = ["NETWORK_ERRORS", "causes"]

#: Everything that a request of `twisted.web.client` fails with because of the peer or the network.
NETWORK_ERRORS: tuple[type[Exception], ...] = (
    # before there is a connection
    error.ConnectError,
    error.ConnectingCancelledError,
    error.DNSLookupError,
    SSL.Error,
    VerificationError,
    # while there is one
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseFailed,
    PartialDownloadError,
    PotentialDataLoss,
    error.ConnectionClosed,
    # because it was given up
    defer.CancelledError,
    defer.TimeoutError,
)


def causes(failure: Exception) -> list[Exception]:
    """
    Return the errors that ended a connection, the first one first.

    `twisted.web.client` wraps them, and keeps all that it noticed at the end.
    """
    reasons = getattr(failure, "reasons", ())
    return [reason.value for reason in reasons] or [failure]
