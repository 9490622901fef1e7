"""Commands that measure time: `profile`, `profiletemplates`, `slow`."""

from __future__ import annotations

import cProfile
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import click
from lxml import etree

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_table
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.engine.build import binding
from bcfg2tw.engine.model.build import Build
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import EntryExplanation, Explanation
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import (
    Connector,
    GoalValidator,
    Structure,
    StructureValidator,
)
from bcfg2tw.engine.xmlio import Element, elements_of, legal
from bcfg2tw.errors import Bcfg2Error, ValidationError

__all__ = ["profile", "profiletemplates", "slow"]

T = TypeVar("T")


@click.command("profile", context_settings={"ignore_unknown_options": True})
@click.argument("command", metavar="command")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[argument...]")
@click.pass_context
def profile(context: click.Context, command: str, arguments: Sequence[str]) -> None:
    """Run a command, and print where it spends its time."""
    assert context.parent is not None and isinstance(context.parent.command, click.Group)
    member = context.parent.command.get_command(context.parent, command)
    if member is None:
        raise click.UsageError(f"No such command '{command}'.")
    profiler = cProfile.Profile()
    try:
        with profiler:
            member.main(list(arguments), command, standalone_mode=False, obj=context.obj)
    finally:
        statistics_of = pstats.Stats(profiler, stream=sys.stdout)
        statistics_of.strip_dirs().sort_stats("cumulative", "calls").print_stats(200)


@click.command("profiletemplates")
@pass_site
@click.option("--clients", metavar="HOST,...", help="The clients to bind for [default: all].")
@click.option(
    "--runs", type=click.IntRange(1), default=5, show_default=True, metavar="N",
    help="How often each template is bound.",
)  # fmt: skip
@click.argument("templates", nargs=-1, metavar="[path...]")
def profiletemplates(site: Site, clients: str | None, runs: int, templates: Sequence[str]) -> None:
    """Time the binding of paths, such as templates."""
    hosts = site.hosts(clients.split(",") if clients else ())
    metadata = [site.metadata(host) for host in hosts] if templates else []
    click.echo(_timing_line("Template", "Mean Time", "Median Time", "σ"))
    for path in templates:
        seconds = [_bind_seconds(site, path, client) for client in metadata for _ in range(runs)]
        values = (
            statistics.mean(seconds), statistics.median(seconds), statistics.pstdev(seconds)
        )  # fmt: skip
        click.echo(_timing_line(path, *(f"{value:.2f}" for value in values)))


def _timing_line(*cells: str) -> str:
    name, *figures = cells
    return f"{name:<50} {figures[0]:>9} {figures[1]:>11} {figures[2]:>8}"


def _bind_seconds(site: Site, path: str, metadata: ClientMetadata) -> float:
    started = time.perf_counter()
    try:
        site.core.Bind(etree.Element("Path", {"name": path}), metadata.for_build())
    except Exception as error:  # a template's own: it took its time all the same
        click.echo(f"{path} cannot be bound for {metadata.hostname}: {error}", err=True)
    return time.perf_counter() - started


@click.command("slow")
@pass_site
@json_option
@click.option(
    "-n", "--number", type=click.IntRange(1), default=20, show_default=True, metavar="N",
    help="How many of the slowest are shown.",
)  # fmt: skip
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
def slow(site: Site, hostnames: Sequence[str], number: int, as_json: bool) -> None:
    """Build configurations, all or those named, and list what took longest: plugins, entries."""
    watch = _Watch()
    for host in site.hosts(hostnames):
        try:
            _time_build(site, host, watch)
        except Bcfg2Error as error:
            click.echo(f"{host} cannot be built: {error}", err=True)
    titles = ("Plugin", "Step", "Name", "Calls", "Seconds", "Longest")
    show_table(titles, watch.rows(number), as_json)


class _Watch:
    """Sums of seconds, by plugin, step and name."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, str, str], list[float]] = {}

    def timed(self, key: tuple[str, str, str], act: Callable[[], T]) -> T:
        """Do something, and note how long it took."""
        started = time.perf_counter()
        try:
            return act()
        finally:
            self.note(key, time.perf_counter() - started)

    def note(self, key: tuple[str, str, str], seconds: float) -> None:
        """Note that something took so long."""
        self._seconds.setdefault(key, []).append(seconds)

    def rows(self, number: int) -> list[tuple[Any, ...]]:
        """Return the slowest, the slowest first."""
        ordered = sorted(self._seconds.items(), key=lambda item: -sum(item[1]))
        return [
            (*key, len(seconds), round(sum(seconds), 4), round(max(seconds), 4))
            for key, seconds in ordered[:number]
        ]


def _time_build(site: Site, host: str, watch: _Watch) -> None:
    """
    Build a configuration by the steps of the engine, each plugin and entry timed.

    :raises Bcfg2Error: if there is none
    """
    connected = watch.timed(("", "metadata", "(all connectors)"), lambda: site.metadata(host))
    build = Build(connected.build.bind, connected.effects, explanation=Explanation())
    metadata = connected.for_build(build)
    snapshot = metadata.snapshot
    for connector in snapshot.plugins_by_type(Connector):
        _time_connector(connector, metadata, watch)
    structures: list[Element] = []
    for plugin in snapshot.plugins_by_type(Structure):
        structures += watch.timed(
            (name_of(plugin), "structures", ""), partial(plugin.BuildStructures, metadata)
        )
    for checker in snapshot.plugins_by_type(StructureValidator):
        check = partial(checker.validate_structures, metadata, structures)
        watch.timed((name_of(checker), "validation", ""), check)
    for entry in _entries(structures):
        _time_entry(entry, metadata, watch)
    config = etree.Element("Configuration")
    config.extend(structures)
    for goal in snapshot.plugins_by_type(GoalValidator):
        watch.timed((name_of(goal), "goals", ""), partial(goal.validate_goals, metadata, config))


def _time_connector(connector: Connector, metadata: ClientMetadata, watch: _Watch) -> None:
    name = name_of(connector)
    watch.timed((name, "groups", ""), lambda: list(connector.get_additional_groups(metadata)))
    watch.timed((name, "data", ""), lambda: connector.get_additional_data(metadata))


def _entries(structures: Sequence[Element]) -> Iterator[Element]:
    for structure in structures:
        for entry in elements_of(structure):
            if binding.is_to_be_bound(entry):
                yield entry


def _time_entry(entry: Element, metadata: ClientMetadata, watch: _Watch) -> None:
    explanation = metadata.build.explanation
    assert explanation is not None
    name = entry.get("name") or ""
    explained = EntryExplanation(str(entry.tag), name)
    started = time.perf_counter()
    with explanation.of(explained):
        try:
            binding.bind(entry, metadata)
        except ValidationError:
            raise
        except Exception as error:  # a template's own: it took its time all the same
            entry.set("failure", legal(str(error)))
    seconds = time.perf_counter() - started
    watch.note((explained.generator or "", "binding", f"{entry.tag}:{name}"), seconds)
