"""Svn: the revision that is served; update and commit by remote call."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy
from bcfg2tw.engine.programs import ProgramError
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.errors import PluginInitError

if TYPE_CHECKING:
    from bcfg2tw.engine.base_core import BaseCore

UPDATE_TIMEOUT_SECONDS = 600

COMMIT_MESSAGE = "Svn: autocommit"

RESOLUTIONS = (
    "base", "mine-conflict", "mine-full", "postpone", "theirs-conflict", "theirs-full", "working"
)  # fmt: skip

TRUE = ("1", "yes", "true", "on")

_updating = threading.Lock()


class Svn(WorkingCopy):
    """Knows the revision of the working copy's top."""

    __rmi__: ClassVar[list[str]] = [*WorkingCopy.__rmi__, "Update", "Commit"]
    __vcs_metadata_path__ = ".svn"

    def __init__(self, core: BaseCore, files: Files, previous: Svn | None = None) -> None:
        super().__init__(core, files, previous)
        settings = core.settings
        self._user = settings.get("svn", "user")
        self._password = settings.get("svn", "password")
        self._trusts = (settings.get("svn", "always_trust") or "").lower() in TRUE
        chosen = settings.get("svn", "conflict_resolution") or "postpone"
        self._resolution = chosen.replace("_", "-")
        if self._resolution not in RESOLUTIONS:
            raise PluginInitError(
                f"[svn] conflict_resolution is one of {', '.join(RESOLUTIONS)}, not {chosen!r}"
            )

    def get_revision(self) -> str:
        """Return the number of the revision that is checked out."""
        return self.field("Revision:", "svn", "info", "--non-interactive")

    def Update(self) -> bool:
        """Take in what the server has; say whether that worked. Failures are logged."""
        with _updating:
            updated = self._updated()
        self.core.reload(None)
        return updated

    def Commit(self) -> bool:
        """Update, commit all local changes, update again; say whether all of it worked."""
        with _updating:
            done = (
                self._updated()
                and self._worked("commit", "commit", "--message", COMMIT_MESSAGE)
                and self._updated()
            )
        self.core.reload(None)
        return done

    def _updated(self) -> bool:
        return self._worked("update", "update", "--accept", self._resolution)

    def _worked(self, what: str, *arguments: str) -> bool:
        options, given = self._credentials()
        try:
            self.run(
                "svn",
                *arguments,
                "--non-interactive",
                *options,
                timeout_seconds=UPDATE_TIMEOUT_SECONDS,
                input_text=given,
            )
        except ProgramError as error:
            self.logger.error("Svn: Failed to %s %s: %s", what, self.vcs_root, error)
            return False
        return True

    def _credentials(self) -> tuple[list[str], str]:
        """Return options and what the command reads: other users see its arguments."""
        options = ["--trust-server-cert"] if self._trusts else []
        if self._user:
            options += ["--username", self._user]
        if self._password is None:
            return options, ""
        return [*options, "--password-from-stdin"], self._password
