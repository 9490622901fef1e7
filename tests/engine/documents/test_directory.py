"""Plugins that take every file of one kind."""

from __future__ import annotations

import logging

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.errors import RepositoryError
from tests.builders import files_in

LOGGER = logging.getLogger("Directory")


def number_in(source: Source) -> int:
    """Read a number."""
    try:
        return int(source.text())
    except ValueError:
        raise RepositoryError(source.path, "no number", 1) from None


class LoadAllTests(SynchronousTestCase):
    def test_loaded(self) -> None:
        """Every file of the kind is loaded, in order, in folders as well; zero is a value."""
        files = files_in(self, {"b.num": "2", "a.num": "0", "c/d.int": "3"})
        with self.assertNoLogs("Directory"):
            self.assertEqual(
                list(load_all(files, (".num", ".int"), number_in, LOGGER).items()),
                [("a.num", 0), ("b.num", 2), ("c/d.int", 3)],
            )

    def test_others(self) -> None:
        """Files of other kinds are named in the log, unless they are known or of no interest."""
        files = files_in(self, {"a.num": "1", "README": "", "b.pyc": "", "old": ""})
        with self.assertLogs("Directory", "ERROR") as logs:
            load_all(files, (".num",), number_in, LOGGER, {"old"}, (".pyc",))
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            [f"Could not process filename {files.path('README')}; ignoring"],
        )

    def test_broken(self) -> None:
        """A file that was never understood is left out; its problem is the listing's."""
        files = files_in(self, {"a.num": "x", "b.num": "1"})
        with self.assertLogs("bcfg2-server", "ERROR"):
            self.assertEqual(load_all(files, (".num",), number_in, LOGGER), {"b.num": 1})
        self.assertEqual(
            [str(problem) for problem in files.problems], [f"{files.path('a.num')}:1: no number"]
        )
