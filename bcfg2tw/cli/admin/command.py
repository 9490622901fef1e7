"""`bcfg2tw admin`: the administrator's own doings with a repository and its server."""

from __future__ import annotations

from bcfg2tw.cli.tool import Tool

__all__ = ["command"]

_COMMANDS = {
    "backup": "backup:backup",
    "client": "client:client",
    "compare": "compare:compare",
    "doctor": "doctor:doctor",
    "expirecache": "server:expirecache",
    "init": "init:init",
    "initreports": "reports:initreports",
    "minestruct": "minestruct:minestruct",
    "perf": "server:perf",
    "pull": "pull:pull",
    "purgereports": "reports:purgereports",
    "reports": "reports:old_reports",
    "reportsstats": "reports:reportsstats",
    "scrubreports": "reports:scrubreports",
    "syncdb": "reports:syncdb",
    "updatereports": "reports:updatereports",
    "viz": "viz:viz",
    "xcmd": "server:xcmd",
}

command = Tool("admin", _COMMANDS, "Administer a Bcfg2 repository and its server.")
