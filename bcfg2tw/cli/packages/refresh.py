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

from bcfg2tw.cli.reactor import run_once
from bcfg2tw.cli.site import with_settings
from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import without_credentials
from bcfg2tw.engine.plugins.packages.packages import index_folder
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.sources.sources_file import SourcesFile
from bcfg2tw.engine.plugins.packages.updating.update import SourceUpdate, UpdateObserver, update
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.pool import CorePool
from bcfg2tw.settings import Settings

__all__ = ["refresh", "update_sources"]


@click.command("refresh", short_help="Fetch the indexes of sources.xml, and compile them.")
@with_settings
@click.option("--missing", is_flag=True, help="Fetch only what is missing.")
def refresh(settings: Settings, missing: bool) -> None:
    """
    Fetch the indexes of all sources of sources.xml, and compile them.

    The servers are asked for what has changed. A source that cannot be fetched keeps its last
    good index, and the command ends with status 1.
    """
    sources = _sources(settings)
    outcomes = update_sources(sources, settings, index_folder(settings), force=not missing)
    for outcome in outcomes:
        click.echo(f"{_source_name(outcome.source)}: {_result(outcome)}")
    if any(outcome.error for outcome in outcomes):
        sys.exit(1)


def update_sources(
    sources: Sequence[PackageSource], settings: Settings, folder: str, force: bool
) -> list[SourceUpdate]:
    """
    Fetch and compile the indexes of sources into a folder, in view.

    It runs the reactor, so it is possible once in a process.

    :param force: ask the servers for all of them; else for what the folder lacks
    :raises CacheError: if nothing can be written there
    """
    with _progress_report() as report:
        return run_once(partial(_update, sources, settings, folder, force, report))


def _sources(settings: Settings) -> Sequence[PackageSource]:
    folder = os.path.join(settings.repository, "Packages")
    files = Library(settings).files(folder)
    sources_file = files.load("sources.xml", SourcesFile)
    if sources_file is None:
        problem = files.problem("sources.xml", SourcesFile)
        missing = f"{os.path.join(folder, 'sources.xml')}: there is no such file"
        raise click.ClickException(str(problem or missing))
    return sources_file.sources


async def _update(
    sources: Sequence[PackageSource],
    settings: Settings,
    folder: str,
    force: bool,
    report: UpdateObserver,
    reactor: Any,
) -> list[SourceUpdate]:
    pool = CorePool(reactor, settings)
    pool.start()
    downloader = ReactorDownloader(reactor, lambda: settings)
    reactor.addSystemEventTrigger("before", "shutdown", downloader.stop)
    try:
        return await pool.call(update, sources, folder, downloader, settings, force, report)
    finally:
        await pool.stop()


@contextmanager
def _progress_report() -> Iterator[UpdateObserver]:
    """Give a report that draws bars at a terminal; a log or a pipe gets the results alone."""
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
        """Draw a bar for a source."""
        self._show(_source_name(source), 0, None)

    def received(self, url: str, done: int, total: int | None) -> None:
        """Draw how far a file is; a whole one needs no bar."""
        self._show(url, done, total)
        if done == total:
            self._hide(url)

    def source_finished(self, outcome: SourceUpdate) -> None:
        """Take a source's bar away."""
        self._hide(_source_name(outcome.source))

    def _show(self, name: str, done: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[name], completed=done, total=total)

    def _hide(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            self._progress.remove_task(task)


def _source_name(source: PackageSource) -> str:
    if source.rawurl:
        return without_credentials(source.rawurl)
    return " ".join([without_credentials(source.url), source.version, *source.components])


def _result(outcome: SourceUpdate) -> str:
    if outcome.error is None:
        return "compiled" if outcome.is_new else "nothing was missing"
    # the reason is in the log, which is the terminal
    consequence = (
        "its packages are missing" if outcome.path is None else "the last good index is used"
    )
    return f"FAILED, {consequence}"
