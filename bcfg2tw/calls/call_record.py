"""The calls so far, by method and result, with how long they took."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

#: Upper bounds in seconds of the classes that durations are counted in.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 75.0)

#: Stands for all methods whose name nobody has vouched for: clients may send any.
OTHER = "other"

#: So many methods are told apart; a core has some dozens.
LIMIT = 300

ANSWERED, FAULT, LEFT = "answered", "fault", "left"

#: Results of answers that are no XML-RPC, by their HTTP status.
RESULTS: Mapping[int, str] = {401: "denied", 500: "failed", 503: "busy"}
REFUSED = "refused"


class CallRecord:
    """
    Counts calls; for the reactor's thread.

    Names of methods are bounded: one counts by itself once a core has shown that there is such a
    method, and is `other` until then.
    """

    def __init__(self) -> None:
        self._methods: set[str] = set()
        self._durations: dict[tuple[str, str], _Durations] = {}

    def vouch_for(self, method: str) -> None:
        """Take note that there is a method of this name."""
        if len(self._methods) < LIMIT:
            self._methods.add(method)

    def add(self, method: str, result: str, seconds: float) -> None:
        """
        Count a call that is over.

        :param method: as its caller wrote it
        :param result: `answered`, `fault`, `left`, `refused`, or one of `RESULTS`
        """
        name = method if method in self._methods else OTHER
        durations = self._durations.get((name, result))
        if durations is None:
            durations = self._durations[name, result] = _Durations()
        durations.add(seconds)

    def picture(self) -> list[dict[str, Any]]:
        """Return the counts as plain data: for each method and result an entry."""
        return [
            {"method": method, "result": result, **durations.picture()}
            for (method, result), durations in sorted(self._durations.items())
        ]


class _Durations:
    """Counts of how long something took, by class of duration."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._classes = [0] * (len(BOUNDS) + 1)

    def add(self, seconds: float) -> None:
        self._seconds += seconds
        self._classes[bisect_left(BOUNDS, seconds)] += 1

    def picture(self) -> dict[str, Any]:
        """Return number, sum in seconds, and number for each of `BOUNDS` and beyond."""
        return {
            "count": sum(self._classes),
            "seconds": self._seconds,
            "classes": list(self._classes),
        }
