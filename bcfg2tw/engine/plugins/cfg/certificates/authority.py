"""
A site's certificate authority, as `[sslca_NAME]` describes it (:ref:`cfg-10.1`).

With `config` it is OpenSSL's own (`openssl ca`): nothing else does all that its configuration may
ask for, and keeps its list of certificates and its serial numbers. With `certificate` and `key`
alone it needs no program.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.x509 import Certificate, load_pem_x509_certificate

from bcfg2tw.engine.plugin.created_files import creating
from bcfg2tw.engine.plugins.cfg.certificates.local_authority import LocalAuthority
from bcfg2tw.engine.programs import ProgramError, run
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

TIMEOUT_SECONDS = 30.0
PASSPHRASE_VARIABLE = "BCFG2_CA_PASSPHRASE"
YES = ("1", "yes", "true", "on")


@dataclass(frozen=True)
class Authority:
    """
    One certificate authority.

    :ivar config: path of its OpenSSL configuration
    :ivar local: its certificate and key, used where there is no configuration
    :ivar chain: path of the certificate, or chain, that its certificates are verified with
    :ivar chain_is_root: whether the chain ends in a root that is to be trusted
    """

    name: str
    config: str | None
    local: LocalAuthority | None
    passphrase: str | None
    chain: str | None
    chain_is_root: bool

    @classmethod
    def from_settings(cls, name: str, settings: Settings) -> Authority:
        """Return the authority of a name; one without a section can do nothing."""
        section = f"sslca_{name}"
        options = settings.section(section)
        return cls(
            name,
            options.get("config") or None,
            _local_authority(section, options),
            options.get("passphrase") or None,
            options.get("chaincert") or None,
            options.get("root_ca", "").lower() in YES,
        )

    def sign(self, request: bytes, days: int) -> str:
        """
        Return a certificate for a request, with what it says as text before it.

        One is signed at a time: the authority's list of certificates is one file.

        :raises PluginExecutionError: if it cannot be signed
        """
        if self.config is None:
            if self.local is not None:
                return self.local.sign(request, days)
            raise PluginExecutionError(f"Cfg: [sslca_{self.name}] section has no 'config' option")
        if not os.path.isfile(self.config):
            raise PluginExecutionError(
                f"[sslca_{self.name}] config: there is no file {self.config!r}"
            )
        command = ["openssl", "ca", "-config", self.config, "-days", str(days), "-batch"]
        if self.passphrase is not None:
            command += ["-passin", f"env:{PASSPHRASE_VARIABLE}"]
        folder = os.path.dirname(os.path.abspath(self.config))
        with creating(folder), _temporary_file(request) as path:
            return self._run_signing([*command, "-in", path])

    def _run_signing(self, command: list[str]) -> str:
        secret = {} if self.passphrase is None else {PASSPHRASE_VARIABLE: self.passphrase}
        try:
            return run(command, TIMEOUT_SECONDS, environment=secret).out
        except ProgramError as error:
            raise PluginExecutionError(f"Failed to generate cert: {error}") from error

    def verify(self, certificate: bytes) -> None:
        """
        Check that a certificate comes from here, by the chain or else by the own certificate.

        :raises PluginExecutionError: with the reason, if it does not
        """
        if self.chain is None:
            if self.local is not None:
                self.local.verify(parse_certificate(certificate))
            return
        trust = ["-CAfile"] if self.chain_is_root else ["-purpose", "sslserver", "-untrusted"]
        with _temporary_file(certificate) as path:
            try:
                output = run(["openssl", "verify", *trust, self.chain, path], TIMEOUT_SECONDS).out
            except ProgramError as error:
                raise PluginExecutionError(str(error).replace(path, "certificate")) from error
        if output.strip() != f"{path}: OK":  # before OpenSSL 1.1 its exit status said nothing
            raise PluginExecutionError(output.strip().replace(path, "certificate"))

    def chain_text(self) -> bytes:
        """
        Return the content of the chain's file, else the own certificate, empty without either.

        :raises PluginExecutionError: if it cannot be read
        """
        path = self.trusted_path
        if path is None:
            return b""
        try:
            with open(path, "rb") as stream:
                return stream.read()
        except OSError as error:
            raise PluginExecutionError(
                f"[sslca_{self.name}] chaincert: {path!r}: {error.strerror}"
            ) from error

    @property
    def trusted_path(self) -> str | None:
        """The path of what certificates are verified with, None if they are not."""
        return self.chain or (self.local.certificate if self.local else None)


def _local_authority(section: str, options: Mapping[str, str]) -> LocalAuthority | None:
    certificate, key = options.get("certificate"), options.get("key")
    if not certificate or not key:
        return None
    return LocalAuthority(section, certificate, key, options.get("passphrase") or None)


def parse_certificate(data: bytes) -> Certificate:
    """
    Return the certificate in a file's content.

    :raises PluginExecutionError: if there is none
    """
    try:
        return load_pem_x509_certificate(data)
    except ValueError as error:
        raise PluginExecutionError(f"it is no certificate in PEM: {error}") from error


@contextmanager
def _temporary_file(data: bytes) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(prefix="bcfg2-", suffix=".pem") as stream:
        stream.write(data)
        stream.flush()
        yield stream.name
