"""Every exception of this package that a caller may want to catch."""

from __future__ import annotations


class Bcfg2Error(Exception):
    """The base of all exceptions that this package raises on purpose."""


class SettingsError(Bcfg2Error):
    """A setting cannot be used; the text names the place and the remedy."""

    def __init__(self, reason: str, section: str | None = None, option: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.section = section
        self.option = option

    def __str__(self) -> str:
        if self.section is None:
            return self.reason
        if self.option is None:
            return f"[{self.section}]: {self.reason}"
        return f"[{self.section}] {self.option}: {self.reason}"


class RepositoryError(Bcfg2Error):
    """A file of the repository cannot be used; `line` is None where all of it is meant."""

    def __init__(self, path: str, reason: str, line: int | None = None) -> None:
        super().__init__(path, reason, line)
        self.path = path
        self.reason = reason
        self.line = line

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.reason}"


class ChangedMeanwhile(RepositoryError):
    """A file is another than the one that a change of it was made from; it is as it was."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "somebody has changed it just now; try again")


class UnreadableRepository(Bcfg2Error):
    """
    The repository, or a folder of it, cannot be read now.

    Nothing is concluded from what is not seen: what was read last stays in service.
    """


class CallGivenUp(BaseException):
    """
    Raised in a site's own code whose call has taken too long, so that its thread ends.

    No `Exception`: neither the code nor what goes on after its failures is to catch it.
    """


class CoreInitError(Bcfg2Error):
    """The core cannot be started."""


class NoExposedMethod(Bcfg2Error):
    """The core has no method of this name that clients may call."""


class CriticalError(Bcfg2Error):
    """An application error that the client is told about (:ref:`wire-6`, fault code -32500)."""

    fault_code = -32500
    log = False

    def __init__(self, message: str) -> None:
        super().__init__(f"Critical failure: {message}")


class PluginInitError(Bcfg2Error):
    """A plugin cannot be used; it is left out."""


class PluginExecutionError(Bcfg2Error):
    """An operation of a plugin failed: an entry that does not bind, a document that is wrong."""


class MetadataConsistencyError(Bcfg2Error):
    """A client cannot be determined, or its metadata contradict each other."""


class MetadataRuntimeError(Bcfg2Error):
    """The Metadata plugin is not ready, or could not read or write a file."""


class NotServing(MetadataRuntimeError):
    """
    No client can be served until something is repaired, such as a file of the repository.

    Whoever calls is to come back later: it says nothing about the caller's credentials.
    """


class StateUnavailable(NotServing):
    """
    The state of clients cannot be reached, or not be written, for the moment.

    Whoever calls is to come back later; what was acknowledged is not lost.
    """


class NotKept(StateUnavailable):
    """A client's report cannot be kept for the moment, and it is told to come back."""


class ValidationError(Bcfg2Error):
    """A validator refuses a configuration; raised by plugins, it ends the build."""


class SpecificityError(Bcfg2Error):
    """A file name does not say for whom the file is."""


class EncryptionError(Bcfg2Error):
    """A text cannot be encrypted or decrypted; the reason tells no secrets."""


class RefusedFormat(EncryptionError):
    """The machine refuses what a format is made with, whatever the passphrase."""


def forget_frames(error: BaseException | None) -> None:
    """Let go of what was at work when errors were raised: whoever keeps one is not to keep that."""
    if error is not None and error.__traceback__ is not None:
        error.__traceback__ = None
        forget_frames(error.__cause__)
        forget_frames(error.__context__)
