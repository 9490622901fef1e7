"""One request from credentials to answer, without a reactor."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import Any, NoReturn

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls import dispatch
from bcfg2tw.calls.dispatch import Dispatcher, Peer
from bcfg2tw.calls.parameters import excess_of
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.errors import CriticalError, NoExposedMethod, NotServing, PluginExecutionError
from tests.builders import a_core, address
from tests.doubles import RecordingCore
from tests.logs import CapturedLog
from tests.network import PASSWORD, basic, call_of

SUBJECT = {"subject": ((("commonName", "client.example.test"),),)}


class Chosen(Exception):
    """An error that says how it is to be told."""

    def __init__(self, text: str, fault_code: Any = None, log: bool = True) -> None:
        super().__init__(text)
        self.fault_code = fault_code
        self.log = log


def _fail(error: Exception, *arguments: object) -> NoReturn:
    raise error


class DispatchTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.core = RecordingCore()
        self.dispatcher = Dispatcher(self.core)

    def peer(
        self, authorization: str | None = basic(), certificate: Mapping[str, Any] | None = None
    ) -> Peer:
        """Return who asks."""
        header = None if authorization is None else authorization.encode()
        cert: Any = certificate
        return Peer(ClientAddress(("192.0.2.1", 40000)), cert, header)

    def serve(self, name: str, *parameters: Any, verb: bytes = b"POST") -> tuple[int, bytes]:
        """Return status and body of the answer to a call."""
        answer = self.dispatcher.serve(self.peer(), verb, BytesIO(call_of(name, *parameters)))
        return answer.status, answer.body

    def result(self, name: str, *parameters: Any) -> Any:
        """Return the result of a call."""
        status, body = self.serve(name, *parameters)
        self.assertEqual(status, 200)
        return xmlrpc.client.loads(body)[0][0]

    def fault(self, name: str, *parameters: Any) -> tuple[int, str]:
        """Return the fault of a call."""
        fault = self.assertRaises(xmlrpc.client.Fault, self.result, name, *parameters)
        return fault.faultCode, fault.faultString


class AuthenticateTests(DispatchTestCase):
    def refused(self, peer: Peer) -> list[str]:
        """See that a peer is refused for its credentials; return what is logged."""
        self.assertTrue(
            self.dispatcher.serve(peer, b"POST", BytesIO(call_of("ping"))).is_failed_login
        )
        log = CapturedLog(self)
        self.assertFalse(self.dispatcher.authenticate(peer))
        return log.lines

    def test_admitted(self) -> None:
        """Whom the core lets in is let in."""
        self.assertTrue(self.dispatcher.authenticate(self.peer()))
        self.assertTrue(self.dispatcher.authenticate(self.peer(basic("u", "x"), SUBJECT)))
        (_, user, password, _), _ = self.core.authenticated
        self.assertEqual((user, password), ("root", PASSWORD))

    def test_certificate_alone(self) -> None:
        """With a certificate and no credentials the core decides as for root without a password."""
        self.assertTrue(self.dispatcher.authenticate(self.peer(None, SUBJECT)))
        ((certificate, user, password, _),) = self.core.authenticated
        self.assertEqual((certificate, user, password), (SUBJECT, "root", ""))

    def test_wrong(self) -> None:
        """Whom the core refuses is refused, without a word: the core has said why."""
        self.assertEqual(self.refused(self.peer(basic("root", "wrong"))), [])

    def test_unusable(self) -> None:
        """Credentials that cannot be read are refused, with the reason, and reach no core."""
        for authorization, reason in (
            (None, ""),
            ("Basic", ""),
            ("Digest x", ""),
            ("Basic !", "the Authorization header cannot be decoded"),
            ("Basic dXNlcg==", "the Authorization header has no password"),
        ):
            (line,) = self.refused(self.peer(authorization))
            self.assertTrue(line.startswith("Authentication failure from 192.0.2.1: "), line)
            self.assertIn(reason, line)
        self.assertEqual(self.core.authenticated, [])

    def test_defect(self) -> None:
        """A core that stumbles lets nobody in; the log has the traceback."""
        self.assertEqual(
            self.refused(self.peer(basic("broken"))),
            ["Unexpected authentication failure from 192.0.2.1\nTraceback"],
        )


class OrderTests(DispatchTestCase):
    """A request that is refused goes no further than where it is."""

    def test_no_failed_login(self) -> None:
        """What the ACL refuses has the status of a failed login, and is none."""
        answer = self.dispatcher.serve(self.peer(), b"POST", BytesIO(call_of("forbidden")))
        self.assertEqual((answer.status, answer.is_failed_login), (401, False))

    def test_not_admitted(self) -> None:
        """Who is not let in learns nothing else, and his body is not read."""
        peer = self.peer(basic("root", "wrong"))
        for verb, body in ((b"POST", b"no XML"), (b"DELETE", call_of("ping"))):
            answer = self.dispatcher.serve(peer, verb, BytesIO(body))
            self.assertEqual((answer.status, answer.body), (401, b""))

    def test_verb(self) -> None:
        """Only POST is a call."""
        self.assertEqual(self.serve("GetConfig", verb=b"PUT"), (405, b""))
        self.assertEqual(self.core.called, [])

    def test_unreadable(self) -> None:
        """A body that is no call is named in the log with its sender."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            answer = self.dispatcher.answer(self.peer(), b"POST", BytesIO(b"<methodCall/>"))
        self.assertEqual((answer.status, answer.body), (500, b""))
        self.assertTrue(
            logs.records[0].getMessage().startswith("Unexpected dispatch error for 192.0.2.1: ")
        )

    def test_forbidden(self) -> None:
        """A method that may not be called is refused, whether it exists or not."""
        self.assertEqual(self.serve("forbidden"), (401, b""))

    def test_metadata_for_acl(self) -> None:
        """A client whose metadata cannot be built is told so where the ACL needs them."""
        lost = CriticalError("clients.xml:2: profile a is no group")
        self.patch(self.core, "check_acls", partial(_fail, lost))
        status, body = self.serve("GetConfig")
        self.assertEqual(status, 200)
        self.assertIn(b"<int>-32500</int>", body)
        self.assertIn(b"clients.xml:2: profile a is no group", body)

    def test_no_rules(self) -> None:
        """Where the rules cannot be told nobody is refused or let in: it is 503."""
        self.patch(self.core, "check_acls", partial(_fail, NotServing("ip.xml:2: broken")))
        self.assertRaises(NotServing, self.serve, "GetConfig")

    def test_no_memory(self) -> None:
        """Where there is no memory for a step of a call nobody is refused: it is 503."""
        for step in ("check_acls", "authenticate"):
            self.patch(self.core, step, partial(_fail, MemoryError()))
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                error = self.assertRaises(NotServing, self.serve, "GetConfig")
            self.assertIn("there is no memory left for an answer: raise", str(error))
            self.assertEqual(len(logs.output), 1)
            self.assertIn(f"A client is told to come back: {error}", logs.output[0])

    def test_no_memory_for_request(self) -> None:
        """So it is where there is none to read the request, whatever it is."""
        self.patch(dispatch, "read_call", partial(_fail, MemoryError()))
        self.assertRaises(NotServing, self.serve, "GetConfig")

    def test_undecided(self) -> None:
        """A check that fails is an error, not a permission."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(self.serve("undecided"), (500, b""))
        self.assertEqual(
            logs.records[0].getMessage(),
            "ACL check of 'undecided' for 192.0.2.1 failed: the rule cannot be understood",
        )


class CallTests(DispatchTestCase):
    def test_address(self) -> None:
        """The core's own methods get the address that was authenticated; plugins' do not."""
        self.assertEqual(self.result("GetConfig", "x"), True)
        ((given, parameter),) = self.core.called
        self.assertIs(given, self.core.authenticated[0][3])
        self.assertEqual(parameter, "x")
        self.assertEqual(self.result("Plugin.arguments", "x"), ["x"])

    def test_introspection(self) -> None:
        """The server's own methods are listed with those of plugins, and described."""
        self.assertEqual(self.result("system.methodHelp", "ping"), "Return the parameters.")
        self.assertEqual(self.result("system.methodHelp", "GetConfig"), "")
        self.assertIn("Plugin.arguments", self.result("system.listMethods"))
        code, text = self.fault("system.methodHelp", 7)
        self.assertEqual((code, text), (1, "the name of a method is a string, not 7"))

    def test_unknown(self) -> None:
        """A method that the core does not know is a fault of its own code."""
        self.assertEqual(self.fault("Nothing"), (-32601, "Unknown method Nothing"))
        self.assertEqual(self.fault("Plugin.nothing"), (-32601, "Unknown method Plugin.nothing"))

    def test_failing_look_up(self) -> None:
        """A core that fails to look a method up gives a fault, like one that fails in it."""

        def fail(name: str) -> Callable[..., Any]:
            raise KeyError(name)

        self.patch(self.core, "_resolve_exposed_method", fail)
        with self.assertLogs("bcfg2-server", "ERROR"):
            self.assertEqual(self.fault("GetConfig"), (1, "'GetConfig'"))

    def test_unknown_inside(self) -> None:
        """A method that itself fails to find another one does not become unknown by that."""
        self.core.failures["GetConfig"] = NoExposedMethod("other")
        with self.assertLogs("bcfg2-server", "ERROR"):
            self.assertEqual(self.fault("GetConfig"), (1, "other"))

    def test_measured(self) -> None:
        """Calls are measured by the names that were called, failed ones as well."""
        self.result("ping")
        self.core.failures["GetConfig"] = CriticalError("no")
        self.fault("GetConfig")
        self.fault("Unknown")
        figures = self.core.call_statistics.figures()
        self.assertEqual({name: figures[name][3] for name in figures}, {"ping": 1, "GetConfig": 1})

    def test_whole_core(self) -> None:
        """A core of the engine is served as it is."""
        core = a_core(self, {"Bundler/b.xml": "<Bundle><BoundService name='s'/></Bundle>"})
        dispatcher = Dispatcher(core)
        peer = Peer(address(), None, basic("root", "foobat").encode())
        answer = dispatcher.serve(peer, b"POST", BytesIO(call_of("GetConfig")))
        ((document,), _) = xmlrpc.client.loads(answer.body)
        self.assertIn('<Service name="s"', str(document))


class FaultTests(DispatchTestCase):
    """What callers and the log are told of failures."""

    def told(self, failure: Exception) -> tuple[int, str, list[str]]:
        """Return code, text and log of a call that fails."""
        self.core.failures["GetConfig"] = failure
        log = CapturedLog(self)
        return (*self.fault("GetConfig"), log.lines)

    def test_of_ours(self) -> None:
        """An error that says what is wrong is logged in one line."""
        self.assertEqual(
            self.told(PluginExecutionError("no such file")),
            (1, "no such file", ["GetConfig failed for 192.0.2.1: no such file"]),
        )

    def test_defect(self) -> None:
        """Any other one is logged with its traceback, also a TypeError from inside a method."""
        for failure in (ZeroDivisionError("zero"), TypeError("zero")):
            self.assertEqual(
                self.told(failure),
                (1, "zero", ["GetConfig failed for 192.0.2.1: zero\nTraceback"]),
            )

    def test_parameters(self) -> None:
        """A wrong number of parameters is the caller's fault, in one line."""
        log = CapturedLog(self)
        code, text = self.fault("system.methodSignature")
        self.assertEqual(code, 1)
        self.assertIn("missing 1 required positional argument: 'name'", text)
        self.assertEqual(log.lines, [f"system.methodSignature failed for 192.0.2.1: {text}"])

    def test_too_many(self) -> None:
        """Too many parameters are told without what the server adds to them."""
        log = CapturedLog(self)
        text = "system.methodHelp takes 1 argument, 2 were given"
        self.assertEqual(self.fault("system.methodHelp", "a", "b"), (1, text))
        self.assertEqual(log.lines, [f"system.methodHelp failed for 192.0.2.1: {text}"])
        core = a_core(self, {})
        for method, given, expected in (
            (core.GetConfig, 2, "m takes no argument, 2 were given"),
            (core.DeclareVersion, 1, ""),
            (core.DeclareVersion, 2, "m takes 1 argument, 2 were given"),
            (core.expire_metadata_cache, 3, "m takes at most 1 argument, 3 were given"),
        ):
            self.assertEqual(excess_of("m", method, ("address", *range(given))), expected)

    def test_chosen(self) -> None:
        """An error may choose its code, and that it is not logged; a code is a number."""
        self.assertEqual(
            self.told(Chosen("a", 42)), (42, "a", ["GetConfig failed for 192.0.2.1: a"])
        )
        self.assertEqual(self.told(Chosen("b", 42, log=False)), (42, "b", []))
        self.assertEqual(self.told(Chosen("c", "x"))[:2], (1, "c"))

    def test_of_the_method(self) -> None:
        """A fault that a method raises is its answer."""
        code, text, _ = self.told(xmlrpc.client.Fault(7, "seven"))
        self.assertEqual((code, text), (7, "seven"))

    def test_unsendable(self) -> None:
        """A result that cannot be sent is a fault that names the kind of the error."""
        for result, text in (
            (object(), "TypeError:cannot marshal <class 'object'> objects"),
            (2**40, "OverflowError:int exceeds XML-RPC limits"),
            ("a\x00", "ValueError:the result holds characters that XML cannot"),
        ):
            self.core.result = result
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                self.assertEqual(self.fault("GetConfig"), (1, text))
            self.assertEqual(
                logs.records[0].getMessage(),
                f"The result of GetConfig cannot be sent: {text.partition(':')[2]}",
            )
