"""The checks that there are, by name: ours, and those of a site's own packages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import entry_points

from bcfg2tw.cli.lint.check import Check, Kind
from bcfg2tw.cli.lint.more import CHECKS as MORE
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.lint.upstream import CHECKS as UPSTREAM
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.near_names import near_name

__all__ = ["UnknownCheck", "all_checks", "choose", "kinds_of"]

#: The entry points of a package with checks of its own: NAME = MODULE:CLASS
ENTRY_POINTS = "bcfg2tw.lint"


class UnknownCheck(Bcfg2Error):
    """A check was asked for that there is not."""


def all_checks() -> dict[str, type[Check]]:
    """
    Return all checks by their names.

    :raises UnknownCheck: if an entry point cannot be loaded, or names something else
    """
    checks: dict[str, type[Check]] = {check.name: check for check in (*UPSTREAM, *MORE)}
    for point in entry_points(group=ENTRY_POINTS):
        try:
            check = point.load()
        except Exception as error:  # code of another package
            raise UnknownCheck(
                f"{point.value} ({ENTRY_POINTS}) cannot be loaded: {error}"
            ) from error
        if not (isinstance(check, type) and issubclass(check, Check)):
            raise UnknownCheck(f"{point.value} ({ENTRY_POINTS}) is no class of checks")
        checks[check.name] = check
    return checks


def choose(repository: Repository, names: Sequence[str] | None) -> list[type[Check]]:
    """
    Return the checks that take part, those first that need no server.

    :param names: those that are asked for; None for all whose plugins are in use
    :raises UnknownCheck: naming one that there is not
    """
    checks = all_checks()
    if names is None:
        chosen = [
            check
            for check in checks.values()
            if check.plugin is None or repository.uses(check.plugin)
        ]
    else:
        for name in names:
            if name not in checks:
                near = near_name(name, checks)
                hint = "" if near is None else f": did you mean {near}?"
                raise UnknownCheck(f"Could not load component {name}{hint}")
        chosen = [checks[name] for name in dict.fromkeys(names)]
    return sorted(chosen, key=lambda check: (not check.is_serverless, check.name))


def kinds_of(checks: Iterable[type[Check]]) -> Mapping[str, Kind]:
    """Return all kinds of mistakes that some checks look for, by name."""
    return {name: kind for check in checks for name, kind in check.kinds.items()}
