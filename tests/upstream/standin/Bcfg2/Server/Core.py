"""The documented core, without a network (:ref:`core-2` to :ref:`core-11`, :ref:`core-17`)."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import MutableMapping  # type: ignore[attr-defined]  # noqa: UP035  # as Bcfg2
from collections.abc import Callable
from typing import Any
from xmlrpc.client import Fault

import lxml.etree

import Bcfg2.Server
from Bcfg2 import Options
from Bcfg2.Server.Plugin import Threaded
from Bcfg2.Server.Statistics import stats

try:
    import Bcfg2.Server.Encryption
except ImportError:  # it needs M2Crypto
    HAS_CRYPTO = False
else:
    HAS_CRYPTO = True


class CoreInitError(Exception):
    """The core cannot be used."""


class NoExposedMethod(Exception):
    """There is no such method for callers."""


def exposed(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark what callers may call."""
    method.exposed = True  # type: ignore[attr-defined]  # functions take attributes
    return method


class Cache(MutableMapping):  # type: ignore[type-arg]  # see its import
    """Something to forget."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._values[key] = value

    def __delitem__(self, key: str) -> None:
        del self._values[key]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def expire(self) -> None:
        """Forget everything."""
        self._values.clear()


class Monitor:
    """Watches nothing."""

    is_started = False

    def start(self) -> None:
        """Start."""
        self.is_started = True

    def shutdown(self) -> None:
        """Stop."""
        self.is_started = False


class NetworkCore:
    """What network cores are built on; `_run` and `_block` are theirs."""

    name = "Core"
    options = [
        Options.Option(("server", "repository"), dest="repository"),
        Options.Option(("server", "umask"), dest="umask", type=Options.broken_octal),
        Options.Option(("server", "filemonitor"), dest="filemonitor", default="default"),
        Options.Option(("server", "listen_all"), dest="listen_all", type=Options.boolean),
        Options.Option(("components", "bcfg2"), dest="server"),
        Options.Option(("communication", "ca"), dest="ca"),
        Options.Option(("communication", "certificate"), dest="cert"),
    ]

    def __init__(self) -> None:
        self.logger = logging.getLogger("bcfg2-server")
        self.debug_flag = False
        self.fam = Monitor()
        self.plugins: dict[str, Any] = {}
        self.metadata: Any = None
        self.metadata_cache = Cache()
        self.ca = Options.setup.ca
        self.terminate = threading.Event()
        self.fam_thread = threading.Thread(target=self.terminate.wait, name="MonitorFAMThread")
        atexit.register(self.shutdown)

    def load_plugins(self) -> None:
        """Make the plugins."""
        for plugin in Options.setup.plugins:
            self.plugins[plugin.__name__] = plugin(self)
        self.metadata = self.plugins.get("Metadata")
        if self.metadata is None:
            raise CoreInitError("No Metadata Plugin")

    def plugins_by_type(self, base_class: type) -> list[Any]:
        """Return the plugins of a class."""
        return [one for one in self.plugins.values() if isinstance(one, base_class)]

    def block_for_fam_events(self, handle_events: bool = False) -> None:
        """Say on which state the core was asked to wait."""
        threaded = [type(one).__name__ for one in self.plugins_by_type(Threaded)]
        self._note(f"waiting, monitor {self.fam.is_started}, threads of {','.join(threaded)}")

    def authenticate(self, cert: Any, user: str, password: str, address: Any) -> bool:
        """Ask the Metadata plugin; certificates count where there is a CA."""
        answer = self.metadata.AuthenticateConnection(
            cert if self.ca else None, user, password, address
        )
        return bool(answer)

    def check_acls(self, address: Any, rmi: str) -> bool:
        """Refuse what is named so."""
        return rmi != "refused"

    def _resolve_exposed_method(self, method_name: str) -> Any:
        method = getattr(self, method_name, None)
        if not getattr(method, "exposed", False):
            raise NoExposedMethod(method_name)
        return method

    def _get_rmi(self) -> dict[str, Any]:
        self._note("methods of plugins collected")
        return {
            f"{name}.{method}": getattr(plugin, method)
            for name, plugin in self.plugins.items()
            for method in plugin.__rmi__
        }

    def BuildConfiguration(self, client: str) -> Any:
        """
        Return what a file of the repository says, elements decrypted.

        As with Bcfg2, what cannot be decrypted, or what nothing is there to decrypt, is served.
        """
        document = lxml.etree.parse(os.path.join(Options.setup.repository, f"{client}.xml"))
        for element in document.iter("Path") if HAS_CRYPTO else ():
            try:
                secret = Options.setup.passphrases[element.get("encrypted", "main")]
                text = Bcfg2.Server.Encryption.ssl_decrypt(element.text, secret)
                element.text = text.encode("ascii", "xmlcharrefreplace")
            except (KeyError, Bcfg2.Server.Encryption.EVPError):
                self.logger.error("Failed to decrypt")
        return document.getroot()

    @exposed
    def GetConfig(self, address: Any) -> str:
        """Return what tells the caller apart."""
        return f"<Configuration address='{address[0]}' parts='{len(address)}'/>"

    @exposed
    def AssertProfile(self, address: Any, profile: str) -> None:
        """Fail as Bcfg2 does."""
        raise Fault(-32500, f"Critical failure: {profile} is no profile")

    @exposed
    def get_statistics(self, address: Any) -> dict[str, Any]:
        """Return how long calls took."""
        figures: dict[str, Any] = stats.display()
        return figures

    @exposed
    def set_core_debug(self, address: Any, debug: Any) -> bool:
        """Switch debugging."""
        self.debug_flag = bool(debug)
        return self.debug_flag

    def shutdown(self) -> None:
        """End, once."""
        if self.terminate.is_set():
            self._note("already shut down")
            return
        self.terminate.set()
        self.fam.shutdown()
        for plugin in self.plugins.values():
            plugin.shutdown()
        self._note("shut down")

    def _note(self, line: str) -> None:
        with open(os.path.join(Options.setup.repository, "journal"), "a") as stream:
            stream.write(f"{line}\n")
