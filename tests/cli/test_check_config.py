"""`bcfg2tw check-config`: what becomes of each line, and what a server would meet."""

from __future__ import annotations

import json
import os
from pathlib import Path

from click.testing import CliRunner, Result
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli import main
from tests.builders import write_files
from tests.certificates import Authority
from tests.network import free_port


class CheckConfigTests(SynchronousTestCase):
    """The command on a site of its own."""

    def setUp(self) -> None:
        self.folder = Path(os.path.abspath(self.mktemp()))
        authority = Authority(self.folder / "ssl")
        certificate, key = authority.issue("localhost")
        key.chmod(0o600)
        write_files(str(self.folder / "repo"), {"Metadata/groups.xml": "<Groups/>"})
        self.lines = {
            "server": f"repository = {self.folder}/repo\nplugins = Bundler, Metadata",
            "components": f"bcfg2 = https://localhost:{free_port(self)}",
            "communication": f"password = hidden-one\ncertificate = {certificate}\nkey = {key}",
        }

    def check(self, *arguments: str, **more: str) -> Result:
        """Run the command on the site's file, with further lines in some sections."""
        path = self.folder / "bcfg2.conf"
        sections = {name: f"{self.lines.get(name, '')}\n{more.get(name, '')}"
                    for name in {**self.lines, **more}}  # fmt: skip
        path.write_text("".join(f"[{name}]\n{text}\n" for name, text in sections.items()))
        path.chmod(0o600)
        return CliRunner().invoke(main, ["check-config", *arguments, str(path)])

    def test_good(self) -> None:
        """A good file: every line is honoured, secrets are hidden, the status is 0."""
        result = self.check()
        self.assertEqual(result.exit_code, 0, result.output)
        self.assertIn("Nothing is wrong.", result.output)
        self.assertNotIn("hidden-one", result.output)

    def test_repository(self) -> None:
        """What a server would say of the repository's files at its start is said, each once."""
        write_files(
            str(self.folder / "repo"),
            {
                "Metadata/groups.xml": "<Groups>\n<Group name='a' prfile='true'/></Groups>",
                "Metadata/clients.xml": "<Clients>\n<Client name='c' profile='b'/></Clients>",
                "Bundler/broken.xml": "<Bundle>\n<",
                "Bundler/more.xlm": "",
            },
        )
        result = self.check()
        self.assertEqual(result.exit_code, 1)
        for told in (
            "Metadata/groups.xml:2: <Group> has prfile, which means nothing: did you mean profile?",
            "Metadata/clients.xml:2: profile b is no group",
            "Bundler/broken.xml:2: ",
            "Bundler/more.xlm; ignoring",
        ):
            self.assertEqual(result.output.count(told), 1, (told, result.output))
        (finding,) = [
            finding
            for finding in json.loads(self.check("--format", "json").stdout)["findings"]
            if finding["name"] == "misspelt-attribute"
        ]
        self.assertEqual((finding["line"], finding["plugin"]), (2, "Metadata"))
        self.assertEqual(sorted(os.listdir(self.folder / "repo")), ["Bundler", "Metadata"])

    def test_lines(self) -> None:
        """Each line is honoured, has another meaning, is of others, unknown or refused."""
        for section, line, status, remark in (
            ("server", "plugin = Cfg", "unknown", "did you mean plugins?"),
            ("communication", "Pasword = x", "unknown", "did you mean password?"),
            ("comunication", "key = /x", "unknown", "did you mean [communication]?"),
            ("server", "structures = Base", "other meaning", "is of Bcfg2 1.2"),
            ("server", "backend = cherrypy", "other meaning", "the one core"),
            ("server", "fam_blocking = yes", "other meaning", "accepted for old files"),
            ("client", "drivers = APT", "of others", ""),
            ("bcfg2tw", "max_body = 1.5g", "refused", "such as 1536m"),
            ("bcfg2tw", "threads = 3", "honoured", ""),
        ):
            result = self.check("--format", "json", **{section: line})
            verdicts = json.loads(result.stdout)["lines"]
            key = line.partition(" ")[0]
            (verdict,) = [one for one in verdicts if one["option"] == f"[{section}] {key}"]
            self.assertEqual(verdict["status"], status, line)
            self.assertIn(remark, verdict["remark"])
            self.assertEqual(result.exit_code, 1 if status == "refused" else 0, result.output)

    def test_database(self) -> None:
        """What keeps a server from the database with the state of clients is told."""
        result = self.check(database="url = nothing", metadata="use_database = yes")
        self.assertEqual(result.exit_code, 1, result.exception)
        self.assertIn("[database] url: this is no URL of a database", result.output)

    def test_strict(self) -> None:
        """Notices count as errors with --strict."""
        self.assertEqual(self.check(server="plugin = Cfg").exit_code, 0)
        self.assertEqual(self.check("--strict", server="plugin = Cfg").exit_code, 1)

    def test_misspelt_secret(self) -> None:
        """What would be a password is hidden as well."""
        self.assertNotIn("topsecret", self.check(communication="pasword = topsecret").output)

    def test_trials(self) -> None:
        """What a server would meet is told."""
        for section, line, told in (
            ("server", "repository = /nonexistent", "there is no folder /nonexistent"),
            ("server", f"repository = {self.folder}", "has no Metadata/groups.xml"),
            ("server", "plugins = Bundlr", "did you mean Bundler?"),
            ("communication", f"key = {self.folder}/none", "cannot be read"),
            ("components", "bcfg2 = https://127.0.0.1:1", "is none of the certificate's names"),
        ):
            result = self.check("--format", "json", "--strict", **{section: line})
            self.assertEqual(result.exit_code, 1, line)
            outcomes = [one["outcome"] for one in json.loads(result.stdout)["trials"]]
            self.assertTrue(any(told in outcome for outcome in outcomes), outcomes)

    def test_unreadable(self) -> None:
        """A file that cannot be read, or is none, is status 2."""
        nothing = CliRunner().invoke(main, ["check-config", "/nonexistent"])
        self.assertEqual(nothing.exit_code, 2)
        self.assertEqual(self.check(server="this is nothing").exit_code, 2)

    def test_trials_beside_refusals(self) -> None:
        """Where a value is refused, all is tried that does without it; each refusal is told."""
        result = self.check(
            communication="ca = /nowhere/ca.pem", bcfg2tw="port = abc\nmax_body = 1.5g"
        )
        self.assertEqual(result.exit_code, 1)
        self.assertIn("'abc' is no TCP port", result.output)
        self.assertIn("such as 1536m", result.output)
        self.assertIn("[communication] ca: /nowhere/ca.pem cannot be read", result.output)
        self.assertIn("repository", result.output)
        self.assertNotIn("can be had", result.output)
        without = self.check(communication="key = ")
        self.assertIn("the path is empty", without.output)
        self.assertIn("can be had", without.output)
        self.assertNotIn("TLS", without.output)
