"""The common part of version plugins: find the working copy, run the system's own command."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Version
from bcfg2tw.engine.programs import run
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.errors import PluginExecutionError, PluginInitError

if TYPE_CHECKING:
    from typing_extensions import Self


#: The repository waits for its revision before it is served.
REVISION_TIMEOUT_SECONDS = 30

#: The commands' words are read by us, and nobody can answer their questions.
ENVIRONMENT = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "HGPLAIN": "1"}


class WorkingCopy(Version):
    """
    A version plugin that runs a command in `[server] vcs_root` (:ref:`templates-and-data-17`).

    :cvar __vcs_metadata_path__: what must exist in a working copy, None for anything
    :cvar other_metadata_paths: what may be there in its place
    :ivar environment: added to the server's own for the command
    """

    __vcs_metadata_path__: ClassVar[str | None]
    other_metadata_paths: ClassVar[tuple[str, ...]] = ()
    environment: Mapping[str, str] = ENVIRONMENT

    def __init__(self, context: PluginContext, files: Files, previous: Self | None = None) -> None:
        super().__init__(context, files, previous)
        self.vcs_root = context.settings.working_copy
        self.vcs_path = self._vcs_path()

    def _vcs_path(self) -> str | None:
        if self.__vcs_metadata_path__ is None:
            return None
        names = (self.__vcs_metadata_path__, *self.other_metadata_paths)
        paths = [os.path.join(self.vcs_root, name) for name in names]
        for path in paths:
            if os.path.exists(path):
                return path
        raise PluginInitError(f"{paths[0]} is not present")

    def run(
        self,
        *command: str,
        timeout_seconds: float = REVISION_TIMEOUT_SECONDS,
        input_text: str = "",
    ) -> str:
        """
        Run a command in the working copy and return what it wrote.

        :raises ProgramError: if it cannot be run or fails
        """
        return run(command, timeout_seconds, self.vcs_root, self.environment, input_text).out

    def first_line(self, *command: str) -> str:
        """
        Return the first line of a command's output that is not blank.

        :raises PluginExecutionError: if there is none
        """
        for line in self.run(*command).splitlines():
            if line.strip():
                return line.strip()
        raise PluginExecutionError(f"{' '.join(command)} wrote nothing in {self.vcs_root}")

    def field(self, label: str, *command: str) -> str:
        """
        Return the word behind a label at the beginning of a line of a command's output.

        :raises PluginExecutionError: if there is no such line
        """
        for line in self.run(*command).splitlines():
            words = line.split()
            if len(words) > 1 and words[0] == label:
                return words[1]
        raise PluginExecutionError(
            f"{' '.join(command)} wrote no line with {label!r} in {self.vcs_root}"
        )
