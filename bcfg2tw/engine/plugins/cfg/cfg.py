"""The plugin: the paths that there are, and the files that each is made from (:ref:`cfg-1`)."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Set

from bcfg2tw.engine.checks.file_names import name_hint
from bcfg2tw.engine.documents.infoxml import default_path_metadata
from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.model.asked import Asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Binder, Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Generator, PullChoice, PulledEntry, PullTarget, Tracked
from bcfg2tw.engine.plugins.cfg import pulling
from bcfg2tw.engine.plugins.cfg.entry_set import PUBLIC_HALF, EntryFile, EntrySet
from bcfg2tw.engine.plugins.cfg.kind import FILTERS, IGNORED, Kind, check_name, kind_of
from bcfg2tw.engine.plugins.cfg.kinds import LEGACY_INFO, enabled_kinds
from bcfg2tw.engine.plugins.cfg.site_handler_names import handler_names
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.shared_texts import SharedText
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.settings import Settings


class Binders(Mapping[str, Binder]):
    """The methods that bind the entries of some paths, by path; made when they are asked for."""

    def __init__(self, entry_sets: Mapping[str, EntrySet]) -> None:
        self._entry_sets = entry_sets

    def __getitem__(self, path: str) -> Binder:
        return self._entry_sets[path].bind

    def __contains__(self, path: object) -> bool:
        return path in self._entry_sets

    def __iter__(self) -> Iterator[str]:
        return iter(self._entry_sets)

    def __len__(self) -> int:
        return len(self._entry_sets)


class PathFolders(Plugin, Generator):
    """
    Binds `Path` entries from the folders below its own, each of which stands for a path.

    :ivar entry_sets: path to the files that it is made from
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: PathFolders | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._kinds = self._all_kinds(context)
        self._defaults = default_path_metadata(context.settings)
        changed = None if previous is None else files.changed_since(previous.files)
        self.entry_sets: dict[str, EntrySet] = {}
        if previous is None or changed is None:
            self._read_sets(files)
        else:
            self._take_over(previous, changed)
        self._emptied = self._empty_paths(previous)
        for name in self._emptied:
            self.entry_sets[name] = self._entry_set(name, [])
        self.Entries = {"Path": Binders(self.entry_sets)}

    def _read_sets(self, names: Iterable[str]) -> None:
        for path, names_of_path in self._names_by_path(names).items():
            self.entry_sets[path] = self._entry_set(path, names_of_path)

    def _take_over(self, previous: PathFolders, changed: Set[str]) -> None:
        """Have the sets of the instance before, but for those of folders that have changed."""
        folders = {name.rpartition("/")[0] for name in changed}
        prefixes = tuple(f"{folder}/" for folder in folders if folder)
        names = [name for name in self.files if prefixes and name.startswith(prefixes)]
        names = [name for name in names if name.rpartition("/")[0] in folders]
        self.files.take_over(previous.files, changed | set(names))
        self.entry_sets = dict(previous.entry_sets)
        for path in (*previous._emptied, *(f"/{folder}" for folder in folders)):
            self.entry_sets.pop(path, None)
        self._read_sets([*names, *(name for name in changed if "/" not in name)])

    def _all_kinds(self, context: PluginContext) -> tuple[Kind, ...]:
        """Return the kinds of files that there are, those of a site's own handlers among them."""
        return self.kinds(context.settings)

    @classmethod
    @abstractmethod
    def kinds(cls, settings: Settings) -> tuple[Kind, ...]:
        """Return the kinds of files that there are, in the order in which they are asked."""

    def _names_by_path(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Return those names that are files of a path, by path."""
        names_by_path: dict[str, list[str]] = {}
        for name in names:
            folder = name.rpartition("/")[0]
            if folder:
                names_by_path.setdefault("/" + folder, []).append(name)
            else:
                self._refuse(name)
        return names_by_path

    def _empty_paths(self, previous: PathFolders | None) -> list[str]:
        """Return the paths whose folders hold nothing any more, but are still there."""
        last_sets = previous.entry_sets if previous else {}
        missing = (name for name in last_sets if name not in self.entry_sets)
        return [name for name in missing if os.path.isdir(self.files.path(name[1:]))]

    def _entry_set(self, name: str, names: list[str]) -> EntrySet:
        base = os.path.basename(name)
        entry_files = (self._entry_file(file, base) for file in names)
        return EntrySet(
            name,
            self.files.path(name[1:]),
            [file for file in entry_files if file is not None],
            self.context.settings,
            self._defaults,
            self._kinds,
            self.name,
        )

    def _entry_file(self, name: str, base: str) -> EntryFile | None:
        match = kind_of(os.path.basename(name), base, self._kinds)
        if match is None:
            self._refuse(name)
            return None
        kind, specificity = match
        value = self.files.load(name, kind)
        if value is None:
            value = kind.unusable(self.files.path(name), self.files.problem(name, kind))
        return EntryFile(name, kind, specificity, value)

    def asked_for(self, entry: Element) -> Asked | None:
        """Return what of a client decides how a path is bound."""
        name = entry.get("name", "")
        private_half = self.entry_sets.get(name.removesuffix(PUBLIC_HALF))
        if name.endswith(PUBLIC_HALF) and private_half is not None and private_half.creators:
            return None  # who creates the one writes the other
        entry_set = self.entry_sets.get(name)
        return None if entry_set is None else entry_set.asked

    def written_content(self, entry: Element, metadata: ClientMetadata) -> SharedText | None:
        """Return a path's content as it stands in a configuration, if it is kept so."""
        return self.entry_sets[entry.get("name", "")].written_content(metadata)

    def binder_of(self, entry: Element) -> object:
        """Return the entry set of a path."""
        return self.entry_sets.get(entry.get("name", ""), self)

    def check_name(self, path: str, name: str, specificity: Specificity) -> None:
        """
        See that a file that is to be written will be read as a file for whom it is meant.

        :param path: that it is written for
        :raises PluginExecutionError: if it would not be
        """
        check_name(name, os.path.basename(path), specificity, self._kinds)

    def _refuse(self, name: str) -> None:
        if name.endswith(IGNORED) or name in self.listing_before:
            return
        path = self.files.path(name)
        if name.endswith(FILTERS):
            self.logger.error(
                "%s is not applied: Bcfg2 1.4 has no filters; write a template in its place", path
            )
        else:
            hint = name_hint(os.path.basename(name), os.path.basename(os.path.dirname(name)))
            self.logger.error(
                "Could not process event exists for %s; ignoring%s",
                path,
                "" if hint is None else f": {hint}",
            )


class Cfg(PathFolders, PullTarget, Tracked):
    """The plugin for the folder `Cfg`, which takes all kinds of files."""

    @classmethod
    def kinds(cls, settings: Settings) -> tuple[Kind, ...]:
        """Return the kinds that `[cfg] handlers` names, or all."""
        return enabled_kinds(settings.cfg_handlers, settings.info_reading)

    def __init__(
        self, context: PluginContext, files: Files, previous: PathFolders | None = None
    ) -> None:
        super().__init__(context, files, previous)
        if previous is None and context.settings.info_reading is None:
            self._tell_old_info()

    def _tell_old_info(self) -> None:
        """Say that there are files which Bcfg2 1.3 read and 1.4 did not."""
        names = [name for name in self.files if self._is_old_info(name)]
        if names:
            self.logger.warning(
                "%s: %s, which counts as with Bcfg2 1.3, and did not with 1.4: write "
                "[bcfg2tw] info_reading = 1.3 or 1.4",
                self.files.path(names[0]),
                "an old info file" if len(names) == 1 else f"one of {len(names)} old info files",
            )

    def _is_old_info(self, name: str) -> bool:
        folder, base = os.path.split(name)
        if base not in ("info", ":info"):
            return False
        match = kind_of(base, os.path.basename(folder), self._kinds)
        return match is not None and match[0].handler == LEGACY_INFO

    def _all_kinds(self, context: PluginContext) -> tuple[Kind, ...]:
        # a kind is equal to itself only: the same ones from instance to instance
        of_site = self.lasting.keep("site's kinds", lambda: _kinds_of_site(context))
        kinds = (*self.kinds(context.settings), *of_site)
        return tuple(sorted(kinds, key=lambda kind: kind.order)) if of_site else kinds

    def AcceptChoices(self, entry: Element, metadata: ClientMetadata) -> list[Specificity]:
        """Return for whom a path's file can be replaced."""
        return pulling.choices(self.entry_sets[entry.get("name", "")], metadata)

    def AcceptPullData(
        self, specific: PullChoice, new_entry: PulledEntry, verbose: bool
    ) -> list[str]:
        """Replace a path's file, and what its info.xml says."""
        settings = self.context.settings
        return pulling.write(self.entry_sets[new_entry.name], specific, new_entry, settings)


def _kinds_of_site(context: PluginContext) -> tuple[Kind, ...]:
    handlers = tuple(handler_names(context.settings.cfg_handlers))
    if not handlers:
        return ()
    # it takes a while, and most sites have none
    from bcfg2tw.engine.plugins.cfg.site_handlers import site_kinds

    return site_kinds(context, handlers)
