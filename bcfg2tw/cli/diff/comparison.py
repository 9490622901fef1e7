"""The comparison of two states of a site, from their clients' names to a report."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from bcfg2tw.cli.diff.building import BuiltClient, ClientSelection, StateError
from bcfg2tw.cli.diff.processes import OpenedClients, OpenedState, build_pairs, opened
from bcfg2tw.cli.diff.states import FolderState, State
from bcfg2tw.cli.progress import progress_bar
from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.differences import Built, compare
from bcfg2tw.comparing.ignoring import IgnoreRules
from bcfg2tw.comparing.report import ComparisonReport, ReportBuilder
from bcfg2tw.comparing.secrets import SecretTexts
from bcfg2tw.engine.secrets.texts import encrypted_paths, secret_texts
from bcfg2tw.engine.xmlio import parse_own
from bcfg2tw.settings import Settings

__all__ = ["ClientDifferences", "ComparedStates", "Progress", "RefusedClients"]

#: Shows how many clients of how many are done.
Progress: TypeAlias = "Callable[[int], object]"


@dataclass(frozen=True)
class ClientDifferences:
    """
    A client that was built in both states, and what differs.

    :ivar is_unbuildable: whether it could be built in neither, for the same reason
    :ivar refusals: why each state refuses it because of its files, None where it does not
    """

    host: str
    differences: tuple[Difference, ...]
    profile: str | None
    groups: tuple[str, ...]
    is_unbuildable: bool
    refusals: tuple[str | None, str | None]


@dataclass(frozen=True)
class ComparedStates:
    """
    Two states of a site that are to be compared.

    :ivar settings: of the site
    :ivar children: processes that build for each state
    :ivar explain: returns why a difference of a client is as it is, empty where that is unknown
    """

    old: State
    new: State
    settings: Settings
    selection: ClientSelection
    ignored: IgnoreRules
    only_failures: bool = False
    children: int = 1
    explain: Callable[[Difference, str], str] = lambda difference, client: ""

    def report(self) -> ComparisonReport:
        """
        Build all clients that are asked for in both states.

        :raises Bcfg2Error: if a state cannot be built
        """
        started = time.perf_counter()
        with ExitStack() as stack:
            for state in (self.old, self.new):
                folder = tempfile.TemporaryDirectory(prefix="bcfg2tw-diff-")
                state.prepare(os.path.realpath(stack.enter_context(folder)))
            compare_client = partial(differences_of, self._secrets())
            states = self.old, self.new
            pair = stack.enter_context(
                opened(states, self.selection, compare_client, self.children)
            )
            builder = self._compared(*pair)
        return builder.report(time.perf_counter() - started)

    def _compared(self, old: OpenedState, new: OpenedState) -> ReportBuilder:
        before, after = old.wait(), new.wait()
        _check_files(self.old, before, after)
        _check_files(self.new, after, before)
        hosts = _hosts(before, after)
        builder = ReportBuilder(self.old.title, self.new.title, self.ignored, self.explain)
        builder.notes += [*self.old.notes, *self.new.notes, *before.problems]
        builder.notes += _only(self.old, before.complaints, after.complaints)
        builder.notes += _only(self.new, after.complaints, before.complaints)
        refusals = RefusedClients((self.old.title, self.new.title))
        with progress_bar("clients", len(hosts)) as progress:
            build_pairs(old, new, hosts, partial(self.take, builder, refusals, progress))
        refusals.check()
        return builder

    def take(
        self, builder: ReportBuilder, refusals: RefusedClients, progress: Progress,
        client: ClientDifferences,
    ) -> None:  # fmt: skip
        """Take a client that was compared."""
        differences = client.differences
        if self.only_failures:
            differences = tuple(one for one in differences if one.is_failure)
        builder.add(
            client.host, differences, client.profile, client.groups,
            client.is_unbuildable,
        )  # fmt: skip
        refusals.add(client)
        progress(refusals.clients)

    def _secrets(self) -> SecretTexts:
        paths = [one.path for one in (self.old, self.new) if isinstance(one, FolderState)]
        every = [replace(self.settings, repository=path) for path in paths or [self.home]]
        texts = (text for settings in every for text in secret_texts(settings))
        names = (name for settings in every for name in encrypted_paths(settings.repository))
        return SecretTexts.of(texts, names)

    @property
    def home(self) -> str:
        """The site's own repository."""
        return self.settings.repository


def _check_files(state: State, clients: OpenedClients, others: OpenedClients) -> None:
    """
    See that all files of a state can be used, or can be used in neither.

    :raises StateError: naming the file; what it would make of clients, nobody knows
    """
    broken = [line for line in clients.problems if line not in others.problems]
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        raise StateError(f"{state.title} cannot be built: {broken[0]}{more}")


def _hosts(old: OpenedClients, new: OpenedClients) -> list[str]:
    if old.selected is None and new.selected is None:
        raise StateError("servers do not tell the groups and bundles of clients")
    every = {*old.clients, *new.clients}
    chosen = {*(old.selected or ()), *(new.selected or ())}
    unknown = sorted(chosen - every)
    if unknown:
        raise StateError(f"neither state has a client {unknown[0]}")
    return sorted(chosen)


def _only(state: State, complaints: Iterable[str], others: list[str]) -> list[str]:
    return [f"{state.title}: {line}" for line in complaints if line not in others]


class RefusedClients:
    """The clients that states refuse because of their files; one that refuses all is no state."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.clients = 0
        self._titles = titles
        self._reasons: list[list[str]] = [[], []]

    def add(self, client: ClientDifferences) -> None:
        """Count a client."""
        self.clients += 1
        for reasons, refusal in zip(self._reasons, client.refusals, strict=True):
            if refusal is not None:
                reasons.append(refusal)

    def check(self) -> None:
        """
        See that each state has a configuration for some client.

        :raises StateError: if one of them has none
        """
        for title, reasons in zip(self._titles, self._reasons, strict=True):
            if reasons and len(reasons) == self.clients:
                raise StateError(f"{title} cannot be built: {reasons[0]}")


def differences_of(secrets: SecretTexts, new: BuiltClient, old: BuiltClient) -> ClientDifferences:
    """Return what differs of a client that was built in both states."""
    same = old.exists and new.exists and old.document == new.document
    differences: list[Difference] = []
    if not same or old.failure != new.failure:
        client = ComparedClient(new.host, secrets)
        differences = compare(_built(old), _built(new), client)
    profile, groups = (new.profile, new.groups) if new.groups else (old.profile, old.groups)
    is_unbuildable = new.failure is not None and not differences
    refusals = old.refusal, new.refusal
    return ClientDifferences(
        new.host, tuple(differences), profile, groups, is_unbuildable, refusals
    )


def _built(client: BuiltClient) -> Built:
    if not client.exists:
        return None
    return client.failure if client.document is None else parse_own(client.document)
