"""Fossil: the check-in that is served (:ref:`templates-and-data-17`)."""

from __future__ import annotations

from typing import ClassVar

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy


class Fossil(WorkingCopy):
    """Knows what `fossil info` calls the checkout."""

    __vcs_metadata_path__ = "_FOSSIL_"
    # what Fossil itself makes on Unix since version 1.23
    other_metadata_paths: ClassVar[tuple[str, ...]] = (".fslckout",)

    def get_revision(self) -> str:
        """Return the checkout's id."""
        return self.field("checkout:", "fossil", "info")
