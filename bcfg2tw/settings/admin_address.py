"""The place where administrators' programs reach the server: `[admin] listen`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 6790

_EXAMPLES = (
    f"write yes for {DEFAULT_HOST}:{DEFAULT_PORT}, HOST:PORT, or the path of a socket such as "
    "/run/bcfg2-core/admin.sock"
)


@dataclass(frozen=True)
class AdminAddress:
    """
    A TCP address, or a UNIX socket.

    :ivar path: of the socket; empty for TCP
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """True where nobody reaches it from another machine."""
        if self.path or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def admin_address(value: str) -> AdminAddress | None:
    """Read an address: None for no, the default for yes; a port alone is one of loopback."""
    word = value.strip()
    if word.lower() in ("no", "off", "false"):
        return None
    if word.lower() in ("yes", "on", "true"):
        return AdminAddress()
    path = word.removeprefix("unix:")
    if path.startswith("/"):
        return AdminAddress(path=path)
    return _tcp_address(f"{DEFAULT_HOST}:{word}" if word.isdigit() else word)


def _tcp_address(word: str) -> AdminAddress:
    try:
        parts = urlsplit(f"//{word}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.netloc != word or "@" in word:
        raise ValueError(f"{word!r} is no place to listen: {_EXAMPLES}")
    return AdminAddress(host, port)
