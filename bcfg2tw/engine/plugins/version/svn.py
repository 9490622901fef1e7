"""Svn: the revision that is served; update and commit by remote call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugins.version.turns import Turns
from bcfg2tw.engine.plugins.version.working_copy import ENVIRONMENT, WorkingCopy
from bcfg2tw.engine.programs import ProgramError
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.errors import PluginInitError

COMMIT_MESSAGE = "Svn: autocommit"

RESOLUTIONS = (
    "base", "mine-conflict", "mine-full", "postpone", "theirs-conflict", "theirs-full", "working"
)  # fmt: skip

#: What `svn status` says in its columns for contents, properties and the tree.
CONFLICT = re.compile(r"(?:C.{6}|.C.{5}|.{6}C) ")

TRUST = "--trust-server-cert-failures=unknown-ca,cn-mismatch,expired,not-yet-valid,other"

#: For each of the commands that an update runs, five at most.
UPDATE_TIMEOUT_SECONDS = 300

TRUE = ("1", "yes", "true", "on")


class Svn(WorkingCopy):
    """Knows the revision of the working copy's top."""

    __rmi__: ClassVar[list[str]] = [*WorkingCopy.__rmi__, "Update", "Commit"]
    __vcs_metadata_path__ = ".svn"
    # in the plain C locale it refuses names of files that are not ASCII
    environment: Mapping[str, str] = {**ENVIRONMENT, "LC_ALL": "C.UTF-8"}

    def __init__(self, context: PluginContext, files: Files, previous: Svn | None = None) -> None:
        super().__init__(context, files, previous)
        self._turns = self.lasting.keep("turns", partial(Turns, context.settings.threads))
        settings = files.library.settings
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
        with self._turns.turn(self.name), self.context.changing_files():
            return self._update()

    def Commit(self) -> bool:
        """Update, commit all local changes, update again; say whether all of it worked."""
        with self._turns.turn(self.name), self.context.changing_files():
            return self._update() and self._commit() and self._update()

    def _update(self) -> bool:
        """Update, and say whether that worked and left no conflict."""
        if self._svn("update", "update", "--accept", self._resolution) is None:
            return False
        status = self._svn("look for conflicts in", "status", "--quiet")
        conflicts = [line[8:] for line in (status or "").splitlines() if CONFLICT.match(line)]
        if conflicts:
            self.logger.error(
                "Svn: conflicts in %s have to be resolved by hand: %s",
                self.vcs_root, ", ".join(conflicts),
            )  # fmt: skip
        return status is not None and not conflicts

    def _commit(self) -> bool:
        return self._svn("commit", "commit", "--message", COMMIT_MESSAGE) is not None

    def _svn(self, what: str, *arguments: str) -> str | None:
        """Run a command and return what it wrote, None if it failed."""
        options, input_text = self._credentials()
        try:
            return self.run(
                "svn",
                *arguments,
                "--non-interactive",
                *options,
                timeout_seconds=UPDATE_TIMEOUT_SECONDS,
                input_text=input_text,
            )
        except ProgramError as error:
            self.logger.error("Svn: Failed to %s %s: %s", what, self.vcs_root, error)
            return None

    def _credentials(self) -> tuple[list[str], str]:
        """Return options and what the command reads: other users see its arguments."""
        options = [TRUST] if self._trusts else []
        if self._user:
            options += ["--username", self._user]
        if self._password is None:
            return options, ""
        return [*options, "--password-from-stdin"], self._password
