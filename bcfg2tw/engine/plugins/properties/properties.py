"""The plugin: which files there are, and what of them a client's templates get."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Connector
from bcfg2tw.engine.plugins.properties.parsed import KINDS, Parsed, XMLProperties, parsed
from bcfg2tw.engine.plugins.properties.shared import Shared, shared
from bcfg2tw.engine.plugins.properties.views import View, Writing, XMLView, view
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import EncryptionError, PluginExecutionError, RepositoryError
from bcfg2tw.settings import Settings


class Properties(Plugin, Connector):
    """Offers the files of `Properties` as `metadata.Properties`."""

    def __init__(
        self, context: PluginContext, files: Files, previous: Properties | None = None
    ) -> None:
        super().__init__(context, files, previous)
        lock = previous._writing.lock if previous else threading.Lock()
        self._writing: Writing = Writing(files.library.settings, lock)
        loaded = load_all(
            files, tuple(KINDS), parsed, self.logger, self.listing_before, ignored=(".xsd",)
        )
        before = previous._shared if previous else {}
        with self._writing.lock:
            self._shared: dict[str, Shared] = {
                name: _state_of(file, before.get(name)) for name, file in loaded.items()
            }
        self._problems = {
            name: problem
            for name in files
            if name not in loaded and (problem := files.problem(name, parsed)) is not None
        }
        self._has_automatch = any(
            is_automatched(file, self._writing.settings) for file in loaded.values()
        )

    def get_additional_data(self, metadata: ClientMetadata) -> ClientProperties:
        """Return the files for one client."""
        # a copy, which does not refer to what is returned here: no cycle for the collector
        matched_for = metadata.for_build() if self._has_automatch else None
        return ClientProperties(self._shared, self._problems, self._writing, matched_for)


def _state_of(file: Parsed, known: Shared | None) -> Shared:
    return known if known is not None and known.is_state_of(file) else shared(file)


def is_automatched(file: Parsed, settings: Settings) -> bool:
    """Say whether templates get what of a file applies to their client, in place of the file."""
    if not isinstance(file, XMLProperties):
        return False
    said = file.root.get("automatch")
    return settings.automatch if said is None else said.lower() == "true"


class ClientProperties(Mapping[str, Any]):
    """
    The files of Properties for one client, by their path below the folder.

    What templates get is made when they first ask for it, and is the same object from then on.
    """

    def __init__(
        self,
        shared: Mapping[str, Shared],
        problems: Mapping[str, RepositoryError],
        writing: Writing,
        matched_for: ClientMetadata | None,
    ) -> None:
        self._shared = shared
        self._problems = problems
        self._writing = writing
        self._matched_for = matched_for
        self._unreadable = [name for name, one in problems.items() if not _is_secret(one)]
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        found = self._made.get(name)
        if found is None:
            found = self._made.setdefault(name, self._make(name))
        return found

    def _make(self, name: str) -> View | Element | Unreadable:
        known = self._shared.get(name)
        if known is not None:
            return self._view(known)
        problem = self._problems.get(name)
        if problem is None:
            raise KeyError(name)
        if _is_secret(problem):
            raise KeyError(f"{name}: {problem}")
        return Unreadable(problem)

    def _view(self, known: Shared) -> View | Element:
        made = view(known, self._writing)
        is_matched = is_automatched(known.file, self._writing.settings)
        if is_matched and self._matched_for is not None and isinstance(made, XMLView):
            return made.XMLMatch(self._matched_for)
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._shared or name in self._unreadable

    def __iter__(self) -> Iterator[str]:
        yield from self._shared
        yield from self._unreadable

    def __len__(self) -> int:
        return len(self._shared) + len(self._unreadable)

    def __repr__(self) -> str:
        return f"Properties({', '.join(self)})"


def _is_secret(problem: RepositoryError) -> bool:
    """Say whether a file is not used because it cannot be decrypted: there is no key for it."""
    return isinstance(problem.__cause__, EncryptionError)


class Unreadable:
    """Stands for a file that never was understood: whoever wants its data is told why."""

    def __init__(self, problem: RepositoryError) -> None:
        self.name = problem.path
        self._problem = problem

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise PluginExecutionError(str(self._problem))
