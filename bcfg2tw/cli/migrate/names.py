"""Names of clients and groups, and files that the server refuses as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.cli.check_config.repository import refused_files
from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.engine.plugins.metadata.newcomers import is_host_name
from bcfg2tw.engine.xmlio import line_of
from bcfg2tw.finding import Finding

__all__ = ["examine"]


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield names that are not as they should be, and files that are refused."""
    yield from _names(site)
    for mistake in refused_files(site.repository.settings):
        yield finding("refused-file", mistake.file, mistake.line, mistake.message)


def _names(site: OldSite) -> Iterator[Finding]:
    for root in site.repository.metadata_files():
        path = str(root.base)
        for client in root.iter("Client") if root.tag == "Clients" else ():
            name = client.get("name", "")
            if not is_host_name(name):
                message = f"{name!r} is no host name: ssh_known_hosts leaves it out"
                yield finding("client-name", path, line_of(client), message, "Metadata")
        for group in root.iter("Group") if root.tag == "Groups" else ():
            name = group.get("name", "")
            if re.search(r"\s", name):
                message = f"{name!r} has a blank: no file name and no probe can name it"
                yield finding("group-name", path, line_of(group), message, "Metadata")
