"""`bcfg2tw web`: who may see the pages of reports."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from twisted.trial.unittest import SynchronousTestCase

import bcfg2tw.cli.web.command as web_command
from bcfg2tw.reporting.web.users import UsersFile
from tests.command_processes import run_process
from tests.commands import Ended, run

PASSWORD = "correct horse"


class PasswdTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        os.mkdir(self.folder)
        self.users = os.path.join(self.folder, "users")
        self.conf = os.path.join(self.folder, "bcfg2.conf")
        with open(self.conf, "w") as stream:
            stream.write(f"[reporting]\nweb_users = {self.users}\n")

    def web(self, *words: str, stdin: str = f"{PASSWORD}\n") -> Ended:
        """Run the command."""
        command, *more = words
        return run("web", command, "-C", self.conf, *more, stdin=stdin)

    def role(self, name: str, password: str = PASSWORD) -> str | None:
        """Return the role that a password gives."""
        user = UsersFile(self.users).user(name, password)
        return None if user is None else user.role

    def test_users(self) -> None:
        """A user is made, changed and removed; the file is private, and holds no password."""
        ended = self.web("passwd", "ann", "--operator")
        self.assertEqual(ended, Ended(0, f"{self.users}: ann is operator\n", ""))
        self.assertEqual(self.web("passwd", "bob").output, f"{self.users}: bob is viewer\n")
        self.assertEqual(os.stat(self.users).st_mode & 0o777, 0o600)
        with open(self.users) as stream:
            self.assertNotIn(PASSWORD, stream.read())
        self.assertEqual((self.role("ann"), self.role("bob")), ("operator", "viewer"))
        self.web("passwd", "ann", stdin="another one\n")
        self.assertEqual((self.role("ann"), self.role("ann", "another one")), (None, "operator"))
        self.web("passwd", "ann", "--viewer", stdin="another one\n")
        self.assertEqual(self.role("ann", "another one"), "viewer")
        listed = self.web("users").output
        self.assertIn("bob", listed)
        ended = self.web("passwd", "--remove", "bob")
        self.assertEqual(ended.output, f"{self.users}: bob is removed\n")
        self.assertEqual(self.role("bob"), None)

    def test_removed_meanwhile(self) -> None:
        """Who is removed while another one's password is typed stays removed."""
        self.web("passwd", "eve")

        def type_slowly() -> str:
            self.web("passwd", "--remove", "eve")
            return PASSWORD

        self.patch(web_command, "_password", type_slowly)
        self.web("passwd", "ann")
        self.assertEqual(list(UsersFile(self.users).users()), ["ann"])

    def test_at_once(self) -> None:
        """Of commands that run at the same time none undoes what another one has done."""
        names = [f"user{number}" for number in range(3)]

        def set_password(name: str) -> int:
            words = ("web", "passwd", "-C", self.conf, name)
            return run_process(*words, stdin=f"{PASSWORD}\n").status

        with ThreadPoolExecutor() as threads:
            self.assertEqual(list(threads.map(set_password, names)), [0, 0, 0])
        self.assertEqual(sorted(UsersFile(self.users).users()), names)

    def test_refused(self) -> None:
        """What cannot be is told in a line, and nothing is written."""
        for words, stdin, line in (
            (("passwd", "ann"), "short\n", "the password is too short: 8 characters at least"),
            (("passwd", "ann"), "", "the password is too short: 8 characters at least"),
            (("passwd", "a:b"), f"{PASSWORD}\n",
             "'a:b' is no name of a user: it has no colon and at most 100 letters"),
            (("passwd", "--remove", "eve"), "", f"{self.users}: there is no user eve"),
        ):  # fmt: skip
            self.assertEqual(self.web(*words, stdin=stdin), Ended(1, "", f"Error: {line}\n"))
        self.assertFalse(os.path.exists(self.users))

    def test_no_file(self) -> None:
        """Without web_users the file has to be named."""
        with open(self.conf, "w") as stream:
            stream.write("[server]\n")
        self.assertEqual(
            self.web("passwd", "ann").errors,
            "Error: [reporting] web_users: it names no file: write one there, or give --file\n",
        )
        ended = self.web("passwd", "ann", "--file", self.users)
        self.assertEqual(ended.status, 0)
        self.assertEqual(self.role("ann"), "viewer")

    def test_no_folder(self) -> None:
        """A folder that is not there is told."""
        path = os.path.join(self.folder, "missing", "users")
        self.assertEqual(
            self.web("passwd", "ann", "--file", path).errors,
            f"Error: {path} cannot be written: No such file or directory\n",
        )
