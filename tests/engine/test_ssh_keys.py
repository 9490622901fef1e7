"""SSH key pairs, in the forms that OpenSSH reads."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.ssh_keys import KeyFailure, make_pair, public_of


def fields_in(blob: bytes) -> Iterator[bytes]:
    """Yield the fields of a public key's data (RFC 4251, section 5)."""
    while blob:
        end = 4 + int.from_bytes(blob[:4], "big")
        yield blob[4:end]
        blob = blob[end:]


class MakePairTests(SynchronousTestCase):
    def refused(self, kind: str, bits: str | None = None) -> str:
        """Return why a pair cannot be made."""
        return str(self.assertRaises(KeyFailure, make_pair, kind, bits))

    def test_halves(self) -> None:
        """The public half is that of the private one, with and without a passphrase."""
        for kind, bits in (("rsa", "1024"), ("ecdsa", "384"), ("ED25519", None), ("dsa", None)):
            pair = make_pair(kind, bits)
            self.assertEqual(public_of(pair.private), pair.public)
        for kind in ("rsa", "ecdsa", "dsa"):
            pair = make_pair(kind, passphrase="secret")
            self.assertEqual(public_of(pair.private, "secret"), pair.public)
            self.assertRaises(KeyFailure, public_of, pair.private)

    def test_old_readers(self) -> None:
        """Without a passphrase keys are in the format that every OpenSSH reads, if there is one."""
        starts = {"rsa": "RSA", "ecdsa": "EC", "dsa": "DSA", "ed25519": "OPENSSH"}
        for kind, start in starts.items():
            private = make_pair(kind).private.decode()
            self.assertTrue(private.startswith(f"-----BEGIN {start} PRIVATE KEY-----\n"), kind)

    def test_lengths(self) -> None:
        """The length is the one asked for, or ssh-keygen's default."""
        for bits, expected in ((None, 3072), (" ", 3072), ("1024", 1024)):
            key = load_pem_private_key(make_pair("rsa", bits).private, None)
            assert isinstance(key, RSAPrivateKey)
            self.assertEqual(key.key_size, expected)
        for bits, expected in ((None, 256), ("521", 521)):
            curve = load_pem_private_key(make_pair("ecdsa", bits).private, None)
            assert isinstance(curve, EllipticCurvePrivateKey)
            self.assertEqual(curve.key_size, expected)

    def test_dsa(self) -> None:
        """The public half of a DSA key holds its four numbers, none of them negative."""
        pair = make_pair("dsa")
        key = load_pem_private_key(pair.private, None)
        assert isinstance(key, DSAPrivateKey)
        public = key.public_key().public_numbers()
        group = public.parameter_numbers
        kind, _, data = pair.public.partition(" ")
        name, *numbers = fields_in(base64.b64decode(data, validate=True))
        self.assertEqual((kind, name), ("ssh-dss", b"ssh-dss"))
        self.assertEqual(
            [int.from_bytes(number, "big", signed=True) for number in numbers],
            [group.p, group.q, group.g, public.y],
        )

    def test_refused(self) -> None:
        """What there is not is refused with what there is."""
        self.assertIn("rsa, ecdsa, ed25519 or dsa, not 'foo'", self.refused("foo"))
        self.assertIn("version 1 of the SSH protocol", self.refused("rsa1"))
        self.assertIn("a whole number, not 'x'", self.refused("rsa", "x"))
        self.assertIn("1024 to 16384 bits, not 512", self.refused("rsa", "512"))
        self.assertIn("256, 384 or 521 bits, not 512", self.refused("ecdsa", "512"))
        self.assertIn("1024 bits, not 2048", self.refused("dsa", "2048"))

    def test_no_secrets(self) -> None:
        """A failure quotes nothing of what it was given."""
        error = self.assertRaises(KeyFailure, public_of, b"-----BEGIN secret", "word")
        self.assertNotIn("secret", str(error).replace("passphrase", ""))
        self.assertNotIn("word", str(error))
