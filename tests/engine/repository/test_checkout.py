"""When git is at work in a folder, and when it has worked."""

from __future__ import annotations

import os
import threading
import time

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.repository.checkout import PATIENCE_SECONDS, Checkout
from tests.builders import write_files

MARKS = (".git/index.lock", ".git/rebase-merge/done", ".git/rebase-apply/patch")


class ObservedCheckout(Checkout):
    """
    A working copy that says when somebody waits for it.

    :ivar has_waited: is set when git has been found at work twice
    """

    def __init__(self, top: str) -> None:
        super().__init__(top)
        self.has_waited = threading.Event()
        self._times = 0

    def is_changing(self) -> bool:
        """Look, as always."""
        is_changing = super().is_changing()
        self._times += is_changing
        if self._times > 1:
            self.has_waited.set()
        return is_changing


class CheckoutTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        write_files(self.folder, {".git/HEAD": "one", ".git/index": "", ".git/logs/HEAD": "x"})
        self.checkout = Checkout(self.folder)

    def path(self, name: str) -> str:
        """Return the full path of a file."""
        return os.path.join(self.folder, name)

    def test_marks(self) -> None:
        """Git is at work while it holds its lock, and from the beginning of a rebase to its end."""
        for mark in MARKS:
            self.assertFalse(self.checkout.is_changing(), mark)
            write_files(self.folder, {mark: ""})
            self.assertTrue(self.checkout.is_changing(), mark)
            os.unlink(self.path(mark))
            if "rebase" in mark:
                os.rmdir(os.path.dirname(self.path(mark)))

    def test_waits(self) -> None:
        """The state is told when git has finished."""
        write_files(self.folder, {".git/index.lock": ""})
        states: list[object] = []
        checkout = ObservedCheckout(self.folder)
        thread = threading.Thread(target=lambda: states.append(checkout.settled()))
        thread.start()
        self.assertTrue(checkout.has_waited.wait(PATIENCE_SECONDS))
        self.assertEqual(states, [])
        os.rename(self.path(".git/index.lock"), self.path(".git/index"))
        thread.join(10)
        self.assertEqual(states, [self.checkout.settled()])

    def test_crashed(self) -> None:
        """What git left behind long ago is not waited for."""
        write_files(self.folder, {".git/index.lock": ""})
        old = time.time() - PATIENCE_SECONDS - 1
        os.utime(self.path(".git/index.lock"), (old, old))
        self.assertFalse(self.checkout.is_changing())

    def test_has_worked(self) -> None:
        """The state is another one after each commit and each checkout."""
        for name in (".git/index", ".git/HEAD", ".git/logs/HEAD"):
            before = self.checkout.settled()
            self.assertEqual(self.checkout.settled(), before)
            write_files(self.folder, {name: "something else"})
            self.assertNotEqual(self.checkout.settled(), before)

    def test_work_tree(self) -> None:
        """In work trees and submodules `.git` is a file that says where the folder is."""
        write_files(self.folder, {"tree/.git": "gitdir: ../.git/worktrees/tree\n"})
        self.assertEqual(
            os.path.realpath(Checkout(self.path("tree")).folder),
            os.path.realpath(self.path(".git/worktrees/tree")),
        )

    def test_no_git(self) -> None:
        """A folder that is no working copy is always settled."""
        checkout = Checkout(self.path("elsewhere"))
        self.assertFalse(checkout.is_changing())
        self.assertEqual(checkout.settled(), (None, None, None))
