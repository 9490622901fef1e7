"""A core whose configurations are built without any effect."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from bcfg2tw.calls.interfaces import Certificate, Method, ServedCore
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.xmlio import serialise
from bcfg2tw.errors import CriticalError, MetadataConsistencyError


@runtime_checkable
class CoreThatLooks(ServedCore, Protocol):
    """A core that can build a configuration and change nothing."""

    def call(self) -> AbstractContextManager[None]:
        """Run one call in the block."""

    def resolve_client(
        self, address: ClientAddress, /, *, metadata: bool = True
    ) -> tuple[str, object]:
        """Return the client's name, and its metadata if they are asked for."""

    def look(self, client: str, /) -> Any:
        """Return what was built, with its `document`; nothing was changed by that."""


class LookingCore:
    """
    Another core's face: `GetConfig` makes no keys and runs no hooks, all else is as it was.

    What is refused to a client, or a fault, is the same as well.
    """

    def __init__(self, core: CoreThatLooks) -> None:
        self._core = core

    def call(self) -> AbstractContextManager[None]:
        """Run one call in the block, as the core does."""
        return self._core.call()

    def authenticate(
        self, cert: Certificate | None, user: str, password: str, address: ClientAddress
    ) -> bool:
        """Decide as the core does."""
        return self._core.authenticate(cert, user, password, address)

    def check_acls(self, address: ClientAddress, rmi: str) -> bool:
        """Decide as the core does."""
        return self._core.check_acls(address, rmi)

    def _resolve_exposed_method(self, method_name: str) -> Method:
        """Return the core's method, but for the one that builds."""
        method = self._core._resolve_exposed_method(method_name)
        return self._look if method_name == "GetConfig" else method

    def _get_rmi(self) -> Mapping[str, Method]:
        return self._core._get_rmi()

    def _look(self, address: ClientAddress) -> str:
        client, _ = self._core.resolve_client(address, metadata=False)
        try:
            return serialise(self._core.look(client).document)
        except MetadataConsistencyError as error:  # as the core says it
            raise CriticalError(f"Metadata consistency failure for {client}") from error
