"""Days in the zone of the site."""

from __future__ import annotations

import datetime

from bcfg2tw.reporting.lines import MICROSECONDS, microseconds_at

#: Days of strips and plots.
DAYS = 30


def day_starts(moment: int, zone: datetime.tzinfo, count: int = DAYS) -> list[int]:
    """
    Return where the last days begin, and where the last one ends: one more than days.

    A day of a change of time has 23 or 25 hours.
    """
    today = datetime.datetime.fromtimestamp(moment / MICROSECONDS, zone).date()
    days = (today + datetime.timedelta(days=n) for n in range(1 - count, 2))
    return [microseconds_at(datetime.datetime.combine(d, _MIDNIGHT, zone)) for d in days]


_MIDNIGHT = datetime.time()
