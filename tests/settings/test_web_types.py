"""Options of the pages of reports, and what is said of values that are none."""

from __future__ import annotations

from ipaddress import ip_network

from bcfg2tw.settings import web_types
from tests.settings.test_types import TypeTestCase


class WebTypeTests(TypeTestCase):
    def test_listen_addresses(self) -> None:
        """An address to listen on has a port; there may be none at all."""
        self.converts(
            web_types.listen_addresses,
            {
                "": (),
                "127.0.0.1:8080": (("127.0.0.1", 8080),),
                "localhost:80, [::1]:80": (("localhost", 80), ("::1", 80)),
            },
        )
        self.refuses(
            web_types.listen_addresses,
            {
                text: f"{text!r} is no address to listen on: write one such as 127.0.0.1:8080 or "
                "[::1]:8080"
                for text in ("8080", "::1", "localhost", "h:0", "h:x", "http://h:1", "h:1/p")
            },
        )

    def test_prefix(self) -> None:
        """A prefix is a path; a slash at its end says nothing."""
        self.converts(web_types.url_prefix, {"/": "", "/reports/": "/reports", "/a/b": "/a/b"})
        self.refuses(
            web_types.url_prefix,
            {
                text: f"{text!r} is no path for pages: write one such as /reports, or /"
                for text in ("reports", "/a b", "/../x", "//", "/ä")
            },
        )

    def test_proxies(self) -> None:
        """Proxies are addresses or networks, and the header that they set is one."""
        networks = ip_network("192.0.2.7/32"), ip_network("2001:db8::/32")
        self.converts(web_types.networks, {"192.0.2.7 2001:db8::/32": networks, "": ()})
        self.refuses(
            web_types.networks,
            {
                "proxy": "'proxy' is no address or network: write one such as 192.0.2.7 or "
                "192.0.2.0/24"
            },
        )
        self.converts(web_types.header_name, {"X-Remote-User": "X-Remote-User"})
        self.refuses(
            web_types.header_name,
            {"X User": "'X User' is no name of a header: write one such as X-Remote-User"},
        )
