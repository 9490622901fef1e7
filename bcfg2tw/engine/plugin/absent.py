"""Plugins that Bcfg2 1.3 or 1.4 had and this server has not: what to use in their place."""

from __future__ import annotations

#: What becomes of a name in `[server] plugins`, after "Plugin NAME cannot be used: ".
ABSENT = {
    "Account": (
        "it was dropped from Bcfg2; use POSIXUser entries for accounts, and Cfg for "
        "authorized_keys and sudoers"
    ),
    "BB": "it was dropped from Bcfg2 and nothing took its place; remove it from the list",
    "DBStats": "it was dropped from Bcfg2, where Reporting took its place",
    "Editor": (
        "it was dropped from Bcfg2; use a Genshi template in Cfg, or a Path of type augeas, for "
        "files that are changed in part"
    ),
    "Guppy": (
        "it looks into the memory of a server on Python 2; attach a memory profiler such as "
        "memray to the running server instead, which needs no plugin"
    ),
    "Hostbase": "it was dropped from Bcfg2; use Properties, and templates in Cfg",
    "SGenshi": (
        "it was dropped from Bcfg2; move its files to Bundler: a bundle whose root declares the "
        "prefix py, or whose name ends in .genshi, is a template"
    ),
    "Snapshots": "it was dropped from Bcfg2, where Reporting took its place",
    "Statistics": "it was dropped from Bcfg2, where Reporting took its place",
    "Svn2": "it was dropped from Bcfg2; use Svn",
}
