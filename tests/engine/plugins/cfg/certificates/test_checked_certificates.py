"""Certificates of sslcert.xml: checked each time they are sent, and made anew."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, change
from tests.engine.plugins.cfg.created.test_private_key import files_in
from tests.engine.plugins.cfg.created.test_ssl_certificate import (
    CERT,
    KEY,
    AuthorityTestCase,
    certificate_of,
)
from tests.engine.plugins.cfg.test_choice import bound, failure


class VerifiedTests(AuthorityTestCase):
    def with_certificate(self, text: str, suffix: str = "", **settings: Any) -> NetworkCore:
        """Return a core with a certificate that is there already."""
        return self.ssl_core(more={f"Cfg{CERT}/www.pem{suffix}": text}, **settings)

    def test_another_authority(self) -> None:
        """A certificate of another authority, put there by hand, fails and is left alone."""
        text = bound(self.ssl_core(), CERT).text or ""
        self.make_authority("-nodes")
        core = self.with_certificate(text)
        reason = failure(core, CERT)
        self.assertIn(
            f"bind error: Failed to verify {CERT} for {CLIENT}: {CERT} failed verification "
            "against CA: ",
            reason,
        )
        self.assertEqual(files_in(core, CERT), {"www.pem": text.encode()})

    def test_another_key(self) -> None:
        """A certificate for another key fails."""
        core = self.with_certificate(bound(self.ssl_core(), CERT).text or "")
        self.assertIn(f"{CERT} failed verification against key {KEY}", failure(core, CERT))

    def test_no_certificate(self) -> None:
        """Content that is no certificate fails, with or without an authority to check it."""
        self.assertIn("failed verification against CA", failure(self.with_certificate("x"), CERT))
        core = self.with_certificate("x", authority={"chaincert": ""})
        self.assertIn(f"Failed to get modulus of {CERT}: ", failure(core, CERT))

    def test_switched_off(self) -> None:
        """Without validation a certificate is sent as it is."""
        core = self.with_certificate("x", cfg_validation=False)
        self.assertEqual(bound(core, CERT).text, "x")

    def test_untrusted_chain(self) -> None:
        """A chain that is no root is not trusted by itself."""
        core = self.ssl_core(authority={"root_ca": "false"})
        self.assertIn("failed verification against CA: ", failure(core, CERT))

    def test_checked_once(self) -> None:
        """A certificate that was found right is not checked again at each run, but at a change."""
        core = self.ssl_core()
        bound(core, CERT)
        key = os.path.join(self.folder, "empty path")
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        os.environ["PATH"] = key  # there is no openssl to ask
        self.assertIs(bound(core, CERT).get("failure"), None)
        os.utime(self.chain, (1, 1))
        self.assertIn("failed verification against CA: ", failure(core, CERT))

    def test_renewed(self) -> None:
        """An expired certificate that was made here is made anew, whether it is checked or not."""
        for authority in ({}, {"chaincert": ""}):
            core = self.ssl_core(authority=authority)
            bound(core, CERT)
            expired = self.expired(core)
            change(core, {f"Cfg{CERT}/www.pem.H_{CLIENT}": expired})
            text = bound(core, CERT).text or ""
            self.assertGreater(certificate_of(text).not_valid_after_utc, datetime.now(timezone.utc))
            self.assertEqual(bound(core, CERT).text, text)
            core.reload(None)
            self.assertEqual(bound(core, CERT).text, text)

    def test_renewed_encrypted(self) -> None:
        """A plain certificate that is renewed under a passphrase leaves nothing plain behind."""
        core = self.ssl_core()
        bound(core, CERT)
        expired = self.expired(core)
        (key,) = files_in(core, KEY).values()
        second = self.ssl_core(
            more={f"Cfg{KEY}/www.key": key, f"Cfg{CERT}/www.pem.H_{CLIENT}": expired},
            sslca_passphrase="tls", passphrases={"tls": "x"},
        )  # fmt: skip
        text = bound(second, CERT).text
        self.assertEqual(list(files_in(second, CERT)), [f"www.pem.H_{CLIENT}.crypt"])
        second.reload(None)
        self.assertEqual(bound(second, CERT).text, text)

    def test_not_renewed(self) -> None:
        """One of today is not made anew: the authority would sign one at each run."""
        core = self.ssl_core()
        bound(core, CERT)
        self.make_authority("-nodes")
        signed = self.signed()
        self.assertIn("failed verification against CA", failure(core, CERT))
        self.assertEqual(self.signed(), signed)

    def test_renewed_for_a_new_key(self) -> None:
        """A certificate that was made here is made anew when its key is another one."""
        core = self.ssl_core()
        before = bound(core, CERT).text
        change(core, {f"Cfg{KEY}/www.key.H_{CLIENT}": self.openssl("genrsa", "1024")})
        after = bound(core, CERT).text
        self.assertNotEqual(after, before)
        self.assertIn("BEGIN CERTIFICATE", after or "")
