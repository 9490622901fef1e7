"""Git: the commit that is served, and updates by remote call (templates-and-data.md 17)."""

from __future__ import annotations

import threading
from typing import ClassVar

from bcfg2tw.engine.plugins.version.working_copy import WorkingCopy
from bcfg2tw.engine.programs import ProgramError
from bcfg2tw.errors import PluginExecutionError

UPDATE_TIMEOUT_SECONDS = 600

_updating = threading.Lock()


class Git(WorkingCopy):
    """Knows the commit of HEAD."""

    __rmi__: ClassVar[list[str]] = [*WorkingCopy.__rmi__, "Update"]
    __vcs_metadata_path__ = ".git"

    def get_revision(self) -> str:
        """Return the hash of the commit that is checked out."""
        return self.first_line("git", "rev-parse", "HEAD")

    def Update(self, ref: str | None = None) -> bool:
        """
        Fetch, check out a commit if one is named, and take in what upstream has.

        Local changes are lost when a commit is named. The repository is read again before this
        returns.

        :raises PluginExecutionError: if the checkout or the pull fails
        """
        with _updating:
            self._attempt("collect garbage", "gc", "--auto")
            self._attempt("fetch", "fetch", "--all")
            if ref:
                self._check_out(ref)
            if self._tracks_another():
                self._demand("Failed to pull from upstream", "pull", "--rebase")
        self.core.reload(None)
        return True

    def _git(self, *arguments: str) -> str:
        return self.run("git", *arguments, timeout_seconds=UPDATE_TIMEOUT_SECONDS)

    def _attempt(self, what: str, *arguments: str) -> None:
        try:
            self._git(*arguments)
        except ProgramError as error:
            self.logger.warning("Git: Failed to %s: %s", what, error)

    def _demand(self, what: str, *arguments: str) -> None:
        try:
            self._git(*arguments)
        except ProgramError as error:
            message = f"Git: {what}: {error}"
            self.logger.error(message)
            raise PluginExecutionError(message) from error

    def _check_out(self, ref: str) -> None:
        if ref.startswith("-"):
            raise PluginExecutionError(
                f"Git: Failed to checkout {ref}: no branch, tag or commit begins with a dash"
            )
        self._demand(f"Failed to checkout {ref}", "checkout", "--force", ref, "--")

    def _tracks_another(self) -> bool:
        try:
            self._git("rev-parse", "--symbolic-full-name", "@{upstream}")
        except ProgramError:
            return False
        return True
