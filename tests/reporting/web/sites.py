"""Sites of pages, asked without a listener; and what is sent to them."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import bcrypt
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.web.exchange import HttpRequest, HttpResponse
from bcfg2tw.reporting.web.site import ReportSite
from bcfg2tw.reporting.web.users import User, write_users
from bcfg2tw.settings import Settings

PASSWORD = "correct horse"
#: A hash that costs less than those that are written.
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
USERS = {"ann": "operator", "bob": "viewer"}


def a_users_file(case: SynchronousTestCase, users: Mapping[str, str] | None = None) -> str:
    """Return the path of a file of users, by default `USERS`; all have the same password."""
    path: str = os.path.abspath(case.mktemp())
    write_users(path, [User(name, role, HASH) for name, role in (users or USERS).items()])
    return path


def a_site(database: ReportDatabase, **settings: Any) -> ReportSite:
    """Return the pages of a database."""
    return ReportSite(Settings(time_zone="UTC", **settings), database)


def login(name: str, password: str = PASSWORD) -> dict[str, str]:
    """Return the headers of a user."""
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def get(site: ReportSite, address: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Ask for an address below the prefix."""
    path, _, query = address.partition("?")
    all_headers = {"host": "localhost:8080", **(headers or {})}
    return site.answer(HttpRequest("GET", path, query, all_headers))


def post(
    site: ReportSite, address: str, fields: Mapping[str, str], headers: Mapping[str, str]
) -> HttpResponse:
    """Send a form, as a page of the site would unless the headers say otherwise."""
    sent = {"host": "localhost:8080", "origin": "http://localhost:8080", **headers}
    return site.answer(HttpRequest("POST", address, "", sent, urlencode(fields).encode()))


def body(response: HttpResponse) -> bytes:
    """Return the whole body of an answer."""
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


def text(response: HttpResponse) -> str:
    """Return the body of an answer as text."""
    return body(response).decode("utf-8")


def value(response: HttpResponse) -> Any:
    """Return what an answer in JSON says."""
    return json.loads(body(response))
