"""Reporting: from a client's upload to what can be asked for."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.reporting import Reporting
from bcfg2tw.engine.xmlio import parse_upload
from bcfg2tw.errors import CoreInitError, NotKept, PluginExecutionError
from bcfg2tw.reporting.documents import report_of
from bcfg2tw.reporting.model import Run
from bcfg2tw.settings import Settings
from tests.builders import CLIENT, a_core, a_repository, address, some_settings
from tests.network import call_of
from tests.waiting import wait_until

HEAD = '<upload-statistics><Statistics version="2.0" state="dirty">'
TAIL = "</Statistics></upload-statistics>"
DIFF = "- here&#10;+ there&#10;  "


class ReportingTests(SynchronousTestCase):
    """A core with the plugin, and a client that reports."""

    def core(self) -> NetworkCore:
        """Return a core that keeps reports in a file of its repository."""
        return a_core(self, {}, plugins=("Bundler", "Metadata", "Reporting"))

    def refusal(self, plugin: Reporting, kind: str, name: str) -> str:
        """Return why an entry cannot be told."""
        ask = plugin.GetCurrentEntry
        return str(self.assertRaises(PluginExecutionError, ask, CLIENT, kind, name))

    def test_kept(self) -> None:
        """What a client reported can be asked for, by the names that upstream has."""
        core = self.core()
        bad = (
            '<Bad><Path name="/f" type="file" owner="root" current_mode="0600" current_diff='
            f'"{DIFF}"/><Path name="/s" type="file" sensitive="true"/></Bad>'
        )
        extra = '<Extra><Service name="sshd"/></Extra>'
        self.assertTrue(core.RecvStats(address(client=CLIENT), HEAD + bad + extra + TAIL))
        plugin = core.plugins["Reporting"]
        assert isinstance(plugin, Reporting)
        wait_until(
            lambda: plugin.GetExtra(CLIENT) == [("Service", "sshd")], lambda: "it is not stored"
        )
        entry = plugin.GetCurrentEntry(CLIENT, "Path", "/f")
        self.assertEqual(entry, ["root", "", "0600", "here\n"])
        for path, reason in (("/s", "sensitive"), ("/no", "has not reported")):
            self.assertIn(reason, self.refusal(plugin, "Path", path))
        self.assertIn("no Path", self.refusal(plugin, "Service", "x"))
        self.assertEqual(plugin.GetExtra("nobody"), [])
        self.assertEqual(plugin.Ping(), "Pong")

    def test_large(self) -> None:
        """A report of 10 MB with 60,000 entries is within what is taken by default."""
        bad = "".join(
            f'<Package name="package-{number:06}" type="deb" version="1.{number}" qtext="" '
            f'current_version="1.0" important="false" comment="{"x" * 60}"/>'
            for number in range(60_000)
        )
        text = f"{HEAD}<Bad>{bad}</Bad>{TAIL}"
        self.assertGreater(len(text), 10_000_000)
        settings = Settings()
        self.assertLess(len(call_of("RecvStats", text)), settings.max_body_bytes)
        document = parse_upload(text, settings.max_upload_elements)
        report = report_of(document, Run(CLIENT, 1), settings.file_limit)
        self.assertEqual(report.run.bad, 60_000)

    def test_not_kept(self) -> None:
        """A report that cannot be written is not acknowledged."""
        core = self.core()
        path = os.path.join(core.settings.repository, "Reporting")
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, "spool"), "w"):
            pass
        with self.assertLogs("bcfg2-server", "ERROR"):
            self.assertRaises(NotKept, core.RecvStats, address(client=CLIENT), HEAD + TAIL)

    def test_refused(self) -> None:
        """A transport that there is not ends the start, with what to do in its place."""
        settings = some_settings(
            a_repository(self, {}), plugins=("Metadata", "Reporting"),
            reporting_transport="RedisTransport",
        )  # fmt: skip
        core = NetworkCore(settings)
        self.addCleanup(core.shutdown)
        error = self.assertRaises(CoreInitError, core.start)
        self.assertIn("PostgreSQL", str(error))
