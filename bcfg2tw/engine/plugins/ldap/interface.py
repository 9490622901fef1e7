"""
The interface to an LDAP library: it connects to a directory, and searches it.

Two libraries are adapted to it, in :mod:`.with_ldap3` and :mod:`.with_python_ldap`;
:mod:`.libraries` chooses one of them. What is above does not notice which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bcfg2tw.engine.plugins.ldap.options import ConnectionOptions
from bcfg2tw.errors import Bcfg2Error

#: A name and its attributes, as a directory sends them.
RawEntry = tuple[str, dict[str, list[bytes]]]

#: The attributes to ask for where a query names none: all that are a user's.
ALL_ATTRIBUTES = ("*",)

REFERRAL = 10
SIZE_LIMIT_EXCEEDED = 4
UNAVAILABLE = 52

#: Result codes to their names in RFC 4511, 4.1.9.
RESULT_NAMES = {
    1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded",
    7: "authMethodNotSupported", 8: "strongerAuthRequired", 10: "referral",
    11: "adminLimitExceeded", 12: "unavailableCriticalExtension", 13: "confidentialityRequired",
    16: "noSuchAttribute", 17: "undefinedAttributeType", 18: "inappropriateMatching",
    19: "constraintViolation", 21: "invalidAttributeSyntax", 32: "noSuchObject",
    33: "aliasProblem", 34: "invalidDNSyntax", 36: "aliasDereferencingProblem",
    48: "inappropriateAuthentication", 49: "invalidCredentials", 50: "insufficientAccessRights",
    51: "busy", 52: "unavailable", 53: "unwillingToPerform", 54: "loopDetect", 80: "other",
}  # fmt: skip


class LdapError(Bcfg2Error):
    """A directory cannot be asked."""


class DirectoryDown(LdapError):
    """A directory cannot be reached, does not answer in time, or went away while it did."""


class DirectoryRefusal(LdapError):
    """
    A directory answers that it will not do what it is asked.

    :ivar code: the result code of RFC 4511
    """

    def __init__(self, code: int, message: str = "") -> None:
        name = f"{RESULT_NAMES.get(code, 'result')} ({code})"
        super().__init__(f"{name}: {message}" if message else name)
        self.code = code


class SizeLimitExceeded(DirectoryRefusal):
    """There are more entries than the query, or the directory, lets be sent at once."""


class Referral(DirectoryRefusal):
    """
    Another directory is to be asked.

    :ivar url: where, and for what, as in RFC 4516
    """

    def __init__(self, url: str) -> None:
        super().__init__(REFERRAL, url)
        self.url = url


def error_of(code: int, message: str = "", url: str = "") -> LdapError:
    """
    Return the error that a directory's answer stands for.

    :param code: the result code of RFC 4511, not 0
    :param message: the directory's own words
    :param url: of a referral
    """
    if code == UNAVAILABLE:
        return DirectoryDown(message or "it is shutting down")
    if code == SIZE_LIMIT_EXCEEDED:
        return SizeLimitExceeded(code, message)
    if code == REFERRAL and url:
        return Referral(url)
    return DirectoryRefusal(code, message)


@dataclass(frozen=True)
class Login:
    """The name and the password to bind with."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Search:
    """
    A search request.

    :ivar scope: 0 for the base alone, 1 for what is right below it, 2 for all of it
    :ivar filter: as in RFC 4515
    :ivar attributes: `ALL_ATTRIBUTES`, or names
    :ivar page_entries: how many to send at once (RFC 2696); 0 where all are
    :ivar cookie: the directory's, from the page before; empty for the first one
    """

    base: str
    scope: int
    filter: str
    attributes: Sequence[str] = ALL_ATTRIBUTES
    page_entries: int = 0
    cookie: bytes = b""


@dataclass(frozen=True)
class Page:
    """
    The entries of an answer; references to other directories are left out.

    :ivar cookie: to be sent for the next page, empty after the last one
    """

    entries: list[RawEntry]
    cookie: bytes = b""


class Session(Protocol):
    """A connection to a directory, for one thread at a time."""

    def search(self, search: Search) -> Page:
        """
        Search, and wait for the answer.

        :raises DirectoryDown: if there is none; the session is of no use any more
        :raises LdapError: if the request is refused, by the directory or the library
        """

    def close(self) -> None:
        """Close the connection; it may be broken, or closed already."""


class Library(Protocol):
    """An LDAP library, for any thread."""

    @property
    def name(self) -> str:
        """Its name and version, for the log."""

    def connect(self, uri: str, login: Login | None, options: ConnectionOptions) -> Session:
        """
        Connect to a directory, and bind if there is a login.

        A library may put off connecting until the first search, where there is none.

        :param uri: of one directory: ldap, ldaps or ldapi
        :param options: with a time for connecting, and one for answers
        :raises DirectoryDown: if it cannot be reached, or proves to be another one
        :raises LdapError: if the login is refused, or an option cannot be followed
        """
