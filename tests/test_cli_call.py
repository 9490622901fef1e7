"""`bcfg2tw call` against an XML-RPC site over real TLS."""

from __future__ import annotations

import os
import socket
import sys
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.interfaces import IListeningPort
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import TestCase
from twisted.web.server import Request, Site
from twisted.web.xmlrpc import XMLRPC, Fault

from bcfg2tw.cli.certificates import Issued, issue_authority, issue_certificate

PASSWORD = "swordfish"


class Answers(XMLRPC):
    """A server that knows a few methods; it refuses who does not know the password."""

    def __init__(self) -> None:
        super().__init__(allowNone=True)
        self.bodies: list[bytes] = []
        self.common_names: list[str | None] = []

    def render_POST(self, request: Request) -> Any:
        header = request.getHeader("Authorization") or ""
        certificate = request.transport.getPeerCertificate()
        self.common_names.append(certificate and certificate.get_subject().CN)
        credentials = b64decode(header.partition(" ")[2]).decode()
        if certificate is None and credentials not in (f"root:{PASSWORD}", f"web1:{PASSWORD}"):
            request.setResponseCode(401)
            return b"no"
        self.user = credentials.partition(":")[0]
        return super().render_POST(request)

    def xmlrpc_echo(self, *arguments: Any) -> list[Any]:
        return list(arguments)

    def xmlrpc_user(self) -> str:
        return self.user

    def xmlrpc_nothing(self) -> None:
        return None

    def xmlrpc_flag(self) -> bool:
        return True

    def xmlrpc_pairs(self) -> list[list[str]]:
        return [["Package", "*"], ["Path", "/etc/motd"]]

    def xmlrpc_get_statistics(self) -> dict[str, list[float]]:
        return {"GetConfig": [0.25, 1.5, 0.75, 12], "BuildMetadata": [0.001, 0.002, 0.0015, 3]}

    def xmlrpc_fail(self) -> None:
        raise Fault(-32500, "Critical failure: no such client")


class CallTests(TestCase):
    """What an administrator sees; each call is a process of its own."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        self.authority = issue_authority("Test CA")
        self.file("ca.crt", self.authority.certificate_pem())
        self.answers = Answers()
        self.serve(issue_certificate(self.authority, "localhost", ["localhost", "127.0.0.1"]))

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def serve(self, issued: Issued) -> None:
        """Listen with a certificate, and write a bcfg2.conf that says where."""
        certificate = self.file("server.crt", issued.certificate_pem())
        key = self.file("server.key", issued.key_pem())
        context = DefaultOpenSSLContextFactory(str(key), str(certificate), SSL.TLS_METHOD)
        context.getContext().load_verify_locations(str(self.folder / "ca.crt"))
        context.getContext().set_verify(SSL.VERIFY_PEER, lambda *arguments: arguments[-1])
        port: IListeningPort = reactor.listenSSL(  # type: ignore[attr-defined]
            0, Site(self.answers), context, interface="127.0.0.1"
        )
        self.addCleanup(port.stopListening)
        self.port = port.getHost().port
        self.configure(f"password = {PASSWORD}\nca = {self.folder}/ca.crt\n")

    def configure(self, communication: str, host: str = "127.0.0.1") -> None:
        self.file(
            "bcfg2.conf",
            f"[components]\nbcfg2 = https://{host}:{self.port}\n"
            f"[communication]\n{communication}".encode(),
        )

    def call(
        self, *arguments: str, environment: Sequence[tuple[str, str]] = ()
    ) -> Deferred[tuple[str, str, int]]:
        """Run the command; the result is its output, its errors and its exit status."""
        command = ["-m", "bcfg2tw.cli", "call", "-C", str(self.folder / "bcfg2.conf"), *arguments]
        root = str(Path(__file__).parents[1])
        running = getProcessOutputAndValue(
            sys.executable,
            command,
            env={**os.environ, "PYTHONPATH": root, "COLUMNS": "80", **dict(environment)},
        )
        return running.addCallback(lambda end: (end[0].decode(), end[1].decode(), end[2]))

    @inlineCallbacks
    def succeeds(self, *arguments: str, **options: Any) -> Any:
        output, errors, status = yield self.call(*arguments, **options)
        self.assertEqual((errors, status), ("", 0))
        return output

    @inlineCallbacks
    def fails(self, *arguments: str) -> Any:
        """The one line of error; there is no output and no traceback with it."""
        output, errors, status = yield self.call(*arguments)
        self.assertEqual((output, status), ("", 1), errors)
        self.assertRegex(errors, r"\AError: .*\n\Z")
        return errors[len("Error: ") : -1]

    @inlineCallbacks
    def test_strings(self) -> Any:
        """Arguments are strings, whatever they look like; a list is printed an item a line."""
        self.assertEqual((yield self.succeeds("echo", "1", "ä <&", "true")), "1\nä <&\ntrue\n")
        self.assertEqual((yield self.succeeds("--json", "echo", "1")), '[\n  "1"\n]\n')

    @inlineCallbacks
    def test_json_arguments(self) -> Any:
        """With --json-args the arguments have the types that JSON gives them."""
        printed = yield self.succeeds(
            "--json-args", "--json", "echo", "1", "true", '["a"]', "null", '"s"'
        )
        self.assertEqual(
            printed, '[\n  1,\n  true,\n  [\n    "a"\n  ],\n  null,\n  "s"\n]\n'
        )

    @inlineCallbacks
    def test_not_json(self) -> Any:
        """An argument that is not JSON is an error of usage."""
        _output, errors, status = yield self.call("--json-args", "echo", "abc")
        self.assertEqual(status, 2)
        self.assertIn("'abc' is not JSON", errors)

    @inlineCallbacks
    def test_results(self) -> Any:
        """Nothing is printed for nil, True for true, and a line for each pair of a list."""
        self.assertEqual((yield self.succeeds("nothing")), "")
        self.assertEqual((yield self.succeeds("flag")), "True\n")
        self.assertEqual((yield self.succeeds("pairs")), "Package\t*\nPath\t/etc/motd\n")

    @inlineCallbacks
    def test_statistics(self) -> Any:
        """Execution times are a table with a line for each name."""
        lines = (yield self.succeeds("get_statistics")).splitlines()
        self.assertEqual(lines[0].split(), ["name", "min", "s", "max", "s", "mean", "s", "calls"])
        self.assertEqual(
            lines[1].split(), ["BuildMetadata", "0.001000", "0.002000", "0.001500", "3"]
        )
        self.assertEqual(lines[2].split(), ["GetConfig", "0.250000", "1.500000", "0.750000", "12"])

    @inlineCallbacks
    def test_user(self) -> Any:
        """The caller is root, the user of bcfg2.conf, or the one that --user names."""
        self.assertEqual((yield self.succeeds("user")), "root\n")
        self.assertEqual((yield self.succeeds("--user", "web1", "user")), "web1\n")
        self.configure(f"user = web1\npassword = {PASSWORD}\nca = {self.folder}/ca.crt\n")
        self.assertEqual((yield self.succeeds("user")), "web1\n")

    @inlineCallbacks
    def test_password(self) -> Any:
        """The password of a file beats that of the environment, which beats bcfg2.conf."""
        self.configure(f"password = wrong\nca = {self.folder}/ca.crt\n")
        right = self.file("right", f"{PASSWORD}\nnot this\n".encode())
        environment = [("BCFG2_PASSWORD", PASSWORD)]
        self.assertEqual((yield self.succeeds("flag", environment=environment)), "True\n")
        self.assertEqual((yield self.succeeds("--password-file", str(right), "flag")), "True\n")
        wrong = self.file("wrong", b"guess\n")
        _output, _errors, status = yield self.call(
            "--password-file", str(wrong), "flag", environment=environment
        )
        self.assertEqual(status, 1)

    @inlineCallbacks
    def test_refused(self) -> Any:
        """Who is refused reads what to check."""
        self.configure(f"password = wrong\nca = {self.folder}/ca.crt\n")
        self.assertEqual(
            (yield self.fails("flag")),
            f"127.0.0.1:{self.port}: HTTP status 401: the server refuses user 'root', or refuses "
            "flag to this machine: check user and password ([communication]), the client's "
            "address in clients.xml, and the ACL",
        )

    @inlineCallbacks
    def test_fault(self) -> Any:
        """A fault is one line with its text and code."""
        self.assertEqual(
            (yield self.fails("fail")),
            "fail: Critical failure: no such client (fault -32500)",
        )

    @inlineCallbacks
    def test_nobody_listens(self) -> Any:
        """A refused connection says where nothing listens."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        self.assertEqual(
            (yield self.fails("--server", f"https://127.0.0.1:{port}", "flag")),
            f"127.0.0.1:{port}: nothing listens there: is the server running, and is the port "
            "right?",
        )

    @inlineCallbacks
    def test_unknown_authority(self) -> Any:
        """A certificate of another CA is refused before the password is sent."""
        other = self.file("other.crt", issue_authority("Another CA").certificate_pem())
        message = yield self.fails("--ca", str(other), "flag")
        self.assertIn("the server's certificate is refused: it comes from a CA that is", message)
        self.assertEqual(self.answers.common_names, [])

    @inlineCallbacks
    def test_wrong_name(self) -> Any:
        """A certificate for other names is refused, and the message lists these."""
        self.serve(issue_certificate(self.authority, "x", ["bcfg2.example.com", "192.0.2.1"]))
        self.assertEqual(
            (yield self.fails("flag")),
            f"127.0.0.1:{self.port}: the server's certificate is for bcfg2.example.com, 192.0.2.1, "
            "not for 127.0.0.1: call the server by one of its names",
        )
        self.assertEqual(self.answers.common_names, [])

    @inlineCallbacks
    def test_common_name_only(self) -> Any:
        """An old certificate without other names is accepted when bcfg2.conf lists its name."""
        self.serve(issue_certificate(self.authority, "bcfg2.example.com", []))
        message = yield self.fails("flag")
        self.assertIn("only the common name bcfg2.example.com: if that is the server", message)
        self.configure(
            f"password = {PASSWORD}\nca = {self.folder}/ca.crt\n"
            "serverCommonNames = other:bcfg2.example.com\n"
        )
        self.assertEqual((yield self.succeeds("flag")), "True\n")

    @inlineCallbacks
    def test_client_certificate(self) -> Any:
        """A certificate is presented with --cert, or from bcfg2.conf if there is no password."""
        issued = issue_certificate(self.authority, "web7", [])
        certificate = self.file("client.crt", issued.certificate_pem())
        key = self.file("client.key", issued.key_pem())
        yield self.succeeds("flag")
        yield self.succeeds("--cert", str(certificate), "--key", str(key), "flag")
        self.configure(f"certificate = {certificate}\nkey = {key}\nca = {self.folder}/ca.crt\n")
        yield self.succeeds("flag")
        self.assertEqual(self.answers.common_names, [None, "web7", "web7"])

    @inlineCallbacks
    def test_unusable_files(self) -> Any:
        """A CA or certificate that cannot be used is named."""
        missing = str(self.folder / "missing")
        self.assertEqual(
            (yield self.fails("--ca", missing, "flag")),
            f"{missing}: the CA cannot be read: No such file or directory",
        )
        garbage = str(self.file("garbage", b"garbage"))
        self.assertEqual(
            (yield self.fails("--ca", garbage, "flag")),
            f"{garbage}: the CA holds no certificate in PEM form",
        )
        self.assertIn("are not a certificate and", (yield self.fails("--cert", garbage, "flag")))

    @inlineCallbacks
    def test_timeout(self) -> Any:
        """A server that never answers is given up after the timeout."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            self.assertEqual(
                (yield self.fails("-S", f"https://127.0.0.1:{port}", "-t", "0.5", "flag")),
                f"127.0.0.1:{port}: no answer within 0.5 seconds",
            )

    @inlineCallbacks
    def test_not_tls(self) -> Any:
        """A port that does not speak TLS is no Bcfg2 server."""
        port = reactor.listenTCP(  # type: ignore[attr-defined]
            0, Site(self.answers), interface="127.0.0.1"
        )
        self.addCleanup(port.stopListening)
        message = yield self.fails("-S", f"https://127.0.0.1:{port.getHost().port}", "flag")
        self.assertIn("is this the port of a Bcfg2 server?", message)

    @inlineCallbacks
    def test_bad_address(self) -> Any:
        """An address without a host is an error that shows it."""
        self.assertEqual(
            (yield self.fails("-S", "https://:77", "flag")),
            "'https://:77' is no address of a server: give https://HOST:PORT",
        )
