"""`bcfg2tw admin` beside what bcfg2-admin did: formats, archives that are kept, graphs by hand."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.command_processes import run_process
from tests.commands import Ended, run

GROUPS = (
    '<Groups><Group name="web" profile="true"><Group name="debian"/><Bundle name="base"/></Group>'
    '<Group name="say &quot;hi&quot;" category="odd"/></Groups>'
)


class AdminTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        write_files(
            str(self.folder),
            {
                "bcfg2.conf": f"[server]\nrepository = {self.folder}/repo\nplugins = Metadata\n",
                "repo/Metadata/clients.xml": "<Clients><Client name='web1' profile='web'/>"
                "</Clients>",
                "repo/Metadata/groups.xml": GROUPS,
            },
        )

    def words(self, *words: str) -> tuple[str, ...]:
        return ("admin", "-C", str(self.folder / "bcfg2.conf"), *words)

    def admin(self, *words: str, **environment: str) -> Ended:
        return run(*self.words(*words), folder=str(self.folder), environment=environment)


class ClientTests(AdminTestCase):
    def test_at_once(self) -> None:
        """Several runs at the same time lose no change of each other."""

        def add(number: int) -> int:
            words = self.words("client", "add", f"new{number}", "profile=web")
            return run_process(*words, folder=str(self.folder)).status

        with ThreadPoolExecutor(4) as pool:
            self.assertEqual(list(pool.map(add, range(6))), [0] * 6)
        listed = json.loads(self.admin("client", "list", "--json").output)
        self.assertEqual(sorted(listed), [*(f"new{number}" for number in range(6)), "web1"])

    def test_client_without_rights(self) -> None:
        """A folder that this user may not read, or not write, is named with the remedy."""
        folder = Path(tempfile.mkdtemp()) / "site"  # where other users than root get to
        self.addCleanup(shutil.rmtree, folder.parent)
        folder.parent.chmod(0o755)
        shutil.move(self.folder, folder)
        self.folder = folder
        config = folder / "bcfg2.conf"
        config.write_text(f"[server]\nrepository = {folder}/repo\nplugins = Metadata\n")
        closed = folder / "repo/Metadata"
        self.addCleanup(closed.chmod, 0o755)
        user = os.geteuid()
        self.addCleanup(os.seteuid, user)
        for mode in (0o555, 0) if user else (0o755, 0o700):
            os.seteuid(user)
            closed.chmod(mode)
            os.seteuid(user or 65534)  # for root nothing is closed
            ended = self.admin("client", "add", "new")
            self.assertEqual(ended.status, 1)
            self.assertRegex(
                ended.output,
                f"^Error new client adding: {closed} cannot be written by user [^ ]+: chown or "
                "chmod it, or be the user of the server\n$",
            )

    def test_impossible(self) -> None:
        """What XML cannot hold is a sentence."""
        ended = self.admin("client", "add", "new", "uuid=\x01")
        self.assertEqual(ended.status, 1)
        self.assertIn("Error new client adding: clients.xml cannot hold", ended.output)

    def test_no_value(self) -> None:
        """A word that is no attribute=value is an error of usage."""
        self.assertEqual(self.admin("client", "add", "new", "profile").status, 2)


class KeptClientsTests(AdminTestCase):
    """Clients that are not kept in clients.xml."""

    def check(self, settings: str) -> None:
        """Change clients, and see the changes in runs of their own."""
        path = self.folder / "bcfg2.conf"
        path.write_text(path.read_text() + settings)
        before = (self.folder / "repo/Metadata/clients.xml").read_bytes()
        self.assertEqual(self.admin("client", "add", "New", "profile=web").status, 0)
        self.assertEqual(self.listed(), ["new", "web1"])
        self.assertEqual(self.admin("client", "update", "new", "address=192.0.2.7").status, 0)
        self.assertEqual(self.admin("client", "delete", "new").status, 0)
        self.assertEqual(self.listed(), ["web1"])
        ended = self.admin("client", "delete", "new")
        self.assertEqual(ended.status, 1)
        self.assertIn('Client "new" does not exist', ended.output)
        self.assertEqual((self.folder / "repo/Metadata/clients.xml").read_bytes(), before)

    def listed(self) -> list[str]:
        names: list[str] = json.loads(self.admin("client", "list", "--json").output)
        return sorted(names)

    def test_state_folder(self) -> None:
        """With a folder for state they are changed there."""
        (self.folder / "state").mkdir()
        self.check(f"state = {self.folder}/state\n")

    def test_database(self) -> None:
        """With a database they are changed there."""
        self.check(
            "[metadata]\nuse_database = yes\n"
            f"[database]\nengine = sqlite3\nname = {self.folder}/db.sqlite\n"
        )


class CompareTests(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        write_files(
            str(self.folder),
            {
                "a.xml": "<Configuration><Bundle name='b'><Package name='p'/></Bundle>"
                "</Configuration>",
                "b.xml": "<Configuration><Bundle name='b'><Package name='q'/></Bundle>"
                "</Configuration>",
            },
        )

    def test_exit_code(self) -> None:
        """The status tells of differences where that is asked for."""
        self.assertEqual(self.admin("compare", "a.xml", "b.xml").status, 0)
        self.assertEqual(self.admin("compare", "--exit-code", "a.xml", "b.xml").status, 1)
        self.assertEqual(self.admin("compare", "--exit-code", "a.xml", "a.xml").status, 0)

    def test_format(self) -> None:
        """Differences are findings in any format."""
        first, second = json.loads(
            self.admin("compare", "--format", "json", "a.xml", "b.xml").output
        )
        self.assertEqual(first["message"], "Removed: Element Package:p")
        self.assertEqual(second["name"], "added-configuration")

    def test_no_xml(self) -> None:
        """A file that is no configuration is named with its line."""
        write_files(str(self.folder), {"c.xml": "<Configuration>\n<"})
        ended = self.admin("compare", "a.xml", "c.xml")
        self.assertEqual(ended.status, 1)
        self.assertIn("c.xml:2: ", ended.output)

    def written(self, structures: str) -> str:
        """Return the name of a file with a configuration of structures."""
        name = f"{len(list(self.folder.iterdir()))}.xml"
        write_files(str(self.folder), {name: f"<Configuration>{structures}</Configuration>"})
        return name

    def compared(self, old: str, new: str, *words: str) -> list[str]:
        """Return the lines about two configurations."""
        return self.admin("compare", *words, self.written(old), self.written(new)).output.split(
            "\n"
        )[:-1]

    def test_children(self) -> None:
        """What stands in an element counts as its content."""
        path = "<Bundle name='b'><Path name='/a'>{}</Path></Bundle>"
        old, new = (path.format(f"<ACL perms='{perms}'/>") for perms in ("r", "w"))
        self.assertEqual(
            self.compared(old, new),
            [
                "Changed: Element Path:/a has different content",
                '  -<ACL perms="r"/>',
                '  +<ACL perms="w"/>',
            ],
        )
        self.assertEqual(
            self.compared(path.format(""), new), ["Changed: Element Path:/a content was added"]
        )
        self.assertEqual(
            self.compared(old, path.format("")), ["Changed: Element Path:/a content was removed"]
        )

    def test_several(self) -> None:
        """An entry that moves and changes is told of in a sentence for each."""
        path = "<Bundle name='{}'><Path name='/a' mode='{}'>{}</Path></Bundle>"
        other = "<Bundle name='c'/>"
        self.assertEqual(
            self.compared(path.format("b", 1, "x\n"), path.format("c", 2, "y\n"), "-q")[2:],
            [
                "Changed: Element Path:/a was in bundle b, now in bundle c",
                "Changed: Element Path:/a has different attributes",
                "Changed: Element Path:/a has different content",
            ],
        )
        self.assertEqual(
            self.compared(other, other.replace("/>", " mode='x'/>")),
            ["Changed: Bundle c has different attributes", '  +mode="x"'],
        )

    def test_secret(self) -> None:
        """Of a secret it is said that it differs, and no more."""
        path = "<Bundle name='b'><Path name='/a' sensitive='true'>{}</Path></Bundle>"
        self.assertEqual(
            self.compared(path.format("hunter2"), path.format("swordfish")),
            ["Changed: Element Path:/a has different content", "  content differs (secret)"],
        )

    def test_failed(self) -> None:
        """An error in place of a configuration is a difference, with its text."""
        write_files(str(self.folder), {"error.xml": "<error type='structure error'>no</error>"})
        self.assertEqual(
            self.admin("compare", "a.xml", "error.xml").output.splitlines(),
            [
                "Changed: the configuration can no longer be built",
                '  +failure="structure error: no"',
            ],
        )

    def test_twins(self) -> None:
        """Two elements of one name that come are told of once for a host."""
        twins = "<Bundle name='b'><Package name='p'/><Package name='p' version='1'/></Bundle>"
        empty = "<Bundle name='b'/>"
        write_files(
            str(self.folder),
            {
                f"{name}/pc1.xml": f"<Configuration>{structures}</Configuration>"
                for name, structures in (("old", empty), ("new", twins))
            },
        )
        self.assertEqual(
            self.admin("compare", "old", "new").output,
            "===== pc1 =====\nAdded: Element Package:p\n\n",
        )

    def test_order(self) -> None:
        """The order of elements, and how many share a name, is no difference."""
        entries = "<Package name='p' version='1'/>", "<Package name='p' version='2'/>"
        old, new = "".join(entries), "".join(reversed(entries))
        bundle = "<Bundle name='b'>{}</Bundle>"
        self.assertEqual(self.compared(bundle.format(old), bundle.format(new)), [])


class VizTests(AdminTestCase):
    def test_without_dot(self) -> None:
        """A .dot file needs no graphviz; names are quoted as its language wants them."""
        ended = self.admin("viz", "-b", "-o", "out.dot", PATH="/nonexistent")
        self.assertEqual((ended.status, ended.output), (0, ""))
        text = (self.folder / "out.dot").read_text()
        self.assertIn('\t"group-web" -> "group-debian";\n', text)
        self.assertIn('"group-say \\"hi\\"" [label="say \\"hi\\""', text)

    def test_no_dot(self) -> None:
        """Another format is an error that says what is missing."""
        ended = self.admin("viz", "-o", "out.svg", PATH="/nonexistent")
        self.assertEqual(ended.status, 1)
        self.assertIn("Error running ['dot', '-T', 'svg'", ended.output)
        self.assertIn("No such file or directory", ended.output)
