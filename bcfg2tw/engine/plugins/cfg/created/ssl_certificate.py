"""sslcert.xml: certificates, made, verified and renewed (:ref:`cfg-10.3` and :ref:`cfg-10.4`)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from cryptography.x509 import Certificate, load_pem_x509_certificate
from lxml import etree

from bcfg2tw.engine.documents.content import Content, as_bytes, as_text
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.created_files import creating
from bcfg2tw.engine.plugins.cfg.certificates.authority import Authority
from bcfg2tw.engine.plugins.cfg.certificates.checked_certificates import CheckedCertificates
from bcfg2tw.engine.plugins.cfg.certificates.request import has_key, private_key, request_for
from bcfg2tw.engine.plugins.cfg.created.creator_file import CreatorFile
from bcfg2tw.engine.plugins.cfg.interfaces import NoSuchPath, PathFiles, Verifier
from bcfg2tw.engine.plugins.cfg.other_paths import entry_set_of, making_path
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

DEFAULT_AUTHORITY = "default"
DEFAULT_DAYS = "365"
NO = ("", "0", "no", "false", "off")

#: One that is younger was refused for a reason that a new one would share.
RENEWAL_AGE = timedelta(days=1)

CHECKED = CheckedCertificates()


class SSLCertificateFile(CreatorFile, Verifier):
    """An `sslcert.xml`; the key is another path of Cfg."""

    handler = "CfgSSLCACertCreator"
    category_option = "sslca_category"
    passphrase_option = "sslca_passphrase"
    product = "certificate"
    renews = True

    def create(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Return the certificate that is on disk by now, or make it; its key is made first.

        :raises NoSuchPath: if Cfg has nothing for the key's path
        :raises Bcfg2Error: if it cannot be made
        """
        self._key(self._applicable(metadata), metadata)
        return super().create(entry, metadata, entry_set)

    def make(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Have the authority sign a certificate, keep it and return it.

        :raises Bcfg2Error: if it cannot be made
        """
        cert_element = self._applicable(metadata)
        authority = self._authority(cert_element)
        request = request_for(
            private_key(self._key(cert_element, metadata)),
            cert_element,
            self._names(metadata),
            metadata,
        )
        data = authority.sign(request, self._days(cert_element)).encode("utf-8")
        if cert_element.get("append_chain", "").lower() not in NO:
            data += authority.chain_text()
        self.keep(metadata, entry_set, data)
        return as_text(data, self._settings)

    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: PathFiles
    ) -> None:
        """
        Check a certificate against authority and key; one that was made here is to be in date.

        :raises PluginExecutionError: if it is wrong
        """
        cert_element = next(self.matched(metadata).iter("Cert"), None)
        if cert_element is None:
            return
        authority, key = self._authority(cert_element), self._key(cert_element, metadata)
        check = CHECKED.name_of(data, key, authority)
        if CHECKED.knows(check):
            return
        name = entry.get("name", "")
        certificate = _verify_certificate(data, key, authority, name, cert_element.get("key", ""))
        if _has_expired(certificate) and self.is_own(metadata, entry_set):
            raise PluginExecutionError(f"{name} expired at {certificate.not_valid_after_utc}")
        CHECKED.note(check, certificate)

    def renew(
        self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles, old: Content
    ) -> Content | None:
        """
        Make a certificate anew that was made here and is wrong now.

        One that was put there by hand is left alone, and so is one of today that has its key:
        the authority would be asked for the next one at each run of the client.
        """
        if not self.is_own(metadata, entry_set):
            return None
        with creating(entry_set.folder):
            content = entry_set.present(entry, metadata)
            if content is not None and content != old:
                return content
            if self._is_worth_renewing(as_bytes(old, self._settings), metadata):
                self.check_passphrase()
                return self.make(entry, metadata, entry_set)
        return None

    def _is_worth_renewing(self, old: bytes, metadata: ClientMetadata) -> bool:
        try:
            certificate = load_pem_x509_certificate(old)
        except ValueError:
            return True
        if not has_key(certificate, private_key(self._key(self._applicable(metadata), metadata))):
            return True
        return _now() - certificate.not_valid_before_utc > RENEWAL_AGE

    def _applicable(self, metadata: ClientMetadata) -> Element:
        cert_element = next(self.matched(metadata).iter("Cert"), None)
        if cert_element is None:
            raise PluginExecutionError(
                f"No matching Cert entry found for {metadata.hostname} in {self.path}"
            )
        return cert_element

    def _authority(self, cert_element: Element) -> Authority:
        return Authority.from_settings(cert_element.get("ca", DEFAULT_AUTHORITY), self._settings)

    def _names(self, metadata: ClientMetadata) -> list[str]:
        """Return the names that the certificate is for, each once."""
        explicit = [
            (element.text or "").strip()
            for element in self.matched(metadata).iter("subjectAltName")
        ]
        names = [*explicit, *sorted(metadata.aliases), metadata.hostname]
        return [name for name in dict.fromkeys(names) if name]

    def _days(self, cert_element: Element) -> int:
        days = cert_element.get("days", DEFAULT_DAYS)
        if not days.isdecimal() or not int(days):
            raise PluginExecutionError(
                f"{self.place(cert_element)}: days must be a whole number above 0, not {days!r}"
            )
        return int(days)

    def _key(self, cert_element: Element, metadata: ClientMetadata) -> bytes:
        """Return the key of the certificate, which is made if there is none."""
        path = cert_element.get("key")
        if not path:
            raise PluginExecutionError(
                f"{self.place(cert_element)}: Cert needs the attribute key, the path of its key"
            )
        key_set = entry_set_of(path, metadata)
        if key_set is None:
            raise NoSuchPath(repr(path))
        if not key_set.creators and key_set.generators.best(metadata) is None:
            raise PluginExecutionError(f"Cfg: No SSL key or key creator defined for {path}")
        with making_path(path, metadata):
            content = key_set.content(etree.Element("Path", {"name": path}), metadata)
        return as_bytes(content, self._settings)


def _verify_certificate(
    data: bytes, key: bytes, authority: Authority, name: str, key_path: str
) -> Certificate:
    """Return the certificate in a file's content, checked against authority and key."""
    try:
        authority.verify(data)
    except PluginExecutionError as error:
        raise PluginExecutionError(f"{name} failed verification against CA: {error}") from error
    certificate = _parse_certificate(data, name)
    if not has_key(certificate, private_key(key)):
        raise PluginExecutionError(f"{name} failed verification against key {key_path}")
    return certificate


def _parse_certificate(data: bytes, name: str) -> Certificate:
    try:
        return load_pem_x509_certificate(data)
    except ValueError as error:
        raise PluginExecutionError(f"Failed to get modulus of {name}: {error}") from error


def _has_expired(certificate: Certificate) -> bool:
    return certificate.not_valid_after_utc < _now()


def _now() -> datetime:
    return datetime.now(timezone.utc)
