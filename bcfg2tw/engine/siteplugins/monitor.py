"""The file monitor of a site's plugins: they are told what has changed (:ref:`plugin-api-6`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.siteplugins.current import current_owner
from bcfg2tw.engine.siteplugins.failures import describe
from bcfg2tw.engine.templates.site_code import site_code

logger = logging.getLogger("bcfg2-server")

#: How often handlers may ask for further folders in a row; a loop of links has no end.
ROUNDS = 1000

EXISTS, CREATED, CHANGED, DELETED, END = "exists", "created", "changed", "deleted", "endExist"


@dataclass(frozen=True)
class Event:
    """
    A change of a file.

    :ivar requestID: the path that is watched
    :ivar filename: the full path of what is watched, or a name inside of it
    :ivar action: exists, created, changed, deleted or endExist
    """

    requestID: str
    filename: str
    action: str

    def code2str(self) -> str:
        """Return the action."""
        return self.action


class Watch:
    """One watched path, and how it was when its handler was told last."""

    def __init__(self, path: str, handler: Any, owner: object) -> None:
        self.path = path
        self.handler = handler
        self.owner = owner
        self._stamp: Stamp | None = None
        self._entries: Mapping[str, Stamp] | None = None
        self._is_new = True

    def events(self, is_hidden: Callable[[str], bool]) -> Iterator[Event]:
        """Yield what has changed since this was asked last."""
        stamp, entries = self._look(is_hidden)
        first = EXISTS if self._is_new else CREATED
        if stamp is None:
            if self._stamp is not None:
                yield self._event(self.path, DELETED)
        elif entries is not None:
            yield from self._folder_events(entries, first)
        elif self._stamp is None or self._entries is not None:
            yield self._event(self.path, first)
        elif stamp != self._stamp:
            yield self._event(self.path, CHANGED)
        self._stamp, self._entries, self._is_new = stamp, entries, False

    def _folder_events(self, entries: Mapping[str, Stamp], first: str) -> Iterator[Event]:
        before = self._entries
        if before is None:
            yield self._event(self.path, first)
            yield from (self._event(name, first) for name in entries)
            yield self._event(self.path, END)
            return
        for name in before:
            if name not in entries:
                yield self._event(name, DELETED)
        for name, stamp in entries.items():
            if name not in before:
                yield self._event(name, CREATED)
            elif stamp != before[name]:
                yield self._event(name, CHANGED)

    def _event(self, filename: str, action: str) -> Event:
        return Event(self.path, filename, action)

    def _look(
        self, is_hidden: Callable[[str], bool]
    ) -> tuple[Stamp | None, Mapping[str, Stamp] | None]:
        """Return the stamp of what is watched, and, of a folder, those of what it holds."""
        stamp = stamp_of(self.path)
        if stamp is None or not os.path.isdir(self.path):
            return stamp, None
        stamps = {}
        for name in sorted(os.listdir(self.path)):
            path = os.path.join(self.path, name)
            entry = None if is_hidden(name) else stamp_of(path)
            if entry is not None:
                # a folder has handlers of its own for what it holds
                stamps[name] = Stamp(0, 0, 0, entry.mode) if os.path.isdir(path) else entry
        return stamp, stamps

    def is_current(self, is_hidden: Callable[[str], bool]) -> bool:
        """Say whether there is nothing to tell."""
        stamp, entries = self._look(is_hidden)
        if entries is None:
            return stamp == self._stamp and self._entries is None
        return entries == self._entries


class SiteFileMonitor:
    """
    Tells the handlers of a core's plugins what has changed, when the core reads the repository.

    :ivar handles: handlers by the path that each watches
    :ivar ignore: globs of names that are not told
    """

    started = True
    __rmi__ = ("list_event_handlers",)

    def __init__(self, ignore: list[str], is_ignored: Callable[[str], bool]) -> None:
        self.ignore = ignore
        self.handles: dict[str, Any] = {}
        self.debug_flag = False
        self._is_ignored = is_ignored
        self._watches: dict[tuple[int, str], Watch] = {}

    def AddMonitor(self, path: str, obj: Any, handleID: Any = None) -> str:
        """
        Watch a file, or a folder without those below it.

        `obj.HandleEvent` is called with what is there now once the code that runs has returned.

        :returns: the path, without a slash at its end
        """
        path = os.path.abspath(path)
        owner = current_owner()
        key = id(owner), path
        known = self._watches.get(key)
        if known is None or known.handler is not obj:
            self._watches[key] = Watch(path, obj, owner)
        self.handles[path] = obj
        return path

    def tell(self, owner: object) -> None:
        """Have the handlers of a plugin told, until none asks for anything further."""
        for _ in range(ROUNDS):
            told = 0
            for watch in self._of(owner):
                for event in list(watch.events(self._hides(watch))):
                    told += 1
                    self._handle(watch, event)
            if not told:
                return
        logger.error("%s watches ever more folders: is there a link that leads back?", owner)

    def _of(self, owner: object) -> list[Watch]:
        return [watch for watch in self._watches.values() if watch.owner in (owner, None)]

    def _hides(self, watch: Watch) -> Callable[[str], bool]:
        """Return what says which names of a folder are not told to who watches it."""
        watched = {path for owner, path in self._watches if owner == id(watch.owner)}

        def hides(name: str) -> bool:
            path = os.path.join(watch.path, name)
            return self._is_ignored(name) or (path in watched and not os.path.isdir(path))

        return hides

    def _handle(self, watch: Watch, event: Event) -> None:
        try:
            with site_code:
                watch.handler.HandleEvent(event)
        except Exception as error:  # a site's own code; what it knew before stays in use
            logger.error(
                "Error in handling of event %s for %s: %s", event.action,
                os.path.join(watch.path, event.filename), describe(error),
            )  # fmt: skip
            logger.debug("%s failed", watch.handler, exc_info=error)

    def is_current(self, owner: object) -> bool:
        """Say whether there is nothing to tell a plugin."""
        return all(watch.is_current(self._hides(watch)) for watch in self._of(owner))

    def paths(self, owner: object) -> tuple[str, ...]:
        """Return the paths that a plugin watches."""
        return tuple(watch.path for watch in self._of(owner))

    def should_ignore(self, event: Event) -> bool:
        """Say whether an event is of a name that is not told."""
        return self._is_ignored(os.path.basename(event.filename))

    def list_event_handlers(self) -> dict[str, str]:
        """Return the watched paths, and who is told of each."""
        return {
            path: str(getattr(handler, "name", type(handler).__name__))
            for path, handler in self.handles.items()
        }

    def start(self) -> None:
        """Do nothing: the core watches."""

    def shutdown(self) -> None:
        """Do nothing: the core watches."""

    def pending(self) -> bool:
        """Say that no event waits: all are told at once."""
        return False

    def fileno(self) -> int:
        """Return no descriptor: there is nothing to wait for."""
        return 0

    def handle_event_set(self, lock: object = None) -> int:
        """Tell the plugin that asks what has changed."""
        self.tell(current_owner())
        return 0

    def handle_events_in_interval(self, interval: float) -> None:
        """Tell the plugin that asks what has changed."""
        self.tell(current_owner())
