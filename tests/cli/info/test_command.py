"""`bcfg2tw info` beside what bcfg2-info did: explanations, digests, unused files, slow ones."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.info.query import parse_expression
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.errors import Bcfg2Error
from tests.builders import write_files
from tests.commands import Ended, run

REPOSITORY = {
    "Metadata/clients.xml": "<Clients><Client name='web1' profile='web'/>"
    "<Client name='db1' profile='db'/></Clients>",
    "Metadata/groups.xml": "<Groups><Group name='web' profile='true' public='true' default='true'>"
    "<Bundle name='base'/></Group><Group name='db' profile='true'><Bundle name='base'/></Group>"
    "<Group name='attic'/></Groups>",
    "Bundler/base.xml": "<Bundle>\n<Path name='/etc/motd'/>\n<Service name='sshd'/>\n</Bundle>",
    "Bundler/old.xml": "<Bundle><Path name='/etc/motd'/></Bundle>",
    "Cfg/etc/motd/motd": "all\n",
    "Cfg/etc/motd/motd.G10_web": "web\n",
    "Cfg/etc/motd/motd.G10_attic": "attic\n",
    "Cfg/etc/motd/info.xml": "<FileInfo><Info mode='0600'/></FileInfo>",
    "Rules/a.xml": "<Rules priority='3'>\n<Service name='sshd' type='systemd'/></Rules>",
}


class InfoTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.repository = self.folder / "repo"
        write_files(str(self.repository), REPOSITORY)
        write_files(
            str(self.folder),
            {
                "bcfg2.conf": f"[server]\nrepository = {self.repository}\n"
                "plugins = Bundler,Cfg,Metadata,Rules\n"
                "[communication]\npassword = hush\n"
            },
        )

    def info(self, *words: str, stdin: str = "") -> Ended:
        config = str(self.folder / "bcfg2.conf")
        return run("info", "-C", config, *words, stdin=stdin, folder=str(self.folder))

    def printed(self, *words: str) -> str:
        """What a command prints that has nothing to complain about."""
        ended = self.info(*words)
        self.assertEqual((ended.status, ended.errors), (0, ""))
        return ended.output

    def value(self, *words: str) -> Any:
        return json.loads(self.printed(*words))


class ExplainTests(InfoTestCase):
    def test_entry(self) -> None:
        """An entry is explained: where it is named, what bound it, what won and what lost."""
        text = self.printed("build", "--explain", "--entry", "Path:/etc/motd", "web1")
        lines = text.replace(str(self.repository), "").splitlines()
        self.assertEqual(
            lines,
            [
                "Path:/etc/motd",
                "  named in bundle base, /Bundler/base.xml:2",
                "  bound by Cfg (not by Rules)",
                "  attributes: /Cfg/etc/motd/info.xml:1",
                "  file: /Cfg/etc/motd/motd.G10_web (for group web, priority 10)",
                "    rather than /Cfg/etc/motd/motd (for all clients)",
            ],
        )

    def test_all(self) -> None:
        """Without --entry all are explained, in the order of their names."""
        lines = self.printed("build", "--explain", "db1").splitlines()
        heads = [line for line in lines if not line.startswith(" ")]
        self.assertEqual(heads, ["Path:/etc/motd", "Service:sshd"])

    def test_failure(self) -> None:
        """An entry that cannot be bound says why."""
        (self.repository / "Rules/a.xml").write_text("<Rules priority='3'/>")
        text = self.info("build", "--explain", "--entry", "Service:sshd", "web1").output
        self.assertIn("failure: no matching generator", text)


class HashTests(InfoTestCase):
    def test_change(self) -> None:
        """A change of the repository changes the digests of those clients that it concerns."""
        before = {row["client"]: row["hash"] for row in self.value("hash", "--json")}
        self.assertEqual(set(before), {"web1", "db1", "(all)"})
        (self.repository / "Cfg/etc/motd/motd.G10_web").write_text("other\n")
        after = {row["client"]: row["hash"] for row in self.value("hash", "--json")}
        changed = {name for name in before if before[name] != after[name]}
        self.assertEqual(changed, {"web1", "(all)"})

    def test_patterns(self) -> None:
        """Clients may be chosen by patterns."""
        rows = self.value("hash", "--json", "w*")
        self.assertEqual([row["client"] for row in rows], ["web1", "(all)"])


class UnusedTests(InfoTestCase):
    def test_unused(self) -> None:
        """Groups without clients, bundles that none has and files that none gets are listed."""
        rows = [(row["kind"], row["name"]) for row in self.value("unused", "--json")]
        self.assertEqual(
            rows,
            [("Bundle", "old"), ("File", "Cfg/etc/motd/motd.G10_attic"), ("Group", "attic")],
        )


class SlowTests(InfoTestCase):
    def test_rows(self) -> None:
        """Each plugin's step and each entry has its calls and seconds, the slowest first."""
        rows = self.value("slow", "--json", "-n", "100")
        by_name = {(row["plugin"], row["name"]): row for row in rows}
        self.assertEqual(by_name["Cfg", "Path:/etc/motd"]["calls"], 2)
        self.assertEqual(by_name["Rules", "Service:sshd"]["step"], "binding")
        seconds = [row["seconds"] for row in rows]
        self.assertEqual(seconds, sorted(seconds, reverse=True))

    def test_messages(self) -> None:
        """A bundle whose changes another one takes over is a message to the client, no entry."""
        write_files(
            str(self.repository),
            {
                "Bundler/base.xml": "<Bundle><Path name='/etc/motd'/>"
                "<RequiredBundle name='old' inherit_modification='true'/></Bundle>",
                "Metadata/clients.xml": "<Clients><Client name='web1' profile='web' "
                "version='1.4.0'/></Clients>",
            },
        )
        names = [row["name"] for row in self.value("slow", "--json", "-n", "100")]
        self.assertIn("Path:/etc/motd", names)
        self.assertNotIn("Bundle:old", names)

    def test_profile(self) -> None:
        """A command's profile follows what it prints."""
        text = self.printed("profile", "clients", "web*")
        self.assertTrue(text.startswith(" Client  | Profile"))
        self.assertIn("function calls", text)


class QueryTests(InfoTestCase):
    def test_expression(self) -> None:
        """Clients are found by expressions."""
        self.assertEqual(self.printed("query", "bundle:base & !group:w*"), "db1\n")
        self.assertEqual(self.value("query", "--json", "profile:web | client:db?"), ["db1", "web1"])

    def test_mistake(self) -> None:
        """What is no expression is an error of usage that says what would be one."""
        ended = self.info("query", "web")
        self.assertEqual(ended.status, 2)
        self.assertIn("'web' is no test: write one of group:NAME, bundle:NAME", ended.errors)

    def test_precedence(self) -> None:
        """Not binds closer than and, that closer than or; parentheses closest."""
        client = ClientMetadata("web1", "web", {"web", "debian"}, {"base"})
        for text, expected in (
            ("group:x & group:y | group:web", True),
            ("group:x & (group:y | group:web)", False),
            ("! group:x & group:web", True),
            ("!(group:x | group:web)", False),
            ("!!group:web", True),
        ):
            self.assertIs(parse_expression(text)(client), expected, text)

    def test_incomplete(self) -> None:
        """Each way of being no expression has its sentence."""
        for text, reason in (
            ("group:web &", "'' is no test"),
            ("(group:web", "a ) is missing"),
            ("group:web group:db", "'group:db' is not expected there"),
            ("group:", "'group:' is no test"),
        ):
            error = self.assertRaises(Bcfg2Error, parse_expression, text)
            self.assertIn(reason, str(error))


class LookTests(InfoTestCase):
    def state(self) -> dict[str, str]:
        """A digest and the time of each file."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest() + str(path.stat().st_mtime_ns)
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def test_nothing_changes(self) -> None:
        """Whatever is asked for, also of an unknown client, nothing on disk changes."""
        before = self.state()
        for words in (
            "build new", "showclient new", "showentries new", "clients", "groups", "mappings",
            "bundles", "config", "hash new", "unused", "slow", "query group:web",
            "buildfile /etc/motd new", "buildbundle base new",
        ):  # fmt: skip
            self.printed(*words.split())
        self.assertEqual(self.state(), before)
        self.assertNotIn("new", self.printed("clients"))

    def test_clients_alone(self) -> None:
        """What is asked of clients is told without reading the rest of the repository."""
        (self.repository / "Rules/a.xml").write_text("<Rules")
        for words in ("showclient web1", "clients", "groups", "bundles", "query group:web"):
            self.printed(*words.split())
        self.assertIn("Rules/a.xml", self.info("build", "web1").errors)


class TableTests(InfoTestCase):
    def test_json(self) -> None:
        """Every list is had as JSON."""
        self.assertEqual(
            self.value("clients", "--json"),
            [{"client": "db1", "profile": "db"}, {"client": "web1", "profile": "web"}],
        )
        self.assertEqual(
            self.value("groups", "--json", "attic"),
            [{"groups": "attic", "profile": "no", "category": None}],
        )
        (shown,) = self.value("showclient", "--json", "web1")
        self.assertEqual((shown["groups"], shown["bundles"]), (["web"], ["base"]))

    def test_undeclared_profile(self) -> None:
        """A profile that is declared nowhere is no group in the lists."""
        clients = "<Clients><Client name='web1' profile='shop'/></Clients>"
        (self.repository / "Metadata/clients.xml").write_text(clients)
        for words in ("groups", "bundles"):
            self.assertNotIn("shop", self.info(words).output)

    def test_connector_data(self) -> None:
        """A value that fits into a line stands beside the name of its plugin, others below."""
        config = self.folder / "bcfg2.conf"
        config.write_text(config.read_text().replace("Metadata,", "Metadata,Probes,"))
        probed = (
            "<Probed><Client name='web1'><Probe name='arch' value='arm'/></Client>"
            "<Client name='db1'><Probe name='arch' value='{0}'/><Probe name='os' value='{0}'/>"
            "</Client></Probed>"
        )
        write_files(str(self.repository), {"Probes/probed.xml": probed.format("x" * 50)})
        self.assertIn("\nProbes:     {'arch': 'arm'}\n=====", self.printed("showclient", "web1"))
        self.assertIn("\nProbes:\n{'arch': 'xxx", self.printed("showclient", "db1"))

    def test_config(self) -> None:
        """Secrets are not shown, wherever they stand."""
        text = (self.folder / "bcfg2.conf").read_text()
        (self.folder / "bcfg2.conf").write_text(
            f"{text}[packages]\nproxy = http://me:hushproxy@proxy:3128\n"
            "[encryption]\nstaff = hushstaff\n"
            "[database]\noptions = {'password': 'hushdb', 'timeout': 3}\n"
        )
        for words in ((), ("--raw",), ("--json",)):
            shown = self.printed("config", *words)
            self.assertNotIn("hush", shown)
            self.assertIn("proxy:3128", shown)

    def test_failing_host(self) -> None:
        """One that cannot be built costs the others nothing but the status."""
        text = REPOSITORY["Metadata/groups.xml"].replace(" default='true'", "")
        (self.repository / "Metadata/groups.xml").write_text(text)
        ended = self.info("buildall", "out", "new", "web1")
        self.assertEqual(ended.status, 1)
        self.assertIn("Could not build configuration for new: ", ended.errors)
        self.assertEqual(os.listdir(self.folder / "out"), ["web1.xml"])

    def test_options_behind(self) -> None:
        """-C may stand behind the name of the command, too."""
        config = str(self.folder / "bcfg2.conf")
        ended = run("info", "clients", "-C", config, folder=str(self.folder))
        self.assertIn("web1", ended.output)


class BuilddirTests(InfoTestCase):
    def test_kinds(self) -> None:
        """Files, folders and links are made with their modes; what failed is said."""
        write_files(
            str(self.repository),
            {
                "Bundler/base.xml": "<Bundle><Path name='/etc/motd'/><Path name='/etc/none'/>"
                "<BoundPath name='/srv/www' type='directory' mode='0750' owner='root' "
                "group='root'/><BoundPath name='/srv/now' type='symlink' to='www'/>"
                "<BoundPath name='/gone' type='nonexistent'/>"
                "<BoundPath name='../../out' type='file'>x</BoundPath></Bundle>"
            },
        )
        ended = self.info("builddir", "web1", "tree")
        self.assertEqual(ended.status, 0)
        self.assertEqual(
            sorted(ended.output.splitlines()),
            [
                "Skipping entry Path:../../out: paths of type file are not made here",
                "Skipping entry Path:/etc/none with bind failure: no matching generator",
            ],
        )
        tree = self.folder / "tree"
        self.assertEqual((tree / "etc/motd").read_text(), "web\n")
        self.assertEqual((tree / "etc/motd").stat().st_mode & 0o777, 0o600)
        self.assertEqual((tree / "srv/www").stat().st_mode & 0o777, 0o750)
        self.assertEqual(os.readlink(tree / "srv/now"), "www")
        self.assertFalse((self.folder.parent / "out").exists())
