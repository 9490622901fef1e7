"""The files below Cfg, sorted by kind as the plugin does it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.engine.checks.file_names import name_hint
from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.plugins.cfg.kind import IGNORED, Kind, Role, kind_of
from bcfg2tw.engine.plugins.cfg.kinds import enabled_kinds

__all__ = ["CfgFile", "cfg_files", "paths_of"]


@dataclass(frozen=True)
class CfgFile:
    """
    A file below Cfg.

    :ivar path: full path
    :ivar entry: the path on clients that it is made for
    :ivar kind: None for one that is of none
    """

    path: str
    entry: str
    kind: Kind | None
    specificity: Specificity | None = None

    @property
    def role(self) -> Role | None:
        """The role of the file, None for one that has none."""
        return None if self.kind is None else self.kind.role

    @property
    def handler(self) -> str:
        """The name of the kind, empty for none."""
        return "" if self.kind is None else self.kind.handler

    @property
    def is_for_all(self) -> bool:
        """Say whether it is for all clients."""
        return self.specificity is not None and self.specificity.all

    @property
    def hint(self) -> str | None:
        """The reason why the name is not understood, where one is near."""
        return name_hint(os.path.basename(self.path), os.path.basename(self.entry))


def cfg_files(repository: Repository) -> list[CfgFile]:
    """Return the files below Cfg, without those that templates include."""
    return repository.derive(_cfg_files)


def _cfg_files(repository: Repository) -> list[CfgFile]:
    settings = repository.settings
    kinds = enabled_kinds(settings.cfg_handlers, settings.info_reading)
    top = repository.path("Cfg")
    return [
        _file(path, top, kinds) for path in repository.every("Cfg") if not path.endswith(IGNORED)
    ]


def _file(path: str, top: str, kinds: Iterable[Kind]) -> CfgFile:
    folder, name = os.path.split(path)
    entry = "/" + os.path.relpath(folder, top)
    match = None if folder == top else kind_of(name, os.path.basename(entry), kinds)
    return CfgFile(path, entry, *(match or (None,)))


def paths_of(files: Iterable[CfgFile]) -> dict[str, list[CfgFile]]:
    """Return the files that are of some kind by the path that they are for."""
    by_path: dict[str, list[CfgFile]] = {}
    for file in files:
        if file.kind is not None:
            by_path.setdefault(file.entry, []).append(file)
    return by_path
