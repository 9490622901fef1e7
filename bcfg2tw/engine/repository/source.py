"""A file while it is being interpreted, and the other files that its meaning depends on."""

from __future__ import annotations

import errno
import glob
import os
import stat
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from bcfg2tw.engine.repository.listing import GONE, Stamp, open_at_once, stamp_of
from bcfg2tw.engine.repository.xinclude import resolve_includes
from bcfg2tw.engine.xmlio import Element, parse_file
from bcfg2tw.errors import RepositoryError, UnreadableRepository
from bcfg2tw.settings import Settings

#: Files beyond this size are read only by those who ask for their content.
LARGE_BYTES = 1 << 20

#: One object for the many files that expand none.
NO_GLOBS: Mapping[str, tuple[str, ...]] = MappingProxyType({})

#: What is not about the file, but about the system that it is to be read by.
PASSING = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.EINTR}
)


def check_passing(path: str, error: Exception) -> None:
    """
    See that an error is about a file, or a plugin's code, and not about the system.

    Memory or descriptors that are lacking now say nothing about a file: whoever took it for broken
    would not read it again before it changes.

    :param path: the file or folder that was being read
    :raises UnreadableRepository: if it, or one that it came of, is about the system
    """
    cause: BaseException | None = error
    while cause is not None:
        reason = _passing_reason(cause)
        if reason is not None:
            raise UnreadableRepository(f"{path} cannot be read: {reason}") from error
        cause = cause.__cause__


def _passing_reason(error: BaseException) -> str | None:
    if isinstance(error, OSError) and error.errno in PASSING:
        return error.strerror
    is_lack = isinstance(error, MemoryError) or (
        isinstance(error, etree.XMLSyntaxError)
        and getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY
    )
    return os.strerror(errno.ENOMEM) if is_lack else None


NO_FILE = "it is no file: put one in its place, or remove it"


def _reason(path: str, error: OSError) -> str:
    """Return why a file cannot be read, and what to do where the system's words do not say it."""
    if error.errno in GONE and os.path.islink(path):
        return f"it is a link to {os.readlink(path)}, where there is nothing"
    if error.errno == errno.ENXIO:
        return NO_FILE
    return error.strerror or str(error)


class Unsettled(Exception):
    """A file changed between listing and reading it; everything has to be listed again."""


class ExplainedProblem(RepositoryError):
    """
    A file cannot be used, for a reason short enough to be told to clients as well.

    :ivar diagnosis: what is wrong and what to do, without the place
    """

    def __init__(self, path: str, reason: str, line: int | None, diagnosis: str) -> None:
        super().__init__(path, reason, line)
        self.diagnosis = diagnosis


class Dependencies:
    """
    The files that an interpretation read, and the globs that it expanded.

    Templates may read further ones whenever they are rendered.
    """

    # nearly all depend on one file alone: a table of its own would be most of their memory
    __slots__ = ("_composed", "_key", "_more", "_path", "_stamp", "globs")

    def __init__(self, key: Any = None, composed: set[Any] | None = None) -> None:
        """
        Begin with nothing.

        :param key: of the interpretation, its path first
        :param composed: the key is added to it once anything but its own file counts, or once that
            cannot be read
        """
        self._path: str | None = None  # of the first file, None where there is none yet
        self._stamp: Stamp | None = None
        self._more: dict[str, Stamp | None] | None = None
        self.globs: Mapping[str, tuple[str, ...]] = NO_GLOBS
        self._key = key
        self._composed = composed

    def note(self, path: str, stamp: Stamp | None) -> None:
        """Take note that a file was read, or that it could not be read."""
        if self._path is None or path == self._path:
            self._path, self._stamp = path, stamp
        else:
            self._more = self._more or {}
            self._more[path] = stamp
        if self._composed is not None and (stamp is None or path != self._key[0]):
            self._composed.add(self._key)

    def note_glob(self, pattern: str, paths: tuple[str, ...]) -> None:
        """Take note of the paths that a glob stood for."""
        self.globs = {**self.globs, pattern: paths}
        if self._composed is not None:
            self._composed.add(self._key)

    @property
    def stamps(self) -> Mapping[str, Stamp | None]:
        """The stamps of the files that were read, by path, None for what could not be read."""
        first = {} if self._path is None else {self._path: self._stamp}
        return {**first, **self._more} if self._more else first

    def stamp_of(self, path: str) -> Stamp | None:
        """Return the stamp of one file, None where it was not or could not be read."""
        if path == self._path:
            return self._stamp
        return None if self._more is None else self._more.get(path)

    @property
    def are_alone(self) -> bool:
        """Say whether no other file counts."""
        return self._path is not None and not self._more and not self.globs

    @property
    def are_of_others(self) -> bool:
        """Say whether further files count."""
        return bool(self._more or self.globs)

    def are_current(self) -> bool:
        """Say whether reading again would read the same."""
        return all(stamp_of(path) == stamp for path, stamp in self.stamps.items()) and all(
            expand(pattern) == paths for pattern, paths in self.globs.items()
        )


def expand(pattern: str) -> tuple[str, ...]:
    """Return the existing paths that a shell glob stands for, sorted."""
    return tuple(sorted(glob.glob(pattern)))


class Source:
    """
    One file of the repository on its way to become an object.

    :ivar path: its full path
    :ivar name: its path relative to the plugin's folder
    :ivar stamp: as it was listed, for instance to see whether it is executable
    :ivar dependencies: all that has been read for it so far, itself among it
    :ivar look_back: returns `before`
    :ivar missing: file, line and name of what is to be included and is not there
    :ivar is_interpreted: whether that is over, so that all that was to be said of it is said
    """

    def __init__(
        self,
        path: str,
        name: str,
        stamp: Stamp,
        settings: Settings,
        dependencies: Dependencies,
    ) -> None:
        self.path = path
        self.name = name
        self.stamp = stamp
        self.settings = settings
        self.dependencies = dependencies
        self.look_back: Callable[[], object] = lambda: None
        self.missing: list[tuple[str, int | None, str]] = []
        self.is_interpreted = False
        self._data: bytes | None = None
        if self.is_large:
            self._read(path, 1)  # it can be
            self._check_listed()
        else:
            self._data = self._read_listed()

    @property
    def is_large(self) -> bool:
        """Say whether the file is so large that it is not kept without need."""
        return self.stamp.size > LARGE_BYTES

    @property
    def data(self) -> bytes:
        """
        The file's content.

        :raises Unsettled: if it is not what was listed any more
        :raises RepositoryError, UnreadableRepository: as `read`
        """
        if self._data is None:
            self._data = self._read_listed()
        return self._data

    @property
    def is_read(self) -> bool:
        """Say whether anybody has asked for the content."""
        return self._data is not None

    def _read_listed(self) -> bytes:
        data = self.read(self.path)
        self._check_listed()
        return data

    def _check_listed(self) -> None:
        if self.dependencies.stamp_of(self.path) != self.stamp:
            raise Unsettled(self.path)
        self.dependencies.note(self.path, self.stamp)  # the same, and already in the listing

    @property
    def before(self) -> object:
        """The object that its last good state became, None if there was none, or afterwards."""
        return self.look_back()

    def read(self, path: str) -> bytes:
        """
        Read a further file; when it changes, this one is interpreted anew.

        :raises RepositoryError: if it cannot be read
        :raises UnreadableRepository: if nothing could be read now, whatever the file
        """
        return self._read(path, -1)

    def _read(self, path: str, number: int) -> bytes:
        """
        Read some bytes of a file, all where the number is -1, and note its stamp after that.

        :raises RepositoryError, UnreadableRepository: as `read`
        """
        try:
            with open(path, "rb", opener=open_at_once) as stream:
                status = os.fstat(stream.fileno())
                if not stat.S_ISREG(status.st_mode):
                    self.dependencies.note(path, None)
                    raise RepositoryError(path, NO_FILE)
                data = stream.read(number)
                self.dependencies.note(path, Stamp.of(os.fstat(stream.fileno())))
        except OSError as error:
            self.dependencies.note(path, None)
            if error.errno in PASSING:
                raise UnreadableRepository(f"{path} cannot be read: {error.strerror}") from error
            raise RepositoryError(path, _reason(path, error)) from error
        return data

    def content(self, path: str) -> bytes:
        """Return the content of a file that was read already, to look at it again."""
        with open(path, "rb") as stream:
            return stream.read()

    @property
    def has_read_others(self) -> bool:
        """Say whether what the file says depends on further files."""
        return self.dependencies.are_of_others

    def expand(self, pattern: str) -> tuple[str, ...]:
        """Expand a shell glob; when it stands for other files, this one is interpreted anew."""
        paths = expand(pattern)
        self.dependencies.note_glob(pattern, paths)
        return paths

    def miss(self, path: str, line: int | None, href: str) -> None:
        """Take note of what is to be included and is not there."""
        self.missing.append((path, line, href))

    def xml(self) -> Element:
        """
        Parse the file and all that it includes (:ref:`structures-1.1`).

        :raises RepositoryError: naming the file and line that is not well-formed
        """
        return self.included(parse_file(self.data, self.path))

    def included(self, root: Element) -> Element:
        """Put what the parsed file includes into it."""
        return resolve_includes(root, self.path, self)

    def text(self) -> str:
        """
        Decode the file with the server's encoding.

        :raises RepositoryError: if it is not in that encoding
        """
        return self.decoded(self.data, self.path)

    def decoded(self, data: bytes, path: str) -> str:
        """
        Decode what was read, or decrypted, with the server's encoding.

        :param path: which file it is
        :raises RepositoryError: naming line, byte and offset of what is not in that encoding
        """
        return decoded(data, path, self.settings.encoding)


def decoded(data: bytes, path: str, encoding: str) -> str:
    """
    Decode the content of a file.

    :param path: which file it is
    :raises RepositoryError: naming line, byte and offset of what is not in the encoding
    """
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        byte = f"byte 0x{data[start]:02X}" if start < len(data) else "the end"
        reason = (
            f"it is not {encoding} ({byte} at offset {start}): convert the file, or set "
            "[components] encoding"
        )
        raise ExplainedProblem(path, reason, line, reason) from error
