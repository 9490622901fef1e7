"""TCheetah: files from Cheetah templates, in repositories of Bcfg2 1.3 (:ref:`cfg-11.2`)."""

from __future__ import annotations

from bcfg2tw.engine.plugins.cfg.kind import Kind, Role
from bcfg2tw.engine.plugins.cfg.kinds import CHEETAH, CHEETAH_FAILURE
from bcfg2tw.engine.plugins.dropped import INFO_KINDS, DroppedPathFolders
from bcfg2tw.settings import Settings

KINDS = (
    *INFO_KINDS,
    Kind("TCheetah", Role.GENERATOR, CHEETAH, 100, names=("template",), failure=CHEETAH_FAILURE),
)


class TCheetah(DroppedPathFolders):
    """Serves `TCheetah/PATH/template`."""

    migration = (
        "move each PATH/template to Cfg/PATH/BASE.cheetah, where BASE is the last part of PATH "
        "and .H_HOST or .G10_GROUP comes before .cheetah, and info.xml beside it"
    )

    @classmethod
    def kinds(cls, settings: Settings) -> tuple[Kind, ...]:
        """Return the kind of the templates."""
        return KINDS
