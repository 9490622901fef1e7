"""Darcs: the latest patch (:ref:`templates-and-data-17`)."""

from __future__ import annotations

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy


class Darcs(WorkingCopy):
    """Knows what `darcs changes` begins with."""

    __vcs_metadata_path__ = "_darcs"

    def get_revision(self) -> str:
        """Return the first line about the latest patch."""
        return self.first_line("darcs", "changes", "--last=1")
