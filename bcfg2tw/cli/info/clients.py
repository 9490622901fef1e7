"""Commands about clients: `showclient`, `probes`."""

from __future__ import annotations

import pprint
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_json
from bcfg2tw.cli.statuses import FAILED
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.xmlio import pretty
from bcfg2tw.errors import Bcfg2Error

__all__ = ["probes", "showclient"]

_RULE = "=" * 80


@click.command("showclient")
@pass_site
@json_option
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
def showclient(site: Site, hostnames: Sequence[str], as_json: bool) -> None:
    """Print what is known about clients: profile, groups, bundles, data of connectors."""
    site.read_clients_alone()
    shown: list[Mapping[str, Any]] = []
    failed = False
    for host in site.hosts(hostnames):
        try:
            metadata = site.metadata(host)
        except Bcfg2Error as error:
            reason = error.__cause__ or error  # which names the client again
            click.echo(f"Could not build metadata for {host}: {reason}", err=as_json)
            failed = True
            continue
        if as_json:
            shown.append(_as_mapping(metadata, site))
        else:
            click.echo("\n".join(_lines(metadata, site)))
    if as_json:
        show_json(shown)
    if failed:
        raise click.exceptions.Exit(FAILED)


def _lines(metadata: ClientMetadata, site: Site) -> Iterator[str]:
    yield _line("Hostname:", metadata.hostname)
    yield _line("Profile:", str(metadata.profile))
    groups = [_group(name, _category(name, metadata, site)) for name in sorted(metadata.groups)]
    yield from _listing("Groups:", groups)
    yield from _listing("Bundles:", sorted(metadata.bundles))
    data = _connector_data(metadata)
    if data:
        yield "Connector data"
        yield _RULE
    for name, value in data.items():
        text = pprint.pformat(dict(value) if isinstance(value, Mapping) else value)
        yield f"{name}:\n{text}" if "\n" in text else _line(f"{name}:", text)
        yield _RULE


def _listing(label: str, values: Sequence[str]) -> Iterator[str]:
    yield _line(label, values[0] if values else "")
    yield from (_line("", value) for value in values[1:])


def _line(label: str, value: str) -> str:
    return f"{label:<10}  {value}"


def _group(name: str, category: str | None) -> str:
    return name if category is None else f"{name:<30} Category: {category}"


def _category(group: str, metadata: ClientMetadata, site: Site) -> str | None:
    declared = site.clients.groups.declared.get(group) or metadata.dynamic_groups.get(group)
    return None if declared is None else declared.category


def _connector_data(metadata: ClientMetadata) -> Mapping[str, Any]:
    values = {name: getattr(metadata, name) for name in metadata.connectors}
    return {name: value for name, value in values.items() if value}


def _as_mapping(metadata: ClientMetadata, site: Site) -> Mapping[str, Any]:
    return {
        "hostname": metadata.hostname,
        "profile": metadata.profile,
        "groups": sorted(metadata.groups),
        "categories": {
            category: name
            for name in sorted(metadata.groups)
            if (category := _category(name, metadata, site)) is not None
        },
        "bundles": sorted(metadata.bundles),
        "aliases": sorted(metadata.aliases),
        "addresses": sorted(metadata.addresses),
        "uuid": metadata.uuid,
        "version": metadata.version,
        "connectors": {
            name: pprint.pformat(dict(value) if isinstance(value, Mapping) else value)
            for name, value in _connector_data(metadata).items()
        },
    }


@click.command("probes")
@pass_site
@click.option("-p", "--pretty", "is_pretty", is_flag=True, help="Print scripts, not XML.")
@click.argument("hostname", type=CLIENT, metavar="hostname")
def probes(site: Site, hostname: str, is_pretty: bool) -> None:
    """Print the probes that hostname has to run."""
    site.read_clients_alone()
    document = site.probes(hostname)
    if not is_pretty:
        click.echo(pretty(document), nl=False)
        return
    for probe in document:
        name = probe.get("name", "")
        rule = "=" * (len(name) + 2)
        click.echo(f"{rule}\n {name}\n{rule}\n\n{probe.text or ''}\n")
