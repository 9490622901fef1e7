"""Hg: the number of the latest revision (:ref:`templates-and-data-17`)."""

from __future__ import annotations

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy


class Hg(WorkingCopy):
    """Knows the tip of the local repository."""

    __vcs_metadata_path__ = ".hg"

    def get_revision(self) -> str:
        """Return the local number of tip."""
        return self.first_line("hg", "tip", "--template", "{rev}\n")
