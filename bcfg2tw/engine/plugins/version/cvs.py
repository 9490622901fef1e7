"""Cvs: the first line of `cvs log` (:ref:`templates-and-data-17`)."""

from __future__ import annotations

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy


class Cvs(WorkingCopy):
    """Knows what `cvs log` begins with."""

    __vcs_metadata_path__ = "CVSROOT"

    def get_revision(self) -> str:
        """Return the first line of the log."""
        return self.first_line("cvs", "log")
