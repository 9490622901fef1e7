"""The plugin: the files that there are, and the views of them for each client's templates."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NoReturn

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Connector, Tracked
from bcfg2tw.engine.plugins.properties.formats import KINDS, PropertiesFile, XMLProperties, parse
from bcfg2tw.engine.plugins.properties.shared_file import SharedFile, share
from bcfg2tw.engine.plugins.properties.views import View, Writing, XMLView, make_view
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.templates.dependence import may_change_data
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import EncryptionError, PluginExecutionError, RepositoryError
from bcfg2tw.settings import Settings


class Properties(Plugin, Connector, Tracked):
    """
    Offers the files of `Properties` as `metadata.Properties`.

    :ivar shared_files: the files that could be read, by their path below the folder
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: Properties | None = None
    ) -> None:
        super().__init__(context, files, previous)
        lock = self.lasting.keep("lock of writing back", threading.Lock)
        self._writing = Writing(files.library.settings, lock)
        files_by_name = load_all(
            files, tuple(KINDS), parse, self.logger, self.listing_before, ignored=(".xsd",)
        )
        last_files = previous.shared_files if previous else {}
        with self._writing.lock:
            self.shared_files: dict[str, SharedFile] = {
                name: _state_of(file, last_files.get(name)) for name, file in files_by_name.items()
            }
        self._problems = {
            name: problem
            for name in files
            if name not in files_by_name and (problem := files.problem(name, parse)) is not None
        }
        self._has_automatch = any(
            is_automatched(file, self._writing.settings) for file in files_by_name.values()
        )

    def state_of_data(self, data: ClientProperties) -> Hashable:
        """Return the states of the files that code may have changed since they were read."""
        return data.states_of_changed()

    def get_additional_data(self, metadata: ClientMetadata) -> ClientProperties:
        """Return the files for one client."""
        # a copy, which does not refer to what is returned here: no cycle for the collector
        matched_for = metadata.for_build() if self._has_automatch else None
        return ClientProperties(self.shared_files, self._problems, self._writing, matched_for)


def _state_of(file: PropertiesFile, last: SharedFile | None) -> SharedFile:
    return last if last is not None and last.is_state_of(file) else share(file)


def is_automatched(file: PropertiesFile, settings: Settings) -> bool:
    """Say whether templates get what of a file applies to their client, in place of the file."""
    if not isinstance(file, XMLProperties):
        return False
    automatch = file.root.get("automatch")
    return settings.automatch if automatch is None else automatch.lower() == "true"


class ClientProperties(Mapping[str, Any]):
    """
    The files of Properties for one client, by their path below the folder.

    A view is made when a template first asks for it, and is the same object from then on.
    """

    def __init__(
        self,
        shared: Mapping[str, SharedFile],
        problems: Mapping[str, RepositoryError],
        writing: Writing,
        matched_for: ClientMetadata | None,
    ) -> None:
        self._shared = shared
        self._problems = problems
        self._writing = writing
        self._matched_for = matched_for
        self._unreadable = [name for name, problem in problems.items() if not _is_secret(problem)]
        self._views: dict[str, Any] = {}

    def states_of_changed(self) -> Hashable:
        """Return what tells the data that code may have changed from those at another time."""
        return frozenset(
            (name, shared_file.state_of_data())
            for name, shared_file in self._shared.items()
            if shared_file.may_have_changed
        )

    def __getitem__(self, name: str) -> Any:
        shared_file = self._shared.get(name)
        if shared_file is not None and may_change_data():
            shared_file.may_have_changed = True
        value = self._views.get(name)
        if value is None:
            value = self._views.setdefault(name, self._make(name))
        return value

    def _make(self, name: str) -> View | Element | Unreadable:
        shared_file = self._shared.get(name)
        if shared_file is not None:
            return self._view(shared_file)
        problem = self._problems.get(name)
        if problem is None:
            raise KeyError(name)
        if _is_secret(problem):
            raise KeyError(f"{name}: {problem}")
        return Unreadable(problem)

    def _view(self, shared_file: SharedFile) -> View | Element:
        view = make_view(shared_file, self._writing)
        is_matched = is_automatched(shared_file.file, self._writing.settings)
        if is_matched and self._matched_for is not None and isinstance(view, XMLView):
            return view.XMLMatch(self._matched_for)
        return view

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
