"""Asking a listener for administrators as programs do, over its socket."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from bcfg2tw.settings.admin_address import AdminAddress
from tests.waiting import PATIENCE_SECONDS


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_SECONDS)
        self.sock.connect(self._path)


def ask(
    address: AdminAddress,
    path: str,
    verb: str = "GET",
    body: Any = None,
    token: str | None = None,
) -> tuple[int, str]:
    """Return status and text of an answer; blocks."""
    if address.path:
        connection: http.client.HTTPConnection = UnixConnection(address.path)
    else:
        connection = http.client.HTTPConnection(
            address.host, address.port, timeout=PATIENCE_SECONDS
        )
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        connection.request(verb, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
