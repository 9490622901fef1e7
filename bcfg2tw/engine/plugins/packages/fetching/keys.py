"""The sources' OpenPGP keys in the cache folder, by base name (:ref:`packages-3`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable
from concurrent.futures import Executor
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from bcfg2tw.engine.plugin.downloads import Downloader, DownloadError
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import (
    WRITING,
    DownloadedFiles,
    FetchTurns,
    without_credentials,
)
from bcfg2tw.errors import Bcfg2Error

logger = logging.getLogger("Packages")

FOLDER = "keys"
LIMIT_BYTES = 1 << 20


def key_name(url: str) -> str:
    """Return the base name of a key's URL."""
    return os.path.basename(unquote(urlsplit(url).path)) or "key"


def key_path(cache_folder: str, url: str) -> str:
    """Return where the key of a URL is kept; it may not be there."""
    return os.path.join(cache_folder, FOLDER, key_name(url))


def update_keys(
    urls: Iterable[str], cache_folder: str, downloader: Downloader, force: bool, pool: Executor
) -> None:
    """
    Fetch the keys that are missing, or all, and delete those that no source names any more.

    What cannot be fetched is an error in the log; its old file stays, if there is one.
    """
    folder = os.path.join(cache_folder, FOLDER)
    os.makedirs(folder, exist_ok=True)
    urls_by_name = {key_name(url): url for url in urls}
    urls_to_fetch = [
        url
        for name, url in urls_by_name.items()
        if force or not os.path.exists(os.path.join(folder, name))
    ]
    list(pool.map(lambda url: _update_key(url, folder, downloader), urls_to_fetch))
    _remove_others(folder, urls_by_name)


def _update_key(url: str, folder: str, downloader: Downloader) -> None:
    try:
        _fetch(url, folder, key_name(url), downloader)
    except (Bcfg2Error, OSError) as error:
        logger.error("Packages: Error downloading %s: %s", without_credentials(url), error)


def _fetch(url: str, folder: str, name: str, downloader: Downloader) -> None:
    files = DownloadedFiles(folder, downloader, LIMIT_BYTES, force=True, turns=FetchTurns())
    path = files.get(url)
    with open(path, "rb") as stream:
        data = stream.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES or not data:
        raise DownloadError("this is no key: it is empty, or larger than a megabyte")
    temporary = os.path.join(folder, f".{name}{WRITING}")
    with open(temporary, "wb") as stream:
        stream.write(data)
    os.replace(temporary, os.path.join(folder, name))


def _remove_others(folder: str, names: Collection[str]) -> None:
    for name in os.listdir(folder):
        if name not in names:
            with suppress(FileNotFoundError, IsADirectoryError):
                os.unlink(os.path.join(folder, name))
