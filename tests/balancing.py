"""HAProxy of the tests' own, with the configuration that the project ships."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

from bcfg2tw.settings.admin_address import AdminAddress
from tests.network import refuses
from tests.waiting import PATIENCE_SECONDS, wait_until

CONTRIB = Path(__file__).parents[1] / "contrib"
CONFIG = CONTRIB / "haproxy.cfg"
TLS_CONFIG = CONTRIB / "haproxy-tls.cfg"


def haproxy() -> str:
    """Return the path of HAProxy."""
    path = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        raise SkipTest("haproxy is not installed")
    return path


def configuration(port: int, nodes: Sequence[tuple[int, AdminAddress]]) -> str:
    """
    Return the configuration of `contrib`, between other addresses.

    :param port: that clients come to
    :param nodes: the port of each node, and where its administrators ask
    """
    text = CONFIG.read_text().replace("bind :6789", f"bind 127.0.0.1:{port}")
    text = text.replace("check port 6790 inter 2s", "check inter 200ms")
    for number, (node, admin) in enumerate(nodes, 1):
        text = text.replace(
            f"server node{number} 192.0.2.1{number}:6789",
            f"server node{number} 127.0.0.1:{node} port {admin.port}",
        )
    return text


def tls_configuration(port: int, pair: Path, authority: Path, socket: str) -> str:
    """
    Return the configuration of `contrib` for TLS that ends at the balancer, with other places.

    :param port: that clients come to
    :param pair: the file of the server's certificate and key
    :param authority: that clients' certificates are of
    :param socket: the path of the server's
    """
    text = TLS_CONFIG.read_text().replace("bind :6789", f"bind 127.0.0.1:{port}")
    text = text.replace("/etc/bcfg2/server.pem", str(pair))
    text = text.replace("/etc/bcfg2/ca.crt", str(authority))
    return text.replace("/run/bcfg2-core/clients.sock", socket)


@contextmanager
def running(text: str, port: int, folder: Path) -> Iterator[None]:
    """
    Run HAProxy with a configuration, as far as the machine allows, until the block ends.

    :param port: that it listens on
    :param folder: for its files
    """
    path, log = folder / "haproxy.cfg", folder / "haproxy.log"
    path.write_text(text.replace("maxconn 20000", "maxconn 200"))
    with log.open("w") as stream:
        process = subprocess.Popen(
            [haproxy(), "-db", "-f", str(path)], stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: not refuses(port), log.read_text)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
