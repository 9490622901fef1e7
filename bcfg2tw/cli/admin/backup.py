"""`backup`: an archive of the repository."""

from __future__ import annotations

import os
import re
import tarfile
import time

import click

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail

__all__ = ["backup"]

_ARCHIVE = re.compile(r"\d{14}\.tar\.gz")
_UNFINISHED = ".writing"


@click.command("backup")
@pass_site
@click.option("--directory", metavar="DIR", help="Where it is stored [default: the repository].")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Delete all but the newest N.")
def backup(site: Site, directory: str | None, keep: int | None) -> None:
    """Store an archive of the repository; earlier archives are no part of it."""
    repository = site.settings.repository
    folder = repository if directory is None else os.path.abspath(directory)
    name = time.strftime("%Y%m%d%H%M%S.tar.gz")
    path = os.path.join(folder, name)
    try:
        _write(repository, path)
    except OSError as error:
        fail(f"{error.filename or path}: {error.strerror}")
    click.echo(f"Archive {name} was stored under {folder}")
    if keep is not None:
        archives = sorted(filter(_ARCHIVE.fullmatch, os.listdir(folder)))
        for old in archives[:-keep]:
            os.unlink(os.path.join(folder, old))


def _write(repository: str, path: str) -> None:
    """Write an archive, which appears when it is whole; it may hold secrets."""
    unfinished = path + _UNFINISHED
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(descriptor, "wb") as stream, tarfile.open(fileobj=stream, mode="w:gz") as archive:
            archive.add(repository, os.path.basename(repository), filter=_without_archives)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _without_archives(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = os.path.basename(member.name).removesuffix(_UNFINISHED)
    return None if _ARCHIVE.fullmatch(name) else member
