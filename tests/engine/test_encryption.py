"""Encrypted files and elements."""

from __future__ import annotations

import shutil
import subprocess

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.encryption import (
    decrypt,
    decrypt_by_any,
    decrypt_elements,
    encrypt,
    looks_encrypted,
    passphrase_named,
)
from bcfg2tw.engine.xmlio import Element, parse_file
from bcfg2tw.errors import EncryptionError, RepositoryError
from bcfg2tw.settings import Settings

SETTINGS = Settings(passphrases={"first": "one", "second": "zwei"})


def secret(text: str, passphrase: str = "one") -> str:
    """Return an encrypted text as it stands in a file."""
    return encrypt(text.encode(), passphrase).decode().strip()


class FormatTests(SynchronousTestCase):
    def test_known_text(self) -> None:
        """The example of :ref:`plugin-api-17` comes out, and goes in again."""
        made = encrypt(b"secret", "pass", salt=b"12345678")
        self.assertEqual(made, b"U2FsdGVkX18xMjM0NTY3OAwYKe3CELPJCMOPs7ztWLw=\n")
        self.assertEqual(decrypt(made, "pass"), b"secret")

    def test_salt(self) -> None:
        """Encrypting the same twice gives two texts."""
        self.assertNotEqual(encrypt(b"a", "b"), encrypt(b"a", "b"))

    def test_white_space(self) -> None:
        """Line breaks and blanks anywhere in the text do not count."""
        made = encrypt(b"x" * 100, "pass")
        self.assertEqual(
            decrypt(b"\n ".join([made[:7], made[7:50], made[50:]]), "pass"), b"x" * 100
        )

    def test_wrong_passphrase(self) -> None:
        """A wrong passphrase is refused with a sentence that tells no secret."""
        made = encrypt(b"secret", "pass", salt=b"12345678")
        error = self.assertRaises(EncryptionError, decrypt, made, "geheim")
        self.assertNotIn("geheim", str(error))

    def test_damaged(self) -> None:
        """Text that is no base64, too short or cut off is refused."""
        for text in (b"plain text", b"", b"U2Fs", encrypt(b"x" * 40, "pass")[:40]):
            self.assertRaises(EncryptionError, decrypt, text, "pass")

    def test_looks_encrypted(self) -> None:
        """What decodes to `Salted__` looks encrypted, nothing else does."""
        self.assertTrue(looks_encrypted(encrypt(b"a", "b")))
        self.assertFalse(looks_encrypted(b"Salted__"))
        self.assertFalse(looks_encrypted(b"c29tZXRoaW5nIGVsc2UgZW50aXJlbHk="))


class AlgorithmTests(SynchronousTestCase):
    def test_algorithms(self) -> None:
        """Every cipher, as :ref:`templates-and-data-1.1` spells it, reads what it has written."""
        for name in ("aes_128_cbc", "AES-192-CBC", "aes_256_cfb", "aes_256_ctr", "des_ede3_cbc",
                     "des3", "des_cbc", "bf_cbc", "cast5_cbc", "camellia_256_cbc", "aes256",
                     "rc2_cbc", "seed_cbc", "idea_cbc", "aes_128_ecb"):  # fmt: skip
            self.assertEqual(decrypt(encrypt(b"text", "p", name), "p", name), b"text", name)

    def test_unknown(self) -> None:
        """An unknown cipher is refused with what there is."""
        error = self.assertRaises(EncryptionError, encrypt, b"", "p", "rot_13")
        self.assertIn("[encryption] algorithm: 'rot_13' is not available", str(error))
        self.assertIn("aes_256_cbc", str(error))

    def test_other_key_sizes(self) -> None:
        """The vector of a cipher with a short key is not what follows the key, as upstream."""
        salt = bytes(range(8))
        by_length = encrypt(b"text", "p", "aes_128_cbc", salt)
        self.assertEqual(by_length, b"U2FsdGVkX18AAQIDBAUGB" + by_length[21:])
        if shutil.which("openssl"):
            self.assertNotEqual(openssl("-d", "-aes-128-cbc", data=by_length), b"text")


def openssl(*options: str, data: bytes) -> bytes:
    """Run `openssl enc` with the passphrase `p`."""
    command = ["openssl", "enc", *options, "-md", "md5", "-salt", "-a", "-k", "p"]
    return subprocess.run(command, input=data, capture_output=True, check=False).stdout


class OpensslTests(SynchronousTestCase):
    if shutil.which("openssl") is None:
        skip = "the program openssl is not installed"

    def test_reads(self) -> None:
        """What `openssl enc -md md5` wrote is read, wrapped lines and all."""
        for name in ("aes-256-cbc", "camellia-256-cbc"):
            made = openssl(f"-{name}", data=b"secret\n" * 30)
            self.assertEqual(decrypt(made, "p", name), b"secret\n" * 30)

    def test_is_read(self) -> None:
        """What is written here `openssl enc` reads."""
        wrapped = b"\n".join(encrypt(b"secret", "p")[at : at + 64] for at in range(0, 64, 64))
        self.assertEqual(openssl("-d", "-aes-256-cbc", data=wrapped), b"secret")


class PassphraseTests(SynchronousTestCase):
    def test_names(self) -> None:
        """Names of passphrases are found in any case."""
        self.assertEqual(passphrase_named("First", SETTINGS), "one")
        error = self.assertRaises(EncryptionError, passphrase_named, "third", SETTINGS)
        self.assertEqual(str(error), "No such passphrase: third")

    def test_any(self) -> None:
        """A file is decrypted with whichever passphrase fits."""
        self.assertEqual(decrypt_by_any(encrypt(b"text", "zwei"), SETTINGS), b"text")

    def test_none_fits(self) -> None:
        """A file that no passphrase fits is refused."""
        made = encrypt(b"text", "other", salt=b"12345678")
        error = self.assertRaises(EncryptionError, decrypt_by_any, made, SETTINGS)
        self.assertIn("Failed to decrypt", str(error))
        self.assertRaises(EncryptionError, decrypt_by_any, made, Settings())

    def test_text_wins(self) -> None:
        """Garbage that a wrong passphrase gives by chance does not win over text."""
        made = next(
            text
            for text in (encrypt(b"text", "zwei", salt=b"%08d" % n) for n in range(100000))
            if is_garbage(text)
        )
        self.assertEqual(decrypt_by_any(made, SETTINGS), b"text")

    def test_text_of_any_bytes(self) -> None:
        """That is so as well where the encoding takes all bytes for text."""
        settings = Settings(passphrases={"first": "one", "second": "zwei"}, encoding="latin-1")
        plain = "schl\xfcssel = ".encode("latin-1") + bytes(range(0x40, 0x7E)) + b"\n"
        salts = (number.to_bytes(8, "big") for number in range(10_000))
        made = next(
            made
            for made in (encrypt(plain, "zwei", salt=salt) for salt in salts)
            if is_garbage(made)
        )
        self.assertEqual(decrypt_by_any(made, settings), plain)

    def test_control_characters(self) -> None:
        """Text that XML cannot hold is text all the same."""
        plain = b"\x1b[1mbold\x1b[0m"
        salts = (number.to_bytes(8, "big") for number in range(10_000))
        made = next(
            made
            for made in (encrypt(plain, "zwei", salt=salt) for salt in salts)
            if is_garbage(made)
        )
        self.assertEqual(decrypt_by_any(made, SETTINGS), plain)


def is_garbage(data: bytes) -> bool:
    """Say whether the wrong passphrase gives something that is no text."""
    try:
        return not decrypt(data, "one").isascii()
    except EncryptionError:
        return False


def document(text: str, lax: str = "") -> Element:
    """Return a parsed document around some elements."""
    return parse_file(f"<Properties {lax}>{text}</Properties>".encode(), "/p.xml")


class ElementTests(SynchronousTestCase):
    def test_decrypted(self) -> None:
        """Text is decrypted, with any characters; the attribute stays; others are left alone."""
        root = document(
            f'<a encrypted="first">{secret("Grüße")}</a><b>x</b><c encrypted="first"/>'
            f'<d><e encrypted="SECOND">{secret("tief", "zwei")}</e></d>'
        )
        decrypt_elements(root, "/p.xml", SETTINGS)
        self.assertEqual([one.text for one in root.iter("a", "b", "c", "e")],
                         ["Grüße", "x", None, "tief"])  # fmt: skip
        self.assertEqual(root[0].get("encrypted"), "first")

    def failure(self, text: str, lax: str = "") -> str:
        """Return what is said of a document that cannot be decrypted."""
        root = document(text, lax)
        return str(self.assertRaises(RepositoryError, decrypt_elements, root, "/p.xml", SETTINGS))

    def test_strict(self) -> None:
        """An unknown name, a wrong passphrase and plain text are errors that say where."""
        said = self.failure(f'<a encrypted="third">{secret("x")}</a>')
        self.assertEqual(
            said, "/p.xml:1: Failed to decrypt a element in /p.xml: No such passphrase: third"
        )
        self.assertIn("Failed to decrypt b element in /p.xml", self.failure(
            '\n<b encrypted="first">plain</b>'))  # fmt: skip

    def test_gibberish(self) -> None:
        """What decrypts to no text, or to none that XML can hold, is an error as well."""
        for plain in (b"\xff\xfe", b"\x00"):
            text = encrypt(plain, "one").decode()
            self.assertIn("gibberish", self.failure(f'<a encrypted="first">{text}</a>'))

    def test_lax(self) -> None:
        """Where decryption is lax the text stays as it is, and the others are decrypted."""
        text = f'<a encrypted="first">plain</a><b encrypted="first">{secret("x")}</b>'
        for root, settings in (
            (document(text, 'lax_decryption="True"'), SETTINGS),
            (document(text), Settings(passphrases={"first": "one"}, lax_decryption=True)),
        ):
            decrypt_elements(root, "/p.xml", settings)
            self.assertEqual([one.text for one in root], ["plain", "x"])

    def test_root_decides(self) -> None:
        """What the root says about strictness beats the option."""
        settings = Settings(passphrases={"first": "one"}, lax_decryption=True)
        root = document('<a encrypted="first">plain</a>', 'lax_decryption="false"')
        self.assertRaises(RepositoryError, decrypt_elements, root, "/p.xml", settings)

    def test_comments(self) -> None:
        """Comments in a document do no harm."""
        root = document("<!-- a comment -->")
        decrypt_elements(root, "/p.xml", SETTINGS)
        self.assertEqual(len(root), 1)
        self.assertIs(root[0].tag, etree.Comment)
