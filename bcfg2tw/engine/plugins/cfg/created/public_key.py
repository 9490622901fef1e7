"""pubkey.xml: lets a request for a public key make the pair (:ref:`cfg-9.2`)."""

from __future__ import annotations

from functools import partial

from bcfg2tw.engine.documents.content import Content, is_blank
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import PLACEHOLDER
from bcfg2tw.engine.plugin.created_files import PUBLIC_MODE, creating, write_created
from bcfg2tw.engine.plugins.cfg.created.private_key import PrivateKeyFile, public_key_path
from bcfg2tw.engine.plugins.cfg.interfaces import Creator, PathFiles
from bcfg2tw.engine.plugins.cfg.other_paths import bind_path, bytes_of, entry_set_of
from bcfg2tw.engine.ssh_keys import KeyFailure, public_of
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error, PluginExecutionError

EXTENSION = ".pub"


class PublicKeyFile(StructFile, Creator):
    """A `pubkey.xml`; which key is made, the private key's `privkey.xml` says."""

    product = "public key"
    renews = True

    def create(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Return the public key, which is made with the private key if there is none yet.

        :raises PluginExecutionError: if there is no private key, or none that can be read
        """
        return metadata.effects.perform(
            f"{entry_set.name} would be made for {metadata.hostname}, as {self.path} says",
            partial(self._make, entry, metadata, entry_set, None),
            lambda: PLACEHOLDER,
        )

    def renew(
        self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles, old: Content
    ) -> Content | None:
        """
        Return the public key that belongs into an empty file; any other content is left alone.

        :raises PluginExecutionError: if there is no private key, or none that can be read
        """
        private_set, key_file = self._sources(self._private_path(entry), metadata)
        path = public_key_path(private_set, key_file.specificity(metadata))
        generator = entry_set.generators.best(metadata)
        is_own = generator is None or generator.path == path
        return self._make(entry, metadata, entry_set, old) if is_own and is_blank(old) else None

    def _make(
        self,
        entry: Element,
        metadata: ClientMetadata,
        entry_set: PathFiles,
        old: Content | None,
    ) -> Content:
        private_path = self._private_path(entry)
        private = self._private_key(private_path, metadata)
        private_set, key_file = self._sources(private_path, metadata)
        with creating(private_set.folder):
            content = entry_set.present(entry, metadata)
            if content is not None and content != old:
                return content
            path = public_key_path(private_set, key_file.specificity(metadata))
            text = f"{self._derive(private, private_path, key_file, metadata)} {path}\n"
            write_created(path, text.encode(), PUBLIC_MODE)
            entry_set.outdate(path)
            return text

    def _private_path(self, entry: Element) -> str:
        name = entry.get("name", "")
        if not name.endswith(EXTENSION):
            raise PluginExecutionError(
                f"Cfg: Could not determine private key for {name}: "
                f"Filename does not end in {EXTENSION}"
            )
        return name.removesuffix(EXTENSION)

    def _private_key(self, private_path: str, metadata: ClientMetadata) -> bytes:
        try:
            return bytes_of(bind_path(private_path, metadata))
        except (Bcfg2Error, ValueError) as error:
            raise PluginExecutionError(
                f"Cfg: Could not bind {private_path} (private key for {self.path}): {error}"
            ) from error

    def _sources(
        self, private_path: str, metadata: ClientMetadata
    ) -> tuple[PathFiles, PrivateKeyFile]:
        entry_set = entry_set_of(private_path, metadata)
        if entry_set is None:
            raise PluginExecutionError(
                f"Cfg: No private key defined for {self.path} ({private_path})"
            )
        for creator in entry_set.creators:
            if isinstance(creator, PrivateKeyFile):
                return entry_set, creator
        raise PluginExecutionError(
            f"Cfg: No privkey.xml defined for {private_path} (private key for {self.path})"
        )

    def _derive(
        self, private: bytes, path: str, key_file: PrivateKeyFile, metadata: ClientMetadata
    ) -> str:
        try:
            return public_of(private, key_file.passphrase(metadata))
        except KeyFailure as error:
            raise PluginExecutionError(
                f"Cfg: Failed to extract public key from {path}: {error}"
            ) from error
