"""The one model of what is wrong with a file, whoever finds it and however it is shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """
    A mistake in a file of the repository or of the configuration.

    :ivar name: of the kind of mistake, such as `misspelt-element`
    :ivar severity: `error` where it certainly is one, else `warning`; `note` where it is no mistake
    :ivar file: full path
    :ivar line: None where all of the file is meant
    :ivar plugin: the plugin that reads the file, empty for bcfg2.conf
    :ivar client: the client that it is found for, None where it is for all
    """

    name: str
    severity: str
    file: str
    line: int | None
    message: str
    plugin: str = ""
    column: int | None = None
    client: str | None = None

    @property
    def is_error(self) -> bool:
        """Say whether it certainly is a mistake."""
        return self.severity == "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"
