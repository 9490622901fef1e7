"""Mistakes on the command line of `twistd bcfg2-core`, with what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from twisted.python import usage

from bcfg2tw.near_names import near_name

#: Options of bcfg2-server that are none here, and what takes their place.
_DAEMON = (
    "give twistd --pidfile FILE, before bcfg2-core, which detaches unless it gets --nodaemon; or "
    "run bcfg2tw serve, which has it"
)
_PASSWORD = "write [communication] password, because a command line can be read by all"
OLD_OPTIONS: Mapping[str, str] = {
    "-D": _DAEMON, "--daemon": _DAEMON, "-x": _PASSWORD, "--password": _PASSWORD
}  # fmt: skip


def explain_usage(error: usage.UsageError, options: usage.Options) -> str:
    """
    Return what is wrong with a command line, and what would be right where that is known.

    :param options: those that the mistake was made in, below those of twistd
    """
    match = re.fullmatch(r"option (-\S+) not recognized", str(error))
    if match is None:
        return str(error)
    name = match[1]
    if name in OLD_OPTIONS:
        return f"{error}: it is of bcfg2-server; {OLD_OPTIONS[name]}"
    if options.parent is not None and name in _names(options.parent):
        return f"{error}: it is of twistd, so give it before bcfg2-core"
    near = near_name(name.lstrip("-"), [known.lstrip("-") for known in _names(options)])
    remedy = f": did you mean --{near}?" if near is not None and name.startswith("--") else ""
    return f"{error}{remedy}"


def _names(options: usage.Options) -> Iterable[str]:
    """Return the options of a command, with their dashes."""
    for name in (*options.synonyms, *options.synonyms.values()):
        yield f"-{name}" if len(name) == 1 else f"--{name.replace('_', '-')}"
