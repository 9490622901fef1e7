"""The explanation of a configuration: for each entry what won, and what lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Candidate:
    """
    Something that could decide about an entry.

    :ivar place: full path of its file, with `:LINE` where a line is known
    :ivar reason: for whom or how strong it is, such as `group web, priority 10`
    """

    place: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.place} ({self.reason})" if self.reason else self.place


@dataclass(frozen=True)
class Choice:
    """
    One decision on the way to an entry.

    :ivar subject: what was decided: `content`, `attributes`, `definition`, …
    :ivar won: None where nothing was for the client
    :ivar lost: what was for the client as well, the strongest first
    """

    subject: str
    won: Candidate | None
    lost: tuple[Candidate, ...] = ()


@dataclass
class EntryExplanation:
    """
    Why one entry is as it is.

    :ivar structure: name of the bundle that it stands in
    :ivar place: file and line of the structure where it is named, as far as they are known
    :ivar generator: the plugin that bound it, None where none did
    :ivar asked: the generators that were asked, in order
    :ivar choices: the decisions, in the order in which they were taken
    :ivar failure: why it could not be bound
    """

    tag: str
    name: str | None
    structure: str | None = None
    place: str | None = None
    generator: str | None = None
    asked: tuple[str, ...] = ()
    choices: list[Choice] = field(default_factory=list)
    failure: str | None = None


class Explanation:
    """
    The explanations of all entries of one build, collected while it runs in its thread.

    :ivar entries: in the order in which they were bound
    """

    def __init__(self) -> None:
        self.entries: list[EntryExplanation] = []
        self._open: list[EntryExplanation] = []

    @contextmanager
    def of(self, entry: EntryExplanation) -> Iterator[None]:
        """Collect what is decided in the block for an entry, another entry's aside."""
        self.entries.append(entry)
        self._open.append(entry)
        try:
            yield
        finally:
            self._open.pop()

    def bound_by(self, generator: str | None, asked: Sequence[str]) -> None:
        """Note which generator binds the entry, and which were asked."""
        if self._open:
            self._open[-1].generator = generator
            self._open[-1].asked = tuple(asked)

    def choose(self, subject: str, won: Candidate | None, lost: Sequence[Candidate] = ()) -> None:
        """Note one decision about the entry that is being bound."""
        if self._open:
            self._open[-1].choices.append(Choice(subject, won, tuple(lost)))

    def fail(self, reason: str) -> None:
        """Note why the entry that is being bound cannot be."""
        if self._open:
            self._open[-1].failure = reason

    def find(self, tag: str, name: str | None) -> list[EntryExplanation]:
        """Return the explanations of the entries of a tag and name."""
        return [entry for entry in self.entries if (entry.tag, entry.name) == (tag, name)]
