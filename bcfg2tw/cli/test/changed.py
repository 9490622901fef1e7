"""Which clients a change of the repository concerns: those that are built otherwise than before."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import click

from bcfg2tw.cli.digests import canonical
from bcfg2tw.cli.looking import Site
from bcfg2tw.cli.processes import FORK, for_each
from bcfg2tw.cli.revisions import RevisionError, Revisions
from bcfg2tw.cli.test.building import Log
from bcfg2tw.errors import Bcfg2Error

__all__ = ["concerned"]

#: In place of the configuration of a client that there was not.
_NEW = ""


def concerned(site: Site, hosts: Sequence[str], revision: str, children: int) -> list[str]:
    """
    Return the clients whose configuration is another through what changed since a revision.

    All are built in *look* mode, with the repository as it was and as it is; where that cannot be
    compared it is all clients. What was found is said on standard error.

    :param revision: anything by which git knows a commit
    :param children: processes to build in, 0 for this one and one for the past
    :raises RevisionError: if there is no such revision
    """
    repository = site.settings.repository
    revisions = Revisions(repository)
    commit = revisions.commit(revision)
    with tempfile.TemporaryDirectory(prefix="bcfg2tw-") as folder:
        try:
            copy = revisions.copy(commit, os.path.realpath(folder))
        except OSError as error:
            raise RevisionError(f"{repository} cannot be copied: {error}") from error
        if not copy.changed:
            _say(0, hosts, f"no file changed since {revision}")
            return []
        if copy.lacking:
            _say(len(hosts), hosts, f"{revision} cannot be compared with: {copy.lacking[0]}")
            return list(hosts)
        config = os.path.realpath(site.settings.config or "")
        for path in (*copy.unseen, *(path for path in copy.changed if path == config)):
            _say(len(hosts), hosts, f"{path} changed, which may concern every client")
            return list(hosts)
        try:
            before = _past(site, copy.path, hosts, children)
        except Bcfg2Error as error:
            _say(len(hosts), hosts, f"the repository of {revision} cannot be used: {error}")
            return list(hosts)
    _ = site.core  # read once, before there are several processes
    now = for_each(partial(_fingerprint, site, {}), hosts, children)
    found = [host for host, new in zip(hosts, now, strict=True) if before[host] != new]
    files = "1 file" if len(copy.changed) == 1 else f"{len(copy.changed)} files"
    _say(len(found), hosts, f"{files} changed since {revision}")
    return found


def _say(number: int, hosts: Sequence[str], reason: str) -> None:
    click.echo(f"Testing {number} of {len(hosts)} clients: {reason}", err=True)


def _past(site: Site, path: str, hosts: Sequence[str], children: int) -> dict[str, str]:
    """Build clients in a process of its own: modules of the past are not to be met in this one."""
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_build_past, args=(sender, site, path, hosts, children))
    process.start()
    sender.close()
    try:
        answer = receiver.recv()
    except EOFError:
        raise Bcfg2Error("the process that builds with it has ended") from None
    finally:
        process.join()
    if isinstance(answer, str):
        raise Bcfg2Error(answer)
    return dict(zip(hosts, answer, strict=True))


def _build_past(
    sender: Connection, site: Site, path: str, hosts: Sequence[str], children: int
) -> None:
    past = Site({**site.overrides, "repository": path})
    try:
        with Log():
            _ = past.core
            names = {path: site.settings.repository}
            answer: Any = list(for_each(partial(_fingerprint, past, names), hosts, children))
    except Bcfg2Error as error:
        answer = str(error)
    sender.send(answer)


def _fingerprint(site: Site, names: Mapping[str, str], host: str) -> str:
    """
    Return what is another where a test of a client could give something else.

    :param names: folders, and how they are called in place of that
    """
    with Log():
        try:
            if not site.core.metadata.is_client(host):
                return _NEW
            built = site.configuration(host)
            content = canonical(built.document) + repr(sorted(built.metadata.bundles)).encode()
        except Bcfg2Error as error:
            content = str(error).encode()
    for folder, name in names.items():
        content = content.replace(folder.encode(), name.encode())
    return hashlib.sha256(content).hexdigest()
