"""Parts of pages: reasons, differences, addresses, plots, texts, and what is remembered."""

from __future__ import annotations

import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting.lines import microseconds_of
from bcfg2tw.reporting.web.days import day_starts
from bcfg2tw.reporting.web.differences import diff_lines
from bcfg2tw.reporting.web.entry_views import detail_of
from bcfg2tw.reporting.web.memory import MOST, Memory
from bcfg2tw.reporting.web.page import match
from bcfg2tw.reporting.web.pages.table import PAGES
from bcfg2tw.reporting.web.phases import phases_of
from bcfg2tw.reporting.web.plots import day_columns, shares
from bcfg2tw.reporting.web.reasons import reasons_of
from bcfg2tw.reporting.web.texts import Times, cut, duration, visible


class ReasonTests(SynchronousTestCase):
    def reasons(self, expected: dict[str, str], found: dict[str, str], **more: object) -> list[str]:
        """Return the reasons of a path."""
        item = {"type": "Path", "name": "/x", "state": "bad", "exists": True}
        return reasons_of({**item, "expected": expected, "found": found, **more})

    def test_owners(self) -> None:
        """A number and a name differ only where it is known that they do."""
        self.assertEqual(self.reasons({"owner": "root"}, {"owner": "0"}), ["no reason reported"])
        self.assertEqual(self.reasons({"owner": "www"}, {"owner": "33"}), ["no reason reported"])
        self.assertEqual(
            self.reasons({"owner": "root"}, {"owner": "7"}), ["owner 7 instead of root"]
        )
        self.assertEqual(self.reasons({"owner": "08"}, {"owner": "8"}), ["no reason reported"])

    def test_values(self) -> None:
        """Modes are compared as numbers, links say where they lead."""
        self.assertEqual(self.reasons({"mode": "644"}, {"mode": "0644"}), ["no reason reported"])
        self.assertEqual(
            self.reasons({"mode": "0644"}, {"mode": "0600"}), ["mode 0600 instead of 0644"]
        )
        self.assertEqual(self.reasons({"to": "/a"}, {"to": "/b"}), ["leads to /b"])
        self.assertEqual(
            self.reasons({"version": "auto"}, {"version": "1"}), ["version 1, newest expected"]
        )

    def test_states(self) -> None:
        """What is missing, extra or failed has that as its reason."""
        self.assertEqual(self.reasons({}, {}, exists=False), ["missing"])
        self.assertEqual(self.reasons({}, {}, exists=False, state="modified"), ["was missing"])
        self.assertEqual(self.reasons({}, {}, state="extra"), ["not in the configuration"])
        self.assertEqual(reasons_of({"message": " a\n b "}), ["a b"])
        names = {"kind": "pruned", "names": ["a"]}
        self.assertEqual(self.reasons({}, {}, detail=names), ["1 unexpected file in it"])


class DifferenceTests(SynchronousTestCase):
    def test_complete(self) -> None:
        """Of a difference with all lines those near a change are shown."""
        equal = [f"  line {number}" for number in range(10)]
        text = "\n".join([*equal, "- old", "? ^^^", "+ new", *equal])
        lines, is_cut = diff_lines(text, 100)
        self.assertFalse(is_cut)
        self.assertEqual(
            [(line.sign, line.text) for line in lines if line.kind != "same"],
            [(" ", "7 equal lines"), ("-", "old"), ("+", "new"), (" ", "7 equal lines")],
        )
        self.assertEqual(len([line for line in lines if line.kind == "same"]), 6)

    def test_unified(self) -> None:
        """Heads of a unified difference are left out, with the empty lines behind them."""
        text = "--- a (on disk)\n\n+++ a (from bcfg2)\n\n@@ -1,2 +1,2 @@\n\n-old\n+new\n same\n"
        lines, _ = diff_lines(text, 100)
        self.assertEqual([line.kind for line in lines], ["gap", "host", "intended", "same"])
        self.assertEqual(diff_lines(text, 2)[1], True)

    def test_cut(self) -> None:
        """A detail that is cut anywhere can be read, also within an escape."""
        whole = '{"kind":"diff","text":"- a\\\\\\u001b\\"\\n"}'
        for length in range(len('{"kind":"diff","text":"'), len(whole) - 2):
            detail = detail_of(whole[:length], len(whole), "")
            self.assertEqual((detail.kind, detail.is_cut), ("diff", True))
        pruned = '{"kind":"pruned","names":["a","b","c"]}'
        self.assertEqual(detail_of(pruned[:33], len(pruned), "").names, ("a",))
        for text, size in (("YQ==", 1), ("YWI=", 2), ("YWJj", 3)):
            binary = f'{{"base64":"{text}","kind":"binary"}}'
            self.assertEqual(detail_of(binary[:12], len(binary), binary[-25:]).size, size)


class AddressTests(SynchronousTestCase):
    def test_formats(self) -> None:
        """Suffixes are those of lists; names of entries and hosts keep theirs."""
        for address, name, format in (
            ("/clients", "clients", ""), ("/clients.csv", "clients", "csv"),
            ("/clients/a.json", "client", ""), ("/clients/a/runs.json", "client_runs", "json"),
            ("/entries/Path//etc/a.json", "entry", ""), ("/", "overview", ""),
        ):  # fmt: skip
            matched = match(PAGES, address)
            assert matched is not None
            self.assertEqual((matched.page.name, matched.format), (name, format))
        matched = match(PAGES, "/entries/Path//etc/a.json")
        assert matched is not None
        self.assertEqual(matched.path["name"], "/etc/a.json")
        for address in ("", "/nothing", "/clients/", "/.csv", "/clients/a/b"):
            self.assertIsNone(match(PAGES, address), address)


class PlotTests(SynchronousTestCase):
    def test_columns(self) -> None:
        """Bars of a day stand on each other, and what is there at all can be seen."""
        plot = day_columns([(0, {"failed": 1, "clean": 999}), (1, {})])
        failed, clean = plot.columns[0].bars
        self.assertEqual((failed.kind, clean.kind), ("failed", "clean"))
        self.assertGreaterEqual(failed.height, 1)
        self.assertAlmostEqual(failed.y, clean.y + clean.height)
        self.assertEqual((plot.columns[1].bars, plot.columns[1].text), ((), "none"))
        self.assertEqual(day_columns([]).columns, ())

    def test_shares(self) -> None:
        """Shares add up to the whole width; expired hosts have none."""
        counts = {"failed": 1, "dirty": 0, "silent": 0, "changed": 1, "clean": 2, "expired": 5}
        self.assertEqual(sum(bar.width for bar in shares(counts)), 1000)

    def test_phases(self) -> None:
        """A part whose stamp is missing has no time, and none is negative."""
        phases = {phase.name: phase.seconds for phase in phases_of({"start": 5, "finished": 4})}
        self.assertEqual((phases["total"], phases["probe"]), (0, None))
        self.assertEqual(phases_of({}), [])


class TextTests(SynchronousTestCase):
    def test_days(self) -> None:
        """A day of a change of time has an hour more or less."""
        zone = ZoneInfo("Europe/Berlin")
        starts = day_starts(microseconds_of("2026-10-26T12:00:00Z"), zone, 3)
        hours = [(b - a) // 3_600_000_000 for a, b in pairwise(starts)]
        self.assertEqual(hours, [24, 25, 24])

    def test_times(self) -> None:
        """Times are told in the zone of the site, and by how long ago they are."""
        now = microseconds_of("2026-11-20T06:00:00Z")
        times = Times(datetime.timezone.utc, now)
        self.assertEqual(times.utc(now + 1500), "2026-11-20T06:00:00.001Z")
        self.assertEqual(times.ago(now - 7_200_000_000), "2 h ago")
        self.assertEqual((times.ago(now), times.ago(now + 7_200_000_000)), ("now", "in 2 h"))
        self.assertEqual(times.zone_name, "UTC (UTC+00:00)")
        self.assertEqual([duration(x) for x in (0.05, 12, 90)], ["0.05 s", "12 s", "1 min"])

    def test_visible(self) -> None:
        """Characters that cannot be seen have a picture or a name; others stay as they are."""
        self.assertEqual(visible("a\x1b[0m\x00\u202e\x7f ü\n\t"), "a␛[0m␀‹U+202E›␡ ü\n\t")
        self.assertEqual((cut("abc", 3), cut("abcd", 3)), ("abc", "ab…"))


class MemoryTests(SynchronousTestCase):
    def test_recall(self) -> None:
        """A value is made once in its time, then anew; the oldest go when there are too many."""
        now, made = [0.0], list[int]()
        memory = Memory(lambda: now[0])

        def make() -> int:
            made.append(1)
            return len(made)

        self.assertEqual([memory.recall("a", 10, make) for _ in range(2)], [1, 1])
        now[0] = 11
        self.assertEqual(memory.recall("a", 10, make), 2)
        for number in range(MOST):
            memory.recall(number, 10, make)
        self.assertEqual(memory.recall("a", 10, make), MOST + 3)
