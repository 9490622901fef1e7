"""
Who may see the pages, and change what can be changed there.

A user is named by a password of the file of users, or by a reverse proxy that is named in
bcfg2.conf. Without either everybody on this machine is a viewer, and pages are served to nobody
else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.reporting.web.exchange import HttpRequest, Refused
from bcfg2tw.reporting.web.places import (
    host_of,
    is_address,
    is_in,
    is_loopback,
    netloc_of,
    own_names,
)
from bcfg2tw.reporting.web.question import Viewer
from bcfg2tw.settings import Settings

if TYPE_CHECKING:
    from bcfg2tw.reporting.web.users import User, UsersFile

OPERATOR = "operator"

#: How long the forms of a page can be sent.
TOKEN_SECONDS = 12 * 3600

CHALLENGE = {"WWW-Authenticate": 'Basic realm="Bcfg2 reports", charset="UTF-8"'}


class WrongPassword(Refused):
    """A name or password that is not right."""


class Access:
    """Decides about requests. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        """
        Read the file of users, if there is to be one.

        :raises SettingsError: if the settings let in whom they should not, or cannot be used
        """
        check_access(settings)
        self._header = (settings.web_user_header or "").lower()
        self._proxies = settings.web_proxies
        self._operators = frozenset(settings.web_operators)
        self._users = None if settings.web_users is None else _open_users(settings.web_users)
        self._hosts = own_names(settings)
        self._tokens = Tokens()

    @property
    def is_open(self) -> bool:
        """Say whether nobody has to say who they are."""
        return self._users is None and not self._header

    def is_proxy(self, request: HttpRequest) -> bool:
        """Say whether a request comes from a proxy whose headers are believed."""
        return is_in(request.peer, self._proxies)

    def address(self, request: HttpRequest) -> str:
        """Return the address that a request comes from, as the last proxy tells it."""
        if not self.is_proxy(request):
            return request.peer
        chain = request.headers.get("x-forwarded-for", "").replace(" ", "").split(",")
        strangers = [hop for hop in chain if hop and not is_in(hop, self._proxies)]
        return strangers[-1] if strangers else request.peer

    def viewer(self, request: HttpRequest, may_check: bool = True) -> Viewer:
        """
        Return who makes a request. Blocks while a password is checked.

        :param may_check: whether a password may be checked that was not found right before
        :raises Refused: if that cannot be told, or they may see nothing
        """
        if self.is_open:
            self._check_host(request)
            return Viewer()
        name = request.headers.get(self._header, "").strip() if self._header else ""
        if name and "," not in name and self.is_proxy(request):
            return _viewer(name, name in self._operators)
        if self._users is None:
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "These pages are reached through a proxy, which says who you are; this request "
                "names nobody, or came by another way.",
            )
        return self._user(request, may_check)

    def _user(self, request: HttpRequest, may_check: bool) -> Viewer:
        pair = basic_credentials(request.headers.get("authorization", ""))
        if pair is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED, "A name and a password are asked for.", CHALLENGE
            )
        user = self._check_password(*pair, may_check)
        if user is None:
            raise WrongPassword(HTTPStatus.UNAUTHORIZED, "Name or password is wrong.", CHALLENGE)
        return _viewer(user.name, user.role == OPERATOR)

    def _check_password(self, name: str, password: str, may_check: bool) -> User | None:
        from bcfg2tw.reporting.web.users import TooManyChecks

        assert self._users is not None
        try:
            user = self._users.remembered(name, password)
            if user is None and not may_check:
                raise TooManyChecks
            return user or self._users.user(name, password)
        except TooManyChecks:
            raise Refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                "Too many passwords are being tried: wait some seconds.",
                {"Retry-After": "5"},
            ) from None
        except Bcfg2Error as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, f"Nobody can log in: {error}") from error

    def _check_host(self, request: HttpRequest) -> None:
        """Refuse foreign names, which other people's pages may have made up for this machine."""
        host = host_of(request.headers.get("host", ""))
        if host not in self._hosts and not is_address(host):
            raise Refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                f"{host} is no name of this server; where it is meant to be one, write it into "
                "[reporting] web_hosts.",
            )

    # Changes

    def token(self, viewer: Viewer) -> str:
        """Return a token for the forms of a page; another one each time."""
        return self._tokens.make(viewer.name or "") if viewer.may_expire else ""

    def check_change(self, request: HttpRequest, viewer: Viewer, token: str) -> None:
        """
        Make sure that a viewer may change something, and wants to.

        :raises Refused: if not
        """
        if not viewer.may_expire:
            raise Refused(HTTPStatus.FORBIDDEN, "Only operators can change anything here.")
        self._check_origin(request)
        if not self._tokens.is_good(token, viewer.name or ""):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "This form is too old, or was made before the server was started: go back, load "
                "the page again and repeat it.",
            )

    def _check_origin(self, request: HttpRequest) -> None:
        origin = request.headers.get("origin") or request.headers.get("referer", "")
        host = request.headers.get("host", "")
        if self.is_proxy(request):
            host = request.headers.get("x-forwarded-host", host)
        if not host or netloc_of(origin) != host.lower():
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "This form comes from another site's page. Behind a proxy, have it pass the header "
                "Host on as it came.",
            )


def _viewer(name: str, is_operator: bool) -> Viewer:
    return Viewer(name, OPERATOR if is_operator else "viewer", is_operator)


def _open_users(path: str) -> UsersFile:
    try:
        from bcfg2tw.reporting.web.users import UsersFile  # needs bcrypt

        return UsersFile(path)
    except ImportError as error:
        raise SettingsError(
            f"it needs bcrypt: pip install 'bcfg2tw[reporting]' ({error})", "reporting", "web_users"
        ) from error
    except Bcfg2Error as error:
        raise SettingsError(str(error)) from error


class Tokens:
    """Tokens that only pages of this process hold; nobody else can make one."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._key = secrets.token_bytes(32)
        self._clock = clock

    def make(self, name: str) -> str:
        """Return a token for a user; no two are equal, so that none can be guessed by size."""
        head = f"{int(self._clock()):x}.{secrets.token_hex(16)}"
        return f"{head}.{self._mark(head, name)}"

    def is_good(self, token: str, name: str) -> bool:
        """Say whether a token was made for a user, and not too long ago."""
        head, _, mark = token.rpartition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(head, name).encode()):
            return False
        return 0 <= self._clock() - int(head.partition(".")[0], 16) < TOKEN_SECONDS

    def _mark(self, head: str, name: str) -> str:
        text = f"{head}\0{name}".encode("utf-8", "replace")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


# Settings


def check_access(settings: Settings) -> None:
    """
    Make sure that only those are let in who are meant to be.

    :raises SettingsError: naming the option and the remedy
    """
    if settings.web_user_header and not settings.web_proxies:
        raise SettingsError(
            "anybody could send this header: name the proxies that set it in web_proxies",
            "reporting",
            "web_user_header",
        )
    if settings.web_users or settings.web_user_header:
        return
    for host, port in settings.web_listen:
        if not is_loopback(host):
            raise SettingsError(
                f"whoever reaches {host}:{port} would see every host's files: write web_users = "
                "FILE (bcfg2tw web passwd NAME fills it), or listen on 127.0.0.1",
                "reporting",
                "web_listen",
            )


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Return name and password of a header Authorization, None if there are none (RFC 7617)."""
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = (
            base64.b64decode(text.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None
