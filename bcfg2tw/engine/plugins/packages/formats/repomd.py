"""The list that a yum repository has of its own files, `repodata/repomd.xml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from bcfg2tw.engine.plugin.downloads import NotThere
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import (
    Checksum,
    DownloadedFiles,
    size_of,
    without_credentials,
)
from bcfg2tw.engine.plugins.packages.formats.compression import (
    BrokenFile,
    has_zstandard,
    open_unpacked,
)
from bcfg2tw.engine.plugins.packages.formats.signatures import verify
from bcfg2tw.engine.plugins.packages.formats.xml_stream import child, child_text, elements
from bcfg2tw.engine.xmlio import Element

ALGORITHMS = {"sha": "sha1", "sha1": "sha1", "sha256": "sha256", "sha384": "sha384",
              "sha512": "sha512", "md5": "md5"}  # fmt: skip
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


@dataclass(frozen=True)
class ListedFile:
    """One file of a repository; `checksum` is None where none is listed."""

    url: str
    checksum: Checksum | None


class YumRepository:
    """The files of one repository, by type of content."""

    def __init__(
        self, folder: str, files_by_type: Mapping[str, ListedFile], files: DownloadedFiles
    ) -> None:
        self.folder = folder
        self._files_by_type = files_by_type
        self._files = files

    def path(self, *types: str) -> tuple[str, str] | None:
        """Return the first of some types that the repository has, and its file, fetched."""
        for name in types:
            file = self._files_by_type.get(name)
            if file is not None and (has_zstandard() or not file.url.endswith(".zst")):
                return name, self._files.get(file.url, file.checksum)
        return None


def address(folder: str) -> str:
    """Return the URL of a repository's list."""
    return f"{folder}repodata/repomd.xml"


def fetch(folder: str, keys: Sequence[str], files: DownloadedFiles) -> YumRepository:
    """
    Return what a repository lists.

    :param keys: paths of the keys one of which must have signed the list; none for any
    :raises NotThere: if there is no list
    :raises DownloadError: if the list cannot be fetched
    :raises BadSignature: if none of the keys has signed it
    :raises BrokenFile: if it cannot be understood
    """
    url = address(folder)
    try:
        path = files.get(url)
        if keys:
            _verify(path, files.get(f"{url}.asc"), keys)
    except NotThere as error:
        raise NotThere(f"Failed to fetch url {error}") from error
    with open_unpacked(path) as stream:
        files_by_type = dict(_entry(data, folder) for data in elements(stream, path, "data"))
    if not files_by_type:
        raise BrokenFile(f"{path} lists no files: it is no repomd.xml")
    return YumRepository(folder, files_by_type, files)


def _verify(path: str, signature_path: str, keys: Sequence[str]) -> None:
    with open(path, "rb") as data, open(signature_path, "rb") as signature:
        verify(data.read(), keys, signature.read())


def _entry(data: Element, folder: str) -> tuple[str, ListedFile]:
    location = child(data, "location")
    if location is None or not location.get("href"):
        raise BrokenFile(
            f"{without_credentials(folder)}: repomd.xml names no file for {data.get('type')}"
        )
    url = _join(location.get(XML_BASE) or folder, location.get("href") or "", folder)
    return data.get("type", ""), ListedFile(url, _checksum(data))


def _join(base: str, name: str, folder: str) -> str:
    url = urljoin(base, name)
    schemes = {"file"} if folder.startswith("file:") else {"http", "https"}
    if urlsplit(url).scheme not in schemes | {urlsplit(folder).scheme}:
        raise BrokenFile(
            f"{without_credentials(folder)}: repomd.xml names a file outside of it: {name}"
        )
    return url


def _checksum(data: Element) -> Checksum | None:
    checksum = child(data, "checksum")
    if checksum is None:
        return None
    algorithm = ALGORITHMS.get((checksum.get("type") or "").lower())
    if algorithm is None:
        raise BrokenFile(f"repomd.xml has checksums of the unknown kind {checksum.get('type')!r}")
    size = size_of(child_text(data, "size"))
    digest = (checksum.text or "").strip().lower()
    return Checksum(algorithm, digest, size)
