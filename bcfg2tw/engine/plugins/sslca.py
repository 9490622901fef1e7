"""SSLCA: certificates and their keys, in repositories of Bcfg2 1.3 (:ref:`cfg-11.1`)."""

from __future__ import annotations

import copy
import logging

from bcfg2tw.engine.documents.content import Content
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.created.ssl_certificate import SSLCertificateFile
from bcfg2tw.engine.plugins.cfg.created.ssl_key import SSLKeyFile
from bcfg2tw.engine.plugins.cfg.interfaces import NoSuchPath, PathFiles
from bcfg2tw.engine.plugins.cfg.kind import Kind, Role
from bcfg2tw.engine.plugins.cfg.kinds import XML_FAILURE, SourceReader
from bcfg2tw.engine.plugins.cfg.other_paths import bind_path, bytes_of
from bcfg2tw.engine.plugins.cfg.plain import Plain
from bcfg2tw.engine.plugins.dropped import INFO_KINDS, DroppedPathFolders
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

logger = logging.getLogger("SSLCA")


class NothingApplies(NoSuchPath):
    """Nothing in a file is for a client: the entry's failure is the text as it is."""


class OldKeyFile(SSLKeyFile):
    """A `key.xml`."""

    def make(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Make a key, keep it and return it.

        :raises NothingApplies: if no `Key` is for the client
        :raises Bcfg2Error: if it cannot be made
        """
        _only(self, "Key", metadata)
        return super().make(entry, metadata, entry_set)


class OldCertificateFile(SSLCertificateFile):
    """A `cert.xml`; the key may be any path, and what is wrong is made anew, whoever made it."""

    def _applicable(self, metadata: ClientMetadata) -> Element:
        certificate = copy.copy(_only(self, "Cert", metadata))
        if certificate.get("append_chain") != "true":  # no other spelling counts
            certificate.set("append_chain", "false")
        return certificate

    def _key(self, certificate: Element, metadata: ClientMetadata) -> bytes:
        path = certificate.get("key")
        if not path:
            raise PluginExecutionError(
                f"{self.place(certificate)}: Cert needs the attribute key, the path of its key"
            )
        return bytes_of(bind_path(path, metadata))

    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: PathFiles
    ) -> None:
        """
        Check a certificate where its authority has a chain.

        :raises PluginExecutionError: if it is wrong
        """
        certificate = next(self.matched(metadata).iter("Cert"), None)
        if certificate is not None and self._authority(certificate).chain is not None:
            super().verify(entry, metadata, data, entry_set)

    def is_own(self, metadata: ClientMetadata, entry_set: PathFiles) -> bool:
        """Say that all certificates may be made anew."""
        return True


def _only(file: StructFile, tag: str, metadata: ClientMetadata) -> Element:
    elements = list(file.matched(metadata).iter(tag))
    if not elements:
        raise NothingApplies(
            f"No matching {tag} entry found for {metadata.hostname} in {file.path}"
        )
    if len(elements) > 1:
        logger.warning(
            "More than one %s in %s is for %s; the first is used", tag, file.path, metadata.hostname
        )
    return elements[0]


KINDS = (
    *INFO_KINDS,
    Kind("SSLCA", Role.CREATOR, SourceReader(OldKeyFile), 0, names=("key.xml",), specific=False,
         failure=XML_FAILURE),
    Kind("SSLCA", Role.CREATOR, SourceReader(OldCertificateFile), 0, names=("cert.xml",),
         specific=False, verifies=True, failure=XML_FAILURE),
    Kind("SSLCA", Role.GENERATOR, Plain, 50, extensions=(".crypt",), encrypted=True),
    Kind("SSLCA", Role.GENERATOR, Plain, 100, failure="Failed to read {path}"),
)  # fmt: skip


class SSLCA(DroppedPathFolders):
    """Serves `SSLCA/PATH/key.xml` and `cert.xml`, and what was made from them."""

    migration = (
        "move each PATH to Cfg/PATH and rename key.xml to sslkey.xml and cert.xml to sslcert.xml; "
        "what they say stays as it is"
    )

    @classmethod
    def kinds(cls, settings: Settings) -> tuple[Kind, ...]:
        """Return the kinds of files."""
        return KINDS
