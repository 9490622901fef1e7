"""
The way back: Bcfg2's own server, 1.3.4, and ours in turn on one repository.

Each in its time takes registrations, profiles, versions and answers of probes; the next one has to
know all of them, whether the one before ended in good order or was killed.
"""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.certificates import Authority
from tests.command_processes import run_process
from tests.network import free_port
from tests.processes import bcfg2_core, environment
from tests.real_client import real_server
from tests.waiting import wait_until

CONFIG = """\
[server]
repository = {site}/repository
plugins = Bundler,Metadata,Probes
fam_blocking = true
[components]
bcfg2 = https://localhost:{port}
[communication]
protocol = xmlrpc/ssl
password = shared
certificate = {certificate}
key = {key}
[logging]
syslog = no
verbose = yes
"""
CLIENTS = """\
<Clients version="3.0">
  <!-- kept by hand -->
  <Client name="kept.example.com" profile="basic" password="its-own" secure="true">
    <Alias name="other.example.com"/>
  </Client>
</Clients>
"""
STAGES = range(6)
GROUPS = (
    '<Groups><Group name="basic" profile="true" public="true" default="true"/>'
    '<Group name="full" profile="true" public="true"><Bundle name="full"/></Group>'
    + "".join(f'<Group name="stage-{n}"><Bundle name="stage-{n}"/></Group>' for n in STAGES)
    + "</Groups>"
)
BUNDLE = (
    '<Bundle><BoundPath name="/{0}" type="directory" owner="a" group="a" mode="0755"/></Bundle>'
)
ANSWERS = (
    "<ProbeData><probe-data name='stage' source='Probes'>value {0}\ngroup:stage-{0}"
    "</probe-data></ProbeData>"
)
OLD, OURS = "old", "ours"
#: Who serves, and how it ends.
TURNS = (
    (OLD, signal.SIGTERM), (OURS, signal.SIGTERM), (OLD, signal.SIGKILL), (OURS, signal.SIGKILL),
    (OLD, signal.SIGTERM), (OURS, signal.SIGKILL),
)  # fmt: skip


def client(number: int) -> str:
    """Return the name of the client that comes in a turn."""
    return f"new{number}.example.com"


class WayBackTests(SynchronousTestCase):
    """One repository, two servers in turn."""

    def setUp(self) -> None:
        self.old = real_server()
        self.site = Path(self.mktemp()).absolute()
        self.repository = self.site / "repository"
        self.port = free_port(self)
        bundles = {
            f"Bundler/{name}.xml": BUNDLE.format(name)
            for name in ("full", *(f"stage-{number}" for number in STAGES))
        }
        write_files(
            str(self.repository),
            {
                "Metadata/clients.xml": CLIENTS, "Metadata/groups.xml": GROUPS,
                "Probes/stage": "#!/bin/sh\necho\n", **bundles,
            },
        )  # fmt: skip
        authority = Authority(self.site / "ssl")
        certificate, key = authority.issue("localhost")
        self.context = ssl.create_default_context(cafile=str(authority.certificate))
        self.config = self.site / "bcfg2.conf"
        self.config.write_text(
            CONFIG.format(site=self.site, port=self.port, certificate=certificate, key=key)
        )
        self.log = self.site / "server.log"

    @contextmanager
    def server(self, which: str, end: signal.Signals) -> Iterator[None]:
        """Have one of both serve, and end it so."""
        config = str(self.config)
        ours = bcfg2_core("--config", config)
        command = [*self.old, "-C", config, "-v"] if which == OLD else ours
        with open(self.log, "a") as log:
            process = subprocess.Popen(
                command, env=environment() if which == OURS else {**os.environ, "PYTHONPATH": ""},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            wait_until(
                lambda: process.poll() is not None or self.answers(),
                lambda: f"nobody answers:\n{self.log.read_text()}",
            )
            self.assertIsNone(process.poll(), self.log.read_text())
            yield
        finally:
            process.send_signal(end)
            process.wait(60)

    def answers(self) -> bool:
        """Say whether somebody serves."""
        try:
            self.call("kept.example.com", "its-own", "GetProbes")
        except OSError:
            return False
        return True

    def call(self, user: str, password: str, method: str, *arguments: str) -> object:
        """Call the server that serves."""
        url = f"https://{quote(user)}:{quote(password)}@localhost:{self.port}/RPC2"
        with xmlrpc.client.ServerProxy(url, context=self.context) as proxy:
            return getattr(proxy, method)(*arguments)

    def come(self, number: int) -> None:
        """Have a client come for the first time, and be known from then on."""
        name = client(number)
        self.call(name, "shared", "AssertProfile", "full")
        self.call(name, "shared", "DeclareVersion", f"1.3.4-{number}")
        self.call(name, "shared", "RecvProbeData", ANSWERS.format(number))
        # who was there says something new as well
        self.call("kept.example.com", "its-own", "RecvProbeData", ANSWERS.format(number))

    def assertKnown(self, name: str, number: int, password: str, is_full: bool) -> None:
        """The server knows profile and groups of a client by what these bring it."""
        config = str(self.call(name, password, "GetConfig"))
        paths = {one.get("name") for one in etree.fromstring(config.encode()).iter("Path")}
        self.assertEqual(paths, {f"/stage-{number}", *(["/full"] if is_full else [])}, name)

    def test_in_turn(self) -> None:
        """Nothing that was acknowledged is lost, in either direction, nor is a password."""
        for number, (which, end) in enumerate(TURNS):
            with self.server(which, end):
                if number:
                    self.assertKnown("kept.example.com", number - 1, "its-own", False)
                self.come(number)
                for before in range(number + 1):
                    self.assertKnown(client(before), before, "shared", True)
                self.assertKnown("kept.example.com", number, "its-own", False)
                with self.assertRaises((xmlrpc.client.ProtocolError, xmlrpc.client.Fault)):
                    self.call("kept.example.com", "shared", "GetConfig")
            if (which, end) == (OURS, signal.SIGKILL):
                self.bring_back()
        with self.server(OURS, signal.SIGTERM):
            pass
        self.check_files()

    def bring_back(self) -> None:
        """
        Do what the guide says after ours was killed.

        What it had acknowledged may be in its journal alone, which the old server does not read.
        """
        ended = run_process("db", "export", "-C", str(self.config))
        self.assertEqual(ended.status, 0, ended.errors)

    def check_files(self) -> None:
        """All is in the files that both know."""
        text = (self.repository / "Metadata/clients.xml").read_text()
        self.assertIn("<!-- kept by hand -->", text)
        clients = {one.get("name"): one for one in etree.fromstring(text.encode()).iter("Client")}
        self.assertEqual(set(clients), {"kept.example.com", *map(client, range(len(TURNS)))})
        for number in range(len(TURNS)):
            self.assertEqual(clients[client(number)].get("profile"), "full")
            self.assertEqual(clients[client(number)].get("version"), f"1.3.4-{number}")
        kept = clients["kept.example.com"]
        self.assertEqual((kept.get("password"), kept.get("secure")), ("its-own", "true"))
        aliases = [alias.get("name") for alias in kept.iter("Alias")]
        self.assertEqual(aliases, ["other.example.com"])
        probed = etree.parse(str(self.repository / "Probes/probed.xml"))
        for number in range(len(TURNS)):
            values = probed.findall(f"Client[@name='{client(number)}']/Probe")
            self.assertEqual(len(values), 1)
            self.assertIn(f"value {number}", values[0].get("value") or "")
