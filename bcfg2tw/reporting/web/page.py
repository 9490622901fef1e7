"""Pages: an address, the function that finds what is there, and the template that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bcfg2tw.reporting.web.listing import Listing
from bcfg2tw.reporting.web.question import Question, Request, sound

#: Suffixes of lists, and values of `format=`.
FORMATS = ("csv", "json")


@dataclass(frozen=True)
class Model:
    """
    The base of what pages show: plain data.

    :ivar listing: the list of the page, which is had as CSV and JSON as well
    """

    @property
    def listing(self) -> Listing | None:
        """The list of the page, if it has one."""
        return None


@dataclass(frozen=True)
class Download(Model):
    """A file in place of a page; never to be shown by the browser itself."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Parameter:
    """A parameter of a page, as the description of the API has it."""

    name: str
    description: str
    is_repeated: bool = False


@dataclass(frozen=True)
class Page:
    """
    One kind of page.

    :ivar name: is unique, and the name of its operation in the API
    :ivar pattern: its address; `{host}` is a part without slashes, `{name...}` the rest
    :ivar query: finds what is there; blocks, and runs in a thread; raises `NoSuchPage` and
        `BadQuestion`, and SQLAlchemy's errors
    :ivar template: its name; empty for what answers with a `Download`
    :ivar section: the entry of the menu that it belongs to
    :ivar parameters: what it understands beside `at`, `refresh` and, with a list, `sort`, `page`,
        `limit` and `format`
    :ivar has_list: whether it is had with the suffixes `.csv` and `.json`
    :ivar refresh_seconds: after how many seconds the browser is asked to load it again, by the
        header `Refresh`, unless the parameter `refresh` says otherwise; 0 for never
    """

    name: str
    pattern: str
    query: Callable[[Question], Model]
    template: str
    title: str
    section: str = ""
    parameters: tuple[Parameter, ...] = ()
    has_list: bool = False
    refresh_seconds: int = 0

    @property
    def is_greedy(self) -> bool:
        """Say whether its address ends in what may have slashes and suffixes of its own."""
        return self.pattern.endswith("...}")

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts = re.split(r"(\{\w+(?:\.{3})?\})", self.pattern)
        return re.compile("".join(map(_part, parts)), re.DOTALL)

    def parts(self, address: str) -> Mapping[str, str] | None:
        """Return the parts of an address, None if it is that of another page."""
        match = self._regex.fullmatch(address)
        return None if match is None else {k: sound(v) for k, v in match.groupdict().items()}

    def refresh(self, request: Request) -> int:
        """Return after how many seconds the page is to be loaded again; 0 for never."""
        seconds = request.number("refresh", self.refresh_seconds, 86400)
        return max(seconds, LEAST_REFRESH) if seconds else 0


LEAST_REFRESH = 5


def _part(part: str) -> str:
    if part.endswith("...}"):
        return f"(?P<{part[1:-4]}>.+)"
    return f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)


@dataclass(frozen=True)
class Match:
    """
    A page at an address.

    :ivar address: without the suffix
    :ivar format: one of `FORMATS`, or empty
    """

    page: Page
    address: str
    path: Mapping[str, str]
    format: str = ""


def match(pages: Iterable[Page], address: str) -> Match | None:
    """
    Return the page of an address, None if there is none.

    :param address: the path below the prefix, decoded, beginning with a slash
    """
    pages = list(pages)
    for page in pages:
        path = page.parts(address)
        if path is not None and not (page.has_list and _suffix(address) and not page.is_greedy):
            return Match(page, address, path)
    suffix = _suffix(address)
    bare = address[: -len(suffix) - 1] or "/"
    for page in pages:
        path = page.parts(bare) if suffix and page.has_list and not page.is_greedy else None
        if path is not None:
            return Match(page, bare, path, suffix)
    return None


def _suffix(address: str) -> str:
    return next((name for name in FORMATS if address.endswith(f".{name}")), "")
