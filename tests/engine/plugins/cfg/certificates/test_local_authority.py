"""An authority that is a certificate and its key."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any

from cryptography.x509 import BasicConstraints, ExtendedKeyUsage, KeyUsage
from cryptography.x509.oid import ExtendedKeyUsageOID

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, change
from tests.engine.plugins.cfg.created.test_private_key import files_in
from tests.engine.plugins.cfg.created.test_ssl_certificate import (
    CERT,
    KEY,
    SMALL_CERT,
    SMALL_KEY,
    AuthorityTestCase,
    certificate_of,
    names_in,
)
from tests.engine.plugins.cfg.test_choice import bound, failure


class LocalAuthorityTests(AuthorityTestCase):
    def local(
        self, cert: str = SMALL_CERT, key_file: str = SMALL_KEY, **options: str
    ) -> NetworkCore:
        """Return a core whose authority has no configuration of OpenSSL."""
        section = {
            "config": "", "chaincert": "", "certificate": self.chain,
            "key": os.path.join(self.folder, "ca.key"), **options,
        }  # fmt: skip
        return self.ssl_core(cert, key_file, authority=section)

    def without_programs(self) -> None:
        """Have no program found."""
        self.addCleanup(os.environ.__setitem__, "PATH", os.environ["PATH"])
        os.environ["PATH"] = self.folder

    def test_signed(self) -> None:
        """A certificate is made without a program, and OpenSSL accepts it for a server."""
        for key_file in (SMALL_KEY, '<KeyInfo><Key type="dsa" bits="1024"/></KeyInfo>'):
            core = self.local(key_file=key_file)
            path = os.environ["PATH"]
            self.without_programs()
            certificate = certificate_of(bound(core, CERT).text)
            os.environ["PATH"] = path
            self.assertEqual(names_in(certificate), [CLIENT])
            self.assertGreater(certificate.serial_number.bit_length(), 100)
            (name,) = files_in(core, CERT)
            file = f"{core.settings.repository}/Cfg{CERT}/{name}"
            output = self.openssl("verify", "-purpose", "sslserver", "-x509_strict", "-CAfile",
                                self.chain, file)  # fmt: skip
            self.assertIn(": OK", output)

    def test_what_it_may_do(self) -> None:
        """A certificate is one of a server or a client, and of no authority."""
        extensions = certificate_of(bound(self.local(), CERT).text).extensions
        self.assertFalse(extensions.get_extension_for_class(BasicConstraints).value.ca)
        usage = extensions.get_extension_for_class(KeyUsage).value
        self.assertEqual((usage.digital_signature, usage.key_encipherment, usage.key_cert_sign),
                         (True, True, False))  # fmt: skip
        self.assertIn(
            ExtendedKeyUsageOID.SERVER_AUTH,
            extensions.get_extension_for_class(ExtendedKeyUsage).value,
        )

    def test_end(self) -> None:
        """A certificate ends no later than its authority's."""
        cert = SMALL_CERT.replace("/>", ' days="99999999"/>')
        with open(self.chain, encoding="ascii") as stream:
            end = certificate_of(stream.read()).not_valid_after_utc
        certificate = certificate_of(bound(self.local(cert), CERT).text)
        self.assertEqual(certificate.not_valid_after_utc, end)

    def test_chain(self) -> None:
        """The authority's certificate is what is appended where there is no chain."""
        text = bound(self.local(SMALL_CERT.replace("/>", ' append_chain="true"/>')), CERT).text
        self.assertEqual((text or "").count("BEGIN CERTIFICATE"), 2)

    def test_passphrase(self) -> None:
        """The authority's key may be protected."""
        self.make_authority("-passout", "pass:ca secret")
        core = self.local(passphrase="ca secret")
        self.assertIn("BEGIN CERTIFICATE", bound(core, CERT).text or "")
        self.assertIn("the passphrase does not fit", failure(self.local(), CERT))

    def test_verified(self) -> None:
        """A certificate of another authority fails if it was put there, and is kept."""
        text = bound(self.local(), CERT).text or ""
        self.make_authority("-nodes")
        core = self.local()
        change(core, {f"Cfg{CERT}/www.pem": text})
        self.assertIn(
            f"{CERT} failed verification against CA: it is not signed by ", failure(core, CERT)
        )
        self.assertEqual(files_in(core, CERT)["www.pem"].decode(), text)

    def test_renewed(self) -> None:
        """An expired certificate that was made here is made anew."""
        core = self.local()
        bound(core, CERT)
        change(core, {f"Cfg{CERT}/www.pem.H_{CLIENT}": self.expired(core)})
        renewed = certificate_of(bound(core, CERT).text)
        self.assertGreater(renewed.not_valid_after_utc, datetime.now(timezone.utc))

    def test_settings(self) -> None:
        """What cannot be used of an authority is named with section and option."""
        other = os.path.join(self.folder, "other.key")
        with open(other, "w", encoding="ascii") as stream:
            stream.write(self.openssl("genrsa", "1024"))
        choices: list[tuple[dict[str, Any], str]] = [
            ({"key": "/no/key"}, "[sslca_default] key: '/no/key': No such file or directory"),
            ({"key": self.chain}, "[sslca_default] key: it is no private key in PEM, or the "
             "passphrase does not fit"),
            ({"key": other}, f"[sslca_default] key: it does not belong to {self.chain}"),
            ({"certificate": other}, "[sslca_default] certificate: it is no certificate in PEM"),
            ({"certificate": ""}, "Cfg: [sslca_default] section has no 'config' option"),
        ]  # fmt: skip
        for options, reason in choices:
            self.assertTrue(failure(self.local(**options), CERT).endswith(f": {reason}"), reason)

    def test_expired_authority(self) -> None:
        """An authority that has expired signs nothing."""
        first = self.local()
        bound(first, KEY)
        certificate = os.path.join(self.folder, "expired.pem")
        with open(certificate, "w", encoding="ascii") as stream:
            stream.write(self.expired(first))
        key = f"{first.settings.repository}/Cfg{KEY}/www.key.H_{CLIENT}"
        core = self.local(certificate=certificate, key=key)
        self.assertIn("[sslca_default] certificate: it expired at", failure(core, CERT))
