"""The reasons for which a call has no result of its own."""

from __future__ import annotations

from bcfg2tw.errors import CriticalError


class Busy(Exception):
    """So many calls are waiting that no further one is taken."""


class TookTooLong(CriticalError):
    """
    A call was given up; its caller is told where it had come to.

    :ivar reason: without what clients expect in front of it
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the call was {reason}")
        self.reason = reason
