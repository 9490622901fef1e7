"""Fossil: the check-in that is served (templates-and-data.md 17)."""

from __future__ import annotations

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy


class Fossil(WorkingCopy):
    """Knows what `fossil info` calls the checkout."""

    __vcs_metadata_path__ = "_FOSSIL_"

    def get_revision(self) -> str:
        """Return the checkout's id."""
        return self.field("checkout:", "fossil", "info")
