"""Counts of what has become of calls: those of this process, and those that are not saved yet."""

from __future__ import annotations

from collections import Counter
from typing import Any

#: What can become of a call that both servers are to get.
EQUAL = "equal"
DIFFERENT = "different"
#: the other server gave no answer
UNANSWERED = "unanswered"
#: it cannot be passed on: there is a certificate in place of a password
NOT_PASSED_ON = "not_passed_on"
#: it was left out: by `[shadow] share`, or since too much waited
LEFT_OUT = "left_out"
#: one answer cannot be read, so that nothing can be said
INCOMPARABLE = "incomparable"

RESULTS = (EQUAL, DIFFERENT, UNANSWERED, NOT_PASSED_ON, LEFT_OUT, INCOMPARABLE)

Counts = Counter[tuple[str, str]]


class Tally:
    """
    Counts of calls by method and result; for the reactor's thread.

    :ivar lone_writes: what clients sent that this server alone has taken
    """

    def __init__(self) -> None:
        self._total: Counts = Counter()
        self._unsaved: Counts = Counter()
        self.lone_writes = 0

    def add(self, method: str, result: str) -> None:
        """Count a call."""
        self._total[method, result] += 1
        self._unsaved[method, result] += 1

    def take_unsaved(self) -> Counts:
        """Return what was counted since this was asked last."""
        unsaved, self._unsaved = self._unsaved, Counter()
        return unsaved

    def picture(self) -> list[dict[str, Any]]:
        """Return the counts as plain data."""
        return [
            {"method": method, "result": result, "count": number}
            for (method, result), number in sorted(self._total.items())
        ]
