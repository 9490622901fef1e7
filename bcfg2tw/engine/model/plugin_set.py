"""The plugins of one state of the repository, as a client's metadata know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from bcfg2tw.engine.model.metadata_query import ClientDirectory
from bcfg2tw.settings import Settings

T = TypeVar("T")


class PluginSet(Protocol):
    """
    The plugins that one configuration is built with: `metadata.snapshot`.

    Plugins and templates reach each other through it, so that all of them belong to the same
    state of the repository. It never changes; `engine/served/snapshot.py` implements it.
    """

    @property
    def settings(self) -> Settings:
        """The settings that the repository was read under."""

    @property
    def revision(self) -> str:
        """The repository's revision, `-1` where it has none."""

    @property
    def plugins(self) -> Mapping[str, Any]:
        """The plugins by name."""

    @property
    def metadata(self) -> ClientDirectory:
        """The Metadata plugin, asked which clients and groups there are."""

    def plugins_by_type(self, base_class: type[T]) -> Sequence[T]:
        """Return the plugins of a class, by (`sort_order`, `name`); not to be changed."""

    def derive(self, function: Callable[[PluginSet], T]) -> T:
        """Return what a function makes of this set; it is called once and its result is kept."""
