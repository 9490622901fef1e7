"""
The text of a log message: one line, whatever clients put into their names and reports.

This is the one place for it: every handler of the process formats with `LogFormatter`.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from types import TracebackType

from twisted.python.failure import Failure

#: What moves a terminal's cursor, ends a line, changes the direction of writing or is not seen;
#: and halves of characters, which no file can hold.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)

#: The beginnings of what a traceback consists of beside the exceptions' own words.
_FRAME = "  File "
_HEADINGS = ("Traceback (", "\nDuring handling", "\nThe above exception")


def one_line(text: str) -> str:
    r"""Return a text without control characters: a line break, for example, becomes `\n`."""
    return _UNPRINTABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


class LogFormatter(logging.Formatter):
    """Formats a record as one line, with a traceback below it where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        plain = logging.makeLogRecord(record.__dict__)  # the record goes to other formatters, too
        plain.msg, plain.args = one_line(record.getMessage()), ()
        if record.exc_info:
            plain.exc_text = None  # another formatter's
        return super().format(plain)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Return a traceback in which no exception's words look like a line of the log."""
        if ei[1] is None:
            return ""
        return "".join(_safe_parts(traceback.TracebackException.from_exception(ei[1]))).rstrip("\n")


def _safe_parts(trace: traceback.TracebackException) -> Iterator[str]:
    for part in trace.format():
        is_ours = part.startswith((_FRAME, *_HEADINGS))
        yield part if is_ours else one_line(part.rstrip("\n")) + "\n"


def failure_text(failure: Failure) -> str:
    """Return the traceback of a failure of Twisted's, as `LogFormatter` writes those of records."""
    text, words = failure.getTraceback(), str(failure.value)
    return text.replace(words, one_line(words)) if words else text
