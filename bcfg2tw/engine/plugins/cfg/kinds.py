"""
The kinds of files that an entry set may hold, told by their names (:ref:`cfg-1.1`).

`KINDS` is the one place where a new kind is added.
"""

from __future__ import annotations

import enum
import importlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from bcfg2tw.engine.documents.infoxml import InfoFile, InfoXML
from bcfg2tw.engine.documents.specificity import FOR_ALL, Specificity, specificity_of_suffix
from bcfg2tw.engine.encryption import decrypt_by_any
from bcfg2tw.engine.plugins.cfg.authorized_keys import AuthorizedKeys
from bcfg2tw.engine.plugins.cfg.content import Plain, Unusable
from bcfg2tw.engine.plugins.cfg.created.private_key import PrivateKeyFile
from bcfg2tw.engine.plugins.cfg.created.public_key import PublicKeyFile
from bcfg2tw.engine.plugins.cfg.created.ssl_certificate import CertificateFile
from bcfg2tw.engine.plugins.cfg.created.ssl_key import KeyFile
from bcfg2tw.engine.plugins.cfg.templates.genshi_text import GenshiText
from bcfg2tw.engine.plugins.cfg.verifiers import ExternalVerifier
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.python2 import Python2Problem
from bcfg2tw.errors import EncryptionError, RepositoryError

logger = logging.getLogger("bcfg2-server")

Reader: TypeAlias = Callable[[Source, bytes], Any]


class Role(enum.Enum):
    """What a file is for."""

    GENERATOR = "generator"
    CREATOR = "creator"
    VERIFIER = "verifier"
    INFO = "info"


@dataclass(frozen=True, eq=False)
class Kind:
    """
    One kind of file; also the interpretation of such files. Each is equal to itself only.

    :ivar handler: what `[cfg] handlers` calls it
    :ivar read: makes the object for a file from its source and its content, decrypted
    :ivar order: a file is of the first kind, by this number, that its name matches
    :ivar names: whole names, where the kind has its own; a specificity may follow if `specific`
    :ivar extensions: what stands behind base name and specificity, where it has no own names
    :ivar encrypted: whether the file is encrypted
    :ivar verifies: whether a creator also says whether content is right
    :ivar failure: what is said where the file was never understood, see `Unusable`
    """

    handler: str
    role: Role
    read: Reader
    order: int
    names: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ("",)
    specific: bool = True
    encrypted: bool = False
    verifies: bool = False
    failure: str = "Failed to load template {path}"

    def __call__(self, source: Source) -> Any:
        """
        Interpret a file.

        :raises RepositoryError: if it is wrong. One that cannot be decrypted is not: its last
            good content must not be served in its place (:ref:`cfg-6`), so the result says so.
        """
        if not self.encrypted:
            return self.read(source, source.data)
        try:
            data = decrypt_by_any(source.data, source.settings)
        except EncryptionError as error:
            level = logging.DEBUG if source.settings.lax_decryption else logging.ERROR
            logger.log(level, "Cfg: Failed to decrypt %s: %s", source.path, error)
            return Unusable(source.path, "Failed to decrypt {path}")
        return self.read(source, data)

    def specificity(self, name: str, base: str) -> Specificity | None:
        """
        Say for whom a file is, None if it is not of this kind.

        :param base: the base name of its entry set
        """
        if self.names:
            return self._of_own_name(name)
        if not name.startswith(base):
            return None
        rest = name[len(base) :]
        for extension in self.extensions:
            if rest.endswith(extension):
                found = specificity_of_suffix(rest.removesuffix(extension))
                if found is not None:
                    return found
        return None

    def _of_own_name(self, name: str) -> Specificity | None:
        if not self.specific:
            return FOR_ALL if name in self.names else None
        for own in self.names:
            found = specificity_of_suffix(name[len(own) :]) if name.startswith(own) else None
            if found is not None:
                return found
        return None

    def unusable(self, path: str, problem: RepositoryError | None) -> Unusable:
        """Return what stands for a file that was never understood: it fails its entry."""
        if "{reason}" in self.failure or not isinstance(problem, Python2Problem):
            return Unusable(path, self.failure, problem.reason if problem else "")
        place = "" if problem.line is None else f"line {problem.line}: "
        return Unusable(path, self.failure + " ({reason})", place + problem.diagnosis)


@dataclass(frozen=True)
class OfExtra:
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


JINJA2 = OfExtra("jinja2_text", "Jinja2Text", "Jinja2", "jinja2")
CHEETAH = OfExtra("cheetah_text", "CheetahText", "Cheetah", "cheetah")
CHEETAH_FAILURE = "{reason}"
INFO_FAILURE = "No metadata found in {path} for {name}"
READ_FAILURE = "Failed to read {path}"
XML_FAILURE = "Failed to read {path}: {reason}"


@dataclass(frozen=True)
class OfXML:
    """Reads files with a class that takes the source alone."""

    made: Callable[[Source], Any]

    def __call__(self, source: Source, data: bytes) -> Any:
        """Return what the class makes of the file."""
        return self.made(source)


KINDS = (
    Kind("CfgEncryptedCheetahGenerator", Role.GENERATOR, CHEETAH, 0,
         extensions=(".cheetah.crypt", ".crypt.cheetah"), encrypted=True, failure=CHEETAH_FAILURE),
    Kind("CfgEncryptedGenshiGenerator", Role.GENERATOR, GenshiText, 0,
         extensions=(".genshi.crypt", ".crypt.genshi"), encrypted=True),
    Kind("CfgEncryptedJinja2Generator", Role.GENERATOR, JINJA2, 0,
         extensions=(".jinja2.crypt", ".crypt.jinja2"), encrypted=True),
    Kind("CfgExternalCommandVerifier", Role.VERIFIER, ExternalVerifier, 0, names=(":test",),
         failure=READ_FAILURE),
    Kind("CfgInfoXML", Role.INFO, OfXML(InfoXML), 0, names=("info.xml",), specific=False,
         failure=INFO_FAILURE),
    Kind("CfgAuthorizedKeysGenerator", Role.GENERATOR, OfXML(AuthorizedKeys), 0,
         names=("authorizedkeys.xml", "authorized_keys.xml"), specific=False,
         failure=XML_FAILURE),
    Kind(PrivateKeyFile.handler, Role.CREATOR, OfXML(PrivateKeyFile), 0,
         names=("privkey.xml",), specific=False, failure=XML_FAILURE),
    Kind("CfgPublicKeyCreator", Role.CREATOR, OfXML(PublicKeyFile), 0,
         names=("pubkey.xml",), specific=False, failure=XML_FAILURE),
    Kind(KeyFile.handler, Role.CREATOR, OfXML(KeyFile), 0,
         names=("sslkey.xml",), specific=False, failure=XML_FAILURE),
    Kind(CertificateFile.handler, Role.CREATOR, OfXML(CertificateFile), 0,
         names=("sslcert.xml",), specific=False, verifies=True, failure=XML_FAILURE),
    Kind("CfgEncryptedGenerator", Role.GENERATOR, Plain, 50,
         extensions=(".crypt",), encrypted=True, failure=READ_FAILURE),
    Kind("CfgCheetahGenerator", Role.GENERATOR, CHEETAH, 50,
         extensions=(".cheetah",), failure=CHEETAH_FAILURE),
    Kind("CfgGenshiGenerator", Role.GENERATOR, GenshiText, 50, extensions=(".genshi",)),
    Kind("CfgJinja2Generator", Role.GENERATOR, JINJA2, 50, extensions=(".jinja2",)),
    Kind("CfgPlaintextGenerator", Role.GENERATOR, Plain, 100, failure=READ_FAILURE),
    # Bcfg2 1.3: an entry whose own name this is comes first
    Kind("CfgLegacyInfo", Role.INFO, OfXML(InfoFile), 150, names=("info", ":info"), specific=False,
         failure=INFO_FAILURE),
)  # fmt: skip

#: What templates include is no file of its own.
IGNORED = (".genshi_include", ".jinja2_include")

#: Filters of Bcfg2 1.3, which 1.4 no longer has.
FILTERS = (".cat", ".diff")


def enabled_kinds(handlers: Iterable[str]) -> tuple[Kind, ...]:
    """
    Return the kinds to use, in the order in which they are asked.

    :param handlers: the names to use; all where there are none. Others than these are passed
        over, as in the reference.
    """
    wanted = {name.rpartition(".")[2] for name in handlers}
    kinds = (kind for kind in KINDS if not wanted or kind.handler in wanted)
    return tuple(sorted(kinds, key=lambda kind: kind.order))


def kind_of(name: str, base: str, kinds: Iterable[Kind]) -> tuple[Kind, Specificity] | None:
    """Return the kind of a file and for whom it is, None if it is of none."""
    if name.endswith(IGNORED):
        return None
    for kind in kinds:
        specificity = kind.specificity(name, base)
        if specificity is not None:
            return kind, specificity
    return None
