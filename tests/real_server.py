"""The Bcfg2 1.3.4 server itself, from the environment of the real client."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType

from bcfg2tw.settings import Settings
from tests.network import refuses
from tests.real_client import real_client
from tests.waiting import wait_until

#: What is left out of what tests set needs a plugin or library that 1.3.4 has no use for.
_CONF = """\
[server]
repository = {repository}
plugins = {plugins}
filemonitor = pseudo
[statistics]
sendmailpath = /usr/lib/sendmail
[communication]
protocol = xmlrpc/ssl
password = {password}
certificate = {cert}
key = {key}
ca = {ca}
[components]
bcfg2 = {server}
"""


class RealServer:
    """
    A server of 1.3.4 that runs while the block does.

    :ivar log: the file that it writes its log to
    """

    def __init__(self, folder: Path, settings: Settings, port: int) -> None:
        """
        Start nothing yet.

        :param folder: for its files
        :param settings: its repository, password and certificate
        :raises SkipTest: if it cannot be installed
        """
        python, client = real_client()
        folder = folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "server.log"
        conf = folder / "server.conf"
        values = {name: getattr(settings, name) for name in ("repository", "password")}
        conf.write_text(
            _CONF.format(
                **values,
                cert=Path(settings.cert).absolute(),
                plugins=",".join(settings.plugins),
                key=Path(settings.key).absolute(),
                ca=Path(settings.ca or "").absolute(),
                server=f"https://localhost:{port}",
            )
        )
        self._port = port
        self._command = [python, f"{Path(client).parent}/bcfg2-server", "-C", str(conf), "-v"]

    def __enter__(self) -> RealServer:
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            wait_until(self._serves, self.said)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        return self

    def _serves(self) -> bool:
        return not refuses(self._port) and "serve_forever() [start]" in self.said()

    def said(self) -> str:
        """Return what it has logged so far."""
        return self.log.read_text("utf-8", "replace")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        # its own end waits for each connection that is open
        self.process.kill()
        self.process.wait()
