"""Files of the repository that the server writes itself, told from those that others change."""

from __future__ import annotations

from bcfg2tw.engine.repository.listing import Stamp, stamp_of


class WrittenFiles:
    """The files that plugins wrote, as they were then; safe to use from any thread."""

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp] = {}

    def note(self, path: str) -> None:
        """Remember a file as it is now."""
        stamp = stamp_of(path)
        if stamp is not None:
            self._stamps[path] = stamp

    def is_as_noted(self, path: str) -> bool:
        """Say whether a file was noted and has not changed since."""
        stamp = self._stamps.get(path)
        return stamp is not None and stamp == stamp_of(path)
