"""Lists: `bundles`, `clients`, `groups`, `mappings`, `showentries`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_table
from bcfg2tw.cli.words import CLIENT, GROUP
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.xmlio import elements_of

__all__ = ["bundles", "clients", "groups", "mappings", "showentries"]


@click.command("bundles")
@pass_site
@json_option
@click.argument("group_names", type=GROUP, nargs=-1, metavar="[group...]")
def bundles(site: Site, group_names: Sequence[str], as_json: bool) -> None:
    """List groups with their bundles."""
    site.read_clients_alone()
    declared = site.clients.groups.declared
    rows = [
        (name, sorted(declared[name].bundles))
        for name in site.groups(group_names)
        if name in declared
    ]
    show_table(("Group", "Bundles"), rows, as_json)


@click.command("clients")
@pass_site
@json_option
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
def clients(site: Site, hostnames: Sequence[str], as_json: bool) -> None:
    """List clients with their profiles."""
    site.read_clients_alone()
    show_table(*site.client_table(hostnames), as_json)


@click.command("groups")
@pass_site
@json_option
@click.argument("group_names", type=GROUP, nargs=-1, metavar="[group...]")
def groups(site: Site, group_names: Sequence[str], as_json: bool) -> None:
    """List groups: whether they are profiles, and their categories."""
    site.read_clients_alone()
    declared = site.clients.groups.declared
    rows = [
        (name, "yes" if declared[name].is_profile else "no", declared[name].category)
        for name in site.groups(group_names)
        if name in declared
    ]
    show_table(("Groups", "Profile", "Category"), rows, as_json)


@click.command("mappings")
@pass_site
@json_option
@click.argument("entry_type", required=False, metavar="[type]")
@click.argument("name", required=False, metavar="[name]")
def mappings(site: Site, entry_type: str | None, name: str | None, as_json: bool) -> None:
    """List which plugin binds which entries by name."""
    rows = [
        (name_of(generator), tag, entry)
        for generator in site.core.plugins_by_type(Generator)
        for tag, entries in generator.Entries.items()
        for entry in sorted(entries)
        if entry_type in (None, tag) and name in (None, entry)
    ]
    show_table(("Plugin", "Type", "Name"), rows, as_json)


@click.command("showentries")
@pass_site
@json_option
@click.argument("hostname", type=CLIENT, metavar="hostname")
@click.argument("entry_type", required=False, metavar="[type]")
def showentries(site: Site, hostname: str, entry_type: str | None, as_json: bool) -> None:
    """List the entries of hostname's bundles, not bound."""
    tags = (entry_type, f"Bound{entry_type}")
    rows = [
        (str(entry.tag), entry.get("name") or "")
        for structure in site.core.GetStructures(site.metadata(hostname).for_build())
        for entry in elements_of(structure)
        if entry_type is None or entry.tag in tags
    ]
    show_table(("Entry Type", "Name"), sorted(rows), as_json)
