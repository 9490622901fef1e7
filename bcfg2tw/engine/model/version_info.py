"""`Bcfg2VersionInfo`: the version that a client declared, to be compared (:ref:`metadata-11`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

#: Release levels from the earliest to the latest; others count as equal to any.
RELEASE_LEVELS = ("pre", "rc", "final")

MICRO = re.compile(r"(\d+)(?:([^\d]+)(\d*))?\Z")


class Bcfg2VersionInfo(tuple[Any, ...]):
    """
    A version of Bcfg2: `(major, minor, micro, releaselevel, serial)`.

    Compares with other instances, with tuples and with strings; anything is later than None.
    """

    __slots__ = ()

    def __new__(cls, version: str | Iterable[Any]) -> Bcfg2VersionInfo:
        """
        Read a version such as `1.4.0pre2`, or take its five parts.

        :raises ValueError: if a text is no version of three parts joined by dots
        """
        parts = _parse(version) if isinstance(version, str) else tuple(version)
        return super().__new__(cls, parts)

    @property
    def major(self) -> int:
        """The 1 of 1.4.0pre2."""
        return int(self[0])

    @property
    def minor(self) -> int:
        """The 4 of 1.4.0pre2."""
        return int(self[1])

    @property
    def micro(self) -> int:
        """The 0 of 1.4.0pre2."""
        return int(self[2])

    @property
    def releaselevel(self) -> str:
        """The pre of 1.4.0pre2; `final` for releases."""
        return str(self[3])

    @property
    def serial(self) -> int:
        """The 2 of 1.4.0pre2; 0 for releases."""
        return int(self[4])

    def __eq__(self, other: object) -> bool:
        compared = _compare(self, other)
        return NotImplemented if compared is None else compared == 0

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: object) -> bool:
        compared = _compare(self, other)
        return NotImplemented if compared is None else compared < 0

    def __le__(self, other: object) -> bool:
        compared = _compare(self, other)
        return NotImplemented if compared is None else compared <= 0

    def __gt__(self, other: object) -> bool:
        compared = _compare(self, other)
        return NotImplemented if compared is None else compared > 0

    def __ge__(self, other: object) -> bool:
        compared = _compare(self, other)
        return NotImplemented if compared is None else compared >= 0

    __hash__ = tuple.__hash__

    def __str__(self) -> str:
        number = f"{self[0]}.{self[1]}.{self[2]}"
        return number if self.releaselevel == "final" else f"{number}{self[3]}{self[4]}"

    def __repr__(self) -> str:
        return f"Bcfg2VersionInfo({tuple(self)!r})"


def _parse(version: str) -> tuple[Any, ...]:
    parts = version.split(".")
    micro = MICRO.match(parts[2]) if len(parts) == 3 else None
    if micro is None:
        raise ValueError(f"a version of Bcfg2 is like 1.3.4 or 1.4.0pre2, not {version!r}")
    number, level, serial = micro.groups()
    return int(parts[0]), int(parts[1]), int(number), level or "final", int(serial or 0)


def _compare(version: Bcfg2VersionInfo, other: object) -> int | None:
    """Return a number below, at or above zero; None for what cannot be compared."""
    if other is None:
        return 1
    if isinstance(other, str):
        try:
            other = _parse(other)
        except ValueError:
            return None
    if not isinstance(other, tuple):
        return None
    own, theirs = tuple(version), tuple(other)
    numbers = _sign(own[:3], theirs[:3])
    if numbers or len(theirs) < 4:
        return numbers
    return _sign(_rank(own[3], theirs[3]), _rank(theirs[3], own[3])) or _sign(own[4:], theirs[4:])


def _rank(level: Any, other: Any) -> int:
    are_known = level in RELEASE_LEVELS and other in RELEASE_LEVELS
    return RELEASE_LEVELS.index(level) if are_known else 0


def _sign(number: Any, other: Any) -> int:
    return int(number > other) - int(number < other)


@functools.lru_cache(maxsize=256)
def version_info(version: str | None) -> Bcfg2VersionInfo | None:
    """Return what a declared version says, None if that is nothing that can be compared."""
    if not version:
        return None
    try:
        return Bcfg2VersionInfo(version)
    except ValueError:
        return None
