"""Git: the revision, updates by remote call, and pulls that are seen whole."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.version.turns import Turns
from bcfg2tw.errors import PluginExecutionError
from tests.builders import (
    CLIENTS,
    configuration,
    entry,
    groups_with,
    some_settings,
    write_files,
)
from tests.engine.plugins.version.programs import ENVIRONMENT, a_folder, needs, run

PATIENCE_SECONDS = 20.0

METADATA = {"Metadata/clients.xml": CLIENTS, "Metadata/groups.xml": groups_with(["b"])}


def state(number: int) -> dict[str, str]:
    """Return two files of a repository that belong together, in different folders."""
    return {
        "Bundler/b.xml": f'<Bundle><Service name="s" wanted="{number}"/></Bundle>',
        "Rules/r.xml": f'<Rules priority="1"><Service name="s" given="{number}"/></Rules>',
    }


class GitTestCase(SynchronousTestCase):
    """Has `origin`, a repository with a working copy, and `served`, a clone of it."""

    def setUp(self) -> None:
        needs("git", "git")
        for name, value in ENVIRONMENT.items():
            self.patch_environment(name, value)
        self.origin = a_folder(self)
        run(self.origin, "git", "init", "-q", "-b", "main")
        self.commit(self.origin, {**METADATA, **state(0)})
        self.served = os.path.join(a_folder(self), "served")
        run(self.origin, "git", "clone", "-q", self.origin, self.served)

    def patch_environment(self, name: str, value: str) -> None:
        """Set a variable for the time of the test."""
        before = os.environ.get(name)
        os.environ[name] = value
        if before is None:
            self.addCleanup(os.environ.pop, name, None)
        else:
            self.addCleanup(os.environ.__setitem__, name, before)

    def commit(self, folder: str, contents: dict[str, str]) -> str:
        """Commit files and return the commit."""
        write_files(folder, contents)
        run(folder, "git", "add", "-A")
        run(folder, "git", "commit", "-q", "-m", "change")
        return run(folder, "git", "rev-parse", "HEAD")

    def core(self) -> NetworkCore:
        """Return a core that serves the clone."""
        settings = some_settings(
            self.served, plugins=("Bundler", "Metadata", "Rules", "Git"), ignore_files=(".git",)
        )
        core = NetworkCore(settings)
        self.addCleanup(core.shutdown)
        core.start()
        return core


class RevisionTests(GitTestCase):
    def test_revision(self) -> None:
        """The commit of HEAD stands in every configuration, and no request runs git for it."""
        core = self.core()
        head = run(self.served, "git", "rev-parse", "HEAD")
        self.patch_environment("PATH", "/nowhere")
        self.assertEqual(configuration(core).get("revision"), head)

    def test_remote_call(self) -> None:
        """`Git.get_revision` asks git, now."""
        core = self.core()
        head = self.commit(self.served, {"README": "more"})
        self.assertEqual(core._get_rmi()["Git.get_revision"](), head)

    def test_commit_alone(self) -> None:
        """A commit that changes no file of a plugin is noticed: git's own note is watched."""
        core = self.core()
        head = self.commit(self.served, {"README": "more"})
        note = os.path.join(self.served, ".git/logs/HEAD")
        self.assertIn(note, core.watched())
        core.reload([note])
        self.assertEqual(configuration(core).get("revision"), head)

    def test_no_git(self) -> None:
        """Where git fails the revision is -1, and the log says why."""
        os.unlink(os.path.join(self.served, ".git/HEAD"))
        with self.assertLogs("bcfg2-server", "WARNING") as logs:
            core = self.core()
        self.assertIn("Error getting revision from Git: exit status 128", logs.output[0])
        self.assertEqual(configuration(core).get("revision"), "-1")

    def test_no_working_copy(self) -> None:
        """A repository that is no working copy cannot use the plugin; the log names the path."""
        folder = a_folder(self)
        write_files(folder, METADATA)
        core = NetworkCore(some_settings(folder, plugins=("Metadata", "Git"), lenient_plugins=True))
        self.addCleanup(core.shutdown)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core.start()
        self.assertIn(f"{folder}/.git is not present", logs.output[0])

    def test_vcs_root(self) -> None:
        """The working copy may begin above the repository."""
        top = a_folder(self)
        write_files(top, {f"site/{name}": text for name, text in METADATA.items()})
        run(top, "git", "init", "-q")
        head = self.commit(top, {})
        settings = some_settings(f"{top}/site", plugins=("Metadata", "Git"), vcs_root=top)
        core = NetworkCore(settings)
        self.addCleanup(core.shutdown)
        core.start()
        self.assertEqual(core.revision, head)

    def test_work_tree(self) -> None:
        """A work tree, whose `.git` is a file, is a working copy as well."""
        tree = os.path.join(a_folder(self), "tree")
        run(self.served, "git", "worktree", "add", "-q", tree, "HEAD", "--detach")
        self.served = tree
        core = self.core()
        head = self.commit(tree, {"README": "more"})
        (note,) = [path for path in core.watched() if path.endswith("logs/HEAD")]
        core.reload([note])
        self.assertEqual(core.revision, head)


class UpdateTests(GitTestCase):
    def test_update(self) -> None:
        """What upstream has is served as soon as the call returns, with its revision."""
        core = self.core()
        head = self.commit(self.origin, state(1))
        self.assertIs(core._get_rmi()["Git.Update"](), True)
        config = configuration(core)
        service = entry(config, "Service", "s")
        self.assertEqual((service.get("wanted"), service.get("given")), ("1", "1"))
        self.assertEqual(config.get("revision"), head)

    def test_local_commits(self) -> None:
        """Local commits are put on top of upstream's."""
        core = self.core()
        self.commit(self.served, {"local": "l"})
        self.commit(self.origin, state(1))
        core._get_rmi()["Git.Update"]()
        self.assertEqual(entry(configuration(core), "Service", "s").get("given"), "1")
        self.assertTrue(os.path.exists(f"{self.served}/local"))

    def test_conflict(self) -> None:
        """Local commits that contradict upstream fail the call, and what was served stays."""
        core = self.core()
        head = self.commit(self.served, state(5))
        self.commit(self.origin, state(1))
        with self.assertRaisesRegex(PluginExecutionError, "^Git: Failed to pull from upstream: "):
            core._get_rmi()["Git.Update"]()
        config = configuration(core)
        self.assertEqual(entry(config, "Service", "s").get("given"), "5")
        self.assertEqual(config.get("revision"), head)
        self.assertEqual(run(self.served, "git", "status", "--porcelain"), "")

    def test_uncommitted(self) -> None:
        """Uncommitted changes fail the call and stay, unless git is told to keep them aside."""
        core = self.core()
        write_files(self.served, {"Metadata/clients.xml": CLIENTS + "<!-- mine -->"})
        self.commit(self.origin, state(1))
        with self.assertRaisesRegex(PluginExecutionError, "Failed to pull from upstream: .*change"):
            core._get_rmi()["Git.Update"]()
        run(self.served, "git", "config", "rebase.autoStash", "true")
        core._get_rmi()["Git.Update"]()
        self.assertEqual(entry(configuration(core), "Service", "s").get("given"), "1")
        with open(f"{self.served}/Metadata/clients.xml", encoding="utf-8") as stream:
            self.assertIn("<!-- mine -->", stream.read())

    def test_ref(self) -> None:
        """A commit that is named is checked out; local changes are lost."""
        core = self.core()
        first = run(self.served, "git", "rev-parse", "HEAD")
        self.commit(self.origin, state(1))
        core._get_rmi()["Git.Update"]()
        write_files(self.served, state(7))
        core._get_rmi()["Git.Update"](first)
        config = configuration(core)
        self.assertEqual(entry(config, "Service", "s").get("given"), "0")
        self.assertEqual(config.get("revision"), first)

    def test_ref_is_a_new_branch(self) -> None:
        """A branch that only upstream has is checked out, and tracked from then on."""
        core = self.core()
        run(self.origin, "git", "checkout", "-q", "-b", "next")
        self.commit(self.origin, state(2))
        core._get_rmi()["Git.Update"]("next")
        self.commit(self.origin, state(3))
        core._get_rmi()["Git.Update"]()
        self.assertEqual(entry(configuration(core), "Service", "s").get("given"), "3")

    def test_wrong_ref(self) -> None:
        """What is no commit is refused with git's reason; an option is no commit."""
        update = self.core()._get_rmi()["Git.Update"]
        with self.assertRaisesRegex(PluginExecutionError, "^Git: Failed to checkout nothing: "):
            update("nothing")
        for wrong in ("--orphan=x", 7):
            with self.assertRaisesRegex(PluginExecutionError, "^Git: Failed to checkout .*no dash"):
                update(wrong)

    def test_upstream_is_gone(self) -> None:
        """An upstream that cannot be reached fails the call."""
        core = self.core()
        os.rename(self.origin, self.origin + ".gone")
        with self.assertRaisesRegex(PluginExecutionError, "^Git: Failed to pull from upstream: "):
            core._get_rmi()["Git.Update"]()

    def test_other_remote_is_gone(self) -> None:
        """A remote that the branch does not track may be out of reach."""
        core = self.core()
        run(self.served, "git", "remote", "add", "aaa", "/no/such/repository")
        self.commit(self.origin, state(1))
        with self.assertLogs("Git", "WARNING") as logs:
            core._get_rmi()["Git.Update"]()
        self.assertIn("Failed to fetch", logs.output[0])
        self.assertEqual(entry(configuration(core), "Service", "s").get("given"), "1")

    def test_no_upstream(self) -> None:
        """A branch that tracks none has nothing to pull."""
        core = self.core()
        run(self.served, "git", "branch", "--unset-upstream")
        self.assertIs(core._get_rmi()["Git.Update"](), True)


class TurnsTests(SynchronousTestCase):
    def test_third(self) -> None:
        """One update works and one waits; a third is refused at once."""
        turns, began, may_end = Turns(4), threading.Event(), threading.Event()
        order: list[str] = []

        def first() -> None:
            with turns.turn("Git"):
                began.set()
                may_end.wait(PATIENCE_SECONDS)
                order.append("first")

        def second() -> None:
            with turns.turn("Git"):
                order.append("second")

        with running(first):
            began.wait(PATIENCE_SECONDS)
            with running(second):
                self.assertRaises(PluginExecutionError, self.refused_at_last, turns)
                may_end.set()
        self.assertEqual(order, ["first", "second"])

    def test_few_threads(self) -> None:
        """With two threads none waits: the other one is for clients."""
        turns = Turns(2)
        for _ in range(2):
            with turns.turn("Git"):
                self.assertRaises(PluginExecutionError, turns.turn("Git").__enter__)

    def refused_at_last(self, turns: Turns) -> None:
        """Ask until the second one is waiting; a turn before that would wait for the first."""
        while turns._places._value:
            threading.Event().wait(0.01)
        with turns.turn("Git"):
            self.fail("it was not refused")


@contextmanager
def running(function: object) -> Iterator[None]:
    """Run a function in a thread, and wait for its end."""
    thread = threading.Thread(target=function)  # type: ignore[arg-type]  # a callable
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE_SECONDS)


class WholenessTests(GitTestCase):
    """While git changes files, the repository is read as it was before or as it is after."""

    commits = 25

    def setUp(self) -> None:
        super().setUp()
        self.served_core = self.core()
        self.ended = threading.Event()

    def pull_all(self) -> None:
        """Pull one commit after the other, each changing two files, slowly for git's means."""
        try:
            for number in range(1, self.commits + 1):
                self.commit(self.origin, {**state(number), **many(number)})
                self.pull()
        finally:
            self.ended.set()

    def pull(self) -> None:
        """Pull as an administrator does."""
        run(self.served, "git", "pull", "-q", "--rebase")

    def reload_always(self) -> None:
        """Have the repository read over and over, told of one of the two files only."""
        changed = [os.path.join(self.served, "Bundler/b.xml")]
        while not self.ended.wait(0.005):
            self.served_core.reload(changed)

    def states_seen(self) -> list[tuple[str | None, str | None]]:
        """Ask for configurations until all is over."""
        seen = []
        while not self.ended.wait(0.002):
            service = entry(configuration(self.served_core), "Service", "s")
            seen.append((service.get("wanted"), service.get("given")))
        return seen

    def check(self) -> None:
        """Two files of one commit are never seen apart."""
        with running(self.pull_all), running(self.reload_always):
            seen = self.states_seen()
        self.assertEqual([pair for pair in seen if pair[0] != pair[1]], [])
        self.assertGreater(len(set(seen)), 3)
        self.served_core.reload(None)
        service = entry(configuration(self.served_core), "Service", "s")
        self.assertEqual(service.get("given"), str(self.commits))
        head = run(self.served, "git", "rev-parse", "HEAD")
        self.assertEqual(self.served_core.revision, head)

    def test_pull(self) -> None:
        """A `git pull` beside the server is seen whole."""
        self.check()

    def test_update(self) -> None:
        """So is an update by remote call."""
        self.patch(self, "pull", self.served_core._get_rmi()["Git.Update"])
        self.check()

    def test_crashed(self) -> None:
        """A lock that git left behind long ago is not waited for."""
        lock = os.path.join(self.served, ".git/index.lock")
        write_files(self.served, {".git/index.lock": "", **state(1)})
        os.utime(lock, (1, 1))
        self.served_core.reload(None)
        service = entry(configuration(self.served_core), "Service", "s")
        self.assertEqual(service.get("given"), "1")


def many(number: int) -> dict[str, str]:
    """Return files between the two that belong together, so that git takes its time."""
    return {f"Other/{one}": f"{number}" for one in range(300)}
