"""Plugins that Bcfg2 1.3 or 1.4 had and this server has not: what to use in their place."""

from __future__ import annotations

#: What becomes of a name in `[server] plugins`, after "Plugin NAME cannot be used: ".
ABSENT = {
    "Account": (
        "it was dropped from Bcfg2; use POSIXUser entries for accounts and Cfg for "
        "authorized_keys and sudoers"
    ),
    "DBStats": "it was dropped from Bcfg2; use Reporting",
    "Editor": (
        "it was dropped from Bcfg2; use a Genshi template in Cfg, or a Path of type augeas, for "
        "files that are changed in part"
    ),
    "Guppy": (
        "it shows the memory of Python 2 and has no successor; to see where memory goes start "
        "the server under a memory profiler such as memray"
    ),
    "Hostbase": "it was dropped from Bcfg2; use Properties and templates in Cfg",
    "Snapshots": "it was dropped from Bcfg2; use Reporting",
    "Statistics": "it was dropped from Bcfg2; use Reporting",
    "Svn2": "it was dropped from Bcfg2; use Svn",
}
