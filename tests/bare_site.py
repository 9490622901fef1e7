"""
A bare Twisted site: constant answers, and nothing else; what a server costs beside it is its own.

    python3 -m tests.bare_site PORT CERTIFICATE KEY SIZE

answers GetConfig with as many bytes as are told, and everything else with a few.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.processes import environment


def serve(port: int, certificate: str, key: str, size: int) -> None:
    """Answer until the process is ended."""
    from twisted.internet import reactor
    from twisted.internet import ssl as twisted_ssl
    from twisted.web.resource import Resource
    from twisted.web.server import Site

    large, small = b"x" * size, b"x" * 200

    class Constant(Resource):
        isLeaf = True

        def render_POST(self, request: Any) -> bytes:
            return large if b"GetConfig" in request.content.read() else small

    context = twisted_ssl.DefaultOpenSSLContextFactory(key, certificate)
    tcp: Any = reactor
    tcp.listenSSL(port, Site(Constant()), context, interface="127.0.0.1", backlog=1024)
    print("Serving", flush=True)
    tcp.run()


@contextmanager
def bare_site(port: int, certificate: str, key: str, size: int) -> Iterator[int]:
    """Run a bare site in a process of its own, and return its number."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bare_site", str(port), certificate, key, str(size)],
        env=environment(),
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    _, port_text, certificate_path, key_path, size_text = sys.argv
    serve(int(port_text), certificate_path, key_path, int(size_text))
