"""Commands of an installed Bcfg2, run with what its server has here: names, options, decryption."""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import DEFAULT_CONFIG, Settings
from bcfg2tw.upstream import mends, reporting
from bcfg2tw.upstream.core import network_core
from bcfg2tw.upstream.failures import place_of
from bcfg2tw.upstream.options import DjangoSetup, own_values, temporary_file

#: The modules of Bcfg2's commands, whose class `CLI` runs each.
TOOLS = {
    "admin": "Bcfg2.Server.Admin",
    "info": "Bcfg2.Server.Info",
    "lint": "Bcfg2.Server.Lint",
    "test": "Bcfg2.Server.Test",
    "yum-helper": "Bcfg2.Server.Plugins.Packages.YumHelper",
}
#: Those that cannot work here, and what does in their place.
REPLACED = {
    "crypt": "decryption is this server's: use bcfg2tw crypt",
    "report-collector": "reports are kept by this server itself: leave it away",
    "reports": "reports are in this server's database: use bcfg2tw reports",
    "server": "use twistd bcfg2-core --core upstream",
}

_CONFIG = ("-C", "--config")


def run_tool(name: str, arguments: Sequence[str]) -> int:
    """
    Run one of Bcfg2's commands to its end.

    :param name: as in `TOOLS`, with or without `bcfg2-`, or the path of a script
    :param arguments: the command's own; the bcfg2.conf that they name is read by us
    :returns: its exit status
    :raises SettingsError: if there is no such command, or it cannot be started
    """
    short_name = name.removeprefix("bcfg2-")
    if short_name in REPLACED:
        raise SettingsError(f"{name} of Bcfg2 does not run here: {REPLACED[short_name]}")
    if short_name not in TOOLS and not os.path.isfile(name):
        names = ", ".join(sorted(TOOLS))
        raise SettingsError(f"there is no {name}; Bcfg2 has {names}, and scripts are given by path")
    network_core()
    with _prepared(list(arguments)) as words:
        sys.argv = [f"bcfg2-{short_name}" if short_name in TOOLS else name, *words]
        return _end_of(short_name)


def _end_of(name: str) -> int:
    try:
        if name not in TOOLS:
            runpy.run_path(name, run_name="__main__")
            return 0
        return int(_command_line(TOOLS[name])().run() or 0)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return int(end.code or 0)


def _command_line(module: str) -> Any:
    try:
        imported = importlib.import_module(module)
    except ImportError as error:
        raise SettingsError(f"{place_of(error)}; install what it lacks") from error
    mends.mend()
    return imported.CLI


@contextmanager
def _prepared(arguments: list[str]) -> Iterator[list[str]]:
    """Give the command a bcfg2.conf that Python 3 can read, for as long as the block runs."""
    path, others = _without_config(arguments)
    if not os.path.exists(path):
        yield arguments  # `bcfg2-admin init` makes it
        return
    settings = Settings.load({"config": path, "core": "upstream"})
    reporting.install(settings)
    _add_components(settings)
    with temporary_file(settings) as temporary:
        yield ["-C", temporary, *others]


def _without_config(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Return the path of bcfg2.conf, and the arguments without it."""
    path = os.environ.get("BCFG2_CONFIG_FILE", DEFAULT_CONFIG)
    others: list[str] = []
    words = iter(arguments)
    for word in words:
        if word in _CONFIG:
            path = next(words, path)
        elif word.startswith("--config="):
            path = word.partition("=")[2]
        elif word.startswith("-C"):
            path = word[2:]
        else:
            others.append(word)
    return path, others


def _add_components(settings: Settings) -> None:
    """Have Bcfg2's parser set what it does not know of, when it has read the options."""
    from Bcfg2 import Options

    def set_values() -> None:
        vars(Options.setup).update(own_values(settings))

    members = {"options": [], "options_parsed_hook": staticmethod(set_values)}
    Options.get_parser(components=[DjangoSetup, type("OwnValues", (), members)])
