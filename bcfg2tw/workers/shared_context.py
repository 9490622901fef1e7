"""TLS of a supervisor, whose changes concern other processes."""

from __future__ import annotations

from collections.abc import Callable

from bcfg2tw.auth import ServerContext
from bcfg2tw.settings import Settings


class SharedContext(ServerContext):
    """A context that tells when it was made anew by `reload`."""

    def __init__(self, settings: Settings, note_reload: Callable[[], None]) -> None:
        """
        Read certificate, key, authorities and revocations.

        :param note_reload: called after each reload
        :raises SettingsError: naming the option and file that cannot be used
        """
        self._note_reload: Callable[[], None] = lambda: None
        super().__init__(settings)
        self._note_reload = note_reload

    def reload(self, settings: Settings | None = None) -> None:
        """
        Read the files again.

        :raises SettingsError: if they cannot be used; what was read before stays in force
        """
        super().reload(settings)
        self._note_reload()

    def reload_here(self, settings: Settings | None = None) -> None:
        """
        Read the files again, for this process alone.

        :raises SettingsError: as `reload`
        """
        super().reload(settings)
