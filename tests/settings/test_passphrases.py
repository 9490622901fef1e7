"""Passphrases that stand in files, come from programs, or from systemd."""

from __future__ import annotations

import os

from bcfg2tw.errors import SettingsError
from tests.builders import write_files
from tests.settings.test_settings import FileTestCase


class PassphraseTests(FileTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.secrets = os.path.abspath(self.mktemp())

    def passphrases(self, text: str) -> dict[str, str]:
        return dict(self.settings(text).passphrases)

    def refusal(self, text: str) -> str:
        return str(self.assertRaises(SettingsError, self.settings, text))

    def test_written(self) -> None:
        """What stands in [encryption] and is no option is a passphrase."""
        text = "[encryption]\nalgorithm = aes_256_cbc\nStaff = one two"
        self.assertEqual(self.passphrases(text), {"staff": "one two"})

    def test_file(self) -> None:
        """The first line of a file is a passphrase."""
        write_files(self.secrets, {"treasury": "sésame \r\nand a remark\n"})
        text = f"[encryption]\na = b\n[passphrases]\ntreasury = file:{self.secrets}/treasury"
        self.assertEqual(self.passphrases(text), {"a": "b", "treasury": "sésame "})

    def test_command(self) -> None:
        """The first line that a program prints is a passphrase."""
        text = "[passphrases]\nstaff = command:printf 'open\\nplease\\n'"
        self.assertEqual(self.passphrases(text), {"staff": "open"})

    def test_credential(self) -> None:
        """A credential of systemd is a passphrase."""
        write_files(self.secrets, {"credentials/web": "open\n"})
        self.patch(
            os, "environ", {**os.environ, "CREDENTIALS_DIRECTORY": self.secrets + "/credentials"}
        )
        self.assertEqual(self.passphrases("[passphrases]\nweb = credential:web"), {"web": "open"})

    def test_refusals(self) -> None:
        """A source that gives nothing says so, and what to write."""
        no_source = self.refusal("[passphrases]\nstaff = open sesame")
        self.assertIn("[passphrases] staff: 'open sesame' is no source: write file:PATH", no_source)
        missing = self.refusal("[passphrases]\nstaff = file:/nonexistent/staff")
        self.assertIn("file:/nonexistent/staff gives no passphrase", missing)
        failing = self.refusal("[passphrases]\nstaff = command:false")
        self.assertIn("it ended with status 1", failing)
        empty = self.refusal("[passphrases]\nstaff = command:true")
        self.assertIn("gives an empty passphrase", empty)

    def test_no_systemd(self) -> None:
        """Without systemd the sentence says what the unit lacks."""
        environment = {k: v for k, v in os.environ.items() if k != "CREDENTIALS_DIRECTORY"}
        self.patch(os, "environ", environment)
        self.assertIn("LoadCredential=", self.refusal("[passphrases]\nweb = credential:web"))
