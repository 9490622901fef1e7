"""
The names of Cfg handlers of a site's own, without importing them.

`[cfg] handlers` names them; where it names none, those are used that the site has in
`Bcfg2/Server/Plugins/Cfg` on Python's path.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from bcfg2tw.engine.plugins.cfg.kinds import KINDS
from bcfg2tw.engine.siteplugins import finding


def handler_names(configured: Iterable[str], path: Sequence[str] | None = None) -> Iterator[str]:
    """
    Yield the names of handlers that are not the engine's.

    :param path: what stands for Python's path
    """
    ours = {kind.handler for kind in KINDS}
    named = [name for name in configured if name.rpartition(".")[2] not in ours]
    if not configured:
        named = sorted(_names_of_site(path) - ours)
    for name in named:
        if "." in name or finding.plugin_file(os.path.join("Cfg", name), path) is not None:
            yield name


def _names_of_site(path: Sequence[str] | None) -> set[str]:
    folder = os.path.join(finding.PLUGINS, "Cfg")
    return {
        name.removesuffix(".py")
        for root in finding.roots(folder, path)
        for name in os.listdir(root)
        if name.endswith(".py") and name.startswith("Cfg")
        and not finding.is_installed_bcfg2(os.path.join(root, name))
    }  # fmt: skip
