"""`bcfg2tw diff` where a part of the repository is a submodule of git."""

from __future__ import annotations

from tests.cli.diff.test_command import IDENTITY, DiffTestCase
from tests.command_processes import run_process

#: Submodules are cloned from folders here, which git allows nobody unasked.
LOCAL = ("-c", "protocol.file.allow=always")


class SubmoduleTests(DiffTestCase):
    """The folder Cfg/etc is a submodule, of which two commits are there."""

    def setUp(self) -> None:
        super().setUp()
        self.write({"motd/motd": "first\n", "web/web": "port 80\n"}, "module")
        self.in_module("init", "--quiet")
        self.commit_module()
        self.git("rm", "-r", "--quiet", "Cfg")
        self.git(*LOCAL, "submodule", "--quiet", "add", str(self.folder / "module"), "Cfg/etc")
        self.commit()
        self.write({"motd/motd": "second\n"}, "module")
        self.commit_module()
        self.git(*LOCAL, "submodule", "--quiet", "update", "--remote")
        self.commit()

    def in_module(self, *words: str) -> None:
        """Run git where the submodule comes from."""
        self.git("-C", str(self.folder / "module"), *IDENTITY, *words)

    def commit_module(self) -> None:
        self.in_module("add", "--all")
        self.in_module("commit", "--quiet", "--message=x")

    def test_revisions(self) -> None:
        """A submodule counts as it was at each revision; the checkout is not touched."""
        text = self.good_diff("HEAD~1", "HEAD")
        self.assertIn("-first\n        +second\n", text)
        self.assertIn("3 of 3 clients change, in 1 difference", text)
        self.assertEqual(self.differences("HEAD", "HEAD~1"), ["entry-changed /etc/motd 3"])
        self.assertEqual(self.differences("HEAD~1"), ["entry-changed /etc/motd 3"])
        self.assertEqual(self.differences("HEAD"), [])
        self.assertEqual(self.git("status", "--short"), "")

    def test_no_module_before(self) -> None:
        """Files that have become a submodule are compared with what they were."""
        self.assertIn("-welcome\n        +first\n", self.good_diff("HEAD~2", "HEAD~1"))

    def test_working_tree(self) -> None:
        """Changes within a submodule are those of the working tree alone, whatever git is told."""
        self.git("config", "diff.ignoreSubmodules", "all")
        self.write({"Cfg/etc/web/web": "port 81\n", "Cfg/etc/web/web.G10_web": "port 82\n"})
        self.assertEqual(self.differences(), ["entry-changed /etc/web 2"])
        self.assertEqual(self.differences("HEAD~1", "HEAD"), ["entry-changed /etc/motd 3"])

    def test_hook(self) -> None:
        """A hook of git, for which variables name the index of the repository, sees the same."""
        ended = self.diff("HEAD~1", GIT_INDEX_FILE=".git/index", GIT_PREFIX="")
        self.assertEqual((ended.status, ended.errors), (0, ""), ended.output)
        self.assertIn("-first\n        +second\n", ended.output)

    def test_nested(self) -> None:
        """A submodule of a submodule counts as well."""
        self.write({"web": "port 90\n"}, "inner")
        for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message=x")):
            self.git("-C", str(self.folder / "inner"), *IDENTITY, *words)
        self.in_module("rm", "-r", "--quiet", "web")
        inner = str(self.folder / "inner")
        self.in_module(*LOCAL, "submodule", "--quiet", "add", inner, "web")
        self.commit_module()
        update = ("submodule", "--quiet", "update", "--init", "--recursive", "--remote", "Cfg/etc")
        self.git(*LOCAL, *update)
        self.commit()
        (self.repository / "Cfg/etc/web/web").write_text("port 91\n")
        self.assertIn("-port 80\n        +port 90\n", self.good_diff("HEAD~1", "HEAD"))
        self.assertIn("-port 90\n        +port 91\n", self.good_diff())

    def test_lacking(self) -> None:
        """A commit that is not there is named, with what brings it."""
        self.git("submodule", "--quiet", "deinit", "--force", "--all")
        ended = self.diff("HEAD~1", "HEAD")
        self.assertEqual((ended.status, ended.output), (2, ""))
        commit = self.git("rev-parse", "HEAD~1:Cfg/etc")[:10]
        self.assertIn(f"commit {commit} of the submodule", " ".join(ended.errors.split()))
        self.assertIn("git submodule update --init", " ".join(ended.errors.split()))
        self.assertEqual(self.differences("HEAD"), [])

    def test_changed_since(self) -> None:
        """`bcfg2tw test --changed-since` compares it; without its commit all are tested."""
        self.write({"web/web": "port 81\n"}, "module")
        self.commit_module()
        self.git(*LOCAL, "submodule", "--quiet", "update", "--remote")
        self.commit()
        self.assertIn("Testing 2 of 3 clients", self.choice("HEAD~1"))
        self.git("submodule", "--quiet", "deinit", "--force", "--all")
        self.assertRegex(self.choice("HEAD~1"), r"Testing 3 of 3 clients: HEAD~1 .*commit \w+ of")

    def choice(self, revision: str) -> str:
        """Return what the command says of which clients it tests."""
        conf = str(self.folder / "bcfg2.conf")
        words = ("test", "-C", conf, "--changed-since", revision)
        return run_process(*words, folder=str(self.folder)).errors
