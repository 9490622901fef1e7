"""What clients' probes said: visible at once, never lost, written to probed.xml later."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.xmlfiles.journaled_file import FOLDING_DELAY_SECONDS
from bcfg2tw.engine.store.xmlfiles.probed_document import (
    ClientAnswers,
    answers_from,
    answers_in,
    document,
    record_of,
)
from bcfg2tw.engine.store.xmlfiles.probed_file import RENEWAL_SECONDS, ProbedFile
from bcfg2tw.engine.store.xmlfiles.records import State
from bcfg2tw.errors import PluginExecutionError, StateUnavailable
from tests.doubles import ManualClock
from tests.patience import IN_ANY_TIME

CLIENT = "client.example.test"

UPLOADING = """
import sys, threading
from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.xmlfiles.probed_file import ProbedFile

probed = ProbedFile(sys.argv[1], SystemClock(), Announcements())
probed.later.delay_seconds = 0.02
probed.refresh()
probed.start()

def upload(part):
    for number in range(100_000):
        groups = frozenset([f"g{number}"])
        probed.save(Answers(f"c{part}.example.test", {"p": str(number)}, groups, number))
        sys.stdout.write(f"c{part}.example.test {number}\\n")
        sys.stdout.flush()

for part in range(4):
    threading.Thread(target=upload, args=(part,), daemon=True).start()
threading.Event().wait()
"""


class ProbedFileTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.file = self.folder / "probed.xml"
        self.file.write_text("<Probed/>\n")
        self.clock = ManualClock()
        self.answers = self.a_store()
        self.answers.start()

    def a_store(self) -> ProbedFile:
        """Return another store on the same files, as after the first was killed, or beside it."""
        answers = ProbedFile(str(self.file), self.clock, Announcements())
        self.addCleanup(answers.close)
        answers.refresh()
        return answers

    def die(self) -> None:
        """End the first store as the end of a process does, whatever it still had to do."""
        self.answers.later.close()
        self.answers._journal.close()

    def names(self) -> list[str]:
        """Return what is in the folder beside the mark of a server that runs."""
        return [name for name in os.listdir(self.folder) if not name.endswith(".journal.lock")]

    def save(self, text: str, client: str = CLIENT, *groups: str, at: int = 1000) -> bool:
        """Save what the one probe of a client printed."""
        return self.answers.save(Answers(client, {"p": text}, frozenset(groups), at))

    def said(self, answers: ProbedFile, client: str = CLIENT) -> str | None:
        """Return what the one probe of a client printed, as a store knows it."""
        known = answers.of(client)
        return None if known is None else known.data["p"]

    def written(self) -> dict[str, str]:
        """Return what probed.xml says: client to what its one probe printed."""
        root = etree.fromstring(self.file.read_bytes())
        return {
            client.get("name", ""): probe.get("value", "")
            for client in root.iter("Client")
            for probe in client.iterchildren("Probe")
        }

    def write_by_hand(self, *clients: tuple[str, str]) -> None:
        """Write a probed.xml as an editor does."""
        answers = [Answers(client, {"p": text}, frozenset(), 1) for client, text in clients]
        write_atomically(str(self.file), document(map(ClientAnswers, answers)))

    # Format

    def test_format(self) -> None:
        """The file is the reference's: clients, probes and groups sorted, no declaration."""
        data = {"z": "1\n2\t<&\"'>\r", "a": ""}
        self.answers.save(Answers("b.example.test", data, frozenset(["web", "db"]), 7))
        self.answers.save(Answers("a.example.test", {}, frozenset(), 8))
        self.answers.fold()
        self.assertEqual(
            self.file.read_text(),
            '<Probed>\n  <Client name="a.example.test" timestamp="8"/>\n'
            '  <Client name="b.example.test" timestamp="7">\n'
            '    <Probe name="a" value=""/>\n'
            '    <Probe name="z" value="1&#10;2&#9;&lt;&amp;&quot;\'&gt;&#13;"/>\n'
            '    <Group name="db"/>\n    <Group name="web"/>\n  </Client>\n</Probed>\n',
        )

    def test_read_again(self) -> None:
        """Whatever XML can hold comes back as it was."""
        text = "line\r\n\ttab \x85\u2028 ☃ 𝄞 ]]> &amp;\n"
        self.save(text, CLIENT, "größe")
        self.answers.fold()
        again = self.a_store()
        self.assertEqual(self.said(again), text)
        known = again.of(CLIENT.upper())
        assert known is not None
        self.assertEqual((known.groups, known.timestamp), (frozenset(["größe"]), 1000))

    def test_nameless_client(self) -> None:
        """A Client without a name is reported with its line; the others count."""
        self.file.write_text(
            '<Probed>\n<Client/>\n<Client name="A"><Probe name="p"/></Client></Probed>'
        )
        with self.assertLogs("Probes", "WARNING") as logs:
            again = self.a_store()
        self.assertIn("probed.xml:2: a Client without a name is ignored", logs.output[0])
        self.assertEqual(self.said(again, "a"), "")

    def test_impossible_text(self) -> None:
        """What XML cannot hold is refused, and changes nothing."""
        self.save("before")
        for text in ("\x00", "\x1b[0m", "\ufffe"):
            with self.assertRaises(PluginExecutionError) as raised:
                self.save(text)
            self.assertIn(f"what the probes of {CLIENT} said", str(raised.exception))
        self.assertEqual(self.said(self.answers), "before")
        self.assertEqual(self.said(self.a_store()), "before")

    def test_too_large(self) -> None:
        """What is too large for the limits of an XML parser is refused; the file stays readable."""
        with self.assertRaises(PluginExecutionError) as raised:
            self.save("x" * 11_000_000)
        self.assertIn("probed.xml cannot hold", str(raised.exception))
        for number in range(3):
            self.save("x" * 9_000_000, f"c{number}")
        self.answers.fold()
        again = self.a_store()
        self.assertEqual(
            [len(self.said(again, f"c{number}") or "") for number in range(3)], [9_000_000] * 3
        )

    @IN_ANY_TIME
    @given(st.dictionaries(st.text(min_size=1), st.text()), st.sets(st.text(min_size=1)))
    def test_any_text(self, data: dict[str, str], groups: set[str]) -> None:
        """Whatever is not refused comes back as it was, from the journal and from the file."""
        answers = Answers("c", data, frozenset(groups), 1)
        try:
            ClientAnswers(answers).check()
        except PluginExecutionError:
            return
        (element,) = etree.fromstring(document([ClientAnswers(answers)]))
        self.assertEqual(answers_in(element), answers)
        record = json.loads(json.dumps(record_of(answers)).encode("ascii"))
        self.assertEqual(answers_from(record), answers)

    # Durability

    def test_visible_and_durable_at_once(self) -> None:
        """An upload counts, and outlives a killed server, before probed.xml is written."""
        before = self.file.read_bytes()
        self.assertTrue(self.save("new", CLIENT.upper()))
        self.assertEqual(self.said(self.answers), "new")
        self.assertEqual(self.said(self.a_store()), "new")
        self.assertEqual(self.file.read_bytes(), before)

    def test_one_append(self) -> None:
        """The cost of an upload does not grow with the clients: one line is appended."""
        self.write_by_hand(*((f"c{number}", "x" * 100) for number in range(1000)))
        self.answers.refresh()
        self.save("new")
        journal = (self.folder / "probed.xml.journal").read_bytes()
        self.assertEqual(journal.count(b"\n"), 1)
        self.assertLess(len(journal), 200)

    def test_written_once(self) -> None:
        """All uploads of some seconds are written in one step; the file keeps its mode."""
        os.chmod(self.file, 0o604)
        for number in range(50):
            self.save(str(number), f"c{number % 5}")
        self.assertTrue(self.answers.fold())
        self.assertEqual(self.written(), {f"c{number}": str(45 + number) for number in range(5)})
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o604)
        self.assertEqual(self.names(), ["probed.xml"])

    def test_by_itself(self) -> None:
        """It is written without anybody asking for it."""
        self.save("new")
        self.clock.advance(FOLDING_DELAY_SECONDS)
        self.assertEqual(self.written(), {CLIENT: "new"})

    def test_nothing_new(self) -> None:
        """An upload that says the same is no change; its time is written at the next occasion."""
        self.save("same")
        self.answers.fold()
        self.assertFalse(self.save("same", at=2000))
        self.assertEqual(self.names(), ["probed.xml"])
        self.assertTrue(self.answers.fold())
        self.assertIn('timestamp="2000"', self.file.read_text())

    def test_renewed(self) -> None:
        """The file is not written every few seconds for times alone, which come within a minute."""
        self.answers.start()
        self.save("same")
        self.clock.advance(FOLDING_DELAY_SECONDS)
        before = self.file.stat().st_ino
        for second in range(int(RENEWAL_SECONDS) - 1):
            self.assertFalse(self.save("same", at=2000 + second))
            self.clock.advance(1)
        self.assertEqual(self.file.stat().st_ino, before)
        self.clock.advance(2 * FOLDING_DELAY_SECONDS)
        self.assertIn('timestamp="2058"', self.file.read_text())
        self.save("new", at=3000)
        self.clock.advance(FOLDING_DELAY_SECONDS)
        self.assertIn('timestamp="3000"', self.file.read_text())

    def test_journal_not_writable(self) -> None:
        """What cannot be made durable is refused, and does not count."""
        journal = self.folder / "probed.xml.journal"
        journal.mkdir()
        with self.assertRaises(StateUnavailable) as raised:
            self.save("new")
        self.assertIn("probed.xml.journal cannot be written: Is a directory", str(raised.exception))
        self.assertIsNone(self.said(self.answers))
        journal.rmdir()

    def test_second_server(self) -> None:
        """A second server on the same repository takes uploads too; the first one writes all."""
        self.save("first", "a")
        second = self.a_store()
        second.start()
        second.save(Answers("b", {"p": "second"}, frozenset(), 1))
        self.assertEqual(self.said(second, "a"), "first")
        self.answers.catch_up()
        self.assertEqual(self.said(self.answers, "b"), "second")
        second.close()
        self.assertEqual(self.written(), {})
        self.answers.close()
        self.assertEqual(self.written(), {"a": "first", "b": "second"})
        self.assertEqual(os.listdir(self.folder), ["probed.xml"])

    def test_file_not_writable(self) -> None:
        """While probed.xml cannot be written uploads wait in the journal, and are then written."""
        (self.folder / ".probed.xml.writing").mkdir()
        self.save("1")
        with self.assertLogs("Probes", "ERROR") as logs:
            self.assertFalse(self.answers.fold())
            self.save("2")
            self.assertFalse(self.answers.fold())
        self.assertEqual(len(logs.output), 1)
        self.assertIn("1 uploads wait in", logs.output[0])
        self.assertEqual(self.said(self.a_store()), "2")
        (self.folder / ".probed.xml.writing").rmdir()
        self.assertTrue(self.answers.fold())
        self.answers.close()
        self.assertEqual(self.written(), {CLIENT: "2"})
        self.assertEqual(os.listdir(self.folder), ["probed.xml"])

    def test_orderly_end(self) -> None:
        """An orderly end leaves everything in probed.xml, and no journal."""
        self.save("new")
        self.answers.close()
        self.assertEqual(self.written(), {CLIENT: "new"})
        self.assertEqual(os.listdir(self.folder), ["probed.xml"])

    def test_start_writes(self) -> None:
        """A server writes, soon after its start, what a killed one left in its journal."""
        self.save("new")
        self.answers.later.close()
        journal = self.folder / "probed.xml.journal"
        record = journal.read_bytes()
        self.answers.close()
        self.file.write_text("<Probed/>\n")
        journal.write_bytes(record)
        again = self.a_store()
        again.start()
        again.close()
        self.assertEqual(self.written(), {CLIENT: "new"})

    def test_killed_before_forgetting(self) -> None:
        """Records that were written already, when the server was killed, do no harm."""
        self.save("old", "a")
        self.save("new", "b")
        record = (self.folder / "probed.xml.journal").read_bytes()
        self.answers.fold()
        self.die()
        (self.folder / "probed.xml.journal.folding").write_bytes(record)
        again = self.a_store()
        again.start()
        again.save(Answers("a", {"p": "newer"}, frozenset(), 2))
        again.close()
        self.assertEqual(self.written(), {"a": "newer", "b": "new"})
        self.assertEqual(os.listdir(self.folder), ["probed.xml"])

    def test_killed(self) -> None:
        """A server that is killed in the middle of uploads loses none it acknowledged."""
        with subprocess.Popen(
            [sys.executable, "-c", UPLOADING, str(self.file.absolute())],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(300)]
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.readlines()
        acknowledged = dict(line.split() for line in lines if line.endswith("\n"))
        self.assertEqual(len(acknowledged), 4)
        etree.fromstring(self.file.read_bytes())
        again = self.a_store()
        for client, number in acknowledged.items():
            # the next one may be on disk, but not acknowledged
            self.assertIn(self.said(again, client), (number, str(int(number) + 1)))

    # Hand edits

    def test_edit_by_hand(self) -> None:
        """What somebody writes into the file counts, but for clients that uploaded since."""
        self.save("uploaded")
        self.write_by_hand((CLIENT, "edited"), ("other", "edited"))
        self.answers.refresh()
        self.assertEqual(self.said(self.answers), "uploaded")
        self.assertEqual(self.said(self.answers, "other"), "edited")
        self.answers.fold()
        self.assertEqual(self.written(), {CLIENT: "uploaded", "other": "edited"})

    def test_edit_before_writing(self) -> None:
        """What was not read yet is taken in before the file is written."""
        self.save("uploaded")
        self.write_by_hand(("other", "edited"))
        self.answers.fold()
        self.assertEqual(self.written(), {CLIENT: "uploaded", "other": "edited"})

    def test_edit_while_writing(self) -> None:
        """So it does if it comes when the new file is about to take the place of the old one."""
        note_writing = self.answers._journal.note_writing

        def edit_meanwhile(state: State) -> None:
            note_writing(state)
            self.write_by_hand(("b.example.test", "by hand"))

        self.save("one")
        patch = self.patch(self.answers._journal, "note_writing", edit_meanwhile)
        self.assertFalse(self.answers.fold())
        patch.restore()
        self.assertEqual(self.written(), {"b.example.test": "by hand"})
        self.assertTrue(self.answers.fold())
        self.assertEqual(self.written(), {CLIENT: "one", "b.example.test": "by hand"})

    def test_edit_before_the_same_upload(self) -> None:
        """An upload after the edit counts, even one that says what was known before."""
        self.save("uploaded")
        self.answers.fold()
        self.write_by_hand((CLIENT, "edited"))
        self.assertTrue(self.save("uploaded"))
        self.answers.refresh()
        self.assertEqual(self.said(self.answers), "uploaded")
        self.answers.fold()
        self.assertEqual(self.written(), {CLIENT: "uploaded"})

    def test_removed_by_hand(self) -> None:
        """A client that was taken out of the file is unknown."""
        self.save("uploaded")
        self.answers.fold()
        self.write_by_hand()
        self.answers.refresh()
        self.assertIsNone(self.answers.of(CLIENT))

    def test_broken_file(self) -> None:
        """While the file is broken what was known stays, and uploads wait; then all is written."""
        self.save("1")
        self.answers.fold()
        self.file.write_text("<Probed>\n<Client")
        with self.assertLogs("Probes", "ERROR") as logs:
            self.answers.refresh()
            self.save("2")
            self.assertFalse(self.answers.fold())
        self.assertEqual(len(logs.output), 1)
        self.assertIn("probed.xml:2: ", logs.output[0])
        self.assertEqual(self.said(self.answers), "2")
        self.assertEqual(self.file.read_text(), "<Probed>\n<Client")
        self.write_by_hand(("other", "edited"))
        self.assertTrue(self.answers.fold())
        self.assertEqual(self.written(), {CLIENT: "2", "other": "edited"})

    def test_missing_file(self) -> None:
        """A missing file is made, with what is known."""
        self.save("known")
        self.answers.fold()
        self.file.unlink()
        with self.assertLogs("Probes", "WARNING") as logs:
            self.answers.refresh()
        self.assertIn("probed.xml does not exist, creating", logs.output[0])
        self.assertEqual(self.written(), {CLIENT: "known"})

    def test_own_file(self) -> None:
        """The store can tell the file as it wrote it from one that somebody else wrote."""
        path = str(self.file)
        self.save("1")
        self.answers.fold()
        self.assertTrue(self.answers.is_as_written(path))
        self.assertFalse(self.answers.is_as_written(f"{path}.other"))
        self.write_by_hand((CLIENT, "edited"))
        self.assertFalse(self.answers.is_as_written(path))
        # what was edited is known to the store, but not yet to those that read it
        self.save("2", "other")
        self.answers.fold()
        self.assertFalse(self.answers.is_as_written(path))
        self.answers.refresh()
        self.assertTrue(self.answers.is_as_written(path))

    # A file that is another when the server starts

    def test_edited_meanwhile(self) -> None:
        """What the file says otherwise counts; what it does not say is taken over."""
        self.save("1")
        self.answers.fold()
        self.save("2")
        self.save("new", "other")
        self.answers.later.close()
        self.answers._journal.close()
        self.write_by_hand((CLIENT, "by hand"))
        again = self.a_store()
        with self.assertLogs("Probes", "WARNING") as logs:
            again.start()
        self.assertIn(f"{CLIENT}: the journal has {{'p': '2'}}", "\n".join(logs.output))
        self.assertIn("{'p': 'by hand'}", "\n".join(logs.output))
        self.assertEqual(self.said(again), "by hand")
        again.close()
        self.assertEqual(self.written(), {CLIENT: "by hand", "other": "new"})
        names = [name for name in os.listdir(self.folder) if ".set-aside-" in name]
        self.assertEqual(len(names), 1)

    def test_edited_elsewhere(self) -> None:
        """An upload counts if the file has of that client what it had before."""
        self.save("1")
        self.answers.fold()
        self.save("2")
        self.answers.later.close()
        self.answers._journal.close()
        self.write_by_hand((CLIENT, "1"), ("other", "by hand"))
        again = self.a_store()
        again.start()
        again.close()
        self.assertEqual(self.written(), {CLIENT: "2", "other": "by hand"})
        self.assertEqual(os.listdir(self.folder), ["probed.xml"])

    # Tools beside the server

    def test_tool_leaves_journal(self) -> None:
        """A core that does not serve sees pending uploads, and leaves the journal to the server."""
        self.save("new")
        journal = (self.folder / "probed.xml.journal").read_bytes()
        self.answers.close()
        (self.folder / "probed.xml.journal").write_bytes(journal)
        tool = self.a_store()
        self.assertEqual(self.said(tool), "new")
        tool.close()
        self.assertEqual((self.folder / "probed.xml.journal").read_bytes(), journal)

    def test_tool_is_outdated(self) -> None:
        """A core that does not serve never writes what it read long ago over what came since."""
        self.save("old")
        tool = self.a_store()
        self.save("new")
        self.answers.fold()
        tool.close()
        self.assertEqual(self.written(), {CLIENT: "new"})

    # Threads

    def test_many_threads(self) -> None:
        """While the file is edited, read and written no acknowledged upload disappears."""
        lost: list[str] = []

        def upload(client: str) -> None:
            for number in range(60):
                self.save(str(number), client)
                if self.said(self.answers, client) != str(number):
                    lost.append(client)

        clients = [f"c{number}" for number in range(4)]
        threads = [threading.Thread(target=upload, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        edits = 0
        while any(thread.is_alive() for thread in threads):
            edits += 1
            self.answers.fold()
            self.write_by_hand(*self.written().items(), ("edited", str(edits)))
            self.answers.refresh()
        self.answers.fold()
        self.assertEqual(lost, [])
        self.assertEqual(self.written(), {**dict.fromkeys(clients, "59"), "edited": str(edits)})
        again = self.a_store()
        self.assertEqual({self.said(again, client) for client in clients}, {"59"})

    def test_foreign_record(self) -> None:
        """A line of the journal that is JSON, but no record, is reported; the others count."""
        self.save("new")
        journal = self.folder / "probed.xml.journal"
        record = json.loads(journal.read_bytes())
        self.answers.close()
        lines = ["5", json.dumps({**record, "client": "other"})]
        journal.write_text("\n".join(lines) + "\n")
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            again = self.a_store()
        self.assertIn("probed.xml.journal:1: this is no record", logs.output[0])
        self.assertEqual(self.said(again, "other"), "new")
        journal.unlink()
