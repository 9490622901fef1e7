"""Files of a plugin: `FileBacked`, `XMLFileBacked`, `DirectoryBacked` (:ref:`plugin-api-7`)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from lxml import etree

from bcfg2tw.engine.repository.source import expand
from bcfg2tw.engine.repository.xinclude import missing_text, resolve_includes
from bcfg2tw.engine.siteplugins.current import current_server, current_settings
from bcfg2tw.engine.siteplugins.monitor import Event
from bcfg2tw.engine.siteplugins.names.base import SiteDebuggable
from bcfg2tw.engine.xmlio import attributes, parse_file, pretty_document

#: Events after which a file is read.
READ = ("exists", "changed", "created")


def read_text(path: str) -> str | bytes:
    """
    Return the content of a file: text in the server's encoding, else bytes.

    :raises OSError: if it cannot be read
    """
    with open(path, "rb") as stream:
        content = stream.read()
    try:
        return content.decode(current_settings().encoding)
    except UnicodeDecodeError:
        return content


class SiteFileBacked(SiteDebuggable):
    """
    A file that is read again when it changes.

    :ivar name: full path
    :ivar data: its content
    """

    def __init__(self, name: str, fam: Any = None) -> None:
        SiteDebuggable.__init__(self)
        self.name = name
        self.data: Any = ""
        self.fam = fam or current_server().fam

    def HandleEvent(self, event: Event | None = None) -> None:
        """Read the file again where an event says that it is there."""
        if event is not None and event.action not in READ:
            return
        try:
            self.data = read_text(self.name)
        except OSError as error:
            self.logger.error("Failed to read file %s: %s", self.name, error)
            return
        self.Index()

    def Index(self) -> None:
        """Take in what `data` says."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.name}"


class SiteXMLFileBacked(SiteFileBacked):
    """
    An XML file, with what it includes (:ref:`plugin-api-8`).

    :cvar __identifier__: an attribute that the root must have; its value becomes `label`
    :ivar xdata: the root
    :ivar entries: its children
    """

    __identifier__: ClassVar[str | None] = "name"
    create: Any = None

    def __init__(self, filename: str, *arguments: Any, **keywords: Any) -> None:
        """
        Watch a file, or let it be told by who watches.

        Further arguments are `should_monitor` and `create` of Bcfg2 1.4, or `fam`,
        `should_monitor` and `create` of 1.3.
        """
        options = dict(zip(_names_of(arguments, keywords), arguments, strict=False), **keywords)
        SiteFileBacked.__init__(self, filename, options.get("fam"))
        self.label = ""
        self.entries: list[Any] = []
        self.xdata: Any = None
        self.extras: list[str] = []
        self.extra_monitors: list[str] = []
        self.should_monitor = bool(options.get("should_monitor"))
        if options.get("create") is not None:
            self.create = options["create"]
        self._make_missing()
        if self.should_monitor:
            self.fam.AddMonitor(filename, self)

    def _make_missing(self) -> None:
        if self.create is None or self.create is False or os.path.exists(self.name):
            return
        root = etree.Element(self.create) if isinstance(self.create, str) else self.create
        current_server().create_file(self.name, pretty_document(root), self.logger)

    def Index(self) -> None:
        """Parse the file, and all that it includes."""
        data = self.data.encode("utf-8") if isinstance(self.data, str) else self.data
        if isinstance(self.data, str) and os.path.exists(self.name):
            with open(self.name, "rb") as stream:
                content = stream.read()
            if read_text(self.name) == self.data:
                data = content  # as it declares its own encoding
        reader = _Includes(self)
        root = resolve_includes(parse_file(data, self.name), self.name, reader)
        self.extras = reader.paths
        self.xdata = root
        self.entries = list(root)
        if self.__identifier__ is not None:
            self.label = attributes(root)[self.__identifier__]
        for path in reader.watched:
            self.add_monitor(path)

    def add_monitor(self, fpath: str) -> None:
        """Read this file again when another one changes."""
        if fpath not in self.extra_monitors:
            self.extra_monitors.append(fpath)
            self.fam.AddMonitor(fpath, self)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.entries)

    def __str__(self) -> str:
        return f"{type(self).__name__} at {self.name}"


def _names_of(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, ...]:
    """Return what positional arguments are, by the kind of the first."""
    is_13 = bool(arguments) and not isinstance(arguments[0], bool) and "fam" not in keywords
    return ("fam", "should_monitor", "create") if is_13 else ("should_monitor", "create")


class _Includes:
    """Reads what a file includes, and keeps what was read."""

    def __init__(self, file: SiteXMLFileBacked) -> None:
        self._file = file
        self.paths: list[str] = []
        self.watched: list[str] = []

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        self.paths.append(path)
        self.watched.append(path)
        with open(path, "rb") as stream:
            return stream.read()

    def expand(self, pattern: str) -> tuple[str, ...]:
        """Return the sorted paths that a glob stands for."""
        paths = expand(pattern)
        if not paths:
            self.watched.append(pattern)
        return paths

    def miss(self, path: str, line: int | None, href: str) -> None:
        """Say that there is nothing to include."""
        self._file.logger.error("%s:%s: %s", path, line, missing_text(href))


class SiteDirectoryBacked(SiteDebuggable):
    """
    A folder, with those below it, whose files become objects (:ref:`plugin-api-7.2`).

    :cvar __child__: makes the object of a file from its full path
    :cvar patterns: found in the names of files that become objects
    :cvar ignore: found in those of files that are passed over without a word
    """

    __child__: ClassVar[Any] = SiteFileBacked
    patterns: ClassVar[Any] = re.compile(".*")
    ignore: ClassVar[Any] = None

    def __init__(self, data: str, fam: Any = None) -> None:
        # a plugin is a `DirectoryBacked` as well, and has its logger already
        if not hasattr(self, "logger"):
            SiteDebuggable.__init__(self)
        self.data = os.path.normpath(data)
        self.fam = fam or current_server().fam
        self.entries: dict[str, Any] = {}
        self.handles: dict[str, str] = {}
        if not os.path.isdir(self.data):
            current_server().create_folder(self.data, self.logger)
        self.add_directory_monitor("")

    def add_directory_monitor(self, relative: str) -> None:
        """Watch a folder below this one."""
        path = os.path.join(self.data, relative) if relative else self.data
        if path not in self.handles and os.path.isdir(path):
            self.handles[self.fam.AddMonitor(path, self)] = relative

    def add_entry(self, relative: str, event: Event) -> None:
        """Make the object of a file."""
        self.entries[relative] = self.__child__(os.path.join(self.data, relative))
        self.entries[relative].HandleEvent(event)

    def HandleEvent(self, event: Event) -> None:
        """Take in what has changed."""
        if event.action == "endExist":
            return
        if event.requestID not in self.handles:
            self.logger.warning("Got event for unknown folder %s", event.requestID)
            return
        if self.ignore is not None and self.ignore.search(event.filename):
            return
        is_self = os.path.isabs(event.filename)
        name = "" if is_self else event.filename
        relative = os.path.join(self.handles[event.requestID], name).rstrip("/")
        if event.action == "deleted":
            self._remove(relative)
        elif os.path.isdir(os.path.join(self.data, relative)):
            self.add_directory_monitor(relative)
        elif self.patterns.search(os.path.basename(relative)):
            self._take(relative, event)
        else:
            self.logger.warning("Could not process filename %s; ignoring", relative)

    def _take(self, relative: str, event: Event) -> None:
        if event.action == "changed" and relative in self.entries:
            self.entries[relative].HandleEvent(event)
        else:
            self.add_entry(relative, event)

    def _remove(self, relative: str) -> None:
        for name in list(self.entries):
            if not relative or name == relative or name.startswith(f"{relative}/"):
                del self.entries[name]

    def __getitem__(self, key: str) -> Any:
        return self.entries[key]

    def __len__(self) -> int:
        return len(self.entries)

    def __delitem__(self, key: str) -> None:
        del self.entries[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.entries[key] = value

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(list(self.entries.items()))


class SiteXMLDirectoryBacked(SiteDirectoryBacked):
    """A folder of XML files."""

    patterns = re.compile(r"^.*\.xml$")
    __child__: ClassVar[Any] = SiteXMLFileBacked


__all__ = [
    "SiteDirectoryBacked",
    "SiteFileBacked",
    "SiteXMLDirectoryBacked",
    "SiteXMLFileBacked",
    "read_text",
]
