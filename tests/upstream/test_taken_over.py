"""Over a stand-in for Bcfg2: reports in our database, databases of its own, its commands."""

from __future__ import annotations

import subprocess
import sys

from tests.builders import write_files
from tests.upstream.test_upstream import ROOT, STANDIN, UpstreamTestCase, environment

REPORT = """
from lxml import etree
report = etree.XML('''<upload-statistics><Node name="c.example.com"><Statistics state="dirty"
 version="2.0" revision="1" time="Fri Nov 27 10:00:00 2026" client_version="1.4.0" total="1"
 good="0" bad="0"><Bad/><Extra><Service name="extra"/></Extra><Modified/><OpStamps/>
</Statistics></Node></upload-statistics>''')

class Client:
    hostname = "c.example.com"
    profile = "all"
    groups = {"all"}
    bundles = set()
"""


class ReportingTests(UpstreamTestCase):
    def with_plugins(self, *names: str) -> None:
        """Have bcfg2.conf name further plugins."""
        text = self.configuration.read_text()
        plugins = ", ".join(("Metadata", *names))
        self.configuration.write_text(text.replace("Metadata, greetings.Greetings", plugins))

    def test_reports(self) -> None:
        """A site with Reporting starts, and what clients report is in our database."""
        self.with_plugins("Reporting")
        extra = self.result(
            REPORT + "\n"
            "core = Core(settings)\n"
            "core.start()\n"
            "plugin = core.plugins['Reporting']\n"
            "plugin.process_statistics(Client(), report)\n"
            "core.shutdown()\n"
            "plugin = type(plugin)(core)\n"
            "show([plugin.Ping(), plugin.GetExtra('c.example.com')])"
        )
        self.assertEqual(extra, ["Pong", [["Service", "extra"]]])

    def test_unusable_reporting(self) -> None:
        """A setting with which reports cannot be kept is said as Bcfg2 says it."""
        self.with_plugins("Reporting")
        text = self.configuration.read_text()
        self.configuration.write_text(text + "[reporting]\ntransport = Pigeon\n")
        refusal = self.result(
            "from Bcfg2.Server.Plugin import PluginInitError\n"
            "try:\n"
            "    Core(settings).start()\n"
            "except PluginInitError as error:\n"
            "    show(str(error))\n"
        )
        self.assertIn("[reporting] transport = Pigeon: there is none of this name", refusal)


class DatabaseTests(UpstreamTestCase):
    START = (
        "from bcfg2tw.errors import CoreInitError\n"
        "try:\n"
        "    Core(settings).start()\n"
        "except CoreInitError as error:\n"
        "    show(str(error))\n"
    )

    def refusal_with(self, plugins: str, section: str) -> str:
        """Return why the core does not start with the state of a plugin in a database."""
        text = self.configuration.read_text().replace("Metadata, greetings.Greetings", plugins)
        self.configuration.write_text(f"{text}[{section}]\nuse_database = yes\n")
        refusal: str = self.result(self.START)
        return refusal

    def test_no_metadata(self) -> None:
        """Where Metadata cannot be used the reason is said, with the line and two ways out."""
        refusal = self.refusal_with("Gone", "gone")
        self.assertRegex(
            refusal,
            r"^No Metadata Plugin: \[gone\] use_database = yes \(.*bcfg2.conf:\d+\) needs "
            r"Django 1, which runs on no current Python: take the option out, so that the state is "
            r"in files, or leave --core upstream away",
        )

    def test_missing_probes(self) -> None:
        """A start without the plugin whose answers are in a database would lose groups."""
        self.assertIn(
            "[probes] use_database = yes", self.refusal_with("Metadata, Probes", "probes")
        )


class ToolTests(UpstreamTestCase):
    def tool(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Bcfg2's through ours."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "bcfg2tw.cli", "upstream-tool", *arguments],
            env=environment(STANDIN, self.folder),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_command(self) -> None:
        """It gets a bcfg2.conf that Python 3 can read, its own arguments, and passphrases."""
        text = self.configuration.read_text() + "[encryption]\nmain = secret\n"
        self.configuration.write_text(text)
        ended = self.tool("info", f"--config={self.configuration}", "buildfile", "--altsrc=x")
        self.assertEqual(ended.stderr, "")
        shown = f"{self.folder}/repo {{'main': 'secret'}} ['buildfile', '--altsrc=x']\n"
        self.assertEqual((ended.stdout, ended.returncode), (shown, 2))

    def test_script(self) -> None:
        """A script of the site finds the names that Python has dropped."""
        script = "import imp, sys\nimport Bcfg2.Server.Core\nprint(sys.argv[-1])\nsys.exit('no')\n"
        write_files(str(self.folder), {"script": script})
        ended = self.tool(f"{self.folder}/script", "-C", str(self.configuration), "word")
        self.assertEqual((ended.stdout, ended.stderr, ended.returncode), ("word\n", "no\n", 1))

    def test_replaced(self) -> None:
        """A command that cannot work here is refused with ours, and an unknown one with names."""
        crypt, unknown = self.tool("bcfg2-crypt", "--help"), self.tool("nothing")
        self.assertIn("use bcfg2tw crypt", crypt.stderr)
        self.assertIn("there is no nothing; Bcfg2 has admin, info", unknown.stderr)
        self.assertEqual((crypt.returncode, unknown.returncode), (1, 1))

    def test_missing_module(self) -> None:
        """A command whose module is not there is refused with what is missing."""
        ended = self.tool("lint", "-C", str(self.configuration))
        self.assertIn("No module named 'Bcfg2.Server.Lint'; install what it lacks", ended.stderr)
