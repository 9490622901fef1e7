"""Files below Cfg that Bcfg2 1.3, 1.4 and this server read differently."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from bcfg2tw.cli.lint.cfg_files import CfgFile, cfg_files
from bcfg2tw.cli.lint.clients import Client
from bcfg2tw.cli.lint.running import quiet
from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.engine.documents.infoxml import PathAttributes
from bcfg2tw.engine.plugins.cfg.kind import FILTERS
from bcfg2tw.engine.plugins.cfg.kinds import LEGACY_INFO
from bcfg2tw.engine.xmlio import Element, attributes, line_of
from bcfg2tw.finding import Finding

__all__ = ["examine"]

#: Names and extensions that Bcfg2 1.3 did not know.
_NEW_NAMES = ("sslkey.xml", "sslcert.xml")
_NEW_EXTENSION = ".jinja2"


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield the files whose meaning depends on which Bcfg2 they were written for."""
    reading = site.settings.info_reading
    for file in cfg_files(site.repository):
        name = os.path.basename(file.path)
        if file.handler == LEGACY_INFO and site.release != "1.3" and reading is None:
            message = (
                "its lines count here, as with Bcfg2 1.3; 1.4 passed over them: write "
                "[bcfg2tw] info_reading = 1.3 or 1.4"
            )
            yield finding("old-info-file", file.path, None, message, "Cfg")
        elif name.endswith(FILTERS):
            message = "it is not applied to the file beside it: write a template in its place"
            yield finding("cfg-filter", file.path, None, message, "Cfg")
        elif site.release == "1.3" and _is_new(file, name):
            message = "Bcfg2 1.3 passed over the file, and here it counts"
            yield finding("read-since-1.4", file.path, None, message, "Cfg")
        elif file.kind is None and os.path.dirname(file.path) != site.repository.path("Cfg"):
            hint = f": {file.hint}" if file.hint else ""
            message = f"nobody gets a file of this name, as with Bcfg2{hint}"
            yield finding("unread-name", file.path, None, message, "Cfg")
    if site.release != "1.4" and reading is None:
        yield from _several_infos(site)


def _is_new(file: CfgFile, name: str) -> bool:
    is_base = name == os.path.basename(file.entry)
    return not is_base and (name in _NEW_NAMES or name.endswith(_NEW_EXTENSION))


def _several_infos(site: OldSite) -> Iterator[Finding]:
    """Yield each info.xml of which one client has several Info that say different things."""
    with quiet():
        clients = site.repository.clients()
    for path in site.repository.every("Cfg", "*/info.xml"):
        root = site.repository.document(path)
        if root is None or b"genshi.edgewall.org" in site.repository.data(path):
            continue
        infos = [(info, PathAttributes(info)) for info in root.iter("Info")]
        if len(infos) < 2:
            continue
        folder = os.path.relpath(os.path.dirname(path), site.repository.path("Cfg"))
        ambiguous = list(_ambiguous(infos, clients, f"/{folder}"))
        if ambiguous:
            client, first, last = ambiguous[0]
            others = f" and {len(ambiguous) - 1} more" if len(ambiguous) > 1 else ""
            message = (
                f"for {client}{others} this Info counted with Bcfg2 1.3; that of line {first} "
                "counts here, as with 1.4: write [bcfg2tw] info_reading = 1.3 or 1.4"
            )
            yield finding("several-infos", path, last, message, "Cfg")


def _ambiguous(
    infos: list[tuple[Element, PathAttributes]], clients: Iterable[Client], path: str
) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield the clients for which the first and the last Info differ, with their lines."""
    for client in clients:
        answers = {"Group": client.groups, "Client": (client.hostname,), "Path": (path,)}
        applicable = [info for info, conditions in infos if conditions.applies(answers)]
        if len(applicable) > 1 and attributes(applicable[0]) != attributes(applicable[-1]):
            yield client.hostname, line_of(applicable[0]), line_of(applicable[-1])
