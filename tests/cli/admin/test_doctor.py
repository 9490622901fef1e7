"""`bcfg2tw admin doctor` on a site that is well, and on sites that are not."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli import other_server
from bcfg2tw.cli.init.certificates import Issued, issue_self_signed, new_key
from bcfg2tw.cli.init.command import make_site
from tests.certificates import Authority
from tests.commands import run
from tests.network import an_authority


class DoctorTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        self.listening = listening
        self.site = make_site(Path(self.mktemp()).absolute(), port=listening.getsockname()[1])

    def examine(self) -> tuple[int, dict[str, tuple[str, str]]]:
        """The status, and of each subject the worst state with its text."""
        ended = run("admin", "-C", str(self.site / "bcfg2.conf"), "doctor", "--json")
        order = ["ok", "warning", "critical"]
        rows = sorted(json.loads(ended.output), key=lambda row: order.index(row["state"]))
        verdicts = {row["subject"]: (row["state"], row["detail"]) for row in rows}
        return ended.status, verdicts

    def change(self, name: str, old: str, new: str) -> None:
        path = self.site / name
        path.write_text(path.read_text().replace(old, new))


class DoctorTests(DoctorTestCase):
    def test_well(self) -> None:
        """A site that is well gives status 0, and says what was looked at."""
        status, verdicts = self.examine()
        self.assertEqual({state for state, _ in verdicts.values()}, {"ok"}, verdicts)
        self.assertEqual(status, 0)
        self.assertEqual(
            set(verdicts),
            {
                "configuration", "repository", "certificate", "key", "name", "permissions",
                "disk", "clock", "port",
            },
        )  # fmt: skip

    def test_nothing_listens(self) -> None:
        """A server that does not run is critical."""
        self.listening.close()
        status, verdicts = self.examine()
        self.assertEqual((status, verdicts["port"][0]), (2, "critical"))
        self.assertIn("does not answer: Connection refused", verdicts["port"][1])

    def test_certificate(self) -> None:
        """The last month of a certificate is a warning, what comes after it critical."""
        for days, state, number in ((10, "warning", 1), (-1, "critical", 2)):
            key = new_key()
            lifetime = timedelta(days=days) if days > 0 else timedelta(minutes=10)
            place = ("", "", "")
            issued = Issued(issue_self_signed(key, "localhost", place, lifetime), key)
            (self.site / "ssl/server.crt").write_bytes(issued.certificate_pem())
            (self.site / "ssl/server.key").write_bytes(issued.key_pem())
            status, verdicts = self.examine()
            self.assertEqual((status, verdicts["certificate"][0]), (number, state))

    def test_key(self) -> None:
        """A key that all can read is a warning, one of another certificate critical."""
        os.chmod(self.site / "ssl/server.key", 0o644)
        self.assertEqual(self.examine()[1]["key"][0], "warning")
        key = new_key()
        other = Issued(issue_self_signed(key, "x", ("", "", ""), timedelta(days=1)), key)
        (self.site / "ssl/server.key").write_bytes(other.key_pem())
        self.assertEqual(self.examine()[1]["key"][0], "critical")

    def test_repository(self) -> None:
        """A file that cannot be read is named."""
        (self.site / "repository/Rules/rules.xml").write_text("<Rules")
        status, verdicts = self.examine()
        self.assertEqual((status, verdicts["repository"][0]), (2, "critical"))
        self.assertIn("Rules/rules.xml:1", verdicts["repository"][1])

    def test_configuration(self) -> None:
        """A bcfg2.conf that cannot be used is all that there is to say."""
        self.change("bcfg2.conf", "[server]", "[server]\nchildren = many")
        status, verdicts = self.examine()
        self.assertEqual((status, set(verdicts)), (2, {"configuration"}))
        self.assertIn("'many'", verdicts["configuration"][1])

    def test_databases(self) -> None:
        """Databases that are used are looked at; one that cannot be used is critical."""
        self.change("bcfg2.conf", "[server]", "[database]\nname = clients.sqlite\n[server]")
        self.change("bcfg2.conf", "plugins = ", "plugins = Reporting, ")
        self.assertIn("no tables yet", self.examine()[1]["reports"][1])
        (self.site / "state").mkdir(exist_ok=True)
        (self.site / "state/clients.sqlite").write_text("no database " * 100)
        status, verdicts = self.examine()
        self.assertEqual((status, verdicts["reports"][0]), (2, "critical"), verdicts)
        self.assertIn("not a database", verdicts["reports"][1])

    def test_state(self) -> None:
        """The folder of state is what has to be writable, where there is one, or can be made."""
        self.assertEqual(self.examine()[1]["permissions"][1], str(self.site / "state"))


class OtherServerTests(DoctorTestCase):
    """The other server of shadow mode."""

    def setUp(self) -> None:
        super().setUp()
        self.authority = an_authority(self)
        self.ca = str(self.authority.certificate.absolute())

    def served_by(self, authority: Authority, name: str = "localhost", days: int = 3650) -> int:
        """Answer handshakes of TLS until the test ends; return the port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate, key = authority.issue(name, [name], timedelta(days=days))
        context.load_cert_chain(str(certificate), str(key))
        listening = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    # as this side sees it, a refused certificate is a broken connection
                    with (
                        contextlib.suppress(OSError),
                        context.wrap_socket(connection, server_side=True) as it,
                    ):
                        it.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(listening.close)
        self.addCleanup(listening.shutdown, socket.SHUT_RDWR)
        return int(listening.getsockname()[1])

    def shadow(self, port: int, *lines: str) -> tuple[int, tuple[str, str]]:
        """The status beside a server at a port, and what is said of it."""
        conf = self.site / "bcfg2.conf"
        before = conf.read_text().partition("\n[shadow]")[0]
        section = ["", "[shadow]", f"server = https://localhost:{port}", *lines, ""]
        conf.write_text(before + "\n".join(section))
        status, verdicts = self.examine()
        return status, verdicts["shadow"]

    def test_well_beside(self) -> None:
        """One that answers with the certificate that it should have is well."""
        port = self.served_by(self.authority)
        said = self.shadow(port, f"ca = {self.ca}")
        self.assertEqual(
            said, (0, ("ok", f"https://localhost:{port} answers, and is what it should be"))
        )

    def test_away(self) -> None:
        """One that does not answer is a warning: clients are served all the same."""
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        status, (state, text) = self.shadow(port, f"ca = {self.ca}")
        self.assertEqual((status, state), (1, "warning"))
        self.assertIn(f"https://localhost:{port}: it does not answer: Connection refused", text)

    def test_identity(self) -> None:
        """So is a certificate of another authority, of another server, or one that ends soon."""
        ca = f"ca = {self.ca}"
        for port, reason in (
            (self.served_by(an_authority(self, "Other")), "name the CA with [shadow] ca"),
            (self.served_by(self.authority, "elsewhere.example.test"), "not for localhost"),
            (self.served_by(self.authority, days=3), "renew it"),
        ):
            status, (state, text) = self.shadow(port, ca)
            self.assertEqual((status, state), (1, "warning"))
            self.assertIn(reason, text)

    def test_silent(self) -> None:
        """One that takes the connection and says nothing is not waited for."""
        self.patch(other_server, "SECONDS", 0.2)
        port = self.listening.getsockname()[1]
        status, (state, text) = self.shadow(port, f"ca = {self.ca}")
        self.assertEqual((status, state), (1, "warning"))
        self.assertIn("it does not answer within 0.2 seconds", text)

    def test_authorities(self) -> None:
        """A file of authorities that cannot be used keeps the server from starting: critical."""
        file = self.site / "other-ca.pem"
        for content, reason in (
            (None, "cannot be read: No such file or directory; name a PEM file that can"),
            ("", "is empty: name a PEM file with"),
            ("what is this\n", "holds no ca in PEM that can be used"),
        ):
            if content is not None:
                file.write_text(content)
            status, (state, text) = self.shadow(1, f"ca = {file}")
            self.assertEqual((status, state), (2, "critical"))
            self.assertIn(f"[shadow] ca: {file} {reason}", text)
            checked = run("check-config", str(self.site / "bcfg2.conf"))
            self.assertEqual(checked.status, 1)
            self.assertIn("shadow", checked.output)
