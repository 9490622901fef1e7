"""`bcfg2tw crypt` beside what bcfg2-crypt did: verbs, checks, the authenticated format, modes."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.encryption import decrypt, encrypt, is_authenticated, looks_encrypted
from tests.builders import write_files
from tests.commands import Ended, run

DESK, VAULT = "reading lamp", "iron door"


def sealed(text: str, passphrase: str = DESK) -> str:
    """Return a text as it stands encrypted in a file."""
    return encrypt(text.encode(), passphrase).decode().strip()


class CryptTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        write_files(
            str(self.folder),
            {
                "bcfg2.conf": f"[server]\nrepository = {self.folder}/repo\n"
                f"[encryption]\ndesk = {DESK}\nvault = {VAULT}\n",
                "repo/Cfg/key/key.crypt": sealed("ex libris\n"),
                "repo/Cfg/door/door.crypt": sealed("brass\n", VAULT),
                "repo/Properties/a.xml": "<Properties>\n"
                f'  <Password encrypted="desk">{sealed("hunter")}</Password>\n'
                f'  <Token encrypted="vault">{sealed("42", VAULT)}</Token>\n'
                "  <User>anna</User>\n</Properties>\n",
            },
        )

    def crypt(self, *words: str, stdin: str = "", **environment: str) -> Ended:
        return run(
            "crypt", "-C", str(self.folder / "bcfg2.conf"), *words, stdin=stdin,
            folder=str(self.folder), environment=environment,
        )  # fmt: skip

    def read(self, name: str) -> bytes:
        return (self.folder / "repo" / name).read_bytes()

    def element(self, tag: str) -> etree._Element:
        (element,) = etree.fromstring(self.read("Properties/a.xml")).iter(tag)
        return element

    def editor(self, script: str) -> str:
        """Return an editor that runs a script of the shell with the file as $1."""
        write_files(str(self.folder), {"editor": f"#!/bin/sh\n{script}\n"})
        (self.folder / "editor").chmod(0o755)
        return str(self.folder / "editor")


class ModeTests(CryptTestCase):
    def test_private(self) -> None:
        """What was decrypted is its owner's alone; what is replaced keeps its mode."""
        self.crypt("--decrypt", "-p", "desk", "repo/Cfg/key/key.crypt")
        clear = self.folder / "repo/Cfg/key/key"
        self.assertEqual(stat.S_IMODE(clear.stat().st_mode), 0o600)
        clear.chmod(0o640)
        self.crypt("--decrypt", "-p", "desk", "repo/Cfg/key/key.crypt")
        self.assertEqual(stat.S_IMODE(clear.stat().st_mode), 0o640)

    def test_authenticated(self) -> None:
        """A secret is written in the authenticated format where that is asked for, and read."""
        write_files(str(self.folder), {"repo/Cfg/new/new": "secret\n"})
        ended = self.crypt("--encrypt", "--authenticated", "-p", "desk", "repo/Cfg/new/new")
        self.assertEqual((ended.status, ended.output), (0, ""))
        self.assertTrue(is_authenticated(self.read("Cfg/new/new.crypt")))
        shown = self.crypt("--decrypt", "--stdout", "repo/Cfg/new/new.crypt")
        self.assertEqual(shown.output, "secret\n")

    def test_without_md5(self) -> None:
        """Where MD5 is refused (FIPS) the authenticated format works, and the old says why not."""

        def refuse(data: bytes = b"", **options: bool) -> None:
            raise ValueError("[digital envelope routines] unsupported")

        self.patch(hashlib, "md5", refuse)
        write_files(str(self.folder), {"repo/Cfg/new/new": "tea\n"})
        path = f"{self.folder}/repo/Cfg/new/new"
        ended = self.crypt("--encrypt", "--cfg", "--authenticated", "-p", "vault", path)
        self.assertEqual((ended.status, ended.errors), (0, ""))
        ended = self.crypt("--decrypt", "--cfg", "--stdout", f"{path}.crypt")
        self.assertEqual((ended.status, ended.output), (0, "tea\n"))
        self.assertEqual(self.crypt("--check").status, 0)
        self.assertIn("authenticated", self.crypt("list").output)
        old = f"{self.folder}/repo/Cfg/key/key.crypt"
        for words in (("--decrypt", "--cfg", "--stdout", old), ("--encrypt", "-p", "desk", path)):
            ended = self.crypt(*words)
            self.assertEqual(ended.status, 1)
            self.assertIn("MD5, which this machine refuses (FIPS)", ended.errors)
            self.assertNotIn("Traceback", ended.errors)

    def test_interactive(self) -> None:
        """With -I each element is asked about, and those that are refused stay as they are."""
        write_files(
            str(self.folder), {"repo/Properties/b.xml": "<Properties><A>1</A><B>2</B></Properties>"}
        )
        ended = self.crypt("--encrypt", "-I", "-p", "desk", "repo/Properties/b.xml", stdin="n\ny\n")
        self.assertEqual(ended.status, 0, ended.errors)
        self.assertIn("Encrypt this element? [y/N]: ", ended.output)
        document = self.read("Properties/b.xml")
        self.assertIn(b"<A>1</A>", document)
        self.assertIn(b'<B encrypted="desk">U2Fsd', document)

    def test_bad_xpath(self) -> None:
        """An XPath expression that is none is an error of usage."""
        ended = self.crypt("--decrypt", "--xpath", "//[", "repo/Properties/a.xml")
        self.assertEqual(ended.status, 2)
        self.assertIn("'//[' is no XPath expression", ended.errors)

    def test_no_secrets_in_messages(self) -> None:
        """A message names the element, never its text."""
        write_files(
            str(self.folder),
            {"repo/Properties/c.xml": '<Properties><P encrypted="desk">hush</P></Properties>'},
        )
        ended = self.crypt("--decrypt", "repo/Properties/c.xml")
        self.assertEqual(ended.status, 1)
        self.assertIn('Could not decrypt <P encrypted="desk"> (line 1), skipping', ended.errors)
        self.assertNotIn("hush", ended.errors)


class CheckTests(CryptTestCase):
    def test_good(self) -> None:
        """Where all is encrypted there is nothing to say, and the status is 0."""
        self.assertEqual(self.crypt("--check"), Ended(0, "", ""))

    def test_findings(self) -> None:
        """What is in the clear is named with its line, and the status is 1."""
        write_files(
            str(self.folder),
            {
                "repo/Cfg/bad/bad.crypt": "plain\n",
                "repo/Properties/c.xml": '<Properties>\n<P encrypted="desk">hush</P>\n'
                '<Q encrypted="desk"/></Properties>',
            },
        )
        ended = self.crypt("--check")
        repo = self.folder / "repo"
        self.assertEqual((ended.status, ended.errors), (1, ""))
        self.assertEqual(
            ended.output.splitlines(),
            [
                f"ERROR: {repo}/Cfg/bad/bad.crypt: {repo}/Cfg/bad/bad.crypt is a .crypt file, but "
                "it is not encrypted",
                f"ERROR: {repo}/Properties/c.xml:2: Element in {repo}/Properties/c.xml has an "
                "'encrypted' attribute, but is not encrypted: <P encrypted=\"desk\">",
                f"ERROR: {repo}/Properties/c.xml:3: Element in {repo}/Properties/c.xml has an "
                "'encrypted' attribute, but no text content: <Q encrypted=\"desk\">",
            ],
        )

    def test_files(self) -> None:
        """Files of the command line are looked at alone."""
        write_files(str(self.folder), {"repo/Cfg/bad/bad.crypt": "plain\n"})
        self.assertEqual(self.crypt("--check", "repo/Properties/a.xml").status, 0)
        self.assertEqual(self.crypt("--check", "repo/Cfg/bad/bad.crypt").status, 1)

    def test_missing(self) -> None:
        """Where it could not look the status is another one than where it found something."""
        ended = self.crypt("--check", "repo/nothing.crypt")
        self.assertEqual((ended.status, ended.output), (2, ""))
        self.assertIn("nothing.crypt cannot be read: No such file or directory", ended.errors)

    def test_formats(self) -> None:
        """Findings are written in the formats that are asked for, with paths as CI wants them."""
        write_files(str(self.folder), {"repo/Cfg/bad/bad.crypt": "plain\n"})
        ended = self.crypt("--check", "--format", "github", "--output", "sarif:out.sarif")
        self.assertTrue(ended.output.startswith("::error file=repo/Cfg/bad/bad.crypt,title=unenc"))
        sarif = json.loads((self.folder / "out.sarif").read_text())
        self.assertEqual(sarif["runs"][0]["results"][0]["ruleId"], "unencrypted-cfg")


class UnreadableTests(CryptTestCase):
    def test_named(self) -> None:
        """A file that cannot be read is named, and the status says that not all was looked at."""
        path = self.folder / "repo/Properties/b.xml"
        path.symlink_to("nowhere")
        for words in (("list",), ("--check",)):
            ended = self.crypt(*words)
            self.assertNotEqual(ended.status, 0)
            self.assertIn(f"{path} cannot be read: No such file or directory", ended.errors)
            self.assertEqual(ended.errors.count("\n"), 1)


class ListTests(CryptTestCase):
    def test_table(self) -> None:
        """Every secret is listed with its place and passphrase."""
        ended = self.crypt("list", "--json")
        rows = json.loads(ended.output)
        self.assertEqual(
            [(row["file"], row["passphrase"], row["format"]) for row in rows],
            [
                ("Cfg/door/door.crypt", "vault", "openssl"),
                ("Cfg/key/key.crypt", "desk", "openssl"),
                ("Properties/a.xml", "desk", "openssl"),
                ("Properties/a.xml", "vault", "openssl"),
            ],
        )
        self.assertEqual(rows[2]["line"], "2")

    def test_plain(self) -> None:
        """Without a terminal the table is plain."""
        lines = self.crypt("list", "repo/Cfg/key/key.crypt").output.splitlines()
        self.assertRegex(lines[0], r"^ File +\| Line +\| Element +\| Passphrase +\| Format")
        self.assertEqual(len(lines), 3)


class RekeyTests(CryptTestCase):
    def test_repository(self) -> None:
        """All that the old passphrase opens has the new one; the rest stays as it is."""
        door = self.read("Cfg/door/door.crypt")
        ended = self.crypt("rekey", "desk", "vault")
        self.assertEqual((ended.status, ended.errors), (0, ""))
        self.assertEqual(decrypt(self.read("Cfg/key/key.crypt"), VAULT), b"ex libris\n")
        self.assertEqual(self.read("Cfg/door/door.crypt"), door)
        password = self.element("Password")
        self.assertEqual(password.get("encrypted"), "vault")
        self.assertEqual(decrypt((password.text or "").encode(), VAULT), b"hunter")

    def test_format(self) -> None:
        """The format may be changed on the way, also under the same passphrase."""
        self.crypt("rekey", "desk", "desk", "--authenticated")
        self.assertTrue(is_authenticated(self.read("Cfg/key/key.crypt")))
        self.assertFalse(is_authenticated((self.element("Token").text or "").encode()))

    def test_unknown(self) -> None:
        """A passphrase that is not configured is a sentence, and nothing is changed."""
        ended = self.crypt("rekey", "desk", "attic")
        self.assertEqual(ended.status, 1)
        self.assertIn("Could not find passphrase attic in", ended.errors)

    def test_whole_or_not(self) -> None:
        """A document with an element that cannot be decrypted stays as it is, and is named."""
        document = self.read("Properties/a.xml").replace(
            b"<User>anna</User>", f'<User encrypted="desk">{sealed("anna", VAULT)}</User>'.encode()
        )
        write_files(str(self.folder), {"repo/Properties/a.xml": document})
        ended = self.crypt("rekey", "desk", "vault")
        self.assertEqual(ended.status, 1)
        self.assertIn("a.xml, skipping: <User", ended.errors)
        self.assertEqual(self.read("Properties/a.xml"), document)


class EditTests(CryptTestCase):
    def test_file(self) -> None:
        """A file is decrypted for the editor alone, and encrypted again with its passphrase."""
        ended = self.crypt(
            "edit", "repo/Cfg/door/door.crypt", EDITOR=self.editor('sed -i s/brass/iron/ "$1"')
        )
        self.assertEqual((ended.status, ended.errors), (0, ""))
        self.assertEqual(decrypt(self.read("Cfg/door/door.crypt"), VAULT), b"iron\n")
        self.assertEqual(os.listdir(self.folder / "repo/Cfg/door"), ["door.crypt"])

    def test_private(self) -> None:
        """The editor's file is nobody else's, and gone afterwards with all beside it."""
        note = self.folder / "note"
        script = f'cp "$1" "$1~"; stat -c "%a %n" "$1" "$(dirname "$1")" > {note}; echo x >> "$1"'
        self.crypt("edit", "repo/Cfg/door/door.crypt", EDITOR=self.editor(script))
        (mode, path), (folder_mode, folder) = (
            line.split() for line in note.read_text().splitlines()
        )
        self.assertEqual((mode, folder_mode), ("600", "700"))
        self.assertFalse(os.path.exists(path) or os.path.exists(folder))

    def test_unchanged(self) -> None:
        """What the editor leaves alone is left alone."""
        before = self.read("Cfg/door/door.crypt")
        ended = self.crypt("edit", "repo/Cfg/door/door.crypt", EDITOR="true")
        self.assertEqual((ended.status, ended.output), (0, "nothing was changed\n"))
        self.assertEqual(self.read("Cfg/door/door.crypt"), before)

    def test_failing_editor(self) -> None:
        """An editor that fails changes nothing."""
        before = self.read("Cfg/door/door.crypt")
        editor = self.editor('echo x > "$1"; exit 3')
        ended = self.crypt("edit", "repo/Cfg/door/door.crypt", EDITOR=editor)
        self.assertEqual(ended.status, 1)
        self.assertIn("ended with status 3: nothing was changed", ended.errors)
        self.assertEqual(self.read("Cfg/door/door.crypt"), before)

    def test_elements(self) -> None:
        """Of a Properties file secrets that were not changed keep their encrypted text."""
        token = self.element("Token").text
        editor = self.editor('grep -q hunter "$1" && sed -i s/hunter/gatherer/ "$1"')
        ended = self.crypt("edit", "repo/Properties/a.xml", EDITOR=editor)
        self.assertEqual((ended.status, ended.errors), (0, ""))
        password = (self.element("Password").text or "").encode()
        self.assertEqual(decrypt(password, DESK), b"gatherer")
        self.assertEqual(self.element("Token").text, token)

    def test_new_element(self) -> None:
        """An element that was marked in the editor is encrypted."""
        script = """sed -i 's/<User>/<User encrypted="vault">/' "$1\""""
        self.crypt("edit", "repo/Properties/a.xml", EDITOR=self.editor(script))
        self.assertTrue(looks_encrypted((self.element("User").text or "").encode()))

    def test_new_file(self) -> None:
        """A .crypt file that is not there is made."""
        editor = self.editor('echo fresh > "$1"')
        ended = self.crypt("edit", "-p", "desk", "repo/Cfg/key/two.crypt", EDITOR=editor)
        self.assertEqual((ended.status, ended.errors), (0, ""))
        self.assertEqual(decrypt(self.read("Cfg/key/two.crypt"), DESK), b"fresh\n")

    def test_broken_document(self) -> None:
        """XML that is broken in the editor changes nothing, and the line is named."""
        before = self.read("Properties/a.xml")
        editor = self.editor('sed -i s,/User,/Usr, "$1"')
        ended = self.crypt("edit", "repo/Properties/a.xml", EDITOR=editor)
        self.assertEqual(ended.status, 1)
        self.assertIn("a.xml:4: ", ended.errors)
        self.assertEqual(self.read("Properties/a.xml"), before)
