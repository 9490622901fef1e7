"""One pair of answers, compared; plain, blocking code for a thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from xmlrpc.client import Fault

from bcfg2tw.calls.codec import MalformedAnswer, read_answer
from bcfg2tw.calls.dispatch import HttpAnswer
from bcfg2tw.comparing.answers import UnreadableAnswer, built_of, fault_text
from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.difference import CLIENT, Difference
from bcfg2tw.comparing.differences import Built, compare
from bcfg2tw.shadow.counts import DIFFERENT, EQUAL, INCOMPARABLE


@dataclass(frozen=True)
class Judgement:
    """
    What comes of comparing the answers to one call.

    :ivar result: `EQUAL`, `DIFFERENT` or `INCOMPARABLE`
    :ivar differences: from the other server's to ours
    :ivar reason: why they cannot be compared
    """

    result: str
    differences: tuple[Difference, ...] = ()
    reason: str = ""

    @property
    def example(self) -> str:
        """The first difference in a few words, or why there is none."""
        if not self.differences:
            return self.reason
        first = self.differences[0]
        what = f"{first.tag} {first.name}".strip()
        return f"{what}: {first.kind} {', '.join(detail.title for detail in first.details)}".strip()


def judge(client: ComparedClient, method: str, ours: HttpAnswer, theirs: HttpAnswer) -> Judgement:
    """Compare the answers of two servers to one call."""
    if ours.status == theirs.status and ours.body == theirs.body:
        return Judgement(EQUAL)
    if 503 in (ours.status, theirs.status):
        return Judgement(INCOMPARABLE, reason="this server was too busy to answer")
    try:
        differences = compare(_built(method, theirs), _built(method, ours), client)
    except UnreadableAnswer as error:
        return Judgement(INCOMPARABLE, reason=str(error))
    told = tuple(_named(difference, method) for difference in differences)
    return Judgement(DIFFERENT if told else EQUAL, told)


def _named(difference: Difference, method: str) -> Difference:
    """Return a difference that is of no entry with the method that it is of."""
    return replace(difference, name=method) if difference.tag == CLIENT else difference


def _built(method: str, answer: HttpAnswer) -> Built:
    """
    Return an answer as it is compared.

    :raises UnreadableAnswer: if it is none to this method
    """
    if answer.status != 200:
        return f"HTTP status {answer.status}"
    try:
        return built_of(method, read_answer(answer.body, use_builtin_types=True))
    except Fault as fault:
        return fault_text(fault.faultCode, fault.faultString)
    except MalformedAnswer as error:
        raise UnreadableAnswer(f"the answer is no XML-RPC: {error}") from error
