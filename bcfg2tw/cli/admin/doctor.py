"""`doctor`: everything that a server needs, examined; the status is for monitoring."""

from __future__ import annotations

import click

from bcfg2tw.cli.admin.examinations import CRITICAL, EXAMINATIONS, GOOD, WARNING, Verdict
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_table
from bcfg2tw.errors import Bcfg2Error

__all__ = ["doctor"]

#: As monitoring programs take them.
_STATUSES = {GOOD: 0, WARNING: 1, CRITICAL: 2}


@click.command("doctor")
@pass_site
@json_option
def doctor(site: Site, as_json: bool) -> None:
    """
    Examine configuration, repository, certificates, names, permissions, databases, disk, clock,
    port, and the other server of shadow mode.

    The exit status is 0 where all is well, 1 for warnings, 2 for what keeps the server from
    serving.
    """
    verdicts = _verdicts(site)
    rows = [(verdict.subject, verdict.state, verdict.text) for verdict in verdicts]
    show_table(("Subject", "State", "Detail"), rows, as_json)
    status = max(_STATUSES[verdict.state] for verdict in verdicts)
    if status:
        raise click.exceptions.Exit(status)


def _verdicts(site: Site) -> list[Verdict]:
    try:
        _ = site.settings
    except Bcfg2Error as error:
        return [Verdict("configuration", CRITICAL, str(error))]
    return [verdict for examine in EXAMINATIONS for verdict in examine(site)]
