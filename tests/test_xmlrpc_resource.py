"""XML-RPC over a core, as a client sees it, and what the log and the pool see."""

from __future__ import annotations

import base64
import re
import xmlrpc.client
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from OpenSSL import crypto
from treq.testing import StubTreq
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from bcfg2tw.calls.codec import read_call, write_result
from bcfg2tw.engine.look_ups import LookUpNeeded
from bcfg2tw.pool import TookTooLong
from bcfg2tw.serving.site import CoreSite
from bcfg2tw.settings import Settings
from bcfg2tw.xmlrpc_resource import MAX_LOOK_UPS, CoreResource
from tests.doubles import ManualPool, RecordingCore
from tests.logs import CapturedLog
from tests.network import PASSWORD, QuietError, an_authority, basic, call_of, post

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<methodCall><methodName>GetConfig</methodName><params><param><value>&c;</value></param></params>
</methodCall>"""

EXTERNAL = b"""<!DOCTYPE x SYSTEM "file:///etc/passwd">
<methodCall><methodName>GetConfig</methodName></methodCall>"""

PEER = IPv4Address("TCP", "192.0.2.7", 40000)


def unnamed(text: str) -> str:
    """Return a text without the name of the call that it is about."""
    return re.sub(r" \(call [0-9a-f]{6}-[0-9a-f]+\)", "", text)


class ResourceTestCase(SynchronousTestCase):
    """A resource below a site of twisted's own, and requests to it."""

    settings: ClassVar[dict[str, Any]] = {}

    def setUp(self) -> None:
        self.core = RecordingCore()
        self.pool = ManualPool()
        self.log = CapturedLog(self)
        self.resource = CoreResource(
            self.core, self.pool, Settings(max_body_bytes=100_000, **self.settings)
        )
        self.treq: Any = StubTreq(self.resource)

    def respond(
        self, body: bytes, authorization: str | None = None, verb: str = "POST", path: str = "/RPC2"
    ) -> tuple[int, bytes, Any]:
        """Return status, body and headers of the answer to a request."""
        headers = {} if authorization == "" else {"Authorization": authorization or basic()}
        request = self.treq.request(
            verb, "https://server.example.test:6789" + path, data=body, headers=headers
        )
        self.treq.flush()
        response = self.successResultOf(request)
        content = b"" if verb == "HEAD" else self.successResultOf(response.content())
        return response.code, content, response.headers

    def rpc(self, name: str, *parameters: Any) -> Any:
        """Return the result of a call."""
        status, body, _ = self.respond(call_of(name, *parameters))
        self.assertEqual(status, 200)
        (result,), _ = xmlrpc.client.loads(body)
        return result

    def fault(self, name: str, *parameters: Any) -> tuple[int, str]:
        """Return code and text of the fault that a call leads to, without the call's name."""
        fault = self.assertRaises(xmlrpc.client.Fault, self.rpc, name, *parameters)
        return fault.faultCode, unnamed(fault.faultString)


class OrderTests(ResourceTestCase):
    """Credentials, verb, body, ACL, method: the order of :ref:`wire-5`."""

    settings: ClassVar[dict[str, Any]] = {"max_login_delay_seconds": 0}

    def test_credentials_first(self) -> None:
        """Wrong or missing credentials are a 401, whatever the verb and the body."""
        for authorization in ("", "Basic !", "Bearer x", basic("root", "wrong"), basic("broken")):
            for verb, body in (("POST", call_of("ping")), ("GET", b""), ("POST", b"no XML")):
                status, _, headers = self.respond(body, authorization, verb)
                self.assertEqual(status, 401)
                self.assertEqual(
                    headers.getRawHeaders("WWW-Authenticate"),
                    ['Basic realm="Bcfg2", charset="UTF-8"'],
                )
        self.assertEqual(self.core.called, [])

    def test_passed_on(self) -> None:
        """User and password reach the core as they were given, with the peer's address."""
        self.rpc("ping")
        ((certificate, user, password, address),) = self.core.authenticated
        self.assertEqual((certificate, user, password), (None, "root", PASSWORD))
        self.assertEqual(address[0], "127.0.0.1")

    def test_verb(self) -> None:
        """Who is let in gets a 405 for all verbs but POST, which names that."""
        for verb in ("GET", "HEAD", "PUT", "DELETE", "PROPFIND"):
            status, _, headers = self.respond(b"", None, verb)
            self.assertEqual((status, headers.getRawHeaders("Allow")), (405, ["POST"]))

    def test_encoded(self) -> None:
        """A body that is compressed is a 415, before anybody's credentials are looked at."""
        for coding, expected in (("gzip", 415), ("br", 415), ("identity", 200)):
            response = self.successResultOf(
                self.treq.post(
                    "https://server.example.test:6789/RPC2", data=call_of("ping"),
                    headers={"Authorization": basic(), "Content-Encoding": coding},
                )
            )  # fmt: skip
            self.assertEqual(response.code, expected)
        self.assertEqual(len(self.core.authenticated), 1)

    def test_any_path(self) -> None:
        """Below another site, a request may come to any path that leads to the resource."""
        for path in ("/", "/RPC2", "/a/../b?c=d", "/%00"):
            self.assertEqual(self.respond(call_of("ping"), path=path)[0], 200)

    def test_acl(self) -> None:
        """A method that the ACL refuses is a 401, also one that there is not."""
        self.assertEqual(self.respond(call_of("forbidden"))[0], 401)

    def test_acl_failure(self) -> None:
        """A failure to decide is a 500, and logged."""
        self.assertEqual(self.respond(call_of("undecided"))[0], 500)
        self.assertEqual(
            self.log.lines,
            ["ACL check of 'undecided' for 127.0.0.1 failed: the rule cannot be understood"],
        )

    def test_one_job(self) -> None:
        """A request that came whole is one job in the pool."""
        self.rpc("GetConfig")
        self.assertEqual(self.pool.calls, ["serve"])

    def test_too_large(self) -> None:
        """Below a site that is not ours, a body beyond the limit is a 413 as well."""
        status, _, _ = self.respond(call_of("GetConfig", "x" * 100_001))
        self.assertEqual(status, 413)
        self.assertEqual(self.core.called, [])

    def test_mounted(self) -> None:
        """The resource can stand below a path of another application."""
        root = Resource()
        root.putChild(b"bcfg2", self.resource)
        self.treq = StubTreq(root)
        self.assertEqual(self.respond(call_of("ping"), path="/bcfg2")[0], 200)
        self.assertEqual(self.respond(call_of("ping"), path="/bcfg2/RPC2")[0], 200)


class BodyTests(ResourceTestCase):
    """Bodies that are no request, or want to hurt."""

    def test_refused(self) -> None:
        """What is no XML-RPC call is a 500, and costs nothing."""
        bodies = [
            b"",
            b"no XML",
            b"<methodCall>",
            b"<methodCall/>",
            b"<methodCall><params/></methodCall>",
            b"<methodCall><methodName>ping</methodName><methodName>GetConfig</methodName>"
            b"</methodCall>",
            b"<methodResponse><params/></methodResponse>",
            b"<a>" * 33_000,
            b"<methodCall><methodName>GetConfig</methodName><params>"
            + b"<param><value>" + b"<array><data><value>" * 4_000,
            BILLION_LAUGHS,
            EXTERNAL,
            self.parameter(b"<int>x</int>"),
            self.parameter(b"<base64>abc</base64>"),
            self.parameter(b"<dateTime.iso8601>never</dateTime.iso8601>"),
            self.parameter(b"<boolean>7</boolean>"),
            self.parameter(b"<struct><member><name>a</name></member></struct>"),
            self.parameter(b"<unknown>7</unknown>"),
            b"\xff\xfe\x00",
        ]  # fmt: skip
        for body in bodies:
            self.assertEqual(self.respond(body)[0], 500, body[:200])
        self.assertEqual(self.core.called, [])
        self.assertEqual(len(self.log.lines), len(bodies))
        for line in self.log.lines:
            expected = "Unexpected dispatch error for 127.0.0.1: "
            self.assertTrue(line.startswith(expected), line)
            self.assertNotIn("Traceback", line)

    def parameter(self, value: bytes) -> bytes:
        """Return a request with one parameter, written by hand."""
        return (
            b"<methodCall><methodName>GetConfig</methodName><params><param><value>"
            + value
            + b"</value></param></params></methodCall>"
        )

    def test_texts(self) -> None:
        """UTF-8 bodies, escaped or not, and texts of any length come through whole."""
        text = "<a b='ü €'>&amp; \N{SNOWMAN} " + "x" * 80_000 + "</a>"
        self.rpc("GetConfig", text)
        escaped = text.encode("ascii", "xmlcharrefreplace").decode()
        name, parameters = read_call(call_of("GetConfig", escaped))
        self.assertEqual((name, parameters), ("GetConfig", (escaped,)))
        self.assertEqual(self.core.called[0][1], text)

    def test_values(self) -> None:
        """Everything that XML-RPC can carry arrives as Python has it."""
        values = [None, True, 3, 1.5, "text", b"bytes", [1, ["x"]], {"a": {"b": None}}]
        self.rpc("GetConfig", *values)
        self.assertEqual(list(self.core.called[0][1:]), values)


class MethodTests(ResourceTestCase):
    """Which function a name leads to, and with what."""

    def test_address(self) -> None:
        """Methods of the core get the caller's address first."""
        self.rpc("GetConfig", "a", 1)
        ((address, *parameters),) = self.core.called
        self.assertEqual((address[0], parameters), ("127.0.0.1", ["a", 1]))
        self.assertIs(address, self.core.authenticated[0][3])

    def test_plugin_calls(self) -> None:
        """Calls of plugins get what was sent, and no address."""
        self.assertEqual(self.rpc("Plugin.arguments", "a", 1), ["a", 1])
        self.assertEqual(self.rpc("Plugin.arguments"), [])

    def test_unknown(self) -> None:
        """Every other name is an unknown method, private and dotted ones included."""
        names = [
            "Nothing", "_run", "__init__", "__class__", "shutdown", "authenticate", "check_acls",
            "_resolve_exposed_method", "GetConfig.__call__", "Plugin.arguments.__self__", "Plugin.",
            ".GetConfig", "system.multicall", "system.", ".", "core.shutdown", "GetConfig ",
            "G\u0435tConfig",
        ]  # fmt: skip
        for name in names:
            self.assertEqual(self.fault(name), (-32601, f"Unknown method {name}"))
        self.assertEqual(self.core.called, [])
        self.assertEqual(self.core.call_statistics.figures(), {})

    def test_ping(self) -> None:
        """`ping` answers with its parameters."""
        self.assertEqual(self.rpc("ping"), [])
        self.assertEqual(self.rpc("ping", 1, ["a"], None), [1, ["a"], None])

    def test_introspection(self) -> None:
        """The usual introspection knows calls of plugins and what is not the core's own."""
        self.assertEqual(
            self.rpc("system.listMethods"),
            [
                "Plugin.arguments", "ping", "system.listMethods", "system.methodHelp",
                "system.methodSignature",
            ],
        )  # fmt: skip
        self.assertEqual(
            self.rpc("system.methodHelp", "Plugin.arguments"), "Return what it was called with."
        )
        self.assertEqual(self.rpc("system.methodHelp", "nothing"), "")
        self.assertEqual(self.rpc("system.methodSignature", "ping"), "signatures not supported")

    def test_measured(self) -> None:
        """Calls are measured under the method's name, also those that fail."""
        self.rpc("GetConfig")
        self.core.failures["GetConfig"] = ValueError("no")
        self.fault("GetConfig")
        self.assertEqual(self.core.call_statistics.figures()["GetConfig"][3], 2)

    def test_unmeasured(self) -> None:
        """A core that keeps its own statistics is served as well."""
        del self.core.call_statistics
        self.assertEqual(self.rpc("GetConfig"), True)


class FaultTests(ResourceTestCase):
    """What a failing method tells its caller, and the log (:ref:`wire-6`)."""

    def test_code(self) -> None:
        """An exception with a code of its own gives a fault of that code, and is not logged."""
        self.core.failures["GetConfig"] = QuietError(
            "Client metadata resolution error for web1: no group"
        )
        self.assertEqual(
            self.fault("GetConfig"),
            (-32500, "Critical failure: Client metadata resolution error for web1: no group"),
        )
        self.assertEqual(self.log.lines, [])

    def test_others(self) -> None:
        """Every other exception is fault 1 with its text; the traceback is for the log alone."""
        self.core.failures["GetConfig"] = ValueError("jürgen\x00 <b>")
        status, body, _ = self.respond(call_of("GetConfig"))
        self.assertEqual(status, 200)
        self.assertNotIn(b"Traceback", body)
        fault = self.assertRaises(xmlrpc.client.Fault, xmlrpc.client.loads, body)
        self.assertEqual(
            (fault.faultCode, unnamed(fault.faultString)),
            (1, "jürgen\N{REPLACEMENT CHARACTER} <b>"),
        )
        self.assertEqual(
            list(map(unnamed, self.log.lines)),
            ["GetConfig failed for 127.0.0.1: jürgen\x00 <b>\nTraceback"],
        )

    def test_named(self) -> None:
        """A fault and its line in the log name the call, each call by a name of its own."""
        self.core.failures["GetConfig"] = ValueError("out of paper")
        names = set()
        for _ in range(2):
            fault = self.assertRaises(xmlrpc.client.Fault, self.rpc, "GetConfig")
            name = fault.faultString.removeprefix("out of paper ")
            self.assertIn(
                f"GetConfig failed for 127.0.0.1: out of paper {name}", self.log.lines[-1]
            )
            names.add(name)
        self.assertEqual(len(names), 2)

    def test_counted(self) -> None:
        """Calls are counted by method and result; names that clients make up count together."""
        self.core.failures["GetConfig"] = ValueError("out of paper")
        self.rpc("ping")
        self.rpc("ping")
        self.fault("GetConfig")
        self.fault("GetConfigs")
        self.respond(call_of("ping"), basic("root", "wrong"))
        self.respond(call_of("forbidden"))
        self.pool.is_full = True
        self.respond(call_of("ping"))
        self.respond(call_of("x" * 50))
        counts = {(e["method"], e["result"]): e["count"] for e in self.resource.record.picture()}
        self.assertEqual(
            counts,
            {
                ("ping", "answered"): 2,
                ("GetConfig", "fault"): 1,
                ("other", "fault"): 1,
                ("ping", "denied"): 1,
                ("other", "denied"): 1,
                ("ping", "busy"): 1,
                ("other", "busy"): 1,
            },
        )
        self.assertEqual(self.resource.failed_logins.total, 1)

    def test_plugins_faults(self) -> None:
        """A fault that a method raises itself is passed on."""
        self.core.failures["GetConfig"] = xmlrpc.client.Fault(17, "of a plugin")
        self.assertEqual(self.fault("GetConfig"), (17, "of a plugin"))

    def test_parameter_count(self) -> None:
        """A wrong number of parameters is fault 1, which says so."""
        code, text = self.fault("system.methodHelp")
        self.assertEqual(code, 1)
        self.assertIn("missing 1 required positional argument", text)

    def test_look_up(self) -> None:
        """A core that fails to look a method up gives a fault, too."""
        self.patch(self.core, "_get_rmi", lambda: 1 / 0)
        self.assertEqual(self.fault("Plugin.arguments"), (1, "division by zero"))


class ResultTests(ResourceTestCase):
    """What results look like (:ref:`wire-4`)."""

    def result(self, value: Any) -> Any:
        """Return what a client makes of a result."""
        self.core.result = value
        return self.rpc("GetConfig")

    def test_kinds(self) -> None:
        """Results of all kinds that cores have come through."""
        for value in (
            None,
            True,
            False,
            0,
            -5,
            2**31 - 1,
            1.5,
            "",
            "text",
            [],
            [1, None],
            {"a": 1},
        ):
            self.assertEqual(self.result(value), value)
        self.assertEqual(self.result((1, "x")), [1, "x"])
        self.assertEqual(self.result({"b", "a"}), ["a", "b"])
        self.assertEqual(self.result([("a", "b")]), [["a", "b"]])
        self.assertEqual(self.result({"x": (0.5, 1)}), {"x": [0.5, 1]})

    def test_bytes(self) -> None:
        """The body is ASCII with character references, begins as usual, and says what it is."""
        self.core.result = "<Configuration a='ü€\U0001f40d'/>"
        status, body, headers = self.respond(call_of("GetConfig"))
        self.assertEqual(status, 200)
        self.assertTrue(body.startswith(b"<?xml version='1.0'?>\n<methodResponse>"))
        self.assertIn(b"&lt;Configuration a='&#252;&#8364;&#128013;'/&gt;", body)
        self.assertEqual(headers.getRawHeaders("Content-Type"), ["text/xml"])

    def test_impossible(self) -> None:
        """A result that XML-RPC or XML cannot hold is fault 1 with the reason."""
        cases = {
            "int exceeds XML-RPC limits": 2**31,
            "dictionary key must be string": {1: 2},
            "cannot marshal <class 'object'> objects": object(),
            "the result holds characters that XML cannot": "a\x01b",
        }
        for text, value in cases.items():
            self.core.result = value
            code, sentence = self.fault("GetConfig")
            self.assertEqual((code, sentence.partition(":")[2]), (1, text))
        for value in (["\x00"], {"\ufffe": 1}, "ü\x0b", "\ud800"):
            self.assertRaises(ValueError, write_result, value)


class ChannelTestCase(SynchronousTestCase):
    """Connections to a site of ours, byte by byte, with calls that a test releases."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.core = RecordingCore()
        self.pool = ManualPool(is_holding=True)
        self.log = CapturedLog(self)
        self.settings = Settings(max_body_bytes=100_000, max_queue=2)

    def connect(self, peer: Any = PEER, ready: Deferred[Any] | None = None) -> None:
        """Open a connection."""
        resource = CoreResource(ready or self.core, self.pool, self.settings)
        self.site = CoreSite(resource, self.settings, self.clock)
        self.open(peer)

    def open(self, peer: Any = PEER) -> None:
        """Open a further connection to the same site."""
        self.transport = StringTransport(peerAddress=peer)
        self.channel = self.site.buildProtocol(peer)
        self.channel.makeConnection(self.transport)

    def send(self, data: bytes) -> None:
        """Let the server read, and do what it wants to do next."""
        self.channel.dataReceived(data)
        self.clock.advance(0)

    def status(self) -> int:
        """Return the status of the only answer so far."""
        answer = self.transport.value()
        self.assertEqual(answer.count(b"HTTP/1."), 1, answer)
        return int(answer.split()[1])


class EarlyTests(ChannelTestCase):
    """Requests whose body takes its time."""

    def setUp(self) -> None:
        super().setUp()
        self.connect()
        self.body = call_of("GetConfig", "x" * 1000)

    def test_whole(self) -> None:
        """A request that came in one piece is one job; the connection can be used again."""
        self.send(post(self.body))
        self.assertEqual(self.pool.release(), "serve")
        self.assertEqual(self.status(), 200)
        header, _, body = self.transport.value().partition(b"\r\n\r\n")
        self.assertIn(b"\r\nContent-Length: %d" % len(body), header)
        self.assertNotIn(b"\r\nConnection: close", header)
        self.assertFalse(self.transport.disconnecting)

    def test_whole_refused(self) -> None:
        """The connection of a request that is refused is closed, and says so."""
        self.send(post(self.body, Authorization=None))
        self.pool.release()
        self.assertEqual(self.status(), 401)
        header, _, body = self.transport.value().partition(b"\r\n\r\n")
        self.assertIn(b"\r\nConnection: close", header)
        self.assertEqual(body, b"401 Unauthorized\n")
        self.assertTrue(self.transport.disconnecting)

    def test_admitted(self) -> None:
        """Credentials are checked before the body is read, and only once."""
        request = post(self.body)
        self.send(request[:-900])
        self.assertEqual(self.transport.producerState, "paused")
        self.assertEqual(self.pool.release(), "authenticate")
        self.assertEqual(self.transport.producerState, "producing")
        self.send(request[-900:-500])
        self.send(request[-500:])
        self.assertEqual(self.pool.release(), "answer")
        self.assertEqual(self.status(), 200)
        self.assertEqual(len(self.core.authenticated), 1)
        self.assertIs(self.core.called[0][0], self.core.authenticated[0][3])

    def test_refused(self) -> None:
        """Wrong credentials are answered before the body is there; what comes of it is dropped."""
        request = post(self.body, Authorization=basic("root", "wrong"))
        self.send(request[:-900])
        self.assertEqual(self.transport.value(), b"")
        self.pool.release()
        self.assertEqual(self.status(), 401)
        self.assertTrue(self.transport.disconnecting)
        self.assertEqual(self.transport.producerState, "producing")
        self.send(request[-900:] + post(self.body))
        self.assertEqual(self.status(), 401)
        self.assertEqual(self.core.called, [])

    def test_too_large(self) -> None:
        """A body that is announced as too large is refused before it comes."""
        self.send(post(b"", Content_Length="100001"))
        self.assertEqual(self.status(), 413)
        self.assertTrue(self.transport.disconnecting)
        self.send(b"x" * 100_001)
        self.assertEqual(self.status(), 413)

    def test_chunked(self) -> None:
        """A body of unannounced length is refused, in one piece with its header or not."""
        request = post(b"4\r\nabcd\r\n0\r\n\r\n", Content_Length=None, Transfer_Encoding="chunked")
        self.send(request)
        self.assertEqual(self.status(), 411)
        self.open()
        self.send(request[:-15])
        self.send(request[-15:])
        self.assertEqual(self.status(), 411)

    def test_no_length(self) -> None:
        """A request without a length has no body, and so is no call; it costs no thread."""
        self.send(post(b"", Content_Length=None))
        self.assertEqual(self.status(), 411)
        self.assertEqual(self.pool.waiting, 0)

    def test_encoded(self) -> None:
        """A compressed body is refused before it comes, with what would be taken."""
        self.send(post(b"x" * 100, Content_Encoding="gzip")[:-50])
        self.assertEqual(self.status(), 415)
        self.assertIn(b"\r\nAccept-Encoding: identity", self.transport.value())
        self.send(b"x" * 50)
        self.assertEqual((self.status(), self.pool.waiting), (415, 0))
        self.open()
        self.send(post(b"", Content_Encoding="gzip"))
        self.pool.release()
        self.assertEqual(self.status(), 500)

    def test_paths(self) -> None:
        """A site of ours serves `/` and `/RPC2`, as a proxy writes them too, and nothing else."""
        cases = {
            b"/": 200, b"/RPC2": 200, b"/RPC2?x": 200, b"https://[::1]:6789/RPC2": 200,
            b"http://x": 200, b"/RPC2/": 404, b"/rpc2": 404, b"//RPC2": 404, b"/a/../RPC2": 404,
            b"/%52PC2": 404, b"x:y": 404, b"http://[/x": 404,
        }  # fmt: skip
        for target, expected in cases.items():
            self.open()
            self.send(post(self.body).replace(b"/RPC2", target, 1))
            if expected == 200:
                self.pool.release()
            self.assertEqual((self.status(), self.pool.waiting), (expected, 0), target)

    def test_other_paths(self) -> None:
        """Other paths are served where bcfg2.conf says so."""
        for paths, status in ((("/bcfg2",), 200), (("*",), 200), (("/other",), 404)):
            self.settings = Settings(paths=paths)
            self.connect()
            self.send(post(self.body).replace(b"/RPC2", b"/bcfg2", 1))
            self.pool.release() if status == 200 else None
            self.assertEqual(self.status(), status)

    def test_path_of_slow_body(self) -> None:
        """A body that takes its time costs wrong credentials their answer, whatever its path."""
        request = post(self.body).replace(b"/RPC2", b"/other", 1)
        self.send(request[:-900])
        self.assertEqual(self.pool.release(), "authenticate")
        self.send(request[-900:])
        self.assertEqual((self.status(), self.pool.waiting), (404, 0))

    def test_expect(self) -> None:
        """A client that waits for a go-ahead gets it, unless it is refused."""
        self.send(post(b"", Content_Length="100", Expect="100-continue"))
        self.assertIn(b"HTTP/1.1 100 Continue", self.transport.value())
        self.open()
        self.send(post(b"", Content_Length="100001", Expect="100-continue"))
        self.assertEqual(self.status(), 413)

    def test_left_before_check(self) -> None:
        """Who leaves right behind the header is not looked at any more."""
        self.channel.dataReceived(post(self.body)[:-900])
        self.channel.connectionLost()
        self.clock.advance(0)
        self.assertRaises(IndexError, self.pool.release)

    def test_left_during_check(self) -> None:
        """Who leaves before the credentials were checked is not looked at any more."""
        for user in ("root", "broken"):
            self.open()
            self.send(post(self.body, Authorization=basic(user))[:-900])
            self.channel.connectionLost()
            self.assertRaises(IndexError, self.pool.release)
            self.assertEqual(self.transport.value(), b"")
        self.assertEqual(self.core.authenticated, [])

    def test_star(self) -> None:
        """A request for `*` is one like any other."""
        self.send(post(self.body).replace(b"POST /RPC2", b"OPTIONS *"))
        self.pool.release()
        self.assertEqual(self.status(), 405)


class LifeTests(ChannelTestCase):
    """Clients that leave, servers that start or are full."""

    def test_left(self) -> None:
        """The call of a client that has left before it began is not made."""
        self.connect()
        self.send(post(call_of("GetConfig")))
        self.channel.connectionLost()
        self.assertRaises(IndexError, self.pool.release)
        self.assertEqual(self.transport.value(), b"")
        self.assertEqual(self.core.called, [])

    def test_turns(self) -> None:
        """The pool learns whose turn a call is, and what kind of call it is."""
        self.connect()
        self.send(post(call_of("GetConfig")))
        self.open(IPv6Address("TCP", "2001:db8::7", 40000))
        self.send(post(call_of("ping")))
        build, ping = self.pool.turns
        self.assertEqual((build.address, build.is_quick), ("192.0.2.7", False))
        self.assertEqual((ping.address, ping.is_quick), ("2001:db8::/64", True))

    def test_given_up(self) -> None:
        """A client whose call takes too long gets a fault with the place; the log names it."""
        self.connect()
        reason = "given up after 75 seconds in Cfg: /srv/bcfg2/Cfg/etc/motd/motd.genshi:7"
        self.pool.failure = TookTooLong(reason)
        self.send(post(call_of("GetConfig")))
        self.assertEqual(self.status(), 200)
        body = self.transport.value().partition(b"\r\n\r\n")[2]
        fault = self.assertRaises(xmlrpc.client.Fault, xmlrpc.client.loads, body)
        self.assertEqual(
            (fault.faultCode, unnamed(fault.faultString)),
            (-32500, f"Critical failure: the call was {reason}"),
        )
        self.assertEqual(unnamed(self.log.lines[-1]), f"GetConfig of 192.0.2.7 was {reason}")

    def test_look_up(self) -> None:
        """What a login needs to be looked up keeps no thread; then the call is made."""
        looked_up: list[str] = []

        def authenticate(*arguments: Any) -> bool:
            if not looked_up:
                raise LookUpNeeded("192.0.2.7", partial(looked_up.append, "192.0.2.7"))
            return True

        self.patch(self.core, "authenticate", authenticate)
        self.connect()
        self.send(post(call_of("GetConfig")))
        self.assertEqual([self.pool.release() for _ in range(3)], ["serve", "append", "serve"])
        self.assertEqual((self.status(), looked_up), (200, ["192.0.2.7"]))

    def test_no_look_up(self) -> None:
        """Where the name service does not answer, the client is told to come back."""

        def authenticate(*arguments: Any) -> bool:
            raise LookUpNeeded("192.0.2.7", int)

        self.patch(self.core, "authenticate", authenticate)
        self.connect()
        self.send(post(call_of("GetConfig", "x" * 1000))[:-900])
        for _ in range(2 * MAX_LOOK_UPS):
            self.assertEqual(self.transport.value(), b"")
            self.pool.release()
        self.assertEqual(self.status(), 503)

    def test_left_during_look_up(self) -> None:
        """Nothing more is done for a client that leaves meanwhile."""

        def authenticate(*arguments: Any) -> bool:
            raise LookUpNeeded("192.0.2.7", int)

        self.patch(self.core, "authenticate", authenticate)
        self.connect()
        self.send(post(call_of("GetConfig")))
        self.pool.release()
        self.channel.connectionLost()
        self.assertRaises(IndexError, self.pool.release)

    def test_check_given_up(self) -> None:
        """Where it cannot be found out in time whether credentials are good, that is a 503."""
        self.connect()
        self.pool.failure = TookTooLong("given up after 75 seconds")
        self.send(post(call_of("GetConfig", "x" * 1000))[:-900])
        self.assertEqual(self.status(), 503)

    def test_not_ready(self) -> None:
        """Requests wait until the core has started."""
        ready: Deferred[Any] = Deferred()
        self.connect(ready=ready)
        self.send(post(call_of("GetConfig")))
        self.assertRaises(IndexError, self.pool.release)
        ready.callback(self.core)
        self.pool.release()
        self.assertEqual(self.status(), 200)
        self.open()
        self.send(post(call_of("GetConfig")))
        self.pool.release()
        self.assertEqual(self.status(), 200)

    def test_not_ready_many(self) -> None:
        """No more requests wait for the start than may wait for a thread."""
        self.connect(ready=Deferred())
        for _ in range(2):
            self.open()
            self.send(post(call_of("GetConfig")))
            self.assertEqual(self.transport.value(), b"")
        self.open()
        self.send(post(call_of("GetConfig")))
        self.assertEqual(self.status(), 503)

    def test_never_ready(self) -> None:
        """Where the core cannot start, those that wait are told to come back."""
        ready: Deferred[Any] = Deferred()
        self.connect(ready=ready)
        self.send(post(call_of("GetConfig")))
        ready.errback(ValueError("no repository"))
        self.assertEqual(self.status(), 503)
        self.failureResultOf(ready, ValueError)

    def test_left_while_waiting(self) -> None:
        """Who leaves before the core has started costs it nothing."""
        ready: Deferred[Any] = Deferred()
        self.connect(ready=ready)
        self.send(post(call_of("GetConfig")))
        self.channel.connectionLost()
        ready.callback(self.core)
        self.assertRaises(IndexError, self.pool.release)

    def test_full(self) -> None:
        """Where too many calls wait, a request is told to come back, with or without its body."""
        self.connect()
        self.pool.is_full = True
        self.send(post(call_of("GetConfig")))
        self.assertEqual(self.status(), 503)
        self.assertIn(b"\r\nRetry-After: 5\r\n", self.transport.value())
        self.open()
        self.send(post(call_of("GetConfig"))[:-10])
        self.assertEqual(self.status(), 503)

    def test_defect(self) -> None:
        """A defect of this server is a 500 without a word about it, and in the log."""
        self.connect()
        self.site.resource._dispatcher.serve = lambda *_: 1 / 0
        self.send(post(call_of("GetConfig")))
        self.pool.release()
        self.assertEqual(self.status(), 500)
        self.assertNotIn(b"division", self.transport.value())
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_ipv6(self) -> None:
        """The address of a client that comes by IPv6 has four parts (:ref:`wire-5`)."""
        self.connect(IPv6Address("TCP", "2001:db8::7", 40000, 0, 3))
        self.send(post(call_of("GetConfig")))
        self.pool.release()
        self.assertEqual(tuple(self.core.called[0][0]), ("2001:db8::7", 40000, 0, 3))


class CertificateTests(ChannelTestCase):
    """Clients with a certificate."""

    def test_no_header(self) -> None:
        """A certificate is shown to the core even where there is no Authorization header."""
        certificate, _ = an_authority(self).issue("web1.example.test")
        self.connect()
        self.transport.getPeerCertificate = lambda: _loaded(certificate)  # type: ignore[attr-defined]
        self.send(post(call_of("GetConfig"), Authorization=None))
        self.pool.release()
        self.assertEqual(self.status(), 200)
        ((subject, user, password, _),) = self.core.authenticated
        self.assertEqual(subject, {"subject": ((("commonName", "web1.example.test"),),)})
        self.assertEqual((user, password), ("root", ""))

    def test_wrong_header(self) -> None:
        """A header that cannot be read is refused, certificate or not."""
        for value in ("Basic !", "Basic " + base64.b64encode(b"root").decode()):
            self.connect()
            self.send(post(call_of("GetConfig"), Authorization=value))
            self.pool.release()
            self.assertEqual(self.status(), 401)
        self.assertEqual(self.core.authenticated, [])


def _loaded(path: Path) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_PEM, path.read_bytes())
