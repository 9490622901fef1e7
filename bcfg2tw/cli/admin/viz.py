"""`viz`: groups, bundles and clients as a picture, which graphviz draws."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import click

from bcfg2tw.cli.admin.graph import Graph
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail, write_text
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element

__all__ = ["viz"]


@click.command("viz")
@pass_site
@click.option("-H", "--includehosts", is_flag=True, help="Draw clients.")
@click.option("-b", "--includebundles", is_flag=True, help="Draw bundles.")
@click.option("-k", "--includekey", is_flag=True, help="Draw a key.")
@click.option("-c", "--only-client", metavar="HOST", help="Draw what is for this client alone.")
@click.option("-o", "--outfile", metavar="FILE", help="Its extension is the format [default: png].")
def viz(
    site: Site, includehosts: bool, includebundles: bool, includekey: bool,
    only_client: str | None, outfile: str | None,
) -> None:  # fmt: skip
    """Draw the graph of groups; where dot is missing, a .dot file is written all the same."""
    only = None if only_client is None else site.metadata(only_client)
    hosts = [] if not includehosts else site.hosts() if only is None else [only.hostname]
    declared = site.clients.groups
    graph = Graph(
        list(declared.declared.values()),
        list(_edges(site)),
        [site.metadata(host) for host in hosts],
        only,
        includebundles,
        includekey,
    )
    _draw("\n".join(graph.lines()) + "\n", outfile)


def _document(source: Source) -> Element:
    return source.xml()


def _edges(site: Site) -> Iterator[tuple[str, str]]:
    """Yield pairs of groups that stand in each other, in groups.xml and what it includes."""
    root = site.clients.files.load("groups.xml", _document)
    for group in () if root is None else root.iter("Group"):
        parent = group.getparent()
        if parent is not None and parent.tag == "Group" and not _is_conditional(group):
            yield parent.get("name", ""), group.get("name", "")


def _is_conditional(group: Element) -> bool:
    """Say whether a group is not simply brought by the one that it stands in."""
    parent = group.getparent()
    negated = any(
        element is not None and element.get("negate", "").lower() == "true"
        for element in (group, parent)
    )
    return negated or any(True for _ in group.iterancestors("Client"))


def _draw(graph: str, path: str | None) -> None:
    kind = "png" if path is None else os.path.splitext(path)[1].lstrip(".") or "png"
    command = ["dot", "-T", kind, *([] if path is None else ["-o", path])]
    try:
        ended = subprocess.run(command, input=graph.encode(), capture_output=True, check=False)
    except OSError as error:
        if kind == "dot" and path is not None:
            write_text(path, graph)
            return
        fail(f"Error running {command}: {error.strerror}; a .dot file is written without it")
    if ended.returncode:
        reason = ended.stderr.decode(errors="replace").strip() or f"status {ended.returncode}"
        fail(f"Error running {command}: {reason}")
    if path is None:
        click.echo(ended.stdout, nl=False)
