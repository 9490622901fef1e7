"""`LdapConnection`: a directory that queries are sent to."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from bcfg2tw.engine.plugins.ldap.answers import follow_referrals, whole_answer
from bcfg2tw.engine.plugins.ldap.interface import (
    ALL_ATTRIBUTES,
    DirectoryDown,
    LdapError,
    Login,
    RawEntry,
    Referral,
    Search,
    Session,
)
from bcfg2tw.engine.plugins.ldap.libraries import choose_library
from bcfg2tw.engine.plugins.ldap.options import ConnectionOptions, connection_options, scope_number
from bcfg2tw.engine.time_limit import within_limit
from bcfg2tw.settings import Settings

logger = logging.getLogger("Ldap")

LDAPS_PORT = 636

#: After a directory was found down it is not asked for so long: all threads waiting for it would
#: stop the clients that have nothing to do with it.
PAUSE_SECONDS = 30.0

#: The shortest time that a directory is given.
LEAST_SECONDS = 0.1

Entries = list[tuple[str, dict[str, list[Any]]]]


class Query(Protocol):
    """The part of a query that is sent; :class:`.query.LdapQuery` says more of each."""

    @property
    def base(self) -> str: ...

    @property
    def scope(self) -> str | int: ...

    @property
    def filter(self) -> str: ...

    @property
    def attrs(self) -> Sequence[str] | None: ...


def _within_call(seconds: float) -> float:
    """Bound a time limit by that of the call; never none, which the libraries take for no limit."""
    return max(LEAST_SECONDS, within_limit(seconds))


class LdapConnection:
    """
    A directory.

    Connections to it are kept and used again. Safe to use from several threads.

    :cvar settings: how often and how long it is tried
    :ivar uri: where it is; several, separated by blanks, are tried in order
    """

    settings: ClassVar[Settings] = Settings()

    def __init__(
        self,
        host: str = "localhost",
        port: int = 389,
        uri: str | None = None,
        options: Mapping[int | str, Any] | None = None,
        binddn: str | None = None,
        bindpw: str | None = None,
    ) -> None:
        """
        Describe the directory; nothing is connected yet.

        :param options: by their numbers or names in python-ldap
        :param binddn: the name to bind with; only if there is a password as well
        :raises ValueError: if an option cannot be understood
        """
        self.host = host
        self.port = port
        self.uri = uri or self._default_uri()
        self.options = connection_options(options)
        self.binddn = binddn
        self.bindpw = bindpw
        self._library = choose_library()
        self._idle: deque[Session] = deque()
        self._paused_until = 0.0
        self._failure = ""

    def _default_uri(self) -> str:
        if self.port == LDAPS_PORT:
            return f"ldaps://{self.host}"
        return f"ldap://{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"LdapConnection({self.uri})"

    def run_query(self, query: Query) -> Entries:
        """
        Return the entries that a query finds: names, and lists of values by attribute.

        Values are text; those that are not UTF-8 are bytes. A directory that is down is asked
        again, one that keeps silent is not: it has had its time. Blocks meanwhile.

        :raises LdapError: if it stays down, or refuses the query
        """
        if time.monotonic() < self._paused_until:
            raise LdapError(self._failure)
        return _texts(self._entries(_search(query)))

    def _entries(self, search: Search) -> list[RawEntry]:
        for attempt in range(self.settings.ldap_retries + 1):
            if attempt:
                time.sleep(within_limit(self.settings.ldap_retry_delay_seconds))
            if not within_limit(1.0):
                raise LdapError(self._failure or f"{self.uri}: the call has no time left for it")
            started = time.monotonic()
            try:
                return self._ask_once(search)
            except DirectoryDown as error:
                logger.error("Ldap: %s: %s", self.uri, error)
                self._failure = f"{self.uri} is down: {error}"
            if self._has_waited_since(started):
                break
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        raise LdapError(self._failure)

    def _has_waited_since(self, started: float) -> bool:
        """Say whether a directory had its time, or whether a failure came sooner."""
        return time.monotonic() - started >= self._answer_seconds

    @property
    def _answer_seconds(self) -> float:
        return self.options.answer_seconds or self.settings.ldap_timeout_seconds

    def _ask_once(self, search: Search) -> list[RawEntry]:
        started = time.monotonic()
        while (session := self._pop_idle()) is not None:
            try:
                return self._ask(session, search)
            except DirectoryDown:
                self.close()  # it was idle until the directory went: so were the others
                if self._has_waited_since(started) and len(self.uri.split()) == 1:
                    raise
        return self._ask_first_reachable(search)

    def _ask_first_reachable(self, search: Search) -> list[RawEntry]:
        uris = self.uri.split()
        for uri in uris[:-1]:
            try:
                return self._ask(self._connect(uri), search)
            except DirectoryDown as error:
                logger.warning("Ldap: %s: %s", uri, error)
        return self._ask(self._connect(uris[-1]), search)

    def _connect(self, uri: str, is_anonymous: bool = False) -> Session:
        login = None
        if self.binddn and self.bindpw and not is_anonymous:
            login = Login(self.binddn, self.bindpw)
        return self._library.connect(uri, login, self._timed_options())

    def _timed_options(self) -> ConnectionOptions:
        connect_seconds = self.options.connect_seconds or self.settings.ldap_timeout_seconds
        return replace(
            self.options,
            connect_seconds=_within_call(connect_seconds),
            answer_seconds=_within_call(self._answer_seconds),
        )

    def _ask(self, session: Session, search: Search) -> list[RawEntry]:
        try:
            with self._keeping(session):
                return whole_answer(session, search, self._is_limited)
        except Referral as referral:
            if not self.options.follows_referrals:
                raise
            return follow_referrals(referral, search, self._ask_anonymously)

    @contextmanager
    def _keeping(self, session: Session) -> Iterator[None]:
        """Keep a connection for the next query, unless it breaks."""
        is_usable = False
        try:
            yield
            is_usable = True
        except LdapError as error:
            is_usable = not isinstance(error, DirectoryDown)
            raise
        finally:
            if is_usable:
                self._idle.append(session)
            else:
                session.close()

    @property
    def _is_limited(self) -> bool:
        return self.options.size_limit > 0

    def _ask_anonymously(self, uri: str, search: Search) -> list[RawEntry]:
        """Ask another directory, which does not get the password."""
        session = self._connect(uri, is_anonymous=True)
        try:
            return whole_answer(session, search, self._is_limited)
        finally:
            session.close()

    def close(self) -> None:
        """Close the connections that are idle."""
        while (session := self._pop_idle()) is not None:
            session.close()

    def _pop_idle(self) -> Session | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None


def _search(query: Query) -> Search:
    attributes = [query.attrs] if isinstance(query.attrs, str) else query.attrs
    # a backslash is a backslash to these queries, not the beginning of an escape
    text = query.filter.replace("\\", "\\5c")
    return Search(
        query.base,
        scope_number(query.scope),
        text if text.startswith("(") else f"({text})",  # libldap takes both
        attributes or ALL_ATTRIBUTES,
    )


def _texts(entries: list[RawEntry]) -> Entries:
    return [
        (name, {attribute: [_text(value) for value in values] for attribute, values in raw.items()})
        for name, raw in entries
    ]


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value
