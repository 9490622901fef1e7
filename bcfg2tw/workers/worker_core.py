"""The core of one worker among several: what concerns all of them reaches all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Protocol

from bcfg2tw.core import TwistedCore
from bcfg2tw.engine.remote_methods import plugin_methods
from bcfg2tw.settings import Settings

#: Minimum, maximum and mean in seconds, and how often, by name.
Figures = Mapping[str, Sequence[float]]

#: Methods of the core that change what a process remembers, and what the others have to do then.
SPREAD = {
    "set_debug": "set_debug",
    "toggle_debug": "set_debug",
    "set_core_debug": "set_core_debug",
    "toggle_core_debug": "set_core_debug",
    "set_fam_debug": "set_fam_debug",
    "toggle_fam_debug": "set_fam_debug",
    "expire_metadata_cache": "expire_metadata_cache",
}


class Siblings(Protocol):
    """The other processes of this server; both methods block, in a thread of the pool."""

    def obey(self, name: str, parameters: Sequence[Any]) -> None:
        """Have all of them call a method as well."""

    def statistics(self) -> list[Figures]:
        """Return the figures of all of them."""


class WorkerCore(TwistedCore):
    """
    A core that shares its work with others of the same repository.

    :ivar siblings: the others; None where this is the only one
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.siblings: Siblings | None = None

    def _resolve_exposed_method(self, method_name: str) -> Callable[..., Any]:
        """Return a method that clients may call; it reaches all workers where it has to."""
        method = super()._resolve_exposed_method(method_name)
        if self.siblings is None:
            return method
        if method_name == "get_statistics":
            return self._merging(method, self.siblings)
        if method_name in SPREAD:
            return self._spreading(method, SPREAD[method_name], self.siblings)
        return method

    def _merging(self, method: Callable[..., Any], siblings: Siblings) -> Callable[..., Any]:
        @wraps(method)
        def merge(address: Any) -> dict[str, Sequence[float]]:
            return merged_figures([method(address), *siblings.statistics()])

        return merge

    def _spreading(
        self, method: Callable[..., Any], name: str, siblings: Siblings
    ) -> Callable[..., Any]:
        @wraps(method)
        def spread(address: Any, *parameters: Any) -> Any:
            result = method(address, *parameters)
            siblings.obey(name, parameters or self._state_after(name))
            return result

        return spread

    def _state_after(self, name: str) -> Sequence[Any]:
        """Return the parameters that bring another process to this one's state."""
        if name == "expire_metadata_cache":
            return ()
        return (self.fam.debug_flag if name == "set_fam_debug" else self.debug_flag,)

    def _get_rmi(self) -> dict[str, Callable[..., Any]]:
        """Return the plugins' remote methods; those of `__child_rmi__` reach all workers."""
        methods = super()._get_rmi()
        if self.siblings is None:
            return methods
        for owner_name, owner in self._get_rmi_objects().items():
            for name, others_name in child_methods(owner):
                key = f"{owner_name}.{name}"
                if key in methods:
                    spread = self._spreading_rmi(
                        methods[key], owner, f"{owner_name}.{others_name}", self.siblings
                    )
                    methods[key] = spread
        return methods

    def _spreading_rmi(
        self, method: Callable[..., Any], owner: Any, name: str, siblings: Siblings
    ) -> Callable[..., Any]:
        @wraps(method)
        def spread(*parameters: Any) -> Any:
            result = method(*parameters)
            if name.endswith(".set_debug"):
                siblings.obey(name, (owner.debug_flag,))
            else:
                siblings.obey(name, parameters)
            return result

        return spread

    def obey(self, name: str, parameters: Sequence[Any]) -> None:
        """Do what a call has done in another process."""
        if "." in name:
            plugin_methods(self._get_rmi_objects())[name](*parameters)
        else:
            super()._resolve_exposed_method(name)(None, *parameters)


def child_methods(owner: Any) -> Iterable[tuple[str, str]]:
    """Yield the methods of a plugin that reach all processes, and what they are called there."""
    for entry in getattr(owner, "__child_rmi__", ()):
        name, others_name = (entry, entry) if isinstance(entry, str) else entry
        yield name, others_name


def merged_figures(parts: Iterable[Figures]) -> dict[str, Sequence[float]]:
    """Return the figures of several processes as those of one."""
    merged: dict[str, Sequence[float]] = {}
    for part in parts:
        for name, (low, high, mean, number) in part.items():
            if name in merged:
                low_before, high_before, mean_before, before = merged[name]
                total = before + number
                low, high = min(low, low_before), max(high, high_before)
                mean, number = (mean * number + mean_before * before) / (total or 1), total
            merged[name] = (low, high, mean, int(number))
    return merged
