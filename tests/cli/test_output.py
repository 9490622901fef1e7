"""What tools print where there is no terminal, and as JSON."""

from __future__ import annotations

import json
import os

import click
from click.testing import CliRunner
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.output import json_option, show_lines, show_table
from tests.builders import a_repository, write_files
from tests.command_processes import run_into, run_process


@click.command()
@json_option
def show(as_json: bool) -> None:
    """Show a table."""
    rows = [("web1.example.com", "web", ["base", "www"]), ("db", "database-server", [])]
    show_table(("Client", "Profile", "All Bundles"), rows, as_json)


class TableTests(SynchronousTestCase):
    def test_plain(self) -> None:
        """Columns are as wide as their widest cell, as Bcfg2 always printed them."""
        self.assertEqual(
            CliRunner().invoke(show).output,
            " Client            | Profile          | All Bundles  \n"
            "=====================================================\n"
            " web1.example.com  | web              | base,www     \n"
            " db                | database-server  |              \n",
        )

    def test_json(self) -> None:
        """As JSON lists are lists, and titles are keys."""
        (first, second) = json.loads(CliRunner().invoke(show, ["--json"]).output)
        self.assertEqual(
            first, {"client": "web1.example.com", "profile": "web", "all_bundles": ["base", "www"]}
        )
        self.assertEqual(second["all_bundles"], [])


class LinesTests(SynchronousTestCase):
    def test_none(self) -> None:
        """Of nothing there is an empty line, as Bcfg2 always printed it."""

        @click.command()
        def lines() -> None:
            show_lines([])

        self.assertEqual(CliRunner().invoke(lines).output, "\n")


class StreamsTests(SynchronousTestCase):
    """Output that cannot be written, and streams that are closed."""

    def setUp(self) -> None:
        groups = '<Groups><Group name="web" profile="true" default="true"/></Groups>'
        clients = '<Clients><Client name="a.example.com" profile="web"/></Clients>'
        files = {"Metadata/groups.xml": groups, "Metadata/clients.xml": clients}
        self.repository = a_repository(self, files)
        self.config = f"{self.repository}/bcfg2.conf"
        with open(self.config, "w", encoding="utf-8") as stream:
            stream.write(f"[server]\nrepository = {self.repository}\nplugins = Metadata\n")

    def test_full(self) -> None:
        """A disk that is full is one sentence, and status 1."""
        for words in (["info", "-C", self.config, "clients"], ["completion", "bash"]):
            ended = run_into(">/dev/full", *words)
            self.assertEqual(
                (ended.status, ended.errors),
                (1, "Error: the output cannot be written: No space left on device\n"),
            )

    def test_closed(self) -> None:
        """A command does its work where nobody wants to hear of it."""
        for closed in (">&-", "<&-", "2>&-", "<&- >&- 2>&-"):
            for words in (["info", "-C", self.config, "clients"], ["lint", "-C", self.config]):
                ended = run_into(closed, *words)
                self.assertEqual((ended.status, ended.errors), (0, ""), (closed, words))

    def test_other_encoding(self) -> None:
        """What the encoding of the output lacks is written as a number; an export is UTF-8."""
        entry = '{"type": "Path", "name": "/gr\u00fcn \u2603", "state": "bad"}'
        lines = (
            '{"kind": "export", "format": 1}',
            '{"kind": "run", "client": "a", "time": "2026-01-01T00:00:00Z", "bad": 1, '
            f'"entries": [{entry}]}}',
            '{"kind": "end"}',
        )
        write_files(self.repository, {"lines": "\n".join(lines)})
        reports = ("reports", "-C", self.config)
        run_process(*reports, "import", f"{self.repository}/lines")
        shown, exported = (
            run_into(
                "| od -An -c -w1000", *reports, *words, environment={"PYTHONIOENCODING": "latin-1"}
            )
            for words in (["show", "a"], ["export"])
        )
        self.assertIn(r"/ g r 374 n \ u 2 6 0 3", " ".join(shown.output.split()))
        self.assertIn(r"g r 303 274 n 342 230 203", " ".join(exported.output.split()))

    def test_json_in_other_encoding(self) -> None:
        """JSON is JSON in all encodings, with characters that these lack or write otherwise."""
        name = "gr\u00fcn \U0001f600"
        groups = f'<Group name="{name}" profile="true" default="true"/><Group name="{name}"/>'
        write_files(self.repository, {"Metadata/groups.xml": f"<Groups>{groups}</Groups>"})
        for words in (["info", "groups", "--json"], ["lint", "--format", "json"]):
            for encoding in ("latin-1", "ascii", "utf-8"):
                ended = run_process(
                    words[0], "-C", self.config, *words[1:],
                    environment={"PYTHONIOENCODING": encoding},
                )  # fmt: skip
                self.assertIn(name, str(json.loads(ended.output)), (words, encoding))

    def test_unreadable_state(self) -> None:
        """A file of the server's that cannot be read is one sentence, and status 1."""
        path = os.path.join(self.repository, "Metadata/clients.xml.journal")
        os.mkdir(path)  # root may read any file
        for words in (["info", "clients"], ["test"], ["explain", "a.example.com"]):
            ended = run_process(words[0], "-C", self.config, *words[1:])
            self.assertEqual(ended.status, 1, words)
            said = ended.output + ended.errors
            self.assertIn(f"{path} cannot be read: Is a directory; chown or chmod it", said)
            self.assertNotIn("Traceback", said)

    def test_names_of_files(self) -> None:
        """A file whose name is not UTF-8 is one finding, and the others are looked at."""
        folder = os.fsencode(self.repository) + b"/Bundler"
        os.mkdir(folder)
        for name in (b"gr\xfcn.xml", b"other.xml"):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
                stream.write("<Bundle><")
        with open(self.config, "a", encoding="utf-8") as stream:
            stream.write("plugins = Metadata, Bundler\n")
        ended = run_process("lint", "-C", self.config)
        self.assertEqual(ended.status, 2)
        said = ended.output + ended.errors
        self.assertIn(r"gr\udcfcn.xml", said)
        self.assertIn("is not UTF-8: rename it", said)
        self.assertIn("Bundler/other.xml", said)
        self.assertNotIn("Traceback", said)
