"""Who may see the pages, and who may not."""

from __future__ import annotations

import os
from http import HTTPStatus
from ipaddress import ip_network
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.reporting.web.access import TOKEN_SECONDS, Access, Tokens, WrongPassword
from bcfg2tw.reporting.web.exchange import HttpRequest, Refused
from bcfg2tw.reporting.web.question import Viewer
from bcfg2tw.reporting.web.users import make_user, read_users, write_users
from bcfg2tw.settings import Settings
from tests.reporting.web.sites import PASSWORD, a_users_file, login

PROXY = "192.0.2.7"


def a_request(peer: str = "127.0.0.1", **headers: str) -> HttpRequest:
    """Return a request with headers, whose underscores are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest("GET", "/", headers={"host": "localhost", **named}, peer=peer)


class OpenTests(SynchronousTestCase):
    """Without users and proxies."""

    def test_viewer(self) -> None:
        """Who reaches the pages is a viewer without a name, and changes nothing."""
        self.assertEqual(Access(Settings()).viewer(a_request()), Viewer())

    def test_foreign_names(self) -> None:
        """A name that is not the server's is refused: it may be another site's, made up for it."""
        access = Access(Settings(server="https://bcfg2.example.com:6789", web_hosts=("Pages",)))
        for host in ("localhost:80", "127.0.0.1:80", "[::1]", "bcfg2.example.com", "PAGES:8080"):
            access.viewer(a_request(host=host))
        for host in ("evil.example", "", "localhost.evil.example", "[", "127.0.0.1.evil.example"):
            refused = self.assertRaises(Refused, access.viewer, a_request(host=host))
            self.assertEqual(refused.status, HTTPStatus.MISDIRECTED_REQUEST, host)

    def test_loopback_alone(self) -> None:
        """Pages that ask for no password are served to this machine alone."""
        for host in ("127.0.0.1", "::1", "localhost", "127.1.2.3"):
            Access(Settings(web_listen=((host, 80),)))
        for host in ("0.0.0.0", "::", "192.0.2.1", "reports.example.com"):
            error = self.assertRaises(SettingsError, Access, Settings(web_listen=((host, 80),)))
            self.assertEqual(
                str(error),
                f"[reporting] web_listen: whoever reaches {host}:80 would see every host's files: "
                "write web_users = FILE (bcfg2tw web passwd NAME fills it), or listen on 127.0.0.1",
            )


class UsersTests(SynchronousTestCase):
    """With a file of users."""

    def setUp(self) -> None:
        self.path = a_users_file(self)
        self.access = Access(Settings(web_users=self.path))

    def refusal(self, request: HttpRequest) -> Refused:
        """Return why a request is refused."""
        refused: Refused = self.assertRaises(Refused, self.access.viewer, request)
        return refused

    def test_roles(self) -> None:
        """An operator may expire hosts, a viewer may not."""
        for _ in range(2):  # the second is remembered
            self.assertEqual(
                self.access.viewer(a_request(**login("ann"))), Viewer("ann", "operator", True)
            )
        self.assertEqual(
            self.access.viewer(a_request(**login("bob"))), Viewer("bob", "viewer", False)
        )

    def test_nobody(self) -> None:
        """Who says nothing, or what cannot be read, is asked; a wrong password is told apart."""
        for header in ("", "Basic", "Basic !", "Bearer abc", "Basic YWJj", "Basic /w=="):
            refused = self.refusal(a_request(authorization=header))
            self.assertEqual(refused.status, HTTPStatus.UNAUTHORIZED, header)
            self.assertNotIsInstance(refused, WrongPassword)
            self.assertIn("Basic realm=", refused.headers["WWW-Authenticate"])
        pairs = ("ann", "wrong"), ("eve", PASSWORD), ("ann", ""), ("ann", "x" * 99), ("ann", "\0")
        for pair in pairs:
            self.assertIsInstance(self.refusal(a_request(**login(*pair))), WrongPassword)

    def test_header_without_proxy(self) -> None:
        """A header that names a user says nothing where no proxy is named."""
        refused = self.refusal(a_request(x_remote_user="ann"))
        self.assertEqual(refused.status, HTTPStatus.UNAUTHORIZED)

    def test_changed_file(self) -> None:
        """A user who is removed, or has another password, is out with the next request."""
        ann = a_request(**login("ann"))
        self.access.viewer(ann)
        write_users(self.path, [make_user("ann", "viewer", "another one")])
        self.refusal(ann)
        role = self.access.viewer(a_request(**login("ann", "another one"))).role
        self.assertEqual(role, "viewer")

    def test_broken_file(self) -> None:
        """While the file cannot be used nobody gets in, not even who was in before."""
        ann = a_request(**login("ann"))
        self.access.viewer(ann)
        for content in ("ann:operator:secret\n", "ann\n"):
            with open(self.path, "w") as stream:
                stream.write(content)
            refused = self.refusal(ann)
            self.assertEqual(refused.status, HTTPStatus.SERVICE_UNAVAILABLE)
            self.assertIn(f"{self.path}:1: this is no NAME:ROLE:HASH", refused.sentence)
            self.assertNotIn("secret", refused.sentence)
        os.remove(self.path)
        self.assertEqual(self.refusal(ann).status, HTTPStatus.SERVICE_UNAVAILABLE)

    def test_missing_file(self) -> None:
        """A file that is not there is told at the start, with its remedy."""
        error = self.assertRaises(SettingsError, Access, Settings(web_users="/nowhere/users"))
        self.assertEqual(
            str(error),
            "/nowhere/users cannot be read: No such file or directory ([reporting] web_users); "
            "write it with bcfg2tw web passwd NAME, so that the server's user can read it",
        )

    def test_bounded_checks(self) -> None:
        """Where no further password may be checked, those that were right before still count."""
        ann, bob = a_request(**login("ann")), a_request(**login("bob"))
        self.access.viewer(ann)
        self.access.viewer(ann, may_check=False)
        refused = self.assertRaises(Refused, self.access.viewer, bob, may_check=False)
        self.assertEqual(refused.status, HTTPStatus.TOO_MANY_REQUESTS)


class UsersFileTests(SynchronousTestCase):
    """The file of users itself."""

    def test_private(self) -> None:
        """A new file is its owner's alone; one that is there keeps its group, and no more."""
        path = a_users_file(self)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        os.chmod(path, 0o644)
        write_users(path, read_users(path).values())
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)
        with open(path) as stream:
            self.assertNotIn(PASSWORD, stream.read())

    def test_refused(self) -> None:
        """Names and passwords that would not work are refused."""
        for name in ("", "a:b", "a\nb", "#a", " a", "a "):
            self.assertRaises(Bcfg2Error, make_user, name, "viewer", PASSWORD)
        for password in ("short", "x" * 73, "ä" * 37, "with\0zero"):
            self.assertRaises(Bcfg2Error, make_user, "ann", "viewer", password)

    def test_twice(self) -> None:
        """A user who is named twice is a mistake, with its line."""
        path = self.mktemp()
        line = make_user("ann", "viewer", PASSWORD).line()
        with open(path, "w") as stream:
            stream.write(f"# users\n{line}\n{line}\n")
        error = self.assertRaises(Bcfg2Error, read_users, path)
        self.assertEqual(str(error), f"{path}:3: ann is named twice: remove a line")


class ProxyTests(SynchronousTestCase):
    """Behind a reverse proxy that says who users are."""

    def access(self, **settings: Any) -> Access:
        """Return the access that the proxy gives."""
        return Access(
            Settings(
                web_user_header="X-Remote-User", web_proxies=(ip_network(PROXY),),
                web_operators=("ann",), **settings,
            )
        )  # fmt: skip

    def test_named(self) -> None:
        """The proxy's header names the user; operators are named in bcfg2.conf."""
        access = self.access()
        self.assertEqual(
            access.viewer(a_request(PROXY, x_remote_user="ann")), Viewer("ann", "operator", True)
        )
        self.assertEqual(
            access.viewer(a_request(f"::ffff:{PROXY}", x_remote_user="bob")), Viewer("bob")
        )

    def test_others(self) -> None:
        """The header of anybody else, or one that names nobody or several, opens nothing."""
        access = self.access()
        for peer, name in (("192.0.2.8", "ann"), ("127.0.0.1", "ann"), (PROXY, ""), ("", "ann"),
                           (PROXY, "eve, ann")):  # fmt: skip
            refused = self.assertRaises(Refused, access.viewer, a_request(peer, x_remote_user=name))
            self.assertEqual(refused.status, HTTPStatus.FORBIDDEN, (peer, name))

    def test_passwords_beside(self) -> None:
        """With a file of users others can log in, too."""
        access = self.access(web_users=a_users_file(self))
        self.assertEqual(access.viewer(a_request(**login("bob"))).name, "bob")
        self.assertEqual(access.viewer(a_request(PROXY, x_remote_user="eve")).name, "eve")
        self.assertRaises(Refused, access.viewer, a_request(x_remote_user="ann"))

    def test_without_proxies(self) -> None:
        """A header without proxies would be anybody's, and is refused at the start."""
        error = self.assertRaises(SettingsError, Access, Settings(web_user_header="X-User"))
        self.assertEqual(
            str(error),
            "[reporting] web_user_header: anybody could send this header: name the proxies that "
            "set it in web_proxies",
        )

    def test_address(self) -> None:
        """The address behind the proxy is the last that is no proxy's; others cannot choose it."""
        access = self.access()
        chain = f"203.0.113.9, 198.51.100.4, {PROXY}"
        self.assertEqual(access.address(a_request(PROXY, x_forwarded_for=chain)), "198.51.100.4")
        self.assertEqual(access.address(a_request(PROXY)), PROXY)
        self.assertEqual(access.address(a_request("192.0.2.8", x_forwarded_for=chain)), "192.0.2.8")


class TokenTests(SynchronousTestCase):
    """Tokens of forms."""

    def setUp(self) -> None:
        self.now = 1000.0
        self.tokens = Tokens(lambda: self.now)

    def test_good(self) -> None:
        """A token is good for its user, for some hours, and no two are equal."""
        token = self.tokens.make("ann")
        self.assertNotEqual(self.tokens.make("ann"), token)
        self.assertTrue(self.tokens.is_good(token, "ann"))
        self.assertFalse(self.tokens.is_good(token, "bob"))
        self.now += TOKEN_SECONDS
        self.assertFalse(self.tokens.is_good(token, "ann"))

    def test_made_up(self) -> None:
        """What this process did not make is no token."""
        token = Tokens(lambda: self.now).make("ann")
        for text in ("", ".", "..", token, token + "0", f"{10**6:x}.{token}", "ä.ö.ü"):
            self.assertFalse(self.tokens.is_good(text, "ann"), text)
