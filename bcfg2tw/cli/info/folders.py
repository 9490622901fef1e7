"""`builddir`: the paths of a configuration as files of a folder."""

from __future__ import annotations

import base64
import grp
import logging
import os
import pwd
from collections.abc import Callable, Mapping

import click

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.engine.xmlio import Element

__all__ = ["builddir"]

logger = logging.getLogger("bcfg2-info")

#: Types of paths that are nothing to be made.
_SKIPPED = ("nonexistent", "permissions")


@click.command("builddir")
@pass_site
@click.option("-P", "paranoid", is_flag=True, hidden=True, help="Accepted for old scripts.")
@click.option("-f", "force", is_flag=True, hidden=True, help="Accepted for scripts of 1.3.")
@click.argument("hostname", type=CLIENT, metavar="hostname")
@click.argument("directory", metavar="directory")
def builddir(site: Site, hostname: str, directory: str, paranoid: bool, force: bool) -> None:
    """Build the configuration of hostname, and write its paths below directory."""
    document = site.document(hostname)
    if document.tag == "error":
        fail("Building client configuration failed.")
    for entry in document.iter("Path"):
        _install(entry, os.path.abspath(directory))


def _install(entry: Element, folder: str) -> None:
    name, kind = entry.get("name", ""), entry.get("type")
    if entry.get("failure") is not None:
        click.echo(f"Skipping entry Path:{name} with bind failure: {entry.get('failure')}")
        return
    if kind in _SKIPPED:
        return
    make = _MAKERS.get(kind or "")
    path = os.path.normpath(os.path.join(folder, name.lstrip("/")))
    if make is None or not path.startswith(folder + os.sep):
        click.echo(f"Skipping entry Path:{name}: paths of type {kind} are not made here")
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        make(entry, path)
    except OSError as error:
        logger.error("Path:%s cannot be written: %s", name, error.strerror)


def _make_file(entry: Element, path: str) -> None:
    text = entry.text or ""
    is_base64 = entry.get("encoding") == "base64"
    data = base64.b64decode(text) if is_base64 else text.encode("utf-8")
    _remove(path)
    with open(path, "wb") as stream:
        stream.write(data)
    _set_permissions(entry, path)


def _make_directory(entry: Element, path: str) -> None:
    os.makedirs(path, exist_ok=True)
    _set_permissions(entry, path)


def _make_link(entry: Element, path: str) -> None:
    _remove(path)
    os.symlink(entry.get("to", ""), path)


def _remove(path: str) -> None:
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)


def _set_permissions(entry: Element, path: str) -> None:
    """Set the mode, and for the administrator who may the owner, as far as they are known."""
    if os.geteuid() == 0:
        owner = _number(entry.get("owner"), lambda name: pwd.getpwnam(name).pw_uid)
        group = _number(entry.get("group"), lambda name: grp.getgrnam(name).gr_gid)
        os.chown(path, owner, group)
    mode = entry.get("mode", "")
    if mode.isdigit():
        os.chmod(path, int(mode, 8))


def _number(name: str | None, look_up: Callable[[str], int]) -> int:
    """Return the number of a user or group, -1 for one that this machine does not know."""
    if name is None or name.isdigit():
        return -1 if name is None else int(name)
    try:
        return look_up(name)
    except KeyError:
        return -1


_MAKERS: Mapping[str, Callable[[Element, str], None]] = {
    "file": _make_file,
    "directory": _make_directory,
    "symlink": _make_link,
}
