"""The sources' OpenPGP keys in the cache folder, a file for each URL (:ref:`packages-3`)."""

from __future__ import annotations

import hashlib
import logging
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from bcfg2tw.engine.plugin.downloads import Downloader, DownloadError
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import (
    WRITING,
    DownloadedFiles,
    FetchTurns,
    make_cache_folder,
    without_credentials,
)
from bcfg2tw.engine.store.folders import make_folder
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

logger = logging.getLogger("Packages")

FOLDER = "keys"
LIMIT_BYTES = 1 << 20


def key_name(url: str) -> str:
    """Return the base name of a key's URL, which keys of several repositories may have."""
    return os.path.basename(unquote(urlsplit(url).path)) or "key"


def key_path(cache_folder: str, url: str) -> str:
    """Return where the key of a URL is kept; it may not be there."""
    return os.path.join(cache_folder, FOLDER, _file_name(url))


def _file_name(url: str) -> str:
    """Return a name that no other URL has: a key of the same base name is another one."""
    digest = hashlib.sha256(without_credentials(url).encode("utf-8")).hexdigest()
    return f"{digest[:16]}-{key_name(url)}"


def update_keys(
    urls: Iterable[str],
    cache_folder: str,
    settings: Settings,
    downloader: Downloader,
    force: bool,
    pool: Executor,
) -> None:
    """
    Fetch the keys that are missing, or all, and delete those that no source names any more.

    What cannot be fetched is an error in the log; its old file stays, if there is one.

    :raises StateUnavailable: if what the cache folder is in is gone
    :raises OSError: if the folder of keys cannot be made or written
    """
    folder = os.path.join(cache_folder, FOLDER)
    make_cache_folder(cache_folder, settings)
    make_folder(folder, cache_folder)
    urls_by_name = {_file_name(url): url for url in urls}
    _take_over(folder, urls_by_name)
    urls_to_fetch = [
        url
        for name, url in urls_by_name.items()
        if force or not os.path.exists(os.path.join(folder, name))
    ]
    list(pool.map(lambda url: _update_key(url, folder, downloader), urls_to_fetch))
    _remove_others(folder, urls_by_name)


def _take_over(folder: str, urls_by_name: Mapping[str, str]) -> None:
    """Use what is there by its base name alone, from Bcfg2, where it can be of one URL only."""
    base_names = Counter(map(key_name, urls_by_name.values()))
    for name, url in urls_by_name.items():
        old_path, path = (os.path.join(folder, each) for each in (key_name(url), name))
        if base_names[key_name(url)] == 1 and not os.path.exists(path):
            with suppress(FileNotFoundError, IsADirectoryError):
                os.rename(old_path, path)


def _update_key(url: str, folder: str, downloader: Downloader) -> None:
    try:
        _fetch(url, folder, _file_name(url), downloader)
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
