"""Pages, lists and forms as they are asked for and answered, without a listener."""

from __future__ import annotations

import csv
import gzip
import io
import os
from http import HTTPStatus

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.web import limits
from bcfg2tw.reporting.web.exchange import HttpRequest, HttpResponse
from bcfg2tw.reporting.web.pages.table import PAGES
from bcfg2tw.settings import Settings
from tests.reporting.cases import a_report_database
from tests.reporting.test_storing import a_report
from tests.reporting.web.asking import a_postgresql_fixture, a_sqlite_fixture
from tests.reporting.web.sites import a_site, a_users_file, body, get, login, post, text, value

HOST = "web1.harbour.example"


class PagesTests(SynchronousTestCase):
    """What is read."""

    def setUp(self) -> None:
        self.site = a_site(a_sqlite_fixture(self), web_prefix="/reports")

    def test_safe(self) -> None:
        """Each answer says what a browser must not do with it."""
        for address in ("/", "/clients", "/clients.csv", "/api/1/clients", "/nothing", "/grid",
                        "/static/style.css", "/clients?class=x"):  # fmt: skip
            headers = get(self.site, address).headers
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff", address)
            self.assertEqual(headers["Referrer-Policy"], "same-origin", address)

    def test_lists(self) -> None:
        """A list is had as CSV and JSON by its address, or by a parameter; filters count."""
        for address in ("/clients.json?class=expired", "/clients?format=json&class=expired"):
            response = get(self.site, address)
            self.assertEqual(response.content_type, "application/json")
            rows = value(response)
            self.assertTrue(rows)
            self.assertEqual({row["class"] for row in rows}, {"expired"})
        rows = value(get(self.site, "/clients.json"))
        response = get(self.site, "/clients.csv")
        lines = list(csv.DictReader(io.StringIO(text(response))))
        self.assertEqual([line["host"] for line in lines], [row["host"] for row in rows])
        self.assertIn('filename="clients.csv"', response.headers["Content-Disposition"])

    def test_prepared(self) -> None:
        """A page shows the same where it was prepared."""
        database = a_sqlite_fixture(self)
        prepared, other = a_site(database), a_site(database)
        prepared.prepare()
        rows = [value(get(site, "/clients.json?class=clean")) for site in (prepared, other)]
        self.assertEqual(*rows)
        plots = [
            text(get(site, "/")).partition("The last 30 days")[2] for site in (prepared, other)
        ]
        self.assertIn("<svg", plots[0])
        self.assertEqual(*(plot.partition("</svg>")[0] for plot in plots))

    def test_unknown(self) -> None:
        """What there is not is 404, with the search box; what is misspelt 400, with a remedy."""
        response = get(self.site, "/nothing/at/all")
        self.assertEqual(response.status, HTTPStatus.NOT_FOUND)
        self.assertIn('name="q"', text(response))
        response = get(self.site, "/clients?class=dusty")
        self.assertEqual(response.status, HTTPStatus.BAD_REQUEST)
        self.assertIn("class=dusty: it is one of failed, dirty", text(response))
        self.assertEqual(get(self.site, "/api/1/nothing").content_type, "application/json")
        many = "&".join(f"a{number}=1" for number in range(300))
        self.assertEqual(get(self.site, f"/clients?{many}").status, HTTPStatus.BAD_REQUEST)

    def test_odd_questions(self) -> None:
        """Whatever is written into an address, there is an answer, and never a failure of ours."""
        values = (
            "0001-01-01T00:00", "9999-12-31T23:59-23:59", "1900-01-01T00:00", "8999-12-31T23:59",
            "%00", "%ff", "-1", "9" * 18, "'; --", "%25", "x" * 3000,
        )  # fmt: skip
        for page in PAGES:
            pattern = page.pattern.replace("...", "")
            address = pattern.format(host=HOST, run=1, type="Path", name="/etc/motd", digest="ab")
            for name in ("at", "page", "sort", "q", "since", "a"):
                for odd in values:
                    response = get(self.site, f"{address}?{name}={odd}")
                    self.assertLess(response.status, 500, f"{address}?{name}={odd}")

    def test_methods(self) -> None:
        """Pages are read; what else is tried changes nothing."""
        for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
            response = self.site.answer(HttpRequest(method, "/", headers={"host": "localhost"}))
            self.assertEqual(response.status, HTTPStatus.METHOD_NOT_ALLOWED, method)
            self.assertEqual(response.headers["Allow"], "GET, HEAD")

    def test_packed(self) -> None:
        """Pages are packed for browsers that can unpack them, and for no others."""
        plain = get(self.site, "/clients.json")
        self.assertNotIn("Content-Encoding", plain.headers)
        page = get(self.site, "/clients", {"accept-encoding": "br, gzip"})
        self.assertEqual(page.headers["Content-Encoding"], "gzip")
        self.assertIn(b"<!DOCTYPE html>", gzip.decompress(body(page)))

    def test_static(self) -> None:
        """A file that a browser has is not sent again; nothing else can be had there."""
        response = get(self.site, "/static/style.css")
        self.assertEqual(response.content_type, "text/css; charset=utf-8")
        again = get(self.site, "/static/style.css", {"if-none-match": response.headers["ETag"]})
        self.assertEqual((again.status, body(again)), (HTTPStatus.NOT_MODIFIED, b""))
        for name in ("", "../rendering.py", "/etc/passwd", "style.css/"):
            self.assertEqual(get(self.site, f"/static/{name}").status, HTTPStatus.NOT_FOUND, name)

    def test_prefix(self) -> None:
        """Links stay below the prefix."""
        self.assertIn('href="/reports/clients', text(get(self.site, "/clients")))
        self.assertEqual(get(self.site, "/grid").headers["Location"], "/reports/clients")


class FormulaTests(SynchronousTestCase):
    def test_defused(self) -> None:
        """No cell of CSV begins like a formula; JSON has the name as it is."""
        database = a_report_database(self)
        ReportStore(database).add([a_report(client="=1+1")])
        site = a_site(database)
        self.assertIn("\r\n'=1+1,", text(get(site, "/clients.csv?class=silent,dirty,clean")))
        self.assertEqual(value(get(site, "/clients.json"))[0]["host"], "=1+1")


class AwayTests(SynchronousTestCase):
    """A database that cannot be used."""

    def database(self) -> ReportDatabase:
        """Return a database whose file is something else."""
        path = os.path.abspath(self.mktemp())
        with open(path, "w") as stream:
            stream.write("no database" * 100)
        return ReportDatabase(location_of(Settings(db_url=f"sqlite:///{path}"), {}))

    def check(self, response: HttpResponse) -> None:
        """See that an answer says that the database is away, and nothing about it."""
        self.assertEqual(response.status, HTTPStatus.SERVICE_UNAVAILABLE)
        self.assertEqual(response.headers["Retry-After"], "10")
        self.assertIn("cannot be reached at the moment", text(response))
        self.assertNotIn("sqlite", text(response))

    def test_away(self) -> None:
        """Pages, lists, the API and old addresses say so in a sentence."""
        site = a_site(self.database())
        site.prepare()  # it can be away at the start as well
        for address in ("/", "/clients", "/clients.csv", "/api/1/export", "/grid", "/nothing"):
            self.check(get(site, address))

    def test_too_long(self) -> None:
        """A question that takes too long is ended, and the next one is answered."""
        self.check_too_long(a_report_database(self))

    def test_too_long_for_a_server(self) -> None:
        """It is so with PostgreSQL as well."""
        self.check_too_long(a_postgresql_fixture(self))

    def check_too_long(self, database: ReportDatabase) -> None:
        """See that a database gives up a question."""
        endless = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n"
        )
        error: Exception | None = None
        try:
            with limits.limited_reading(database, 0.05) as connection:
                connection.exec_driver_sql(endless)
        except Exception as caught:  # whichever it is, it has to be recognized
            error = caught
        assert error is not None
        self.assertTrue(limits.took_too_long(error))
        self.assertEqual(get(a_site(database), "/clients").status, HTTPStatus.OK)


class ExpiringTests(SynchronousTestCase):
    """The only thing that is changed."""

    def setUp(self) -> None:
        self.database = a_sqlite_fixture(self)
        self.site = a_site(self.database, web_users=a_users_file(self))

    def token(self, name: str = "ann") -> str:
        """Return a token as a page of a user has it."""
        viewer = self.site.access.viewer(HttpRequest("GET", "/", headers=login(name)))
        return self.site.access.token(viewer)

    def send(
        self, action: str = "expire", name: str = "ann", token: str | None = None,
        back: str = "", **headers: str,
    ) -> HttpResponse:  # fmt: skip
        """Send the form of a host."""
        token = self.token() if token is None else token
        fields = {"host": HOST, "action": action, "token": token, "back": back}
        return post(self.site, "/expire", fields, {**login(name), **headers})

    def is_expired(self) -> bool:
        """Say whether the host is expired."""
        client = value(get(self.site, f"/api/1/clients/{HOST}", login("bob")))
        return client["expired"] is not None

    def test_operator(self) -> None:
        """An operator expires a host and takes it back, and is sent to a page of ours."""
        for action, is_expired in (("expire", True), ("expire", True), ("unexpire", False)):
            response = self.send(action, back="/clients?q=web")
            self.assertEqual(response.status, HTTPStatus.SEE_OTHER)
            self.assertEqual(response.headers["Location"], "/clients?q=web")
            self.assertEqual(self.is_expired(), is_expired)
        for back in ("", "//evil.example/", "http://evil.example", "/\\evil.example", "/a\nb: c"):
            self.assertEqual(self.send(back=back).headers["Location"], f"/clients/{HOST}", back)

    def test_refused(self) -> None:
        """Without permission, token or the own origin nothing is changed; nor by GET."""
        refused = [
            self.send(name="bob"),
            self.send(name="bob", token=""),
            self.send(token=""),
            self.send(token="0.0.0"),
            self.send(origin="http://evil.example"),
            self.send(origin="null"),
            self.send(origin="", referer="http://evil.example/localhost:8080"),
            self.send(origin=""),
            self.send(origin="http://localhost:8081"),
        ]
        for number, response in enumerate(refused):
            self.assertEqual(response.status, HTTPStatus.FORBIDDEN, number)
        query = f"/expire?host={HOST}&action=expire&token={self.token()}"
        self.assertEqual(get(self.site, query, login("ann")).status, HTTPStatus.NOT_FOUND)
        self.assertFalse(self.is_expired())

    def test_wrong_form(self) -> None:
        """An unknown host is 404, an unknown action 400."""
        fields = {"host": "nobody", "action": "expire", "token": self.token()}
        self.assertEqual(
            post(self.site, "/expire", fields, login("ann")).status, HTTPStatus.NOT_FOUND
        )
        self.assertEqual(self.send("delete").status, HTTPStatus.BAD_REQUEST)

    def test_nobody_sees(self) -> None:
        """Nothing but style is shown to who does not log in."""
        for address in ("/", "/clients.csv", "/api/1/export", "/nothing", "/grid"):
            response = get(self.site, address)
            self.assertEqual(response.status, HTTPStatus.UNAUTHORIZED, address)
            self.assertIn("Basic", response.headers["WWW-Authenticate"])
            self.assertNotIn("harbour", text(response))
        self.assertEqual(get(self.site, "/static/style.css").status, HTTPStatus.OK)
