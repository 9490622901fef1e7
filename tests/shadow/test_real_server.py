"""Shadow mode beside the Bcfg2 1.3.4 server itself, with its own client."""

from __future__ import annotations

import subprocess
from pathlib import Path

from twisted.internet.threads import deferToThread

from tests.real_client import real_client
from tests.real_server import RealServer
from tests.shadow.servers import RUN, WEB, TwoServersTestCase

#: 1.3.4 reads its own options with colons in them as they are, but no other letters than ASCII.
PLAIN_PASSWORD = "swordfish"

CLIENT_CONF = """\
[communication]
protocol = xmlrpc/ssl
password = {password}
ca = {ca}
[components]
bcfg2 = https://localhost:{port}
[client]
drivers = POSIX
"""


class RealServerTests(TwoServersTestCase):
    async def start_pair(self, answers: str) -> RealServer:
        """Start both servers with equal repositories; the other one is to be entered."""
        contents = {"Bundler/web.xml": "<Bundle name='web'><Service name='sshd'/></Bundle>"}
        settings = self.settings(contents, self.other_port, password=PLAIN_PASSWORD)
        await self.start_ours(
            contents, answers, password=PLAIN_PASSWORD, shadow_patience_seconds=30.0
        )
        return RealServer(Path(self.mktemp()), settings, self.other_port)

    async def test_theirs(self) -> None:
        """A client's run through this server is the same as with theirs, and equal to ours."""
        await self.assert_equal_run("theirs")

    async def test_ours(self) -> None:
        """The same where ours answers, and theirs is asked beside it."""
        await self.assert_equal_run("ours")

    async def assert_equal_run(self, answers: str) -> None:
        """Have the client run, and fail unless all its calls are answered alike by both."""
        server = await self.start_pair(answers)
        with server:
            status, output = await deferToThread(self.run_real_client)
            self.assertEqual(status, 0, output)
            for method, *_ in RUN:
                await self.until_counted(method, "equal")
            self.assertIn(f"Client {WEB} reported state", server.said())
        self.assertEqual(self.record().differences, ())

    def run_real_client(self) -> tuple[int, str]:
        """Run the client in dry-run mode."""
        folder = Path(self.mktemp()).absolute()
        folder.mkdir(parents=True)
        conf = folder / "client.conf"
        conf.write_text(
            CLIENT_CONF.format(
                password=PLAIN_PASSWORD, ca=self.authority.certificate.absolute(), port=self.port
            )
        )
        ended = subprocess.run(
            [*real_client(), "-C", str(conf), "-n", "-O", "-q"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", cwd=folder,
        )  # fmt: skip
        return ended.returncode, ended.stdout
