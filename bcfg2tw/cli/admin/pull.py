"""`pull`: what a client has in place of what it should have becomes what it should have."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import click
from lxml import etree

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail
from bcfg2tw.cli.reports.store import Reports
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import (
    Generator,
    PullChoice,
    PulledEntry,
    PullSource,
    PullTarget,
)
from bcfg2tw.errors import Bcfg2Error

__all__ = ["pull"]

NOT_ENOUGH = (
    "You must specify either --stdin or a hostname, entry type, and entry name on the command line."
)
UNKNOWN = "Pull Source failure; could not fetch current state"

#: The words of an entry: host, type and name.
_WORDS = 3

#: Returns one of several choices, None for none of them.
Choose = Callable[[Sequence[PullChoice]], PullChoice | None]

_ATTRIBUTES = ("owner", "group", "mode")


class _Failure(Bcfg2Error):
    """The reason for not pulling an entry, as upstream says it, with what may explain it."""

    def __init__(self, message: str, reason: object = None) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class _Wanted:
    """An entry of a host."""

    host: str
    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.host} {self.type} {self.name}"


@click.command("pull")
@click.option("-I", "--interactive", is_flag=True, help="Ask for whom it is to be.")
@click.option("-s", "--stdin", is_flag=True, help="Read lines of HOST TYPE NAME.")
@click.argument("words", nargs=-1, metavar="[hostname type name]")
@pass_site
@click.pass_context
def pull(
    context: click.Context, site: Site, words: Sequence[str], interactive: bool, stdin: bool
) -> None:
    """
    Put a file that a client reported as bad into the repository, as the client has it.

    What the host is given now is replaced, and info.xml if owner, group or mode differ.
    """
    if not stdin and len(words) != _WORDS:
        fail(NOT_ENOUGH)
    _ = Reports(context).database  # what an older Bcfg2 has left there is imported
    choose: Choose = _asked if interactive else _first
    pulling = _Pulling(site, choose)
    if stdin:
        _pull_lines(pulling, sys.stdin)
        return
    try:
        pulling.pull(_Wanted(*words))
    except _Failure as error:
        _explain(error)
        fail(str(error))


def _pull_lines(pulling: _Pulling, lines: Iterable[str]) -> None:
    for line in lines:
        words = line.split(None, _WORDS - 1)
        if len(words) != _WORDS:
            click.echo(f"Bad entry: {line.strip()}")
            continue
        wanted = _Wanted(words[0], words[1], words[2].rstrip())
        try:
            pulling.pull(wanted)
        except _Failure as error:
            _explain(error)
            click.echo(f"{error}\n  for {wanted}")


def _explain(failure: _Failure) -> None:
    if failure.reason is not None:
        click.echo(str(failure.reason), err=True)


def _first(choices: Sequence[PullChoice]) -> PullChoice:
    return choices[0]


def _asked(choices: Sequence[PullChoice]) -> PullChoice | None:
    """Ask for each choice whether it is to be taken; None if none is."""
    for choice in choices:
        click.echo("Plugin returned choice:")
        click.echo(_described(choice))
        click.echo("Use this entry? [yN]: ", nl=False)
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return choice
    return None


def _described(choice: PullChoice) -> str:
    if choice.hostname is not None:
        return f" => host entry: {choice.hostname}"
    if choice.group is not None:
        return f" => group entry: {choice.group} (prio {choice.prio})"
    return " => global entry"


class _Pulling:
    """Takes entries over, one after the other."""

    def __init__(self, site: Site, choose: Choose) -> None:
        self._site = site
        self._choose = choose

    def pull(self, wanted: _Wanted) -> None:
        """
        Take an entry over; the files that are written are named on standard error.

        :raises _Failure: if it cannot be done
        """
        owner, group, mode, content = self._current(wanted)
        attributes = dict(zip(_ATTRIBUTES, (owner, group, mode), strict=True))
        metadata, entry = self._entry(wanted)
        target = self._target(wanted)
        try:
            choice = self._choose(target.AcceptChoices(entry, metadata))
            if choice is None:
                return
            pulled = PulledEntry(wanted.name, content, _differing(attributes, entry))
            written = target.AcceptPullData(choice, pulled, self._site.settings.verbose)
        except (Bcfg2Error, OSError) as error:
            raise _Failure(str(error)) from error
        for path in written:
            click.echo(f"{path} is written", err=True)

    def _current(self, wanted: _Wanted) -> tuple[str, str, str, str | bytes]:
        reason: Exception | None = None
        for source in self._site.core.plugins_by_type(PullSource):
            try:
                owner, group, mode, content = source.GetCurrentEntry(
                    wanted.host, wanted.type, wanted.name
                )
            except Bcfg2Error as error:
                reason = error
                continue
            if content is None:
                raise _Failure(UNKNOWN, f"the content of {wanted} was not reported")
            return str(owner or ""), str(group or ""), str(mode or ""), content
        raise _Failure(UNKNOWN, reason or "the plugin Reporting is not in [server] plugins")

    def _entry(self, wanted: _Wanted) -> tuple[ClientMetadata, etree._Element]:
        """Return an entry as the host is given it now."""
        entry = etree.Element(wanted.type, name=wanted.name)
        try:
            metadata = self._site.metadata(wanted.host)
            self._site.core.Bind(entry, metadata)
        except Bcfg2Error as error:
            raise _Failure("Unable to build entry", error) from error
        return metadata, entry

    def _target(self, wanted: _Wanted) -> PullTarget:
        """Return the one plugin that has an entry, and takes one over."""
        generators = list(self._generators(wanted))
        if len(generators) != 1:
            names = [plugin.name for plugin in generators]
            raise _Failure(f"Got wrong numbers of matching generators for entry:{names}")
        plugin = generators[0]
        if not isinstance(plugin, PullTarget):
            raise _Failure(f"Configuration upload not supported by plugin {plugin.name}")
        return plugin

    def _generators(self, wanted: _Wanted) -> Iterator[Plugin]:
        for plugin in self._site.core.plugins.values():
            if isinstance(plugin, Generator) and wanted.name in plugin.Entries.get(wanted.type, {}):
                yield plugin


def _differing(attributes: Mapping[str, str], entry: etree._Element) -> Mapping[str, str]:
    """Return owner, group and mode if one of them is not as it should be."""
    known = {name: value for name, value in attributes.items() if value}
    is_right = all(_same(name, value, entry.get(name, "")) for name, value in known.items())
    return {} if is_right else known


def _same(name: str, value: str, wanted: str) -> bool:
    if name == "mode":
        return value.lstrip("0") == wanted.lstrip("0")
    return value == wanted or {value, wanted} == {"0", "root"}
