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
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IListeningPort, IPullProducer
from twisted.internet.protocol import Protocol, ServerFactory
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.internet.threads import deferToThread
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site
from twisted.web.xmlrpc import XMLRPC, Fault
from zope.interface import implementer

from bcfg2tw.cli.call import remote
from bcfg2tw.cli.call.remote import CallFailed, Remote
from bcfg2tw.cli.call.server_identity import ServerIdentity
from bcfg2tw.cli.init.certificates import Issued, issue_authority, issue_certificate
from tests.network import free_port

PASSWORD = "swordfish"


class Greeter(Protocol):
    """Speaks first, and no TLS."""

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(b"220 mail.example.com ready\r\n")


class Answers(XMLRPC):
    """A server that knows a few methods; it refuses who does not know the password."""

    def __init__(self) -> None:
        super().__init__(allowNone=True)
        self.bodies: list[bytes] = []
        self.common_names: list[str | None] = []

    def render_POST(self, request: Request) -> Any:
        header = request.getHeader("Authorization") or ""
        transport: Any = request.transport  # TLS, whose interface says too little
        certificate = transport.getPeerCertificate()
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

    def serve(self, issued: Issued, resource: Resource | None = None) -> None:
        """Listen with a certificate, and write a bcfg2.conf that says where."""
        certificate = self.file("server.crt", issued.certificate_pem())
        key = self.file("server.key", issued.key_pem())
        context = DefaultOpenSSLContextFactory(str(key), str(certificate), SSL.TLS_METHOD)
        context.getContext().load_verify_locations(str(self.folder / "ca.crt"))
        context.getContext().set_verify(SSL.VERIFY_PEER, lambda *arguments: arguments[-1])
        port: IListeningPort = reactor.listenSSL(  # type: ignore[attr-defined]
            0, Site(resource or self.answers), context, interface="127.0.0.1"
        )
        self.port = self.port_of(port)
        self.configure(f"password = {PASSWORD}\nca = {self.folder}/ca.crt\n")

    def port_of(self, listening: IListeningPort) -> int:
        """The number of a port, which is closed when the test ends."""
        self.addCleanup(listening.stopListening)
        address = listening.getHost()
        assert isinstance(address, IPv4Address)
        return address.port

    def configure(self, communication: str, host: str = "127.0.0.1") -> None:
        self.file(
            "bcfg2.conf",
            f"[components]\nbcfg2 = https://{host}:{self.port}\n"
            f"[communication]\n{communication}".encode(),
        )

    async def call(
        self, *arguments: str, environment: Sequence[tuple[str, str]] = ()
    ) -> tuple[str, str, int]:
        """Run the command; the result is its output, its errors and its exit status."""
        command = ["-m", "bcfg2tw.cli", "call", "-C", str(self.folder / "bcfg2.conf"), *arguments]
        root = str(Path(__file__).parents[2])
        output, errors, status = await getProcessOutputAndValue(
            sys.executable,
            command,
            env={**os.environ, "PYTHONPATH": root, "COLUMNS": "80", **dict(environment)},
        )
        return output.decode(), errors.decode(), status

    async def succeeds(self, *arguments: str, **options: Any) -> str:
        output, errors, status = await self.call(*arguments, **options)
        self.assertEqual((errors, status), ("", 0))
        return output

    async def fails(self, *arguments: str) -> str:
        """The one line of error; there is no output and no traceback with it."""
        output, errors, status = await self.call(*arguments)
        self.assertEqual((output, status), ("", 1), errors)
        self.assertRegex(errors, r"\AError: .*\n\Z")
        return errors[len("Error: ") : -1]

    async def test_strings(self) -> None:
        """Arguments are strings, whatever they look like; a list is printed an item a line."""
        self.assertEqual((await self.succeeds("echo", "1", "ä <&", "true")), "1\nä <&\ntrue\n")
        self.assertEqual((await self.succeeds("--json", "echo", "1")), '[\n  "1"\n]\n')

    async def test_json_arguments(self) -> None:
        """With --json-args the arguments have the types that JSON gives them."""
        printed = await self.succeeds(
            "--json-args", "--json", "echo", "1", "true", '["a"]', "null", '"s"'
        )
        self.assertEqual(printed, '[\n  1,\n  true,\n  [\n    "a"\n  ],\n  null,\n  "s"\n]\n')

    async def test_not_json(self) -> None:
        """An argument that is not JSON is an error of usage."""
        _output, errors, status = await self.call("--json-args", "echo", "abc")
        self.assertEqual(status, 2)
        self.assertIn("'abc' is not JSON", errors)

    async def test_path(self) -> None:
        """A URL's path is called as it is; where nothing answers there, it says what to do."""
        root = Resource()
        root.putChild(b"bcfg2", self.answers)
        self.serve(issue_certificate(self.authority, "localhost", ["127.0.0.1"]), root)
        url = f"https://127.0.0.1:{self.port}"
        self.assertEqual((await self.succeeds("-S", f"{url}/bcfg2/RPC2", "flag")), "True\n")
        self.assertEqual(
            (await self.fails("-S", f"{url}/münchen/RPC2", "flag")),
            f"127.0.0.1:{self.port}: HTTP status 404: nothing is served at /münchen/RPC2: give the "
            "URL of --server, or of [components] bcfg2, without a path, or with the one where the "
            "server is mounted",
        )

    async def test_other_scheme(self) -> None:
        """A URL of another kind is refused."""
        self.assertEqual(
            (await self.fails("-S", f"ftp://127.0.0.1:{self.port}", "flag")),
            f"'ftp://127.0.0.1:{self.port}' is no address of a server: give https://HOST:PORT",
        )

    async def test_results(self) -> None:
        """Nothing is printed for nil, True for true, and a line for each pair of a list."""
        self.assertEqual((await self.succeeds("nothing")), "")
        self.assertEqual((await self.succeeds("flag")), "True\n")
        self.assertEqual((await self.succeeds("pairs")), "Package\t*\nPath\t/etc/motd\n")

    async def test_statistics(self) -> None:
        """Execution times are a table with a line for each name."""
        lines = (await self.succeeds("get_statistics")).splitlines()
        self.assertEqual(lines[0].split(), ["name", "min", "s", "max", "s", "mean", "s", "calls"])
        self.assertEqual(
            lines[1].split(), ["BuildMetadata", "0.001000", "0.002000", "0.001500", "3"]
        )
        self.assertEqual(lines[2].split(), ["GetConfig", "0.250000", "1.500000", "0.750000", "12"])

    async def test_user(self) -> None:
        """The caller is root, the user of bcfg2.conf, or the one that --user names."""
        self.assertEqual((await self.succeeds("user")), "root\n")
        self.assertEqual((await self.succeeds("--user", "web1", "user")), "web1\n")
        self.configure(f"user = web1\npassword = {PASSWORD}\nca = {self.folder}/ca.crt\n")
        self.assertEqual((await self.succeeds("user")), "web1\n")

    async def test_password(self) -> None:
        """The password of a file beats that of the environment, which beats bcfg2.conf."""
        self.configure(f"password = wrong\nca = {self.folder}/ca.crt\n")
        right = self.file("right", f"{PASSWORD}\nnot this\n".encode())
        environment = [("BCFG2_PASSWORD", PASSWORD)]
        self.assertEqual((await self.succeeds("flag", environment=environment)), "True\n")
        self.assertEqual((await self.succeeds("--password-file", str(right), "flag")), "True\n")
        wrong = self.file("wrong", b"guess\n")
        _output, _errors, status = await self.call(
            "--password-file", str(wrong), "flag", environment=environment
        )
        self.assertEqual(status, 1)

    async def test_refused(self) -> None:
        """Who is refused reads what to check."""
        self.configure(f"password = wrong\nca = {self.folder}/ca.crt\n")
        self.assertEqual(
            (await self.fails("flag")),
            f"127.0.0.1:{self.port}: HTTP status 401: the server refuses user 'root', or refuses "
            "flag to this machine: check user and password ([communication]), the client's "
            "address in clients.xml, and the ACL",
        )

    async def test_fault(self) -> None:
        """A fault is one line with its text and code."""
        self.assertEqual(
            (await self.fails("fail")),
            "fail: Critical failure: no such client (fault -32500)",
        )

    async def test_nobody_listens(self) -> None:
        """A refused connection says where nothing listens."""
        port = free_port(self)
        self.assertEqual(
            (await self.fails("--server", f"https://127.0.0.1:{port}", "flag")),
            f"127.0.0.1:{port}: nothing listens there: is the server running, and is the port "
            "right?",
        )

    async def test_unknown_authority(self) -> None:
        """A certificate of another CA is refused before the password is sent."""
        other = self.file("other.crt", issue_authority("Another CA").certificate_pem())
        message = await self.fails("--ca", str(other), "flag")
        self.assertIn("the server's certificate is refused: it comes from a CA that is", message)
        self.assertEqual(self.answers.common_names, [])

    async def test_authority_itself(self) -> None:
        """A CA's own certificate as the server's is told in words."""
        self.serve(self.authority)
        self.assertIn(
            "the server's certificate is refused: it is for another purpose, such as a CA's: the "
            "server needs a certificate of its own",
            await self.fails("flag"),
        )

    async def test_wrong_name(self) -> None:
        """A certificate for other names is refused, and the message lists these."""
        self.serve(issue_certificate(self.authority, "x", ["bcfg2.example.com", "192.0.2.1"]))
        self.assertEqual(
            (await self.fails("flag")),
            f"127.0.0.1:{self.port}: the server's certificate is for bcfg2.example.com, 192.0.2.1, "
            "not for 127.0.0.1: call the server by one of its names",
        )
        self.assertEqual(self.answers.common_names, [])

    async def test_common_name_only(self) -> None:
        """An old certificate without other names is accepted when bcfg2.conf lists its name."""
        self.serve(issue_certificate(self.authority, "bcfg2.example.com", []))
        message = await self.fails("flag")
        self.assertIn("only the common name bcfg2.example.com: if that is the server", message)
        self.configure(
            f"password = {PASSWORD}\nca = {self.folder}/ca.crt\n"
            "serverCommonNames = other:bcfg2.example.com\n"
        )
        self.assertEqual((await self.succeeds("flag")), "True\n")

    async def test_client_certificate(self) -> None:
        """A certificate is presented with --cert, or from bcfg2.conf if there is no password."""
        issued = issue_certificate(self.authority, "web7", [])
        certificate = self.file("client.crt", issued.certificate_pem())
        key = self.file("client.key", issued.key_pem())
        await self.succeeds("flag")
        await self.succeeds("--cert", str(certificate), "--key", str(key), "flag")
        self.configure(f"certificate = {certificate}\nkey = {key}\nca = {self.folder}/ca.crt\n")
        await self.succeeds("flag")
        self.assertEqual(self.answers.common_names, [None, "web7", "web7"])

    async def test_unusable_files(self) -> None:
        """A CA or certificate that cannot be used is named."""
        missing = str(self.folder / "missing")
        self.assertEqual(
            (await self.fails("--ca", missing, "flag")),
            f"{missing}: the CA cannot be read: No such file or directory",
        )
        garbage = str(self.file("garbage", b"garbage"))
        self.assertEqual(
            (await self.fails("--ca", garbage, "flag")),
            f"{garbage}: the CA holds no certificate in PEM form",
        )
        self.assertIn("are not a certificate and", (await self.fails("--cert", garbage, "flag")))

    async def test_timeout(self) -> None:
        """A server that never answers is given up after the timeout."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            self.assertEqual(
                (await self.fails("-S", f"https://127.0.0.1:{port}", "-t", "0.5", "flag")),
                f"127.0.0.1:{port}: no answer within 0.5 seconds",
            )

    async def test_not_tls(self) -> None:
        """A port that does not speak TLS is no Bcfg2 server."""
        factory = ServerFactory()
        factory.protocol = Greeter
        port = self.port_of(reactor.listenTCP(0, factory, interface="127.0.0.1"))
        message = await self.fails("-S", f"https://127.0.0.1:{port}", "flag")
        self.assertIn("is this the port of a Bcfg2 server?", message)

    async def test_bad_address(self) -> None:
        """An address without a host is an error that shows it."""
        self.assertEqual(
            (await self.fails("-S", "https://:77", "flag")),
            "'https://:77' is no address of a server: give https://HOST:PORT",
        )

    async def test_other_status(self) -> None:
        """What another server says of a status is shown as it is, without what a terminal obeys."""
        self.serve_page(Status(302, b"{Found}\x1b[31m"))
        message = await self.fails("flag")
        self.assertIn("HTTP status 302: {Found}\\x1b[31m", message)

    async def test_endless(self) -> None:
        """An answer without an end is given up before it fills the memory."""
        self.patch(remote, "MOST_MEGABYTES", 2)
        self.serve_page(Endless())
        server = Remote("127.0.0.1", self.port, "root", PASSWORD)
        identity = ServerIdentity("127.0.0.1", str(self.folder / "ca.crt"))
        calling = deferToThread(remote.call, server, identity, "flag")
        error = await self.assertFailure(calling, CallFailed)
        self.assertIn("its answer is larger than 2 megabytes", str(error))

    def serve_page(self, page: Resource) -> None:
        """Serve something else in place of the calls."""
        issued = issue_certificate(self.authority, "localhost", ["localhost", "127.0.0.1"])
        self.serve(issued, page)


class Status(Resource):
    """Answers with a status."""

    isLeaf = True

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__()
        self._status = code, text

    def render_POST(self, request: Request) -> bytes:
        request.setResponseCode(*self._status)
        return b""


@implementer(IPullProducer)
class Endless(Resource):
    """Sends for as long as somebody takes it."""

    isLeaf = True

    def render_POST(self, request: Request) -> int:
        self._request = request
        request.registerProducer(self, streaming=False)
        return NOT_DONE_YET

    def resumeProducing(self) -> None:
        self._request.write(bytes(1 << 20))

    def stopProducing(self) -> None:
        pass
