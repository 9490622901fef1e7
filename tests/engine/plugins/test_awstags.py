"""AWSTags: tags of EC2 instances, from an endpoint on this machine that answers as EC2 does."""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.registry import plugin_classes
from bcfg2tw.engine.plugins import awstags
from bcfg2tw.errors import PluginExecutionError
from tests.builders import CLIENT, a_core, change, configuration

ANSWER = (
    '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
    "<requestId>r</requestId><reservationSet>{}</reservationSet></DescribeInstancesResponse>"
)
INSTANCE = (
    "<item><reservationId>r-1</reservationId><instancesSet><item><instanceId>i-1</instanceId>"
    "<privateDnsName>{}</privateDnsName><tagSet>{}</tagSet></item></instancesSet></item>"
)
REFUSAL = (
    "<Response><Errors><Error><Code>AuthFailure</Code><Message>who are you</Message></Error>"
    "</Errors><RequestID>r</RequestID></Response>"
)


class EC2(ThreadingHTTPServer):
    """
    Answers DescribeInstances.

    :ivar instances: private DNS name to tags
    :ivar asked: the names that were asked for
    :ivar failure: "refuse" or "hang"
    """

    daemon_threads = True

    def __init__(self, instances: dict[str, dict[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.instances = instances
        self.asked: list[str] = []
        self.failure = ""
        self.ended = threading.Event()

    def answer(self, name: str) -> str:
        """Return the document for a name, `*` in it standing for anything as with EC2."""
        self.asked.append(name)
        found = [one for one in self.instances if name in ("*", one)]
        return ANSWER.format("".join(INSTANCE.format(one, self.tags(one)) for one in found))

    def tags(self, name: str) -> str:
        """Return the elements for the tags of an instance."""
        return "".join(
            f"<item><key>{escape(key)}</key><value>{escape(value)}</value></item>"
            for key, value in self.instances[name].items()
        )

    def stop(self) -> None:
        """End it."""
        self.ended.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: EC2

    def do_POST(self) -> None:
        """Answer."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.server.failure == "hang":
            self.server.asked.append("?")
            self.server.ended.wait(20)
            return
        refuses = self.server.failure == "refuse"
        body = REFUSAL if refuses else self.server.answer(form["Filter.1.Value.1"][0])
        self.send_response(401 if refuses else 200)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing on the terminal of the tests."""


class AWSTagsTests(SynchronousTestCase):
    def setUp(self) -> None:
        """Start the endpoint."""
        self.ec2 = EC2({CLIENT: {"Role": "web", "Stage-2": "test", "Stage-3": "live"}})
        thread = threading.Thread(target=self.ec2.serve_forever, args=(0.05,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.ec2.stop)

    def core(self, config: str | None = None, **settings: Any) -> NetworkCore:
        """Return a core that asks the endpoint."""
        values = {
            "awstags_access_key_id": "key",
            "awstags_secret_access_key": "secret",
            "awstags_endpoint": f"http://127.0.0.1:{self.ec2.server_port}",
            **settings,
        }
        files = {"AWSTags/README": ""} if config is None else {"AWSTags/config.xml": config}
        return a_core(self, files, **values)

    def groups(self, core: NetworkCore) -> set[str]:
        """Return the client's groups, but for its profile."""
        return core.build_metadata(CLIENT).groups - {"all"}

    def tags(self, core: NetworkCore) -> dict[str, str]:
        """Return what templates see."""
        found: dict[str, str] = core.build_metadata(CLIENT).AWSTags  # type: ignore[attr-defined]
        return found

    def refusal(self, core: NetworkCore) -> str:
        """Return why the client's metadata cannot be built."""
        return str(self.assertRaises(PluginExecutionError, core.build_metadata, CLIENT))

    def test_tags(self) -> None:
        """The tags of the instance with the client's name are there for templates."""
        core = self.core()
        self.assertEqual(self.tags(core), self.ec2.instances[CLIENT])
        self.assertEqual(self.ec2.asked, [CLIENT])

    def test_no_instance(self) -> None:
        """A client that is no instance has no tags, even if its name is a pattern for EC2."""
        self.ec2.instances = {"other": {"a": "b"}}
        self.assertEqual(self.tags(self.core()), {})
        star = '<Clients><Client name="*" profile="all"/></Clients>'
        core = self.core()
        change(core, {"Metadata/clients.xml": star})
        self.assertEqual(core.build_metadata("*").AWSTags, {})  # type: ignore[attr-defined]

    def test_groups(self) -> None:
        """Name and value are searched; captures are the value's if there is one to match."""
        core = self.core(
            "<AWSTags>"
            '<Tag name="^Role$"><Group>has-role</Group></Tag>'
            '<Tag name="Role" value="(w)(x)?e"><Group>$1-$2-$1</Group><Group>plain</Group></Tag>'
            '<Tag name="R(o)le"><Group>name-$1</Group></Tag>'
            '<Tag name="Role" value="mail"><Group>no</Group></Tag>'
            '<Tag name="nothing"><Group>no</Group></Tag></AWSTags>'
        )
        self.assertEqual(self.groups(core), {"has-role", "w--w", "plain", "name-o"})

    def test_first_tag(self) -> None:
        """Only the first tag whose name matches counts, whatever its value."""
        core = self.core(
            '<AWSTags><Tag name="Stage" value="live"><Group>live</Group></Tag>'
            '<Tag name="Stage-(.)"><Group>stage-$1</Group></Tag></AWSTags>'
        )
        self.assertEqual(self.groups(core), {"stage-2"})

    def test_kept(self) -> None:
        """Tags are kept until the client's next run starts, or until they are expired."""
        core = self.core()
        for _ in range(3):
            self.tags(core)
        self.assertEqual(len(self.ec2.asked), 1)
        configuration(core)
        self.tags(core)
        self.assertEqual(len(self.ec2.asked), 2)
        core._get_rmi()["AWSTags.expire_cache"](CLIENT)
        self.tags(core)
        core._get_rmi()["AWSTags.expire_cache"]()
        self.tags(core)
        change(core, {"AWSTags/config.xml": "<AWSTags/>"})
        self.tags(core)
        self.assertEqual(len(self.ec2.asked), 4)

    def test_kept_metadata(self) -> None:
        """Where metadata are cached, expiring the tags expires them as well."""
        core = self.core(client_metadata_cache="aggressive")
        self.tags(core)
        self.ec2.instances[CLIENT] = {"new": "1"}
        configuration(core)
        self.assertEqual(self.tags(core), {"new": "1"})

    def test_not_kept(self) -> None:
        """Without the cache each request asks once."""
        core = self.core('<AWSTags><Tag name="."/></AWSTags>', awstags_cache=False)
        self.tags(core)
        self.tags(core)
        self.assertEqual(len(self.ec2.asked), 2)

    def test_refused(self) -> None:
        """Without an answer the client gets no configuration rather than a wrong one."""
        self.ec2.failure = "refuse"
        refusal = self.refusal(self.core())
        self.assertIn(f"AWSTags: no tags of {CLIENT}: AWS cannot be asked: ", refusal)
        self.assertIn("AuthFailure", refusal)

    def test_hangs(self) -> None:
        """An endpoint that does not answer costs a bounded time, and the next calls nothing."""
        self.ec2.failure = "hang"
        core = self.core(awstags_timeout_seconds=1)
        started = time.monotonic()
        self.refusal(core)
        self.assertLess(time.monotonic() - started, 6)
        asked, started = len(self.ec2.asked), time.monotonic()
        for _ in range(5):
            self.refusal(core)
        self.assertLess(time.monotonic() - started, 1)
        self.assertEqual(len(self.ec2.asked), asked)

    def test_recovers(self) -> None:
        """After the pause AWS is asked again."""
        self.ec2.failure = "refuse"
        self.patch(awstags, "PAUSE_SECONDS", 0.0)
        core = self.core()
        self.refusal(core)
        self.ec2.failure = ""
        self.assertEqual(self.tags(core)["Role"], "web")

    def test_broken(self) -> None:
        """A config.xml that cannot be understood keeps its last good state, if it had one."""
        good = '<AWSTags><Tag name="."><Group>g</Group></Tag></AWSTags>'
        core = self.core(good)
        for bad, reason in (
            ('<AWSTags>\n<Tag name="("/></AWSTags>', "name='(' is no regular expression"),
            ("<AWSTags>\n<Tag/></AWSTags>", "a Tag needs the attribute name"),
        ):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                change(core, {"AWSTags/config.xml": bad})
            self.assertIn(f"AWSTags/config.xml:2: {reason}", logs.output[0])
            self.assertEqual(self.groups(core), {"g"})
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = self.core("<AWSTags>\n<Tag/></AWSTags>")
        self.assertIn("config.xml:2: a Tag needs", self.refusal(core))


class ExtraTests(SynchronousTestCase):
    def test_missing(self) -> None:
        """Without boto3 the log names the extra to install."""
        loaded = dict(sys.modules)
        self.addCleanup(sys.modules.update, loaded)
        sys.modules["boto3"] = None  # type: ignore[assignment]  # this is how imports are refused
        del sys.modules[awstags.__name__]
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(plugin_classes(["AWSTags"]), [])
        self.assertIn(
            "Plugin AWSTags cannot be used: it needs the Python package boto3", logs.output[0]
        )
        self.assertIn("install bcfg2tw[awstags]", logs.output[0])
