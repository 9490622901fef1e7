"""What queries of pages say of the recorded database and documents, on both kinds of databases."""

from __future__ import annotations

from typing import TypeVar

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting import host_states
from bcfg2tw.reporting.classes import EXPIRED, HOUR
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.host_lists import toggle_expired
from bcfg2tw.reporting.lines import microseconds_of
from bcfg2tw.reporting.model import BAD, EXTRA, MODIFIED, Entry, Report, Run, item_of
from bcfg2tw.reporting.purging import Purge, purge
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.web.errors import BadQuestion, NoSuchPage
from bcfg2tw.reporting.web.page import Download, Model
from bcfg2tw.reporting.web.queries.changes import Changes
from bcfg2tw.reporting.web.queries.clients import Clients
from bcfg2tw.reporting.web.queries.compare import Comparison
from bcfg2tw.reporting.web.queries.entry import EntryPage
from bcfg2tw.reporting.web.queries.host import HostPage
from bcfg2tw.reporting.web.queries.overview import Overview
from bcfg2tw.reporting.web.queries.problems import Problems
from bcfg2tw.reporting.web.queries.run import RunPage, RunView
from bcfg2tw.reporting.web.queries.run_entries import RunEntries
from bcfg2tw.reporting.web.queries.runs import Runs
from bcfg2tw.reporting.web.queries.search import Hits
from bcfg2tw.reporting.web.queries.timing import Timing
from tests.postgresql import a_database
from tests.reporting.cases import a_report_database
from tests.reporting.web.asking import NOW, Asker, a_postgresql_fixture, a_sqlite_fixture

T = TypeVar("T", bound=Model)

WEB1, VAULT, DESK = (f"{name}.harbour.example" for name in ("web1", "vault", "desk"))
THEN = "at=2026-10-22T12:00"


class SqliteTests(SynchronousTestCase):
    """In SQLite; a derived class does the same in PostgreSQL."""

    def a_database(self) -> ReportDatabase:
        """Return a database with all that was recorded."""
        return a_sqlite_fixture(self)

    def setUp(self) -> None:
        self.database = self.a_database()
        self.asker = Asker(self.database)

    def ask(self, kind: type[T], address: str) -> T:
        """Return what a page shows."""
        model = self.asker.model(address)
        assert isinstance(model, kind)
        return model

    def hosts(self, address: str) -> list[str]:
        """Return the hosts that a list shows."""
        return [row.host for row in self.ask(Clients, address).hosts.rows]

    def test_counts_add_up(self) -> None:
        """Each host is in one class; the list of a class has as many rows as its tile says."""
        page = self.ask(Overview, "/")
        for name, count in page.counts.items():
            self.assertEqual(len(self.hosts(f"/clients?class={name}")), count)
        self.assertEqual(len(self.hosts("/clients")), page.hosts)
        self.assertEqual(page.hosts + page.counts[EXPIRED], 5)
        needy = {host.row.host: host for host in page.needy}
        self.assertLessEqual({WEB1, VAULT}, needy.keys())
        self.assertEqual(len(needy[WEB1].reasons), 2)

    def test_failures_first(self) -> None:
        """The first reason of a failed host is its failure."""
        page = self.ask(Overview, "/")
        (reasons,) = (host.reasons for host in page.needy if host.row.host == WEB1)
        self.assertEqual(reasons[0][2], "no matching generator")

    def test_silence(self) -> None:
        """A host without a run for long is silent since its last one; all the others count on."""
        later = Asker(self.database, NOW + 200 * 24 * HOUR)
        page = later.model("/")
        assert isinstance(page, Overview)
        self.assertEqual(page.counts["silent"], page.hosts)
        row = later.model("/clients?q=web1").listing.rows[0]  # type: ignore[union-attr]
        self.assertEqual((row.class_name, row.since), ("silent", row.last_run))

    def test_expired(self) -> None:
        """An expired host is on no tile but its own, and comes back."""
        before = self.ask(Overview, "/").counts
        for expired in (1, 0):
            with self.database.writing() as connection:
                toggle_expired(connection, DESK, NOW - 1)
            counts = self.ask(Overview, "/").counts
            self.assertEqual(counts[EXPIRED], before[EXPIRED] + expired)
            self.assertEqual(DESK in self.hosts("/clients"), not expired)
            self.assertEqual(DESK in self.hosts("/clients?class=expired"), bool(expired))

    def test_then(self) -> None:
        """At a time in the past there is what was then: other classes, and no newer run."""
        then = microseconds_of("2026-10-22T12:00:00Z")
        listed = self.ask(Clients, f"/clients?{THEN}").hosts.rows
        for row in listed:
            self.assertLessEqual(row.last_run or 0, then)
            self.assertLessEqual(row.since, then)
        self.assertIn("db1.harbour.example", [row.host for row in listed])
        self.assertNotIn("db1.harbour.example", self.hosts("/clients"))
        self.assertEqual(self.hosts("/clients?at=2026-01-01"), [])
        names = {
            row.name for row in self.ask(Problems, f"/problems?{THEN}&limit=500").problems.rows
        }
        self.assertIn("nobody-provides-this-either", names)
        self.assertNotIn("/etc/no-such", names)

    def test_filters(self) -> None:
        """Filters leave what they say."""
        for query, hosts in (
            ("group=web", [WEB1]), ("bundle=selinux", [VAULT]), ("profile=plain", [DESK]),
            ("revision=90ab55e1", [WEB1]), ("q=WEB", [WEB1]), ("q=%25", []), ("group=none", []),
            ("server=node&class=dirty", [VAULT]),
        ):  # fmt: skip
            self.assertEqual(self.hosts(f"/clients?{query}"), hosts, query)

    def test_sorting(self) -> None:
        """Every column sorts both ways; pages together have each row once."""
        for column in self.ask(Clients, "/clients").hosts.columns:
            up = self.hosts(f"/clients?sort={column.key}")
            down = self.hosts(f"/clients?sort=-{column.key}")
            self.assertEqual(sorted(up), sorted(down))
        pages = [self.hosts(f"/clients?limit=3&page={page}") for page in (1, 2, 3)]
        self.assertEqual(list(map(len, pages)), [3, 1, 0])
        self.assertEqual(pages[0] + pages[1], self.hosts("/clients"))

    def test_refused(self) -> None:
        """What cannot be understood is told with what could be."""
        for address, sentence in (
            ("/clients?class=ill", "class=ill: it is one of failed, dirty"),
            ("/clients?sort=colour", "sort=colour: it is one of host"),
            ("/clients?page=x", "page=x: it is a whole number"),
            ("/clients?at=yesterday", "at=yesterday: it is a time"),
            ("/clients?at=0001-01-01T00:00Z", "at=0001-01-01T00:00Z: it is a time"),
            ("/?at=9999-12-31T23:59", "it is a time"),
            ("/clients?columns=colour", "columns=colour"),
        ):
            error = self.assertRaises(BadQuestion, self.asker.model, address)
            self.assertIn(sentence, str(error))

    def test_nul(self) -> None:
        """NUL, which PostgreSQL refuses, is in no name that there is."""
        for name in ("q", "group", "bundle", "server", "revision", "profile"):
            self.assertEqual(self.hosts(f"/clients?{name}=%00"), [])
        self.ask(Hits, "/search?q=%00")
        self.ask(Problems, "/problems?type=%00&name=%00")
        for address in ("/clients/%00", "/entries/Path/%00", "/entry?type=%00", "/compare?a=%00"):
            self.assertRaises(NoSuchPage, self.asker.model, address)

    def test_host(self) -> None:
        """A dry run, or one of important entries, does not tell the class; both are marked."""
        page = self.ask(HostPage, f"/clients/{WEB1}")
        assert page.current is not None and page.newest is not None
        self.assertEqual(page.newest.flags, ("only important",))
        self.assertEqual(page.current.row.flags, ())
        self.assertEqual(page.row.class_name, "failed")
        self.assertEqual(len(page.days), 30)
        self.assertEqual(page.current.sections["failed"].total, 1)
        self.assertEqual({part.state for part in page.current.sections[EXTRA].entries}, {EXTRA})
        since = page.since["Path", "/etc/grüße.conf"]
        self.assertEqual(since.time, page.row.since)
        self.assertGreater(since.runs, 1)

    def test_never(self) -> None:
        """A host without runs has a page; one that is not known has none."""
        page = self.ask(HostPage, "/clients/never.harbour.example")
        self.assertEqual((page.current, page.newest, page.row.last_run), (None, None, None))
        error = self.assertRaises(NoSuchPage, self.asker.model, "/clients/nobody")
        self.assertIn("nobody", str(error))

    def test_runs(self) -> None:
        """Runs are listed newest first, and each has a page with its neighbours."""
        runs = self.ask(Runs, f"/clients/{WEB1}/runs").runs.rows
        times = [row.time for row in runs]
        self.assertEqual(times, sorted(times, reverse=True))
        page = self.ask(RunPage, f"/clients/{WEB1}/runs/{runs[1].run}")
        assert page.before is not None and page.after is not None
        self.assertEqual((page.before.run, page.after.run), (runs[2].run, runs[0].run))
        for wrong in (f"/clients/{VAULT}/runs/{runs[1].run}", f"/clients/{WEB1}/runs/x"):
            self.assertRaises(NoSuchPage, self.asker.model, wrong)
        all_runs = self.ask(Runs, "/runs?limit=1000").runs
        self.assertEqual(all_runs.total, len(all_runs.rows))
        few = self.ask(Runs, "/runs?limit=2").runs
        self.assertEqual((few.total, few.pages), (None, 2))

    def test_new_and_gone(self) -> None:
        """What a run has and the one before has not is new, and the other way round gone."""
        dry, real = self.ask(Runs, f"/clients/{WEB1}/runs").runs.rows[2:0:-1]
        page = self.ask(RunPage, f"/clients/{WEB1}/runs/{real.run}")
        self.assertEqual((page.before and page.before.run, page.new), (dry.run, ()))
        self.assertIn(("Path", "/etc/motd"), page.gone)

    def test_run_entries(self) -> None:
        """The list of a run's entries has all of them; states narrow it."""
        run = self.ask(Runs, f"/clients/{WEB1}/runs").runs.rows[1]
        address = f"/clients/{WEB1}/runs/{run.run}/entries"
        self.assertEqual(
            self.ask(RunEntries, address).entries.total, run.bad + run.modified + run.extra
        )
        for state, count in ((BAD, run.bad - 1), (MODIFIED, run.modified), ("failed", 1)):
            self.assertEqual(self.ask(RunEntries, f"{address}?state={state}").entries.total, count)

    def test_problems(self) -> None:
        """An entry is one row with all its hosts; types that upstream leaves out are there."""
        page = self.ask(Problems, "/problems?limit=1000")
        rows = [(row.type, row.name) for row in page.problems.rows]
        self.assertEqual(len(rows), len(set(rows)))
        self.assertLessEqual({"SEBoolean", "Package", "POSIXUser"}, set(page.types))
        self.assertIn("failed", {row.state for row in page.problems.rows})
        fewer = self.ask(Problems, "/problems?limit=1000&group=web").problems.total
        self.assertLess(fewer or 0, page.problems.total or 0)
        wide = self.ask(Problems, "/problems?at_least=2").problems.rows
        self.assertTrue(all(row.hosts >= 2 for row in wide))

    def test_names(self) -> None:
        """Entries are chosen by a part of their names, or a pattern for all of a name."""

        def names(pattern: str) -> set[str]:
            rows = self.ask(Problems, f"/entries?type=Path&limit=1000&name={pattern}").problems.rows
            return {row.name for row in rows}

        self.assertIn("/etc/motd", names("MOT"))
        self.assertEqual(names("/*/motd"), {"/etc/motd"})
        self.assertEqual(names("*_otd"), set())
        self.assertEqual(names("mot*"), set())
        self.assertLessEqual({"/etc/motd", "/etc/nginx/nginx.conf"}, names("/etc/*"))

    def test_entry(self) -> None:
        """An entry's page has its hosts by content, and its last days."""
        page = self.ask(EntryPage, "/entries/Path//etc/grüße.conf")
        self.assertEqual((page.type, page.name), ("Path", "/etc/grüße.conf"))
        self.assertEqual({row.host for row in page.hosts.rows}, {WEB1})
        self.assertEqual(len(page.days), 30)
        self.assertGreaterEqual(page.days[-1][1], len(page.hosts.rows))
        self.assertRaises(NoSuchPage, self.asker.model, "/entries/Path//no/such")
        same = self.ask(EntryPage, "/entry?type=Path&name=/etc/grüße.conf")
        self.assertEqual(same.hosts.rows, page.hosts.rows)

    def test_compare(self) -> None:
        """No entry is in two of the three lists, and together they are all."""
        page = self.ask(Comparison, f"/compare?a={WEB1}&b={VAULT}")
        lists = [{(row.type, row.name) for row in rows}
                 for rows in (page.only_a, page.only_b, page.different)]  # fmt: skip
        self.assertEqual(sum(map(len, lists)), len(set().union(*lists)))
        self.assertTrue(lists[0] and lists[1])
        assert page.a is not None
        same = self.ask(Comparison, f"/compare?a={page.a.run}&b={WEB1}")
        self.assertEqual((same.only_a, same.only_b, same.different), ((), (), ()))
        self.assertGreater(same.same, 0)
        self.assertRaises(NoSuchPage, self.asker.model, "/compare?a=nobody")

    def test_changes(self) -> None:
        """A span has the runs that modified something or changed a class, by revision."""
        page = self.ask(Changes, "/changes?limit=1000")
        for row in page.changes.rows:
            self.assertTrue(row.modified or row.before != row.after)
            self.assertTrue(page.since <= row.time < page.until)
        revisions = {part.revision: part for part in page.revisions}
        self.assertIn("r101", revisions)
        self.assertGreater(revisions["r101"].entry_count, 10)
        self.assertEqual(self.ask(Changes, "/changes?since=2027-01-01").changes.total, 0)

    def test_timing(self) -> None:
        """Timings have a row a host, the slowest first; medians and worst ones are over all."""
        page = self.ask(Timing, "/timing")
        totals = [row.total for row in page.hosts.rows if row.total is not None]
        self.assertEqual(totals, sorted(totals, reverse=True))
        worst = {item.name: item.worst for item in page.phases}
        self.assertEqual(worst["total"], max(totals))

    def test_search(self) -> None:
        """Hosts, groups, bundles, entries and revisions are found by a part of their names."""
        for text, kinds in (
            ("web", {"host", "group", "entry"}), ("SELINUX", {"bundle"}), ("r101", {"revision"}),
            ("grüße", {"entry"}), ("no such thing", set()),
        ):  # fmt: skip
            hits = self.ask(Hits, f"/search?q={text}").hits.rows
            self.assertLessEqual(kinds, {hit.kind for hit in hits}, text)
            self.assertEqual(bool(hits), bool(kinds))

    def test_contents(self) -> None:
        """A file that was reported can be downloaded; other digests lead nowhere."""
        views = {
            entry.name: entry
            for entry in self.current(WEB1).sections[MODIFIED].entries
        }  # fmt: skip
        logo = views["/srv/logo.png"]
        file = self.ask(Download, f"/contents/{logo.digest}")
        assert logo.detail is not None
        self.assertEqual((file.name, len(file.data)), ("logo.png", logo.detail.size))
        for digest in ("00" * 16, "x", "abc", views["/etc/nginx/site.key"].digest):
            self.assertRaises(NoSuchPage, self.asker.model, f"/contents/{digest}")

    def current(self, host: str) -> RunView:
        """Return the run that tells the class of a host."""
        current = self.ask(HostPage, f"/clients/{host}").current
        assert current is not None
        return current


class OldestTests(SynchronousTestCase):
    """How long a problem has existed, in SQLite; a derived class does the same in PostgreSQL."""

    def a_database(self) -> ReportDatabase:
        """Return an empty database."""
        return a_report_database(self)

    def setUp(self) -> None:
        self.database = self.a_database()
        self.store = ReportStore(self.database)

    def add(self, host: str, day: int, *names: str, **flags: bool) -> None:
        """Store the run of a host on a day, which lists packages as bad."""
        bad = [item_of(Entry("Package", name, BAD)) for name in names]
        run = Run(host, day * 24 * HOUR, bad=len(bad), **flags)  # type: ignore[arg-type]
        self.store.add([Report(run, tuple(bad))])

    def oldest(self, address: str = "/problems", day: int = 9) -> dict[str, int]:
        """Return the days since which packages have been bad."""
        model = Asker(self.database, day * 24 * HOUR + HOUR).model(address)
        assert isinstance(model, Problems)
        return {row.name: row.oldest // (24 * HOUR) for row in model.problems.rows if row.oldest}

    def test_row(self) -> None:
        """It is as old as the first run in a row without a gap, whatever else the runs list."""
        self.add("a", 1, "ssh")
        self.add("a", 2, "ssh", "vim")
        self.add("a", 3, "ssh", "vim", "curl")
        self.add("b", 2, "curl")
        self.add("b", 3)
        self.add("b", 4, "curl", "ssh")
        self.assertEqual(self.oldest(), {"ssh": 1, "vim": 2, "curl": 3})
        self.assertEqual(self.oldest("/problems?q=b"), {"curl": 4, "ssh": 4})
        self.assertEqual(self.oldest("/problems?at=1970-01-03T01:00"), {"ssh": 1, "vim": 2,
                                                                        "curl": 2})  # fmt: skip
        self.add("a", 5, "vim")
        self.assertEqual(self.oldest(), {"ssh": 4, "vim": 2, "curl": 4})

    def test_sorted(self) -> None:
        """The list can have the oldest problem first."""
        self.add("a", 1, "vim")
        self.add("a", 2, "curl", "vim")
        self.assertEqual(list(self.oldest("/problems?sort=oldest")), ["vim", "curl"])
        self.assertEqual(list(self.oldest("/problems?sort=-oldest")), ["curl", "vim"])

    def test_partial(self) -> None:
        """A run that changes nothing, or looks at a part, does not break the row."""
        self.add("a", 1, "ssh")
        self.add("a", 2, dry_run=True)
        self.add("a", 3, only_important=True)
        self.add("a", 4, "ssh")
        self.assertEqual(self.oldest(), {"ssh": 1})
        self.add("b", 5, "vim", dry_run=True)
        self.add("b", 6, "vim", only_important=True)
        self.assertEqual(self.oldest(), {"ssh": 1, "vim": 5})

    def test_late(self) -> None:
        """A run that comes later than those after it counts in its place."""
        self.add("a", 4, "ssh")
        self.add("a", 2, "ssh")
        self.assertEqual(self.oldest(), {"ssh": 2})
        self.add("a", 3)
        self.assertEqual(self.oldest(), {"ssh": 4})
        since = Asker(self.database, 10 * 24 * HOUR).model("/clients")
        assert isinstance(since, Clients)
        self.assertEqual(since.hosts.rows[0].since, 4 * 24 * HOUR)

    def test_late_behind_many(self) -> None:
        """A late run leaves the class to the last full run, however many partial ones follow it."""
        self.patch(host_states, "LAST_RUNS", 2)
        self.add("a", 1, "ssh")
        for day in range(3, 7):
            self.add("a", day, dry_run=True)
        self.add("a", 2, dry_run=True)
        model = Asker(self.database, 7 * 24 * HOUR).model("/clients")
        assert isinstance(model, Clients)
        (row,) = model.hosts.rows
        self.assertEqual((row.class_name, row.since), ("dirty", 24 * HOUR))
        self.assertEqual(row.last_run, 6 * 24 * HOUR)
        self.assertEqual(self.oldest(), {"ssh": 1})

    def test_purged(self) -> None:
        """It is as old as it was when old runs are removed."""
        for day in range(1, 5):
            self.add("a", day, "ssh")
        purge(self.database, Purge(before=3 * 24 * HOUR))
        self.assertEqual(self.oldest(), {"ssh": 1})
        self.add("a", 5, "ssh")
        self.assertEqual(self.oldest(), {"ssh": 1})


class PostgreSQLOldestTests(OldestTests):
    """The same in PostgreSQL."""

    def a_database(self) -> ReportDatabase:
        """Return one of the tests' server."""
        return a_report_database(self, a_database(self))


class PostgreSQLTests(SqliteTests):
    """The same in PostgreSQL."""

    def a_database(self) -> ReportDatabase:
        """Return one of the tests' server."""
        return a_postgresql_fixture(self)
