"""Bzr: the revision that is served, and whether it was changed (templates-and-data.md 17)."""

from __future__ import annotations

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy


class Bzr(WorkingCopy):
    """Knows the revision number, and whether the tree differs from it."""

    __vcs_metadata_path__ = None

    def get_revision(self) -> str:
        """Return the revision number, with a `+` if there are changes or unknown files."""
        number = self.first_line("bzr", "revno")
        changed = self.run("bzr", "status", "--short").strip()
        return f"{number}+" if changed else number
