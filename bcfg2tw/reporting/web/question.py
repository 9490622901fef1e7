"""
A request as pages see it: the parts of its address, its parameters, who asks, and the database.

Nothing here knows of HTTP. Times are in microseconds since 1970.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

from sqlalchemy import Connection

from bcfg2tw.reporting.lines import microseconds_at
from bcfg2tw.reporting.web.errors import BadQuestion
from bcfg2tw.reporting.web.memory import Memory

#: Rows of a page, unless the reader asks for another number, and the most that can be asked for.
ROWS, MOST_ROWS = 100, 1000

#: Years that can be asked for; days before and after them can still be told.
YEARS = range(1970, 2200)


def sound(text: str) -> str:
    """Return a text that every database takes: PostgreSQL refuses NUL."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True)
class Viewer:
    """
    The person who looks at a page.

    :ivar name: None where nobody has to say who they are
    :ivar may_expire: whether buttons that change something are shown
    """

    name: str | None = None
    role: str = "viewer"
    may_expire: bool = False


@dataclass(frozen=True, kw_only=True)
class Request:
    """
    One request for a page, without the database.

    :ivar address: the path below the prefix, decoded, without the suffix of a format: `/clients`
    :ivar path: the parts of the address that the page's pattern names, decoded
    :ivar parameters: the values of each parameter, decoded, in their order
    :ivar now: the time of the request
    :ivar zone: the zone of times in texts, and of those in parameters that name none
    :ivar token: for the forms of this viewer
    :ivar prefix: stands in front of all addresses; empty, or `/reports`
    :ivar memory: counts of days past, shared by all questions of a process
    """

    address: str
    path: Mapping[str, str]
    parameters: Mapping[str, Sequence[str]]
    now: int
    zone: datetime.tzinfo
    viewer: Viewer = Viewer()
    token: str = ""
    prefix: str = ""
    memory: Memory = field(default_factory=Memory)

    def text(self, name: str) -> str | None:
        """Return a parameter, None where it is absent or empty."""
        values = [sound(value).strip() for value in self.parameters.get(name, ())]
        return next(filter(None, values), None)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values of a parameter that are not empty; commas separate them, too."""
        parts = sound(",".join(self.parameters.get(name, ()))).split(",")
        return tuple(dict.fromkeys(filter(None, map(str.strip, parts))))

    def choices(self, name: str, names: Collection[str]) -> tuple[str, ...]:
        """
        Return the values of a parameter that has to be some of a few.

        :raises BadQuestion: if one is none of them
        """
        values = self.texts(name)
        for value in values:
            if value not in names:
                raise BadQuestion(f"{name}={value}: it is one of {', '.join(names)}")
        return values

    def choice(self, name: str, names: Collection[str], default: str) -> str:
        """
        Return the value of a parameter that has to be one of a few.

        :raises BadQuestion: if it is none of them
        """
        return (*self.choices(name, names), default)[0]

    def number(self, name: str, default: int, most: int = 1_000_000) -> int:
        """
        Return a parameter that is a whole number, not above what is admitted.

        :raises BadQuestion: if it is none
        """
        text = self.text(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise BadQuestion(f"{name}={text}: it is a whole number, such as {default}")
        return min(int(text), most)

    def time(self, name: str) -> int | None:
        """
        Return a parameter that is a time, such as `2026-10-22T12:00`; without a zone in ours.

        :raises BadQuestion: if it is none
        """
        text = self.text(name)
        if text is None:
            return None
        try:
            time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
            if time.year not in YEARS:
                raise ValueError(f"{time.year} is too far away")
            return microseconds_at(time if time.tzinfo else time.replace(tzinfo=self.zone))
        except ValueError:
            raise BadQuestion(f"{name}={text}: it is a time, such as 2026-10-22T12:00") from None

    @cached_property
    def at(self) -> int | None:
        """
        The time in the past that is asked for; None for the present.

        :raises BadQuestion: if it is no time
        """
        return self.time("at")

    @property
    def moment(self) -> int:
        """The time that the answer is of."""
        return self.now if self.at is None else self.at

    @property
    def page(self) -> int:
        """The number of the page of a list, from 1."""
        return max(1, self.number("page", 1))

    @property
    def limit(self) -> int:
        """The number of rows of a list that is asked for."""
        return max(1, self.number("limit", ROWS, MOST_ROWS))

    def on(self, connection: Connection) -> Question:
        """Return the question that the request is, to a database."""
        values = {item.name: getattr(self, item.name) for item in fields(Request)}
        return Question(connection=connection, **values)


@dataclass(frozen=True, kw_only=True)
class Question(Request):
    """
    A request, and the database that has the answer.

    :ivar connection: whose statements all see the same state of the database
    """

    connection: Connection

    def of_page(self, page: int, limit: int = MOST_ROWS) -> Question:
        """Return the same question for another page of its list."""
        changed = {"page": (str(page),), "limit": (str(limit),)}
        return replace(self, parameters={**self.parameters, **changed})
