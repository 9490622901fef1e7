"""A core's picture of itself, as plain data, for those who watch the server."""

from __future__ import annotations

import logging
import time
from typing import Any

from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import Monitored
from bcfg2tw.engine.served.snapshot import Snapshot
from bcfg2tw.errors import NotServing
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")


def snapshot_picture(snapshot: Snapshot) -> dict[str, Any]:
    """Return revision and age, the number of clients, plugins, files with problems."""
    return {
        "revision": snapshot.revision,
        "age_seconds": time.time() - snapshot.made_at,
        "clients": _number_of_clients(snapshot),
        "plugins": sorted(snapshot.plugins),
        "problems": _problems_by_plugin(snapshot),
    }


def _number_of_clients(snapshot: Snapshot) -> int | None:
    try:
        return len(snapshot.metadata.client_names())
    except NotServing:  # a file is broken, or the database is away: both are told elsewhere
        return None


def _problems_by_plugin(snapshot: Snapshot) -> dict[str, int]:
    """Return the number of files with problems, by plugin."""
    return {
        plugin.name: len({problem.path for problem in plugin.files.problems})
        for plugin in snapshot.plugins.values()
    }


def plugin_pictures(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Return the pictures of the plugins that have one, by name."""
    pictures = {}
    for plugin in snapshot.plugins_by_type(Monitored):
        try:
            pictures[name_of(plugin)] = plugin.picture()
        except Exception:  # one plugin's defect must not hide the others from who watches
            logger.exception("%s gives no picture of itself", name_of(plugin))
    return pictures


def store_picture(settings: Settings) -> dict[str, str]:
    """Return where the state of clients is kept: `database`, `state folder` or `repository`."""
    folder = "repository" if settings.state is None else "state folder"
    return {
        "clients": "database" if settings.metadata_db else folder,
        "probes": "database" if settings.probes_db else folder,
    }
