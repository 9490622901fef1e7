"""Edits that are written into the text of clients.xml, and what they must not be written into."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.client_edit import ADD, REMOVE, UPDATE, ClientEdit
from bcfg2tw.engine.store.xmlfiles.client_documents import ClientDocuments
from bcfg2tw.engine.store.xmlfiles.clients_writer import ClientsWriter, ClientsWriting
from bcfg2tw.engine.store.xmlfiles.file_state import state_of
from bcfg2tw.engine.store.xmlfiles.records import State
from bcfg2tw.engine.xmlio import parse_file
from bcfg2tw.errors import ChangedMeanwhile

#: Values that are written otherwise than they read.
VALUES = (
    "1.4.0",
    "",
    "a\"b'c",
    "<&>",
    "two\nlines\ttab",
    "ünïcode ☃",
    'x name="web"',
    "></Clients>",
)
NAMES = ("web.example", "db.example", "a&b", 'quo"ted', "é.example", "new.example", "w")

PLAIN = """<Clients version="3.0"><Group name="web.example">
  <Client profile="web" name="web.example" n="db.example"><Alias name="db.example"/></Client>
  </Group><Client name='db.example' profile = 'db'/><Client name="a&amp;b"/>
</Clients>
"""
#: Documents that other tools and hands have written, with what takes a parser.
OTHERS = (
    PLAIN.replace("<Group", '<!-- <Client name="new.example"/> --><Group'),
    PLAIN.replace('"web.example" n', '"Web.Example" n'),
    PLAIN.replace("a&amp;b", "db.example"),
    PLAIN.replace("<Group", '<![CDATA[<Client name="w"/>]]><Group'),
    '<!-- <Client name="w"/> -->' + PLAIN,
    PLAIN.replace("<Clients", '<Clients xmlns:py="http://genshi.edgewall.org/"'),
    '<!DOCTYPE Clients [<!ENTITY who "web">]>' + PLAIN.replace('"web"', '"&who;"'),
    "<Clients/>",
)


def edits_by_chance(random: Random) -> list[ClientEdit]:
    """Return some edits."""
    return [
        ClientEdit(
            random.choices((ADD, UPDATE, REMOVE), (5, 5, 1))[0],
            random.choice(NAMES),
            {name: random.choice(VALUES) for name in random.sample(("profile", "v", "uuid"), 2)},
        )
        for _ in range(random.choice((1, 3, 30)))
    ]


class ClientsWriterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.writer = ClientsWriter(str(self.path))
        self.noted: list[object] = []

    def write(self, *edits: ClientEdit) -> ClientsWriting:
        """Write edits."""
        return self.writer.write(edits, self.noted.append)

    def parsed_and_written(self, edits: Sequence[ClientEdit]) -> bytes:
        """Return what becomes of the file where all of it is parsed and written."""
        copy = Path(f"{self.path}.copy")
        copy.write_bytes(self.path.read_bytes())
        documents = ClientDocuments(str(copy))
        for edit in edits:
            documents.apply(edit)
        documents.write()
        return copy.read_bytes()

    def test_by_chance(self) -> None:
        """Whatever the file holds, edits come out as if all of it were parsed and written."""
        for seed, document in enumerate((PLAIN, *OTHERS) * 3):
            random = Random(seed)
            self.path.write_text(document)
            for _ in range(6):
                edits = edits_by_chance(random)
                expected = self.parsed_and_written(edits)
                writing = self.write(*edits)
                self.assertEqual(self.path.read_bytes(), expected, (document, edits))
                self.assertEqual(writing.state, state_of(str(self.path)))
                self.assertEqual(self.writer.state(), writing.state)
                self.assertEqual(self.noted[-1], writing.state)

    def test_not_parsed(self) -> None:
        """A file that is as it was left is not parsed again for one more client."""
        self.path.write_text(PLAIN)
        self.write(ClientEdit(ADD, "first.example", {"profile": "web"}))
        self.patch(ClientDocuments, "__init__", lambda *_: self.fail("it was parsed"))
        before = os.stat(self.path).st_ino
        writing = self.write(ClientEdit(ADD, "new.example", {"profile": "web"}))
        self.assertIn('  <Client name="new.example" profile="web"/>\n', self.path.read_text())
        ((old, new),) = writing.stamps.values()
        self.assertEqual((old.inode, new.inode), (before, os.stat(self.path).st_ino))

    def test_edited_meanwhile(self) -> None:
        """A file that somebody changes after it was read for writing stays as it is."""
        for is_plain in (False, True):
            self.path.write_text(PLAIN)
            if is_plain:
                self.write(ClientEdit(ADD, "first.example", {"profile": "web"}))
            edited = self.path.read_text().replace("3.0", "by hand")

            def edit_meanwhile(_: State, text: str = edited) -> None:
                self.path.write_text(text)

            edit = ClientEdit(ADD, "new.example", {"profile": "web"})
            with self.assertRaises(ChangedMeanwhile):
                self.writer.write([edit], edit_meanwhile)
            self.assertEqual(self.path.read_text(), edited)

    def test_edited_by_hand(self) -> None:
        """What somebody writes into the file stays, as they wrote it."""
        self.path.write_text(PLAIN)
        self.write(ClientEdit(ADD, "first.example", {"profile": "web"}))
        text = self.path.read_text()
        comment = "<!-- <Client name='new.example' profile='old'/> -->"
        self.path.write_text(text.replace("<Group", f"{comment}<Group").replace("3.0", "by hand"))
        self.write(ClientEdit(ADD, "new.example", {"profile": "web"}))
        root = parse_file(self.path.read_bytes(), "")
        self.assertEqual(root.get("version"), "by hand")
        self.assertIn(comment, self.path.read_text())
        self.assertEqual(root.xpath("//Client[@name='new.example']/@profile"), ["web"])
