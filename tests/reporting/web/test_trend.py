"""The hosts of past days: each day is counted once, and anew where a run of it comes late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting.classes import HOUR
from bcfg2tw.reporting.model import BAD, Entry, Report, Run, item_of
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.web.memory import Memory
from bcfg2tw.reporting.web.queries.trend import trend
from tests.reporting.cases import a_report_database
from tests.reporting.web.asking import Asker

DAY = 24 * HOUR
#: The day that the tests are on, since 1970.
TODAY = 100


class TrendTests(SynchronousTestCase):
    """The plot of the overview, through all looks at it."""

    def setUp(self) -> None:
        self.database = a_report_database(self)
        self.memory = Memory()

    def add(self, host: str, day: int, *bad: str) -> None:
        """Store the run of a host at the noon of a day."""
        items = tuple(item_of(Entry("Package", name, BAD)) for name in bad)
        run = Run(host, day * DAY + 12 * HOUR, bad=len(items))
        ReportStore(self.database).add([Report(run, items)])

    def days(self, at: str = "") -> dict[int, Mapping[str, int]]:
        """Return the counts of days, with nothing for the last."""
        _, request = Asker(self.database, TODAY * DAY + 13 * HOUR).request(f"/{at}")
        with self.database.reading() as connection:
            question = replace(request, memory=self.memory).on(connection)
            return {day.start // DAY: day.counts for day in trend(question, {})}

    def dirty_days(self) -> list[int]:
        """Return the days that are over at whose end a host was dirty."""
        return [day for day, counts in self.days().items() if counts.get("dirty")]

    def test_late(self) -> None:
        """A run that comes late counts in its day; later runs change no day that is over."""
        for day in range(TODAY - 5, TODAY + 1):
            self.add("a", day)
        self.add("b", TODAY - 5)
        self.assertEqual(self.dirty_days(), [])
        self.add("b", TODAY, "ssh")
        self.assertEqual(self.dirty_days(), [])
        self.add("b", TODAY - 3, "ssh")
        self.assertEqual(self.dirty_days(), [TODAY - 3, TODAY - 2, TODAY - 1])
        self.add("b", TODAY - 2)
        self.assertEqual(self.dirty_days(), [TODAY - 3])

    def test_once(self) -> None:
        """Days that are over are counted once, also for who looks at another time."""
        self.add("a", TODAY - 2, "ssh")
        first, again = self.days(), self.days()
        then = self.days("?at=1970-04-10T12:00")  # the day before
        for day in range(TODAY - 28, TODAY - 1):
            self.assertIs(first[day], again[day])
            self.assertIs(first[day], then[day])

    def test_empty(self) -> None:
        """Without any run there are days without hosts, and the first run is seen."""
        self.assertEqual(sum(sum(counts.values()) for counts in self.days().values()), 0)
        self.add("a", TODAY - 1, "ssh")
        self.assertEqual(self.dirty_days(), [TODAY - 1])
