"""The repository in service: read anew, changed by plugins, ended."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import a_core, change, configuration, write_files

BUNDLE = {"Bundler/b.xml": '<Bundle><BoundService name="one"/></Bundle>'}


class ChangingFilesTests(SynchronousTestCase):
    def test_together(self) -> None:
        """While a plugin changes files nobody reads them; then they are read, all of them."""
        core = a_core(self, BUNDLE)
        path = os.path.join(core.settings.repository, "Bundler/b.xml")
        with core.served.changing_files():
            write_files(core.settings.repository, {"Bundler/b.xml": "<Bundle"})
            core.reload([path])  # returns at once
            self.assertEqual(configuration(core).xpath("count(//Service)"), 1)
            write_files(core.settings.repository, {"Bundler/b.xml": "<Bundle/>"})
        self.assertEqual(configuration(core).xpath("count(//Service)"), 0)

    def test_failure(self) -> None:
        """What could be changed is read also where the rest fails."""
        core = a_core(self, BUNDLE)
        self.assertRaises(ZeroDivisionError, self.change_and_fail, core)
        self.assertEqual(configuration(core).xpath("count(//Service)"), 0)
        change(core, BUNDLE)
        self.assertEqual(configuration(core).xpath("count(//Service)"), 1)

    def change_and_fail(self, core: NetworkCore) -> None:
        """Change one file, and meet a failure then."""
        with core.served.changing_files():
            write_files(core.settings.repository, {"Bundler/b.xml": "<Bundle/>"})
            raise ZeroDivisionError
