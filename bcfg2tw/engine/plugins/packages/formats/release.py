"""The list that an apt repository has of its own files, `InRelease` or `Release`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from bcfg2tw.engine.plugin.downloads import NotThere
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import (
    Checksum,
    DownloadedFiles,
    size_of,
    without_credentials,
)
from bcfg2tw.engine.plugins.packages.formats.signatures import (
    BadSignature,
    verify,
    without_signature,
)

logger = logging.getLogger("Packages")

#: From the best down; the last two tell a damaged file, but not a forged one.
ALGORITHMS = {"SHA512": "sha512", "SHA256": "sha256", "SHA1": "sha1", "MD5Sum": "md5"}
STRONG = frozenset({"sha512", "sha256"})


@dataclass(frozen=True)
class Release:
    """
    One suite's list of files.

    :ivar folder: URL that the names are relative to, with a slash at its end
    """

    folder: str
    fields: Mapping[str, str]
    checksums: Mapping[str, Checksum]

    @property
    def has_all(self) -> bool:
        """Say whether packages for all architectures are in indexes of their own."""
        return (
            "all" in self.fields.get("Architectures", "").split()
            and "Packages" not in self.fields.get("No-Support-for-Architecture-all", "").split()
        )

    def hash_url(self, name: str) -> str | None:
        """Return the URL of a file by its checksum, which a change of the mirror leaves there."""
        checksum = self.checksums[name]
        if self.fields.get("Acquire-By-Hash") != "yes" or checksum.algorithm not in STRONG:
            return None
        head, slash, _ = name.rpartition("/")
        return f"{self.folder}{head}{slash}by-hash/{checksum.algorithm.upper()}/{checksum.digest}"


def fetch(folder: str, keys: Sequence[str], files: DownloadedFiles) -> Release | None:
    """
    Return the list of files of a folder; None if there is none and no key asks for one.

    :param keys: paths of the keys one of which must have signed it; none to trust anybody
    :raises BadSignature: if none of them has
    """
    try:
        message = _contents(files.get(f"{folder}InRelease"))
        text = verify(message, keys) if keys else without_signature(message)
    except NotThere:
        content = _fetch_detached(folder, keys, files)
        if content is None:
            return None
        text = content
    suite = _parse(folder, text.decode("utf-8", "replace"), only_strong=bool(keys))
    _warn_if_expired(suite)
    return suite


def _warn_if_expired(suite: Release) -> None:
    """
    Tell of a list that should have been replaced.

    Frozen copies of an archive are served like this on purpose, so that it is no failure.
    """
    valid_until = suite.fields.get("Valid-Until")
    try:
        end = parsedate_to_datetime(valid_until).timestamp() if valid_until else None
    except (ValueError, OverflowError):
        end = None
    if end is not None and end < time.time():
        logger.warning(
            "Packages: %s should have been replaced until %s: is the mirror kept up to date?",
            without_credentials(suite.folder),
            valid_until,
        )


def _fetch_detached(folder: str, keys: Sequence[str], files: DownloadedFiles) -> bytes | None:
    try:
        data = _contents(files.get(f"{folder}Release"))
        if not keys:
            return data
        return verify(data, keys, _contents(files.get(f"{folder}Release.gpg")))
    except NotThere as error:
        if not keys:
            return None
        raise BadSignature(
            f"{error}: nothing says that {folder} is signed; sign it, or remove the source's GPGKey"
        ) from error


def _contents(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _parse(folder: str, text: str, only_strong: bool) -> Release:
    fields: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    current_list: list[str] = []
    for line in text.splitlines():
        if line.startswith((" ", "\t")):
            current_list.append(line)
        elif ":" in line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
            current_list = lists.setdefault(name, [])
    checksums: dict[str, Checksum] = {}
    for title, algorithm in reversed(ALGORITHMS.items()):
        if algorithm in STRONG or not only_strong:
            checksums.update(_checksums(lists.get(title, ()), algorithm))
    return Release(folder, fields, checksums)


def _checksums(lines: Sequence[str], algorithm: str) -> Iterator[tuple[str, Checksum]]:
    for line in lines:
        words = line.split(None, 2)
        size = size_of(words[1]) if len(words) == 3 else None
        if size is not None:
            name = words[2].removeprefix("./")
            yield name, Checksum(algorithm, words[0].lower(), size)
