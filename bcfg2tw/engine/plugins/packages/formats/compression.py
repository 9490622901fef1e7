"""Reading files as they are compressed, whatever their names say, with a bound on the result."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, cast

from bcfg2tw.errors import Bcfg2Error

#: The largest that is known, the file lists of a distribution, has a quarter of this.
UNPACKED_LIMIT_BYTES = 4 << 30
#: Lines are read as a whole; the longest that is known, what a package provides, has a hundredth.
LINE_LIMIT_BYTES = 16 << 20
CHUNK_BYTES = 1 << 18

#: The failures of the standard library's unpackers: cut off, damaged; each has its own.
UNPACKING_ERRORS = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError)

GZIP, BZIP2, XZ, ZSTANDARD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"

#: The standard library's, its backport, and the one that both come from, which Debian 13 has.
_ZSTANDARD_MODULES = ("compression.zstd", "backports.zstd", "pyzstd")


class BrokenFile(Bcfg2Error):
    """A downloaded file is not what it should be: cut off, damaged, or something else."""


class _Bounded(io.RawIOBase):
    """The unpacked data of a stream, up to a limit; its failures are `BrokenFile`."""

    def __init__(
        self,
        stream: IO[bytes],
        path: str,
        limit_bytes: int,
        line_limit_bytes: int | None,
        errors: tuple[type[Exception], ...],
    ) -> None:
        self._stream = stream
        self._path = path
        self._remaining_bytes = limit_bytes
        self._line_limit_bytes = line_limit_bytes
        self._line_bytes = 0
        self._errors = errors

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except self._errors as error:
            raise BrokenFile(f"{self._path} cannot be unpacked: {error}") from error
        self._remaining_bytes -= len(data)
        if self._remaining_bytes < 0:
            raise BrokenFile(f"{self._path} is too large once it is unpacked")
        if self._line_limit_bytes is not None:
            self._check_line(data, self._line_limit_bytes)
        buffer[: len(data)] = data
        return len(data)

    def _check_line(self, data: bytes, limit_bytes: int) -> None:
        end = data.rfind(b"\n")
        self._line_bytes = self._line_bytes + len(data) if end < 0 else len(data) - end - 1
        if self._line_bytes > limit_bytes:
            raise BrokenFile(f"{self._path} has a line of more than {limit_bytes} bytes")

    def close(self) -> None:
        self._stream.close()
        super().close()


def open_unpacked(
    path: str, limit_bytes: int = UNPACKED_LIMIT_BYTES, line_limit_bytes: int | None = None
) -> io.BufferedReader:
    """
    Open a file for reading what is in it: of gzip, bzip2, xz, zstandard, or as it is.

    Reading raises `BrokenFile` where it is cut off or damaged, or gives more than the limit.

    :param line_limit_bytes: the longest line, for who reads lines; None where there may be none
    :raises BrokenFile: if it cannot be opened
    """
    try:
        with open(path, "rb") as stream:
            magic = stream.read(6)
        content = _open_content(path, magic)
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error.strerror or error}") from error
    errors = _errors_of(magic)
    return io.BufferedReader(
        _Bounded(content, path, limit_bytes, line_limit_bytes, errors), CHUNK_BYTES
    )


def _errors_of(magic: bytes) -> tuple[type[Exception], ...]:
    """Return the exceptions that reading a file raises where it is damaged."""
    if magic.startswith(ZSTANDARD):
        return (*UNPACKING_ERRORS, zstandard().ZstdError)
    return UNPACKING_ERRORS


def _open_content(path: str, magic: bytes) -> IO[bytes]:
    if magic.startswith(GZIP):
        return cast(IO[bytes], gzip.open(path, "rb"))
    if magic.startswith(BZIP2):
        return cast(IO[bytes], bz2.open(path, "rb"))
    if magic.startswith(XZ):
        return cast(IO[bytes], lzma.open(path, "rb"))
    if magic.startswith(ZSTANDARD):
        return cast(IO[bytes], zstandard().open(path, "rb"))
    return open(path, "rb")


def has_zstandard() -> bool:
    """Say whether `.zst` files can be read."""
    try:
        zstandard()
    except BrokenFile:
        return False
    return True


def zstandard() -> Any:
    """
    Return the module that the standard library has since Python 3.14.

    :raises BrokenFile: if there is none
    """
    for name in _ZSTANDARD_MODULES:
        with suppress(ImportError):
            return import_module(name)
    raise BrokenFile(
        "reading .zst files takes the module backports.zstd: pip install 'bcfg2tw[packages]'"
    )
