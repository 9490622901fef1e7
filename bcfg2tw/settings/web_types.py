"""Turning the texts of options for the pages of reports into values; as in `types.py`."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from bcfg2tw.settings.types import location_words

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def url_prefix(value: str) -> str:
    """Read the path below which pages are; what comes out ends without a slash."""
    if not re.fullmatch(r"(/[\w.~-]+)*/?", value, re.ASCII) or {".", ".."} & {*value.split("/")}:
        raise ValueError(f"{value!r} is no path for pages: write one such as /reports, or /")
    return value.rstrip("/")


def header_name(value: str) -> str:
    """Read the name of an HTTP header."""
    if not re.fullmatch(r"[A-Za-z0-9-]+", value):
        raise ValueError(f"{value!r} is no name of a header: write one such as X-Remote-User")
    return value


def networks(value: str) -> tuple[Network, ...]:
    """Read addresses and networks, separated by blanks or commas."""
    return tuple(_network(word) for word in location_words(value))


def _network(word: str) -> Network:
    try:
        return ipaddress.ip_network(word)
    except ValueError:
        raise ValueError(
            f"{word!r} is no address or network: write one such as 192.0.2.7 or 192.0.2.0/24"
        ) from None


def listen_addresses(value: str) -> tuple[tuple[str, int], ...]:
    """Read addresses to listen on, separated by blanks or commas, as pairs of host and port."""
    return tuple(dict.fromkeys(_listen_address(word) for word in location_words(value)))


def _listen_address(word: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{word}")
        host, number = parts.hostname, parts.port
    except ValueError:
        host, number = None, None
    if not host or not number or parts.netloc != word:
        raise ValueError(
            f"{word!r} is no address to listen on: write one such as 127.0.0.1:8080 or [::1]:8080"
        )
    return host, number
