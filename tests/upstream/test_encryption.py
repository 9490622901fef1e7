"""Encryption and other bytes, over a stand-in for Bcfg2 that has neither M2Crypto nor Python 2."""

from __future__ import annotations

import base64
from pathlib import Path

from bcfg2tw.engine.encryption import decrypt, encrypt
from bcfg2tw.errors import Bcfg2Error
from tests.upstream.test_upstream import UpstreamTestCase

#: Shows what the client named `c` gets.
SHOW = """
import io, logging
stream = io.StringIO()
logging.getLogger().addHandler(logging.StreamHandler(stream))
core = Core(settings)
core.start()
def entries():
    return [[e.text, e.get("failure")] for e in core.BuildConfiguration("c").iter("Path")]
"""

#: Passphrases that do not fit.
OTHERS = ("sesame", "quince", "a", "b", "wrong")

FAILURE = "it holds something that cannot be decrypted: see the server's log"


def sealed(data: bytes, passphrase: str) -> str:
    """Encrypt, so that no other passphrase fits: of 256 that are wrong, one seems to."""
    while True:
        secret = encrypt(data, passphrase)
        if not any(opens(secret, other) for other in OTHERS if other != passphrase):
            return secret.decode().strip()


def opens(secret: bytes, passphrase: str) -> bool:
    """Say whether a passphrase seems to fit."""
    try:
        decrypt(secret, passphrase)
    except Bcfg2Error:
        return False
    return True


class EncryptionTests(UpstreamTestCase):
    """Encrypted elements and files."""

    def setUp(self) -> None:
        super().setUp()
        with self.configuration.open("a") as stream:
            stream.write("[encryption]\nmain = sesame\nother = quince\n")
        self.secret = sealed("naïve & é".encode(), "sesame")

    def configure(self, *texts: str, attributes: str = 'encrypted="main"') -> None:
        """Write the configuration of the client."""
        entries = "".join(f"<Path {attributes}>{text}</Path>" for text in texts)
        (self.folder / "repo/c.xml").write_text(f"<Configuration>{entries}</Configuration>")

    def test_decrypted(self) -> None:
        """What is encrypted is served decrypted, letters that are no ASCII as they are."""
        self.configure(self.secret)
        self.assertEqual(self.result(SHOW + "show(entries())"), [["naïve & é", None]])

    def test_wrong_passphrase(self) -> None:
        """Where that cannot be, the entry fails, and no ciphertext is served."""
        other = sealed(b"x", "unknown")
        self.configure(self.secret, other, base64.b64encode(other.encode()).decode())
        text = (self.folder / "repo/c.xml").read_text()
        last = text.rindex("<Path ")
        text = text[:last] + text[last:].replace('encrypted="main"', 'encoding="base64"')
        (self.folder / "repo/c.xml").write_text(text)
        shown = self.result(SHOW + "entries(); show(entries())")
        self.assertEqual(shown, [["naïve & é", None], [None, FAILURE], [None, FAILURE]])

    def test_unknown_passphrase(self) -> None:
        """Nor is it where bcfg2.conf has no passphrase of the name; names are of any case."""
        self.configure(self.secret, attributes='encrypted="gone"')
        self.assertEqual(self.result(SHOW + "show(entries())"), [[None, FAILURE]])
        self.configure(self.secret, attributes='encrypted="Main"')
        self.assertEqual(self.result(SHOW + "show(entries())"), [["naïve & é", None]])

    def test_mended(self) -> None:
        """When the passphrase is mended in bcfg2.conf the entry is served."""
        self.configure(self.secret)
        text = self.configuration.read_text()
        self.configuration.write_text(text.replace("sesame", "wrong"))
        shown = self.result(
            SHOW + "before = entries()\n"
            "text = open(settings.config).read()\n"
            "open(settings.config, 'w').write(text.replace('wrong', 'sesame'))\n"
            "core.reload(None)\n"
            "show([before, entries()])"
        )
        self.assertEqual(shown, [[[None, FAILURE]], [["naïve & é", None]]])

    def test_files(self) -> None:
        """Files are decrypted by the passphrase that fits, and encrypted for Bcfg2's formats."""
        shown = self.result(
            SHOW + "from Bcfg2.Server.Encryption import *\n"
            "import Bcfg2.Server.Encryption as module\n"
            f"secret = {self.secret!r}\n"
            "plain = module.bruteforce_decrypt(secret)\n"
            "try:\n"
            "    module.bruteforce_decrypt(secret, passphrases=['a', 'b'])\n"
            "except module.EVPError as error:\n"
            "    refusal = str(error)\n"
            "written = module.ssl_encrypt('a key', 'quince').decode()\n"
            "looks = [module.is_encrypted(text) for text in (written, 'plain')]\n"
            "show([plain, refusal, written, looks])"
        )
        self.assertEqual(shown[0], "naïve & é")
        self.assertEqual(shown[1], "Failed to decrypt: no passphrase of [encryption] fits")
        self.assertEqual(decrypt(shown[2].encode(), "quince"), b"a key")
        self.assertEqual(shown[3], [True, False])


class MendTests(UpstreamTestCase):
    """Plugins that take text for bytes."""

    def test_cheetah(self) -> None:
        """A template of Cheetah has its text decoded."""
        shown = self.result(
            "from Bcfg2.Server.Plugins.Cfg.CfgCheetahGenerator import CfgCheetahGenerator\n"
            "Core(settings).start()\n"
            "show(CfgCheetahGenerator('hello é').get_data())"
        )
        self.assertEqual(shown, "hello é")

    def test_file_probes(self) -> None:
        """A file that a client sends is written as it is, and compared with text."""
        text = self.configuration.read_text()
        self.configuration.write_text(text.replace("plugins = ", "plugins = FileProbes, "))
        sent = base64.b64encode("é\n".encode()).decode()
        raw = base64.b64encode(b"\xff\x00").decode()
        shown = self.result(
            "core = Core(settings)\n"
            "core.start()\n"
            "probes = core.plugins['FileProbes']\n"
            f"same = [probes.receive({sent!r}, text) for text in ('é\\n', 'e')]\n"
            f"show([same, probes.receive({raw!r}, 'x')])"
        )
        self.assertEqual(shown, [[True, False], False])
        self.assertEqual(Path(self.folder / "repo/probed").read_bytes(), b"\xff\x00")
