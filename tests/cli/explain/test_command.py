"""`bcfg2tw explain`: why a client is who it is, with file and line."""

from __future__ import annotations

import json
import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.commands import Ended, run

REPOSITORY = {
    "Metadata/clients.xml": "<Clients>\n"
    "<Client name='web1.example.test' profile='web' address='192.0.2.1'>\n"
    "<Alias name='www.example.test'/></Client>\n"
    "<Client name='db.example.test' profile='db' address='192.0.2.2' auth='cert'/>\n</Clients>",
    "Metadata/groups.xml": "<Groups>\n"
    "<Group name='web' profile='true' default='true'>\n<Bundle name='base'/>\n"
    "<Group name='linux'/>\n</Group>\n"
    "<Group name='linux' category='os'>\n<Bundle name='unix'/></Group>\n"
    "<Group name='bsd' category='os'/>\n"
    "<Group name='web'><Client name='web1.example.test'><Group name='bsd'/></Client></Group>\n"
    "<Group name='db' profile='true'/>\n"
    "<Group name='rack'/>\n"
    "<Group name='web'>\n<Group name='rack' negate='true'/></Group>\n"
    "</Groups>",
    "Bundler/base.xml": "<Bundle>\n<Path name='/etc/motd'/></Bundle>",
    "Bundler/unix.xml": "<Bundle/>",
    "Cfg/etc/motd/motd": "all\n",
    "Cfg/etc/motd/motd.G10_web": "web\n",
    "GroupPatterns/config.xml": "<GroupPatterns><GroupPattern>"
    "<NamePattern>^web</NamePattern><Group>named</Group><Group>rack</Group>"
    "</GroupPattern></GroupPatterns>",
    "Probes/os": "#!/bin/sh\n",
    "ACL/ip.xml": "<ACL>\n<Deny address='192.0.2.1' method='RecvStats'/>\n"
    "<Allow address='192.0.2.1' method='GetProbes'/>\n</ACL>",
    "ACL/metadata.xml": "<ACL>\n<Group name='web'>\n<Deny method='GetConfig'/>\n</Group>\n"
    "<Allow method='*'/></ACL>",
}


class ExplainTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        write_files(str(self.folder / "repository"), REPOSITORY)
        plugins = "ACL,Bundler,Cfg,GroupPatterns,Metadata,Probes"
        write_files(
            str(self.folder),
            {
                "bcfg2.conf": f"[server]\nrepository = {self.folder}/repository\n"
                f"plugins = {plugins}\n[communication]\npassword = secret\n"
            },
        )

    def explain(self, *words: str) -> Ended:
        return run("explain", "-C", "bcfg2.conf", *words, folder=str(self.folder))

    def text(self, *words: str) -> str:
        """Return an explanation, without the folder in its paths."""
        ended = self.explain(*words)
        self.assertEqual((ended.status, ended.errors), (0, ""), ended.output)
        return ended.output.replace(f"{self.folder}/repository/", "")


class ClientTests(ExplainTestCase):
    def test_client(self) -> None:
        """A client's place, names and profile, and for each group the way to it."""
        text = self.text("WWW.example.test")
        for line in (
            "web1.example.test\n  listed in Metadata/clients.xml:2\n",
            "  aliases www.example.test\n  addresses 192.0.2.1\n",
            "  profile web: is its profile, Metadata/clients.xml:2\n",
            "  linux\n    comes with group web, Metadata/groups.xml:4\n",
            "  named\n    the pattern ^web of GroupPatterns matches its name, "
            "GroupPatterns/config.xml:1\n",
            "  bsd\n    gives way to group linux, which is of the same category, "
            "Metadata/groups.xml:9\n",
            "    is taken away by group web, Metadata/groups.xml:13\n",
            "bundles\n  base: group web, Metadata/groups.xml:3\n"
            "  unix: group linux, Metadata/groups.xml:7\n",
        ):
            self.assertIn(line, text)

    def test_unknown_client(self) -> None:
        """A client that nobody has entered is explained as if it registered."""
        text = self.text("new.example.test")
        self.assertIn("is in no list of clients", text)
        self.assertIn("web: is the default group, the profile of clients without one, "
                      "Metadata/groups.xml:2", text)  # fmt: skip
        names = os.listdir(self.folder / "repository" / "Metadata")
        self.assertEqual(sorted(names), ["clients.xml", "groups.xml"])

    def test_suppositions(self) -> None:
        """Groups, and answers of probes, that are supposed, with all that follows."""
        text = self.text("db.example.test", "--with-group=linux")
        self.assertIn("  linux\n    is supposed (--with-group)\n", text)
        self.assertIn("  unix: group linux", text)
        text = self.text("db.example.test", "--with-probe=os=group:linux\\nversion 1")
        self.assertIn(
            "  linux\n    the answer that its probe os is supposed to give names it "
            "(--with-probe)\n",
            text,
        )
        text = self.text("www.example.test", "--with-probe=os=group:unix")
        self.assertIn("  unix\n    the answer that its probe os is supposed to give", text)
        text = self.text("web1.example.test", "--without-group=linux")
        self.assertNotIn("  unix:", text)
        self.assertIn("  bsd", text)

    def test_json(self) -> None:
        """All of it as JSON."""
        values = json.loads(self.text("web1.example.test", "--json"))
        self.assertEqual(values["profile"], "web")
        self.assertEqual(values["groups"], ["linux", "named", "web"])
        self.assertIn("/etc/motd", [entry["name"] for entry in values["entries"]])


class EntryTests(ExplainTestCase):
    def test_entry(self) -> None:
        """Which file won, and which lost, and where the bundle comes from."""
        text = self.text("web1.example.test", "Path:/etc/motd")
        for line in (
            "  named in bundle base, Bundler/base.xml:2\n",
            "  file: Cfg/etc/motd/motd.G10_web",
            "    rather than Cfg/etc/motd/motd (for all clients)\n",
            "  bundle base comes with group web, Metadata/groups.xml:3\n",
        ):
            self.assertIn(line, text)

    def test_no_entry(self) -> None:
        """An entry that the client does not have."""
        ended = self.explain("db.example.test", "Path:/etc/motd")
        self.assertEqual(ended.status, 1)
        self.assertEqual(ended.output, "db.example.test has no entry Path:/etc/motd\n")
        self.assertEqual(self.explain("db.example.test", "motd").status, 2)


class AccessTests(ExplainTestCase):
    def test_rules(self) -> None:
        """The rule that lets a call in or refuses it, of either file."""
        for method, lines in (
            ("RecvStats", ["ACL/ip.xml:2: the rule refuses it", "refused by the access rules"]),
            ("GetProbes", ["ACL/ip.xml:3: the rule allows it", "  allowed\n"]),
            ("GetConfig", ["ACL/metadata.xml:3: the rule refuses it", "refused by the access"]),
            ("DeclareVersion", ["ACL/metadata.xml:5: the rule allows it", "  allowed\n"]),
        ):
            text = self.text("web1.example.test", f"--method={method}")
            self.assertIn("call of " + method + " from 192.0.2.1, as user root\n", text)
            for line in lines:
                self.assertIn(line, text)

    def test_authentication(self) -> None:
        """A call that is not let in says why."""
        for words, line in (
            (["web1.example.test", "--password=x"], "failed to use an allowed password"),
            (["db.example.test"], "does not provide a cert, but only cert auth is allowed"),
            (
                ["web1.example.test", "--address=192.0.2.2", "--user=root"],
                "does not provide a cert",
            ),
        ):
            text = self.text(*words, "--method=GetConfig")
            self.assertIn(line, text)
            self.assertIn("refused by authentication", text)
