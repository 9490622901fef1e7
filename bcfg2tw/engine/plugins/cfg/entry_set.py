"""All files that one path is made from, and how they make it (cfg.md 2)."""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bcfg2tw.engine.plugin.infoxml import set_attributes
from bcfg2tw.engine.plugin.specificity import Member, Specificity, SpecificSet
from bcfg2tw.engine.plugins.cfg.content import (
    Content,
    Creator,
    Generator,
    Info,
    Verifier,
    as_bytes,
)
from bcfg2tw.engine.plugins.cfg.kinds import Kind, Role
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

if TYPE_CHECKING:
    from bcfg2tw.engine.client_metadata import ClientMetadata
    from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")


@dataclass(frozen=True)
class EntryFile:
    """One file of an entry set: what its name says, and what it says itself."""

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
    :ivar generators: what content is made from
    :ivar creators: what makes content where no generator is for a client
    """

    __slots__ = (
        "_defaults",
        "_settings",
        "base",
        "creators",
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
    ) -> None:
        files = tuple(files)
        self.name = name
        self.folder = folder
        self.base = os.path.basename(name)
        self.generators: SpecificSet[Generator] = _specific(files, Role.GENERATOR)
        self.creators: tuple[Creator, ...] = tuple(
            file.value for file in files if file.kind.role is Role.CREATOR
        )
        self.verifiers = _verifiers(files)
        self.info = _info(files)
        self._settings = settings
        self._defaults = defaults

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
        content = self.content(entry, metadata)
        if self.verifiers and self._settings.cfg_validation:
            self._verify(entry, metadata, content)
        self._set_content(entry, content)

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """
        Return the content for a client, created if nothing else makes it.

        :raises PluginExecutionError: if nothing is for the client, or what is fails
        """
        generator = self.generators.best(metadata)
        if generator is None:
            return self._created(entry, metadata)
        if entry.get("mode") == "inherit":
            _inherit_mode(entry, generator.path)
        try:
            return generator.content(entry, metadata)
        except Exception as error:  # a template runs a site's own code
            raise PluginExecutionError(
                f"Cfg: Error rendering {entry.get('name')}: {error}"
            ) from error

    def _created(self, entry: Element, metadata: ClientMetadata) -> Content:
        if not self.creators:
            raise PluginExecutionError(
                f"No matching entries available for {self.folder} for {metadata.hostname}"
            )
        try:
            return self.creators[0].create(entry, metadata, self)
        except Exception as error:  # it runs programs, and templates with a site's own code
            raise PluginExecutionError(
                f"Cfg: Error creating data for {entry.get('name')}: {error}"
            ) from error

    def _verify(self, entry: Element, metadata: ClientMetadata, content: Content) -> None:
        data = as_bytes(content, self._settings)
        for one_kind in self.verifiers:
            verifier = one_kind.best(metadata)
            if verifier is None:
                continue
            try:
                verifier.verify(entry, metadata, data, self)
            except PluginExecutionError as error:
                raise PluginExecutionError(
                    f"Failed to verify {entry.get('name')} for {metadata.hostname}: {error}"
                ) from error

    def _set_content(self, entry: Element, content: Content) -> None:
        if not content:
            entry.set("empty", "true")
            entry.text = None
        elif entry.get("encoding") == "base64":
            entry.text = base64.b64encode(as_bytes(content, self._settings)).decode("ascii")
        else:
            text = self._text(entry, content)
            try:
                entry.text = text
            except ValueError as error:  # lxml's own words, which the reference passes on
                raise PluginExecutionError(str(error)) from error

    def _text(self, entry: Element, content: Content) -> str:
        if isinstance(content, str):
            return content
        try:
            return content.decode(self._settings.encoding)
        except UnicodeDecodeError as error:
            logger.error(
                "%s: the file is not %s; give it the encoding base64 in info.xml, or set "
                "[components] encoding", self.name, self._settings.encoding,
            )  # fmt: skip
            # the codec's name as the reference writes it, which reports and filters know
            reason = str(error).replace("'utf-8' codec", "'utf8' codec")
            raise PluginExecutionError(f"Failed to decode {entry.get('name')}: {reason}") from error


def _specific(files: Iterable[EntryFile], role: Role) -> SpecificSet[Any]:
    return SpecificSet(
        Member(file.value.path, file.specificity, file.value)
        for file in files
        if file.kind.role is role
    )


def _verifiers(files: tuple[EntryFile, ...]) -> list[SpecificSet[Verifier]]:
    kinds = dict.fromkeys(file.kind for file in files if file.kind.role is Role.VERIFIER)
    return [
        _specific((file for file in files if file.kind is kind), Role.VERIFIER) for kind in kinds
    ]


def _info(files: tuple[EntryFile, ...]) -> Info | None:
    found = sorted(
        (file for file in files if file.kind.role is Role.INFO), key=lambda file: file.kind.order
    )
    return found[0].value if found else None


def _inherit_mode(entry: Element, path: str) -> None:
    """Give an entry the mode of the file that it is made from, as Bcfg2 1.3 does."""
    entry.set("mode", f"{os.stat(path).st_mode & 0o7777:04o}")
