"""Bzr: the revision that is served, and whether it was changed (:ref:`templates-and-data-17`)."""

from __future__ import annotations

import shutil

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy


class Bzr(WorkingCopy):
    """Knows the revision number, and whether the tree differs from it."""

    __vcs_metadata_path__ = None

    def get_revision(self) -> str:
        """Return the revision number, with a `+` if there are changes or unknown files."""
        # Bazaar's successor, Breezy, has the old name on some systems only
        command = "bzr" if shutil.which("bzr") else "brz"
        number = self.first_line(command, "revno")
        changed = self.run(command, "status", "--short").strip()
        return f"{number}+" if changed else number
