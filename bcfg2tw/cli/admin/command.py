"""`bcfg2tw admin`: the administrator's own doings with a repository and its server."""

from __future__ import annotations

from bcfg2tw.cli.tool import Tool

__all__ = ["command"]

_COMMANDS = {
    "backup": ("backup:backup", "Store an archive of the repository in the repository."),
    "client": ("client:client", "Add, update, delete or list clients."),
    "compare": ("compare:compare", "Compare configurations that buildall has written."),
    "doctor": ("doctor:doctor", "Examine all that a server needs, for monitoring as well."),
    "expirecache": ("server:expirecache", "Have the server forget what it remembers of clients."),
    "init": ("init:init", "Make a new repository, with bcfg2.conf, key and certificate."),
    "initreports": ("reports:initreports", "Make the database of reports."),
    "minestruct": (
        "minestruct:minestruct",
        "Print a host's extra entries, as in a bundle.",
    ),
    "perf": ("server:perf", "Print how long the server's methods and steps take."),
    "pull": ("pull:pull", "Take a file into the repository as a client has it."),
    "purgereports": ("reports:purgereports", "Remove runs of clients, also the newest."),
    "reports": ("reports:old_reports", "Look after the database of reports, by the names of 1.3."),
    "reportsstats": ("reports:reportsstats", "Show how much the database of reports holds."),
    "scrubreports": ("reports:scrubreports", "Remove entries and texts that no run has."),
    "syncdb": ("reports:syncdb", "Make and upgrade the tables of the database."),
    "updatereports": ("reports:updatereports", "Upgrade the database of reports."),
    "viz": ("viz:viz", "Draw the graph of groups."),
    "xcmd": ("server:xcmd", "Call a method of the server, and print the result."),
}

command = Tool("admin", _COMMANDS, "Administer a Bcfg2 repository and its server.")
