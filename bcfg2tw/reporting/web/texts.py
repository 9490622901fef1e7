"""Times, durations and numbers as texts of pages."""

from __future__ import annotations

import datetime
import re
from typing import Any

from bcfg2tw.reporting.lines import MICROSECONDS, time_text

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_UNITS = (("y", 365 * 86400), ("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


class Times:
    """Times in the zone of the site, and how long ago they are."""

    def __init__(self, zone: datetime.tzinfo, now: int) -> None:
        self._zone = zone
        self._now = now

    def local(self, microseconds: int) -> datetime.datetime:
        """Return a time in the zone of the site."""
        time = _EPOCH + datetime.timedelta(microseconds=microseconds)
        return time.astimezone(self._zone)

    def utc(self, microseconds: int) -> str:
        """Return a time for `datetime=`: in UTC, with as many digits as HTML admits."""
        text = time_text(microseconds // 1000 * 1000) or ""
        return text.replace("000Z", "Z") if "." in text else text

    def text(self, microseconds: int) -> str:
        """Return a time as readers see it, to the minute; two an hour apart never look alike."""
        time = self.local(microseconds)
        is_twofold = time.utcoffset() != time.replace(fold=1 - time.fold).utcoffset()
        text = time.isoformat(" ", "minutes")[:16]
        return f"{text} {time.tzname()}" if is_twofold else text

    def day(self, microseconds: int) -> str:
        """Return the day of a time."""
        return self.local(microseconds).date().isoformat()

    def ago(self, microseconds: int) -> str:
        """Return how long ago a time was, in its largest unit: `3 h ago`."""
        seconds = (self._now - microseconds) // MICROSECONDS
        return "now" if -60 < seconds < 10 else _ago(seconds)

    @property
    def zone_name(self) -> str:
        """The name of the zone, with its present distance from UTC."""
        name = getattr(self._zone, "key", None) or self.local(self._now).tzname()
        return f"{name} (UTC{self.local(self._now).isoformat()[-6:]})"

    def input(self, microseconds: int) -> str:
        """Return a time as a field for times has it, in the zone of the site."""
        return self.local(microseconds).isoformat("T", "minutes")[:16]


def _ago(seconds: int) -> str:
    return f"{duration(seconds)} ago" if seconds > 0 else f"in {duration(-seconds)}"


def duration(seconds: float) -> str:
    """Return a span of time in its largest unit; below a minute with a fraction."""
    for unit, size in _UNITS[:-1]:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


#: Characters that show nothing, or move those around them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]"
)
_DELETE = "\x7f"


def visible(value: Any) -> Any:
    """Return a text in which characters that cannot be seen are replaced by their names."""
    # markup has its own type, and was looked through when it was made
    return _INVISIBLE.sub(_picture, value) if type(value) is str else value


def _picture(match: re.Match[str]) -> str:
    character = match[0]
    if character < " ":
        return chr(0x2400 + ord(character))
    return "\u2421" if character == _DELETE else f"‹U+{ord(character):04X}›"


def cut(text: str, length: int = 200) -> str:
    """Return a text that is no longer than there is room for."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
