"""`bcfg2tw init DIR`: a complete small site, ready to be served and to be looked at."""

from __future__ import annotations

import grp
import os
import pwd
import re
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

import click

from bcfg2tw.cli.init.certificates import issue_authority, issue_certificate
from bcfg2tw.cli.site import command_errors
from bcfg2tw.settings import Settings

__all__ = ["command", "make_site"]

# What needs no quoting in bcfg2.conf, in XML and in a shell.
_PLAIN_PATH = re.compile(r"[\w./+,@=~-]+")
_PATTERN = Path(__file__).with_name("demo")
_CLIENTS = ("web1.example.com", "web2.example.com", "db1.example.com")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")

_NEXT_STEPS = """\
A demonstration site is in {site}.

Serve it:
    twistd -n bcfg2-core --config {site}/bcfg2.conf
Ask it something, from another terminal:
    bcfg2tw call -C {site}/bcfg2.conf GetProbes
    bcfg2tw call -C {site}/bcfg2.conf --cert {site}/ssl/web1.example.com.pem GetConfig
Run a Bcfg2 client of this machine against it, without changing anything:
    bcfg2 -n -v -C {site}/bcfg2.conf
{pages}
Its repository is {site}/repository. For this machine it configures nothing but files below
{site}/client.
"""

_PAGES = """\
Look at what clients have reported, once it is served:
    http://127.0.0.1:{port}/
"""
_NO_PAGES = """\
It shows no reports: that takes pip install 'bcfg2tw[reporting]', and a site made with it.
"""

#: Of bcfg2.conf, where there are pages.
_REPORTS = """\
[reporting]
# what clients report is shown at http://127.0.0.1:{port}/ to whoever is on this machine; other
# addresses need users: bcfg2tw web passwd
web_listen = 127.0.0.1:{port}

"""

#: What the pages need.
_LIBRARIES = ("sqlalchemy", "alembic", "jinja2")


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Another name or address that clients will know the server by; may be repeated.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=6789,
    show_default=True,
    help="TCP port that the site is served on.",
)
@click.option(
    "--web-port",
    type=click.IntRange(0, 65535),
    default=6790,
    show_default=True,
    help="TCP port of this machine alone that shows what clients report; 0 for none.",
)
@click.option(
    "--with-history",
    is_flag=True,
    help="Invent two weeks of reports of the site's clients, to be looked at.",
)
def command(
    directory: Path, names: Sequence[str], port: int, web_port: int, with_history: bool
) -> None:
    """
    Make a demonstration site in DIRECTORY, which must be empty or not exist.

    The site has a repository (clients, groups, bundles, rules, files, a probe), a certificate
    authority, certificates for the server and for clients, and a bcfg2.conf that the server and the
    client of this machine can share.
    """
    can_show = all(map(find_spec, _LIBRARIES))
    if with_history and not (can_show and web_port):
        raise click.ClickException(
            "--with-history needs pages that show it: pip install 'bcfg2tw[reporting]', and no "
            "--web-port 0"
        )
    shown = web_port if web_port and can_show else None
    try:
        site = make_site(directory, names, port, shown)
    except OSError as error:
        raise click.ClickException(f"{error.filename or directory}: {error.strerror}") from error
    if with_history:
        _invent_history(site)
    pages = f"{_PAGES.format(port=web_port)}" if shown else "" if can_show else _NO_PAGES
    click.echo(_NEXT_STEPS.format(site=site, pages=pages), nl=False)


def _invent_history(site: Path) -> None:
    from bcfg2tw.cli.init.history import add_history  # which imports what not all have

    with command_errors():
        add_history(Settings.from_file(str(site / "bcfg2.conf")))


def make_site(
    directory: Path, names: Sequence[str] = (), port: int = 6789, web_port: int | None = None
) -> Path:
    """
    Make a demonstration site that appears whole or not at all.

    Everything in it is readable by its owner alone: it holds the private keys and the password.

    :param web_port: of the pages of reports, None for a site that keeps none
    :returns: the site's absolute path, which its files mention: it cannot be moved
    :raises click.ClickException: if the folder holds something, or its path cannot be used
    :raises OSError: if it cannot be written
    """
    site = directory.absolute()
    _check(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{site.name}.", dir=site.parent))
    with ExitStack() as failure:
        failure.callback(shutil.rmtree, draft)
        _write_certificates(draft / "ssl", (*_LOCAL_NAMES, socket.gethostname(), *names))
        for name, text in _render_files(_values(site, port, web_port)):
            _write(draft / name, text.encode("utf-8"))
        draft.replace(site)
        failure.pop_all()
    return site


def _check(site: Path) -> None:
    if not _PLAIN_PATH.fullmatch(str(site)):
        raise click.ClickException(
            f"{site}: the path of a site may hold letters, digits and . _ - + , @ = ~ only"
        )
    if site.is_symlink() or (site.exists() and (not site.is_dir() or any(site.iterdir()))):
        raise click.ClickException(
            f"{site}: exists and is not an empty folder; choose another or remove it"
        )


def _values(site: Path, port: int, web_port: int | None) -> Mapping[str, str]:
    return {
        "@SITE@": str(site),
        "@ROOT@": str(site / "client"),
        "@PORT@": str(port),
        "@REPORTING@": "" if web_port is None else ",Reporting",
        "@REPORTS@": "" if web_port is None else _REPORTS.format(port=web_port),
        "@PASSWORD@": secrets.token_urlsafe(24),
        "@OWNER@": _user_name(os.geteuid()),
        "@GROUP@": _group_name(os.getegid()),
    }


def _user_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # containers run under numbers that have no name
        return str(number)


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _write_certificates(folder: Path, names: Sequence[str]) -> None:
    authority = issue_authority("Bcfg2 demonstration CA")
    server = issue_certificate(authority, "localhost", tuple(dict.fromkeys(names)))
    _write(folder / "ca.key", authority.key_pem())
    _write(folder / "ca.crt", authority.certificate_pem())
    _write(folder / "server.key", server.key_pem())
    _write(folder / "server.crt", server.certificate_pem())
    for name in _CLIENTS:
        client = issue_certificate(authority, name, (name,))
        _write(folder / f"{name}.pem", client.key_pem() + client.certificate_pem())


def _render_files(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each file of the pattern, path and text, with its placeholders filled in."""
    for source in filter(Path.is_file, _PATTERN.rglob("*")):
        name = str(source.relative_to(_PATTERN))
        text = source.read_text(encoding="utf-8")
        filled = values if not name.endswith(".xml") else {k: escape(v) for k, v in values.items()}
        yield _fill(name, {"@ROOT@": values["@ROOT@"].lstrip("/")}), _fill(text, filled)


def _fill(text: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
