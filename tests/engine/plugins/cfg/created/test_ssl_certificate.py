"""sslkey.xml and sslcert.xml: keys and certificates of a site's own authority."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import (
    Certificate,
    CertificateBuilder,
    DNSName,
    SubjectAlternativeName,
    load_pem_x509_certificate,
    random_serial_number,
)
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.encryption import decrypt
from bcfg2tw.engine.plugins.cfg.certificates.checked_certificates import CheckedCertificates
from bcfg2tw.engine.plugins.cfg.created import ssl_certificate
from tests.builders import CLIENT, Contents, a_core, bundle_of, change, configuration, entry
from tests.engine.plugins.cfg.created.test_private_key import METADATA, files_in
from tests.engine.plugins.cfg.test_choice import bound, failure

KEY = "/etc/tls/www.key"
CERT = "/etc/tls/www.pem"
SMALL_KEY = '<KeyInfo><Key bits="1024"/></KeyInfo>'
SMALL_CERT = f'<CertInfo><Cert key="{KEY}"/></CertInfo>'

CA_CONFIG = """
[ca]
default_ca = here
[here]
dir = {folder}
database = $dir/index.txt
new_certs_dir = $dir
certificate = $dir/ca.pem
private_key = $dir/ca.key
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
emailAddress = optional
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""


class AuthorityTestCase(SynchronousTestCase):
    """Has an authority of its own, made with OpenSSL."""

    if shutil.which("openssl") is None:
        skip = "the program openssl is not installed"

    def setUp(self) -> None:
        """Make an authority; its key may be protected by `ca secret`."""
        self.folder = os.path.abspath(self.mktemp())
        self.config = os.path.join(self.folder, "openssl.cnf")
        self.chain = os.path.join(self.folder, "ca.pem")
        os.mkdir(self.folder)
        open(os.path.join(self.folder, "index.txt"), "w").close()
        with open(self.config, "w", encoding="ascii") as stream:
            stream.write(CA_CONFIG.format(folder=self.folder))
        self.make_authority("-nodes")
        self.patch(ssl_certificate, "CHECKED", CheckedCertificates())

    def make_authority(self, *options: str) -> None:
        """Make the authority's key and certificate."""
        self.openssl(
            "req", "-x509", "-newkey", "rsa:1024", "-subj", "/CN=Test authority", "-config",
            self.config, "-keyout", os.path.join(self.folder, "ca.key"), "-out", self.chain,
            *options,
        )  # fmt: skip

    def openssl(self, *arguments: str) -> str:
        """Run OpenSSL and return what it writes."""
        ended = subprocess.run(
            ["openssl", *arguments], capture_output=True, check=True, timeout=60, text=True
        )
        return ended.stdout

    def ssl_core(
        self,
        cert: str = SMALL_CERT,
        key: str = SMALL_KEY,
        more: Contents | None = None,
        authority: dict[str, str] | None = None,
        **settings: Any,
    ) -> NetworkCore:
        """Return a core with a key, and a certificate that the authority signs."""
        contents = {
            **METADATA,
            "Bundler/b.xml": bundle_of(KEY, CERT),
            f"Cfg{KEY}/sslkey.xml": key,
            f"Cfg{CERT}/sslcert.xml": cert,
        }
        section = {
            "config": self.config, "chaincert": self.chain, "root_ca": "true", **(authority or {})
        }  # fmt: skip
        return a_core(
            self, {**contents, **(more or {})}, file={"sslca_default": section}, **settings
        )

    def expired(self, core: NetworkCore) -> str:
        """Return a certificate for the client's key that the authority has signed, and is over."""
        with open(os.path.join(self.folder, "ca.key"), "rb") as stream:
            authority: Any = load_pem_private_key(stream.read(), None)
        with open(self.chain, "rb") as stream:
            issuer = load_pem_x509_certificate(stream.read()).subject
        (key,) = files_in(core, KEY).values()
        public: Any = load_pem_private_key(key, None).public_key()
        start = datetime.now(timezone.utc) - timedelta(days=5)
        builder = CertificateBuilder(issuer, issuer, public, random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=2))
        return builder.sign(authority, SHA256()).public_bytes(Encoding.PEM).decode()

    def signed(self) -> int:
        """Return how many certificates the authority has signed."""
        with open(os.path.join(self.folder, "index.txt"), encoding="ascii") as stream:
            return len(stream.readlines())


def certificate_of(text: str | None) -> Certificate:
    """Return the certificate in a file's content."""
    return load_pem_x509_certificate((text or "").encode())


def names_in(certificate: Certificate) -> list[str]:
    """Return the names that a certificate is for."""
    extension = certificate.extensions.get_extension_for_class(SubjectAlternativeName)
    return extension.value.get_values_for_type(DNSName)


class KeyTests(AuthorityTestCase):
    def test_kept(self) -> None:
        """A key is made once; OpenSSL takes it."""
        core = self.ssl_core(more={"Bundler/b.xml": bundle_of(KEY)})
        text = bound(core, KEY).text or ""
        (name,) = files_in(core, KEY)
        self.assertEqual(name, f"www.key.H_{CLIENT}")
        path = f"{core.settings.repository}/Cfg{KEY}/{name}"
        self.assertIn("Key is valid", self.openssl("pkey", "-check", "-noout", "-in", path))
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        core.reload(None)
        self.assertEqual(bound(core, KEY).text, text)

    def test_types(self) -> None:
        """A key is RSA with 2048 bits, or as Key says."""
        only_key = {"Bundler/b.xml": bundle_of(KEY)}
        plain = bound(self.ssl_core(key="<KeyInfo/>", more=only_key), KEY).text or ""
        self.assertEqual(getattr(load_pem_private_key(plain.encode(), None), "key_size", 0), 2048)
        dsa = '<KeyInfo><Group name="web"><Key type="dsa" bits="1024"/></Group></KeyInfo>'
        text = bound(self.ssl_core(key=dsa, more=only_key), KEY).text or ""
        self.assertIsInstance(load_pem_private_key(text.encode(), None), DSAPrivateKey)

    def test_impossible(self) -> None:
        """A key that cannot be made fails its path with the reason."""
        for key, reason in (
            ('<Key type="x"/>', "the type of a key is rsa or dsa, not 'x'"),
            ('<Key bits="many"/>', "the number of bits must be a whole number, not 'many'"),
            ('<Key bits="99999999"/>', "an RSA key has 1024 to 16384 bits, not 99999999"),
            ('<Key type="dsa" bits="1"/>', "a DSA key has 1024, 2048, 3072 or 4096 bits, not 1"),
        ):
            core = self.ssl_core(key=f"<KeyInfo>{key}</KeyInfo>")
            self.assertEqual(
                failure(core, KEY),
                f"bind error: Cfg: Error creating data for {KEY}: Failed to generate key "
                f"REPO/Cfg{KEY}/www.key.H_{CLIENT} for {CLIENT}: {reason}",
            )


class CertificateTests(AuthorityTestCase):
    def test_signed(self) -> None:
        """A certificate is for the client's key and names; `openssl verify` accepts it."""
        cert = (
            f'<CertInfo><Cert key="{KEY}" days="30" C="DE" o="Site" emailaddress="a@example.test"/>'
            "<subjectAltName> www.example.test </subjectAltName><subjectAltName/>"
            '<Group name="no"><subjectAltName>no.example.test</subjectAltName></Group></CertInfo>'
        )
        clients = (
            f'<Clients><Client name="{CLIENT}" profile="all"><Alias name="alias"/></Client>'
            "</Clients>"
        )
        core = self.ssl_core(cert, more={"Metadata/clients.xml": clients})
        text = bound(core, CERT).text or ""
        certificate = certificate_of(text)
        self.assertEqual(names_in(certificate), ["www.example.test", "alias", CLIENT])
        subject = certificate.subject.rfc4514_string()
        for part in (f"CN={CLIENT}", "O=Site", "C=DE", "a@example.test"):
            self.assertIn(part, subject)
        lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        self.assertEqual(lifetime, timedelta(days=30))
        ((name, data),) = files_in(core, CERT).items()
        self.assertEqual((name, data.decode()), (f"www.pem.H_{CLIENT}", text))
        path = f"{core.settings.repository}/Cfg{CERT}/{name}"
        self.assertIn(": OK", self.openssl("verify", "-CAfile", self.chain, path))
        key = f"{core.settings.repository}/Cfg{KEY}/www.key.H_{CLIENT}"
        self.assertEqual(
            self.openssl("x509", "-in", path, "-noout", "-pubkey"),
            self.openssl("pkey", "-in", key, "-pubout"),
        )

    def test_made_once(self) -> None:
        """However many ask, also at the same time, the authority signs one certificate."""
        core = self.ssl_core()
        texts: list[str | None] = []

        def ask() -> None:
            texts.append(entry(configuration(core), "Path", CERT).text)

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        core.reload(None)
        ask()
        self.assertEqual((len(texts), len(set(texts)), self.signed()), (6, 1, 1))
        self.assertIn("BEGIN CERTIFICATE", texts[0] or "")

    def test_empty(self) -> None:
        """An empty certificate is made anew, verified or not; of an empty key nothing is made."""
        own = f"Cfg{CERT}/www.pem.H_{CLIENT}"
        for is_verified in (True, False):
            core = self.ssl_core(more={own: ""}, cfg_validation=is_verified)
            text = bound(core, CERT).text or ""
            self.assertIn("BEGIN CERTIFICATE", text)
            self.assertEqual(bound(core, CERT).text, text)
        key = f"Cfg{KEY}/www.key.H_{CLIENT}"
        os.unlink(f"{core.settings.repository}/{own}")
        change(core, {key: ""})
        for path in (KEY, CERT):
            self.assertIn(
                f"REPO/{key} is empty: put the key back, or remove the file to have one made",
                failure(core, path),
            )
        self.assertEqual(files_in(core, CERT), {})

    def test_chain(self) -> None:
        """The chain follows the certificate where that is asked for; `false` does not ask."""
        for value, count in (("true", 2), ("false", 1), ("", 1)):
            cert = SMALL_CERT.replace("/>", f' append_chain="{value}"/>')
            text = bound(self.ssl_core(cert), CERT).text or ""
            self.assertEqual(text.count("BEGIN CERTIFICATE"), count)

    def test_encrypted(self) -> None:
        """With a passphrase configured key and certificate are encrypted on disk, and usable."""
        core = self.ssl_core(sslca_passphrase="tls", passphrases={"tls": "geheim"})
        text = bound(core, CERT).text or ""
        ((name, data),) = files_in(core, CERT).items()
        self.assertEqual(name, f"www.pem.H_{CLIENT}.crypt")
        self.assertEqual(decrypt(data, "geheim").decode(), text)
        self.assertEqual(list(files_in(core, KEY)), [f"www.key.H_{CLIENT}.crypt"])
        core.reload(None)
        self.assertEqual(bound(core, CERT).text, text)

    def test_no_such_passphrase(self) -> None:
        """Nothing is signed that cannot be kept."""
        key = self.openssl("genrsa", "1024")
        core = self.ssl_core(
            more={f"Cfg{KEY}/www.key": key}, sslca_passphrase="no", passphrases={"tls": "x"}
        )
        self.assertIn("No such passphrase: no", failure(core, CERT))
        self.assertEqual(self.signed(), 0)

    def test_authority_with_passphrase(self) -> None:
        """The authority's key may be protected; its passphrase is in bcfg2.conf."""
        self.make_authority("-passout", "pass:ca secret")
        core = self.ssl_core(authority={"passphrase": "ca secret"})
        self.assertIn("BEGIN CERTIFICATE", bound(core, CERT).text or "")
        wrong = self.ssl_core(authority={"passphrase": "another"})
        reason = failure(wrong, CERT)
        self.assertIn("Failed to generate cert: ", reason)
        self.assertNotIn("another", reason)

    def test_group(self) -> None:
        """With a category the clients of a group share key and certificate."""
        core = self.ssl_core(sslca_category="role")
        configuration(core)
        self.assertEqual(list(files_in(core, CERT)), ["www.pem.G50_web"])
        self.assertEqual(list(files_in(core, KEY)), ["www.key.G50_web"])


class RefusedTests(AuthorityTestCase):
    def reason(self, core: NetworkCore) -> str:
        """Return why the certificate is not made."""
        text = failure(core, CERT).replace(self.folder, "CA")
        prefix = f"bind error: Cfg: Error creating data for {CERT}: "
        self.assertTrue(text.startswith(prefix), text)
        return text.removeprefix(prefix)

    def test_settings(self) -> None:
        """An authority that is not, or not rightly, described is named with its section."""
        self.assertEqual(
            self.reason(self.ssl_core(SMALL_CERT.replace("<Cert ", '<Cert ca="other" '))),
            "Cfg: [sslca_other] section has no 'config' option",
        )
        self.assertEqual(
            self.reason(self.ssl_core(authority={"config": "/no/such/file"})),
            "[sslca_default] config: there is no file '/no/such/file'",
        )
        chained = SMALL_CERT.replace("/>", ' append_chain="true"/>')
        self.assertEqual(
            self.reason(self.ssl_core(chained, authority={"chaincert": "/no/chain"})),
            "[sslca_default] chaincert: '/no/chain': No such file or directory",
        )

    def test_certificate(self) -> None:
        """A Cert that cannot be made is named with file, line and value."""
        place = f"REPO/Cfg{CERT}/sslcert.xml"
        for cert, reason in (
            ("<Cert/>", f"{place}:1: Cert needs the attribute key, the path of its key"),
            (f'<Cert key="{KEY}" days="0"/>',
             f"{place}:1: days must be a whole number above 0, not '0'"),
            ('<Group name="no"><Cert/></Group>',
             f"No matching Cert entry found for {CLIENT} in {place}"),
        ):  # fmt: skip
            self.assertEqual(self.reason(self.ssl_core(f"<CertInfo>{cert}</CertInfo>")), reason)
        country = self.ssl_core(SMALL_CERT.replace("/>", ' C="Germany"/>'))
        self.assertIn("Failed to generate CSR: ", self.reason(country))

    def test_key(self) -> None:
        """A key that is not there, or cannot be used, is named."""
        none = self.ssl_core(more={f"Cfg{KEY}x/www.keyx.H_nobody": "x"}, cert=SMALL_CERT.replace(
            KEY, f"{KEY}x"))  # fmt: skip
        self.assertEqual(self.reason(none), f"Cfg: No SSL key or key creator defined for {KEY}x")
        missing = self.ssl_core(SMALL_CERT.replace(KEY, "/no/key"))
        self.assertEqual(failure(missing, CERT), "bind error: '/no/key'")
        nonsense = self.ssl_core(more={f"Cfg{KEY}/www.key": "secret nonsense"})
        self.assertEqual(
            self.reason(nonsense),
            "the key cannot be used: it is no private key in PEM without a passphrase",
        )

    def test_from_itself(self) -> None:
        """A certificate whose key is its own path fails, and ends."""
        core = self.ssl_core(SMALL_CERT.replace(KEY, CERT))
        self.assertIn(f"{CERT} is made from itself", failure(core, CERT))

    def test_bad_authority(self) -> None:
        """What the authority refuses is told in OpenSSL's words; nothing is kept."""
        os.unlink(os.path.join(self.folder, "ca.key"))
        core = self.ssl_core()
        self.assertIn("Failed to generate cert: ", failure(core, CERT))
        self.assertEqual(files_in(core, CERT), {})
