"""Downloads as plugins ask for them: fetch one file, and wait for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bcfg2tw.errors import Bcfg2Error


class DownloadError(Bcfg2Error):
    """A file could not be fetched; the text says why, and shows no password."""


class NotThere(DownloadError):
    """The server answers that it has no such file, so that another name may be tried."""


@dataclass(frozen=True)
class Validators:
    """The marks that a server gave a file last, to ask it whether the file has changed since."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Download:
    """
    A file to fetch.

    :ivar url: of `http` or `https`; a user and password in it are for HTTP authentication
    :ivar path: the file that is written; it need not exist, and is replaced
    :ivar limit_bytes: more than this is refused
    :ivar progress: called with the bytes that have arrived and how many there will be (None
        where the server does not say), from any thread
    """

    url: str
    path: str
    limit_bytes: int
    known: Validators | None = None
    progress: Callable[[int, int | None], None] | None = None


class Downloader(Protocol):
    """A network side; its methods are called from threads that may wait."""

    def fetch(self, download: Download) -> Validators | None:
        """
        Fetch a file; None says that it has not changed since `download.known`.

        :raises NotThere: if the server has no such file
        :raises DownloadError: if it cannot be fetched, after the tries that make sense
        """
