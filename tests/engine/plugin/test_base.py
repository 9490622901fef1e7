"""What all plugins have: a folder, debug messages, a name."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugin.base import Debuggable, Plugin, as_flag, name_of
from bcfg2tw.errors import Bcfg2Error
from tests.builders import a_core, change

HERE = "tests.engine.plugin.test_base."


class Plain(Plugin):
    """A plugin without anything of its own."""


class Renamed(Plugin):
    """Goes by another name than its class."""

    name = "Other"
    create = False


class Below(Renamed):
    """Goes by the name of its class, not by that of the one above."""


class Fussy(Plugin):
    """Does not want to see some files."""

    create = False
    ignored = ("*.bak", "old")


class DebugTests(SynchronousTestCase):
    def test_flags(self) -> None:
        """A flag is a boolean, or a word; every word but `true` means false."""
        for value, flag in (
            (True, True),
            (False, False),
            ("True", True),
            ("tRUE", True),
            ("false", False),
            ("yes", False),
            ("", False),
        ):
            self.assertIs(as_flag(value), flag, value)
        others: list[object] = [1, None, [], {}]
        for other in others:
            error = self.assertRaises(Bcfg2Error, as_flag, other)
            self.assertEqual(str(error), f"a debug flag is true or false, not {other!r}")

    def test_switched(self) -> None:
        """Debug messages are switched and inverted, which tells the new state."""
        thing = Debuggable("Thing")
        self.assertEqual(
            [thing.set_debug("true"), thing.toggle_debug(), thing.toggle_debug()],
            [True, False, True],
        )

    def test_logged(self) -> None:
        """A message is logged where debugging is on, or where the message itself says so."""
        thing = Debuggable("Thing", debug_flag=True)
        with self.assertLogs("Thing", "ERROR") as logs:
            thing.debug_log("one")
            thing.debug_log("not this one", flag=False)
            thing.set_debug(False)
            thing.debug_log("nor this one")
            thing.debug_log("two", flag=True)
        self.assertEqual([record.getMessage() for record in logs.records], ["one", "two"])


class PluginTests(SynchronousTestCase):
    def test_names(self) -> None:
        """A plugin is called like its class, unless it says otherwise itself."""
        self.assertEqual([one.name for one in (Plain, Renamed, Below)], ["Plain", "Other", "Below"])
        self.assertEqual(name_of(object()), "object")

    def test_made(self) -> None:
        """A plugin knows its folder and its files, and is shown by its class."""
        core = a_core(self, {"Other/a": "1"}, plugins=("Bundler", "Metadata", HERE + "Renamed"))
        plugin = core.plugins["Other"]
        self.assertEqual(plugin.data, os.path.join(core.settings.repository, "Other"))
        self.assertEqual((list(plugin.files), plugin.Entries), (["a"], {}))
        self.assertEqual((str(plugin), name_of(plugin)), ("Renamed Plugin", "Other"))
        self.assertIs(plugin.context, core.context)

    def test_listing_before(self) -> None:
        """A plugin that is made anew knows which files there were."""
        core = a_core(self, {"Other/a": "1"}, plugins=("Bundler", "Metadata", HERE + "Renamed"))
        self.assertEqual(dict(core.plugins["Other"].listing_before), {})
        change(core, {"Other/b": "1"})
        self.assertEqual(list(core.plugins["Other"].listing_before), ["a"])
        self.assertEqual(list(core.plugins["Other"].files), ["a", "b"])

    def test_ignored(self) -> None:
        """Names that a plugin ignores are not there, beside those that the settings ignore."""
        contents = dict.fromkeys(("Fussy/a", "Fussy/a.bak", "Fussy/old/b", "Fussy/c~"), "")
        core = a_core(self, contents, plugins=("Bundler", "Metadata", HERE + "Fussy"))
        self.assertEqual(list(core.plugins["Fussy"].files), ["a"])

    def test_folder(self) -> None:
        """A missing folder is made with a warning, or left missing where the plugin says so."""
        top = os.path.abspath(self.mktemp())
        with self.assertLogs("Plain", "WARNING"):
            self.assertRaises(FileNotFoundError, Plain.prepare_folder, top)
        self.assertFalse(os.path.exists(top))  # a repository is not made
        os.mkdir(top)
        with self.assertLogs("Plain", "WARNING") as logs:
            folder = Plain.prepare_folder(top)
        self.assertTrue(os.path.isdir(folder))
        self.assertEqual(
            logs.records[0].getMessage(), f"Plain: {top}/Plain does not exist, creating"
        )
        with self.assertNoLogs("Plain", "WARNING"):
            self.assertEqual(Plain.prepare_folder(top), folder)
        self.assertFalse(os.path.exists(Renamed.prepare_folder(top)))

    def test_debug(self) -> None:
        """A plugin debugs from the start where the server does."""
        names = ("Bundler", "Metadata", HERE + "Renamed")
        core = a_core(self, {}, plugins=names, debug=True)
        self.assertTrue(core.plugins["Other"].debug_flag)
