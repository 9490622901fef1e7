"""The common base of files that say how content is made once and then kept (:ref:`cfg-8`)."""

from __future__ import annotations

import logging
import os
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import ClassVar

from bcfg2tw.engine.documents.content import Content
from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.encryption import encrypt, passphrase_named
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import PLACEHOLDER
from bcfg2tw.engine.plugin.created_files import PRIVATE_MODE, creating, write_created
from bcfg2tw.engine.plugins.cfg.interfaces import Creator, PathFiles
from bcfg2tw.engine.xmlio import Element, line_of
from bcfg2tw.errors import EncryptionError, PluginExecutionError

logger = logging.getLogger("bcfg2-server")

DEFAULT_PRIORITY = "50"

#: The extension of an encrypted file.
CRYPT = ".crypt"


def made_once(
    creator: Creator,
    entry: Element,
    metadata: ClientMetadata,
    entry_set: PathFiles,
    make: Callable[[], Content],
) -> Content:
    """
    Return the content that is on disk for a client by now; if nothing is, make it.

    A build that only looks gets a placeholder in place of what would be made.

    :param make: makes the content, keeps it, and returns it; nobody else creates meanwhile
    """

    def make_alone() -> Content:
        with creating(entry_set.folder):
            content = entry_set.present(entry, metadata)
            return make() if content is None else content

    content = entry_set.present(entry, metadata)
    if content is not None:
        return content
    return metadata.effects.perform(
        f"{entry_set.name} would be made for {metadata.hostname}, as {creator.path} says",
        make_alone,
        lambda: PLACEHOLDER,
    )


class CreatorFile(StructFile, Creator):
    """
    An XML file that says how content is made.

    The content that was made is a file beside it. It is looked for on disk, not in the snapshot,
    while nobody else can create there: so requests that began before it was there get the same one.

    :cvar handler: its name in `[cfg] handlers`
    :cvar category_option: the field of the settings for the category of groups that share
    :cvar passphrase_option: the field for the name of the passphrase that encrypts what is kept
    """

    handler: ClassVar[str]
    category_option: ClassVar[str]
    passphrase_option: ClassVar[str]

    def create(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Return the content that is on disk for a client by now; if nothing is, make it.

        :raises Bcfg2Error: if it cannot be made
        :raises OSError: if it cannot be written
        """
        return made_once(
            self, entry, metadata, entry_set, partial(self._make, entry, metadata, entry_set)
        )

    def _make(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        self.check_passphrase()
        self.own_path(metadata, entry_set)  # before anything is made or signed
        return self.make(entry, metadata, entry_set)

    @abstractmethod
    def make(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """Make the content, keep it, and return it; nobody else creates meanwhile."""

    def specificity(self, metadata: ClientMetadata) -> Specificity:
        """
        Return for whom content is that is made for a client.

        :raises PluginExecutionError: if no file's name can say so
        """
        root = self.matched(metadata)
        category = root.get("category") or self._option(self.category_option, "cfg_category")
        per_host = root.get("perhost", "false" if category else "true").lower() == "true"
        if category and not per_host:
            group = metadata.group_in_category(category)
            if group:
                return _fit(Specificity(group=group, prio=self._priority(root)))
            logger.info(
                "Cfg: %s has no group in category %s, creating host-specific data for %s",
                metadata.hostname, category, self.path,
            )  # fmt: skip
        return _fit(Specificity(hostname=metadata.hostname))

    def _priority(self, root: Element) -> int:
        priority = root.get("priority", DEFAULT_PRIORITY)
        if not priority.isdecimal():
            raise PluginExecutionError(
                f"{self.place(root)}: the priority must be a whole number, not {priority!r}"
            )
        return int(priority)

    def place(self, element: Element) -> str:
        """Return where an element stands; the lines of a rendered template are not its file's."""
        return self.path if self.is_template else f"{self.path}:{line_of(element)}"

    def _option(self, name: str, fallback: str) -> str | None:
        value = getattr(self._settings, name) or getattr(self._settings, fallback)
        return str(value) if value else None

    def own_path(self, metadata: ClientMetadata, entry_set: PathFiles) -> str:
        """
        Return the full path of what is made for a client, as it is without encryption.

        :raises PluginExecutionError: if a file of that name would be for somebody else
        """
        specificity = self.specificity(metadata)
        name = entry_set.base + specificity.suffix
        for kept_name in (name, f"{name}{CRYPT}"):
            entry_set.check_name(kept_name, specificity)
        return os.path.join(entry_set.folder, name)

    def is_own(self, metadata: ClientMetadata, entry_set: PathFiles) -> bool:
        """Say whether what the client gets is what this has made, or will make."""
        generator = entry_set.generators.best(metadata)
        path = self.own_path(metadata, entry_set)
        return generator is None or generator.path in (path, f"{path}{CRYPT}")

    def check_passphrase(self) -> None:
        """
        See that what is made can be kept, before anything is made or signed.

        :raises EncryptionError: if the passphrase or the algorithm that is configured is unknown
        """
        self._encrypt(b"")

    def keep(self, metadata: ClientMetadata, entry_set: PathFiles, data: bytes) -> None:
        """
        Write what was made, encrypted if that is configured; call it inside `creating` only.

        :raises EncryptionError: if there is no such passphrase; nothing is written then
        """
        path = self.own_path(metadata, entry_set)
        encrypted = self._encrypt(data)
        kept_path, other_path = path, f"{path}{CRYPT}"
        if encrypted is not None:
            kept_path, other_path = other_path, kept_path
        write_created(kept_path, data if encrypted is None else encrypted, PRIVATE_MODE)
        with suppress(FileNotFoundError):
            # from before the option was changed: both would be for the client
            os.unlink(other_path)
        entry_set.outdate(kept_path, other_path)

    def _encrypt(self, data: bytes) -> bytes | None:
        """Return data encrypted; None if no passphrase is configured."""
        name = self._option(self.passphrase_option, "cfg_passphrase")
        if name is None:
            return None
        try:
            secret = passphrase_named(name, self._settings)
            return encrypt(data, secret, self._settings.algorithm)
        except EncryptionError as error:
            raise EncryptionError(f"{self.handler}: {error}") from error


def _fit(specificity: Specificity) -> Specificity:
    if "/" in specificity.suffix or specificity.suffix.split() != [specificity.suffix]:
        raise PluginExecutionError(f"no file can be named for {specificity}")
    return specificity
