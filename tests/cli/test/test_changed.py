"""`bcfg2tw test --changed-since`: the clients that a change of the repository concerns."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.command_processes import run_process
from tests.commands import Ended

REPOSITORY = {
    "Metadata/clients.xml": "<Clients><Client name='a1' profile='all'/>"
    "<Client name='a2' profile='all'/><Client name='b1' profile='other'/></Clients>",
    "Metadata/groups.xml": "<Groups><Group name='all' profile='true' default='true'>"
    "<Bundle name='base'/></Group><Group name='other' profile='true'><Bundle name='fine'/></Group>"
    "</Groups>",
    "Bundler/base.xml": "<Bundle><BoundPath name='/b' type='directory'/></Bundle>",
    "Bundler/fine.xml": "<Bundle><Path name='/helped'/></Bundle>",
    "Cfg/helped/helped.genshi": "${metadata.TemplateHelper['words'].word()}",
    "TemplateHelper/words.py": "__export__ = ['word']\ndef word(): return 'old'\n",
    "doc/README": "of no interest",
    ".gitignore": "ignored.xml\n",
}
IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.com")


class ChangedSinceTestCase(SynchronousTestCase):
    #: Where the repository is in the working copy.
    prefix = "."

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.top = self.folder / "top"
        self.repository = self.top / self.prefix
        self.write({**REPOSITORY, "bcfg2.conf": self.config_text()})
        self.git("init", "--quiet")
        self.commit()

    def config_text(self) -> str:
        plugins = "Bundler,Cfg,Metadata,TemplateHelper"
        return f"[server]\nrepository = {self.repository}\nplugins = {plugins}\n"

    def write(self, texts: dict[str, str]) -> None:
        write_files(str(self.repository), texts)

    def git(self, *words: str) -> str:
        command = ("git", *IDENTITY, *words)
        return subprocess.run(
            command, cwd=self.top, check=True, capture_output=True
        ).stdout.decode()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=x")

    def run_test(self, *words: str, **environment: str) -> Ended:
        config = str(self.repository / "bcfg2.conf")
        return run_process(
            "test", "-C", config, "--changed-since", *(words or ("HEAD",)), "--nose-options=-v",
            folder=str(self.folder), environment=environment,
        )  # fmt: skip

    def clients_tested(self, *words: str) -> list[str]:
        """Return the clients that are tested."""
        ended = self.run_test(*words)
        self.assertEqual(ended.status, 0, ended.errors)
        lines = ended.errors.splitlines()
        return [line.split()[3] for line in lines if line.startswith("Building configuration")]


class ConcernedTests(ChangedSinceTestCase):
    def test_bundle(self) -> None:
        """A bundle that changed concerns the clients that have it, committed or not."""
        self.write({"Bundler/base.xml": "<Bundle><BoundPath name='/c' type='directory'/></Bundle>"})
        self.assertEqual(self.clients_tested(), ["a1", "a2"])
        self.commit()
        self.assertEqual(self.clients_tested(), [])
        self.assertEqual(self.clients_tested("HEAD~1"), ["a1", "a2"])

    def test_what_templates_import(self) -> None:
        """A helper that changed concerns the clients whose templates use it."""
        text = REPOSITORY["TemplateHelper/words.py"].replace("old", "new")
        self.write({"TemplateHelper/words.py": text})
        self.assertEqual(self.clients_tested(), ["b1"])

    def test_nothing(self) -> None:
        """Files that nothing reads, and those that git ignores, concern nobody; nobody is well."""
        self.write({"doc/README": "other", "ignored.xml": "x"})
        before = (self.top / ".git/index").read_bytes()
        ended = self.run_test()
        self.assertEqual(ended.status, 0)
        self.assertIn("Testing 0 of 3 clients: 1 file changed since HEAD\n", ended.errors)
        self.assertIn("Ran 0 tests", ended.errors)
        self.assertEqual((self.top / ".git/index").read_bytes(), before)
        self.assertEqual(self.git("worktree", "list").count("\n"), 1)

    def test_added_and_removed(self) -> None:
        """New clients, new files and files that are gone count."""
        clients = REPOSITORY["Metadata/clients.xml"]
        new = clients.replace("</Clients>", "<Client name='c1' profile='other'/></Clients>")
        self.write({"Metadata/clients.xml": new})
        self.assertEqual(self.clients_tested(), ["c1"])
        (self.repository / "Cfg/helped/helped.genshi").unlink()
        self.write({"Cfg/helped/helped": "plain"})
        self.assertEqual(self.clients_tested(), ["b1", "c1"])

    def test_clients_named(self) -> None:
        """Of clients that are named those are tested that are concerned."""
        self.write({"Bundler/base.xml": "<Bundle><BoundPath name='/c' type='directory'/></Bundle>"})
        self.assertEqual(self.clients_tested("HEAD", "a2", "b1"), ["a2"])

    def test_children(self) -> None:
        """Several processes find the same."""
        self.write({"Bundler/base.xml": "<Bundle><BoundPath name='/c' type='directory'/></Bundle>"})
        self.assertEqual(self.clients_tested("HEAD", "--children", "2"), ["a1", "a2"])

    def test_links(self) -> None:
        """What links lead to counts, inside of the repository and outside of it."""
        (self.repository / "Cfg/helped/helped.genshi").unlink()
        self.write({"words.txt": "old", "../outside.txt": "old"})
        (self.repository / "Cfg/helped/helped").symlink_to(self.repository / "words.txt")
        self.commit()
        self.write({"words.txt": "new"})
        self.assertEqual(self.clients_tested(), ["b1"])


class EverybodyTests(ChangedSinceTestCase):
    def test_configuration(self) -> None:
        """A bcfg2.conf that changed may concern everybody."""
        self.write({"bcfg2.conf": self.config_text() + "# changed\n"})
        ended = self.run_test()
        self.assertIn("Testing 3 of 3 clients: ", ended.errors)
        self.assertIn("bcfg2.conf changed, which may concern every client\n", ended.errors)

    def test_unusable_past(self) -> None:
        """Where nothing could be built in the past, everybody is tested."""
        groups = REPOSITORY["Metadata/groups.xml"]
        self.write({"Metadata/groups.xml": "<Groups"})
        self.commit()
        self.write({"Metadata/groups.xml": groups})
        self.assertEqual(self.clients_tested(), ["a1", "a2", "b1"])


class FolderTests(ChangedSinceTestCase):
    prefix = "site/bcfg2"

    def test_folder_of_working_copy(self) -> None:
        """The repository may be a folder of the working copy; links to others of it count."""
        self.write({"Bundler/base.xml": "<Bundle><BoundPath name='/c' type='directory'/></Bundle>"})
        write_files(str(self.top), {"outside.txt": "new"})
        self.assertEqual(self.clients_tested(), ["a1", "a2"])
        self.commit()
        (self.repository / "Cfg/helped/helped.genshi").unlink()
        (self.repository / "Cfg/helped/helped").symlink_to("../../../../outside.txt")
        self.commit()
        write_files(str(self.top), {"outside.txt": "newer"})
        ended = self.run_test()
        self.assertIn("outside.txt changed, which may concern every client", ended.errors)


class RefusalTests(ChangedSinceTestCase):
    def assert_refused(self, ended: Ended, sentence: str) -> None:
        self.assertEqual(ended.status, 1)
        self.assertIn(sentence, ended.errors)
        self.assertEqual(ended.errors.count("\n"), 1, ended.errors)

    def test_unknown_revision(self) -> None:
        """A revision that git does not know is named."""
        for revision in ("nonsense", "--all", ""):
            ended = self.run_test(revision)
            self.assert_refused(ended, f"git knows no revision '{revision}' in {self.top}")

    def test_no_git(self) -> None:
        """Without git, or without a working copy, a sentence says which."""
        nowhere = {"PATH": str(self.folder)}
        self.assert_refused(self.run_test(**nowhere), "git is not installed")
        os.rename(self.top / ".git", self.folder / "moved")
        ceiling = {"GIT_CEILING_DIRECTORIES": str(self.folder)}
        self.assert_refused(
            self.run_test(**ceiling), f"{self.repository} is no working copy of git"
        )
