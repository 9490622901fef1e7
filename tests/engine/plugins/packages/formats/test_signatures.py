"""Signed texts of repositories."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.signatures import (
    BadSignature,
    verify,
    without_signature,
)
from tests.builders import write_files

SIGNED = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\nHash: SHA256\n\n"
    b"Suite: stable\n- -dash\n- - two\nplain\n"
    b"-----BEGIN PGP SIGNATURE-----\n\nxyz\n-----END PGP SIGNATURE-----\n"
)


class TextTests(SynchronousTestCase):
    def test_signed(self) -> None:
        """The text stands between the headers and the signature, its dashes unescaped."""
        expected = b"Suite: stable\n-dash\n- two\nplain\n"
        self.assertEqual(without_signature(SIGNED), expected)
        self.assertEqual(without_signature(SIGNED.replace(b"\n", b"\r\n")), expected)

    def test_unsigned(self) -> None:
        """A text that is not signed is as it is, line ends and all."""
        for text in (b"", b"Suite: stable\r\n", b"\n" + SIGNED):
            self.assertEqual(without_signature(text), text)


class VerifyTests(SynchronousTestCase):
    def test_unusable_keys(self) -> None:
        """What is no key is named with its file, beside what is wrong with the signature."""
        folder = self.mktemp()
        write_files(folder, {"key": "no key"})
        paths = [f"{folder}/key", f"{folder}/missing"]
        for signature in (None, b"no signature"):
            error = self.assertRaises(BadSignature, verify, SIGNED, paths, signature)
            text = str(error)
            self.assertIn(f"no good signature by {folder}/key, {folder}/missing: ", text)
            for path in paths:
                self.assertIn(f"the key {path} cannot be used: ", text)
            self.assertNotIn("\n", text)
