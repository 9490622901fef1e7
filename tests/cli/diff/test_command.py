"""`bcfg2tw diff`: what changes for whom, between revisions, folders and the working tree."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.command_processes import run_process
from tests.commands import Ended

IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.com")
REPOSITORY = {
    "Metadata/clients.xml": "<Clients><Client name='web1.example.test' profile='web'/>"
    "<Client name='web2.example.test' profile='web'/><Client name='db.example.test' profile='db'/>"
    "</Clients>",
    "Metadata/groups.xml": "<Groups><Group name='web' profile='true' default='true'>"
    "<Bundle name='base'/><Bundle name='web'/></Group>"
    "<Group name='db' profile='true'><Bundle name='base'/></Group></Groups>",
    "Bundler/base.xml": "<Bundle><Path name='/etc/motd'/><Service name='ssh'/></Bundle>",
    "Bundler/web.xml": "<Bundle><Path name='/etc/web'/></Bundle>",
    "Cfg/etc/motd/motd": "welcome\n",
    "Cfg/etc/web/web": "port 80\n",
    "Rules/rules.xml": "<Rules priority='1'><Service name='ssh' status='on'/></Rules>",
    "Probes/os": "#!/bin/sh\necho group:linux\n",
    ".gitignore": ".bcfg2tw\n",
}
PROBED = (
    "<Probed><Client name='db.example.test'><Group name='linux'/>"
    "<Probe name='os' value='group:linux'/></Client></Probed>"
)


class DiffTestCase(SynchronousTestCase):
    """A repository in git, with three clients."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.repository = self.folder / "repository"
        self.write(REPOSITORY)
        plugins = "Bundler,Cfg,Metadata,Probes,Rules,SSHbase"
        text = f"[server]\nrepository = {self.repository}\nplugins = {plugins}\n"
        write_files(str(self.folder), {"bcfg2.conf": text})
        self.git("init", "--quiet")
        self.commit()

    def write(self, texts: dict[str, str], folder: str = "repository") -> None:
        write_files(str(self.folder / folder), texts)

    def replace(self, path: str, old: str, new: str) -> None:
        file = self.repository / path
        self.assertIn(old, file.read_text("utf-8"))
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    def git(self, *words: str) -> str:
        command = ("git", *IDENTITY, *words)
        return subprocess.run(
            command, cwd=self.repository, check=True, capture_output=True
        ).stdout.decode()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=x")

    def diff(self, *words: str, **environment: str) -> Ended:
        return run_process(
            "diff", "-C", str(self.folder / "bcfg2.conf"), *words,
            folder=str(self.folder), environment=environment,
        )  # fmt: skip

    def good_diff(self, *words: str) -> str:
        """Return the text of a comparison that succeeds, and is silent beside it."""
        ended = self.diff(*words)
        self.assertEqual((ended.status, ended.errors), (0, ""), ended.output)
        return ended.output

    def json_diff(self, *words: str) -> dict[str, Any]:
        """Return a comparison as JSON."""
        values: dict[str, Any] = json.loads(self.good_diff("--format=json", *words))
        return values

    def differences(self, *words: str) -> list[str]:
        """Return what differs, with the number of clients."""
        return [
            f"{group['kind']} {group['name']} {len(group['clients'])}"
            for group in self.json_diff(*words)["groups"]
        ]


class StateTests(DiffTestCase):
    def test_working_tree(self) -> None:
        """Without a state the working tree is compared with HEAD, new files included."""
        self.assertIn("Nothing changes for 3 clients.", self.good_diff())
        self.replace("Cfg/etc/motd/motd", "welcome", "hello")
        self.write(
            {"Bundler/web.xml": "<Bundle><Path name='/etc/web'/><Path name='/etc/new'/></Bundle>"}
        )
        self.write({"Cfg/etc/new/new": "x\n"})
        text = self.good_diff()
        self.assertIn("all 3 clients\n  ~ Path /etc/motd changes (bundle base)\n", text)
        self.assertIn("-welcome\n        +hello\n", text)
        self.assertIn("2 clients of profile web\n  + Path /etc/new is new in bundle web\n", text)
        self.assertRegex(text, r"HEAD \([0-9a-f]{10}\) → working tree: 3 of 3 clients change")
        self.assertEqual(self.git("status", "--short", "Metadata"), "")

    def test_revisions(self) -> None:
        """Two revisions are compared, also as git writes a range; the checkout does not count."""
        self.replace("Cfg/etc/web/web", "80", "8080")
        self.commit()
        self.replace("Cfg/etc/motd/motd", "welcome", "uncommitted")
        self.assertEqual(self.differences("HEAD~1", "HEAD"), ["entry-changed /etc/web 2"])
        self.assertEqual(self.differences("HEAD~1..HEAD"), ["entry-changed /etc/web 2"])
        self.assertEqual(len(self.differences("HEAD~1")), 2)
        self.assertEqual(self.differences("HEAD", "HEAD"), [])

    def test_folders(self) -> None:
        """Two folders are compared, and a folder with the working tree."""
        self.write({**REPOSITORY, "Cfg/etc/motd/motd": "other\n"}, "after")
        self.assertEqual(self.differences("repository", "after"), ["entry-changed /etc/motd 3"])
        self.assertEqual(self.differences("folder:after"), ["entry-changed /etc/motd 3"])

    def test_probe_answers(self) -> None:
        """What clients' probes said counts in both states, although a revision has none of it."""
        self.write({"Probes/probed.xml": PROBED})
        self.assertEqual(self.differences(), [])
        groups = "<Group name='linux'><Bundle name='web'/></Group></Groups>"
        self.replace("Metadata/groups.xml", "</Groups>", groups)
        self.assertEqual(self.differences(), ["structure-added web 1", "entry-added /etc/web 1"])

    def test_keys(self) -> None:
        """A key that a client would get when it asks is none, and the same in both states."""
        self.replace(
            "Bundler/base.xml", "<Service", "<Path name='/etc/ssh/ssh_host_rsa_key'/><Service"
        )
        self.commit()
        self.write({"SSHbase/.keep": ""})
        self.assertEqual(self.differences("HEAD"), [])
        self.assertEqual(os.listdir(self.repository / "SSHbase"), [".keep"])

    def test_server_files(self) -> None:
        """What the server itself has written beside the repository is no change of it."""
        self.write({"SSHbase/ssh_host_rsa_key.H_db.example.test": "key"})
        self.replace(
            "Bundler/base.xml", "<Service", "<Path name='/etc/ssh/ssh_host_rsa_key'/><Service"
        )
        self.git("commit", "--all", "--quiet", "--message=x")
        self.assertEqual(self.differences(), [])

    def test_clients(self) -> None:
        """A client that is new, and one that is gone."""
        self.replace("Metadata/clients.xml", "db.example.test", "db2.example.test")
        self.assertEqual(sorted(self.differences()), ["client-added  1", "client-removed  1"])


class SelectionTests(DiffTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.replace("Cfg/etc/motd/motd", "welcome", "hello")

    def test_clients(self) -> None:
        """Clients by name, group and bundle; all that is given has to apply."""
        for words, number in (
            (("--client=web*",), 2),
            (("--client=DB.example.test",), 1),
            (("--group=web",), 2),
            (("--bundle=base",), 3),
            (("--group=db", "--group=web"), 3),
            (("--group=db", "--bundle=web"), 0),
        ):
            self.assertEqual(self.json_diff(*words)["clients"], number, words)

    def test_unknown_client(self) -> None:
        """A client that is in neither state is named."""
        ended = self.diff("--client=nobody")
        self.assertEqual(ended.status, 2)
        self.assertEqual(ended.errors, "Error: neither state has a client nobody\n")

    def test_ignored(self) -> None:
        """Noise is left out by rules of the command line, of a file, and of bcfg2.conf."""
        self.assertEqual(self.differences("--ignore=Path:/etc/motd content"), [])
        (self.folder / "rules").write_text("# noise\nPath:/etc/m*\n", "utf-8")
        self.assertEqual(self.differences("--ignore-file=rules"), [])
        with open(self.folder / "bcfg2.conf", "a", encoding="utf-8") as stream:
            stream.write("[diff]\nignore = Path:/etc/motd, Service:*\n")
        self.assertEqual(self.differences(), [])
        self.assertEqual(self.diff("--ignore=motd").status, 2)

    def test_failures(self) -> None:
        """What fails, or no longer fails, can be asked for alone."""
        os.remove(self.repository / "Cfg/etc/web/web")
        self.assertEqual(self.differences("--only-failures"), ["failure-added /etc/web 2"])


class OutcomeTests(DiffTestCase):
    def test_exit_code(self) -> None:
        """Status 1 where something changes, if that is asked for."""
        self.assertEqual(self.diff("--exit-code").status, 0)
        self.replace("Cfg/etc/motd/motd", "welcome", "hello")
        self.assertEqual(self.diff().status, 0)
        self.assertEqual(self.diff("--exit-code").status, 1)
        self.assertEqual(self.diff("--exit-code", "--ignore=*:*").status, 0)

    def assert_broken(self, sentence: str, *words: str) -> None:
        """See that a comparison ends with status 2 and a sentence."""
        ended = self.diff("--exit-code", *words)
        self.assertEqual((ended.status, ended.output), (2, ""), ended.errors)
        self.assertRegex(ended.errors, f"^Error: {sentence}\n$")

    def test_broken_state(self) -> None:
        """A repository that cannot be used on one side is no state; the file is named."""
        self.replace("Metadata/groups.xml", "</Groups>", "")
        self.assert_broken(r"working tree cannot be built: .*repository/Metadata/groups.xml:1: .*")
        self.commit()
        self.write({"Metadata/groups.xml": REPOSITORY["Metadata/groups.xml"]})
        self.assert_broken(r"HEAD \(.*\) cannot be built: .*repository/Metadata/groups.xml:1: .*")

    def test_unknown_states(self) -> None:
        """A revision or folder that there is not."""
        self.assert_broken("git knows no revision 'nine' in .*: fetch it, or name another", "nine")
        self.assert_broken("there is no folder nine", "folder:nine")
        self.assert_broken("git knows no revision '--output=x' in .*", "--", "--output=x")

    def test_broken_file(self) -> None:
        """A file that cannot be used is named; where it is so in both states, it does not count."""
        self.write({"Bundler/web.xml": "<Bundle>"})
        self.assert_broken(f"working tree cannot be built: {self.repository}/Bundler/web.xml:1: .*")
        self.commit()
        self.replace("Cfg/etc/motd/motd", "welcome", "hello")
        text = self.good_diff()
        self.assertIn("all 3 clients\n  ~ Path /etc/motd", text)
        self.assertIn(f"note: {self.repository}/Bundler/web.xml:1: ", text)

    def test_failing_clients(self) -> None:
        """A client that can no longer be built; one that fails in both states is named."""
        with open(self.folder / "bcfg2.conf", "a", encoding="utf-8") as stream:
            stream.write("[bcfg2tw]\nstrict_repository = yes\n")
        self.replace("Metadata/clients.xml", "profile='db'", "profile='none'")
        self.assertIn("db.example.test\n  ! the configuration can no longer", self.good_diff())
        self.commit()
        self.replace("Cfg/etc/motd/motd", "welcome", "hello")
        values = self.json_diff()
        self.assertEqual(values["changed"], ["web1.example.test", "web2.example.test"])
        self.assertEqual(values["unbuildable"], ["db.example.test"])

    def test_no_client(self) -> None:
        """A repository without clients has nothing to compare."""
        self.write({"Metadata/clients.xml": "<Clients/>"})
        self.commit()
        self.assertIn("There is no client to compare.", self.good_diff("HEAD"))

    def test_outputs(self) -> None:
        """Files are written beside what is printed."""
        self.replace("Cfg/etc/motd/motd", "welcome", "hello")
        words = ("--output=markdown:a.md", "--output=html:a.html", "--output=junit:a.xml")
        self.assertIn("all 3 clients", self.good_diff(*words, "--summary"))
        for name, text in (("a.md", "```diff"), ("a.html", "<ins>+hello"), ("a.xml", "<failure")):
            self.assertIn(text, (self.folder / name).read_text("utf-8"))
        ended = self.diff("--output=json:/nowhere/x")
        self.assertEqual(ended.status, 1)
        self.assertIn("/nowhere/x cannot be written", ended.errors)

    def test_copies(self) -> None:
        """Copies of revisions are removed at the end."""
        folder = self.folder / "tmp"
        folder.mkdir()
        self.assertEqual(self.diff(TMPDIR=str(folder)).status, 0)
        self.assertEqual(list(folder.iterdir()), [])
