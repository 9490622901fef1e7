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
    "automatch": ("parts:automatch", "Print what of a Properties file applies to a client."),
    "build": ("configurations:build", "Build a client's configuration, and print it."),
    "buildall": ("configurations:buildall", "Build configurations, each to a file in a folder."),
    "buildallfile": ("parts:buildallfile", "Bind a path for clients, each to a file in a folder."),
    "buildbundle": ("parts:buildbundle", "Print what of a bundle applies to a client, not bound."),
    "builddir": ("folders:builddir", "Build a client's paths below a folder."),
    "buildfile": ("parts:buildfile", "Bind a path for a client, and print it."),
    "bundles": ("tables:bundles", "List groups with their bundles."),
    "clients": ("tables:clients", "List clients with their profiles."),
    "config": ("config:config", "List all options with their values, without passwords."),
    "debug": ("debugging:debug", "Start a Python console with the core."),
    "groups": ("tables:groups", "List groups with their categories."),
    "hash": ("configurations:hash_configurations", "Print digests of clients' configurations."),
    "mappings": ("tables:mappings", "List which plugin binds which entries by name."),
    "packageresolve": (
        "packages:packageresolve",
        "Print what packages bring with them.",
    ),
    "packagesources": ("packages:packagesources", "Print the package sources of a client."),
    "probes": ("clients:probes", "Print the probes that a client has to run."),
    "profile": ("timing:profile", "Run a command, and print where it spends its time."),
    "profiletemplates": (
        "timing:profiletemplates",
        "Time the binding of paths.",
    ),
    "query": ("query:query", "List the clients of groups, profiles, bundles."),
    "shell": ("shell:shell", "Start an interactive shell."),
    "showclient": ("clients:showclient", "Print profile, groups, bundles and data of clients."),
    "showentries": ("tables:showentries", "List the entries of a client's bundles, not bound."),
    "slow": ("timing:slow", "List the plugins and entries that take longest."),
    "unused": ("unused:unused", "List groups, bundles and files that no client gets."),
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
