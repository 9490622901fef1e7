"""The comparison of servers: as of any two states, but for clients that cannot be asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bcfg2tw.cli.compare.servers import NO_ANSWER
from bcfg2tw.cli.diff.comparison import ClientDifferences, ComparedStates, Progress, RefusedClients
from bcfg2tw.comparing.client_names import folded_names
from bcfg2tw.comparing.report import ComparisonReport, ReportBuilder

__all__ = ["ComparedServers"]


@dataclass(frozen=True)
class ComparedServers(ComparedStates):
    """
    Two servers, or a server and a repository.

    :ivar not_asked: clients that a server did not answer for, by its reason
    """

    not_asked: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def report(self) -> ComparisonReport:
        """
        Compare all clients that are asked for.

        :raises Bcfg2Error: if one of both answers for no client, or cannot be built
        """
        report = super().report()
        return replace(report, notes=(*report.notes, *self._notes()))

    def take(
        self, builder: ReportBuilder, refusals: RefusedClients, progress: Progress,
        client: ClientDifferences,
    ) -> None:  # fmt: skip
        """Take a client that was compared; one that could not be asked for does not differ."""
        reasons = [reason for reason in client.refusals if reason and reason.startswith(NO_ANSWER)]
        if not reasons:
            super().take(builder, refusals, progress, client)
            return
        self.not_asked[reasons[0].removeprefix(NO_ANSWER)].append(client.host)
        refusals.add(client)
        progress(refusals.clients)

    def _notes(self) -> Iterator[str]:
        for reason, clients in self.not_asked.items():
            yield f"not compared: {folded_names(clients)}: {reason}"
