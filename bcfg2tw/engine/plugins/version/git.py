"""Git: the commit that is served, and updates by remote call (:ref:`templates-and-data-17`)."""

from __future__ import annotations

import os
from functools import partial
from typing import ClassVar

from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugins.version.turns import Turns
from bcfg2tw.engine.plugins.version.working_copy import ENVIRONMENT, WorkingCopy
from bcfg2tw.engine.programs import ProgramError
from bcfg2tw.engine.repository.checkout import REBASING, Checkout
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.errors import PluginExecutionError

#: For each of the commands that an update runs, about four.
UPDATE_TIMEOUT_SECONDS = 300


class Git(WorkingCopy):
    """Knows the commit of HEAD."""

    __rmi__: ClassVar[list[str]] = [*WorkingCopy.__rmi__, "Update"]
    __vcs_metadata_path__ = ".git"

    def __init__(self, context: PluginContext, files: Files, previous: Git | None = None) -> None:
        super().__init__(context, files, previous)
        # where the working copy is damaged git must not go up and answer for another one
        above = os.path.dirname(os.path.abspath(self.vcs_root))
        self.environment = {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": above}
        self._turns = self.lasting.keep("turns", partial(Turns, context.settings.threads))

    def get_revision(self) -> str:
        """Return the hash of the commit that is checked out."""
        return self.first_line("git", "rev-parse", "HEAD")

    def revision_files(self) -> tuple[str, ...]:
        """Return where git notes each move of HEAD: a commit alone changes no file."""
        return (os.path.join(Checkout(self.vcs_root).folder, "logs", "HEAD"),)

    def Update(self, ref: str | None = None) -> bool:
        """
        Fetch, check out a commit if one is named, and take in what upstream has.

        Local changes are lost when a commit is named. What cannot be put on top of upstream is
        left as it was. The repository is read again before this returns.

        :raises PluginExecutionError: if the checkout or the pull fails
        """
        if ref is not None:
            _check(ref)
        with self._turns.turn(self.name):
            self._attempt("collect garbage", "gc", "--auto")
            # what asks the network comes first: nobody reads the repository while files change
            failure = self._fetch(ref)
            with self.context.changing_files():
                if ref:
                    self._demand(f"Failed to checkout {ref}", "checkout", "--force", ref, "--")
                self._pull(failure)
        return True

    def _fetch(self, ref: str | None) -> ProgramError | None:
        """Return why it failed to fetch from the remote that is going to be tracked."""
        try:
            self._git("fetch", "--all")
        except ProgramError as error:
            self.logger.warning("Git: Failed to fetch: %s", error)
        else:
            return None
        try:  # it may have been another remote that did not answer
            self._git("fetch", self._remote_of(ref))
        except ProgramError as error:
            return error
        return None

    def _remote_of(self, branch: str | None) -> str:
        try:
            named = branch or self._git("symbolic-ref", "--short", "HEAD").strip()
            return self._git("config", f"branch.{named}.remote").strip()
        except ProgramError:
            return "origin"

    def _pull(self, failure: ProgramError | None) -> None:
        """Put local commits on top of what upstream has, if the branch tracks any."""
        try:
            self._git("rev-parse", "--symbolic-full-name", "@{upstream}")
        except ProgramError:
            return
        if failure is not None:
            raise self._failure("Failed to pull from upstream", failure)
        try:
            self._demand("Failed to pull from upstream", "rebase", "@{upstream}")
        except PluginExecutionError:
            self._leave_rebase()
            raise

    def _leave_rebase(self) -> None:
        """Go back to what was there before: files with marks of conflicts must not be served."""
        folder = Checkout(self.vcs_root).folder
        if any(os.path.exists(os.path.join(folder, name)) for name in REBASING):
            self._attempt("restore what was there before", "rebase", "--abort")

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
            raise self._failure(what, error) from error

    def _failure(self, what: str, error: ProgramError) -> PluginExecutionError:
        message = f"Git: {what}: {error}"
        self.logger.error(message)
        return PluginExecutionError(message)


def _check(ref: object) -> None:
    if not isinstance(ref, str) or ref.startswith("-"):
        raise PluginExecutionError(
            f"Git: Failed to checkout {ref}: a branch, tag or commit is a text that begins with "
            "no dash"
        )
