"""`bcfg2tw packages refresh`: fetch and compile the indexes of all sources, in view."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.python.failure import Failure

from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import without_credentials
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.sources.sources_file import SourcesFile
from bcfg2tw.engine.plugins.packages.updating.update import SourceUpdate, UpdateObserver, update
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.pool import CorePool
from bcfg2tw.settings import Settings

__all__ = ["refresh"]


@click.command("refresh")
@click.option("-C", "--config", metavar="FILE", help="The bcfg2.conf [default: /etc/bcfg2.conf].")
@click.option("--missing", is_flag=True, help="Fetch only what is missing.")
def refresh(config: str | None, missing: bool) -> None:
    """
    Fetch the indexes of all sources of sources.xml, and compile them.

    The servers are asked for what has changed. A source that cannot be fetched keeps its last
    good index, and the command ends with status 1.
    """
    try:
        settings = Settings.load({"config": config})
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    outcomes = _refreshed(_sources(settings), settings, force=not missing)
    for one in outcomes:
        click.echo(f"{_address(one.source)}: {_told(one)}")
    if any(one.error for one in outcomes):
        sys.exit(1)


def _sources(settings: Settings) -> Sequence[PackageSource]:
    folder = os.path.join(settings.repository, "Packages")
    files = Library(settings).files(folder)
    found = files.load("sources.xml", SourcesFile)
    if found is None:
        problem = files.problem("sources.xml", SourcesFile)
        missing = f"{os.path.join(folder, 'sources.xml')}: there is no such file"
        raise click.ClickException(str(problem or missing))
    return found.sources


def _refreshed(
    sources: Sequence[PackageSource], settings: Settings, force: bool
) -> list[SourceUpdate]:
    """Run the reactor for one update; it cannot be run a second time in a process."""
    found: list[SourceUpdate | Bcfg2Error] = []
    with _shown_progress() as report:
        try:
            react(partial(_update, found, sources, settings, force, report))
        except SystemExit as end:
            if end.code:
                raise
    for one in found:
        if isinstance(one, Bcfg2Error):
            raise click.ClickException(str(one))
    return [one for one in found if isinstance(one, SourceUpdate)]


def _update(
    found: list[SourceUpdate | Bcfg2Error],
    sources: Sequence[PackageSource],
    settings: Settings,
    force: bool,
    report: UpdateObserver,
    reactor: Any,
) -> Deferred[Any]:
    pool = CorePool(reactor, settings)
    pool.start()
    downloader = ReactorDownloader(reactor, lambda: settings)
    reactor.addSystemEventTrigger("before", "shutdown", downloader.stop)
    folder = settings.packages_cache or os.path.join(settings.repository, "Packages", "cache")
    updating = pool.call(update, sources, folder, downloader, settings, force, report)
    updating.addCallbacks(found.extend, lambda failure: found.append(_reason(failure)))
    return updating.addBoth(lambda result: pool.stop().addCallback(lambda _: result))


def _reason(failure: Failure) -> Bcfg2Error:
    failure.trap(Bcfg2Error)
    assert isinstance(failure.value, Bcfg2Error)
    return failure.value


@contextmanager
def _shown_progress() -> Iterator[UpdateObserver]:
    """Give what draws bars at a terminal; a log or a pipe gets no more than the results."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield UpdateObserver()
        return
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bars(progress)


class _Bars(UpdateObserver):
    """A bar for each source that is at work, and one for each file that arrives."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def source_started(self, source: PackageSource) -> None:
        self._show(_address(source), 0, None)

    def received(self, url: str, done: int, total: int | None) -> None:
        self._show(url, done, total)
        if done == total:
            self._hide(url)

    def source_finished(self, outcome: SourceUpdate) -> None:
        self._hide(_address(outcome.source))

    def _show(self, name: str, done: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[name], completed=done, total=total)

    def _hide(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            self._progress.remove_task(task)


def _address(source: PackageSource) -> str:
    if source.rawurl:
        return without_credentials(source.rawurl)
    return " ".join([without_credentials(source.url), source.version, *source.components])


def _told(outcome: SourceUpdate) -> str:
    if outcome.error is None:
        return "compiled" if outcome.is_new else "nothing was missing"
    # why is in the log, which is the terminal
    after = "its packages are missing" if outcome.path is None else "the last good index is used"
    return f"FAILED, {after}"
