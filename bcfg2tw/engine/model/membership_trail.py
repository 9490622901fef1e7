"""The way to a client's groups: each step with where it is written, and what it rests on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

GIVEN, GAINED, LOST, SUPPRESSED, REFUSED = "given", "gained", "lost", "suppressed", "refused"


@dataclass(frozen=True)
class MembershipStep:
    """
    Something that happened to one group of a client.

    :ivar verb: `given` by somebody, `gained` or `lost` by a rule of groups.xml, `suppressed` by
        another group of its category, `refused` by a supposition
    :ivar source: who gave it: `profile`, `default`, a plugin, `supposed`; empty for a rule
    :ivar place: file and line, None where it is in no file
    :ivar because: what the rule asks for, the group that holds the category, or the part of a
        plugin that gives it, as `probe NAME`
    """

    group: str
    verb: str
    source: str = ""
    place: str | None = None
    because: tuple[str, ...] = ()


@dataclass
class MembershipTrail:
    """
    The steps of one look at a client, collected while its metadata are built.

    :ivar client: its name; what is built of others on the way does not count
    :ivar with_groups: groups that are supposed to be the client's
    :ivar without_groups: groups that are supposed not to be
    """

    client: str
    with_groups: Collection[str] = ()
    without_groups: Collection[str] = ()
    steps: list[MembershipStep] = field(default_factory=list)

    def note(
        self, group: str, verb: str, source: str = "", place: str | None = None,
        because: Collection[str] = (),
    ) -> None:  # fmt: skip
        """Note a step, each once."""
        step = MembershipStep(group, verb, source, place, tuple(sorted(because)))
        if step not in self.steps:
            self.steps.append(step)

    def of(self, group: str) -> list[MembershipStep]:
        """Return the steps of a group, in order."""
        return [step for step in self.steps if step.group == group]
