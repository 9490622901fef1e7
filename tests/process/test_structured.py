"""Messages with fields: lines of JSON, and systemd's journal."""

from __future__ import annotations

import io
import json
import logging
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

from twisted.logger import ILogObserver, LogEvent, Logger
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from bcfg2tw.calls.current_call import CurrentCall, in_call
from bcfg2tw.cli.init.command import make_site
from bcfg2tw.errors import SettingsError
from bcfg2tw.process import structured
from bcfg2tw.process.structured import JournalObserver, JsonFormatter, JsonObserver, check_journal
from tests.builders import address
from tests.command_processes import run_process
from tests.network import free_port
from tests.processes import ServerProcess


def journal_entry(data: bytes) -> dict[str, str]:
    """Return the fields of a datagram in the journal's protocol."""
    fields, stream = {}, io.BytesIO(data)
    while name := stream.readline().strip():
        length = int.from_bytes(stream.read(8), "little")
        fields[name.decode()] = stream.read(length).decode()
        stream.read(1)
    return fields


class ObserverTests(SynchronousTestCase):
    def events(self, **fields: Any) -> list[LogEvent]:
        """Return an event and a failure, as Twisted's log has them."""
        events: list[LogEvent] = []

        @implementer(ILogObserver)
        def observe(event: LogEvent) -> None:
            events.append(event)

        log = Logger("bcfg2tw.test", observer=observe)
        log.warn("{ip} was\nslow", ip="192.0.2.7", **fields)
        log.failure("It broke", Failure(ValueError("out of paper")))
        return events

    def test_json(self) -> None:
        """Each event is a line of JSON, with the fields that it has and no others."""
        stream = io.StringIO()
        for event in self.events(call="5e01c7-2a", duration=0.25, secret="x"):
            JsonObserver(stream)(event)
        warning, failure = map(json.loads, stream.getvalue().splitlines())
        self.assertRegex(warning.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(
            warning,
            {
                "level": "warn", "logger": "bcfg2tw.test", "message": "192.0.2.7 was\nslow",
                "ip": "192.0.2.7", "call": "5e01c7-2a", "duration": 0.25,
            },
        )  # fmt: skip
        self.assertEqual(failure["level"], "critical")
        self.assertIn("ValueError: out of paper", failure["message"])

    def test_closed(self) -> None:
        """What nobody reads is lost, and nobody is hurt who says it."""
        stream = io.StringIO()
        stream.close()
        JsonObserver(stream)(self.events()[0])

    def test_journal(self) -> None:
        """The journal gets each field under a name of its own, and long texts cut."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.bind(f"{folder}/socket")
            observer = JournalObserver(f"{folder}/socket")
            for event in self.events(client="web1", result="busy"):
                observer(event)
            warning = journal_entry(journal.recv(1 << 20))
            self.assertEqual(
                warning,
                {
                    "MESSAGE": "192.0.2.7 was\nslow", "PRIORITY": "4",
                    "SYSLOG_IDENTIFIER": "bcfg2-core", "LOGGER": "bcfg2tw.test",
                    "BCFG2_IP": "192.0.2.7", "BCFG2_CLIENT": "web1", "BCFG2_RESULT": "busy",
                },
            )  # fmt: skip
            event = self.events()[0]
            observer({**event, "log_format": "x" * 10**6})
            journal.recv(1 << 20)
            self.assertEqual(len(journal_entry(journal.recv(1 << 20))["MESSAGE"]), 32_000)
        observer(event)  # it is gone

    def test_no_journal(self) -> None:
        """Where there is no journal the start says so."""
        self.patch(structured, "JournalObserver", lambda: JournalObserver("/nonexistent"))
        error = self.assertRaises(SettingsError, check_journal)
        self.assertIn("[logging] format: there is no journal", str(error))

    def test_call(self) -> None:
        """What is logged in a call has its name and, once that is found out, its client."""
        record = logging.LogRecord("Cfg", logging.WARNING, "", 0, "%s is gone", ("x",), None)
        outside = json.loads(JsonFormatter().format(record))
        self.assertEqual((outside["message"], outside["level"]), ("x is gone", "warn"))
        peer = address("192.0.2.7")
        with in_call(CurrentCall("5e01c7-2a", peer)):
            before = json.loads(JsonFormatter().format(record))
            peer.client = "web1"
            after = json.loads(JsonFormatter().format(record))
        self.assertNotIn("call", outside)
        self.assertEqual((before["call"], before["ip"]), ("5e01c7-2a", "192.0.2.7"))
        self.assertNotIn("client", before)
        self.assertEqual(after["client"], "web1")


class ServerTests(SynchronousTestCase):
    def test_server(self) -> None:
        """All that a server prints is JSON; a call has one line that tells what came of it."""
        port, folder = free_port(self), Path(self.mktemp())
        site = make_site(folder / "site", port=port)
        config = str(site / "bcfg2.conf")
        options = ("--config", config, "--log-format", "json")
        with ServerProcess(folder / "log", *options) as server:
            ended = run_process("call", "-C", config, "GetConfig")
            self.assertEqual(ended.status, 0, ended.errors)
            server.wait_for("GetConfig of")
        lines = [json.loads(line) for line in server.said().splitlines()]
        (call,) = [line for line in lines if line.get("method") == "GetConfig"]
        self.assertEqual((call["result"], call["revision"]), ("answered", "-1"))
        self.assertEqual((call["client"], call["ip"]), ("localhost", "127.0.0.1"))
        self.assertGreater(call["duration"], 0)
        (built,) = [line for line in lines if line["message"].startswith("Generated config")]
        self.assertEqual((built["call"], built["client"]), (call["call"], "localhost"))
