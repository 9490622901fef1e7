"""What clients change: visible at once, never lost, written to clients.xml later."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.metadata import Metadata
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.repository.source import Unsettled
from bcfg2tw.engine.store.client_edit import UPDATE, ClientEdit
from bcfg2tw.engine.store.declared_clients import read_clients
from bcfg2tw.engine.store.xmlfiles import clients_file
from bcfg2tw.engine.store.xmlfiles.clients_file import ClientsFile
from bcfg2tw.engine.store.xmlfiles.clients_writer import ClientsWriter
from bcfg2tw.engine.store.xmlfiles.records import State
from bcfg2tw.errors import MetadataConsistencyError, MetadataRuntimeError
from tests.builders import CLIENT, a_core, change, some_settings, write_files

GROUPS = """<Groups>
  <Group name="all" profile="true" public="true" default="true"/>
  <Group name="other" profile="true" public="true"/>
</Groups>"""
CLIENTS = f"""<!-- kept by the network team -->
<Clients xmlns:xi="http://www.w3.org/2001/XInclude">
  <!-- the only one -->
  <Client name="{CLIENT}" profile="all" address="127.0.0.1"/>
  <xi:include href="more.xml"/>
</Clients>
"""
MORE = '<Clients><Client name="Included.example.test" profile="all"/></Clients>'

REGISTERING = """
import sys, threading
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.settings import Settings

core = NetworkCore(Settings(repository=sys.argv[1], plugins=("Bundler", "Metadata")))
core.store.clients.later.delay_seconds = 0.02
core.start()

def register(part):
    for number in range(100_000):
        name = f"c{part}-{number}.example.test"
        core.metadata.set_version(name, f"1.3.{number}")
        sys.stdout.write(f"{name} 1.3.{number}\\n")
        sys.stdout.flush()

for part in range(4):
    threading.Thread(target=register, args=(part,), daemon=True).start()
threading.Event().wait()
"""


def metadata_of(core: NetworkCore) -> Metadata:
    """Return the Metadata plugin in force."""
    plugin = core.metadata
    assert isinstance(plugin, Metadata)
    return plugin


def version_of(core: NetworkCore, name: str) -> str | None:
    """Return the version of a client that is known."""
    client = metadata_of(core).clients.get(name)
    assert client is not None, f"{name} is lost"
    return client.version


class ClientsFileTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.core = a_core(
            self,
            {
                "Metadata/clients.xml": CLIENTS,
                "Metadata/more.xml": MORE,
                "Metadata/groups.xml": GROUPS,
            },
        )
        self.folder = Path(self.core.settings.repository) / "Metadata"
        self.file = self.folder / "clients.xml"

    def again(self) -> NetworkCore:
        """Return a second core on the repository, as after the first was killed."""
        core = NetworkCore(some_settings(self.core.settings.repository))
        self.addCleanup(core.shutdown)
        core.load_plugins()
        return core

    def test_visible_at_once(self) -> None:
        """A change is in force before clients.xml is written."""
        before = self.file.read_text()
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.assertEqual(self.core.build_metadata(CLIENT).version, "1.3.4")
        self.assertEqual(self.file.read_text(), before)

    def test_durable_at_once(self) -> None:
        """A change outlives a server that is killed before clients.xml is written."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.core.build_metadata("new.example.test")
        again = self.again()
        self.assertEqual(version_of(again, CLIENT), "1.3.4")
        self.assertIn("new.example.test", again.metadata.client_names())

    def test_written_once(self) -> None:
        """All pending changes are written in one step; comments, includes and mode are kept."""
        os.chmod(self.file, 0o604)
        for number in range(5):
            self.core.metadata.set_version(CLIENT, f"1.3.{number}")
        self.core.build_metadata("new.example.test")
        self.assertTrue(self.core.store.clients.fold())
        text = self.file.read_text()
        self.assertTrue(text.startswith("<!-- kept by the network team -->"), text)
        self.assertIn("<!-- the only one -->", text)
        self.assertIn('<xi:include href="more.xml"/>', text)
        self.assertIn('address="127.0.0.1" version="1.3.4"', text)
        self.assertIn('<Client name="new.example.test" profile="all"/>', text)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o604)
        names = [name for name in os.listdir(self.folder) if not name.endswith(".journal.lock")]
        self.assertEqual(sorted(names), ["clients.xml", "groups.xml", "more.xml"])

    def test_included_file(self) -> None:
        """A client in an included file is changed there, however its name is written."""
        before = self.file.read_text()
        self.core.metadata.set_version("included.example.test", "1.3.4")
        self.core.store.clients.fold()
        self.assertIn(
            'name="Included.example.test" profile="all" version="1.3.4"',
            (self.folder / "more.xml").read_text(),
        )
        self.assertEqual(self.file.read_text(), before)

    def test_include_without_href(self) -> None:
        """An include that names nothing stays, and hinders no change."""
        include = '<xi:include href="more.xml"/>'
        clients = CLIENTS.replace(include, f"{include}<xi:include/>")
        files = {"clients.xml": clients, "more.xml": MORE, "groups.xml": GROUPS}
        core = a_core(self, {f"Metadata/{name}": text for name, text in files.items()})
        core.metadata.set_version(CLIENT, "1.3.4")
        core.store.clients.fold()
        text = Path(core.settings.repository, "Metadata/clients.xml").read_text()
        self.assertIn("1.3.4", text)
        self.assertIn("<xi:include/>", text)

    def test_symbolic_link(self) -> None:
        """Of a symbolic link the target is replaced."""
        target = self.folder / "target"
        self.file.rename(target)
        self.file.symlink_to("target")
        self.core.reload()
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.core.store.clients.fold()
        self.assertTrue(self.file.is_symlink())
        self.assertIn("1.3.4", target.read_text())

    def test_reload_after_writing(self) -> None:
        """Reading what was written gives the same state."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        metadata_of(self.core).remove_client("included.example.test")
        names = self.core.metadata.client_names()
        self.core.store.clients.fold()
        self.core.reload(None)
        self.assertEqual(self.core.metadata.client_names(), names)
        self.assertEqual(version_of(self.core, CLIENT), "1.3.4")

    def test_forgotten(self) -> None:
        """Changes that every reading of clients.xml in use has are forgotten."""
        for number in range(5):
            self.core.metadata.set_version(CLIENT, f"1.3.{number}")
            self.core.store.clients.fold()
            self.core.reload(None)
        clients = self.core.store.clients
        assert isinstance(clients, ClientsFile)
        self.assertLessEqual(len(clients._log), 2)

    def test_own_file(self) -> None:
        """What is folded is no change, and empties no cache; what somebody edits is one."""
        changed_by_others = self.core.store.changed_by_others
        paths = [str(self.file), str(self.folder / "more.xml")]
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.core.metadata.set_version("included.example.test", "1.3.4")
        self.assertTrue(self.core.store.clients.fold())
        snapshot = self.core.snapshot
        self.assertEqual(changed_by_others(paths), [])
        self.core.reload(paths)
        self.assertIs(self.core.snapshot, snapshot)
        self.file.write_text(self.file.read_text().replace('"all"', '"other"'))
        self.assertEqual(changed_by_others(paths), [str(self.file)])
        self.core.reload(paths)
        self.assertEqual(self.core.build_metadata(CLIENT).profile, "other")
        self.assertEqual(version_of(self.core, CLIENT), "1.3.4")

    def test_own_file_elsewhere(self) -> None:
        """So it is with files that are included from another folder, and with a ring of them."""
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../{}/*.xml"/>'
        more = MORE.replace("<Clients>", "<Clients>" + include.format("common"))
        core = a_core(
            self,
            {
                "Metadata/clients.xml": CLIENTS.replace("more.xml", "../common/more.xml"),
                "common/more.xml": more,
                "Metadata/groups.xml": GROUPS,
            },
        )
        path = os.path.join(core.settings.repository, "common/more.xml")
        core.metadata.set_version("included.example.test", "1.3.4")
        self.assertTrue(core.store.clients.fold())
        self.assertIn('version="1.3.4"', Path(path).read_text())
        self.assertEqual(core.store.changed_by_others([path]), [])
        Path(path).write_text(more)
        self.assertEqual(core.store.changed_by_others([path]), [path])

    def test_own_file_with_origin(self) -> None:
        """Where a new client came from counts once it is folded, whatever is folded later."""
        clients = self.core.store.clients
        clients.add("new.example.test", {"profile": "all", "uuid": "u-new"})
        self.assertTrue(clients.fold())
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.assertTrue(clients.fold())
        self.core.reload([str(self.file)])
        client = metadata_of(self.core).clients.by_uuid("u-new")
        self.assertEqual(client.name if client else None, "new.example.test")
        self.core.metadata.set_version(CLIENT, "1.3.5")
        self.assertTrue(clients.fold())
        self.assertEqual(self.core.store.changed_by_others([str(self.file)]), [])

    def test_edit_by_hand(self) -> None:
        """What the administrator writes while changes wait is not lost, nor are they."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        edited = CLIENTS.replace(
            "</Clients>", '<Client name="b.example.test" profile="all"/></Clients>'
        )
        change(self.core, {"Metadata/clients.xml": edited})
        self.assertEqual(version_of(self.core, CLIENT), "1.3.4")
        self.core.store.clients.fold()
        text = self.file.read_text()
        self.assertIn("b.example.test", text)
        self.assertIn("1.3.4", text)

    def test_read_before_written(self) -> None:
        """A reading that was overtaken by writing is not used: the files are read again."""
        alone = CLIENTS.replace('<xi:include href="more.xml"/>', "")
        change(self.core, {"Metadata/clients.xml": alone})
        files = Library(self.core.settings).files(str(self.folder))
        files.load("clients.xml", read_clients)
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.core.store.clients.fold()
        self.assertRaises(Unsettled, Metadata, self.core.context, files, metadata_of(self.core))

    def test_edit_just_before_writing(self) -> None:
        """A hand edit is read although the server writes the file before that is noticed."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        added = '<Client name="b.example.test" profile="all"/></Clients>'
        self.file.write_text(CLIENTS.replace("</Clients>", added))
        self.core.store.clients.fold()
        self.core.reload([str(self.file)])
        self.assertIn("b.example.test", self.core.metadata.client_names())
        self.core.metadata.set_version(CLIENT, "1.3.5")
        self.core.store.clients.fold()
        self.assertEqual(self.core.store.changed_by_others([str(self.file)]), [])

    def test_edit_not_read(self) -> None:
        """An edit that nobody reads keeps changes waiting, on disk, but not for ever."""
        clients = self.core.store.clients
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.file.write_text(CLIENTS.replace("the only one", "the first one"))
        self.assertFalse(clients.fold())
        self.assertEqual(version_of(self.again(), CLIENT), "1.3.4")
        self.patch(clients_file, "READING_SECONDS", 0.0)
        for version in ("1.3.4", "1.3.5"):
            self.core.metadata.set_version(CLIENT, version)
            self.assertTrue(clients.fold())
            self.assertIn(version, self.file.read_text())
        self.assertIn("the first one", self.file.read_text())

    def test_edit_while_writing(self) -> None:
        """A hand edit that comes when the file has been read for writing is not overwritten."""
        clients = self.core.store.clients
        assert isinstance(clients, ClientsFile)
        note_writing = clients._journal.note_writing
        names: list[str] = []

        def edit_meanwhile(state: State) -> None:
            note_writing(state)
            if names:
                added = f'<Client name="{names.pop()}" profile="all"/></Clients>'
                self.file.write_text(self.file.read_text().replace("</Clients>", added))

        self.patch(clients._journal, "note_writing", edit_meanwhile)
        for version, name in (("1.3.4", "b.example.test"), ("1.3.5", "c.example.test")):
            names.append(name)
            self.core.metadata.set_version(CLIENT, version)
            self.assertFalse(clients.fold())
            self.assertNotIn(version, self.file.read_text())
            self.core.reload([str(self.file)])
            self.assertTrue(clients.fold())
            self.assertIn(version, self.file.read_text())
        for name in ("b.example.test", "c.example.test"):
            self.assertIn(name, self.file.read_text())
            self.assertIn(name, self.core.metadata.client_names())

    def test_edit_after_writing(self) -> None:
        """A hand edit counts more than a change that was written before it."""
        self.core.metadata.set_profile(CLIENT, "other", None)  # type: ignore[arg-type]
        self.core.store.clients.fold()
        change(self.core, {"Metadata/clients.xml": CLIENTS})
        self.assertEqual(self.core.build_metadata(CLIENT).profile, "all")

    def test_broken_file(self) -> None:
        """While clients.xml is broken changes wait, in force, and are written afterwards."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.core.store.clients.fold()
        self.core.metadata.set_version(CLIENT, "1.3.5")
        change(self.core, {"Metadata/clients.xml": "<Clients>"})
        self.assertEqual(version_of(self.core, CLIENT), "1.3.5")
        with self.assertLogs("Metadata", "ERROR") as logs:
            self.assertFalse(self.core.store.clients.fold())
        self.assertIn("1 changes of clients wait in", logs.output[0])
        self.assertEqual(self.file.read_text(), "<Clients>")
        change(self.core, {"Metadata/clients.xml": CLIENTS})
        self.assertTrue(self.core.store.clients.fold())
        self.assertIn('version="1.3.5"', self.file.read_text())

    def test_broken_before_reload(self) -> None:
        """A change that was written stays in force if the file breaks before it is read again."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.core.store.clients.fold()
        change(self.core, {"Metadata/clients.xml": "<Clients>"})
        self.assertEqual(version_of(self.core, CLIENT), "1.3.4")

    def test_file_gone(self) -> None:
        """Without clients.xml the clients stay known."""
        self.file.unlink()
        self.core.reload(None)
        self.assertIn(CLIENT, self.core.metadata.client_names())
        self.assertFalse(self.file.exists())
        change(self.core, {"Metadata/clients.xml": "<Clients>"})
        self.assertIn(CLIENT, self.core.metadata.client_names())

    def test_impossible_value(self) -> None:
        """A value that XML cannot hold is refused, and stops nothing."""
        with self.assertRaises(MetadataConsistencyError):
            self.core.metadata.set_version(CLIENT, "1.\x00")
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.assertTrue(self.core.store.clients.fold())

    def test_journal_not_writable(self) -> None:
        """What cannot be made durable is not acknowledged, and does not count."""
        (self.folder / "clients.xml.journal").mkdir()
        with self.assertRaises(MetadataRuntimeError) as raised:
            self.core.metadata.set_version(CLIENT, "1.3.4")
        self.assertIn(
            "clients.xml.journal cannot be written: Is a directory", str(raised.exception)
        )
        self.assertIsNone(version_of(self.core, CLIENT))
        (self.folder / "clients.xml.journal").rmdir()

    def test_shutdown_writes(self) -> None:
        """An orderly end leaves everything in clients.xml, and no journal."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.core.shutdown()
        self.assertIn('version="1.3.4"', self.file.read_text())
        self.assertEqual([name for name in os.listdir(self.folder) if "journal" in name], [])

    def test_tool_leaves_journal(self) -> None:
        """A core that does not serve sees pending changes, and leaves the journal to the server."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.again().shutdown()
        self.assertIn("1.3.4", (self.folder / "clients.xml.journal").read_text())

    def test_start_writes(self) -> None:
        """A server writes, soon after its start, what a killed one left in its journal."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        journal = (self.folder / "clients.xml.journal").read_bytes()
        self.core.shutdown()
        self.file.write_text(CLIENTS)
        (self.folder / "clients.xml.journal").write_bytes(journal)
        again = self.again()
        again.start()
        self.assertEqual(version_of(again, CLIENT), "1.3.4")
        again.shutdown()
        self.assertIn('version="1.3.4"', self.file.read_text())

    # A file that is another when the server starts

    def killed(self, text: str) -> NetworkCore:
        """Return the server that starts when the first was killed and somebody changed a file."""
        clients = self.core.store.clients
        assert isinstance(clients, ClientsFile)
        clients.later.close()
        clients._journal.close()  # as the end of a process does
        self.file.write_text(text)
        again = self.again()
        again.start()
        return again

    def set_aside(self) -> list[Path]:
        """Return the journals that were set aside."""
        return list(self.folder.glob("clients.xml.journal.set-aside-2*"))

    def test_edited_meanwhile(self) -> None:
        """What the file says otherwise counts, and the log has the client and both values."""
        self.core.metadata.set_profile(CLIENT, "other", None)  # type: ignore[arg-type]
        self.core.metadata.set_version(CLIENT, "1.3.4")
        journal = (self.folder / "clients.xml.journal").read_bytes()
        edited = CLIENTS.replace('profile="all"', 'profile="third"')
        with self.assertLogs("Metadata", "WARNING") as logs:
            again = self.killed(edited)
        text = "\n".join(logs.output)
        self.assertIn(
            f"{CLIENT}: profile='other' in the journal and profile='third' in the file", text
        )
        self.assertIn("1 changes are taken over", text)
        self.assertEqual([path.read_bytes() for path in self.set_aside()], [journal])
        self.assertIn(str(self.set_aside()[0]), text)
        self.assertEqual(version_of(again, CLIENT), "1.3.4")
        again.shutdown()
        self.assertIn('profile="third"', self.file.read_text())
        self.assertIn('version="1.3.4"', self.file.read_text())

    def test_set_aside_once(self) -> None:
        """What was decided stays so when that server is killed as well; nothing is lost."""
        self.core.metadata.set_profile(CLIENT, "other", None)  # type: ignore[arg-type]
        self.core.build_metadata("new.example.test")
        with self.assertLogs("Metadata", "WARNING"):
            again = self.killed(CLIENTS.replace('profile="all"', 'profile="third"'))
        clients = again.store.clients
        assert isinstance(clients, ClientsFile)
        clients.later.close()
        clients._journal.close()
        last = self.again()
        last.start()
        self.assertIn("new.example.test", last.metadata.client_names())
        last.shutdown()
        self.assertEqual(len(self.set_aside()), 1)
        self.assertIn('profile="third"', self.file.read_text())
        self.assertIn("new.example.test", self.file.read_text())

    def test_edited_elsewhere(self) -> None:
        """What was acknowledged and is not contradicted counts; nothing is set aside."""
        self.core.metadata.set_profile(CLIENT, "other", None)  # type: ignore[arg-type]
        self.core.build_metadata("new.example.test")
        metadata_of(self.core).remove_client("included.example.test")
        added = '<Client name="b.example.test" profile="all"/></Clients>'
        with self.assertLogs("Metadata", "WARNING") as logs:
            again = self.killed(CLIENTS.replace("</Clients>", added))
        self.assertIn("the file was changed since", logs.output[0])
        again.shutdown()
        text = self.file.read_text()
        for expected in ('profile="other"', "new.example.test", "b.example.test"):
            self.assertIn(expected, text)
        self.assertNotIn("Included", (self.folder / "more.xml").read_text())
        self.assertEqual(self.set_aside(), [])

    def test_removed_meanwhile(self) -> None:
        """A client that somebody removed stays removed, and one that somebody changed stays."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        metadata_of(self.core).remove_client("included.example.test")
        (self.folder / "more.xml").write_text(MORE.replace('"all"', '"other" password="s3cret"'))
        with self.assertLogs("Metadata", "WARNING") as logs:
            again = self.killed('<Clients xmlns:xi="http://www.w3.org/2001/XInclude">'
                                '<xi:include href="more.xml"/></Clients>')  # fmt: skip
        self.assertEqual(again.metadata.client_names(), ["included.example.test"])
        text = "\n".join(logs.output)
        self.assertIn("the file does not have the client", text)
        self.assertIn("the journal removes the client, and the file has it with", text)
        self.assertNotIn("s3cret", text)

    def test_included_meanwhile(self) -> None:
        """A change of a file that clients.xml includes is noticed too."""
        self.core.metadata.set_profile("included.example.test", "other", None)  # type: ignore[arg-type]
        (self.folder / "more.xml").write_text(MORE.replace('"all"', '"third"'))
        with self.assertLogs("Metadata", "WARNING") as logs:
            self.killed(CLIENTS)
        self.assertIn("'third' in the file", "\n".join(logs.output))

    def test_killed_while_writing(self) -> None:
        """A file that the server itself was about to write is not another."""
        self.core.metadata.set_version(CLIENT, "1.3.4")
        clients = self.core.store.clients
        assert isinstance(clients, ClientsFile)
        self.patch(clients._journal, "finish_folding", lambda state, stamp: None)
        self.core.store.clients.fold()
        with self.assertLogs("Metadata", "WARNING") as logs:
            self.killed(self.file.read_text())
        self.assertIn("changes are taken over", logs.output[0])
        self.assertNotIn("was changed since", logs.output[0])

    def test_change_while_writing(self) -> None:
        """A change that came while the file was written continues what was written."""
        clients = self.core.store.clients
        assert isinstance(clients, ClientsFile)
        write = clients._write

        def write_slowly(batch: list[ClientEdit]) -> State:
            self.core.metadata.set_version("included.example.test", "1.3.5")
            return write(batch)

        self.core.metadata.set_version(CLIENT, "1.3.4")
        self.patch(clients, "_write", write_slowly)
        clients.fold()
        with self.assertLogs("Metadata", "WARNING") as logs:
            again = self.killed(self.file.read_text())
        self.assertEqual(version_of(again, "included.example.test"), "1.3.5")
        self.assertNotIn("was changed since", logs.output[0])

    def test_broken_meanwhile(self) -> None:
        """While the file is broken a journal waits; it is compared when the file is repaired."""
        self.core.metadata.set_profile(CLIENT, "other", None)  # type: ignore[arg-type]
        with self.assertLogs("Metadata", "ERROR"):
            again = self.killed("<Clients>")
        with self.assertLogs("Metadata", "WARNING"):
            change(again, {"Metadata/clients.xml": CLIENTS.replace('"all"', '"third"')})
        self.assertEqual(len(self.set_aside()), 1)
        client = metadata_of(again).clients.get(CLIENT)
        self.assertEqual(client.profiles if client else (), ("third",))

    def test_journal_of_old(self) -> None:
        """A journal that does not know the state of its file counts as it is, and is told."""
        record = {"operation": "update", "name": CLIENT, "attributes": {"profile": "other"}}
        (self.folder / "clients.xml.journal").write_text(json.dumps(record) + "\n")
        with self.assertLogs("Metadata", "WARNING") as logs:
            again = self.killed(CLIENTS.replace('"all"', '"third"'))
        self.assertIn("1 changes are taken over", logs.output[0])
        again.shutdown()
        self.assertIn('profile="other"', self.file.read_text())
        self.assertEqual(self.set_aside(), [])

    def test_one_client_many_threads(self) -> None:
        """An unknown client that calls several times at once is registered once."""
        threads = [
            threading.Thread(target=self.core.build_metadata, args=("new.example.test",))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.core.metadata.client_names().count("new.example.test"), 1)

    def test_changes_while_reloading(self) -> None:
        """While files are edited, written and read again no acknowledged change disappears."""
        lost: list[str] = []

        def declare(name: str) -> None:
            for number in range(40):
                self.core.metadata.set_version(name, f"1.3.{number}")
                if version_of(self.core, name) != f"1.3.{number}":
                    lost.append(name)

        names = [f"c{number}.example.test" for number in range(4)]
        threads = [threading.Thread(target=declare, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self.core.store.clients.fold()
            self.core.reload(None)
        self.core.store.clients.fold()
        self.core.reload(None)
        self.assertEqual(lost, [])
        self.assertEqual({version_of(self.core, name) for name in names}, {"1.3.39"})
        text = self.file.read_text()
        self.assertEqual([name for name in names if text.count(name) != 1], [])

    def test_killed(self) -> None:
        """A server that is killed in the middle of registrations loses none it acknowledged."""
        repository = self.core.settings.repository
        with subprocess.Popen(
            [sys.executable, "-c", REGISTERING, repository],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(300)]
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.readlines()
        acknowledged = dict(line.split() for line in lines if line.endswith("\n"))
        self.assertGreaterEqual(len(acknowledged), 300)
        again = self.again()
        self.assertEqual(
            [name for name, version in acknowledged.items() if version_of(again, name) != version],
            [],
        )


class WriteEditsTests(SynchronousTestCase):
    def test_vanished_client(self) -> None:
        """A change of a client that was removed by hand meanwhile is dropped."""
        folder = self.mktemp()
        write_files(folder, {"clients.xml": "<Clients/>"})
        path = os.path.join(folder, "clients.xml")
        with self.assertLogs("Metadata", "INFO") as logs:
            edit = ClientEdit(UPDATE, "gone.example.test", {"version": "1"})
            ClientsWriter(path).write([edit], lambda state: None)
        self.assertIn("gone.example.test is not there any more", logs.output[0])
        self.assertEqual(Path(path).read_text(), "<Clients/>")
