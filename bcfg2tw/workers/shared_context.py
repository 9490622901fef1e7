"""TLS of a supervisor, whose changes concern other processes."""

from __future__ import annotations

from collections.abc import Callable

from bcfg2tw.auth import ServerContext
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.server_identity import OtherServerIdentity, identity_for


class SharedContext(ServerContext):
    """
    A context that tells when it was made anew by `reload`.

    :ivar other_server: the identity of the other server in shadow mode, None without one; workers
        are forked with it, so that a file that is spoilt meanwhile keeps none of them from serving
    """

    other_server: OtherServerIdentity | None

    def __init__(self, settings: Settings, note_reload: Callable[[], None]) -> None:
        """
        Read certificate, key, authorities and revocations, and the other server's authorities.

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
        self.reload_here(settings)
        self._note_reload()

    def reload_here(self, settings: Settings | None = None) -> None:
        """
        Read the files again, for this process alone.

        :raises SettingsError: as `reload`
        """
        if settings is None:  # certificates alone have changed
            super().reload()
            return
        other_server = identity_for(settings)
        super().reload(settings)
        self.other_server = other_server
