"""
The top of the hour, simulated: all clients of a site begin their runs at about the same time.

    python3 -m tests.top_of_hour [--clients 100000] [--nodes 4] [--cores 4] [--cpu-ms 10]
                                 [--spread 300] [--pause 30] [--timeout 90] [--queue 1000]

Give it the processor time that a run takes on your machine (docs/capacity.rst says how to measure
that) and it says how long runs take, how many calls wait longer than clients do, and when the last
client is served. A node is as many cores that each answer one call at a time, in the order of
arrival; clients go to the node with the fewest open calls, as they do behind `balance leastconn`.
Of more calls than may wait for a core (`[bcfg2tw] max_queue` of each worker) the further ones are
told to come back. Clients make a call again that was sent away or not answered in time, three
times, a second later, as Bcfg2's do; what a node does for a client that has gone is lost.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

#: The shares of a run's processor time that its calls have, GetConfig being the fourth.
SHARES = (0.16, 0.16, 0.2, 0.3, 0.18)

RETRIES = 3
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Site:
    """
    What is simulated; times are in seconds.

    :ivar clients: how many there are
    :ivar cores: of each of the nodes
    :ivar run_seconds: processor time that a run takes of a core
    :ivar spread_seconds: within which all clients begin
    :ivar pause_seconds: that a client works between its configuration and its report
    :ivar timeout_seconds: for which a client waits for an answer
    :ivar queue: how many calls may wait for each core
    """

    clients: int = 100_000
    nodes: int = 4
    cores: int = 4
    run_seconds: float = 0.01
    spread_seconds: float = 300.0
    pause_seconds: float = 30.0
    timeout_seconds: float = 90.0
    queue: int = 1000

    @property
    def least_seconds(self) -> float:
        """The time that all cores together need for all runs."""
        return self.clients * self.run_seconds / (self.nodes * self.cores)


@dataclass
class Outcome:
    """
    What came of it.

    :ivar runs: how long each run took, without the client's own work
    :ivar late: how many calls were not answered in time
    :ivar refused: how many were told to come back
    :ivar failed: how many runs were given up
    :ivar longest_queue: the most calls that waited at one node
    :ivar end_seconds: when the last client had its last answer
    """

    runs: list[float] = field(default_factory=list)
    late: int = 0
    refused: int = 0
    failed: int = 0
    longest_queue: int = 0
    end_seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """Return the time that this share of the runs did not exceed."""
        ordered = sorted(self.runs)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class _Call:
    """A call of a client: which of its run, when it was made, and how often before."""

    began_run: float
    number: int
    made: float = 0.0
    attempts: int = 0
    is_answered: bool = False


class _Node:
    """A node: its idle cores, and the calls that wait."""

    def __init__(self, cores: int) -> None:
        self.idle = cores
        self.waiting: deque[_Call] = deque()
        self.open = 0


class Simulation:
    """One hour's beginning."""

    def __init__(self, site: Site, seed: int = 0) -> None:
        """
        Have all clients about to begin.

        :param seed: of the moments at which they do
        """
        self._site = site
        self._outcome = Outcome()
        self._nodes = [_Node(site.cores) for _ in range(site.nodes)]
        self._number = 0
        self._events: list[tuple[float, int, str, _Call, _Node | None]] = []
        moments = random.Random(seed)
        for _ in range(site.clients):
            moment = moments.uniform(0, site.spread_seconds)
            self._plan(moment, "make", _Call(moment, 0))

    def _plan(self, moment: float, what: str, call: _Call, node: _Node | None = None) -> None:
        self._number += 1
        heapq.heappush(self._events, (moment, self._number, what, call, node))

    def run(self) -> Outcome:
        """Return what comes of it."""
        while self._events:
            moment, _, what, call, node = heapq.heappop(self._events)
            if what == "make":
                self._make(moment, call)
            elif what == "give up":
                self._give_up(moment, call)
            else:
                assert node is not None
                self._end(moment, call, node)
        return self._outcome

    def _make(self, moment: float, call: _Call) -> None:
        """Have a client make a call."""
        node = min(self._nodes, key=lambda each: each.open)
        call.made = moment
        if len(node.waiting) >= self._site.queue * self._site.cores:
            self._outcome.refused += 1
            self._try_again(moment, call)
            return
        node.open += 1
        node.waiting.append(call)
        self._outcome.longest_queue = max(self._outcome.longest_queue, len(node.waiting))
        self._plan(moment + self._site.timeout_seconds, "give up", call)
        self._begin(moment, node)

    def _begin(self, moment: float, node: _Node) -> None:
        """Have a node's idle cores take the calls that wait."""
        while node.idle and node.waiting:
            call = node.waiting.popleft()
            node.idle -= 1
            seconds = SHARES[call.number] * self._site.run_seconds
            self._plan(moment + seconds, "end", call, node)

    def _end(self, moment: float, call: _Call, node: _Node) -> None:
        """Have a client get its answer, if it still waits."""
        node.idle += 1
        node.open -= 1
        self._begin(moment, node)
        if moment - call.made > self._site.timeout_seconds:
            return
        call.is_answered = True
        self._go_on(moment, call)

    def _go_on(self, moment: float, call: _Call) -> None:
        """Have a client make its next call."""
        self._outcome.end_seconds = max(self._outcome.end_seconds, moment)
        if call.number + 1 == len(SHARES):
            self._outcome.runs.append(moment - call.began_run - self._site.pause_seconds)
            return
        is_report = call.number + 2 == len(SHARES)
        pause = self._site.pause_seconds if is_report else 0.0
        self._plan(moment + pause, "make", _Call(call.began_run, call.number + 1))

    def _give_up(self, moment: float, call: _Call) -> None:
        """Have a client that got no answer make its call again."""
        if call.is_answered:
            return
        self._outcome.late += 1
        self._try_again(moment, call)

    def _try_again(self, moment: float, call: _Call) -> None:
        """Have a client make a call again, or give up its run."""
        if call.attempts == RETRIES:
            self._outcome.failed += 1
            return
        again = _Call(call.began_run, call.number, attempts=call.attempts + 1)
        self._plan(moment + RETRY_SECONDS, "make", again)


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate what the command line says, and print what comes of it."""
    parser = argparse.ArgumentParser(description="The top of the hour, simulated.")
    parser.add_argument("--clients", type=int, default=Site.clients)
    parser.add_argument("--nodes", type=int, default=Site.nodes)
    parser.add_argument("--cores", type=int, default=Site.cores, help="of each node")
    parser.add_argument(
        "--cpu-ms", type=float, default=Site.run_seconds * 1000, help="of a run, on one core"
    )
    parser.add_argument(
        "--spread", type=float, default=Site.spread_seconds, help="seconds; clients begin in them"
    )
    parser.add_argument(
        "--pause", type=float, default=Site.pause_seconds, help="seconds of a client's own work"
    )
    parser.add_argument("--timeout", type=float, default=Site.timeout_seconds, help="of a client")
    parser.add_argument("--queue", type=int, default=Site.queue, help="calls that wait for a core")
    given = parser.parse_args(arguments)
    site = Site(
        given.clients, given.nodes, given.cores, given.cpu_ms / 1000, given.spread, given.pause,
        given.timeout, given.queue,
    )  # fmt: skip
    outcome = Simulation(site).run()
    print(f"{site.clients:,} clients begin within {site.spread_seconds:g} s;", end=" ")
    print(f"all cores together need {site.least_seconds:.0f} s")
    print(f"runs, without the clients' own work: median {outcome.percentile(0.5):.2f} s,", end=" ")
    print(
        f"99 % within {outcome.percentile(0.99):.2f} s; the last ends {outcome.end_seconds:.0f} s"
    )
    print(f"longest queue at a node: {outcome.longest_queue:,} calls;", end=" ")
    print(f"sent away: {outcome.refused:,}, not answered in time: {outcome.late:,};", end=" ")
    print(f"runs given up: {outcome.failed:,}")


if __name__ == "__main__":
    main()
