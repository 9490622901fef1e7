"""
`twistd bcfg2-core` that is ended, or killed, in the middle of load: nothing acknowledged is lost.

A process of its own, TLS over loopback, several clients at once; then the same repository is
served again, and every client asks for what it had said.
"""

from __future__ import annotations

import itertools
import os
import signal
import ssl
import subprocess
import sys
import threading
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.network import an_authority, client_context, free_port, refuses
from tests.waiting import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).parents[1]
PASSWORD = "foobat"
PARTS = 4
#: Acknowledged calls after the first time that a file was written, before the server ends.
CALLS = 60

CODE = "import sys; from twisted.scripts.twistd import run; sys.exit(run())"

CONF = """
[server]
repository = {repository}
plugins = Bundler, Metadata, Probes
[communication]
password = {password}
certificate = {certificate}
key = {key}
ca = {ca}
[components]
bcfg2 = https://localhost:{port}
[bcfg2tw]
max_registrations = 1000000
"""

REPOSITORY = {
    "Metadata/clients.xml": "<!-- kept -->\n<Clients/>",
    "Metadata/groups.xml": '<Groups><Group name="all" profile="true" default="true">'
    '<Bundle name="b"/></Group></Groups>',
    "Bundler/b.xml": '<Bundle xmlns:py="http://genshi.edgewall.org/"><BoundPath name="/known">'
    "${metadata.version} ${metadata.Probes['p']} ${'|'.join(sorted(metadata.groups))}"
    "</BoundPath></Bundle>",
    "Probes/p": "echo",
}

UPLOAD = '<ProbeData><probe-data name="p" source="Probes">{0}\ngroup:g{0}</probe-data></ProbeData>'

#: What went wrong is of no interest: the server is gone, and what it answered is what counts.
GONE = (OSError, xmlrpc.client.Error, ValueError)

#: How twistd ends in good order: by itself, or by the signal that it was told to end with.
ENDED = (0, -signal.SIGTERM)
#: What an end in good order may take, with nothing to wait for but calls of milliseconds.
ENDING_SECONDS = 15.0


class Load:
    """
    Clients that register and upload, until their server is gone.

    :ivar acknowledged: client to the number that it last said, and was told is kept
    :ivar calls: how many calls were acknowledged
    """

    def __init__(self, caller: Callable[[str], xmlrpc.client.ServerProxy]) -> None:
        self._caller = caller
        self.acknowledged: dict[str, int] = {}
        self.calls = 0
        self._threads = [
            threading.Thread(target=self._run, args=(part,), daemon=True) for part in range(PARTS)
        ]

    def start(self) -> None:
        """Let them loose."""
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Wait until all have found their server gone."""
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        assert not any(thread.is_alive() for thread in self._threads), "a call never ended"

    def _run(self, part: int) -> None:
        """Register a new client each time, and have an old one change what it said."""
        with self._caller(f"old{part}.example.test") as old:
            for number in itertools.count():
                try:
                    with self._caller(f"new{part}-{number}.example.test") as new:
                        self._say(new, f"new{part}-{number}.example.test", number)
                    self._say(old, f"old{part}.example.test", number)
                except GONE:
                    return

    def _say(self, client: xmlrpc.client.ServerProxy, name: str, number: int) -> None:
        assert client.DeclareVersion(f"1.3.{number}") is True
        assert client.RecvProbeData(UPLOAD.format(number)) is True
        self.acknowledged[name] = number
        self.calls += 2


class DurabilityTests(SynchronousTestCase):
    options: tuple[str, ...] = ()

    def setUp(self) -> None:
        self.port = free_port(self)
        self.folder = Path(self.mktemp()).absolute()
        self.repository = self.folder / "repository"
        write_files(str(self.repository), REPOSITORY)
        authority = an_authority(self)
        certificate, key = (path.absolute() for path in authority.issue("localhost"))
        self.context: ssl.SSLContext = client_context(authority)
        self.conf = self.folder / "bcfg2.conf"
        self.conf.write_text(
            CONF.format(
                repository=self.repository,
                password=PASSWORD,
                certificate=certificate,
                key=key,
                ca=authority.certificate.absolute(),
                port=self.port,
            )
        )
        self.log = self.folder / "server.log"

    @contextmanager
    def server(self) -> Iterator[subprocess.Popen[bytes]]:
        """Serve the repository in a process of its own."""
        options = [
            "--nodaemon",
            "--pidfile=",
            "bcfg2-core",
            "--config",
            str(self.conf),
            *self.options,
        ]
        with open(self.log, "a") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", CODE, *options],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait_for(self.is_listening, process)
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE_SECONDS)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a server at once, and with it the workers that it has forked."""
        process.kill()
        process.wait(PATIENCE_SECONDS)
        # they end a moment later: by one of them the next server would seem to listen already
        wait_until(lambda: refuses(self.port), self.log.read_text)

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a server in good order."""
        process.terminate()
        self.assertIn(process.wait(PATIENCE_SECONDS), ENDED, self.log.read_text())

    def wait_for(self, condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
        """Wait until something is true, as long as the server runs."""
        wait_until(lambda: condition() or process.poll() is not None, self.log.read_text)
        self.assertIsNone(process.poll(), self.log.read_text())

    def is_listening(self) -> bool:
        """Say whether the server takes connections."""
        return not refuses(self.port)

    def caller(self, name: str) -> xmlrpc.client.ServerProxy:
        """Return a client's connection to the server."""
        return xmlrpc.client.ServerProxy(
            f"https://{name}:{PASSWORD}@localhost:{self.port}", context=self.context
        )

    def element(self, name: str) -> etree._Element:
        """Return the root of a file of the repository, which has to be whole."""
        return etree.fromstring((self.repository / name).read_bytes())

    def is_written(self) -> bool:
        """Say whether both files hold something that a client said."""
        files = ("Metadata/clients.xml", "Probes/probed.xml")
        return all(b"old0." in (self.repository / name).read_bytes() for name in files)

    def loaded(self, ending: signal.Signals) -> tuple[Load, int]:
        """
        Send a signal to a server in the middle of load.

        :returns: what was acknowledged, and the server's exit status
        """
        with self.server() as process:
            load = Load(self.caller)
            load.start()
            self.wait_for(self.is_written, process)
            before = load.calls
            self.wait_for(lambda: load.calls >= before + CALLS, process)
            if ending == signal.SIGKILL:
                self.kill(process)
            else:
                process.send_signal(ending)
            status = process.wait(ENDING_SECONDS)
            load.wait()
        self.assertGreater(len(load.acknowledged), PARTS)
        return load, status

    def assertKept(self, load: Load) -> None:
        """Served again, the repository knows what was acknowledged, and ends in good order."""
        with self.server() as process:
            known = {name: self.known(name) for name in load.acknowledged}
            self.end(process)
        written = self.written()
        for name, number in load.acknowledged.items():
            # of a client that was about to say the next thing, that may be kept as well
            states = (number, number + 1) if name.startswith("old") else (number,)
            texts = [f"1.3.{version} {said} all|g{said}" for version in states for said in states]
            self.assertIn(known[name], texts, name)
            self.assertEqual(written.get(name), known[name])

    def known(self, name: str) -> str:
        """Return what the server knows of a client, as the client's configuration says."""
        with self.caller(name) as client:
            config: Any = client.GetConfig()
        texts = [path.text or "" for path in etree.fromstring(config).iter("Path")]
        return "".join(texts).replace("\n", "")

    def written(self) -> dict[str, str]:
        """Return the same of all clients, as the files say."""
        versions = {
            client.get("name", ""): client.get("version")
            for client in self.element("Metadata/clients.xml").iter("Client")
        }
        return {
            client.get("name", ""): f"{versions[client.get('name', '')]} "
            + "".join(probe.get("value", "").strip() for probe in client.iter("Probe"))
            + "".join(f" all|{group.get('name')}" for group in client.iter("Group"))
            for client in self.element("Probes/probed.xml").iter("Client")
        }

    def assertTidy(self) -> None:
        """Nothing is in the folders but what belongs there."""
        self.assertEqual(
            {name: sorted(os.listdir(self.repository / name)) for name in ("Metadata", "Probes")},
            {"Metadata": ["clients.xml", "groups.xml"], "Probes": ["p", "probed.xml"]},
        )
        text = (self.repository / "Metadata/clients.xml").read_text()
        self.assertTrue(text.startswith("<!-- kept -->"), text[:100])

    def test_terminated(self) -> None:
        """
        SIGTERM: calls that run are answered, and all that was acknowledged is in the files.
        """
        load, status = self.loaded(signal.SIGTERM)
        self.assertIn(status, ENDED, self.log.read_text())
        self.assertIn("All plugins shut down", self.log.read_text())
        self.assertNotIn("Traceback", self.log.read_text())
        self.assertTidy()
        written = self.written()
        self.assertEqual([name for name in load.acknowledged if name not in written], [])
        self.assertKept(load)
        self.assertTidy()

    def test_killed(self) -> None:
        """
        SIGKILL: the files are whole, and the server that starts next brings into them all that
        was acknowledged.
        """
        load, status = self.loaded(signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        for name in ("Metadata/clients.xml", "Probes/probed.xml"):
            self.element(name)
        self.assertKept(load)
        self.assertTidy()

    def test_killed_at_the_start(self) -> None:
        """
        SIGKILL before anything was written to the files: the journals hold it.
        """
        with self.server() as process:
            with self.caller("early.example.test") as client:
                client.DeclareVersion("1.3.7")
                client.RecvProbeData(UPLOAD.format(7))
            self.kill(process)
        self.assertNotIn("early", (self.repository / "Probes/probed.xml").read_text())
        load = Load(self.caller)
        load.acknowledged["early.example.test"] = 7
        self.assertKept(load)
        self.assertTidy()

    def test_edited_after_the_end(self) -> None:
        """
        SIGKILL, then a file is edited: the edit counts, and the log names client and both values.
        """
        with self.server() as process:
            with self.caller("early.example.test") as client:
                client.DeclareVersion("1.3.7")
                client.RecvProbeData(UPLOAD.format(7))
            self.kill(process)
        edited = '<Clients><Client name="early.example.test" profile="all" version="9"/></Clients>'
        (self.repository / "Metadata/clients.xml").write_text(edited)
        with self.server() as process:
            self.assertEqual(self.known("early.example.test"), "9 7 all|g7")
            self.end(process)
        self.assertIn(
            "early.example.test: version='1.3.7' in the journal and version='9' in the file",
            self.log.read_text(),
        )
        names = os.listdir(self.repository / "Metadata")
        self.assertEqual(len([name for name in names if "journal.set-aside-" in name]), 1, names)
