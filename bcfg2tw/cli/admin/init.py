"""`init`: a new repository with its bcfg2.conf, key and certificate."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import IO
from xml.sax.saxutils import quoteattr

import click
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bcfg2tw.cli.admin.questions import Answers, Questions
from bcfg2tw.cli.init.certificates import Issued, issue_self_signed, new_key
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail
from bcfg2tw.settings import options
from bcfg2tw.settings.types import plugin_list

__all__ = ["init"]

LIFETIME = timedelta(days=1000)

_CONFIG = """\
[server]
repository = {repository}
plugins = {plugins}
# Uncomment the following to listen on all interfaces
#listen_all = true

[database]
#engine = sqlite3
# 'postgresql', 'mysql' or 'sqlite3'
#name =
# Or path to database file if using sqlite3.
#user =
#password =
#host =
#port =

[reporting]
transport = LocalFilesystem

[communication]
password = {password}
certificate = {certificate}
key = {key}
ca = {certificate}

[components]
bcfg2 = {url}
"""


def _answer(name: str, help: str) -> click.Option:
    return click.Option([f"--{name}"], metavar=name.replace("-", "_").upper(), help=help)


@click.command(
    "init",
    params=[
        _answer("hostname", "Name of the server."),
        _answer("url", "Location of the server."),
        _answer("config-path", "The bcfg2.conf to write."),
        _answer("repository-path", "The repository to make."),
        _answer("key", "The private key to make."),
        _answer("certificate", "The certificate to make."),
        _answer("country", "Country code for the certificate."),
        _answer("state", "State or province for the certificate."),
        _answer("locality", "Locality for the certificate."),
    ],
)
@pass_site
@click.option("--yes", is_flag=True, help="Ask nothing: defaults answer what no option does.")
@click.option("--password-file", type=click.File(), help="File whose first line is the password.")
def init(site: Site, /, yes: bool, password_file: IO[str] | None, **given: str | None) -> None:
    """
    Make a new repository, with bcfg2.conf, a key and a certificate; ask for what is needed.

    Nothing that exists is replaced unasked; a key never is.
    """
    password = None if password_file is None else password_file.readline().rstrip("\r\n")
    given["config"] = given.pop("config_path")
    given["repository"] = given.pop("repository_path")
    questions = Questions({**given, "password": password}, yes)
    answers = questions.ask()
    plugins = _plugins(site)
    try:
        _make_repository(answers, plugins)
        _write_config(answers, plugins, questions)
        _make_certificate(answers)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")


def _plugins(site: Site) -> Sequence[str]:
    """Return the plugins of a bcfg2.conf that is there, or else the default."""
    config = site.overrides.get("config")
    if config is not None and os.path.exists(config):
        return site.settings.plugins
    return plugin_list(options()["plugins"].default or "")


def _make_repository(answers: Answers, plugins: Sequence[str]) -> None:
    repository = answers.repository
    try:
        os.makedirs(os.path.join(repository, "etc"))
    except OSError:
        fail(f"Failed to create {repository}/etc.")
    for name in plugins:
        os.makedirs(os.path.join(repository, name.rpartition(".")[2]), exist_ok=True)
    _write_new(
        os.path.join(repository, "Metadata", "groups.xml"),
        '<Groups>\n  <Group profile="true" public="true" default="true" name="basic"/>\n'
        "</Groups>\n",
    )
    _write_new(
        os.path.join(repository, "Metadata", "clients.xml"),
        f'<Clients>\n  <Client profile="basic" name={quoteattr(answers.hostname)}/>\n</Clients>\n',
    )
    click.echo(f"Repository created successfuly in {repository}")


def _write_new(path: str, text: str) -> None:
    """Write a file that is not there yet; what is there stays."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        click.echo(f"Leaving {path} unchanged")


def _write_config(answers: Answers, plugins: Sequence[str], questions: Questions) -> None:
    path = answers.config
    if os.path.exists(path) and not questions.may_overwrite(path):
        click.echo(f"Leaving {path} unchanged")
        return
    values = {name: value.replace("%", "%%") for name, value in vars(answers).items()}
    text = _CONFIG.format(plugins=",".join(plugins), **values)
    _write_private(path, text.encode("utf-8"))


def _make_certificate(answers: Answers) -> None:
    if os.path.exists(answers.key):
        click.echo(f"Leaving {answers.key} unchanged")
        key = _load_key(answers.key)
    else:
        key = new_key()
    if os.path.exists(answers.certificate):
        click.echo(f"Leaving {answers.certificate} unchanged")
    elif key is None:
        fail(f"Error generating certificate: {answers.key} is no RSA key without a passphrase")
    place = (answers.country, answers.state, answers.locality)
    if key is not None and not os.path.exists(answers.certificate):
        try:
            certificate = issue_self_signed(key, answers.hostname, place, LIFETIME)
        except ValueError as error:
            fail(f"Error generating certificate: {error}")
        issued = Issued(certificate, key)
        if not os.path.exists(answers.key):
            _write_private(answers.key, issued.key_pem())
        os.makedirs(os.path.dirname(answers.certificate), exist_ok=True)
        with open(answers.certificate, "wb") as stream:
            stream.write(issued.certificate_pem())


def _load_key(path: str) -> rsa.RSAPrivateKey | None:
    with open(path, "rb") as stream:
        try:
            key = serialization.load_pem_private_key(stream.read(), None)
        except (TypeError, ValueError):  # encrypted, or no key at all
            return None
    return key if isinstance(key, rsa.RSAPrivateKey) else None


def _write_private(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as stream:
        os.fchmod(descriptor, 0o600)  # of a file that is replaced, too
        stream.write(data)
