"""Entry sets: all files that one path is made from (:ref:`cfg-2`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from bcfg2tw.engine.documents.content import Content, as_bytes, is_blank, set_content
from bcfg2tw.engine.documents.infoxml import set_attributes
from bcfg2tw.engine.documents.specificity import Member, Specificity, SpecificSet
from bcfg2tw.engine.model.asked import NOTHING_ASKED, Asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import PLACEHOLDER
from bcfg2tw.engine.plugins.cfg.interfaces import (
    ContentGenerator,
    Creator,
    Filter,
    Info,
    NoSuchPath,
    Verifier,
)
from bcfg2tw.engine.plugins.cfg.kind import Kind, Role, check_name, kind_of
from bcfg2tw.engine.plugins.cfg.other_paths import entry_set_of
from bcfg2tw.engine.repository.listing import IgnoredNames, Stamp
from bcfg2tw.engine.repository.source import Dependencies, Source
from bcfg2tw.engine.shared_texts import SharedText
from bcfg2tw.engine.templates.dependence import running_code
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

T = TypeVar("T")

NOTHING: frozenset[str] = frozenset()

#: What the path of a public key has behind that of its private key.
PUBLIC_HALF = ".pub"


@dataclass(frozen=True)
class EntryFile:
    """One file of an entry set: its name, what the name says, and what the file itself says."""

    name: str
    kind: Kind
    specificity: Specificity
    value: Any


class EntrySet:
    """
    The files of one folder below `Cfg`, which stand for the path of the same name.

    :ivar name: the path
    :ivar folder: full path of the folder
    :ivar base: base name of the files
    :ivar generators: the files that content is made from
    :ivar creators: the files that make content where no generator is for a client
    :ivar filters: the files by which content is changed
    :param owner: name of the plugin, which failures begin with
    """

    __slots__ = (
        "__weakref__",
        "_defaults",
        "_kinds",
        "_outdated",
        "_owner",
        "_settings",
        "base",
        "creators",
        "filters",
        "folder",
        "generators",
        "info",
        "name",
        "verifiers",
    )

    def __init__(
        self,
        name: str,
        folder: str,
        files: Iterable[EntryFile],
        settings: Settings,
        defaults: Mapping[str, str],
        kinds: tuple[Kind, ...],
        owner: str = "Cfg",
    ) -> None:
        files = tuple(files)
        self.name = name
        self.folder = folder
        self.base = os.path.basename(name)
        self.generators: SpecificSet[ContentGenerator] = _specific_set(
            file for file in files if file.kind.role is Role.GENERATOR
        )
        self.creators: tuple[Creator, ...] = tuple(
            file.value for file in files if file.kind.role is Role.CREATOR
        )
        self.filters: SpecificSet[Filter] = _specific_set(
            file for file in files if file.kind.role is Role.FILTER
        )
        self.verifiers = _verifiers(files)
        self.info = _info(files)
        self._settings = settings
        self._defaults = defaults
        self._kinds = kinds
        self._outdated = NOTHING
        self._owner = owner

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Give an entry its attributes and its content.

        :raises PluginExecutionError: if any step fails; attributes that are known are set then
        """
        set_attributes(entry, self._defaults)
        if self.info is not None:
            self.info.bind(entry, metadata)
        if entry.tag == "Path":
            entry.set("type", "file")
        content = self._filtered(entry, metadata, self.content(entry, metadata))
        if self.verifiers and self._settings.cfg_validation:
            metadata.build.untracked.append(f"verifiers of {self.folder}")
            content = self._verify_or_renew(entry, metadata, content)
        set_content(entry, content, self._settings)

    def _filtered(self, entry: Element, metadata: ClientMetadata, content: Content) -> Content:
        """Return the content as the filters for a client leave it, the least specific first."""
        for changing in reversed(self.filters.matching(metadata)) if self.filters else ():
            metadata.build.untracked.append(changing.path)
            modify = partial(changing.modify, entry, metadata, content)
            content = self._attempt("filtering", entry, modify)
        return content

    @property
    def asked(self) -> Asked | None:
        """The groups and host names that it asks for; None if it may ask anything."""
        files = self.generators.values
        if self.creators or self.filters or self.verifiers or not files:
            return None
        if not all(file.is_fixed for file in files):
            return None
        info = NOTHING_ASKED if self.info is None else self.info.asked
        return None if info is None else info | self.generators.asked

    def written_content(self, metadata: ClientMetadata) -> SharedText | None:
        """Return the content for a client as it stands in a configuration, if it is kept so."""
        generator = self.generators.best(metadata)
        return None if generator is None else generator.written

    def is_for(self, metadata: ClientMetadata) -> bool:
        """Say whether there is anything for a client, whether it works or not."""
        return bool(self.creators) or self.generators.best(metadata) is not None

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """
        Return the content for a client, created if nothing else makes it.

        :raises PluginExecutionError: if nothing is for the client, or what is fails
        """
        content = self._any_content(entry, metadata)
        problem = self._problem_of_empty(metadata) if is_blank(content) else None
        if problem is None:
            return content
        replacement = self._renew(entry, metadata, content)
        if replacement is None:
            raise PluginExecutionError(problem)
        return replacement

    def _problem_of_empty(self, metadata: ClientMetadata) -> str | None:
        """
        Say why content that is empty is none, as of a key: None where it may be.

        Such a file is what a server leaves that was stopped in writing.
        """
        product, remedy = self._product, "remove the file to have one made"
        if product is None and self._has_private_half(metadata):
            product, remedy = "public key", "add a pubkey.xml to have it made"
        if product is None:
            return None
        generator = self.generators.best(metadata)
        member = self._member_on_disk(metadata) if generator is None else None
        name = self.base if member is None else member.name
        path = os.path.join(self.folder, name) if generator is None else generator.path
        return f"{path} is empty: put the {product} back, or {remedy}"

    @property
    def _product(self) -> str | None:
        """The product of the creator, if there is one, and it is never empty."""
        return self.creators[0].product if self.creators else None

    def _has_private_half(self, metadata: ClientMetadata) -> bool:
        """Say whether the creator of another path's private key makes the content of this one."""
        if not self.name.endswith(PUBLIC_HALF) or "Cfg" not in metadata.snapshot.plugins:
            return False
        private_half = entry_set_of(self.name.removesuffix(PUBLIC_HALF), metadata)
        return private_half is not None and bool(private_half.creators)

    def _any_content(self, entry: Element, metadata: ClientMetadata) -> Content:
        generator = self.generators.best(metadata)
        if generator is None:
            metadata.build.untracked.append(f"what is created in {self.folder}")
            return self._create(entry, metadata)
        if entry.get("mode") == "inherit":
            metadata.build.untracked.append(f"the mode of {generator.path}")
            _inherit_mode(entry, generator.path)
        is_tracked = generator.path not in self._outdated and self._is_tracked(generator)
        if not is_tracked:
            metadata.build.untracked.append(generator.path)
        make = self._read_anew if generator.path in self._outdated else generator.content
        with running_code(is_known=is_tracked):
            return self._attempt("rendering", entry, partial(make, entry, metadata))

    @staticmethod
    def _is_tracked(generator: ContentGenerator) -> bool:
        """Say whether content depends on metadata and repository alone; not where it cannot be."""
        try:
            return generator.is_tracked
        except Exception:  # a template that cannot be compiled; its content fails with the reason
            return False

    def _read_anew(self, entry: Element, metadata: ClientMetadata) -> Content:
        content = self.present(entry, metadata)
        return self._create(entry, metadata) if content is None else content

    def check_name(self, name: str, specificity: Specificity) -> None:
        """
        See that a file that is to be written will be read as a file for whom it is meant.

        :raises PluginExecutionError: if it would not be
        """
        check_name(name, self.base, specificity, self._kinds)

    def outdate(self, *paths: str) -> None:
        """Take files from disk from now on: a creator has written them since they were read."""
        self._outdated = self._outdated.union(paths)

    def _create(self, entry: Element, metadata: ClientMetadata) -> Content:
        if not self.creators:
            raise PluginExecutionError(
                f"No matching entries available for {self.folder} for {metadata.hostname}"
            )
        create = partial(self.creators[0].create, entry, metadata, self)
        content = self._attempt("creating data for", entry, create, NoSuchPath)
        member = self._member_on_disk(metadata) if entry.get("mode") == "inherit" else None
        if member is not None:
            _inherit_mode(entry, os.path.join(self.folder, member.name))
        return content

    def present(self, entry: Element, metadata: ClientMetadata) -> Content | None:
        """
        Return the content for a client from what is on disk now, None if nothing is for it.

        For what creators make: the files that the set was made from may be older than what another
        request has made. Creators ask inside `creating`.

        :raises Bcfg2Error: if the file cannot be used
        """
        best = self._member_on_disk(metadata)
        return None if best is None else self._read(best.name, best.value).content(entry, metadata)

    def _member_on_disk(self, metadata: ClientMetadata) -> Member[Kind] | None:
        """Return the file that is for a client now, by its name alone."""
        ignored = IgnoredNames(self._settings.ignore_files)
        members = []
        for name in _files_in(self.folder):
            match = None if name in ignored else kind_of(name, self.base, self._kinds)
            if match is not None and match[0].role is Role.GENERATOR:
                members.append(Member(name, match[1], match[0]))
        return SpecificSet(members).best_member(metadata)

    def _read(self, name: str, kind: Kind) -> ContentGenerator:
        path = os.path.join(self.folder, name)
        stamp = Stamp.of(os.stat(path))
        generator: ContentGenerator = kind(
            Source(path, name, stamp, self._settings, Dependencies())
        )
        return generator

    def _verify_or_renew(
        self, entry: Element, metadata: ClientMetadata, content: Content
    ) -> Content:
        """Return the content if it is right, or the content that its creator makes in its place."""
        if content is PLACEHOLDER:
            return content
        try:
            self._verify(entry, metadata, content)
            return content
        except PluginExecutionError:
            replacement = self._renew(entry, metadata, content)
            if replacement is None:
                raise
        if replacement is not PLACEHOLDER:
            self._verify(entry, metadata, replacement)
        return replacement

    def _renew(self, entry: Element, metadata: ClientMetadata, content: Content) -> Content | None:
        if not self.creators or not self.creators[0].renews:
            return None
        renew = partial(self.creators[0].renew, entry, metadata, self, content)
        try:
            return metadata.effects.perform(
                f"{self.name} would be renewed for {metadata.hostname}",
                partial(self._attempt, "renewing", entry, renew),
                lambda: PLACEHOLDER,
            )
        except PluginExecutionError as error:  # the client gets the failed verification
            logger.error("%s", error)
            return None

    def _attempt(
        self, task: str, entry: Element, act: Callable[[], T], *passed_on: type[Exception]
    ) -> T:
        """
        Have a file of the set do something for an entry.

        :param task: what it does, as a message says it
        :param passed_on: exceptions whose text is the entry's failure as it is
        :raises PluginExecutionError: whatever the file raises
        """
        try:
            return act()
        except passed_on:
            raise
        except Exception as error:  # files run programs, and templates with a site's own code
            raise PluginExecutionError(
                f"{self._owner}: Error {task} {entry.get('name')}: {error}"
            ) from error

    def _verify(self, entry: Element, metadata: ClientMetadata, content: Content) -> None:
        data = as_bytes(content, self._settings)
        for verifiers_of_kind in self.verifiers:
            verifier = verifiers_of_kind.best(metadata)
            if verifier is None:
                continue
            try:
                verifier.verify(entry, metadata, data, self)
            except PluginExecutionError as error:
                raise PluginExecutionError(
                    f"Failed to verify {entry.get('name')} for {metadata.hostname}: {error}"
                ) from error


def _files_in(folder: str) -> list[str]:
    with os.scandir(folder) as listing:
        return [file.name for file in listing if file.is_file()]


def _specific_set(files: Iterable[EntryFile]) -> SpecificSet[Any]:
    return SpecificSet(Member(file.value.path, file.specificity, file.value) for file in files)


def _verifiers(files: tuple[EntryFile, ...]) -> tuple[SpecificSet[Verifier], ...]:
    kinds = dict.fromkeys(
        file.kind for file in files if file.kind.role is Role.VERIFIER or file.kind.verifies
    )
    return tuple(_specific_set(file for file in files if file.kind is kind) for kind in kinds)


def _info(files: tuple[EntryFile, ...]) -> Info | None:
    info_files = sorted(
        (file for file in files if file.kind.role is Role.INFO), key=lambda file: file.kind.order
    )
    return info_files[0].value if info_files else None


def _inherit_mode(entry: Element, path: str) -> None:
    """Give an entry the mode of the file that it is made from, as Bcfg2 1.3 does."""
    entry.set("mode", f"{os.stat(path).st_mode & 0o7777:04o}")
