"""The state of a file before the present one, for whoever has to go on with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol

from bcfg2tw.engine.repository.kept import KeptSource, KeptStates
from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.settings import Settings

#: A file's full path and its interpretation.
Key = tuple[str, Callable[[Source], Any]]

#: Of a file that is not there.
NO_STAMP = Stamp(0, 0, 0, 0)


class HasValue(Protocol):
    """The value that an earlier state of a file became in this process."""

    @property
    def value(self) -> Any:
        """The object, None where the file was never understood."""

    @property
    def accepted(self) -> Any:
        """The mistakes in the file that it was made from, None where there is no value."""

    @property
    def is_new(self) -> bool:
        """Say whether the file came when there was a state without it already."""


class Earlier:
    """
    What a file said last: in this process, or else in one before it.

    The latter is looked up, and interpreted, when somebody asks.

    :ivar interpreted: what is known of it in this process
    """

    def __init__(
        self,
        kept: KeptStates | None,
        settings: Settings,
        key: Key,
        name: str,
        stamp: Stamp | None,
        interpreted: HasValue | None = None,
    ) -> None:
        """
        Look nothing up yet.

        :param kept: what processes before kept, None where nothing is to be kept
        :param name: of the file, below its plugin's folder
        :param stamp: of the file as it is now, None where it is missing
        """
        self._states = kept
        self._settings = settings
        self._key = key
        self._name = name
        self._stamp = stamp or NO_STAMP
        self.interpreted = interpreted

    @cached_property
    def _kept(self) -> tuple[Any, KeptSource] | None:
        if self.interpreted is not None or self._states is None:
            return None
        path, interpretation = self._key
        return self._states.value(path, interpretation, self._name, self._stamp, self._settings)

    @property
    def value(self) -> Any:
        """The object that it became, None if it was never understood."""
        if self.interpreted is not None:
            return self.interpreted.value
        return None if self._kept is None else self._kept[0]

    @property
    def source(self) -> KeptSource | None:
        """The file as a process before this one knew it, None where that is not asked for."""
        return None if self._kept is None else self._kept[1]

    def look_back(self) -> object:
        """Return the same, for the interpretation of its present state."""
        return self.value

    def what_now(self, without: str) -> str:
        """
        Say what follows where the file cannot be used now.

        :param without: what does where it was never understood
        """
        if self.value is None:
            return without
        age = "" if self._kept is None else f", {self._kept[1].state.age()}"
        return f"its last good state stays in service{age}"
