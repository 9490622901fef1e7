"""A client as its `Client` elements describe it (:ref:`metadata-2`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bcfg2tw.engine.xmlio import Element, attributes, line_of, path_of


@dataclass(frozen=True, slots=True)
class ClientElement:
    """
    One `Client` element.

    :ivar attributes: as written
    :ivar aliases: the attributes of its `Alias` children, as written
    :ivar path: of the file that it was read from, None where it is in no file yet
    :ivar line: on which it begins there
    """

    attributes: Mapping[str, str]
    aliases: tuple[Mapping[str, str], ...] = ()
    path: str | None = field(default=None, compare=False)
    line: int | None = field(default=None, compare=False)

    @classmethod
    def of(cls, element: Element) -> ClientElement:
        """Read an element."""
        aliases = tuple(attributes(alias) for alias in element.iterchildren("Alias"))
        return cls(attributes(element), aliases, path_of(element), line_of(element))

    def addresses(self) -> Iterator[str]:
        """Yield the addresses of the element and of its aliases."""
        for holder in (self.attributes, *self.aliases):
            if "address" in holder:
                yield holder["address"]

    def alias_names(self) -> Iterator[str]:
        """Yield the names of its aliases as written."""
        return (alias["name"] for alias in self.aliases if "name" in alias)


NO_ALIASES: frozenset[str] = frozenset()


class Client:
    """
    One client, all its elements together; never changes once made.

    :ivar name: in lower case
    :ivar elements: at least one
    :ivar profiles: the groups of its elements' `profile` attributes, in order
    :ivar aliases: names as written, of its last element
    :ivar addresses: of all its elements and their aliases; one may come twice
    :ivar auth: how it has to prove who it is, None where the server's setting counts
    :ivar password: its own, None without one
    :ivar uuid: another name to log in with, None without one
    :ivar version: of Bcfg2, as it said last, None before it did
    :ivar secure: whether its own password alone lets it in
    :ivar floating: whether it may call from any address
    """

    __slots__ = (
        "addresses", "aliases", "auth", "elements", "floating", "name", "password", "profiles",
        "secure", "uuid", "version",
    )  # fmt: skip

    def __init__(self, name: str, elements: tuple[ClientElement, ...]) -> None:
        self.name = name
        self.elements = elements
        self.profiles = tuple(dict.fromkeys(self._values("profile")))
        # one object for the many without any: each empty set takes as much as the client
        self.aliases = frozenset(elements[-1].alias_names()) or NO_ALIASES
        self.addresses = tuple(address for element in elements for address in element.addresses())
        self.auth = self._last("auth")
        self.password = self._last("password")
        self.uuid = self._last("uuid")
        self.version = self._last("version")
        self.secure = self._is_any_true("secure")
        self.floating = self._is_any_true("floating") or "floating" in self._values("location")

    def place_of_profile(self, profile: str) -> str | None:
        """Return the file and line that give it a profile, None where it is in no file yet."""
        for element in self.elements:
            if element.attributes.get("profile") == profile and element.path is not None:
                return f"{element.path}:{element.line}"
        return None

    def _values(self, attribute: str) -> list[str]:
        return [
            element.attributes[attribute]
            for element in self.elements
            if attribute in element.attributes
        ]

    def _last(self, attribute: str) -> str | None:
        values = self._values(attribute)
        return values[-1] if values else None

    def _is_any_true(self, attribute: str) -> bool:
        return any(value.lower() == "true" for value in self._values(attribute))
