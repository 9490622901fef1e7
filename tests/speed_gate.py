"""
A gate for speed: what a client's run costs the server, against an earlier state of the code.

    python3 -m tests.speed_gate [COMMIT]

serves one repository with this checkout's code and with that of a commit, each in two ways
(configurations kept, and built anew for each call), all at once, and makes the same runs with each
in turn. It compares processor time a run, and fails where that has grown by more than a tenth.

Other work on the machine makes all of them slower, so that the ratios stay about as they are. What
looks slower is measured again, up to three times: only what is slower each time fails. Where the
commit is not there, as in a checkout without history, nothing is compared, and the status is 75.
"""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.certificates import Authority
from tests.measuring import CLIENTS, KEPT, Clients, SiteToMeasure, costs_of_runs, median_ratio
from tests.processes import ROOT

#: The state that a run is compared with. A release makes it its own.
EARLIER = "2e03033faac3aaf5b55efdfbd83f0f985dfc27d0"

TOLERANCE = 0.1
ATTEMPTS = 3
ROUNDS = 5
RUNS = 40

NOT_COMPARED = 75

#: Whose code serves.
NOW, BEFORE = "now", "before"


def unpack(commit: str, folder: Path) -> bool:
    """Write the files of a commit into a new folder; False if there is no such commit here."""
    archive = subprocess.run(
        ["git", "archive", commit, "bcfg2tw", "twisted"], cwd=ROOT, capture_output=True
    )
    if archive.returncode:
        print(archive.stderr.decode(errors="replace").strip(), file=sys.stderr)
        return False
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder)
    return True


@contextmanager
def all_served(folder: Path, earlier: Path) -> Iterator[Mapping[str, tuple[int, Clients]]]:
    """
    Serve in each way with the code of now and before, until the block ends.

    :param earlier: the code of before
    """
    authority = Authority(folder, "Gate CA")
    servers = {}
    with ExitStack() as running:
        for way, caching in KEPT.items():
            for time_of, checkout in ((NOW, ROOT), (BEFORE, earlier)):
                name = f"{way} {time_of}"
                site = SiteToMeasure.make(folder / name, authority, CLIENTS, caching)
                process = running.enter_context(site.served(checkout=checkout))
                servers[name] = process, site.clients(CLIENTS)
        yield servers


def slower_ways(costs: Mapping[str, list[float]]) -> set[str]:
    """Say how each way has done, and return those that have become slower."""
    slower = set()
    for way in KEPT:
        now, before = costs[f"{way} {NOW}"], costs[f"{way} {BEFORE}"]
        ratio = median_ratio(now, before)
        verdict = "good"
        if ratio > 1 + TOLERANCE:
            verdict = "slower"
            slower.add(way)
        print(
            f"{way}: {statistics.median(now):.1f} ms CPU a run, {statistics.median(before):.1f} "
            f"before: {ratio:.2f} times, {verdict}",
            flush=True,
        )
    return slower


def main(commit: str = EARLIER) -> int:
    """Measure, and return 1 if a run has become more expensive."""
    began = time.monotonic()
    slower = set(KEPT)
    with tempfile.TemporaryDirectory(prefix="bcfg2tw-speed-") as name:
        folder = Path(name)
        if not unpack(commit, folder / "earlier"):
            print(f"Nothing is compared: there is no commit {commit} here", file=sys.stderr)
            return NOT_COMPARED
        with all_served(folder, folder / "earlier") as servers:
            for _ in range(ATTEMPTS):
                slower &= slower_ways(costs_of_runs(servers, ROUNDS, RUNS))
                if not slower:
                    break
    print(f"{time.monotonic() - began:.0f} s")
    return int(bool(slower))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
