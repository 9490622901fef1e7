"""The life of the service around a core: starting, failing, reloading, stopping."""

from __future__ import annotations

import http.client
import os
import ssl
import xmlrpc.client
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.errors import CoreInitError, SettingsError
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.serving.weaknesses import weaknesses
from bcfg2tw.settings import Settings
from tests.doubles import RecordingCore
from tests.network import (
    PASSWORD,
    SERVER,
    an_authority,
    basic,
    call_of,
    client_context,
    free_port,
    log_lines,
    refuses,
    tls_settings,
)
from tests.waiting import PATIENCE_SECONDS, wait_until


class ServiceTestCase(TestCase):
    """A service of a core that records, on a port of its own."""

    timeout = 2 * PATIENCE_SECONDS

    def setUp(self) -> None:
        self.lines = log_lines(self)
        self.port = free_port(self)
        self.authority = an_authority(self)
        self.settings = self.some_settings()
        self.core = RecordingCore(self.settings)
        self.core.result = "<Configuration/>"
        self.service = self.a_service(self.settings, lambda: self.core)

    def some_settings(self, **settings: Any) -> Settings:
        """Return settings of a server that listens on the port."""
        values: dict[str, Any] = {
            "server": f"https://127.0.0.1:{self.port}",
            "password": PASSWORD,
            "filemonitor": "pseudo",
            "drain_timeout_seconds": PATIENCE_SECONDS,
            "threads": 3,
        }
        return tls_settings(self, self.authority, **{**values, **settings})

    def a_service(self, settings: Settings, make_core: Callable[[], Any]) -> CoreService:
        """Return a service, which is stopped after the test."""
        service = CoreService(reactor, settings, make_core)
        self.addCleanup(self.end, service)
        return service

    def end(self, service: CoreService) -> Deferred[Any]:
        """Let everything in the core go on, and stop the service if it still runs."""
        self.core.release_all()
        return maybeDeferred(service.stopService if service.running else int)

    async def started(self) -> None:
        """Start the service and wait for its core."""
        self.service.startService()
        self.assertIs(await self.service.started, self.core)

    def ask(self, name: str) -> Any:
        """Return the result of a call, or the status if there is none; blocks."""
        context = client_context(self.authority)
        context.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=context, timeout=PATIENCE_SECONDS
        )
        headers = {"Authorization": basic(), "Host": SERVER}
        try:
            connection.request("POST", "/RPC2", call_of(name), headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        return xmlrpc.client.loads(body)[0][0] if response.status == 200 else response.status

    async def until_refused(self) -> None:
        """Wait until nobody listens on the port any more."""
        await deferToThread(
            wait_until, lambda: refuses(self.port), lambda: "somebody still listens"
        )

    def said(self, text: str) -> int:
        """Return how often the log says something."""
        return sum(text in line for line in self.lines)


class StartTests(ServiceTestCase):
    async def test_served(self) -> None:
        """A service serves its core, with the downloader and the listeners that it was given."""
        flags: list[bool] = []
        self.service.debug_listeners.append(flags.append)
        await self.started()
        self.assertEqual(await deferToThread(self.ask, "GetConfig"), "<Configuration/>")
        self.assertEqual(self.core.events[:2], ["start", "start ended"])
        self.assertIs(self.core.downloader, self.service.downloader)
        self.core.debug_listeners[0](True)
        self.assertEqual(flags, [True])
        self.assertEqual(self.said(f"Serving the repository {self.settings.repository}"), 1)
        self.assertEqual(self.said(f"Listening on https://127.0.0.1:{self.port}"), 1)
        self.assertEqual(self.said(" object at 0x"), 0)

    async def test_early_call(self) -> None:
        """A call that comes while the repository is read waits for it."""
        hold = self.core.hold("start")
        self.service.startService()
        await deferToThread(hold.until_reached)
        call = deferToThread(self.ask, "GetConfig")
        self.assertFalse(refuses(self.port))
        self.assertNoResult(self.service.started)
        hold.release()
        self.assertEqual(await call, "<Configuration/>")
        self.assertEqual(self.core.events, ["start", "start ended", "GetConfig", "GetConfig ended"])

    async def test_notices(self) -> None:
        """What is special about the settings is said once, when the service starts."""
        self.service = self.a_service(
            self.some_settings(notices=("[server] threads means less here",)), lambda: self.core
        )
        await self.started()
        self.assertEqual(self.said("[server] threads means less here"), 1)

    async def test_waiting_for_restart(self) -> None:
        """What counts after a restart alone is named when bcfg2.conf is read again."""
        path = os.path.abspath(self.mktemp())
        settings = replace(self.settings, config=path, overrides=self.written(path, "3", "20"))
        self.service = self.a_service(settings, lambda: self.core)
        await self.started()
        await self.service.reload()
        self.assertEqual(self.said("after a restart"), 0)
        self.written(path, "5", "7")
        await self.service.reload()
        sentence = f"{path}:2: [bcfg2tw] threads has changed: that counts after a restart"
        self.assertEqual((self.said(sentence), self.said("after a restart")), (1, 1))

    def written(self, path: str, threads: str, delay: str) -> dict[str, Any]:
        """Write a bcfg2.conf, and return what is given beside it."""
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(f"[bcfg2tw]\nthreads = {threads}\nmax_login_delay = {delay}\n")
        names = ("server", "password", "filemonitor", "cert", "key", "repository")
        return {name: getattr(self.settings, name) for name in names}

    async def test_shared_password(self) -> None:
        """That one password opens every configuration is said once, where nothing keeps it from."""
        sentence = "with it each of them can get the configuration of any other"
        await self.started()
        self.assertEqual(self.said(sentence), 1)
        await self.service.reload()
        self.assertEqual(self.said(sentence), 1)
        for settings in ({"strict_address": True}, {"authentication": "cert"}, {"password": None}):
            self.assertEqual(weaknesses(self.some_settings(**settings)), [])

    async def test_started_core(self) -> None:
        """A core that has been started already is not started again, and is shut down."""
        service = CoreService(reactor, self.settings, lambda: self.core, is_core_started=True)
        self.addCleanup(self.end, service)
        service.startService()
        self.assertIs(await service.started, self.core)
        await service.stopService()
        self.assertEqual(self.core.events, ["shutdown", "shutdown ended"])

    async def test_each_waits_alone(self) -> None:
        """What one who waits for the core makes of it concerns no other, nor the calls."""
        hold = self.core.hold("start")
        self.service.startService()
        early = [self.service.started, self.service.started]
        early[0].addCallback(lambda _: None)
        early[1].addCallback(lambda _: 1 // 0)
        hold.release()
        self.assertIsNone(await early[0])
        await self.assertFailure(early[1], ZeroDivisionError)
        self.assertIs(await self.service.started.addBoth(lambda core: core), self.core)
        self.assertEqual(await deferToThread(self.ask, "GetConfig"), "<Configuration/>")

    async def test_each_learns_why_not(self) -> None:
        """Everybody learns why a core could not start, after the service has stopped too."""
        self.core.failures["start"] = CoreInitError("No Metadata Plugin")
        self.service.startService()
        for _ in range(2):
            await self.assertFailure(self.service.started, CoreInitError)
        await self.service.stopService()
        await self.assertFailure(self.service.started, CoreInitError)


class FailedStartTests(ServiceTestCase):
    async def fail_to_start(self) -> None:
        """Start the service of a core that cannot start."""
        self.core.failures["start"] = CoreInitError("No Metadata Plugin")
        self.service.startService()
        reasons: list[Any] = []
        await self.service.started.addErrback(reasons.append)
        self.assertEqual(str(reasons[0].value), "No Metadata Plugin")

    async def test_told(self) -> None:
        """A core that cannot start is one line in the log, and calls are told to come back."""
        await self.fail_to_start()
        self.assertEqual(self.said("No Metadata Plugin"), 1)
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(await deferToThread(self.ask, "GetConfig"), 503)

    async def test_ended(self) -> None:
        """It is shut down like any other when the service stops."""
        await self.fail_to_start()
        await self.service.stopService()
        self.assertEqual(self.core.events, ["start", "shutdown", "shutdown ended"])
        self.assertTrue(refuses(self.port))

    async def test_reloaded(self) -> None:
        """A reload leaves it alone: there is nothing in it that could be read again."""
        await self.fail_to_start()
        await self.service.reload()
        self.assertEqual(self.core.reloads, [])
        self.assertEqual(self.flushLoggedErrors(), [])

    async def test_defect(self) -> None:
        """A core that stumbles over something unexpected leaves its traceback in the log."""
        self.core.failures["start"] = ZeroDivisionError("a defect")
        self.service.startService()
        reasons: list[Any] = []
        await self.service.started.addErrback(reasons.append)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_no_core(self) -> None:
        """Where no core can be made, starting says why, and stopping lets the port go."""

        def refuse() -> RecordingCore:
            raise SettingsError("there is no Bcfg2", "bcfg2tw", "core")

        service = self.a_service(self.settings, refuse)
        error = self.assertRaises(SettingsError, service.startService)
        self.assertEqual(str(error), "[bcfg2tw] core: there is no Bcfg2")
        return service.stopService().addCallback(  # type: ignore[return-value]
            lambda _: self.assertTrue(refuses(self.port))
        )

    def test_no_certificate(self) -> None:
        """Without a certificate nothing is bound, and no core is made."""
        settings = self.some_settings(cert="/no/such.crt")
        service = self.a_service(settings, lambda: self.core)
        error = self.assertRaises(SettingsError, service.privilegedStartService)
        self.assertIn("/no/such.crt", str(error))
        self.assertEqual(self.core.events, [])
        self.assertTrue(refuses(self.port))


class StopTests(ServiceTestCase):
    async def test_order(self) -> None:
        """Stopping lets the port go, shuts the core down once, and then is over."""
        await self.started()
        await self.service.stopService()
        self.assertEqual(self.core.events, ["start", "start ended", "shutdown", "shutdown ended"])
        self.assertTrue(refuses(self.port))

    async def test_twice(self) -> None:
        """A service that is stopped twice shuts its core down once; the second is over as well."""
        await self.started()
        hold = self.core.hold("shutdown")
        first = self.service.stopService()
        await deferToThread(hold.until_reached)
        second = self.service.stopService()
        hold.release()
        await first
        await second
        await self.service.stopService()
        self.assertEqual(self.core.events.count("shutdown"), 1)

    async def test_never_started(self) -> None:
        """A service that was never started has nothing to stop; nor one that only has its ports."""
        await self.service.stopService()
        service = self.a_service(self.settings, lambda: self.core)
        service.privilegedStartService()
        self.assertFalse(refuses(self.port))
        await service.stopService()
        self.assertTrue(refuses(self.port))
        self.assertEqual(self.core.events, [])

    async def test_while_starting(self) -> None:
        """A core is shut down when its start has ended, not in the middle of it."""
        hold = self.core.hold("start")
        self.service.startService()
        await deferToThread(hold.until_reached)
        stopped = self.service.stopService()
        await self.until_refused()
        await deferToThread(int)
        self.assertEqual(self.core.events, ["start"])
        hold.release()
        await stopped
        self.assertEqual(self.core.events, ["start", "start ended", "shutdown", "shutdown ended"])

    async def test_endless_start(self) -> None:
        """A start that does not end is not waited for longer than calls are."""
        self.service = self.a_service(
            self.some_settings(drain_timeout_seconds=0.1), lambda: self.core
        )
        hold = self.core.hold("start")
        self.service.startService()
        await deferToThread(hold.until_reached)
        await self.service.stopService()
        self.assertEqual(self.said("Calls still run; they end with the process"), 1)

    async def test_running_call(self) -> None:
        """A call that runs is answered before the core is shut down."""
        await self.started()
        hold = self.core.hold("GetConfig")
        call = deferToThread(self.ask, "GetConfig")
        await deferToThread(hold.until_reached)
        stopped = self.service.stopService()
        await self.until_refused()
        self.assertFalse(call.called)
        hold.release()
        self.assertEqual(await call, "<Configuration/>")
        await stopped
        self.assertEqual(
            self.core.events[2:], ["GetConfig", "GetConfig ended", "shutdown", "shutdown ended"]
        )

    async def test_endless_call(self) -> None:
        """A call that does not end is cut off in time, and the core is shut down all the same."""
        self.service = self.a_service(
            self.some_settings(drain_timeout_seconds=1.0), lambda: self.core
        )
        await self.started()
        hold = self.core.hold("GetConfig")
        call = deferToThread(self.ask, "GetConfig")
        await deferToThread(hold.until_reached)
        await self.service.stopService()
        await self.assertFailure(call, http.client.RemoteDisconnected, ssl.SSLError, OSError)
        self.assertEqual(self.said("1 connections are cut off: they were open 0.8 s"), 1)
        self.assertIn("shutdown ended", self.core.events)

    async def test_failing_shutdown(self) -> None:
        """A core that cannot be shut down is named in the log, and the service is stopped."""
        await self.started()
        self.core.failures["shutdown"] = ZeroDivisionError("a defect")
        await self.service.stopService()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertTrue(refuses(self.port))


class ReloadTests(ServiceTestCase):
    async def test_whole(self) -> None:
        """A reload has everything read again."""
        await self.started()
        await self.service.reload()
        self.assertEqual(self.core.reloads, [None])
        self.assertEqual(self.said("bcfg2.conf and certificates are read again"), 1)
        self.assertEqual(self.said("The repository is read again"), 1)

    async def test_while_starting(self) -> None:
        """While the repository is read for the first time it is not read a second time."""
        hold = self.core.hold("start")
        self.service.startService()
        await deferToThread(hold.until_reached)
        await self.service.reload()
        hold.release()
        await self.service.started
        self.assertEqual(self.core.events, ["start", "start ended"])
        self.assertEqual(self.core.reloads, [])

    async def test_refused(self) -> None:
        """What the core refuses is one line in the log; it is served as before."""
        await self.started()
        self.core.failures["reload"] = CoreInitError("the disk is gone")
        await self.service.reload()
        self.assertEqual(self.said("the disk is gone"), 1)
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(await deferToThread(self.ask, "GetConfig"), "<Configuration/>")

    async def test_defect(self) -> None:
        """What it stumbles over leaves its traceback in the log."""
        await self.started()
        self.core.failures["reload"] = ZeroDivisionError("a defect")
        await self.service.reload()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    async def test_at_the_end(self) -> None:
        """A reload that runs when the service stops ends before the core is shut down."""
        await self.started()
        hold = self.core.hold("reload")
        reloaded = self.service.reload()
        await deferToThread(hold.until_reached)
        stopped = self.service.stopService()
        await self.until_refused()
        await deferToThread(int)
        hold.release()
        await reloaded
        await stopped
        self.assertEqual(
            self.core.events[2:], ["reload", "reload ended", "shutdown", "shutdown ended"]
        )

    async def test_stopped(self) -> None:
        """A service that has been stopped, or was never started, has nothing to read again."""
        await self.service.reload()
        await self.started()
        await self.service.stopService()
        await self.service.reload()
        self.assertEqual(self.core.reloads, [])
        self.assertEqual(self.flushLoggedErrors(), [])
