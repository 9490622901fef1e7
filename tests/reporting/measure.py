"""
A program that measures taking in: `python -m tests.reporting.measure [DOCUMENTS [URL]]`.

Documents as 1,000 hosts upload them, three of five clean but for three extra entries, the others
with five bad ones, go the way from their text to the database, one after the other as fast as that
can be: parsed, written into the spool, committed.
"""

from __future__ import annotations

import base64
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator

from sqlalchemy import func, select

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.engine.xmlio import parse_upload
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.documents import report_of
from bcfg2tw.reporting.intake import Intake
from bcfg2tw.reporting.model import Run
from bcfg2tw.reporting.spool import Spool
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.settings import Settings

HOSTS, ENTRIES, BAD = 1000, 200, 5
FILE_LIMIT, MOST_ELEMENTS = 1 << 20, 100_000
DIFFERENCE = "".join(f"-old line {number}\n+new line {number}\n" for number in range(120))
SECOND = 1_000_000


def bad_entries(chance: random.Random) -> Iterator[str]:
    """Yield bad entries of a run, of which many hosts have the same."""
    difference = base64.b64encode(DIFFERENCE.encode()).decode()
    for number in chance.sample(range(20), BAD):
        if number % 2:
            yield (
                f'<Path type="file" name="/etc/file{number}" owner="root" group="root" mode="0644" '
                f'current_owner="root" current_group="root" current_mode="0600" '
                f'current_bdiff="{difference}"/>'
            )
        else:
            yield (
                f'<Package type="deb" name="package{number}" version="1.{number}-1" '
                f'current_version="1.0-{chance.randrange(3)}"/>'
            )


def good_entries(number: int) -> str:
    """Return as many entries as are good, which are counted only."""
    return "".join(
        f'<Path type="file" name="/etc/good{each}" owner="root" group="root" mode="0644" '
        f'current_owner="0" current_group="0" current_mode="0644" qtext=""/>'
        for each in range(number)
    )


def document(chance: random.Random) -> str:
    """Return the text of an upload."""
    bad = "".join(bad_entries(chance)) if chance.random() < 0.4 else ""
    extra = "".join(f'<Service type="systemd" name="extra{number}"/>' for number in range(3))
    stamps = " ".join(f'phase{number}="{chance.random()}"' for number in range(9))
    number = BAD if bad else 0
    return (
        f'<upload-statistics><Statistics version="2.0" state="{"dirty" if bad else "clean"}" '
        f'total="{ENTRIES}" good="{ENTRIES - number}"><Bad>{bad}</Bad><Extra>{extra}</Extra>'
        f"<Good>{good_entries(ENTRIES - number)}</Good>"
        f"<OpStamps {stamps}/></Statistics></upload-statistics>"
    )


def main(number: int, url: str | None) -> None:
    """Take documents in, and print what one took."""
    chance = random.Random(1)
    texts = [document(chance) for _ in range(number)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "reports.sqlite")
        database = ReportDatabase(location_of(Settings(db_url=url or f"sqlite:///{path}"), {}))
        intake = Intake(
            Spool(os.path.join(folder, "spool"), folder, 1 << 30),
            SystemClock(),
            ReportStore(database).add,
        )
        intake.start()
        wall, cpu = time.perf_counter(), time.process_time()
        for count, text in enumerate(texts):
            run = Run(
                f"host{count % HOSTS}.example", intake.clock.now(), server="node", profile="p"
            )
            intake.take(report_of(parse_upload(text, MOST_ELEMENTS), run, FILE_LIMIT))
        answered = time.perf_counter() - wall
        while _stored(database) < number:
            time.sleep(0.02)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        intake.stop()
        size = os.path.getsize(path) if url is None else 0
    print(f"{number} documents, {sum(map(len, texts)) // number} bytes each")
    print(f"CPU {cpu / number * 1000:.2f} ms each, {number / wall:.0f} documents/s")
    print(f"answered after {answered / number * 1000:.2f} ms each; {size / number:.0f} bytes a run")


def _stored(database: ReportDatabase) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.runs)).scalar_one())


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(int(arguments[0]) if arguments else 2000, arguments[1] if len(arguments) > 1 else None)
