"""Where log messages go, and which."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import SettingsError
from bcfg2tw.process import logs
from bcfg2tw.process.logs import LogService
from bcfg2tw.settings import Settings
from tests.network import log_lines
from tests.waiting import PATIENCE_SECONDS

engine = logging.getLogger("bcfg2-server")


class LogTests(SynchronousTestCase):
    """A log file, and Twisted's log, while the service runs."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp()).absolute()
        self.lines = log_lines(self)
        level = logging.getLogger().level
        self.addCleanup(logging.getLogger().setLevel, level)

    def start(self, **settings: Any) -> LogService:
        """Start the service; it is stopped after the test."""
        service = LogService(Settings(logfile=str(self.path), syslog=False, **settings))
        service.startService()
        self.addCleanup(self.stop, service)
        return service

    def stop(self, service: LogService) -> None:
        """Stop a service that runs."""
        if service.running:
            service.stopService()

    def say(self) -> None:
        """Say something of each level."""
        methods: tuple[Callable[..., None], ...] = (
            engine.debug, engine.info, engine.warning, engine.error
        )  # fmt: skip
        for method, text in zip(methods, ("detail", "event", "warning", "error"), strict=True):
            method("an %s", text)

    def filed(self) -> list[str]:
        """Return the last words of the lines in the file."""
        return [line.rpartition("an ")[2] for line in self.path.read_text().splitlines()]

    def test_file(self) -> None:
        """The file has warnings and errors; Twisted's log what happens as well."""
        self.start()
        self.say()
        self.assertEqual(self.filed(), ["warning", "error"])
        self.assertEqual(
            [line for line in self.lines if line.startswith("an ")],
            ["an event", "an warning", "an error"],
        )
        self.assertRegex(
            self.path.read_text(), rf"^\d{{4}}-\S+ \S+ bcfg2-server\[{os.getpid()}\]: an warning"
        )

    def test_verbose(self) -> None:
        """With `verbose` the file has what happens."""
        self.start(verbose=True)
        self.say()
        self.assertEqual(self.filed(), ["event", "warning", "error"])

    def test_debug(self) -> None:
        """Debug messages are let through while they are asked for."""
        service = self.start()
        service.set_debug(True)
        self.say()
        self.assertEqual(self.filed(), ["detail", "event", "warning", "error"])
        service.set_debug(False)
        self.say()
        self.assertEqual(self.filed()[4:], ["warning", "error"])

    def test_own_events(self) -> None:
        """What the network side says by Twisted's log is in the file, with its traceback."""
        self.start()
        try:
            raise ZeroDivisionError("a defect")
        except ZeroDivisionError:
            failure = Failure()
        Logger("bcfg2tw.serving.site").failure("It failed for {ip}", failure, ip="192.0.2.1")
        Logger("somebody.else").error("not ours")
        self.flushLoggedErrors(ZeroDivisionError)
        text = self.path.read_text()
        self.assertIn("bcfg2tw.serving.site", text)
        self.assertIn("It failed for 192.0.2.1\nTraceback", text)
        self.assertNotIn("not ours", text)
        self.assertEqual(text.count("ZeroDivisionError: a defect"), 1)

    def test_rotated(self) -> None:
        """A file that was moved away is opened anew."""
        self.start()
        self.say()
        os.rename(self.path, f"{self.path}.1")
        self.say()
        self.assertEqual(self.filed(), ["warning", "error"])

    def test_rotated_out_of_reach(self) -> None:
        """
        A file that cannot be opened anew is said once, and is nobody's failure who logs; what is
        said goes on into the old one, until the file can be opened.
        """
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        self.path = folder / "server.log"
        service = self.start()
        os.rename(folder, f"{folder}.old")
        for _ in range(3):
            self.say()
        old = Path(f"{folder}.old/server.log").read_text()
        self.assertEqual(old.count("an error"), 3)
        reason = "cannot be written: No such file or directory"
        complaints = [line for line in self.lines if "cannot be written" in line]
        self.assertEqual(complaints, [f"[logging] path: {self.path} {reason}"])
        folder.mkdir()
        service.reopen()
        self.say()
        self.assertEqual(self.filed(), ["warning", "error"])

    def test_full(self) -> None:
        """A disk without room is said once, and is nobody's failure who logs."""
        self.path = Path("/dev/full")
        self.start()
        for _ in range(3):
            self.say()
        self.assertEqual(
            [line for line in self.lines if "cannot be written" in line],
            ["[logging] path: /dev/full cannot be written: No space left on device"],
        )

    def test_opened_late(self) -> None:
        """The file is made when the service starts, which is as the user that writes it."""
        LogService(Settings(logfile=str(self.path), syslog=False))
        self.assertFalse(self.path.exists())

    def test_control_characters(self) -> None:
        """Whatever clients call themselves, a message is a line, and does nothing to a terminal."""
        self.start()
        name = "web1\n2026-11-27 00:00:00 bcfg2-server: forged\x1b[2J\x9b\u202e\u2028\t"
        escaped = r"web1\n2026-11-27 00:00:00 bcfg2-server: forged\x1b[2J\x9b\u202e\u2028\t"
        engine.error("an error of %s, jürgen", name)
        Logger("bcfg2tw.serving.site").error("an error of {name}, jürgen", name=name)
        self.assertEqual(self.filed(), [f"error of {escaped}, jürgen"] * 2)
        self.assertIn(f"an error of {escaped}, jürgen", self.lines)
        engine.error("an error of %s", "half a character \udc80")
        self.assertIn(r"error of half a character \udc80", self.filed())

    def test_control_characters_in_tracebacks(self) -> None:
        """What exceptions say begins no line either."""
        self.start()
        try:
            try:
                raise KeyError("first\nforged")
            except KeyError:
                raise ValueError("second\nforged")  # noqa: B904
        except ValueError as error:
            engine.exception("an error of\nme")
            Logger("bcfg2tw.serving.site").failure("an error", Failure(error))
        self.flushLoggedErrors(ValueError)
        text = self.path.read_text()
        for words in (r"KeyError: 'first\nforged'", r"ValueError: second\nforged"):
            self.assertIn(words, text)
        self.assertNotIn("\nforged", text)

    def test_start(self) -> None:
        """That the server has started is in the file though nothing else of that kind is."""
        self.start()
        log = Logger("bcfg2tw.serving.core_service")
        log.info("an event")
        log.info("an announcement", is_for_all_logs=True)
        self.assertEqual(self.filed(), ["announcement"])

    def test_stopped(self) -> None:
        """A service that was stopped takes nothing any more."""
        service = self.start()
        service.stopService()
        self.say()
        self.assertEqual(self.filed(), [])

    def test_unwritable(self) -> None:
        """A file that cannot be written is named with its option."""
        error = self.assertRaises(SettingsError, LogService, Settings(logfile="/nowhere/x.log"))
        self.assertTrue(str(error).startswith("[logging] path: /nowhere/x.log cannot be written"))


class SyslogTests(SynchronousTestCase):
    """Syslog, where the machine has one."""

    def setUp(self) -> None:
        # a socket's path must be short, shorter than those of tests are
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = f"{self.folder.name}/log"
        self.patch(logs, "SYSLOG_SOCKET", self.path)
        self.addCleanup(logging.getLogger().setLevel, logging.getLogger().level)
        log_lines(self)

    def start(self, **settings: Any) -> LogService:
        """Start the service; it is stopped after the test."""
        service = LogService(Settings(syslog=True, **settings))
        service.startService()
        self.addCleanup(service.stopService)
        return service

    def test_messages(self) -> None:
        """It gets what happens, with the server's name; details while they are asked for."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
            syslog.bind(self.path)
            syslog.settimeout(PATIENCE_SECONDS)
            service = self.start()
            engine.debug("a detail that nobody wants")
            engine.info("an event")
            service.set_debug(True)
            engine.debug("a detail")
            said = [syslog.recv(1000).decode().rstrip("\0") for _ in range(2)]
        pid = os.getpid()
        self.assertEqual(
            [line.partition(">")[2] for line in said],
            [f"bcfg2-server[{pid}]: an event", f"bcfg2-server[{pid}]: a detail"],
        )

    def test_none(self) -> None:
        """A machine without one, such as a container, is no obstacle."""
        self.start()
        engine.warning("heard by others")
