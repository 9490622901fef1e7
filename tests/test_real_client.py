"""The Bcfg2 1.3.4 client against `twistd bcfg2-core`: whole runs, dry and real, over TLS."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.init.command import make_site
from tests.builders import write_files
from tests.network import free_port
from tests.processes import ServerProcess
from tests.real_client import VERSION, real_client
from tests.waiting import PATIENCE_SECONDS

#: Only what works below a scratch folder: no packages or services of this machine are looked at.
DRIVERS = "POSIX,Action"

GROUPS = """
<Groups>
  <Group name="plain" profile="true" public="true"/>
  <Group name="full" profile="true" public="true">
    <Bundle name="files"/>
    <Bundle name="later"/>
  </Group>
</Groups>
"""


class RealClientTests(SynchronousTestCase):
    """What a site sees that moves its clients to this server."""

    def setUp(self) -> None:
        self.client = real_client()
        self.port = free_port(self)
        self.site = make_site(Path(self.mktemp()), port=self.port)
        self.repository = self.site / "repository"
        self.target = self.site / "client"
        self.conf = self.site / "bcfg2.conf"
        with open(self.conf, "a") as conf:
            conf.write("[logging]\nverbose = true\n")
        self.log = self.site / "server.log"

    def server(self) -> ServerProcess:
        """Return a server of the site, which has to end in good order."""
        return ServerProcess(self.log, "--config", str(self.conf))

    def run_client(self, *options: str) -> str:
        """Run the client once and return what it printed."""
        command = [*self.client, "-C", str(self.conf), "-v", "-q", "-O", "-D", DRIVERS, *options]
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_SECONDS,
            text=True,
            errors="replace",
        )
        self.assertEqual(ended.returncode, 0, ended.stdout + self.log.read_text())
        # what the client says when a call fails, or an entry came with a failure
        for complaint in ("Fatal", "Fault", "Protocol Error", "Failed", "bind failure"):
            self.assertNotIn(complaint, ended.stdout)
        return ended.stdout

    def keep_state_in_repository(self) -> None:
        """Have the server write into the files that upstream's server reads."""
        lines = self.conf.read_text().splitlines(keepends=True)
        self.conf.write_text("".join(line for line in lines if not line.startswith("state = ")))

    def replace_repository(self, contents: dict[str, str | bytes]) -> None:
        """Put a repository of the test in place of the demonstration's, for the same client."""
        clients = (
            '<Clients><Client name="localhost" profile="plain" address="127.0.0.1"/></Clients>'
        )
        folder = self.site / "own"
        self.conf.write_text(
            self.conf.read_text()
            .replace(f"repository = {self.repository}", f"repository = {folder}")
            .replace("plugins = ", "plugins = Decisions,Defaults,")
        )
        self.repository = folder
        write_files(
            str(folder),
            {"Metadata/clients.xml": clients, "Metadata/groups.xml": GROUPS, **contents},
        )

    def assertReported(self, state: str, times: int) -> None:
        """The server has taken that many statistics of this state."""
        said = self.log.read_text().count(f"Client localhost reported state {state}")
        self.assertEqual(said, times, self.log.read_text())

    def test_demonstration_site(self) -> None:
        """
        A dry run changes nothing, a real one does all, and then there is nothing left to do.
        """
        with self.server():
            printed = self.run_client("-n")
            self.assertIn("Running probe kernel", printed)
            self.assertIn("Incorrect entries:      5", printed)
            self.assertFalse(self.target.exists())
            self.assertReported("dirty", 1)

            printed = self.run_client()
            self.assertIn("All entries correct", printed)
            self.assertReported("clean", 1)

            self.assertIn("Correct entries:        6", self.run_client("-n"))
            self.assertReported("clean", 2)
        motd = (self.target / "etc/motd").read_text()
        self.assertIn("This is localhost, a workstation.\n", motd)
        self.assertIn(f"Its kernel: {os.uname().release}\n", motd)
        self.assertTrue((self.target / "var/lib/ntp").is_dir())

    def test_what_the_server_keeps(self) -> None:
        """
        Probe results and the client's version are on disk when the server has ended, and a
        server that starts anew knows them.
        """
        self.keep_state_in_repository()
        with self.server():
            self.run_client("-n")
        probed = etree.parse(str(self.repository / "Probes/probed.xml"))
        groups = probed.xpath("/Probed/Client[@name='localhost']/Group/@name")
        self.assertEqual(groups, [f"kernel-{os.uname().sysname.lower()}"])
        clients = etree.parse(str(self.repository / "Metadata/clients.xml"))
        self.assertEqual(clients.xpath("//Client[@name='localhost']/@version"), [VERSION])
        with self.server():
            self.run_client("-n")
        self.assertReported("dirty", 2)

    def test_own_site(self) -> None:
        """
        A profile that the client asserts, content of any bytes, and defaults arrive; what the
        whitelist leaves out is not installed.
        """
        self.keep_state_in_repository()
        owner = self.owner()
        folder = self.target
        text, data = "größer ☃ <&>\n", bytes(range(256)) * 20
        cfg = f"Cfg{folder}"
        info = '<FileInfo><Info owner="{0}" group="{1}" {2}/></FileInfo>'
        self.replace_repository(
            {
                "Bundler/files.xml": f"""<Bundle>
                    <BoundPath name="{folder}" type="directory"/>
                    <Path name="{folder}/text"/><Path name="{folder}/data"/></Bundle>""",
                "Bundler/later.xml": f'<Bundle><BoundPath name="{folder}-not" type="directory"/>'
                "</Bundle>",
                f"{cfg}/text/text": text,
                f"{cfg}/text/info.xml": info.format(*owner, 'mode="0600"'),
                f"{cfg}/data/data": data,
                f"{cfg}/data/info.xml": info.format(*owner, 'mode="0640" encoding="base64"'),
                "Defaults/paths.xml": '<Defaults priority="1"><Path name=".*" mode="0750"'
                ' owner="{}" group="{}"/></Defaults>'.format(*owner),
                "Decisions/whitelist.xml": f"""<Decisions>
                    <Decision type="Path" name="{folder}"/>
                    <Decision type="Path" name="{folder}/*"/></Decisions>""",
                "Probes/unicode": "#!/bin/sh\necho 'value: é ☃'\n".encode(),
            }
        )
        with self.server():
            self.assertIn("Total managed entries:  0", self.run_client("-n"))
            printed = self.run_client("-p", "full", "-l", "whitelist")
            self.assertIn("Total managed entries:  4", printed)
        self.assertEqual((folder / "text").read_text("utf-8"), text)
        self.assertEqual((folder / "data").read_bytes(), data)
        self.assertEqual((folder / "text").stat().st_mode & 0o777, 0o600)
        self.assertEqual(folder.stat().st_mode & 0o777, 0o750)
        self.assertFalse(folder.with_name("client-not").exists())
        clients = etree.parse(str(self.repository / "Metadata/clients.xml"))
        self.assertEqual(clients.xpath("//Client/@profile"), ["full"])

    def owner(self) -> tuple[str, str]:
        """The owner and group that the demonstration's files have: those of this process."""
        info = etree.parse(str(next(self.repository.rglob("motd/info.xml")))).find("Info")
        assert info is not None
        return str(info.get("owner")), str(info.get("group"))
