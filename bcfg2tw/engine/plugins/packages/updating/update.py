"""
Bringing the compiled indexes of sources up to date: fetch, check, parse, write, swap.

Nothing here runs while a configuration is compiled. What fails leaves the last good index in its
place, and a line in the log.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import (
    WRITING,
    DownloadedFiles,
    FetchTurns,
    make_cache_folder,
    remove_unused,
    without_credentials,
)
from bcfg2tw.engine.plugins.packages.fetching.keys import key_path, update_keys
from bcfg2tw.engine.plugins.packages.formats import apt, pac, pkgng, versions, yum
from bcfg2tw.engine.plugins.packages.indexes.index_file import IndexFile, writing_index
from bcfg2tw.engine.plugins.packages.indexes.source_index import SourceIndex, UnusableIndex
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.errors import Bcfg2Error, StateUnavailable
from bcfg2tw.settings import Settings

logger = logging.getLogger("Packages")

Read = Callable[["PackageSource", DownloadedFiles, IndexFile, Sequence[str]], None]
Compare = Callable[[str, str], int]

#: By type of source, the reader of its files, and the comparison of its packages' versions.
TYPES: dict[str, tuple[Read, Compare]] = {
    "apt": (apt.read, versions.compare_debian),
    "yum": (yum.read, versions.compare_rpm),
    "pac": (pac.read, versions.compare_plain),
    "pkgng": (pkgng.read, versions.compare_plain),
}


class CacheError(Bcfg2Error):
    """The cache folder cannot be used."""


@dataclass(frozen=True)
class SourceUpdate:
    """
    The result of an update for one source.

    :ivar path: its index that is in service; None where it knows no packages
    :ivar is_new: whether that was made now
    :ivar error: why it could not be brought up to date, None if it was
    """

    source: PackageSource
    path: str | None
    is_new: bool = False
    error: str | None = None


class UpdateObserver:
    """
    Observes an update; this one ignores what it is told.

    Its methods are called from several threads.
    """

    def source_started(self, source: PackageSource) -> None:
        """A source is being fetched and compiled."""

    def received(self, url: str, received_bytes: int, total_bytes: int | None) -> None:
        """
        A part of a file has arrived.

        :param url: without user and password
        :param received_bytes: how much of the file has arrived so far
        :param total_bytes: its size, None where the server does not say
        """

    def source_finished(self, outcome: SourceUpdate) -> None:
        """A source is done, well or not."""


def index_path(cache_folder: str, source: PackageSource) -> str:
    """Return where a source's compiled index is; it may not be there."""
    return os.path.join(cache_folder, f"index-{source.key}.sqlite")


def update(
    sources: Sequence[PackageSource],
    cache_folder: str,
    downloader: Downloader,
    settings: Settings,
    force: bool = False,
    observer: UpdateObserver | None = None,
) -> list[SourceUpdate]:
    """
    Make the indexes that are missing, or all of them anew, and wait until that is done.

    Other processes that want the same wait for each other. Files in the cache folder that none of
    the sources uses are deleted, so these have to be all that there are.

    :param force: ask the servers for everything again
    :returns: an outcome for each source, in their order
    :raises CacheError: if nothing can be written there
    """
    with _locking(cache_folder, settings):
        run = _Update(
            sources, cache_folder, downloader, settings, force, observer or UpdateObserver()
        )
        distinct = {source.key: source for source in sources}
        with ThreadPoolExecutor(settings.packages_connections, "packages") as pool:
            update_keys(run.key_urls(), cache_folder, settings, downloader, force, pool)
            outcomes = dict(zip(distinct, pool.map(run.source, distinct.values()), strict=True))
        # until there is something of each, what was there may be wanted back
        if all(outcome.path is not None for outcome in outcomes.values()):
            _remove_others(cache_folder, [index_path(cache_folder, source) for source in sources])
            remove_unused(cache_folder, run.used_names)
    return [replace(outcomes[source.key], source=source) for source in sources]


class _Update:
    """One update of several sources, which share their downloads."""

    def __init__(
        self,
        sources: Sequence[PackageSource],
        cache_folder: str,
        downloader: Downloader,
        settings: Settings,
        force: bool,
        observer: UpdateObserver,
    ) -> None:
        self._sources = sources
        self._folder = cache_folder
        self._downloader = downloader
        self._limit_bytes = settings.packages_max_download_bytes
        self._force = force
        self._observer = observer
        self._turns = FetchTurns()
        self.used_names: set[str] = set()

    def source(self, source: PackageSource) -> SourceUpdate:
        """Bring one source up to date."""
        path = index_path(self._folder, source)
        used_names = _files_of(path)
        if used_names is not None and not self._force:
            self.used_names |= used_names
            return SourceUpdate(source, path)
        self._observer.source_started(source)
        outcome = self._update_index(source, path, used_names)
        self._observer.source_finished(outcome)
        return outcome

    def _update_index(
        self, source: PackageSource, path: str, used_names: set[str] | None
    ) -> SourceUpdate:
        try:
            self._build(source, path, used_names or set())
            return SourceUpdate(source, path, is_new=True)
        except (Bcfg2Error, OSError) as error:
            reason = str(error)
        except sqlite3.Error as error:  # which names no file
            reason = f"{path} cannot be written: {error}"
        except Exception as error:  # one source's oddity must not be the end of the others
            logger.exception("Packages: Unexpected failure for %s", _address(source))
            reason = f"{type(error).__name__}: {error}"
        logger.error("Packages: Failed to load data for %s: %s", _address(source), reason)
        if used_names is None:
            logger.error("Some Packages will be missing")
            return SourceUpdate(source, None, error=reason)
        self.used_names |= used_names
        logger.error("Packages: The last good index of %s stays in service", _address(source))
        return SourceUpdate(source, path, error=reason)

    def _build(self, source: PackageSource, path: str, names_in_service: set[str]) -> None:
        """
        Make a source's index.

        Files of an earlier update will do unless all are asked for; if they do not fit together,
        everything is fetched again.
        """
        files = self._files(self._force, names_in_service)
        try:
            self._compile(source, path, files)
        except (Bcfg2Error, OSError) as error:
            if not files.was_kept:
                raise
            logger.info("Packages: %s; everything is fetched again", error)
            self._compile(source, path, self._files(True, names_in_service))

    def _files(self, force: bool, names_in_service: set[str]) -> DownloadedFiles:
        return DownloadedFiles(
            self._folder,
            self._downloader,
            self._limit_bytes,
            force,
            self._turns,
            self._observer.received,
            names_in_service,
        )

    def _compile(self, source: PackageSource, path: str, files: DownloadedFiles) -> None:
        read, compare = TYPES[source.type]
        try:
            with writing_index(path, source.arches, compare) as index:
                read(source, files, index, self._keys(source))
                index.note_files(files.used_names)
        finally:
            self.used_names |= files.used_names

    def _keys(self, source: PackageSource) -> list[str]:
        """Return the keys that must have signed the index, none where the source's are others."""
        if source.type != "apt":  # rpm's keys are for the packages themselves
            return []
        return [key_path(self._folder, url) for url in self.key_urls(source.key)]

    def key_urls(self, key: str | None = None) -> list[str]:
        """Return the URLs of keys: of all sources, or of those that share an index."""
        return [
            url
            for source in self._sources
            for url in source.gpgkeys
            if key is None or source.key == key
        ]


def _files_of(path: str) -> set[str] | None:
    """Return the names of the files that an index was made from, None if it cannot be used."""
    try:
        index = SourceIndex.open(path)
    except UnusableIndex as error:
        if os.path.exists(path):
            logger.warning("Packages: %s", error)
        return None
    try:
        return set(index.files())
    finally:
        index.close()


def _address(source: PackageSource) -> str:
    return without_credentials(source.rawurl or source.url)


@contextmanager
def _locking(folder: str, settings: Settings) -> Iterator[None]:
    try:
        make_cache_folder(folder, settings)
        # opened for reading, so that nobody who watches the folder sees a change
        handle = os.open(os.path.join(folder, ".lock"), os.O_RDONLY | os.O_CREAT, 0o644)
    except StateUnavailable as error:
        raise CacheError(str(error)) from error
    except OSError as error:
        raise CacheError(
            f"{folder} cannot be written: {error.strerror}; give it to the server's user, or name "
            "another folder with [packages] cache"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _remove_others(folder: str, paths: Collection[str]) -> None:
    """Delete indexes of other sources, those of Bcfg2 itself, and what was never finished."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if (name.startswith(("index-", "cache-")) and path not in paths) or name.endswith(WRITING):
            with suppress(FileNotFoundError, IsADirectoryError):
                os.unlink(path)
