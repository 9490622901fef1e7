"""Words of a command line that a shell can complete: clients, groups, bundles, checks, mistakes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import click
from click.shell_completion import CompletionItem

from bcfg2tw.cli.site_options import overrides_of
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

if TYPE_CHECKING:  # every command imports this module, and few runs complete anything
    from bcfg2tw.cli.lint.repository import Repository

__all__ = ["BUNDLE", "CHECKS", "CLIENT", "GROUP", "MISTAKE"]

Names: TypeAlias = "Callable[[Repository], Iterable[str]]"


class Word(click.types.StringParamType):
    """A text like any other, which a shell completes with names of the site."""

    def __init__(self, names: Names, is_list: bool = False) -> None:
        """
        Read nothing yet.

        :param names: the names that there are
        :param is_list: whether several are given, with commas between them
        """
        self._names = names
        self._is_list = is_list

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin as the word does; none where the site cannot be read."""
        from bcfg2tw.cli.lint.repository import Repository

        before, _, begin = incomplete.rpartition(",") if self._is_list else ("", "", incomplete)
        prefix = f"{before}," if before else ""
        try:
            names = sorted(set(self._names(Repository(Settings.load(overrides_of(ctx))))))
        except Bcfg2Error:
            return []
        return [CompletionItem(prefix + name) for name in names if name.startswith(begin)]


def _clients(repository: Repository) -> Iterable[str]:
    for root in repository.metadata_files():
        if root.tag == "Clients":
            yield from (client.get("name", "") for client in root.iter("Client"))


def _groups(repository: Repository) -> Iterable[str]:
    for root in repository.metadata_files():
        if root.tag == "Groups":
            yield from (group.get("name", "") for group in root.iter("Group"))


def _bundles(repository: Repository) -> Iterable[str]:
    for path in repository.every("Bundler", "*.xml", "*.genshi"):
        yield os.path.splitext(os.path.basename(path))[0]


def _checks(repository: Repository) -> Iterable[str]:
    from bcfg2tw.cli.lint.registry import all_checks

    return all_checks()


def _mistakes(repository: Repository) -> Iterable[str]:
    from bcfg2tw.cli.lint.registry import all_checks, kinds_of

    return kinds_of(all_checks().values())


CLIENT = Word(_clients)
GROUP = Word(_groups)
BUNDLE = Word(_bundles)
CHECKS = Word(_checks, is_list=True)
MISTAKE = Word(_mistakes)
