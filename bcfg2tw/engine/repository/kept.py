"""
The last good states of files, as a server before this one kept them on disk.

A running server goes on with what a broken file said last. So does one that starts: for each plugin
there is an index of its files that were good, beside copies of these by their checksums. What is
kept is interpreted like the files themselves, and only when one of them cannot be.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bcfg2tw.engine.repository.listing import Stamp, is_below, stamp_of
from bcfg2tw.engine.repository.source import Dependencies, Source, Unsettled, check_passing, expand
from bcfg2tw.errors import RepositoryError, UnreadableRepository
from bcfg2tw.settings import Settings

#: Raised when an index means something else than before.
FORMAT = 1
FOLDER = ".bcfg2tw"
STATE_FOLDER = "last-good"

#: The files that can be broken: those that are parsed. Others are what they are.
_PARSED = re.compile(
    r"\.(xml|genshi|genshi_include|newtxt|jinja2|jinja2_include|cheetah|cheetah_include|py|json|ya?ml)"
    r"(\.[^/]*)?$"
)

logger = logging.getLogger("bcfg2-server")


@dataclass(frozen=True, slots=True)
class KeptState:
    """
    The last good state of a file.

    :ivar reads: checksums of the file and of those that it includes, None for one that was missing;
        by path, below the repository where they are
    :ivar globs: the paths that each glob stood for, written likewise
    :ivar revision: of the repository, when it was kept
    :ivar seconds: when that was, since the epoch
    """

    reads: Mapping[str, str | None]
    globs: Mapping[str, tuple[str, ...]]
    revision: str
    seconds: float

    def age(self) -> str:
        """Say for the log when it was kept, and of which revision it is."""
        hours = (time.time() - self.seconds) / 3600
        number, unit = (hours * 60, "minutes") if hours < 2 else (hours, "hours")
        if hours >= 48:
            number, unit = hours / 24, "days"
        revision = "" if self.revision == "-1" else f" of revision {self.revision}"
        return f"kept {number:.0f} {unit} ago{revision}"


def is_kept(name: str) -> bool:
    """Say whether a file of this name can be broken, so that its good states are kept."""
    return _PARSED.search(name) is not None


def folder_of(settings: Settings) -> str | None:
    """Return the folder of what is kept, None where nothing is to be."""
    if not settings.keep_last_good:
        return None
    if settings.last_good is None and settings.state is not None:
        return os.path.join(settings.state, STATE_FOLDER)
    return settings.last_good or os.path.join(settings.repository, FOLDER)


class KeptStates:
    """
    The good states that are kept of one repository; none is read before it is needed.

    :ivar folder: where they are
    :ivar repository: its full path
    """

    def __init__(self, folder: str, repository: str, state: str | None = None) -> None:
        """
        Read nothing yet.

        :param state: the folder for state
        """
        self.folder = folder
        self.repository = repository
        self._state = state
        self._indexes: dict[str, dict[str, KeptState]] = {}
        self._process = os.getpid()  # that has read them

    @property
    def is_elsewhere(self) -> bool:
        """Say whether the folder is neither in the repository nor in the folder for state."""
        places = filter(None, (self.repository, self._state))
        return not any(is_below(self.folder, place) for place in places)

    def relative(self, path: str) -> str:
        """Return a path below the repository as such, so that this may be moved."""
        prefix = self.repository + os.sep
        return path.removeprefix(prefix)

    def absolute(self, path: str) -> str:
        """Return the full path again."""
        return os.path.join(self.repository, path)

    def value(
        self,
        path: str,
        interpretation: Callable[[Source], Any],
        name: str,
        stamp: Stamp,
        settings: Settings,
    ) -> tuple[Any, KeptSource] | None:
        """
        Return what a file said last, and that file, None where that is not known any more.

        :param name: of the file, below its plugin's folder
        :param stamp: of the file as it is now
        """
        state = self.state_of(path)
        if state is None:
            return None
        try:
            source = KeptSource(self, state, path, name, stamp, settings)
            value = interpretation(source)
        except (Unsettled, UnreadableRepository):
            raise
        except Exception as error:  # it was good once, but for another release, or other settings
            check_passing(path, error)
            logger.warning("%s: its last good state cannot be used any more: %s", path, error)
            return None
        source.is_interpreted = True
        return value, source

    def state_of(self, path: str) -> KeptState | None:
        """Return the last good state of a file, None where none is kept."""
        name = self.relative(path)
        return self.index(name.partition(os.sep)[0]).get(name)

    def index(self, plugin: str) -> dict[str, KeptState]:
        """Return what is kept of the files of a plugin, by their paths below the repository."""
        if self._process != os.getpid():  # it was forked: another one may have kept more since
            self._indexes, self._process = {}, os.getpid()
        if plugin not in self._indexes:
            self._indexes[plugin] = read_index(self.index_path(plugin))
        return self._indexes[plugin]

    def put_index(self, plugin: str, states: dict[str, KeptState]) -> None:
        """Take note of what was written as the index of a plugin."""
        self._indexes[plugin] = states

    def digests(self) -> set[str]:
        """Return the checksums that indexes name."""
        plugins = [name[:-5] for name in os.listdir(self.folder) if name.endswith(".json")]
        states = (state for plugin in plugins for state in self.index(plugin).values())
        return {digest for state in states for digest in state.reads.values() if digest}

    def index_path(self, plugin: str) -> str:
        """Return the path of a plugin's index."""
        return os.path.join(self.folder, f"{plugin}.json")

    def copy_path(self, digest: str) -> str:
        """Return the path of the copy with a checksum."""
        return os.path.join(self.folder, "files", digest)

    def content(self, digest: str) -> bytes:
        """
        Return the content with a checksum.

        :raises OSError: if there is none
        :raises ValueError: if it is damaged
        """
        path = self.copy_path(digest)
        with open(path, "rb") as stream:
            data = stream.read()
        if checksum(data) != digest:
            raise ValueError(f"{path} is damaged")
        return data


def read_index(path: str) -> dict[str, KeptState]:
    """Read an index; one that cannot be used is as none, which a line says."""
    try:
        with open(path, "rb") as stream:
            digest, _, text = stream.read().partition(b"\n")
    except FileNotFoundError:
        return {}
    except OSError as error:
        logger.warning("%s cannot be read: %s; no last good state is known", path, error.strerror)
        return {}
    if checksum(text).encode() != digest:
        logger.warning("%s is damaged; no last good state is known", path)
        return {}
    values = json.loads(text)
    return _states(values["files"]) if values["format"] == FORMAT else {}


def _states(files: Mapping[str, Mapping[str, Any]]) -> dict[str, KeptState]:
    return {
        name: KeptState(
            values["reads"],
            {pattern: tuple(paths) for pattern, paths in values["globs"].items()},
            values["revision"],
            values["seconds"],
        )
        for name, values in files.items()
    }


def index_text(states: Mapping[str, KeptState]) -> bytes:
    """Return an index as it is written."""
    files = {
        name: {
            "reads": dict(state.reads),
            "globs": dict(state.globs),
            "revision": state.revision,
            "seconds": state.seconds,
        }
        for name, state in states.items()
    }
    text = json.dumps({"format": FORMAT, "files": files}).encode()
    return checksum(text).encode() + b"\n" + text


def checksum(data: bytes) -> str:
    """Return the checksum by which contents are known."""
    return hashlib.sha256(data).hexdigest()


class KeptSource(Source):
    """
    A file and all that it includes, as they were when they were good last.

    :ivar state: where they are found, and when that was
    """

    def __init__(
        self,
        kept: KeptStates,
        state: KeptState,
        path: str,
        name: str,
        stamp: Stamp,
        settings: Settings,
    ) -> None:
        """
        Read the file.

        :param stamp: of the file as it is now, on which the result depends
        :raises RepositoryError: if a copy is missing or damaged
        """
        self._kept = kept
        self.state = state
        self._stamp = stamp
        super().__init__(path, name, stamp, settings, Dependencies())

    def read(self, path: str) -> bytes:
        """Return what a file held."""
        self.dependencies.note(path, self._stamp if path == self.path else stamp_of(path))
        return self.content(path)

    def content(self, path: str) -> bytes:
        """Return the same."""
        digest = self.state.reads.get(self._kept.relative(path))
        if digest is None:
            raise RepositoryError(path, "it is not kept")
        try:
            return self._kept.content(digest)
        except (OSError, ValueError) as error:
            raise RepositoryError(path, f"its last good state cannot be read: {error}") from error

    def expand(self, pattern: str) -> tuple[str, ...]:
        """Return the paths that a glob stood for."""
        self.dependencies.globs = {**self.dependencies.globs, pattern: expand(pattern)}
        paths = self.state.globs.get(self._kept.relative(pattern), ())
        return tuple(map(self._kept.absolute, paths))
