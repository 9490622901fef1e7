"""The listener for administrators: what it tells whom, and within which bounds."""

from __future__ import annotations

import importlib
import json
import os
import socket
import stat
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from bcfg2tw.admin.listener import CONNECTIONS, AdminService
from bcfg2tw.admin.processes import OneProcess
from bcfg2tw.errors import CoreInitError, NotServing, SettingsError
from bcfg2tw.service import coreService
from bcfg2tw.serving import administration
from bcfg2tw.settings import Settings
from bcfg2tw.settings.admin_address import AdminAddress, admin_address
from tests.admin.asking import ask
from tests.doubles import Hold
from tests.network import free_port
from tests.serving.test_core_service import ServiceTestCase

TOKEN = "0123456789abcdef"


class AdminTestCase(ServiceTestCase):
    """A service with a listener on a port of loopback."""

    def setUp(self) -> None:
        self.address = AdminAddress(port=free_port(self))
        super().setUp()

    def some_settings(self, **settings: Any) -> Settings:
        """Return settings of a server that listens for administrators as well."""
        return super().some_settings(**{"admin_listen": self.address, **settings})

    def a_service(self, settings: Settings, make_core: Any) -> Any:
        """Return a service, which is stopped after the test."""
        service = coreService(reactor, settings, make_core())
        self.addCleanup(self.end, service)
        return service

    def get(self, path: str, **options: Any) -> Deferred[tuple[int, str]]:
        """Ask for a page."""
        return deferToThread(ask, self.address, path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Deferred[tuple[int, str]]:
        """Give a command."""
        return deferToThread(ask, self.address, path, "POST", body, **options)

    def with_token(self) -> None:
        """Have a token asked for."""
        path = Path(self.mktemp())
        path.write_text(f"{TOKEN}\n")
        self.service = self.a_service(
            self.some_settings(admin_token=f"file:{path.absolute()}"), lambda: self.core
        )


class HealthTests(AdminTestCase):
    async def test_alive(self) -> None:
        """A server is alive as soon as it runs, and ready when it has read the repository."""
        hold = self.core.hold("start")
        self.service.startService()
        self.assertEqual(await self.get("/healthz"), (200, "alive\n"))
        self.assertEqual(await self.get("/readyz"), (503, "not ready: the server is loading\n"))
        hold.release()
        await self.service.started
        self.assertEqual(await self.get("/readyz"), (200, "ready\n"))

    async def test_failed(self) -> None:
        """One that cannot serve is not ready."""
        self.core.failures["start"] = CoreInitError("No Metadata Plugin")
        self.service.startService()
        await self.assertFailure(self.service.started, CoreInitError)
        self.assertEqual((await self.get("/readyz"))[0], 503)

    async def test_state_away(self) -> None:
        """Nor is one that cannot reach the state of clients."""
        await self.started()
        self.core.state_failure = NotServing("the database cannot be used")
        self.assertEqual(
            await self.get("/readyz"), (503, "not ready: the database cannot be used\n")
        )
        self.assertEqual((await self.get("/healthz"))[0], 200)
        self.core.state_failure = None
        self.assertEqual((await self.get("/readyz"))[0], 200)

    async def test_hanging(self) -> None:
        """Who asks again and again while threads hang takes no more of them, and is told so."""
        self.patch(administration, "PATIENCE_SECONDS", 0.5)
        await self.started()
        hold = Hold()
        self.addCleanup(hold.release)
        self.patch(administration, "_touch_state", lambda core: hold.wait())
        asked = [self.get("/readyz") for _ in range(5)]
        for answer in asked:
            self.assertEqual(
                await answer, (503, "not ready: no thread answers within 0.5 seconds\n")
            )
        own_work = self.service.pool.picture()["own_work"]
        self.assertEqual(own_work, 1)
        hold.release()
        self.assertEqual((await self.get("/readyz"))[0], 200)

    async def test_stopping(self) -> None:
        """While the last calls are answered it is alive and not ready; then it is gone."""
        await self.started()
        hold = self.core.hold("GetConfig")
        call = deferToThread(self.ask, "GetConfig")
        await deferToThread(hold.until_reached)
        stopped = self.service.stopService()
        await self.until_refused()
        self.assertEqual(await self.get("/readyz"), (503, "not ready: the server is stopping\n"))
        self.assertEqual((await self.get("/healthz"))[0], 200)
        hold.release()
        await call
        await stopped
        await self.assertFailure(self.get("/healthz"), ConnectionRefusedError)


class PagesTests(AdminTestCase):
    async def test_metrics(self) -> None:
        """Calls are counted by method and result; a login that fails is counted as well."""
        await self.started()
        await deferToThread(self.ask, "GetConfig")
        status, text = await self.get("/metrics")
        self.assertEqual(status, 200)
        line = 'bcfg2_call_seconds_count{method="GetConfig",process="main",result="answered"} 1.0'
        self.assertIn(line, text)
        self.assertIn('bcfg2_tls_handshakes_total{process="main",version="TLSv1.3"} 1.0', text)
        self.assertIn('bcfg2_expiry_days{kind="certificate"', text)
        self.assertIn('bcfg2_ready{process="main"} 1.0', text)

    async def test_two_services(self) -> None:
        """Two servers in a process have metrics of their own."""
        await self.started()
        await deferToThread(self.ask, "GetConfig")
        first = self.address
        self.address, self.port = AdminAddress(port=free_port(self)), free_port(self)
        other = self.a_service(self.some_settings(), lambda: type(self.core)(self.settings))
        other.startService()
        await other.started
        self.assertNotIn('method="GetConfig"', (await self.get("/metrics"))[1])
        self.address = first
        self.assertIn('method="GetConfig"', (await self.get("/metrics"))[1])

    async def test_no_library(self) -> None:
        """Without the library, who asks for metrics is told what to install; the rest is there."""
        name = "bcfg2tw.admin.metrics"
        importlib.import_module(name)
        self.addCleanup(sys.modules.__setitem__, name, sys.modules[name])
        sys.modules[name] = None  # type: ignore[assignment]  # the way to say that it cannot be
        await self.started()
        status, text = await self.get("/metrics")
        self.assertEqual(status, 501)
        self.assertIn("pip install 'bcfg2tw[metrics]'", text)
        self.assertEqual((await self.get("/readyz"))[0], 200)

    async def test_status(self) -> None:
        """The picture of each process is there as JSON."""
        await self.started()
        status, text = await self.get("/status")
        (picture,) = json.loads(text)
        self.assertEqual(status, 200)
        self.assertEqual((picture["process"], picture["state"]), ("main", "serving"))
        self.assertEqual(picture["pid"], os.getpid())

    async def test_others(self) -> None:
        """There are no other pages, and no other verbs."""
        await self.started()
        self.assertEqual((await self.get("/"))[0], 404)
        self.assertEqual((await self.get("/healthz", verb="PUT"))[0], 501)


class AccessTests(AdminTestCase):
    async def test_token(self) -> None:
        """With a token, health is told to all, and the rest to who shows it."""
        self.with_token()
        await self.started()
        self.assertEqual((await self.get("/healthz"))[0], 200)
        self.assertEqual((await self.get("/readyz"))[0], 200)
        for path in ("/metrics", "/status"):
            for token in (None, "0123456789abcdeg", ""):
                self.assertEqual((await self.get(path, token=token))[0], 401)
            self.assertEqual((await self.get(path, token=TOKEN))[0], 200)
        self.assertEqual((await self.post("/ctl/reload"))[0], 401)
        self.assertEqual((await self.post("/ctl/reload", token=TOKEN))[0], 200)
        self.assertEqual(self.core.reloads, [None])

    async def test_commands_need_token(self) -> None:
        """Over TCP, which any user of the machine can use, a command needs a token."""
        await self.started()
        status, text = await self.post("/ctl/reload")
        self.assertEqual(status, 403)
        self.assertIn("[admin] token", text)
        self.assertEqual(self.core.reloads, [])

    async def test_socket(self) -> None:
        """A UNIX socket is its owner's; what a killed server left there is replaced."""
        folder = tempfile.mkdtemp()  # a path has few bytes
        self.addCleanup(os.rmdir, folder)
        self.address = AdminAddress(path=f"{folder}/admin.sock")
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(self.address.path)
        self.service = self.a_service(self.some_settings(), lambda: self.core)
        await self.started()
        mode = stat.S_IMODE(os.stat(self.address.path).st_mode)
        self.assertEqual(mode, 0o600)
        self.assertEqual(await self.get("/readyz"), (200, "ready\n"))
        self.assertEqual((await self.post("/ctl/reload"))[0], 200)
        await self.service.stopService()
        self.assertFalse(os.path.exists(self.address.path))

    def test_off(self) -> None:
        """Nothing listens unless that is asked for."""
        self.assertIsNone(Settings().admin_listen)
        self.assertEqual(coreService(reactor, Settings()).companions, [])

    def test_short_token(self) -> None:
        """A token that can be guessed is refused at the start."""
        path = Path(self.mktemp())
        path.write_text("secret\n")
        settings = self.some_settings(admin_token=f"file:{path.absolute()}")
        service = AdminService(reactor, settings, OneProcess(None))  # type: ignore[arg-type]
        error = self.assertRaises(SettingsError, service.privilegedStartService)
        self.assertIn("can be guessed", str(error))
        self.assertNotIn("secret", str(error))

    def test_in_use(self) -> None:
        """An address that is taken is named with the reason."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            settings = Settings(admin_listen=AdminAddress(port=taken.getsockname()[1]))
            service = AdminService(reactor, settings, OneProcess(None))  # type: ignore[arg-type]
            error = self.assertRaises(SettingsError, service.privilegedStartService)
        self.assertIn("[admin] listen: 127.0.0.1:", str(error))


class BoundsTests(AdminTestCase):
    async def test_silent(self) -> None:
        """Connections that say nothing keep nobody out."""
        await self.started()
        with ExitStack() as silent:
            for _ in range(2 * CONNECTIONS):
                await deferToThread(self.connect, silent)
            self.assertEqual((await self.get("/healthz"))[0], 200)

    def connect(self, silent: ExitStack) -> None:
        """Open a connection that says nothing."""
        place = (self.address.host, self.address.port)
        silent.enter_context(socket.create_connection(place))

    async def test_large(self) -> None:
        """A body that is large, or of unknown length, is not read."""
        await self.started()
        self.assertEqual((await self.post("/ctl/expire", "x" * 100_000))[0], 413)

    async def test_bad_arguments(self) -> None:
        """Arguments that are none are refused, and so is a command that there is not."""
        self.with_token()
        await self.started()
        self.assertEqual((await self.post("/ctl/drain", [1], token=TOKEN))[0], 400)
        for command, arguments in (
            ("drain", {"off": "false"}),
            ("debug", {"on": 0}),
            ("expire", {"clients": "web1.example.test"}),
            ("expire", {"clients": [1]}),
        ):
            status, text = await self.post(f"/ctl/{command}", arguments, token=TOKEN)
            self.assertEqual(status, 400)
            self.assertIn("clients is a list of names", text)
        self.assertEqual((await self.post("/ctl/shutdown", token=TOKEN))[0], 404)


class CommandTests(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.with_token()

    async def command(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Give a command, and return the answer of the one process."""
        status, text = await self.post(f"/ctl/{name}", arguments, token=TOKEN)
        self.assertEqual(status, 200, text)
        answer: dict[str, Any]
        (answer,) = json.loads(text)
        return answer

    async def test_reload(self) -> None:
        """A reload that fails says why; what was read before stays in force."""
        await self.started()
        self.assertEqual(await self.command("reload"), {"process": "main"})
        self.core.failures["reload"] = NotServing("it cannot be read")
        self.assertEqual(
            await self.command("reload"), {"process": "main", "error": "it cannot be read"}
        )
        self.assertEqual(await deferToThread(self.ask, "GetConfig"), "<Configuration/>")

    async def test_drain(self) -> None:
        """A server that drains is not ready, and answers all the same; it can be taken back."""
        await self.started()
        self.assertEqual((await self.command("drain"))["state"], "draining")
        self.assertEqual((await self.get("/readyz"))[0], 503)
        self.assertEqual(await deferToThread(self.ask, "GetConfig"), "<Configuration/>")
        self.assertEqual((await self.command("drain", off=True))["state"], "serving")
        self.assertEqual((await self.get("/readyz"))[0], 200)

    async def test_too_early(self) -> None:
        """What needs the repository is refused until it is read."""
        hold = self.core.hold("start")
        self.service.startService()
        answer = await self.command("expire", clients=["a.example.test"])
        self.assertEqual(answer["error"], "the server is loading")
        for is_off in (True, False):
            answer = await self.command("drain", off=is_off)
            self.assertEqual(answer.get("error"), "the server is loading")
        hold.release()
        await self.service.started

    async def test_debug_and_expire(self) -> None:
        """Debug messages are switched, and clients expired, by the methods that clients have."""
        await self.started()
        self.assertEqual(await self.command("debug", on=True), {"process": "main"})
        self.assertEqual(await self.command("expire", clients=["a"]), {"process": "main"})
        self.assertEqual(await self.command("expire"), {"process": "main"})
        self.assertEqual(
            self.core.exposed_calls,
            [
                ("set_debug", True),
                ("expire_metadata_cache", ["a"]),
                ("expire_metadata_cache", None),
            ],
        )


class AddressTests(ServiceTestCase):
    def test_addresses(self) -> None:
        """It is what the documentation says, and stays on this machine unless told otherwise."""
        for text, address in {
            "no": None,
            "yes": AdminAddress("127.0.0.1", 6790),
            "6800": AdminAddress("127.0.0.1", 6800),
            "localhost:6800": AdminAddress("localhost", 6800),
            "[::1]:6800": AdminAddress("::1", 6800),
            "unix:/run/a.sock": AdminAddress(path="/run/a.sock"),
            "/run/a.sock": AdminAddress(path="/run/a.sock"),
        }.items():
            self.assertEqual(admin_address(text), address)
            self.assertTrue(address is None or address.is_local)
        self.assertFalse(AdminAddress("192.0.2.1").is_local)
        self.assertFalse(AdminAddress("0.0.0.0").is_local)
        for text in ("", "maybe", "host:", "host:0", "host:x", "http://host:1", "a@host:1"):
            self.assertIn("is no place", str(self.assertRaises(ValueError, admin_address, text)))

    def test_network(self) -> None:
        """An address that others reach needs a token; one is no secret in bcfg2.conf itself."""
        path = Path(self.mktemp())
        path.write_text("[admin]\nlisten = 0.0.0.0:6790\n")
        error = self.assertRaises(SettingsError, Settings.from_file, str(path))
        self.assertIn("[admin] listen: 0.0.0.0:6790 can be reached from other machines", str(error))
        path.write_text("[admin]\ntoken = opensesame\n")
        error = self.assertRaises(SettingsError, Settings.from_file, str(path))
        self.assertIn("[admin] token: a secret does not stand here", str(error))
        self.assertNotIn("opensesame", str(error))
