"""
Answers of two servers: one goes to the client, both are compared.

Of `theirs` and `ours`, the answer that a client is given never waits for the other one, with one
exception: what a client sends, where it is answered with theirs, is taken here before the answer
goes out, so that its next call meets a server that knows of it; that waits no longer than
`[shadow] patience` either.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred

from bcfg2tw.calls.dispatch import HttpAnswer
from bcfg2tw.calls.interfaces import Pool
from bcfg2tw.calls.shadowed import READS, WRITES, ShadowedCall
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.asserted_profiles import AssertedProfiles
from bcfg2tw.shadow.beside import Beside, Work
from bcfg2tw.shadow.comparisons import Comparisons
from bcfg2tw.shadow.counts import LEFT_OUT, NOT_PASSED_ON, UNANSWERED
from bcfg2tw.shadow.forwarded import authorization_for
from bcfg2tw.shadow.other_server import NoAnswer, OtherServer
from bcfg2tw.shadow.presence import Presence
from bcfg2tw.shadow.server_identity import OtherServerIdentity
from bcfg2tw.shadow.shared_result import Shared

TOO_MUCH = "too much waits to be passed on, or this server ends"
NO_PASSWORD = "it has no password that could be passed on"
AWAY = "the other server is away"

#: At the end, work that runs has so long.
END_SECONDS = 3.0

Theirs = HttpAnswer | NoAnswer


class ShadowMode:
    """
    The other server of `[shadow] server`, and what is done with it; for the reactor's thread.

    :ivar settings: those in force
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        identity: OtherServerIdentity,
        pool: Pool,
        is_quiet: Callable[[], bool],
    ) -> None:
        """
        Make it; nothing happens before it is asked for an answer.

        :param identity: that the other server has to have
        :param is_quiet: says whether no call of a client waits or runs
        """
        self.settings = settings
        self._reactor = reactor
        self._other = OtherServer(reactor, settings, identity)
        self._presence = Presence(self._other.url, reactor.seconds)
        self._profiles = AssertedProfiles()
        self._comparisons = Comparisons(reactor, settings, pool, is_quiet)
        self._beside = Beside(
            reactor,
            settings.shadow_max_waiting,
            settings.shadow_max_memory_bytes,
            self._comparisons.has_rest,
        )

    def concerns(self, method: str) -> bool:
        """Say whether a method is one of a client's run; all others are this server's alone."""
        return method in READS or method in WRITES

    def picture(self) -> dict[str, Any]:
        """Return counts and state as plain data."""
        return {
            "server": self._other.url,
            "answers": self.settings.shadow_answers,
            "is_away": self._presence.is_away,
            "beside": self._beside.picture(),
            **self._comparisons.picture(),
        }

    @property
    def _answers_itself(self) -> bool:
        return self.settings.shadow_answers == "ours"

    def answer(self, call: ShadowedCall) -> Deferred[HttpAnswer]:
        """Return the answer for the client, and see to the rest beside it."""
        way = self._answer_with_ours if self._answers_itself else self._answer_with_theirs
        return Deferred.fromCoroutine(way(call))

    def stop(self) -> Deferred[Any]:
        """Begin nothing more; the Deferred fires when what runs has ended and counts are saved."""
        ended: Deferred[Any] = self._beside.stop()
        # what hangs there is not to hold this server up
        ended.addTimeout(END_SECONDS, self._reactor, lambda *_: self._abandon())
        self._other.stop()
        return ended.addCallback(lambda _: Deferred.fromCoroutine(self._comparisons.stop()))

    def _abandon(self) -> None:
        self._beside.abandon()
        self._other.abandon()

    # Ours for the client

    async def _answer_with_ours(self, call: ShadowedCall) -> HttpAnswer:
        answer = await call.serve()
        if self._takes_part(call):
            self._later(call, len(answer.body), partial(self._ask_beside, call, answer))
        return answer

    async def _ask_beside(self, call: ShadowedCall, ours: HttpAnswer) -> None:
        """Pass a call on that was answered."""
        authorization = authorization_for(call.peer)
        if authorization is None:
            self._not_passed_on(call, ours)
        elif self._presence.is_away and not self._presence.may_try():
            self._unanswered(call, ours, AWAY)
        else:
            theirs = await self._ask(call, authorization)
            await self._compare(call, ours, theirs)

    # Theirs for the client

    async def _answer_with_theirs(self, call: ShadowedCall) -> HttpAnswer:
        authorization = await self._authorization(call)
        if authorization is None:
            ours = await call.serve()
            self._not_passed_on(call, ours)
            return ours
        if self._presence.is_away:
            return await self._answer_alone(call, authorization)
        if call.is_write:
            return await self._give_to_both(call, authorization)
        theirs = await self._ask(call, authorization)
        if isinstance(theirs, NoAnswer):
            ours = await call.serve()
            self._unanswered(call, ours, str(theirs))
            return ours
        if _misses_certificate(call, theirs):
            ours = await call.serve()
            self._not_passed_on(call, ours)
            return ours
        if self._takes_part(call):
            self._later(call, len(theirs.body), partial(self._look_beside, call, theirs))
        return theirs

    async def _authorization(self, call: ShadowedCall) -> bytes | None:
        """Return the header to pass a call on with; who is known by an address is looked up."""
        if call.claimed_name is None and not await call.authenticate():
            return None
        return authorization_for(call.peer)

    async def _answer_alone(self, call: ShadowedCall, authorization: bytes) -> HttpAnswer:
        """Answer without a server that is away; now and then see whether it still is."""
        if not call.is_write and self._presence.may_try():
            self._ask(call, authorization)
        ours = await call.serve()
        self._unanswered(call, ours, AWAY)
        return ours

    async def _give_to_both(self, call: ShadowedCall, authorization: bytes) -> HttpAnswer:
        asking = self._ask(call, authorization)
        serving = Shared(self._reactor, call.serve_beside())
        theirs = await asking
        if isinstance(theirs, NoAnswer):
            ours = await serving.result()
            self._unanswered(call, ours, str(theirs))
            return ours
        if _misses_certificate(call, theirs):
            ours = await serving.result()
            self._not_passed_on(call, ours)
            return ours
        answer = await serving.result_within(self.settings.shadow_patience_seconds)
        if answer is not None:
            self._later(call, 0, partial(self._compare, call, answer, theirs))
        return theirs

    async def _look_beside(self, call: ShadowedCall, theirs: HttpAnswer) -> None:
        """Build what a client was given by the other server."""
        # that a client has asked for its probes makes it a client here as well
        ours = await (call.serve_beside() if call.is_due else call.look_beside())
        await self._compare(call, ours, theirs)

    # Both

    def _ask(self, call: ShadowedCall, authorization: bytes) -> Deferred[Theirs]:
        """Make a call of the other server; the Deferred fails only where it is cancelled."""
        if call.method == "AssertProfile":
            self._profiles.warn_of(call.client)
        asking: Deferred[Any] = self._other.ask(call.method, authorization, call.body)

        def note(answer: HttpAnswer) -> HttpAnswer:
            self._presence.note_answer()
            return answer

        def note_failure(failure: Any) -> Deferred[Theirs]:
            failure.trap(NoAnswer)
            return Deferred.fromCoroutine(self._note_failure(call, failure.value))

        return asking.addCallbacks(note, note_failure)

    async def _note_failure(self, call: ShadowedCall, error: NoAnswer) -> Theirs:
        # servers of this project let refused logins wait, and that is no silence: nobody without
        # a password is to have the other server done without
        if error.is_late and not await call.authenticate():
            error = NoAnswer(str(error))
        self._presence.note_failure(error, call.method, call.client)
        return error

    def _takes_part(self, call: ShadowedCall) -> bool:
        """Decide whether a call is compared."""
        if call.is_due or random.random() < self.settings.shadow_share:
            return True
        self._comparisons.note(call, LEFT_OUT)
        return False

    def _later(self, call: ShadowedCall, size: int, do: Any) -> None:
        """Have something done beside the answer, unless there is too much to do already."""
        leave = partial(self._left_out, call)
        work = Work(call.client, size + len(call.body), call.is_due, do, leave)
        if not self._beside.put(work):
            leave()

    def _left_out(self, call: ShadowedCall) -> None:
        self._comparisons.note(call, LEFT_OUT)
        if call.is_write and self._answers_itself:
            self._comparisons.note_lone_write(call, TOO_MUCH)

    def _not_passed_on(self, call: ShadowedCall, ours: HttpAnswer) -> None:
        self._comparisons.note(call, NOT_PASSED_ON)
        self._note_if_lone(call, ours, NO_PASSWORD)

    def _unanswered(self, call: ShadowedCall, ours: HttpAnswer, reason: str) -> None:
        self._comparisons.note(call, UNANSWERED)
        self._note_if_lone(call, ours, reason)

    def _note_if_lone(self, call: ShadowedCall, ours: HttpAnswer, reason: str) -> None:
        """Tell of a write that this server alone has acknowledged."""
        if call.is_write and ours.status == 200 and not ours.is_fault:
            self._comparisons.note_lone_write(call, reason)

    async def _compare(self, call: ShadowedCall, ours: HttpAnswer, theirs: Theirs) -> None:
        if isinstance(theirs, NoAnswer):
            self._unanswered(call, ours, str(theirs))
        elif _misses_certificate(call, theirs):
            self._not_passed_on(call, ours)
        else:
            await self._comparisons.compare(call, ours, theirs)


def _misses_certificate(call: ShadowedCall, theirs: HttpAnswer) -> bool:
    """Say whether a client is refused that has shown a certificate, which was not passed on."""
    return theirs.status == 401 and call.peer.certificate is not None
