"""
All kinds of files of Cfg (:ref:`cfg-1.1`).

`KINDS` is the one place where a new kind is added.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bcfg2tw.engine.documents.infoxml import InfoFile, InfoXML
from bcfg2tw.engine.plugins.cfg.authorized_keys import AuthorizedKeys
from bcfg2tw.engine.plugins.cfg.created.private_key import PrivateKeyFile
from bcfg2tw.engine.plugins.cfg.created.public_key import PublicKeyFile
from bcfg2tw.engine.plugins.cfg.created.ssl_certificate import SSLCertificateFile
from bcfg2tw.engine.plugins.cfg.created.ssl_key import SSLKeyFile
from bcfg2tw.engine.plugins.cfg.kind import Kind, Role
from bcfg2tw.engine.plugins.cfg.plain import Decrypted, LargePlain, Plain
from bcfg2tw.engine.plugins.cfg.templates.genshi_text import GenshiText
from bcfg2tw.engine.plugins.cfg.unusable import Unusable
from bcfg2tw.engine.plugins.cfg.verifiers import ExternalVerifier
from bcfg2tw.engine.repository.source import Source

logger = logging.getLogger("bcfg2-server")


@dataclass(frozen=True)
class OptionalReader:
    """Reads files with a class whose module needs an extra to be installed."""

    module: str
    name: str
    engine: str
    extra: str

    def __call__(self, source: Source, data: bytes) -> Any:
        """Return what the class makes of the file; without the extra, what says so."""
        try:
            module = importlib.import_module(f"{__package__}.templates.{self.module}")
        except ModuleNotFoundError as error:
            remedy = f"needs {self.engine}: install bcfg2tw[{self.extra}]"
            logger.error("Cfg: %s %s (%s)", source.path, remedy, error)
            return Unusable(source.path, f"{{path}} {remedy}")
        return getattr(module, self.name)(source, data)


JINJA2 = OptionalReader("jinja2_text", "Jinja2Text", "Jinja2", "jinja2")
CHEETAH = OptionalReader("cheetah_text", "CheetahText", "Cheetah", "cheetah")
CHEETAH_FAILURE = "{reason}"
INFO_FAILURE = "No metadata found in {path} for {name}"
READ_FAILURE = "Failed to read {path}"
#: The handler of `info` and `:info`, which Bcfg2 1.3 read and 1.4 passes over.
LEGACY_INFO = "CfgLegacyInfo"
XML_FAILURE = "Failed to read {path}: {reason}"


@dataclass(frozen=True)
class SourceReader:
    """Reads files with a class that takes the source alone."""

    make: Callable[[Source], Any]

    def __call__(self, source: Source, data: bytes) -> Any:
        """Return what the class makes of the file."""
        return self.make(source)


KINDS = (
    Kind("CfgEncryptedCheetahGenerator", Role.GENERATOR, CHEETAH, 0,
         extensions=(".cheetah.crypt", ".crypt.cheetah"), encrypted=True, failure=CHEETAH_FAILURE),
    Kind("CfgEncryptedGenshiGenerator", Role.GENERATOR, GenshiText, 0,
         extensions=(".genshi.crypt", ".crypt.genshi"), encrypted=True),
    Kind("CfgEncryptedJinja2Generator", Role.GENERATOR, JINJA2, 0,
         extensions=(".jinja2.crypt", ".crypt.jinja2"), encrypted=True),
    Kind("CfgExternalCommandVerifier", Role.VERIFIER, ExternalVerifier, 0, names=(":test",),
         failure=READ_FAILURE),
    Kind("CfgInfoXML", Role.INFO, SourceReader(InfoXML), 0, names=("info.xml",), specific=False,
         failure=INFO_FAILURE),
    Kind("CfgAuthorizedKeysGenerator", Role.GENERATOR, SourceReader(AuthorizedKeys), 0,
         names=("authorizedkeys.xml", "authorized_keys.xml"), specific=False,
         failure=XML_FAILURE),
    Kind(PrivateKeyFile.handler, Role.CREATOR, SourceReader(PrivateKeyFile), 0,
         names=("privkey.xml",), specific=False, failure=XML_FAILURE),
    Kind("CfgPublicKeyCreator", Role.CREATOR, SourceReader(PublicKeyFile), 0,
         names=("pubkey.xml",), specific=False, failure=XML_FAILURE),
    Kind(SSLKeyFile.handler, Role.CREATOR, SourceReader(SSLKeyFile), 0,
         names=("sslkey.xml",), specific=False, failure=XML_FAILURE),
    Kind(SSLCertificateFile.handler, Role.CREATOR, SourceReader(SSLCertificateFile), 0,
         names=("sslcert.xml",), specific=False, verifies=True, failure=XML_FAILURE),
    Kind("CfgEncryptedGenerator", Role.GENERATOR, Decrypted, 50,
         extensions=(".crypt",), encrypted=True, failure=READ_FAILURE),
    Kind("CfgCheetahGenerator", Role.GENERATOR, CHEETAH, 50,
         extensions=(".cheetah",), failure=CHEETAH_FAILURE),
    Kind("CfgGenshiGenerator", Role.GENERATOR, GenshiText, 50, extensions=(".genshi",)),
    Kind("CfgJinja2Generator", Role.GENERATOR, JINJA2, 50, extensions=(".jinja2",)),
    Kind("CfgPlaintextGenerator", Role.GENERATOR, Plain, 100, read_large=LargePlain,
         failure=READ_FAILURE),
    # Bcfg2 1.3: an entry whose own name this is comes first
    Kind(LEGACY_INFO, Role.INFO, SourceReader(InfoFile), 150, names=("info", ":info"),
         specific=False, failure=INFO_FAILURE),
)  # fmt: skip


def enabled_kinds(handlers: Iterable[str], info_reading: str | None = None) -> tuple[Kind, ...]:
    """
    Return the kinds to use, in the order in which they are asked.

    :param handlers: the names to use; all where there are none. Others than these are passed
        over, as in the reference.
    :param info_reading: of `[bcfg2tw] info_reading`: `info` is no name of its own with 1.4
    """
    names = {name.rpartition(".")[2] for name in handlers}
    kinds = (
        kind
        for kind in KINDS
        if (not names or kind.handler in names)
        and not (kind.handler == LEGACY_INFO and info_reading == "1.4")
    )
    return tuple(sorted(kinds, key=lambda kind: kind.order))
