"""The repository as checks see it: files by plugin, parsed once, and those that take part."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from bcfg2tw.cli.lint.clients import Client, declared_clients
from bcfg2tw.engine.repository.listing import IgnoredNames, Stamp, scan, stamp_of
from bcfg2tw.engine.repository.source import Dependencies, Source, expand
from bcfg2tw.engine.repository.xinclude import resolve_includes
from bcfg2tw.engine.xmlio import Element, parse_file
from bcfg2tw.errors import Bcfg2Error, RepositoryError
from bcfg2tw.settings import Settings

if TYPE_CHECKING:  # the engine takes a while, and not every check needs it
    from bcfg2tw.engine.core import Core

__all__ = ["Repository"]

T = TypeVar("T")


class Repository:
    """
    The files of a repository.

    :ivar settings: of the site
    :ivar only: full paths of the files that take part; None where all do, and the checks that
        compare files with each other as well
    """

    def __init__(
        self,
        settings: Settings,
        options: Mapping[str, Mapping[str, str]] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        """
        Read nothing yet.

        :param options: by section and lower-case key, what beats bcfg2.conf
        """
        self.settings = settings
        self.only = None if only is None else frozenset(only)
        self._options = options or {}
        self._roots: dict[str, Element | RepositoryError] = {}
        self._documents: dict[str, Element | None] = {}
        self._data: dict[str, bytes] = {}
        self._paths: dict[tuple[str, tuple[str, ...]], Sequence[str]] = {}
        self._derived: dict[Any, Any] = {}
        self._core: Core | None = None
        self._clients: tuple[Client, ...] | None = None
        self._ignored = IgnoredNames(settings.ignore_files)

    def option(self, section: str, key: str, default: str = "") -> str:
        """Return an option of a check."""
        given = self._options.get(section, {}).get(key.lower())
        if given is None:
            given = self.settings.get(section, key)
        return default if given is None else given

    def has_option(self, section: str, key: str) -> bool:
        """Say whether an option is given, be it with nothing."""
        marker = "\0"
        return self.option(section, key, marker) != marker

    @property
    def root(self) -> str:
        """The full path of the repository."""
        return os.path.abspath(self.settings.repository)

    @property
    def is_whole(self) -> bool:
        """Say whether all files take part."""
        return self.only is None

    def has(self, path: str) -> bool:
        """Say whether a file takes part."""
        return self.only is None or path in self.only

    def uses(self, plugin: str) -> bool:
        """Say whether the server has a plugin."""
        return plugin in self.settings.plugins

    @cached_property
    def listing(self) -> Mapping[str, Stamp]:
        """Every file below the repository by its path there, sorted."""
        return scan(self.root, self._ignored)

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        by_folder: dict[str, list[str]] = {}
        for name in self.listing:
            folder, _, rest = name.partition("/")
            if rest:
                by_folder.setdefault(folder, []).append(rest)
        return by_folder

    def every(self, folder: str, *globs: str) -> Sequence[str]:
        """
        Return the full paths of files of a plugin's folder, whether they take part or not.

        :param globs: of paths below the folder, where `*` stands for `/` as well; all without one
        """
        if (folder, globs) not in self._paths:
            matches = re.compile("|".join(map(translate, globs or ("*",)))).match
            top = os.path.join(self.root, folder, "")
            names = self._by_folder.get(folder, ())
            self._paths[folder, globs] = [top + name for name in names if matches(name)]
        return self._paths[folder, globs]

    def files(self, folder: str, *globs: str) -> list[str]:
        """Return the same without the files that take no part."""
        return [path for path in self.every(folder, *globs) if self.has(path)]

    def data(self, path: str) -> bytes:
        """Return the content of a file, empty for one that cannot be read."""
        if path not in self._data:
            try:
                with open(path, "rb") as stream:
                    self._data[path] = stream.read()
            except OSError:
                self._data[path] = b""
        return self._data[path]

    def text(self, path: str) -> str:
        """Return the content as text; bytes that are none are replaced."""
        return self.data(path).decode(self.settings.encoding, "replace")

    def problem(self, path: str) -> RepositoryError | None:
        """Return why a file is not well-formed XML, None if it is."""
        root = self._parse(path)
        return root if isinstance(root, RepositoryError) else None

    def xml(self, path: str) -> Element | None:
        """Return the root of a file without what it includes, None if it is not well-formed."""
        root = self._parse(path)
        return None if isinstance(root, RepositoryError) else root

    def _parse(self, path: str) -> Element | RepositoryError:
        if path not in self._roots:
            try:
                self._roots[path] = parse_file(self.data(path), path)
            except RepositoryError as error:
                self._roots[path] = error
        return self._roots[path]

    def document(self, path: str) -> Element | None:
        """Return the root of a file with all that it includes, None if that cannot be read."""
        if path not in self._documents:
            self._documents[path] = self._read_document(path)
        return self._documents[path]

    def _read_document(self, path: str) -> Element | None:
        root = self.xml(path)
        if root is None or b"XInclude" not in self.data(path):
            return root
        try:
            return resolve_includes(parse_file(self.data(path), path), path, _Includes(self))
        except Bcfg2Error:
            return root

    def metadata_files(self) -> Iterator[Element]:
        """Yield groups.xml and clients.xml, with what they include, as far as there are any."""
        for name in ("groups.xml", "clients.xml"):
            root = self.document(self.path("Metadata", name))
            if root is not None:
                yield root

    def core(self) -> Core:
        """
        Return a core in look mode, its repository read.

        :raises Bcfg2Error: if there can be none
        """
        if self._core is None:
            from bcfg2tw.engine.core import Core
            from bcfg2tw.engine.model.effects import Look

            core = Core(self.settings, Look())
            core.load_plugins()
            self._core = core
        return self._core

    @property
    def loaded_core(self) -> Core | None:
        """The core, if a check has asked for it: what it has read need not be read again."""
        return self._core

    def close(self) -> None:
        """Shut the core down, if there is one."""
        if self._core is not None:
            self._core.shutdown()
            self._core = None

    def clients(self) -> Sequence[Client]:
        """Return all clients: as the server has them, or else as they are declared."""
        if self._clients is None:
            try:
                served = tuple(self._served_clients())
            except Bcfg2Error:
                served = ()
            # a file of Metadata that is refused leaves none
            self._clients = served or tuple(self._declared_clients())
        return self._clients

    def _served_clients(self) -> Iterator[Client]:
        core = self.core()
        for name in sorted(core.metadata.client_names()):
            try:
                yield core.build_metadata(name)
            except Bcfg2Error:
                continue  # told by the checks of Metadata

    def _declared_clients(self) -> Iterator[Client]:
        groups = self.document(self.path("Metadata", "groups.xml"))
        clients = self.document(self.path("Metadata", "clients.xml"))
        if groups is not None and clients is not None:
            yield from declared_clients(groups, clients)

    def derive(self, make: Callable[[Repository], T]) -> T:
        """Return what a function makes of the repository, made once for all checks."""
        if make not in self._derived:
            self._derived[make] = make(self)
        derived: T = self._derived[make]
        return derived

    def path(self, *names: str) -> str:
        """Return the full path of a file of the repository."""
        return os.path.join(self.root, *names)

    def source(self, path: str) -> Source | None:
        """Return a file as the engine reads it, None for one that cannot be read."""
        try:
            stamp = stamp_of(path)
            if stamp is None:
                return None
            folder = os.path.relpath(path, self.root).partition(os.sep)[0]
            name = os.path.relpath(path, self.path(folder))
            return Source(path, name, stamp, self.settings, Dependencies())
        except Bcfg2Error:
            return None


class _Includes:
    """The reader of what files include."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return self._repository.data(path)

    def expand(self, pattern: str) -> tuple[str, ...]:
        """Return the sorted paths that a glob stands for."""
        return expand(pattern)

    def miss(self, path: str, line: int | None, href: str) -> None:
        """Pass over what is missing, which a check of its own tells."""
