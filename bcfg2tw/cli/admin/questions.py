"""The questions of `init`; what the command line answers is not asked."""

from __future__ import annotations

import os
import secrets
import socket
import string
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import click

from bcfg2tw.settings import DEFAULT_CONFIG

__all__ = ["Answers", "Questions"]

_PASSWORD_LENGTH = 20


@dataclass(frozen=True)
class Answers:
    """The answers from which a new repository and its server are made."""

    hostname: str
    url: str
    config: str
    repository: str
    password: str
    key: str
    certificate: str
    country: str
    state: str
    locality: str


class Questions:
    """Asks on standard output, and reads standard input, be it a terminal or not."""

    def __init__(self, given: Mapping[str, str | None], takes_defaults: bool) -> None:
        """
        Ask nothing yet.

        :param given: answers of the command line by the field of `Answers`, None for none
        :param takes_defaults: whether the default is the answer to all other questions
        """
        self._given = given
        self._takes_defaults = takes_defaults

    def ask(self) -> Answers:
        """
        Ask what has to be asked.

        :raises click.Abort: if standard input ends before all is answered
        """
        hostname = self._text("hostname", "What is the server's hostname", socket.getfqdn())
        url = self._text("url", "Server location", f"https://{hostname}:6789")
        config = self._path("config", "Path to Bcfg2 configuration", DEFAULT_CONFIG)
        repository = self._repository()
        password = self._password()
        folder = _certificate_folder(config)
        key = self._path(
            "key", "Path where Bcfg2 server private key will be created",
            os.path.join(folder, "private" if folder.endswith("tls") else "", "bcfg2.key"),
        )  # fmt: skip
        certificate = self._path(
            "certificate", "Path where Bcfg2 server cert will be created",
            os.path.join(folder, "certs" if folder.endswith("tls") else "", "bcfg2.crt"),
        )  # fmt: skip
        return Answers(
            hostname, url, config, repository, password, key, certificate,
            self._text("country", "Country code for certificate", "US"),
            self._text("state", "State or Province Name (full name) for certificate", "Illinois"),
            self._text("locality", "Locality Name (e.g., city) for certificate", "Argonne"),
        )  # fmt: skip

    def _text(self, name: str, question: str, default: str) -> str:
        given = self._given.get(name)
        if given is not None:
            return given
        return default if self._takes_defaults else str(click.prompt(question, default=default))

    def _path(self, name: str, question: str, default: str) -> str:
        return os.path.abspath(os.path.expanduser(self._text(name, question, default)))

    def _repository(self) -> str:
        while True:
            path = self._path("repository", "Location of Bcfg2 repository", "/var/lib/bcfg2")
            is_asked = self._given.get("repository") is None and not self._takes_defaults
            if not os.path.isdir(path) or not is_asked:
                return path
            if click.confirm(f"Directory {path} exists. Overwrite?"):
                return path

    def _password(self) -> str:
        given = self._given.get("password")
        if given is None and not self._takes_defaults:
            # getpass asks the terminal, whatever standard input is
            given = click.prompt(
                "Input password used for communication verification (without echoing; leave "
                "blank for random)",
                default="", show_default=False, hide_input=sys.stdin.isatty(),
            )  # fmt: skip
        letters = string.ascii_letters + string.digits
        return given or "".join(secrets.choice(letters) for _ in range(_PASSWORD_LENGTH))

    def may_overwrite(self, path: str) -> bool:
        """Ask whether a file that exists is to be replaced; unasked it is not."""
        question = f"Warning: {path} already exists. Overwrite?"
        return not self._takes_defaults and click.confirm(question)


def _certificate_folder(config: str) -> str:
    folders = ("/etc/pki/tls", "/etc/ssl")
    return next((path for path in folders if os.path.isdir(path)), os.path.dirname(config))
