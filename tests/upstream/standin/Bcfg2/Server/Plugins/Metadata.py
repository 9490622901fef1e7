"""Who clients are: here, everybody who knows the password."""

from __future__ import annotations

from typing import Any

from Bcfg2 import Options
from Bcfg2.Server.Plugin import Plugin


class Metadata(Plugin):  # type: ignore[misc]  # Bcfg2 comes without annotations
    """Decides who is let in."""

    options = [Options.Option(("communication", "password"), dest="password")]

    def AuthenticateConnection(
        self, cert: Any, user: str, password: str, address: tuple[str, int]
    ) -> bool:
        """Compare the password; one way of being wrong raises."""
        if user == "nobody":
            raise LookupError(f"{address[0]} is nobody")
        return bool(password == Options.setup.password)
