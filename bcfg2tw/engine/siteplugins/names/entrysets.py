"""Files for all clients, a group or a host: `EntrySet`, `GroupSpool` (:ref:`plugin-api-12`)."""

from __future__ import annotations

import functools
import os
import re
from typing import Any, ClassVar

from bcfg2tw.engine.siteplugins.current import current_settings
from bcfg2tw.engine.siteplugins.monitor import Event
from bcfg2tw.engine.siteplugins.names.base import SiteDebuggable, SitePlugin
from bcfg2tw.engine.siteplugins.names.files import read_text
from bcfg2tw.engine.siteplugins.names.roles import SiteGenerator
from bcfg2tw.engine.siteplugins.names.structfiles import (
    SiteInfoXML,
    site_bind_info,
    site_path_metadata,
)
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, SpecificityError

_SUFFIX = r"(\.H_(?P<hostname>\S+)|\.G(?P<prio>\d+)_(?P<group>\S+))?$"


@functools.total_ordering
class SiteSpecificity:
    """For whom a file is; sorted, the most specific comes first."""

    def __init__(
        self,
        all: bool = False,
        group: Any = False,
        hostname: Any = False,
        prio: int = 0,
        delta: Any = False,
    ) -> None:
        self.all = all
        self.group = group
        self.hostname = hostname
        self.prio = int(prio)
        self.delta = delta

    def matches(self, metadata: Any) -> bool:
        """Say whether this is for a client."""
        is_host = bool(self.hostname) and self.hostname == metadata.hostname
        return bool(self.all or is_host or (self.group and self.group in metadata.groups))

    def _rank(self) -> tuple[int, int]:
        if self.hostname:
            return 0, 0
        return (1, -self.prio) if self.group else (2, 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SiteSpecificity) and self._rank() == other._rank()

    def __lt__(self, other: SiteSpecificity) -> bool:
        return self._rank() < other._rank()

    def __hash__(self) -> int:
        return hash(self._rank())

    @property
    def suffix(self) -> str:
        """The part of a file name behind the base name that says this."""
        if self.hostname:
            return f".H_{self.hostname}"
        return f".G{self.prio:02d}_{self.group}" if self.group else ""

    def __str__(self) -> str:
        delta = f", delta={self.delta}" if self.delta else ""
        if self.hostname:
            return f"Specificity: Host {self.hostname}{delta}"
        if self.group:
            return f"Specificity: Group {self.group}, priority {self.prio}{delta}"
        return f"Specificity: all{delta}"


class SiteSpecificData(SiteDebuggable):
    """
    A file that is for some clients.

    :ivar data: its content, None until it was read
    """

    def __init__(self, name: str, specific: Any, encoding: str | None = None) -> None:
        SiteDebuggable.__init__(self)
        self.name = name
        self.specific = specific
        self.encoding = encoding or current_settings().encoding
        self.data: Any = None

    def handle_event(self, event: Event) -> None:
        """Read the file, unless it is gone."""
        if event.action == "deleted":
            return
        try:
            self.data = read_text(self.name)
        except OSError as error:
            self.logger.error("Failed to read file %s: %s", self.name, error)


class SiteEntrySet(SiteDebuggable):
    """The files of one folder, of which a client gets the most specific."""

    ignore: ClassVar[Any] = re.compile(r"^(\.#.*|.*~|\..*\.(sw[px])|.*\.genshi_include)$")
    basename_is_regex = False

    def __init__(
        self, basename: str, path: str, entry_type: Any, encoding: str | None = None
    ) -> None:
        SiteDebuggable.__init__(self)
        self.path = path
        self.entry_type = entry_type
        self.encoding = encoding or current_settings().encoding
        self.entries: dict[str, Any] = {}
        self.metadata: dict[str, str] = dict(site_path_metadata())
        self.infoxml: Any = None
        self._takes_encoding = encoding is not None
        base = basename if self.basename_is_regex else re.escape(basename)
        self.specific = re.compile(rf"(.*/)?{base}{_SUFFIX}")

    def get_matching(self, metadata: Any) -> list[Any]:
        """Return all files that are for a client."""
        return [entry for entry in list(self.entries.values()) if entry.specific.matches(metadata)]

    def best_matching(self, metadata: Any, matching: Any = None) -> Any:
        """
        Return the most specific file for a client, the first by name of several.

        :raises PluginExecutionError: if there is none
        """
        candidates = self.get_matching(metadata) if matching is None else list(matching)
        if not candidates:
            raise PluginExecutionError(
                f"No matching entries available for {self.path} for {metadata.hostname}"
            )
        return min(candidates, key=lambda entry: (entry.specific, getattr(entry, "name", "")))

    def handle_event(self, event: Event) -> None:
        """Take in what has changed in the folder."""
        name = os.path.basename(event.filename)
        if name == "info.xml":
            self._handle_info(event)
        elif event.action in ("exists", "created"):
            self.entry_init(event)
        elif event.action == "deleted":
            if self.entries.pop(name, None) is None:
                self.logger.warning("Got deleted event for unknown file %s", event.filename)
        elif event.action == "changed":
            if name in self.entries:
                self.entries[name].handle_event(event)
            else:
                self.entry_init(event)

    def _handle_info(self, event: Event) -> None:
        if event.action in ("exists", "created", "changed"):
            self.update_metadata(event)
        elif event.action == "deleted":
            self.reset_metadata(event)

    def entry_init(self, event: Event, entry_type: Any = None, specific: Any = None) -> None:
        """Make the object of a new file."""
        name = os.path.basename(event.filename)
        if name in self.entries:
            self.logger.warning("Got duplicate add for %s", event.filename)
        else:
            try:
                specificity = self.specificity_from_filename(name, specific=specific)
            except SpecificityError:
                if not self.ignore.match(name):
                    self.logger.error("Could not process filename %s; ignoring", event.filename)
                return
            make = entry_type or self.entry_type
            path = os.path.join(self.path, name)
            extra = (self.encoding,) if self._takes_encoding else ()
            self.entries[name] = make(path, specificity, *extra)
        self.entries[name].handle_event(event)

    def specificity_from_filename(self, fname: str, specific: Any = None) -> SiteSpecificity:
        """
        Read a file's name.

        :raises SpecificityError: if it says nothing known
        """
        match = (specific or self.specific).match(fname)
        if match is None:
            raise SpecificityError(fname)
        groups = match.groupdict()
        delta = groups.get("delta") or False
        if groups.get("hostname"):
            return SiteSpecificity(hostname=groups["hostname"], delta=delta)
        if groups.get("group"):
            prio = int(groups.get("prio") or 0)
            return SiteSpecificity(group=groups["group"], prio=prio, delta=delta)
        return SiteSpecificity(all=True, delta=delta)

    def update_metadata(self, event: Event) -> None:
        """Read the folder's `info.xml`."""
        if self.infoxml is None:
            self.infoxml = SiteInfoXML(os.path.join(self.path, "info.xml"))
        self.infoxml.HandleEvent(event)

    def reset_metadata(self, event: Event) -> None:
        """Forget the folder's `info.xml`."""
        self.infoxml = None

    def bind_info_to_entry(self, entry: Element, metadata: Any) -> None:
        """Give an entry the default attributes, and those of `info.xml`."""
        site_bind_info(entry, metadata, infoxml=self.infoxml, default=self.metadata)

    def bind_entry(self, entry: Element, metadata: Any) -> Any:
        """Bind an entry by the most specific file."""
        self.bind_info_to_entry(entry, metadata)
        return self.best_matching(metadata).bind_entry(entry, metadata)

    def set_debug(self, debug: Any) -> bool:
        """Switch debug messages of all files."""
        for entry in self.entries.values():
            if hasattr(entry, "set_debug"):
                entry.set_debug(debug)
        return SiteDebuggable.set_debug(self, debug)


class SiteGroupSpool(SitePlugin, SiteGenerator):
    """
    A tree of folders, each of which is an `EntrySet` (:ref:`plugin-api-13`).

    :cvar filename_pattern: base name of the files
    :cvar es_child_cls: class of the files
    :cvar es_cls: class of the folders
    :cvar entry_type: tag of what is bound
    """

    filename_pattern = ""
    es_child_cls: ClassVar[Any] = object
    es_cls: ClassVar[Any] = SiteEntrySet
    entry_type = "Path"

    def __init__(self, core: Any, datastore: str | None = None) -> None:
        SitePlugin.__init__(self, core, datastore)
        SiteGenerator.__init__(self)
        self.encoding = core.settings.encoding
        self.fam = core.fam
        self.entries: dict[str, Any] = {}
        self.handles: dict[str, str] = {}
        self.Entries[self.entry_type] = {}
        self.AddDirectoryMonitor("")

    def AddDirectoryMonitor(self, relative: str) -> None:
        """Watch a folder below the plugin's own."""
        relative = relative.strip("/")
        path = os.path.join(self.data, relative) if relative else self.data
        if path not in self.handles and os.path.isdir(path):
            self.handles[self.fam.AddMonitor(path, self)] = f"{relative}/" if relative else ""

    def event_path(self, event: Event) -> str:
        """Return the full path of what an event is about."""
        return os.path.join(self.data, self.handles[event.requestID], event.filename)

    def event_id(self, event: Event) -> str:
        """Return the name of the folder that an event is about, as entries have it."""
        folder = "/" + self.handles[event.requestID].rstrip("/")
        if os.path.isdir(self.event_path(event)):
            return os.path.join(folder, event.filename)
        return folder

    def add_entry(self, event: Event) -> None:
        """Take in a new file or folder."""
        path = self.event_path(event)
        if os.path.isdir(path):
            self.AddDirectoryMonitor(os.path.relpath(path, self.data))
            return
        name = self.event_id(event)
        if name not in self.entries:
            folder = os.path.dirname(path)
            pattern = self.filename_pattern
            self.entries[name] = self.es_cls(pattern, folder, self.es_child_cls)
            self.Entries[self.entry_type][name] = self.entries[name].bind_entry
        self.entries[name].handle_event(event)

    def HandleEvent(self, event: Event) -> None:
        """Take in what has changed."""
        if event.action == "endExist" or os.path.isabs(event.filename):
            return
        name = self.event_id(event)
        if event.action in ("exists", "created"):
            self.add_entry(event)
        elif event.action == "changed":
            if name in self.entries:
                self.entries[name].handle_event(event)
            elif not os.path.isdir(self.event_path(event)):
                self.add_entry(event)
        elif event.action == "deleted":
            self._remove(name, event)

    def _remove(self, name: str, event: Event) -> None:
        folder = os.path.join(name, event.filename)
        if folder in self.entries:
            del self.entries[folder]
            self.Entries[self.entry_type].pop(folder, None)
        elif name in self.entries:
            self.entries[name].handle_event(event)
