"""The authenticated format of secrets."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.encryption import (
    decrypt,
    encrypt,
    encrypt_authenticated,
    is_authenticated,
    looks_encrypted,
)
from bcfg2tw.errors import EncryptionError


class AuthenticatedTests(SynchronousTestCase):
    def test_back(self) -> None:
        """What is encrypted is decrypted with its passphrase, whatever the algorithm of old."""
        for data in (b"", b"secret\n", bytes(range(256))):
            text = encrypt_authenticated(data, "sésame")
            self.assertEqual(decrypt(text, "sésame", "des_ede3_cbc"), data)

    def test_line(self) -> None:
        """It is one line of base64, which says which format it has."""
        text = encrypt_authenticated(b"x" * 500, "open")
        self.assertEqual(text.count(b"\n"), 1)
        self.assertTrue(looks_encrypted(text) and is_authenticated(text))
        self.assertFalse(is_authenticated(encrypt(b"x", "open")))

    def test_differs(self) -> None:
        """The same text is another one each time it is encrypted."""
        self.assertNotEqual(
            encrypt_authenticated(b"x", "open"), encrypt_authenticated(b"x", "open")
        )

    def test_wrong_passphrase(self) -> None:
        """A wrong passphrase never gives garbage."""
        text = encrypt_authenticated(b"secret", "open")
        self.assertRaises(EncryptionError, decrypt, text, "shut")

    def test_changed(self) -> None:
        """A change anywhere in the text is noticed."""
        text = encrypt_authenticated(b"a longer secret", "open").rstrip(b"\n=")
        for position in range(8, len(text) - 2, 7):
            other = b"A" if text[position : position + 1] != b"A" else b"B"
            changed = text[:position] + other + text[position + 1 :]
            changed += b"=" * (-len(changed) % 4)
            self.assertRaises(EncryptionError, decrypt, changed, "open")

    def test_cut(self) -> None:
        """A text that was cut off is refused."""
        text = encrypt_authenticated(b"secret", "open")
        self.assertRaises(EncryptionError, decrypt, text[:40], "open")
