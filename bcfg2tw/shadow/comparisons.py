"""Comparing pairs of answers in threads, with rests between, and keeping what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from bcfg2tw.calls.dispatch import HttpAnswer
from bcfg2tw.calls.interfaces import Pool
from bcfg2tw.calls.shadowed import ShadowedCall
from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.pool import Busy
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.counts import DIFFERENT, EQUAL, Tally
from bcfg2tw.shadow.judgement import Judgement, judge
from bcfg2tw.shadow.lone_writes import LoneWrites
from bcfg2tw.shadow.record import ComparedCall, Record, RecordError, record_path
from bcfg2tw.shadow.site_secrets import SiteSecrets
from bcfg2tw.shadow.ways import ways_of

log = Logger()

#: A comparison is followed by a rest that is so many times as long, so that it takes at most a
#: twentieth of a processor from those who are served.
RESTS = 19

#: Counts are written so much later at the latest.
SAVING_SECONDS = 1.0

#: Answers of this size to what clients send take less than a thread does.
SMALL_BYTES = 2000


class Comparisons:
    """
    Compares answers, and counts; for the reactor's thread.

    :ivar tally: counts of calls by what has become of them
    """

    def __init__(
        self, reactor: Any, settings: Settings, pool: Pool, is_quiet: Callable[[], bool]
    ) -> None:
        """
        Begin without any.

        :param is_quiet: says whether no call of a client waits or runs
        """
        self._reactor = reactor
        self._pool = pool
        self._is_quiet = is_quiet
        self._record = Record(record_path(settings))
        self._secrets = SiteSecrets(settings)
        self._lone_writes = LoneWrites(reactor.seconds)
        self._rest_until = 0.0
        self._unsaved: list[ComparedCall] = []
        self._saving: IDelayedCall | None = None
        self._is_broken = False
        self.tally = Tally()

    def has_rest(self) -> bool:
        """Say whether a comparison would keep no client waiting."""
        return self._reactor.seconds() >= self._rest_until and self._is_quiet()

    def picture(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return {"calls": self.tally.picture(), "lone_writes": self.tally.lone_writes}

    async def compare(self, call: ShadowedCall, ours: HttpAnswer, theirs: HttpAnswer) -> None:
        """Compare two answers of one call, count, log and keep what comes of it."""
        with suppress(Busy):  # the server ends
            seconds, judgement, compared = await self._judged(call, ours, theirs)
            self._rest_until = self._reactor.seconds() + RESTS * seconds
            self.tally.add(call.method, judgement.result)
            self._say(call, judgement)
            if not ours.status == theirs.status == 401:  # anybody can try to log in
                self._unsaved.append(compared)
            self._save_later()

    async def _judged(
        self, call: ShadowedCall, ours: HttpAnswer, theirs: HttpAnswer
    ) -> tuple[float, Judgement, ComparedCall]:
        if call.is_write and len(ours.body) + len(theirs.body) <= SMALL_BYTES:
            client = ComparedClient(call.client)  # nothing of the repository is in there
            return _compared(client, call.method, ours, theirs)
        return await self._pool.call(self._compared, call.client, call.method, ours, theirs)

    def _compared(
        self, name: str, method: str, ours: HttpAnswer, theirs: HttpAnswer
    ) -> tuple[float, Judgement, ComparedCall]:
        client = ComparedClient(name, self._secrets.texts())
        return _compared(client, method, ours, theirs)

    def _say(self, call: ShadowedCall, judgement: Judgement) -> None:
        fields = {"client": call.client, "method": call.method, "result": judgement.result}
        if judgement.result == EQUAL:
            log.debug("{method} of {client} is the same from both servers", **fields)
        elif judgement.result == DIFFERENT:
            log.warn(
                "{method} of {client} differs between the two servers: {number} changes, such as "
                "{example}",
                number=len(judgement.differences),
                example=judgement.example,
                **fields,
            )
        else:
            log.warn(
                "{method} of {client} cannot be compared: {reason}",
                reason=judgement.reason,
                **fields,
            )

    def note(self, call: ShadowedCall, result: str) -> None:
        """Count a call that is not compared."""
        self.tally.add(call.method, result)
        self._save_later()

    def note_lone_write(self, call: ShadowedCall, reason: str) -> None:
        """Tell of what a client sent that this server alone has taken."""
        self.tally.lone_writes += 1
        self._lone_writes.note(call.client, call.method, reason)
        self._save_later()

    # The record

    def _save_later(self) -> None:
        if self._saving is None:
            self._saving = self._reactor.callLater(SAVING_SECONDS, self._save_now)

    def _save_now(self) -> None:
        self._saving = None
        Deferred.fromCoroutine(self._save()).addErrback(lambda failure: failure.trap(Busy))

    async def _save(self) -> None:
        """Write comparisons and counts into the record; one that is broken is said once."""
        comparisons, self._unsaved = self._unsaved, []
        counts, lone = self.tally.take_unsaved(), self._lone_writes.take_unsaved()
        try:
            await self._pool.call(self._record.add, time.time(), comparisons, counts, lone)
            self._is_broken = False
        except RecordError as error:
            if not self._is_broken:
                log.error("{error}; differences are in the log alone", error=error)
            self._is_broken = True

    async def stop(self) -> None:
        """Save what is not saved yet."""
        if self._saving is not None:
            self._saving.cancel()
            self._saving = None
        with suppress(Busy):
            await self._save()


def _compared(
    client: ComparedClient, method: str, ours: HttpAnswer, theirs: HttpAnswer
) -> tuple[float, Judgement, ComparedCall]:
    """Compare, and say how long that took of this thread's processor."""
    began = time.thread_time()
    judgement = judge(client, method, ours, theirs)
    ways = ways_of(client, judgement.differences)
    unkept = len(judgement.differences) - len(ways)
    compared = ComparedCall(client.name, method, judgement.result, ways, judgement.reason, unkept)
    return time.thread_time() - began, judgement, compared
