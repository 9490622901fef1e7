"""The kinds of findings, with what each means for the move."""

from __future__ import annotations

from collections.abc import Mapping

from bcfg2tw.cli.lint.check import Kind
from bcfg2tw.cli.lint.more.python2 import KINDS as PYTHON2_KINDS
from bcfg2tw.finding import Finding

__all__ = ["BEFORE", "DIFFERENT", "KINDS", "TO_KNOW", "finding"]

#: Severities: it must be changed before the move, it will be different, it is only to know.
BEFORE, DIFFERENT, TO_KNOW = "error", "warning", "note"

KINDS: Mapping[str, Kind] = {
    **PYTHON2_KINDS,
    # bcfg2.conf
    "refused-value": Kind(BEFORE, "The server does not start with this value. Bcfg2 took it, or "
        "passed over it; the message says what would be right."),
    "other-meaning": Kind(DIFFERENT, "The option means something else here than it did, or "
        "nothing; what takes its place is said beside it."),
    "ignored-option": Kind(TO_KNOW, "The option is accepted so that the file can stay as it is, "
        "and changes nothing here."),
    "unread-line": Kind(TO_KNOW, "Nobody reads the line, neither Bcfg2 nor this server; or it is "
        "overruled by another one. The name that was meant is said where there is one like it."),
    "percent-sign": Kind(DIFFERENT, "bcfg2.conf is read as Python 2 did, on which Bcfg2 1.3 and "
        "most of 1.4 ran: `%%` is two signs, and a `%` alone is itself. Bcfg2 1.4 on Python 3 "
        "made one of two. Write what is meant."),
    "inline-comment": Kind(DIFFERENT, "White space and a semicolon begin a comment behind a value, "
        "as Python 2 read it. Bcfg2 1.4 on Python 3 took all of it for the value. Write the "
        "comment on a line of its own; a value cannot hold it."),
    # plugins
    "dropped-plugin": Kind(DIFFERENT, "Bcfg2 dropped the plugin, and the server starts without it. "
        "What to use in its place is said; then take the name out of [server] plugins."),
    "old-plugin": Kind(TO_KNOW, "Bcfg2 1.4 has no such plugin any more. Here its folder is served "
        "as with 1.3; docs/plugins/old-plugins says how to do without."),
    "own-plugin": Kind(DIFFERENT, "The site's own plugin. It runs on Python 3 here: what of it is "
        "Python 2 is told, and --patch and --write write it anew. docs/site-plugins says how "
        "plugins that are written for Bcfg2 are run."),
    "own-handler": Kind(DIFFERENT, "The site's own handler of Cfg. It runs on Python 3 here, "
        "as own plugins do. Beside an installed Bcfg2 only those are used that [cfg] handlers "
        "names."),
    "no-plugin": Kind(BEFORE, "There is no plugin of this name, neither here nor on Python's path. "
        "Bcfg2 passed over it in silence; here it ends the start. Correct or remove it, or name "
        "the folder that its module is in with --python-path."),
    "missing-library": Kind(BEFORE, "A library is not installed that the site needs. It is an "
        "extra of bcfg2tw, which the message names."),
    "reports-collector": Kind(DIFFERENT, "The plugin Reporting keeps what clients report without "
        "a collector, and shows the pages itself. Stop the collector's service."),
    # files that are read differently
    "old-info-file": Kind(DIFFERENT, "Files called info and :info say owner and mode of a file in "
        "Bcfg2 1.3; 1.4 passed over them. Here they count unless [bcfg2tw] info_reading = 1.4."),
    "several-infos": Kind(DIFFERENT, "Several Info of an info.xml apply to a client. In Bcfg2 1.3 "
        "the last one won, in 1.4 and here the first, unless [bcfg2tw] info_reading = 1.3."),
    "cfg-filter": Kind(BEFORE, "Bcfg2 1.3 applied .cat and .diff files to the content of others. "
        "1.4 and this server do not: write a template in their place."),
    "read-since-1.4": Kind(DIFFERENT, "Bcfg2 1.3 passed over files of this name. As with 1.4, they "
        "count here."),
    "unread-name": Kind(TO_KNOW, "The name is none that Cfg understands, so that nobody gets the "
        "file; as with Bcfg2."),
    # names
    "client-name": Kind(DIFFERENT, "The client's name is no host name. Entered in clients.xml it "
        "is served as it is; a client of such a name would not be registered by itself ([bcfg2tw] "
        "any_client_name), and ssh_known_hosts leaves it out."),
    "group-name": Kind(DIFFERENT, "The group's name has a blank, so that no file name and no probe "
        "can name it."),
    "refused-file": Kind(BEFORE, "The server does not take the file as it is; Bcfg2 passed over "
        "the mistake. What needs it is refused (503, or a failure of the entry) until it is "
        "mended."),
    # state and databases
    "state-in-files": Kind(TO_KNOW, "Clients and probe data are kept in files of the repository, "
        "and go on to be. Both servers read and write them, one at a time."),
    "state-in-database": Kind(DIFFERENT, "Clients and probe data are in the database of Bcfg2's "
        "server. `bcfg2tw db import` takes them over into tables of ours, before the first start; "
        "the old tables stay as they are for the way back."),
    "reports-in-database": Kind(DIFFERENT, "The database holds reports. `bcfg2tw reports import` "
        "takes them over; the old tables stay as they are."),
    "waiting-reports": Kind(TO_KNOW, "Reports that the collector has not stored yet are taken in "
        "at the first start."),
    "unread-state": Kind(DIFFERENT, "State is kept elsewhere, so that this file does not count."),
    "database-unread": Kind(BEFORE, "The database that bcfg2.conf names cannot be read. Without it "
        "no client is known to the server."),
    # owners
    "unreadable": Kind(BEFORE, "The user that the server runs as cannot read the file. Bcfg2's "
        "server ran as root; give the files to the user, or the group the right to read."),
    "unwritable": Kind(BEFORE, "The user that the server runs as cannot write where the state of "
        "clients is kept. Give it the folder, or keep state elsewhere by [server] state."),
    "runs-as-root": Kind(TO_KNOW, "The server would run as root, as Bcfg2's did. It needs no more "
        "than the repository and its key: a user of its own does ([server] user, --user)."),
    # certificates
    "certificate": Kind(BEFORE, "Certificate, key or authority cannot be used; the message says "
        "why."),
    "certificate-oddity": Kind(DIFFERENT, "Certificate, key or authority can be used, and should "
        "be looked at."),
    "weak-key": Kind(BEFORE, "Today's OpenSSL refuses keys of less than 2048 bits for RSA, and "
        "signatures by MD5 and SHA-1: clients do not connect. Make a new certificate."),
    "old-tls": Kind(DIFFERENT, "The server speaks TLS 1.2 and newer. Clients of Bcfg2 1.4 with "
        "default settings offer TLS 1.0 alone: docs/moving says what to write."),
    # programs
    "old-service": Kind(DIFFERENT, "A service of Bcfg2 that this server takes the place of: two of "
        "them would take each other's port, and write the same files."),
    "unneeded-service": Kind(DIFFERENT, "A program that has nothing to do here. Stop it."),
    "old-command": Kind(TO_KNOW, "A job calls a command of Bcfg2. It goes on under the same name, "
        "or is another one here: docs/moving has the table."),
    "checkout": Kind(TO_KNOW, "The repository is a checkout. The server keeps copies of what it "
        "has read in .bcfg2tw, which git ignores by itself; other systems have to be told."),
    "checkout-owner": Kind(BEFORE, "git refuses to read a checkout of another user, so that the "
        "plugin Git cannot tell the revision. Give .git to the server's user, or say so by `git "
        "config --system --add safe.directory`."),
}  # fmt: skip


def finding(name: str, file: str, line: int | None, message: str, plugin: str = "") -> Finding:
    """Return a finding of a kind, with the kind's severity."""
    return Finding(name, KINDS[name].severity, file, line, message, plugin)
