"""The downloaded files of the cache folder: fetched, checked, thrown away."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote, urlsplit, urlunsplit

from bcfg2tw.engine.plugin.downloads import (
    Download,
    Downloader,
    DownloadError,
    NotThere,
    Validators,
)
from bcfg2tw.engine.store.folders import base_of, make_folder
from bcfg2tw.settings import Settings

logger = logging.getLogger("Packages")

STATE = ".state"
#: Names with this ending are no part of the repository to whoever watches that.
WRITING = ".writing"
NAME_LIMIT = 240
CHUNK_BYTES = 1 << 20


def make_cache_folder(folder: str, settings: Settings) -> None:
    """
    Make the cache folder if missing; where it is in the repository, in the plugin's folder only.

    Neither the repository nor the folder for state is made.

    :raises StateUnavailable: if that is gone
    :raises OSError: if it cannot be made
    """
    repository = settings.repository
    in_repository = os.path.join(repository, "Packages")
    make_folder(folder, base_of(folder, in_repository, repository, settings.state))


class WrongChecksum(DownloadError):
    """A file is not the one that its repository lists."""


@dataclass(frozen=True)
class Checksum:
    """The checksum that a repository lists for a file; `size` is None where it lists none."""

    algorithm: str
    digest: str
    size: int | None = None

    def fits(self, path: str) -> bool:
        """Say whether a file on disk, which may be missing, is the one."""
        try:
            if self.size is not None and os.path.getsize(path) != self.size:
                return False
            return digest_of(path, self.algorithm) == self.digest
        except FileNotFoundError:
            return False


def size_of(text: str) -> int | None:
    """Return the number of bytes that a text says, None where it says none that a file can have."""
    is_size = text.isascii() and text.isdigit() and len(text) < 19  # 63 bits
    return int(text) if is_size else None


def digest_of(path: str, algorithm: str = "sha256") -> str:
    """Return the digest of a file's content, in hexadecimal digits."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def without_credentials(url: str) -> str:
    """Return a URL without user and password, for messages and names of files."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def file_name(url: str) -> str:
    """Return the name that a URL's file has in the cache folder (:ref:`packages-3`)."""
    name = without_credentials(url).replace("/", "@")
    if len(name.encode("utf-8")) > NAME_LIMIT:
        digest = hashlib.sha256(name.encode("utf-8")).hexdigest()
        name = name[:100] + "@" + digest
    return name


@dataclass(frozen=True)
class _State:
    """The note beside a downloaded file: where it came from, and its digest."""

    url: str
    sha256: str
    etag: str | None = None
    last_modified: str | None = None


class FetchTurns:
    """Locks that have a file fetched once in an update, however many sources name it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self.fetched: set[str] = set()

    def of(self, path: str) -> threading.Lock:
        """Return the lock to hold while a file is looked at and fetched."""
        with self._lock:
            return self._locks.setdefault(path, threading.Lock())


class DownloadedFiles:
    """
    The files that one source uses.

    :param known: names in the cache folder of those that its index in service was made from
    :ivar used_names: their names in the cache folder
    :ivar was_kept: whether a file was used that an earlier update has fetched, unasked
    """

    def __init__(
        self,
        folder: str,
        downloader: Downloader,
        limit_bytes: int,
        force: bool,
        turns: FetchTurns,
        progress: Callable[[str, int, int | None], None] | None = None,
        names_in_service: Collection[str] = (),
    ) -> None:
        self.folder = folder
        self.was_kept = False
        self.used_names: set[str] = set()
        self._downloader = downloader
        self._limit_bytes = limit_bytes
        self._force = force
        self._turns = turns
        self._names_in_service = names_in_service
        self._progress = progress

    def get(self, url: str, checksum: Checksum | None = None, stored_as: str | None = None) -> str:
        """
        Return the path of a URL's file, fetched unless what is there will do.

        :param stored_as: the URL that it is known by, if that is not the one to fetch it from
        :raises NotThere: if the server has no such file
        :raises WrongChecksum: if it is not the expected one
        :raises DownloadError: if it cannot be fetched
        """
        if urlsplit(url).scheme == "file":
            return self._local(url, checksum)
        stored_url = stored_as or url
        path = os.path.join(self.folder, file_name(stored_url))
        self.used_names.add(os.path.basename(path))
        with self._turns.of(path):
            state = _read_state(path, stored_url)
            if state is not None and self._will_do(path, checksum):
                return path
            validators = None
            if state is not None and checksum is None:
                validators = Validators(state.etag, state.last_modified)
            self._fetch(url, stored_url, path, validators, checksum)
            self._turns.fetched.add(path)
        return path

    def get_first(self, urls: Iterable[str]) -> str:
        """
        Return the path of the first of some URLs' files that the server has.

        :raises NotThere: of the first one, if it has none of them
        :raises DownloadError: if one cannot be fetched
        """
        first_error = None
        for url in urls:
            try:
                return self.get(url)
            except NotThere as error:
                first_error = first_error or error
        assert first_error is not None
        raise first_error

    def was_there(self, url: str) -> bool:
        """Say whether the index in service was made from a file of this URL, too."""
        return file_name(url) in self._names_in_service

    def _local(self, url: str, checksum: Checksum | None) -> str:
        path = unquote(urlsplit(url).path)
        if not os.path.isfile(path):
            raise NotThere(f"{url}: there is no such file")
        if checksum is not None and not checksum.fits(path):
            raise WrongChecksum(f"{url} is not the file that its repository lists")
        return path

    def _will_do(self, path: str, checksum: Checksum | None) -> bool:
        if checksum is not None:
            return checksum.fits(path)
        if path in self._turns.fetched:
            return True
        if self._force:
            return False
        self.was_kept = True
        return True

    def _fetch(
        self,
        url: str,
        stored_url: str,
        path: str,
        last_validators: Validators | None,
        checksum: Checksum | None,
    ) -> None:
        logger.info("Packages: Updating %s", without_credentials(url))
        handle, temporary = tempfile.mkstemp(WRITING, ".download-", self.folder)
        os.close(handle)
        try:
            validators = self._download(url, temporary, last_validators)
            if validators is None:
                return
            if checksum is not None and not checksum.fits(temporary):
                raise WrongChecksum(
                    f"{without_credentials(url)} is not the file that its repository lists: the "
                    "mirror is being changed, is damaged, or lies"
                )
            os.chmod(temporary, 0o644)
            sha256 = digest_of(temporary)
            os.replace(temporary, path)
            origin = without_credentials(stored_url)
            _write_state(path, _State(origin, sha256, validators.etag, validators.last_modified))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)

    def _download(
        self, url: str, path: str, last_validators: Validators | None
    ) -> Validators | None:
        """Fetch a file; what is raised names it."""
        download = Download(url, path, self._limit_bytes, last_validators, self._reporter(url))
        try:
            return self._downloader.fetch(download)
        except NotThere as error:
            raise NotThere(f"{without_credentials(url)}: {error}") from error
        except DownloadError as error:
            raise DownloadError(f"{without_credentials(url)}: {error}") from error

    def _reporter(self, url: str) -> Callable[[int, int | None], None] | None:
        progress = self._progress
        if progress is None:
            return None
        return partial(progress, without_credentials(url))


def _read_state(path: str, url: str) -> _State | None:
    """Return the note about a file, None if it is not of this URL or not true any more."""
    try:
        with open(path + STATE, encoding="utf-8") as stream:
            state = _State(**json.load(stream))
        is_current = state.url == without_credentials(url) and digest_of(path) == state.sha256
    except (OSError, ValueError, TypeError):
        return None
    return state if is_current else None


def _write_state(path: str, state: _State) -> None:
    # beside it, not into it: another user may have written that
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[-100:]}{WRITING}")
    with open(temporary, "w", encoding="utf-8") as stream:
        json.dump(state.__dict__, stream)
    os.replace(temporary, path + STATE)


def remove_unused(folder: str, used_names: Collection[str]) -> None:
    """Delete downloaded files of the cache folder that no source uses any more."""
    for entry in os.listdir(folder):
        name = entry.removesuffix(STATE)
        if name != entry and name not in used_names:
            for unused in (name, entry):
                with suppress(FileNotFoundError):
                    os.unlink(os.path.join(folder, unused))
