"""
The description of an option, and turning its text into a value.

Each function here takes the text and raises ValueError with a sentence that says what would be
right.
"""

from __future__ import annotations

import ast
import grp
import math
import os
import pwd
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from encodings.aliases import aliases
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bcfg2tw.errors import SettingsError

Converter = Callable[[str], Any]

DEFAULT_PORT = 6789

#: Days beyond which no database counts microseconds.
MOST_DAYS = 1_000_000

_SCHEMES = frozenset({"", "http", "https"})
_TRUE = frozenset({"1", "yes", "true", "on"})
_FALSE = frozenset({"0", "no", "false", "off"})
_DATABASE_ENGINES = {"sqlite": "sqlite3", "postgresql_psycopg2": "postgresql"}
_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


@dataclass(frozen=True)
class Option:
    """
    The description of a setting: its place in the file, its switches, its meaning.

    :ivar key: name in the section, in lower case
    :ivar default: as it would stand in the file; None where there is none
    :ivar convert: turns a text into the value; raises ValueError with a sentence that says what
        would be right
    :ivar help: a sentence for `--help` and the reference
    :ivar cli: long names on the command line, without dashes
    :ivar short: one letter for the command line
    """

    section: str
    key: str
    default: str | None
    convert: Converter
    help: str
    cli: tuple[str, ...] = ()
    short: str | None = None

    @property
    def is_flag(self) -> bool:
        """Say whether it takes no value on the command line: being there inverts the default."""
        return self.convert is boolean

    def value(self, text: str, place: str) -> Any:
        """
        Convert a text.

        :param place: where the text stands, for the message
        :raises SettingsError: naming place, section and key, if it is no value for the option
        """
        try:
            return self.convert(text)
        except ValueError as error:
            raise SettingsError(f"{error} ({place})", self.section, self.key) from error


def option(
    section: str,
    key: str,
    default: str | None,
    help: str,
    convert: Converter | None = None,
    cli: str = "",
    short: str | None = None,
) -> Any:
    """
    Return a dataclass field that is described as an option.

    :param convert: None for a text that is taken as it is
    :param cli: long names on the command line, separated by blanks
    """
    description = Option(section, key, default, convert or text, help, tuple(cli.split()), short)
    value = None if default is None else description.convert(default)
    if isinstance(value, dict):
        return field(default_factory=dict, metadata={"option": description})
    return field(default=value, metadata={"option": description})


def text(value: str) -> str:
    """Return the text as it is."""
    return value


def encoding(value: str) -> str:
    """Read the name of an encoding of text that Python has."""
    if _is_encoding(value):
        return value
    names = [name.replace("_", "-") for name in {*aliases.values()} if _is_encoding(name)]
    near = get_close_matches(value.lower().replace("_", "-"), sorted(names), 1)
    remedy = f"did you mean {near[0]}?" if near else "write one such as UTF-8 or ISO-8859-15"
    raise ValueError(f"{value!r} is no encoding: {remedy}")


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def boolean(value: str) -> bool:
    """Read one of 1 yes true on / 0 no false off, in any case."""
    word = value.strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{value!r} is no boolean: write yes or no")


def switch(value: str) -> bool:
    """Read a boolean, or one of the words enabled and disabled."""
    words = {"enabled": True, "disabled": False}
    flag = words.get(value.strip().lower())
    return boolean(value) if flag is None else flag


def integer(value: str) -> int:
    """Read a whole number."""
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{value!r} is no whole number: write one such as 4") from None


def count(value: str) -> int:
    """Read a whole number above zero."""
    result = integer(value)
    if result <= 0:
        raise ValueError(f"{value!r} is too small: write 1 or more")
    return result


def days(value: str) -> int:
    """Read a number of days that a database can count back in microseconds."""
    result = count(value)
    if result > MOST_DAYS:
        raise ValueError(f"{value!r} is too large: write {MOST_DAYS} days or less")
    return result


def natural(value: str) -> int:
    """Read a whole number, zero or above."""
    result = integer(value)
    if result < 0:
        raise ValueError(f"{value!r} is too small: write 0 or more")
    return result


def processes(value: str) -> int:
    """Read a number of processes; auto stands for that of the processors."""
    if value.strip().lower() == "auto":
        return len(os.sched_getaffinity(0))
    return natural(value)


def port(value: str) -> int:
    """Read the number of a TCP port."""
    result = int(value) if value.strip().isdecimal() else 0
    if not 0 < result < 1 << 16:
        raise ValueError(f"{value!r} is no TCP port: write a number from 1 to 65535")
    return result


def number(value: str) -> float:
    """Read a number."""
    try:
        result = float(value)
    except ValueError:
        result = math.nan
    if not math.isfinite(result):
        raise ValueError(f"{value!r} is no number: write one such as 30 or 0.5")
    return result


def positive(value: str) -> float:
    """Read a number above zero."""
    result = number(value)
    if result <= 0:
        raise ValueError(f"{value!r} is too small: write a number above 0")
    return result


def not_negative(value: str) -> float:
    """Read a number, zero or above."""
    result = number(value)
    if result < 0:
        raise ValueError(f"{value!r} is too small: write a number of 0 or more")
    return result


def timeout(default_seconds: float) -> Converter:
    """Return a converter for seconds; zero or less stands for the default (:ref:`options-3`)."""

    def convert(value: str) -> float:
        result = number(value)
        return result if result > 0 else default_seconds

    return convert


def octal(value: str) -> int:
    """Read a number in base 8."""
    try:
        return int(value, 8)
    except ValueError:
        raise ValueError(f"{value!r} is no octal number: write one such as 0077") from None


def size(value: str) -> int:
    """
    Read a number of bytes, with k, m, g or t for powers of 1024; a B behind it says nothing.

    Bcfg2 passes over whatever follows (:ref:`options-3`), and so takes 1.5g for one byte.
    """
    match = re.fullmatch(r"\s*(\d+)\s*([kmgt]?)(i?b|bytes?)?\s*", value.lower())
    if match is None:
        raise ValueError(f"{value!r} is no size: {_size_remedy(value)}")
    return int(match[1]) * _SIZES[match[2]]


def _size_remedy(value: str) -> str:
    fraction = re.fullmatch(r"\s*(\d*[.,]\d+)\s*([kmgt])\w*\s*", value.lower())
    if fraction is None:
        return "write one such as 64m"
    units = " kmgt"
    amount = float(fraction[1].replace(",", ".")) * 1024
    smaller = units[units.index(fraction[2]) - 1].strip()
    return f"write a whole number with k, m, g or t, such as {round(amount)}{smaller}"


def path(value: str) -> str:
    """Expand `~` and make a path absolute."""
    if not value:
        raise ValueError("the path is empty: give one, or remove the line")
    return os.path.abspath(os.path.expanduser(value))


def comma_list(value: str) -> tuple[str, ...]:
    """Split at commas; white space around them does not count."""
    return tuple(word for word in re.split(r"\s*,\s*", value.strip()) if word)


def plugin_list(value: str) -> tuple[str, ...]:
    """Read names of plugins, separated by commas: none of them has a blank in it."""
    names = comma_list(value)
    for name in names:
        if len(name.split()) > 1:
            example = ", ".join(name.split())
            raise ValueError(f"{name!r} is no plugin: separate plugins by commas, as in {example}")
    return names


def words(value: str) -> tuple[str, ...]:
    """Split at white space."""
    return tuple(value.split())


def url_paths(value: str) -> tuple[str, ...]:
    """Read paths of URLs, separated by white space; `*` stands for any."""
    for word in value.split():
        if word != "*" and not word.startswith("/"):
            raise ValueError(f"{word!r} is no path of a URL: write one such as /RPC2, or * for any")
    if not value.split():
        raise ValueError("there is no path, so that no call could come: write / /RPC2")
    return words(value)


def anchored_regex_list(value: str) -> tuple[str, ...]:
    """Read regular expressions, separated by white space; the whole of a name has to match."""
    for word in value.split():
        try:
            re.compile(word)
        except re.error as error:
            raise ValueError(f"{word!r} is no regular expression: {error}") from None
    return words(value)


def dictionary(value: str) -> dict[str, Any]:
    """Read a Python dictionary, or `key=value,key=value` as in 1.3 (:ref:`options-14`)."""
    if not value.lstrip().startswith("{"):
        pairs = (pair.partition("=") for pair in comma_list(value))
        return {key.strip(): _pair_value(key, equals, word) for key, equals, word in pairs}
    try:
        result = ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        result = None
    if not isinstance(result, dict):
        raise ValueError(f"{value!r} is no dictionary: write one such as {{'timeout': 10}}")
    return result


def database_engine(value: str) -> str:
    """Read the kind of a database; one that Django has several names for gets the first."""
    name = value.strip().lower().removeprefix("django.db.backends.")
    return _DATABASE_ENGINES.get(name, name)


def database_name(value: str) -> str:
    """Read the name of a database, which is a path where it is a file."""
    if not value:
        raise ValueError("the name is empty: give one, or remove the line")
    return value


def time_zone(value: str) -> str:
    """Read the name of a time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone: write one such as Europe/Berlin") from None
    return value


def _pair_value(key: str, equals: str, value: str) -> str:
    if not equals:
        raise ValueError(f"{key!r} has no value: write KEY=VALUE, or a Python dictionary")
    return value.strip()


def user(value: str) -> int:
    """Read a user's name or number."""
    try:
        return int(value) if value.isdigit() else pwd.getpwnam(value).pw_uid
    except KeyError:
        raise ValueError(f"there is no user {value!r}: create it, or remove the line") from None


def group(value: str) -> int:
    """Read a group's name or number."""
    try:
        return int(value) if value.isdigit() else grp.getgrnam(value).gr_gid
    except KeyError:
        raise ValueError(f"there is no group {value!r}: create it, or remove the line") from None


def choice(*choices: str) -> Converter:
    """Return a converter for one of some words, whatever its case."""

    def convert(value: str) -> str:
        word = value.strip().lower()
        if word not in choices:
            raise ValueError(f"{value!r} is none of {', '.join(choices)}")
        return word

    return convert


def word_as_written(value: str) -> str:
    """Read true or false, and keep its case: clients receive it so (:ref:`options-6.6`)."""
    choice("true", "false")(value)
    return value


def cache_mode(value: str) -> str:
    """Read a mode of the metadata cache; `on` means cautious."""
    mode: str = choice("off", "on", "initial", "cautious", "aggressive")(value)
    return "cautious" if mode == "on" else mode


def cipher(value: str) -> str:
    """Read the OpenSSL name of a cipher (:ref:`options-6.9`)."""
    return value.lower().replace("-", "_")


def servers(value: str) -> str:
    """Return the text, which has to give locations of servers."""
    locations(value)
    return value


def locations(value: str) -> tuple[tuple[str, int], ...]:
    """
    Read where servers are, separated by commas or blanks, as pairs of host and port.

    A location is a URL or HOST:PORT; IPv6 addresses stand in brackets or by themselves, and a
    port that is missing is 6789. The scheme may be http, as old files have it: TLS is spoken
    all the same.
    """
    pairs = tuple(dict.fromkeys(_location(word) for word in location_words(value)))
    if not pairs:
        raise ValueError(f"{value!r} names no server: write https://HOST:{DEFAULT_PORT}")
    return pairs


def location_words(value: str) -> list[str]:
    """Return the locations of a text as they are written."""
    return [word for word in re.split(r"[\s,]+", value.strip()) if word]


def _location(word: str) -> tuple[str, int]:
    bare = word.count(":") > 1 and "[" not in word and "//" not in word
    url = word if "//" in word else f"//[{word}]" if bare else f"//{word}"
    try:
        parts = urlsplit(url)
        host, number = parts.hostname, parts.port
    except ValueError:
        host, number = None, None
    example = f"https://HOST:{DEFAULT_PORT}, or https://[2001:db8::1]:{DEFAULT_PORT}"
    if not host or number == 0:
        raise ValueError(f"{word!r} is no location of a server: write {example}")
    if parts.scheme not in _SCHEMES:
        raise ValueError(
            f"{word!r} is no location of a server, which speaks https alone: write {example}"
        )
    return host, number or DEFAULT_PORT
