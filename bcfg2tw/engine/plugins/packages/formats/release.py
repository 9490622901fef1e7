"""What an apt repository says about its own files, in `InRelease` or `Release`."""

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
    shown,
)
from bcfg2tw.engine.plugins.packages.formats.signatures import (
    BadSignature,
    verified,
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
        """Return where a file stands by its checksum, which a change of the mirror leaves there."""
        one = self.checksums[name]
        if self.fields.get("Acquire-By-Hash") != "yes" or one.algorithm not in STRONG:
            return None
        head, slash, _ = name.rpartition("/")
        return f"{self.folder}{head}{slash}by-hash/{one.algorithm.upper()}/{one.digest}"


def fetch(folder: str, keys: Sequence[str], files: DownloadedFiles) -> Release | None:
    """
    Return the list of files of a folder; None if there is none and no key asks for one.

    :param keys: paths of the keys one of which must have signed it; none to trust anybody
    :raises BadSignature: if none of them has
    """
    try:
        signed = _contents(files.get(f"{folder}InRelease"))
        text = verified(signed, keys) if keys else without_signature(signed)
    except NotThere:
        detached = _detached(folder, keys, files)
        if detached is None:
            return None
        text = detached
    suite = _parsed(folder, text.decode("utf-8", "replace"), only_strong=bool(keys))
    _warn_if_expired(suite)
    return suite


def _warn_if_expired(suite: Release) -> None:
    """
    Tell of a list that should have been replaced.

    Frozen copies of an archive are served like this on purpose, so that it is no failure.
    """
    given = suite.fields.get("Valid-Until")
    try:
        until = parsedate_to_datetime(given) if given else None
    except ValueError:
        until = None
    if until is not None and until.timestamp() < time.time():
        logger.warning(
            "Packages: %s should have been replaced until %s: is the mirror kept up to date?",
            shown(suite.folder),
            given,
        )


def _detached(folder: str, keys: Sequence[str], files: DownloadedFiles) -> bytes | None:
    try:
        data = _contents(files.get(f"{folder}Release"))
        if not keys:
            return data
        return verified(data, keys, _contents(files.get(f"{folder}Release.gpg")))
    except NotThere as error:
        if not keys:
            return None
        raise BadSignature(
            f"{error}: nothing says that {folder} is signed; sign it, or remove the source's GPGKey"
        ) from error


def _contents(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _parsed(folder: str, text: str, only_strong: bool) -> Release:
    fields: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line.startswith((" ", "\t")):
            current.append(line)
        elif ":" in line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
            current = lists.setdefault(name, [])
    checksums: dict[str, Checksum] = {}
    for title, algorithm in reversed(ALGORITHMS.items()):
        if algorithm in STRONG or not only_strong:
            checksums.update(_checksums(lists.get(title, ()), algorithm))
    return Release(folder, fields, checksums)


def _checksums(lines: Sequence[str], algorithm: str) -> Iterator[tuple[str, Checksum]]:
    for line in lines:
        words = line.split(None, 2)
        if len(words) == 3 and words[1].isdigit():
            name = words[2].removeprefix("./")
            yield name, Checksum(algorithm, words[0].lower(), int(words[1]))
