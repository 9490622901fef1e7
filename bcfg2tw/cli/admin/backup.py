"""`backup`: an archive of the repository, and of what the server keeps elsewhere."""

from __future__ import annotations

import os
import tarfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import click

from bcfg2tw.cli.admin.archive import ARCHIVE, UNFINISHED, Archive
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

__all__ = ["backup"]


@dataclass(frozen=True)
class _Contents:
    """
    The contents of an archive.

    :ivar folders: by their names in the archive
    :ivar files: those that are in none of the folders, in the same way
    :ivar left_out: sentences about what cannot be in an archive
    """

    folders: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@click.command("backup")
@pass_site
@click.option("--directory", metavar="DIR", help="Where it is stored [default: the repository].")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Delete all but the newest N.")
def backup(site: Site, directory: str | None, keep: int | None) -> None:
    """
    Store an archive of the repository; earlier archives are no part of it.

    The folder of [server] state and databases of SQLite are in it as well, wherever they are. The
    server may go on.
    """
    repository = site.settings.repository
    folder = repository if directory is None else os.path.abspath(directory)
    name = time.strftime("%Y%m%d%H%M%S.tar.gz")
    path = os.path.join(folder, name)
    contents = _contents(site.settings)
    try:
        _write(contents, path)
    except OSError as error:
        fail(f"{error.filename or path}: {error.strerror}")
    click.echo(f"Archive {name} was stored under {folder}")
    for sentence in contents.left_out:
        click.echo(sentence, err=True)
    if keep is not None:
        archives = sorted(filter(ARCHIVE.fullmatch, os.listdir(folder)))
        for old in archives[:-keep]:
            os.unlink(os.path.join(folder, old))


def _contents(settings: Settings) -> _Contents:
    folders = {os.path.basename(settings.repository): settings.repository}
    if settings.state is not None and not _is_inside(settings.state, folders):
        folders[_free_name(os.path.basename(settings.state), folders)] = settings.state
    files: dict[str, str] = {}
    left_out = []
    for path, url in _databases(settings):
        if path is None:
            left_out.append(f"It is without the database {url}: archive that with its own tools")
        elif not _is_inside(path, folders) and path not in files.values():
            files[_free_name(os.path.basename(path), {**folders, **files})] = path
    return _Contents(folders, files, tuple(left_out))


def _databases(settings: Settings) -> Iterator[tuple[str | None, str]]:
    """Yield files, None for a database that is none, and URLs of the databases that are used."""
    if not (settings.metadata_db or settings.probes_db or "Reporting" in settings.plugins):
        return
    try:
        from bcfg2tw.cli.admin.databases import locations
    except ImportError as error:
        raise Bcfg2Error(f"the databases cannot be looked at: {error}") from error

    for location in locations(settings):
        yield location.path, str(location)


def _is_inside(path: str, folders: Mapping[str, str]) -> bool:
    real = os.path.realpath(path)
    return any(
        os.path.commonpath((real, folder)) == folder
        for folder in map(os.path.realpath, folders.values())
    )


def _free_name(name: str, taken: Mapping[str, str]) -> str:
    while name in taken:
        name += "_"
    return name


def _write(contents: _Contents, path: str) -> None:
    """Write an archive, which appears when it is whole; it may hold secrets."""
    unfinished = path + UNFINISHED
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(descriptor, "wb") as stream, tarfile.open(fileobj=stream, mode="w:gz") as tar:
            archive = Archive(tar)
            for name, folder in contents.folders.items():
                archive.add_folder(folder, name)
            for name, file in contents.files.items():
                archive.add(file, name)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
