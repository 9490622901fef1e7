"""The tests that each LDAP library has to pass, against a real directory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from OpenSSL.crypto import FILETYPE_PEM, load_certificate
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.ldap import LdapConnection, LdapQuery, libraries
from bcfg2tw.engine.plugins.ldap.interface import (
    DirectoryRefusal,
    LdapError,
    Library,
    SizeLimitExceeded,
)
from bcfg2tw.engine.time_limit import time_limit
from bcfg2tw.settings import Settings
from tests.engine.plugins.ldap.slapd import ADMIN, BASE, PASSWORD, SLAPD, Slapd, devices

CLIENT = f"cn=client.example.test,ou=hosts,{BASE}"
CLOSED = "ldap://127.0.0.1:1"

#: Nobody but the administrator gets more than two entries at once; he gets all.
TWO_AT_ONCE = "limits anonymous size.soft=2 size.hard=2 size.prtotal={total}"


class LibraryCase(SynchronousTestCase):
    """
    Tests with a directory and a library.

    :cvar choice: imports the library
    """

    if SLAPD is None:
        skip = "the program slapd is not installed"

    timeout = 120
    choice: ClassVar[Callable[[], Library]]
    settings: ClassVar[Settings] = Settings(ldap_retries=0, ldap_timeout_seconds=1)

    def setUp(self) -> None:
        self.patch(libraries, "CHOICES", (type(self).choice,))

    def connection(self, uri: str, is_bound: bool = True, **options: Any) -> LdapConnection:
        """Return a connection, with options of python-ldap."""
        kind = type("Connection", (LdapConnection,), {"settings": self.settings})
        connection: LdapConnection = kind(
            uri=uri,
            options=options,
            binddn=ADMIN if is_bound else None,
            bindpw=PASSWORD if is_bound else None,
        )
        self.addCleanup(connection.close)
        return connection

    def tls_connection(self, slapd: Slapd, **options: Any) -> LdapConnection:
        """Return a connection that trusts the directory's CA."""
        certificate = str(slapd.authority.certificate)
        return self.connection(slapd.tls_uri, OPT_X_TLS_CACERTFILE=certificate, **options)

    def ask(self, connection: LdapConnection, **query: Any) -> dict[str, dict[str, list[Any]]]:
        """Return what a query finds: attributes by name."""
        settings = {"base": CLIENT, "scope": "base", **query}
        return dict(connection.run_query(type("Query", (LdapQuery,), settings)()))

    def names(self, connection: LdapConnection, **query: Any) -> list[str]:
        """Return the names of the entries right below the base that a query finds."""
        return list(self.ask(connection, **{"base": BASE, "scope": "one", **query}))

    def assert_answers(self, connection: LdapConnection) -> None:
        """Check that the directory answers."""
        self.assertEqual(list(self.ask(connection)), [CLIENT])

    def failure(self, connection: LdapConnection, **query: Any) -> str:
        """Return the error of a query."""
        return str(self.assertRaises(LdapError, self.ask, connection, **query))

    def failure_of_down(self, connection: LdapConnection) -> str:
        """Return the error of a directory that cannot be reached, which the log has as well."""
        with self.assertLogs("Ldap", "ERROR"):
            reason = self.failure(connection)
        self.assertIn(f"{connection.uri} is down: ", reason)
        return reason


class AnswerTests(LibraryCase):
    """Answers, in the same form whichever library there is."""

    def setUp(self) -> None:
        super().setUp()
        self.slapd = Slapd(self)
        self.plain = self.connection(self.slapd.uri)

    def test_values(self) -> None:
        """Values are lists of text, or of bytes where they are none; in the directory's order."""
        attributes = self.ask(self.plain)[CLIENT]
        self.assertEqual(
            attributes,
            {
                "objectClass": ["device", "extensibleObject"],
                "cn": ["client.example.test"],
                "l": ["Köln"],
                "serialNumber": ["4711", "4712"],
                "jpegPhoto": [b"\xff\xfe"],
            },
        )
        self.assertEqual({type(attributes), type(attributes["cn"])}, {dict, list})

    def test_names(self) -> None:
        """Names of entries are text."""
        self.assertIn(f"cn=Köln,ou=hosts,{BASE}", self.ask(self.plain, base=BASE, scope="sub"))

    def test_attributes(self) -> None:
        """Attributes that are asked for are called as in the directory; absent ones are absent."""
        for attributes, names in (
            (["SERIALNUMBER", "description"], {"serialNumber"}),
            ("cn", {"cn"}),
            ([], {"objectClass", "cn", "l", "serialNumber", "jpegPhoto"}),
            (["+"], None),
            (["1.1"], set()),
        ):
            entry = self.ask(self.plain, attrs=attributes)[CLIENT]
            if names is None:
                self.assertIn("entryUUID", entry)
            else:
                self.assertEqual(set(entry), names)

    def test_scopes(self) -> None:
        """The base itself, what is right below it, and all; not what is elsewhere."""
        for scope, count in (("base", 1), ("one", 2), ("sub", 5)):
            self.assertEqual(len(self.names(self.plain, scope=scope)), count, scope)

    def test_filters(self) -> None:
        """Filters are text of any kind; a backslash is a plain character."""
        for text, count in (
            ("(l=Köln)", 1), ("l=Köln", 1), ("(cn=köln)", 1), ("(cn=c*test)", 1),
            ("(&(objectClass=device)(!(l=*)))", 1), ("(description=DOM\\other)", 1),
            ("(description=DOM\\5cother)", 0), ("(no=such)", 0),
        ):  # fmt: skip
            self.assertEqual(len(self.names(self.plain, scope="sub", filter=text)), count, text)

    def test_aliases(self) -> None:
        """An alias is an entry, or stands for another one, as OPT_DEREF says."""
        alias = f"cn=alias,{BASE}"
        self.assertEqual(list(self.ask(self.plain, base=alias)), [alias])
        following = self.connection(self.slapd.uri, OPT_DEREF=3)
        self.assertEqual(list(self.ask(following, base=alias)), [CLIENT])

    def test_refused(self) -> None:
        """A refusal has the directory's code and words, and is no reason to ask again."""
        self.assertEqual(self.failure(self.plain, base="dc=no"), "noSuchObject (32)")
        self.assertEqual(self.failure(self.plain, base="no"), "invalidDNSyntax (34): invalid DN")
        self.assertEqual(
            self.failure(self.plain, filter="(cn=x"), "filter: '(cn=x' cannot be understood"
        )
        self.assert_answers(self.plain)

    def test_wrong_password(self) -> None:
        """A wrong password is refused."""
        self.plain.bindpw = "wrong"
        error = self.assertRaises(DirectoryRefusal, self.ask, self.plain)
        self.assertEqual((error.code, str(error)), (49, "invalidCredentials (49)"))

    def test_anonymous(self) -> None:
        """Without a password nobody is bound."""
        self.assert_answers(self.connection(self.slapd.uri, is_bound=False))
        self.assertNotIn(" BIND ", self.slapd.log())

    def test_socket(self) -> None:
        """A directory on this machine is reached by its socket, its slashes quoted or not."""
        for path in (self.slapd.socket, self.slapd.socket.replace("/", "%2F")):
            self.assert_answers(self.connection(f"ldapi://{path}"))

    def test_kept(self) -> None:
        """A connection is kept, bound, and used for the next query."""
        for _ in range(3):
            self.assert_answers(self.plain)
        self.assertEqual(self.slapd.log().count(f'BIND dn="{ADMIN}" mech=SIMPLE'), 1)

    def test_at_once(self) -> None:
        """Several threads ask at once."""
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: self.names(self.plain, scope="sub"), range(80)))
        self.assertEqual({len(names) for names in answers}, {5})


class SizeTests(LibraryCase):
    """Answers that are large, or too large."""

    def test_many(self) -> None:
        """An answer of many entries is complete."""
        connection = self.connection(Slapd(self, devices(1200)).uri, OPT_TIMELIMIT=60)
        self.assertEqual(len(self.names(connection, filter="(objectClass=device)")), 1200)

    def test_own_limit(self) -> None:
        """More entries than the query's own limit are an error, not a part of them."""
        slapd = Slapd(self, devices(5))
        query = {"filter": "(objectClass=device)"}
        self.assertEqual(len(self.names(self.connection(slapd.uri, OPT_SIZELIMIT=5), **query)), 5)
        limited = self.connection(slapd.uri, OPT_SIZELIMIT=4)
        error = self.assertRaises(SizeLimitExceeded, self.names, limited, **query)
        self.assertEqual(str(error), "sizeLimitExceeded (4)")

    def test_pages(self) -> None:
        """A directory that gives only so many at once is asked page by page."""
        limit = TWO_AT_ONCE.format(total="unlimited")
        slapd = Slapd(self, devices(1200), limits=[limit])
        connection = self.connection(slapd.uri, is_bound=False)
        names = self.names(connection, filter="(objectClass=device)")
        self.assertEqual((len(names), len(set(names))), (1200, 1200))
        self.assertEqual(slapd.log().count("SRCH base"), 4)

    def test_no_pages(self) -> None:
        """One that gives no more than that is in the right."""
        slapd = Slapd(self, devices(5), limits=[TWO_AT_ONCE.format(total=3)])
        connection = self.connection(slapd.uri, is_bound=False)
        error = self.assertRaises(DirectoryRefusal, self.names, connection)
        self.assertEqual(str(error), "sizeLimitExceeded (4)")


class TLSTests(LibraryCase):
    """Directories that are who they say they are, and others."""

    def test_verified(self) -> None:
        """A certificate of a trusted CA, for the address that is asked, is accepted."""
        slapd = Slapd(self)
        for _ in range(2):
            self.assert_answers(self.tls_connection(slapd))

    def test_folder(self) -> None:
        """The CAs may be the files of a folder, by their hashes."""
        slapd = Slapd(self)
        folder = os.path.abspath(self.mktemp())
        os.makedirs(folder)
        pem = slapd.authority.certificate.read_bytes()
        name = f"{load_certificate(FILETYPE_PEM, pem).subject_name_hash():08x}.0"
        os.symlink(slapd.authority.certificate, os.path.join(folder, name))
        self.assert_answers(self.connection(slapd.tls_uri, OPT_X_TLS_CACERTDIR=folder))

    def test_machine(self) -> None:
        """Without an option it is the machine's CAs that count."""
        slapd = Slapd(self)
        environment = dict(os.environ)
        self.addCleanup(os.environ.update, environment)
        self.addCleanup(os.environ.clear)
        os.environ["SSL_CERT_FILE"] = str(slapd.authority.certificate)
        self.assert_answers(self.connection(slapd.tls_uri))

    def test_unknown(self) -> None:
        """A certificate of an unknown CA is refused, and no password is sent."""
        slapd = Slapd(self)
        reason = self.failure_of_down(self.connection(slapd.tls_uri))
        self.assertIn("certificate verify failed", reason.lower())
        self.assertNotIn(" BIND ", slapd.log())

    def test_other_host(self) -> None:
        """A certificate for another address is refused."""
        slapd = Slapd(self)
        port = slapd.tls_uri.rpartition(":")[2]
        connection = self.connection(
            f"ldaps://localhost:{port}", OPT_X_TLS_CACERTFILE=str(slapd.authority.certificate)
        )
        reason = self.failure_of_down(connection)
        self.assertIn("hostname mismatch", reason.lower())

    def test_unchecked(self) -> None:
        """Nothing is verified where the option says so."""
        slapd = Slapd(self)
        for never_or_allow in (0, 3):
            self.assert_answers(
                self.connection(slapd.tls_uri, OPT_X_TLS_REQUIRE_CERT=never_or_allow)
            )

    def test_client_certificate(self) -> None:
        """A directory that asks for a certificate gets the one that the options name."""
        slapd = Slapd(self, settings=["TLSVerifyClient demand"])
        certificate, key = slapd.authority.issue("bcfg2.example.test")
        self.assert_answers(
            self.tls_connection(
                slapd, OPT_X_TLS_CERTFILE=str(certificate), OPT_X_TLS_KEYFILE=str(key)
            )
        )
        self.failure_of_down(self.tls_connection(slapd))

    def test_unusable_file(self) -> None:
        """A file of CAs that is not there, or is none, is named; the directory is not blamed."""
        slapd = Slapd(self)
        for path in (os.path.abspath(self.mktemp()), __file__):
            reason = self.failure(self.connection(slapd.tls_uri, OPT_X_TLS_CACERTFILE=path))
            self.assertIn(f"TLS options: {path} cannot be used: ", reason)


class OutageTests(LibraryCase):
    """Directories that are down, silent, or away for a while."""

    def test_down(self) -> None:
        """One that is not there is an error, and is left alone for a while."""
        connection = self.connection(CLOSED)
        reason = self.failure_of_down(connection)
        self.assertEqual(self.failure(connection), reason)

    def test_restarted(self) -> None:
        """One that was restarted meanwhile costs no failure, with TLS and without."""
        slapd = Slapd(self)
        connections = [
            self.connection(slapd.uri),
            self.connection(slapd.uri, is_bound=False),
            self.tls_connection(slapd),
        ]
        for connection in connections:
            self.assert_answers(connection)
        slapd.stop()
        slapd.start()
        for connection in connections:
            self.assert_answers(connection)

    def test_gone(self) -> None:
        """One that has gone is down for connections that are kept, too."""
        slapd = Slapd(self)
        connection = self.connection(slapd.uri)
        self.assert_answers(connection)
        slapd.stop()
        self.failure_of_down(connection)

    def test_silent(self) -> None:
        """One that takes requests and does not answer is waited for once, as long as is said."""
        slapd = Slapd(self)
        kept = self.connection(slapd.uri)
        self.assert_answers(kept)
        slapd.keep_silent()
        for connection in (
            kept,
            self.connection(slapd.uri),
            self.connection(slapd.uri, is_bound=False),
            self.tls_connection(slapd),
        ):
            started = time.monotonic()
            self.failure_of_down(connection)
            self.assertTrue(0.9 < time.monotonic() - started < 20, connection)

    def test_own_time(self) -> None:
        """OPT_TIMEOUT and OPT_NETWORK_TIMEOUT take the place of the server's setting."""
        slapd = Slapd(self)
        slapd.keep_silent()
        started = time.monotonic()
        self.failure_of_down(self.connection(slapd.uri, OPT_TIMEOUT=2, OPT_NETWORK_TIMEOUT=5.5))
        self.assertTrue(1.9 < time.monotonic() - started < 20)

    def test_time_of_call(self) -> None:
        """One gets no more time than the call has left, and is not asked when that is over."""
        slapd = Slapd(self)
        slapd.keep_silent()
        started = time.monotonic()
        with time_limit(2):
            self.failure_of_down(self.connection(slapd.uri, OPT_TIMEOUT=90, OPT_NETWORK_TIMEOUT=90))
        self.assertLess(time.monotonic() - started, 20)
        with time_limit(0):
            reason = self.failure(self.connection(slapd.uri))
        self.assertEqual(reason, f"{slapd.uri}: the call has no time left for it")

    def test_first_reachable(self) -> None:
        """Of several directories the first that answers is asked."""
        silent, slapd = Slapd(self), Slapd(self)
        silent.keep_silent()
        uris = f"{CLOSED} {silent.uri} {slapd.uri} {CLOSED}"
        with self.assertLogs("Ldap", "WARNING") as logs:
            self.assert_answers(self.connection(uris))
        self.assertEqual(len(logs.output), 2)

    def test_next_reachable(self) -> None:
        """When the one that is connected falls silent the next one is asked."""
        first, second = Slapd(self), Slapd(self)
        connection = self.connection(f"{first.uri} {second.uri}")
        self.assert_answers(connection)
        self.assertNotIn("SRCH", second.log())
        first.keep_silent()
        with self.assertLogs("Ldap", "WARNING"):
            self.assert_answers(connection)


class ReferralTests(LibraryCase):
    """Directories that refer to others."""

    def setUp(self) -> None:
        super().setUp()
        self.other = Slapd(self)
        self.slapd = Slapd(self, settings=[f"referral {self.other.uri}"])

    def test_followed(self) -> None:
        """A referral is followed, without the password."""
        self.assertEqual(
            self.failure(self.connection(self.slapd.uri), base="dc=elsewhere"), "noSuchObject (32)"
        )
        self.assertIn('SRCH base="dc=elsewhere"', self.other.log())
        self.assertNotIn(" BIND ", self.other.log())

    def test_not_followed(self) -> None:
        """Nor is one followed where the option says so; it is an error then."""
        connection = self.connection(self.slapd.uri, OPT_REFERRALS=0)
        reason = self.failure(connection, base="dc=elsewhere")
        self.assertIn(f"referral (10): {self.other.uri}/dc=elsewhere", reason)
        self.assertNotIn("SRCH", self.other.log())

    def test_within(self) -> None:
        """A referral in a directory leads into another one."""
        reference = (
            f"dn: cn=there,{BASE}\nobjectClass: referral\nobjectClass: extensibleObject\n"
            f"cn: there\nref: {self.other.uri}/{CLIENT}\n\n"
        )
        connection = self.connection(Slapd(self, reference).uri)
        self.assertEqual(list(self.ask(connection, base=f"cn=there,{BASE}")), [CLIENT])
        # among other entries it is left out
        self.assertNotIn(CLIENT, self.names(connection))

    def test_circle(self) -> None:
        """A directory that refers to itself is left in the end."""
        circular = Slapd(self, settings=["referral {uri}"])
        reason = self.failure(self.connection(circular.uri), base="dc=elsewhere")
        self.assertIn("more than 5 directories refer to another one", reason)
