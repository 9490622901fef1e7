"""One build: the object that is carried from step to step, and the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from bcfg2tw.engine.model.build_costs import BuildCosts
from bcfg2tw.engine.model.effects import Effects, Look, Serve
from bcfg2tw.engine.model.explanation import Explanation
from bcfg2tw.engine.shared_texts import TextPiece, joined
from bcfg2tw.engine.xmlio import Element, SerialisedText, serialise
from bcfg2tw.errors import PluginExecutionError

C = TypeVar("C")


def bind_nothing(entry: Element, client: object) -> None:
    """
    Stand in for binding where a client's metadata were not made by a core.

    :raises PluginExecutionError: always
    """
    raise PluginExecutionError("these metadata belong to no repository that could bind entries")


@dataclass(frozen=True)
class Problem:
    """
    Something that went wrong in a build.

    :ivar subject: the entry as `TAG:NAME`, a bundle as `Bundle:NAME`, or a plugin
    :ivar reason: a sentence
    """

    subject: str
    reason: str


@dataclass
class Build(Generic[C]):
    """
    One build of metadata and configuration: its mode, its problems, its explanation.

    Used by the one thread that builds.

    :ivar bind: binds a further entry for the client, whose content another entry is made from
    :ivar effects: through which everything goes that changes anything
    :ivar problems: what went wrong, in order
    :ivar structure_files: name of a structure to its file, of those that have one
    :ivar explanation: collects why entries are as they are; None where nobody asked
    :ivar costs: collects what plugins take; None for the builds that are not measured
    :ivar changed_files: paths of files that are read when they are needed, and that were not what
        the state of the repository has: the result is none
    :ivar untracked: what the build has used that may depend on more than the client's metadata and
        the state of the repository: with any of it, it may come out differently the next time
    """

    bind: Callable[[Element, C], None] = bind_nothing
    effects: Effects = field(default_factory=Serve)
    problems: list[Problem] = field(default_factory=list)
    structure_files: dict[str, str] = field(default_factory=dict)
    explanation: Explanation | None = None
    costs: BuildCosts | None = None
    changed_files: list[str] = field(default_factory=list)
    untracked: list[str] = field(default_factory=list)

    @property
    def remarks(self) -> int:
        """The number of problems so far, and of things that may come out differently next time."""
        return len(self.problems) + len(self.changed_files) + len(self.untracked)


@dataclass(frozen=True)
class WrittenConfiguration(Generic[C]):
    """
    The result of a build as the client gets it.

    :ivar pieces: of the text of the `Configuration`, or of the `error` document that makes a
        client stop; ASCII
    :ivar metadata: the client's, as the build used them
    :ivar problems: what went wrong, in order
    :ivar changed_files: paths of files that were not what the state of the repository has; where
        there is one, this is not for a client
    :ivar untracked: what was used that may depend on more than metadata and repository
    """

    pieces: Sequence[TextPiece]
    metadata: C
    problems: Sequence[Problem] = ()
    changed_files: Sequence[str] = ()
    untracked: Sequence[str] = ()

    @classmethod
    def of(
        cls, pieces: Sequence[TextPiece], metadata: C, build: Build[C]
    ) -> WrittenConfiguration[C]:
        """Return the result of a build that has ended."""
        return cls(pieces, metadata, build.problems, build.changed_files, build.untracked)

    @cached_property
    def text(self) -> SerialisedText:
        """The whole."""
        return SerialisedText(joined(self.pieces))


@dataclass(frozen=True)
class Configuration(Generic[C]):
    """
    The result of a build, with the document.

    :ivar document: the `Configuration`, or the `error` document that makes a client stop
    :ivar metadata: the client's, as the build used them
    :ivar problems: what went wrong, in order
    :ivar notes: what would have been changed, had the build not been a look
    :ivar explanation: why entries are as they are, if that was asked for
    :ivar changed_files: paths of files that were not what the state of the repository has; where
        there is one, this is not for a client
    :ivar untracked: what was used that may depend on more than metadata and repository
    """

    document: Element
    metadata: C
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    explanation: Explanation | None = None
    changed_files: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Element, metadata: C, build: Build[C]) -> Configuration[C]:
        """Return the result of a build that has ended."""
        notes = tuple(build.effects.notes) if isinstance(build.effects, Look) else ()
        return cls(
            document,
            metadata,
            tuple(build.problems),
            notes,
            build.explanation,
            tuple(build.changed_files),
            tuple(build.untracked),
        )

    @property
    def written(self) -> WrittenConfiguration[C]:
        """The same as the client gets it."""
        return WrittenConfiguration(
            (serialise(self.document),),
            self.metadata,
            self.problems,
            self.changed_files,
            self.untracked,
        )
