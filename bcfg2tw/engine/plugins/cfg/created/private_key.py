"""
privkey.xml: SSH key pairs, made for a client or a group when first asked for (:ref:`cfg-9.1`).
"""

from __future__ import annotations

import os
from contextlib import suppress

from bcfg2tw.engine.documents.content import Content, as_text
from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.encryption import looks_encrypted
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.created_files import PUBLIC_MODE, write_created
from bcfg2tw.engine.plugins.cfg.created.creator_file import CreatorFile
from bcfg2tw.engine.plugins.cfg.interfaces import PathFiles
from bcfg2tw.engine.plugins.cfg.other_paths import entry_set_of
from bcfg2tw.engine.ssh_keys import KeyFailure, KeyPair, make_pair
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

DEFAULT_TYPE = "rsa"


class PrivateKeyFile(CreatorFile):
    """A `privkey.xml`, which stands for the path of the private key and for `NAME.pub`."""

    handler = "CfgPrivateKeyCreator"
    category_option = "sshkeys_category"
    passphrase_option = "sshkeys_passphrase"
    product = "key"

    def make(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Make a pair and keep both halves; return the private key.

        A public key without its private key is of no use, the other way round it can be derived:
        so the old one goes first, then comes the private key, then the public one.

        :raises Bcfg2Error: if it cannot be made
        """
        specificity = self.specificity(metadata)
        pair = self._pair(metadata, os.path.join(entry_set.folder, entry_set.base))
        public = public_key_path(entry_set, specificity)
        with suppress(FileNotFoundError):
            os.unlink(public)
        self.keep(metadata, entry_set, pair.private)
        write_created(public, f"{pair.public} {public}\n".encode(), PUBLIC_MODE)
        public_set = entry_set_of(f"{entry_set.name}.pub", metadata)
        if public_set is not None:
            public_set.outdate(public)
        return as_text(pair.private, self._settings)

    def _pair(self, metadata: ClientMetadata, path: str) -> KeyPair:
        params = next(self.matched(metadata).iter("Params"), None)
        kind = DEFAULT_TYPE if params is None else params.get("type", DEFAULT_TYPE)
        bits = None if params is None else params.get("bits")
        try:
            return make_pair(kind, bits, self.passphrase(metadata))
        except KeyFailure as error:
            raise PluginExecutionError(
                f"Cfg: Failed to generate SSH key pair at {path} for {metadata.hostname}: {error}"
            ) from error

    def passphrase(self, metadata: ClientMetadata) -> str:
        """
        Return what protects the private key on the client; empty if nothing does.

        :raises PluginExecutionError: if it is encrypted, and could not be decrypted
        """
        element = next(self.matched(metadata).iter("Passphrase"), None)
        text = "" if element is None else element.text or ""
        if element is not None and element.get("encrypted") and looks_encrypted(text.encode()):
            # lax decryption leaves it as it is: nobody could use a key that it protects
            raise PluginExecutionError(f"Failed to decrypt Passphrase element in {self.path}")
        return text


def public_key_path(entry_set: PathFiles, specificity: Specificity) -> str:
    """
    Return the full path of a public key's file.

    :param entry_set: the files of the private key
    """
    return os.path.join(f"{entry_set.folder}.pub", f"{entry_set.base}.pub{specificity.suffix}")
