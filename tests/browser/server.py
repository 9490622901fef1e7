"""
A server of the tests' own, with the recorded database imported and the recorded documents uploaded.

It runs from the first test that asks for it until the process ends.
"""

from __future__ import annotations

import atexit
import json
import shutil
import socket
import ssl
import tempfile
import xmlrpc.client
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bcfg2tw.reporting.database import ReportDatabase, open_reports
from bcfg2tw.reporting.host_lists import toggle_expired
from bcfg2tw.reporting.importing import import_upstream
from bcfg2tw.reporting.lines import microseconds_of
from bcfg2tw.reporting.model import Report, Run
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.upstream.reading import OldReports
from bcfg2tw.reporting.upstream.source import OldDatabase, old_url
from bcfg2tw.reporting.web.users import User, write_users
from bcfg2tw.settings import Settings
from tests.builders import write_files
from tests.certificates import Authority
from tests.processes import ServerProcess
from tests.reporting.cases import DATABASES, DOCUMENTS
from tests.reporting.web.sites import HASH, USERS
from tests.waiting import wait_until

PASSWORD = "of all clients"
ZONE = "Europe/Berlin"

#: An expired host that reported when the clocks were set back.
CLOCK = "clock.harbour.example"

#: Clients by their profiles.
CLIENTS = {"web1": "web", "vault": "hardened", "db1": "db", "desk": "plain"}

CONFIGURATION = """\
[server]
repository = {folder}/repository
state = {folder}/state
plugins = Metadata, Bundler, Reporting

[components]
bcfg2 = https://localhost:{port}

[communication]
password = {password}
certificate = {certificate}
key = {key}

[database]
{database}

[reporting]
web_listen = 127.0.0.1:{web_port}
web_prefix = /reports
web_users = {folder}/users
file_limit = 8k
time_zone = {zone}
"""


class PagesServer:
    """
    A server that shows reports.

    :ivar url: of its pages, without a slash at the end
    :ivar database: the database of reports
    """

    def __init__(self, is_empty: bool = False, database: str = "engine = sqlite3") -> None:
        """
        Make its site, and start it.

        :param is_empty: whether it has no reports
        :param database: the lines of `[database]`
        """
        self._database_lines = database
        self.folder = Path(tempfile.mkdtemp(prefix="bcfg2tw-browser-"))
        self._ending = ExitStack()
        self._ending.callback(shutil.rmtree, self.folder)
        ports = [self._free_port() for _ in range(2)]
        self.port, self.web_port = ports
        self.url = f"http://127.0.0.1:{self.web_port}/reports"
        self.configuration = self._write_site()
        self.database: ReportDatabase = open_reports(Settings.from_file(str(self.configuration)))
        if not is_empty:
            self._import()
        self.process = ServerProcess(
            self.folder / "log", "--config", str(self.configuration), "--interface", "127.0.0.1"
        )
        with ExitStack() as failure:
            failure.callback(self.close)
            self._ending.enter_context(self.process)
            if not is_empty:
                self._upload_documents()
            failure.pop_all()

    def _upload_documents(self) -> None:
        for path in sorted(DOCUMENTS.glob("*.xml")):
            self.upload(path.stem.split("-")[1], path.read_text("utf-8"))
        self.wait_for_runs(len(json.loads((DOCUMENTS / "expected.json").read_text())["runs"]))

    def close(self) -> None:
        """End the server, and remove all of it."""
        self.database.close()
        self._ending.close()

    def _free_port(self) -> int:
        reserved = self._ending.enter_context(socket.socket())
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        port: int = reserved.getsockname()[1]
        return port

    def _write_site(self) -> Path:
        certificate, key = Authority(self.folder / "ssl").issue("localhost")
        clients = "".join(
            f'<Client name="{name}.harbour.example" profile="{profile}" floating="true"/>'
            for name, profile in CLIENTS.items()
        )
        groups = "".join(
            f'<Group name="{profile}" profile="true" public="true"><Group name="base"/></Group>'
            for profile in CLIENTS.values()
        )
        write_files(
            str(self.folder),
            {
                "repository/Metadata/clients.xml": f"<Clients>{clients}</Clients>",
                "repository/Metadata/groups.xml": f'<Groups>{groups}<Group name="base"/></Groups>',
                "repository/Bundler/common.xml": "<Bundle/>",
                "bcfg2.conf": CONFIGURATION.format(
                    folder=self.folder, port=self.port, web_port=self.web_port, zone=ZONE,
                    password=PASSWORD, database=self._database_lines, key=key,
                    certificate=certificate,
                ),
            },
        )  # fmt: skip
        (self.folder / "state").mkdir()
        (self.folder / "bcfg2.conf").chmod(0o600)
        users = [User(name, role, HASH) for name, role in USERS.items()]
        write_users(str(self.folder / "users"), users)
        return self.folder / "bcfg2.conf"

    def _import(self) -> None:
        source = OldDatabase(old_url(str(DATABASES / "bcfg2-1.4.sqlite")))
        import_upstream(self.database, OldReports(source, ZoneInfo("UTC")))
        source.close()
        # two runs an hour apart, on the night when the clocks were set back
        times = ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")
        runs = [Run(CLOCK, microseconds_of(time), state="clean") for time in times]
        ReportStore(self.database).add([Report(run, ()) for run in runs])
        with self.database.writing() as connection:
            toggle_expired(connection, CLOCK, microseconds_of("2026-10-26T00:00:00Z"))

    def upload(self, client: str, document: str) -> Any:
        """Send a report as a client."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        user = f"{client}.harbour.example:{PASSWORD.replace(' ', '+')}"
        url = f"https://{user}@127.0.0.1:{self.port}/RPC2"
        with xmlrpc.client.ServerProxy(url, context=context) as server:
            return server.RecvStats(document)

    def wait_for_runs(self, number: int) -> None:
        """Wait until so many runs are in the database, beside those that were imported."""
        wait_until(lambda: self._uploaded() >= number, lambda: f"{self._uploaded()} runs are there")

    def _uploaded(self) -> int:
        with self.database.reading() as connection:
            query = "SELECT count(*) FROM bcfg2tw_report_run WHERE time > 1792900000000000"
            return int(connection.exec_driver_sql(query).scalar_one())


@cache
def pages_server() -> PagesServer:
    """Return the server, which is started when it is asked for first."""
    return _until_exit(PagesServer)


@cache
def empty_server() -> PagesServer:
    """Return a server without any report."""
    return _until_exit(lambda: PagesServer(is_empty=True))


def _until_exit(make: Callable[[], PagesServer]) -> PagesServer:
    server = make()
    atexit.register(server.close)
    return server
