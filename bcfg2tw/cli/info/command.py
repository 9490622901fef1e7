"""`bcfg2tw info`: what the server makes of the repository; it changes nothing (:ref:`tools-1`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from bcfg2tw.cli.info.live import LiveSite
from bcfg2tw.cli.looking import Site
from bcfg2tw.cli.site_options import server_parameters
from bcfg2tw.cli.tool import Tool

__all__ = ["command"]


def _make_site(overrides: Mapping[str, Any], live: bool, **options: Any) -> Site:
    return LiveSite(overrides, options) if live else Site(overrides)


_COMMANDS = {
    "automatch": "parts:automatch",
    "build": "configurations:build",
    "buildall": "configurations:buildall",
    "buildallfile": "parts:buildallfile",
    "buildbundle": "parts:buildbundle",
    "builddir": "folders:builddir",
    "buildfile": "parts:buildfile",
    "bundles": "tables:bundles",
    "clients": "tables:clients",
    "config": "config:config",
    "debug": "debugging:debug",
    "groups": "tables:groups",
    "hash": "configurations:hash_configurations",
    "mappings": "tables:mappings",
    "packageresolve": "packages:packageresolve",
    "packagesources": "packages:packagesources",
    "probes": "clients:probes",
    "profile": "timing:profile",
    "profiletemplates": "timing:profiletemplates",
    "query": "query:query",
    "shell": "shell:shell",
    "showclient": "clients:showclient",
    "showentries": "tables:showentries",
    "slow": "timing:slow",
    "unused": "unused:unused",
}

command = Tool(
    "info",
    _COMMANDS,
    "Look at what the server makes of its repository; nothing is changed, nobody registered.",
    _make_site,
    (
        click.Option(["--live"], is_flag=True, help="Ask the running server, with -S and so on."),
        *server_parameters(),
    ),
)  # fmt: skip
