"""The common base of plugins that Bcfg2 1.4 dropped, and that served paths from folders."""

from __future__ import annotations

from typing import ClassVar

from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugins.cfg.cfg import PathFolders
from bcfg2tw.engine.plugins.cfg.kind import Role
from bcfg2tw.engine.plugins.cfg.kinds import KINDS
from bcfg2tw.engine.repository.files import Files

#: info.xml, and info and :info, which Bcfg2 1.3 knew.
INFO_KINDS = tuple(kind for kind in KINDS if kind.role is Role.INFO)


class DroppedPathFolders(PathFolders):
    """
    Serves a folder as Bcfg2 1.3 did, and says once how to do without.

    :cvar migration: what to do with the files
    """

    deprecated = True
    create = False
    migration: ClassVar[str]

    def __init__(
        self, context: PluginContext, files: Files, previous: DroppedPathFolders | None = None
    ):
        super().__init__(context, files, previous)
        if previous is None:
            self.logger.warning(
                "%s: Bcfg2 1.4 has this plugin no more; in %s, %s",
                self.name, files.folder, self.migration,
            )  # fmt: skip
