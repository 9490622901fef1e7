"""The options of Bcfg2 1.3's bcfg2-reports, in place of commands (:ref:`reporting-10`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bcfg2tw.cli.reports import hosts
from bcfg2tw.cli.reports.store import Reports, pass_reports
from bcfg2tw.cli.site_options import config_option
from bcfg2tw.reporting.host_lists import RunFilter
from bcfg2tw.reporting.model import STATES

__all__ = ["old_options"]

#: The options that say what to do, by the mode that they stand for.
_MODES: Mapping[str, str] = {
    "all_hosts": "clients", "clean": "clients", "dirty": "clients", "stale": "clients",
    "bad": "show", "extra": "show", "modified": "show", "show": "show",
    "total": "total", "expire": "expire",
    "badentry": "badentry", "modifiedentry": "modifiedentry", "extraentry": "extraentry",
    "entrystatus": "entrystatus",
}  # fmt: skip


def _flag(spelling: str, name: str, help: str) -> click.Option:
    return click.Option([*spelling.split(), name], is_flag=True, help=help)


_OPTIONS: list[click.Parameter] = [
    _flag("-a --all", "all_hosts", "List all hosts."),
    _flag("-c --clean", "clean", "List clean hosts."),
    _flag("-d --dirty", "dirty", "List dirty hosts."),
    _flag("--stale", "stale", "List hosts that did not report for 25 hours."),
    _flag("-b --bad", "bad", "Show bad entries of a host."),
    _flag("-e --extra", "extra", "Show extra entries of a host."),
    _flag("-m --modified", "modified", "Show modified entries of a host."),
    _flag("-s --show", "show", "Show bad, modified and extra entries of a host."),
    _flag("-t --total", "total", "Show how many entries a host has."),
    _flag("-x --expire", "expire", "Expire a host, or take it back."),
    _flag("--badentry", "badentry", "List hosts where entries are bad."),
    _flag("--modifiedentry", "modifiedentry", "List hosts where entries were modified."),
    _flag("--extraentry", "extraentry", "List hosts where entries are extra."),
    _flag("--entrystatus", "entrystatus", "List hosts with the state of an entry."),
    click.Option(["--fields"], default=hosts.FIELDS, metavar="LIST", help="What to show."),
    click.Option(["--file"], type=click.Path(path_type=Path), metavar="FILE",
                 help="Read TYPE:NAME from a file."),
    click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
    click.Argument(["names"], nargs=-1, metavar="[HOST | TYPE:NAME...]"),
]  # fmt: skip


@pass_reports
def _run(
    reports: Reports, /, names: tuple[str, ...], fields: str, file: Path | None, as_json: bool,
    **flags: bool,
) -> None:  # fmt: skip
    mode = _mode(flags)
    if mode == "clients":
        wanted = flags["clean"], flags["dirty"], flags["stale"]
        wanted = (False, False, False) if flags["all_hosts"] else wanted
        hosts.show_clients(reports, wanted, fields, RunFilter(), as_json)
    elif mode == "entrystatus":
        (name,) = hosts.entry_names(names[:1] or _missing("TYPE:NAME"))
        hosts.show_entry(reports, name, fields, RunFilter(), as_json)
    elif mode.endswith("entry"):
        pairs = hosts.entry_names(names, file)
        hosts.show_entries(reports, mode.removesuffix("entry"), pairs, fields, RunFilter(), as_json)
    else:
        _of_host(reports, mode, _host(names), flags, as_json)


def _mode(flags: Mapping[str, bool]) -> str:
    """
    Return the mode that options ask for.

    :raises UsageError: if it is none, or more than one
    """
    given = [name for name in _MODES if flags[name]]
    modes = list(dict.fromkeys(_MODES[name] for name in given))
    if not modes:
        raise click.UsageError("You must specify a mode")
    if len(modes) > 1:
        first, second = (next(one for one in given if _MODES[one] == mode) for mode in modes[:2])
        raise click.UsageError(
            f"Only one mode can be specified; found {_spelling(first)} and {_spelling(second)}"
        )
    return modes[0]


def _spelling(name: str) -> str:
    return "/".join(next(option.opts for option in _OPTIONS if option.name == name))


def _host(names: Sequence[str]) -> str:
    if len(names) > 1:
        raise click.UsageError(f"one host is wanted, not {', '.join(names)}")
    return (names or _missing("HOST"))[0]


def _missing(name: str) -> Any:
    raise click.UsageError(f"Missing argument '{name}'")


def _of_host(
    reports: Reports, mode: str, host: str, flags: Mapping[str, bool], as_json: bool
) -> None:
    if mode == "expire":
        hosts.expire_host(reports, host)
    elif mode == "total":
        hosts.show_total(reports, host, RunFilter(), as_json)
    else:
        states = [state for state in STATES if flags["show"] or flags[state]]
        hosts.show_host(reports, host, states, RunFilter(), as_json)


old_options = click.Command(
    "reports",
    callback=_run,
    params=[*_OPTIONS, config_option()],
    help="Show what clients have reported, as Bcfg2 1.3's bcfg2-reports did.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
