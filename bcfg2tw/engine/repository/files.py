"""
The files of the repository, each interpreted once and kept until it changes.

A file that cannot be interpreted is reported with its place, and what it said last stays in
service, whole (:ref:`decisions-crashes`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from bcfg2tw.engine.checks import (
    Finding,
    findings_in,
    findings_in_included,
    groups_in,
    refusal,
    unknown_groups,
)
from bcfg2tw.engine.checks.group_names import Places
from bcfg2tw.engine.repository.earlier import Earlier, Key
from bcfg2tw.engine.repository.kept import KeptStates, folder_of
from bcfg2tw.engine.repository.listing import IgnoredNames, Listing, Stamp, is_below, scan
from bcfg2tw.engine.repository.relisting import rescan
from bcfg2tw.engine.repository.source import (
    Dependencies,
    ExplainedProblem,
    Source,
    Unsettled,
    check_passing,
)
from bcfg2tw.engine.repository.xinclude import missing_text
from bcfg2tw.errors import Bcfg2Error, RepositoryError, UnreadableRepository, forget_frames
from bcfg2tw.settings import Settings

T = TypeVar("T")
Interpretation = Callable[[Source], T]

NOT_USED = "it is not used"

logger = logging.getLogger("bcfg2-server")


class MistakenFile(ExplainedProblem):
    """A file that could be read is not used, for a mistake by which something would be lost."""

    def __init__(self, mistake: Finding) -> None:
        super().__init__(mistake.file, mistake.message, mistake.line, mistake.message)


@dataclass(slots=True, eq=False)
class Interpreted:
    """
    The interpretation of a file, and the files that it was read from.

    :ivar problem: why the value is not what the file says now, None if it is
    :ivar accepted: mistakes in the file that the value was made from; None where there is no value
    :ivar is_new: whether the file came when there was a state without it already
    """

    value: Any
    dependencies: Dependencies
    problem: RepositoryError | None = None
    accepted: tuple[Finding, ...] | None = None
    is_new: bool = False


class Library:
    """
    Every file that was interpreted, for one set of settings.

    :ivar has_other_groups: whether files speak of other groups than when that was looked at last
    :ivar kept: the last good states that a server before this one kept, None where it is not to
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ignored = IgnoredNames(settings.ignore_files)
        self._interpreted: dict[Key, Interpreted] = {}
        # those that were read from more than their own files
        self._composed: set[Key] = set()
        self._fresh: set[Key] = set()  # interpreted since what is not used was forgotten
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._groups: dict[str, tuple[str, Places]] = {}
        self._has_state = False
        self.has_other_groups = False
        self._unknown_groups: tuple[Finding, ...] = ()
        folder = folder_of(settings)
        self.kept = (
            None if folder is None else KeptStates(folder, settings.repository, settings.state)
        )

    def files(
        self,
        folder: str,
        ignored: Sequence[str] = (),
        before: Files | None = None,
        changed: Collection[str] | None = None,
    ) -> Files:
        """
        List a folder, with all that is below it, as it is now.

        :param ignored: globs of names that are not there, beside those of the settings
        :param before: how it was, listed with the same names ignored
        :param changed: full paths of all that has changed since; None where anything may have
        """
        names = self.ignored
        if ignored:
            names = IgnoredNames([*self.settings.ignore_files, *ignored])
        if before is None:
            return Files(self, folder, scan(folder, names))
        if changed is None:
            return Files(self, folder, scan(folder, names, before.listing))
        return Files(self, folder, rescan(folder, names, before.listing, changed))

    def interpret(self, key: Key, name: str, stamp: Stamp, without: str = NOT_USED) -> Interpreted:
        """
        Return what a file says: as known if nothing that it was read from has changed.

        :param key: the file's full path and the interpretation
        :param without: what follows where it was never understood, for the log
        :raises Unsettled: if the file is not what was listed any more
        :raises UnreadableRepository: if nothing could be read now, whatever the file
        """
        interpreted = self._interpreted.get(key)
        if interpreted is not None and self._is_current(interpreted, key[0], stamp):
            return interpreted
        before = Earlier(self.kept, self.settings, key, name, stamp, interpreted)
        fresh = self._interpret(key, name, stamp, before, without)
        self._interpreted[key] = fresh
        self._fresh.add(key)
        return fresh

    def _is_current(self, interpreted: Interpreted, path: str, stamp: Stamp) -> bool:
        dependencies = interpreted.dependencies
        if dependencies.stamp_of(path) != stamp:
            return False
        return dependencies.are_alone or dependencies.are_current()

    def _interpret(
        self, key: Key, name: str, stamp: Stamp, before: Earlier, without: str
    ) -> Interpreted:
        (path, interpretation), dependencies = key, Dependencies(key, self._composed)
        try:
            source = Source(path, name, stamp, self.settings, dependencies)
            source.look_back = before.look_back
            value = interpretation(source)
            source.is_interpreted = True
            source.look_back = _nothing  # who keeps it must not keep all states before it
            accepted = self._check(path, name, source, before)
            return Interpreted(value, dependencies, accepted=accepted)
        except (Unsettled, UnreadableRepository):
            raise
        except Bcfg2Error as error:
            check_passing(path, error)
            problem = error if isinstance(error, RepositoryError) else as_problem(path, error)
        except Exception as error:  # a plugin's code meets a file it did not expect
            check_passing(path, error)
            logger.exception("%s: unexpected failure while reading", path)
            problem = as_problem(path, error)
        forget_frames(problem)
        logger.error("%s", with_result(problem, before.what_now(without)))
        inherited = _accepted(plugin_of(path, name), name, before)
        earlier = before.interpreted
        is_new = self._has_state if earlier is None else earlier.is_new
        return Interpreted(before.value, dependencies, problem, inherited, is_new)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The mistakes in the files that are in use, by path."""
        of_files = (
            finding for _, findings in sorted(self._findings.items()) for finding in findings
        )
        return (*of_files, *self._unknown_groups)

    def _check(self, path: str, name: str, source: Source, before: Earlier) -> tuple[Finding, ...]:
        """
        Look for mistakes in a file, and in those that it includes, and tell them.

        :raises MistakenFile: for one with which the file is not to be used
        """
        plugin = plugin_of(path, name)
        if not source.is_read:
            return ()  # it is sent as it is
        try:
            findings_by_path = _findings_by_path(plugin, name, source)
        except Exception as error:  # it only looks: whatever is in a file, it is read all the same
            check_passing(path, error)
            logger.exception("%s: unexpected failure while looking for mistakes", path)
            return ()
        findings = [finding for there in findings_by_path.values() for finding in there]
        self._note_groups(path, plugin, groups_in(plugin, name, source.data))
        accepted = partial(_accepted, plugin, name, before)
        mistake = refusal(plugin, name, findings, accepted, self.settings.strict_repository)
        for place, there in findings_by_path.items():
            self._tell(place, there, mistake)
        if mistake is not None:
            raise MistakenFile(mistake)
        return tuple(findings)

    def _note_groups(self, path: str, plugin: str, places: Places) -> None:
        """Remember which groups a file speaks of."""
        before = self._groups.pop(path, None)
        if places:
            self._groups[path] = (plugin, places)
        if before != self._groups.get(path):
            self.has_other_groups = True

    def tell_unknown_groups(self, known: Collection[str]) -> None:
        """
        Tell the groups that files speak of and that there are not, each once.

        :param known: those that there are
        """
        self.has_other_groups = False
        told = set(self._unknown_groups)
        places = {path: lines for path, (_, lines) in self._groups.items()}
        plugins = {path: plugin for path, (plugin, _) in self._groups.items()}
        self._unknown_groups = tuple(unknown_groups(places, known, plugins))
        for finding in self._unknown_groups:
            if finding not in told:
                logger.warning("%s", finding)

    def _tell(self, path: str, findings: Sequence[Finding], refused: Finding | None) -> None:
        """
        Tell those mistakes in a file that were not there when it was read before.

        :param refused: is told by whoever says what follows from it
        """
        told = {str(finding) for finding in self._findings.pop(path, ())}
        if findings:
            self._findings[path] = tuple(findings)
        for finding in findings:
            if str(finding) not in told and finding is not refused:
                level = logging.ERROR if finding.severity == "error" else logging.WARNING
                logger.log(level, "%s", finding)

    def forget_unused(self, dropped: Set[Key], used: Sequence[Set[Key]]) -> None:
        """
        Forget what no snapshot uses any more.

        :param dropped: the keys of what was used until now and may not be any more
        :param used: the keys of what is in use now
        """
        self._has_state = True
        fresh, self._fresh = self._fresh, set()
        unused = {key for key in dropped | fresh if not any(key in keys for keys in used)}
        for key in unused:
            self._interpreted.pop(key, None)
            self._note_groups(key[0], "", {})
        if self._findings and (unused or not fresh.isdisjoint(self._composed)):
            self._forget_findings()
        self._composed -= unused

    def _forget_findings(self) -> None:
        paths = {
            path
            for interpreted in self._interpreted.values()
            for path in interpreted.dependencies.stamps
        }
        self._findings = {
            path: findings for path, findings in self._findings.items() if path in paths
        }

    def composed(self) -> list[Key]:
        """Return the keys of what was read from more than its own file, or could not be read."""
        return list(self._composed)

    def under(self, settings: Settings) -> Library:
        """
        Return a library for other settings, which may change what files say.

        Every file is interpreted anew; one that cannot be keeps what it said last.
        """
        library = Library(settings)
        library._interpreted = {
            key: Interpreted(
                interpreted.value,
                Dependencies(),
                accepted=interpreted.accepted,
                is_new=interpreted.is_new,
            )
            for key, interpreted in self._interpreted.items()
        }
        library._findings = dict(self._findings)
        library._unknown_groups = self._unknown_groups
        library._has_state = self._has_state
        return library


def _nothing() -> None:
    """Return what there was before the first state of a file."""


def plugin_of(path: str, name: str) -> str:
    """Return the plugin whose folder a file is in, by its full path and its path in there."""
    return os.path.basename(path[: -len(name)].rstrip(os.sep))


def _accepted(plugin: str, name: str, before: Earlier) -> tuple[Finding, ...] | None:
    """Return the mistakes that a file had when it was good last, None where it never was."""
    if before.interpreted is not None:
        accepted: tuple[Finding, ...] | None = before.interpreted.accepted
        return accepted
    if before.source is None:
        return None
    findings_by_path = _findings_by_path(plugin, name, before.source)
    return tuple(finding for there in findings_by_path.values() for finding in there)


def _findings_by_path(plugin: str, name: str, source: Source) -> dict[str, list[Finding]]:
    findings_by_path = {source.path: findings_in(plugin, name, source.path, source.data)}
    for other in source.dependencies.stamps:
        if other != source.path and other.endswith(".xml") and os.path.isfile(other):
            data = source.content(other)
            findings_by_path[other] = findings_in_included(plugin, name, other, data)
    for path, line, href in source.missing:
        finding = Finding("missing-include", "error", path, line, missing_text(href), plugin)
        findings_by_path.setdefault(path, []).append(finding)
    return findings_by_path


def with_result(problem: RepositoryError, result: str) -> str:
    """Return what is wrong with a file and what follows from it, as one line."""
    text = str(problem)
    return f"{text} {result[:1].upper()}{result[1:]}" if text.endswith("?") else f"{text}; {result}"


def as_problem(path: str, error: Exception) -> RepositoryError:
    """Return any exception as one that names the file."""
    return RepositoryError(path, str(error) or type(error).__name__)


@dataclass(eq=False)
class Changes:
    """
    The keys of what was interpreted of some files, as far as that was not taken over.

    :ivar loaded: in order; requests may load further ones
    :ivar dropped: of what was used before and was not taken over
    :ivar base: those of the files that were taken over from, None where nothing was
    """

    loaded: list[Key] = field(default_factory=list)
    dropped: set[Key] = field(default_factory=set)
    base: list[Key] | None = None


@dataclass
class Files(Mapping[str, Stamp]):
    """
    The files below one folder as one snapshot sees them: relative path to stamp, sorted.

    :ivar folder: full path of the folder, which need not exist
    :ivar used: what was interpreted of them
    :ivar changes: in what that differs from what was used of the folder before
    """

    library: Library
    folder: str
    listing: Listing
    used: dict[Key, Interpreted] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)

    def __getitem__(self, name: str) -> Stamp:
        return self.listing[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.listing)

    def __len__(self) -> int:
        return len(self.listing)

    def path(self, name: str) -> str:
        """Return the full path of a file, whether there is such a file or not."""
        return os.path.join(self.folder, name)

    def load(
        self, name: str, interpretation: Interpretation[T], without: str = NOT_USED
    ) -> T | None:
        """
        Return what a file says, or None where it is missing or was never understood.

        :param interpretation: a class or a module-level function that takes a `Source`; it is
            called once for each state of the file, and its result is shared by all snapshots,
            so it must not be changed. If it raises, its last result for this file is returned.
        :param without: what follows where it was never understood, for the log
        """
        stamp = self.listing.get(name)
        if stamp is None:
            return None
        key: Key = (self.path(name), interpretation)
        interpreted = self.used[key] = self.library.interpret(key, name, stamp, without)
        self.changes.loaded.append(key)
        value: T | None = interpreted.value
        return value

    def load_kept(self, name: str, interpretation: Interpretation[T], without: str) -> T | None:
        """
        Return what a file said last before this process, None where that is not kept.

        :param without: what follows then, for the log
        """
        path = self.path(name)
        key, library = (path, interpretation), self.library
        earlier = Earlier(library.kept, library.settings, key, name, None)
        logger.error("%s is missing: restore it; %s", path, earlier.what_now(without))
        value: T | None = earlier.value
        return value

    def problem(self, name: str, interpretation: Interpretation[Any]) -> RepositoryError | None:
        """Return what is wrong with one file that was loaded, None if nothing is."""
        interpreted = self.used.get((self.path(name), interpretation))
        return None if interpreted is None else interpreted.problem

    @property
    def problems(self) -> tuple[RepositoryError, ...]:
        """The problems of the files that were loaded."""
        return tuple(
            interpreted.problem for interpreted in self.used.values() if interpreted.problem
        )

    @property
    def unread(self) -> tuple[RepositoryError, ...]:
        """
        The problems of those of them that were never understood: nobody knows what they say.

        One that came later and never was understood is not among them: what there was without it
        is still good.
        """
        return tuple(
            interpreted.problem
            for interpreted in self.used.values()
            if interpreted.problem and interpreted.value is None and not interpreted.is_new
        )

    def outside(self) -> set[str]:
        """Return the paths outside the folder that loaded files were read from."""
        dependencies = [interpreted.dependencies for _, interpreted in self._composed()]
        paths = {path for several in dependencies for path in several.stamps}
        patterns = {glob for several in dependencies for glob in several.globs}
        return {path for path in paths | patterns if not is_below(path, self.folder)}

    def _composed(self) -> Iterator[tuple[Key, Interpreted]]:
        """Yield what was interpreted of more than one file, or could not be read."""
        for key in self.library.composed():
            interpreted = self.used.get(key)
            if interpreted is not None:
                yield key, interpreted

    def is_current(self, now: Files) -> bool:
        """Say whether a plugin that was made from these files would be made alike from `now`."""
        changed = now.listing.changed
        is_same = self.listing == now.listing if changed is None else not changed
        return is_same and all(
            interpreted.dependencies.are_alone or interpreted.dependencies.are_current()
            for _, interpreted in self._composed()
        )

    def changed_since(self, before: Files) -> Set[str] | None:
        """
        Return the names of files that are there no more, or may say something else than before.

        :param before: what these were listed after
        :returns: None where that may be all of them
        """
        changed = self.listing.changed
        if before.library is not self.library or changed is None:
            return None
        start = len(self.folder) + 1
        return changed | {
            path[start:]
            for (path, _), interpreted in before._composed()
            if not interpreted.dependencies.are_current()
        }

    def take_over(self, before: Files, changed: Set[str]) -> None:
        """
        Use what was interpreted before.

        :param changed: names of files of which that is not so
        """
        paths = set(map(self.path, changed))
        self.used.update(before.used)
        self.changes.base = before.changes.loaded
        self.changes.dropped = {key for key in self.used if key[0] in paths}
        for key in self.changes.dropped:
            del self.used[key]
