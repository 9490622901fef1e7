"""Changes by operators on the pages: hosts are expired, and taken back."""

from __future__ import annotations

import time

from sqlalchemy import Connection, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.web.errors import BadQuestion, NoSuchPage
from bcfg2tw.reporting.web.exchange import HttpRequest

#: Where the forms of pages are sent.
ADDRESS = "/expire"
ACTIONS = ("expire", "unexpire")


def field(request: HttpRequest, name: str) -> str:
    """Return a field of a form, empty where it is absent."""
    return request.form().get(name, [""])[0]


def set_expired(connection: Connection, request: HttpRequest) -> str:
    """
    Expire the host that a form names, or take it back; twice is as good as once.

    :returns: the host
    :raises BadQuestion: if it says neither
    :raises NoSuchPage: for an unknown host
    """
    host, action = field(request, "host"), field(request, "action")
    if action not in ACTIONS:
        raise BadQuestion(f"action={action}: it is one of {', '.join(ACTIONS)}")
    hosts = tables.hosts.c
    row = connection.execute(select(hosts.id, hosts.expired).where(hosts.name == host)).first()
    if row is None:
        raise NoSuchPage(f"There is no host {host}.")
    if (row.expired is not None) != (action == "expire"):
        expired = round(time.time() * MICROSECONDS) if action == "expire" else None
        change = tables.hosts.update().where(hosts.id == row.id)
        connection.execute(change.values(expired=expired))
    return host


def way_back(request: HttpRequest) -> str | None:
    """Return the page that a form was on, below the prefix; nothing elsewhere."""
    back = field(request, "back")
    is_ours = back.startswith("/") and not back.startswith("//") and "\\" not in back
    return back if is_ours and back.isprintable() and back.isascii() else None
