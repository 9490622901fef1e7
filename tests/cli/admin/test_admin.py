"""`bcfg2tw admin` beside what bcfg2-admin did: formats, archives that are kept, graphs by hand."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.admin.differences import Difference, differences
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

    def test_children(self) -> None:
        """What stands in an element counts as its content."""
        old, new = (
            etree.fromstring(
                f"<Configuration><Bundle name='b'><Path name='/a'><ACL perms='{perms}'/></Path>"
                "</Bundle></Configuration>"
            )
            for perms in ("r", "w")
        )
        (difference,) = differences(old, new)
        self.assertEqual(difference.text, "Element Path:/a has different content")

    def test_equal(self) -> None:
        """Two differences are one where they are the same for two hosts."""
        self.assertEqual(Difference("Added", "x", ("+a",)), Difference("Added", "x", ("+a",)))


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
