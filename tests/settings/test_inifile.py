"""bcfg2.conf as the reference reads it: Python 2's INI dialect (:ref:`options-2`)."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import inifile


class ReadTests(SynchronousTestCase):
    """What a text means."""

    def section(self, text: str) -> dict[str, str]:
        """Return the options of the section `server` of a text."""
        return inifile.read(f"[server]\n{text}", "bcfg2.conf")["server"]

    def test_separators(self) -> None:
        """Key and value are parted by an equals sign or a colon, white space around it or not."""
        read = self.section("a=1\nb : 2\nc =  3  \nd:\n")
        self.assertEqual(read, {"a": "1", "b": "2", "c": "3", "d": ""})

    def test_first_separator(self) -> None:
        """The first separator counts: values may hold both."""
        self.assertEqual(self.section("url = https://x:1/?a=b"), {"url": "https://x:1/?a=b"})

    def test_keys(self) -> None:
        """Keys have no case, sections have."""
        sections = inifile.read("[A]\nKey = x\n[a]\nKEY = y", "bcfg2.conf")
        self.assertEqual(sections, {"A": {"key": "x"}, "a": {"key": "y"}})

    def test_repeated(self) -> None:
        """Repeated sections are one; the last value of a key wins."""
        sections = inifile.read("[a]\nx = 1\ny = 1\n[b]\n[a]\nx = 2", "bcfg2.conf")
        self.assertEqual(sections, {"a": {"x": "2", "y": "1"}, "b": {}})

    def test_comments(self) -> None:
        """Lines that begin with #, ; or rem are comments; a blank and ; begin one in a value."""
        read = self.section("# a = 1\n; b = 1\nREM c = 1\nrem\nd = foo ; bar\ne = a;b\nf = a #b")
        self.assertEqual(read, {"d": "foo", "e": "a;b", "f": "a #b"})

    def test_only_first_semicolon(self) -> None:
        """Only the first semicolon is looked at, as by the reference."""
        self.assertEqual(self.section("password = a;b ; c"), {"password": "a;b ; c"})

    def test_continued(self) -> None:
        """Indented lines go on with the value before, also behind blank lines."""
        self.assertEqual(self.section("plugins = A,\n  B,\n\n\tC\nx = 1")["plugins"], "A,\nB,\nC")

    def test_interpolation(self) -> None:
        """`%(key)s` is another value of the section or of DEFAULT; every other % is itself."""
        text = "[DEFAULT]\ntop = /srv\n[server]\na = %(top)s/%(B)s\nb = x%%y%z"
        self.assertEqual(
            inifile.read(text, "bcfg2.conf")["server"],
            {"top": "/srv", "a": "/srv/x%%y%z", "b": "x%%y%z"},
        )

    def test_quotes(self) -> None:
        """Quotes are a part of the value, unless there is nothing else."""
        self.assertEqual(self.section("a = 'x'\nb = \"\""), {"a": "'x'", "b": ""})


class RefusalTests(SynchronousTestCase):
    """What cannot be read is named with its line."""

    def refusal(self, text: str) -> str:
        """Return with which sentence a text is refused."""
        return str(self.assertRaises(SettingsError, inifile.read, text, "/etc/bcfg2.conf"))

    def test_no_option(self) -> None:
        """A line that is neither section nor option."""
        self.assertEqual(
            self.refusal("[server]\n\nrepository /srv\n"),
            "/etc/bcfg2.conf:3: 'repository /srv' cannot be read: write KEY = VALUE or [SECTION]",
        )

    def test_no_section(self) -> None:
        """An option before the first section."""
        self.assertEqual(
            self.refusal("repository = /srv\n"),
            "/etc/bcfg2.conf:1: 'repository = /srv' cannot be read: options stand below a "
            "[section]",
        )

    def test_reference_to_nothing(self) -> None:
        """A reference to a key that is not there."""
        self.assertEqual(
            self.refusal("[server]\na = %(b)s\n"),
            "[server] a: %(b)s refers to a key that the section does not have: add it "
            "(in /etc/bcfg2.conf:2)",
        )

    def test_reference_in_a_circle(self) -> None:
        """References that lead back to themselves."""
        self.assertEqual(
            self.refusal("[server]\na = %(b)s\nb = %(a)s\n"),
            "[server] a: '%(b)s' refers to itself: give a value that does not "
            "(in /etc/bcfg2.conf:2)",
        )
