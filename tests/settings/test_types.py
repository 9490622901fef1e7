"""Texts of options as values, and what is said of those that are none."""

from __future__ import annotations

import grp
import os
import pwd
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import types
from bcfg2tw.settings.types import Converter, Option


class TypeTestCase(SynchronousTestCase):
    def converts(self, convert: Converter, cases: dict[str, Any]) -> None:
        """See what texts are converted to."""
        for text, expected in cases.items():
            self.assertEqual(convert(text), expected, text)

    def refuses(self, convert: Converter, cases: dict[str, str]) -> None:
        """See with which sentences texts are refused."""
        for text, sentence in cases.items():
            self.assertEqual(str(self.assertRaises(ValueError, convert, text)), sentence)


class NumberTests(TypeTestCase):
    def test_whole(self) -> None:
        """Whole numbers may have a sign and space around them."""
        self.converts(types.integer, {"4": 4, " -4 ": -4, "+0": 0, "1_000": 1000})
        self.refuses(
            types.integer,
            {
                text: f"{text!r} is no whole number: write one such as 4"
                for text in ("", "4.0", "x")
            },
        )

    def test_bounds(self) -> None:
        """Counts begin at 1, natural numbers at 0."""
        self.converts(types.count, {"1": 1})
        self.converts(types.natural, {"0": 0})
        self.refuses(types.count, {"0": "'0' is too small: write 1 or more"})
        self.refuses(types.days, {"1000001": "'1000001' is too large: write 1000000 days or less"})
        self.refuses(types.natural, {"-1": "'-1' is too small: write 0 or more"})

    def test_ports(self) -> None:
        """Ports are from 1 to 65535."""
        self.converts(types.port, {"1": 1, "65535": 65535})
        self.refuses(
            types.port,
            {
                text: f"{text!r} is no TCP port: write a number from 1 to 65535"
                for text in ("0", "65536", "-1")
            },
        )

    def test_fractions(self) -> None:
        """Numbers may have a fraction or an exponent, and are finite."""
        self.converts(types.number, {"0.5": 0.5, "1e3": 1000.0, "-7": -7.0})
        self.refuses(
            types.number,
            {
                text: f"{text!r} is no number: write one such as 30 or 0.5"
                for text in ("", "1,5", "inf", "-inf", "nan", "1e999")
            },
        )
        self.refuses(types.positive, {"0": "'0' is too small: write a number above 0"})
        self.refuses(
            types.not_negative, {"-0.1": "'-0.1' is too small: write a number of 0 or more"}
        )
        self.converts(types.not_negative, {"0": 0.0})

    def test_octal(self) -> None:
        """Modes are octal, with a zero before or without."""
        self.converts(types.octal, {"0077": 0o77, "22": 0o22, "0o27": 0o27})
        self.refuses(
            types.octal,
            {text: f"{text!r} is no octal number: write one such as 0077" for text in ("8", "rw")},
        )

    def test_sizes(self) -> None:
        """Sizes have a letter for powers of 1024, in any case, or none."""
        self.converts(
            types.size, {"0": 0, " 64m": 64 << 20, "1K": 1024, "2 t": 2 << 40, "1 gb": 1 << 30}
        )
        self.refuses(
            types.size,
            {text: f"{text!r} is no size: write one such as 64m" for text in ("", "m", "-1")},
        )


class TextTests(TypeTestCase):
    def test_lists(self) -> None:
        """Lists are split at commas, or at white space; what is empty is nothing."""
        self.converts(
            types.comma_list, {"": (), " a , b c,, d ": ("a", "b c", "d"), "a\n,b": ("a", "b")}
        )
        self.converts(types.words, {"": (), " a\n b,c ": ("a", "b,c")})

    def test_expressions(self) -> None:
        """Regular expressions are checked when they are read; the wrong one is named."""
        self.converts(types.anchored_regex_list, {"a.* b+": ("a.*", "b+")})
        self.refuses(
            types.anchored_regex_list,
            {"a.* b(": "'b(' is no regular expression: missing ), unterminated subpattern at "
             "position 1"},
        )  # fmt: skip

    def test_dictionaries(self) -> None:
        """A dictionary is Python's, or pairs as in 1.3."""
        self.converts(
            types.dictionary,
            {
                " {'timeout': 10, 'a': [1]} ": {"timeout": 10, "a": [1]},
                "timeout = 10, a=b=c": {"timeout": "10", "a": "b=c"},
                "": {},
            },
        )
        self.refuses(
            types.dictionary,
            {
                "timeout": "'timeout' has no value: write KEY=VALUE, or a Python dictionary",
                **{
                    text: f"{text!r} is no dictionary: write one such as {{'timeout': 10}}"
                    for text in ("{'a'}", "{", "{'a': open('/etc/passwd')}", "{1: 2}.x", "{" * 500)
                },
            },
        )

    def test_choices(self) -> None:
        """One of some words is read in any case, and is written as it is listed."""
        self.converts(types.choice("a", "b"), {" A ": "a"})
        self.refuses(types.choice("a", "b"), {"c": "'c' is none of a, b"})
        self.converts(types.cache_mode, {"on": "cautious", "Initial": "initial", "off": "off"})
        self.refuses(
            types.cache_mode,
            {"never": "'never' is none of off, on, initial, cautious, aggressive"},
        )

    def test_words_for_clients(self) -> None:
        """What clients receive keeps its case."""
        self.converts(types.word_as_written, {"True": "True", "false": "false"})
        self.refuses(types.word_as_written, {"yes": "'yes' is none of true, false"})

    def test_switches(self) -> None:
        """A switch may be enabled and disabled as well."""
        self.converts(types.switch, {"Enabled": True, "disabled": False, "yes": True, "0": False})
        self.refuses(types.switch, {"maybe": "'maybe' is no boolean: write yes or no"})

    def test_ciphers(self) -> None:
        """Names of ciphers are those of the library."""
        self.converts(types.cipher, {"AES-256-CBC": "aes_256_cbc"})

    def test_paths(self) -> None:
        """Paths are absolute, and begin at home where they say so."""
        home = os.path.expanduser("~")
        self.converts(
            types.path, {"/a/../b": "/b", "~/x": f"{home}/x", "c": os.path.join(os.getcwd(), "c")}
        )
        self.refuses(types.path, {"": "the path is empty: give one, or remove the line"})

    def test_time_zones(self) -> None:
        """A zone is known, or refused."""
        self.assertEqual(types.time_zone("Europe/Berlin"), "Europe/Berlin")
        for value in ("0", "Europe", "Nowhere/Town", "../passwd"):
            refusal = str(self.assertRaises(ValueError, types.time_zone, value))
            self.assertIn("no time zone", refusal)

    def test_timeouts(self) -> None:
        """A time of zero or less stands for the default."""
        self.converts(types.timeout(300.0), {"0": 300.0, "-1": 300.0, "0.5": 0.5})


class AccountTests(TypeTestCase):
    def test_users(self) -> None:
        """Users and groups are numbers, which need not exist, or names, which must."""
        user, group = pwd.getpwuid(0), grp.getgrgid(0)
        self.converts(types.user, {user.pw_name: 0, "123456": 123456})
        self.converts(types.group, {group.gr_name: 0, "123456": 123456})
        self.refuses(
            types.user, {"no-such": "there is no user 'no-such': create it, or remove the line"}
        )
        self.refuses(
            types.group, {"no-such": "there is no group 'no-such': create it, or remove the line"}
        )


class OptionTests(SynchronousTestCase):
    def test_place(self) -> None:
        """A refused value is named with its section, its key and where it was found."""
        described = Option("bcfg2tw", "threads", "4", types.count, "Threads.")
        self.assertEqual(described.value("7", "in x"), 7)
        error = self.assertRaises(SettingsError, described.value, "0", "in /etc/bcfg2.conf")
        self.assertEqual(
            str(error),
            "[bcfg2tw] threads: '0' is too small: write 1 or more (in /etc/bcfg2.conf)",
        )

    def test_flags(self) -> None:
        """A boolean option takes no value on the command line."""
        self.assertTrue(Option("a", "b", "no", types.boolean, "").is_flag)
        self.assertFalse(Option("a", "b", "no", types.switch, "").is_flag)
