"""The server of a site, and calls to it: address and credentials of bcfg2.conf or command line."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bcfg2tw.cli.call.remote import CallFailed, Remote, call
from bcfg2tw.cli.call.server_identity import ServerIdentity
from bcfg2tw.cli.site import server_address, server_path
from bcfg2tw.settings import Settings

__all__ = ["Server", "ServerOptions"]


@dataclass(frozen=True)
class ServerOptions:
    """
    Server and caller on the command line; None stands for what bcfg2.conf says.

    :ivar retries: how often a server that cannot be reached is tried
    :ivar checks_name: whether the name in the server's certificate counts where bcfg2.conf lists
        none; a certificate of the site's CA is enough for the tools of old
    """

    server: str | None = None
    user: str | None = None
    password: str | None = None
    password_file: Path | None = None
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    timeout: float | None = None
    common_names: str | None = None
    retries: int = 1
    retry_delay: float = 1.0
    checks_name: bool = True


class Server:
    """The server of a site, ready to be called."""

    def __init__(self, options: ServerOptions, settings: Settings) -> None:
        """
        Call nobody yet.

        :raises CallFailed: if the password cannot be read
        :raises CredentialsError: if a certificate cannot be used
        """
        self._options = options
        self._remote, self._identity = _target(options, settings)

    def call(
        self, method: str, *arguments: Any, user: str | None = None, password: str | None = None
    ) -> Any:
        """
        Call a method and return its result; each call is a connection of its own.

        :param user: the caller to be, where that is another one than the site's
        :param password: the caller's, where it is another one than the site's
        :raises CallFailed: whatever went wrong
        """
        remote = replace(
            self._remote,
            user=user or self._remote.user,
            password=password or self._remote.password,
        )
        for _ in range(1, self._options.retries):
            try:
                return call(remote, self._identity, method, arguments)
            except CallFailed as error:
                if not error.is_unreachable:
                    raise
            time.sleep(self._options.retry_delay)
        return call(remote, self._identity, method, arguments)


def _target(options: ServerOptions, settings: Settings) -> tuple[Remote, ServerIdentity]:
    url = options.server or settings.server
    host, port = server_address(url)
    password = _password(options, settings)
    cert, key = options.cert, options.key
    if cert is None and password is None:
        cert = settings.get("communication", "certificate")
        key = key or settings.get("communication", "key")
    names = options.common_names or settings.get("communication", "serverCommonNames") or ""
    server = Remote(
        host,
        port,
        options.user or settings.get("communication", "user") or "root",
        password,
        options.timeout or settings.client_timeout,
        server_path(url),
    )
    # 1.4 separates the names with colons, 1.3 with commas (:ref:`options-11`)
    common_names = names.replace(",", ":").split(":")
    ca = options.ca or settings.ca
    # whatever the system trusts may vouch for anybody: then the name has to be right
    checks_name = options.checks_name or ca is None or bool(names)
    return server, ServerIdentity(host, ca, common_names, cert, key, checks_name)


def _password(options: ServerOptions, settings: Settings) -> str | None:
    if options.password_file is None:
        return options.password or os.environ.get("BCFG2_PASSWORD") or settings.password
    try:
        lines = options.password_file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CallFailed(
            f"{options.password_file}: the password cannot be read: {error}"
        ) from error
    if not lines or not lines[0]:
        raise CallFailed(f"{options.password_file}: the first line should be the password")
    return lines[0]
