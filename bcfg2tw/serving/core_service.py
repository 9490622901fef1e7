"""The services around one core: pool, ports, watcher, what is logged from time to time."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.application.internet import TimerService
from twisted.application.service import IService, MultiService
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred, succeed
from twisted.internet.interfaces import IListeningPort
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.auth import ServerContext
from bcfg2tw.calls.interfaces import DebugListener, DescribedCore, RunningCore
from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.pool import CorePool
from bcfg2tw.serving.bounded_tls import tls_factory
from bcfg2tw.serving.certificate_watch import CertificateWatch
from bcfg2tw.serving.drain import Drain
from bcfg2tw.serving.listening import listen, take_waiting
from bcfg2tw.serving.proxied import proxied
from bcfg2tw.serving.service_state import DRAINING, FAILED, SERVING, STOPPING, ServiceState
from bcfg2tw.serving.site import CoreSite
from bcfg2tw.serving.start_notices import start_notices
from bcfg2tw.serving.start_only import waiting_for_restart
from bcfg2tw.serving.systemd_sockets import unclaimed
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.server_identity import OtherServerIdentity, identity_for
from bcfg2tw.watching.watcher import Watcher
from bcfg2tw.xmlrpc_resource import CoreResource

if TYPE_CHECKING:
    from bcfg2tw.shadow.mode import ShadowMode

T = TypeVar("T")

log = Logger()
logger = logging.getLogger("bcfg2-server")


class CoreService(MultiService):
    """
    Serves a core: listens, starts it, keeps it up to date, and shuts it down once.

    The core is made when the service starts, which is when twistd has given up its privileges.

    :ivar downloader: what fetches files for the core; it works as long as the reactor runs
    :ivar debug_listeners: called with the core's debug flag whenever that is set
    :ivar state: what it does now
    :ivar companions: services that run as long as this one does anything, to its very end
    :ivar pool: in which everything runs that blocks
    :ivar shadow: the way to another server of the same clients, None without one
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        make_core: Callable[[], RunningCore],
        is_core_started: bool = False,
    ) -> None:
        """
        Make the service; nothing happens before it is started.

        :param make_core: called once, when the service starts
        :param is_core_started: for a core that has read its repository, or does so by itself
        """
        super().__init__()
        self._reactor = reactor
        self._settings = self._start_settings = settings
        self._make_core = make_core
        self._is_core_started = is_core_started
        self.pool = CorePool(reactor, settings)
        self.state = ServiceState()
        self.companions: list[IService] = []
        self.downloader = ReactorDownloader(reactor, lambda: self._settings)
        self._core: RunningCore | None = None
        self._context: ServerContext | None = None
        self._site: CoreSite | None = None
        self.shadow: ShadowMode | None = None
        self._ports: list[IListeningPort] = []
        self._refusal: Failure | None = None
        self._has_started = False
        # fire when what the core was asked to do beside calls has ended
        self._core_work: list[Deferred[None]] = []
        self._stopped: Deferred[None] | None = None
        self._drain: Drain | None = None
        # the core that has read the repository, or why there is none
        self._outcome: RunningCore | Failure | None = None
        self._waiting: list[Deferred[RunningCore]] = []
        self.debug_listeners: list[DebugListener] = []

    @property
    def started(self) -> Deferred[RunningCore]:
        """
        A Deferred that fires with the core when it has read the repository, and fails where it
        cannot.

        Each access returns one of its own, so that callbacks of one caller do not change what
        another one gets.
        """
        waiting: Deferred[RunningCore] = Deferred()
        if self._outcome is None:
            self._waiting.append(waiting)
        else:
            waiting.callback(self._outcome)
        return waiting

    @property
    def longest_end_seconds(self) -> float:
        """The time that the end of the service may take."""
        return self._settings.drain_timeout_seconds

    def _tell(self, outcome: RunningCore | Failure) -> None:
        """Have those who wait for the core go on."""
        self._outcome = outcome
        self.state.enter(FAILED if isinstance(outcome, Failure) else SERVING)
        waiters, self._waiting = self._waiting, []
        for waiting in waiters:
            waiting.callback(outcome)

    @property
    def core(self) -> RunningCore | None:
        """The core, None before it has read the repository and when it is shut down."""
        return self._core if self._has_started else None

    @property
    def site(self) -> CoreSite | None:
        """The site that serves, None before and afterwards."""
        return self._site

    @property
    def context(self) -> ServerContext | None:
        """The server's side of TLS, None before the ports are bound."""
        return self._context

    def privilegedStartService(self) -> None:
        """
        Bind the ports.

        :raises SettingsError: if certificate, key or an address cannot be used
        """
        self._context = self._make_context()
        ready = self.started
        resource = CoreResource(ready, self.pool, self._settings)
        resource.shadow = self.shadow = self._make_shadow(self._settings)
        ready.addErrback(lambda _: None)  # it is reported when it happens
        self._site = CoreSite(resource, self._settings, self._reactor)
        Deferred.fromCoroutine(self._listen(self._site, self._context)).addErrback(self._refuse)
        if self._refusal is not None:
            self._refusal.raiseException()
        super().privilegedStartService()
        for companion in self.companions:
            companion.privilegedStartService()

    def _make_context(self) -> ServerContext:
        """
        Return the server's side of TLS.

        :raises SettingsError: if certificate or key cannot be used
        """
        return ServerContext(self._settings)

    def _make_shadow(self, settings: Settings) -> ShadowMode | None:
        """
        Return the way to the other server, if there is to be one.

        :raises SettingsError: if the file of its authorities cannot be used
        """
        identity = self._identity_of_other_server(settings)
        if identity is None:
            return None
        from bcfg2tw.shadow.mode import ShadowMode  # which takes a while, and few sites have one

        return ShadowMode(self._reactor, settings, identity, self.pool, lambda: self.pool.is_quiet)

    def _identity_of_other_server(self, settings: Settings) -> OtherServerIdentity | None:
        return identity_for(settings)

    async def _listen(self, site: CoreSite, context: ServerContext) -> None:
        factory = proxied(tls_factory(site, context), context)
        notice = unclaimed(self._settings.endpoints)
        if notice:
            log.warn("{notice}", notice=notice)
        async for port in listen(self._reactor, self._settings, factory):
            self._ports.append(port)
            log.info("Listening on {address}", address=_location(port.getHost()))

    def _refuse(self, failure: Failure) -> None:
        self._refusal = failure
        if self.running:  # an endpoint that takes its time, so that nobody is told by an exception
            log.error("{reason}", reason=failure.value)

    def startService(self) -> None:
        """
        Make the core and have it read the repository; calls wait until it has.

        :raises Bcfg2Error: if the core cannot be made, or ports not be bound
        """
        if self._site is None:
            self.privilegedStartService()
        super().startService()
        for companion in self.companions:
            companion.startService()
        self._watch_certificates()
        self.pool.start()
        core = self._core = self._make_core()
        core.downloader = self.downloader
        core.debug_listeners.extend(self.debug_listeners)
        self._say_notices()
        starting = self._tracked(Deferred.fromCoroutine(self._start(core)))
        starting.addCallbacks(self._tell, self._give_up)

    def _say_notices(self) -> None:
        for notice in start_notices(self._settings):
            log.warn("{notice}", notice=notice)

    def _watch_certificates(self) -> None:
        if self._context is not None:
            CertificateWatch(self._reactor, self._context).setServiceParent(self)

    async def _start(self, core: RunningCore) -> RunningCore:
        if not self._is_core_started:
            await self.pool.call(core.start)
        log.info("{text}", text=self._description(core), is_for_all_logs=True)
        self._has_started = True
        if self.running:
            self._start_watching(core)
        return core

    def _description(self, core: RunningCore) -> str:
        """Return in one line what is served, and where."""
        text = f"Serving the repository {self._settings.repository}"
        if self._ports:
            text += " at " + ", ".join(_location(port.getHost()) for port in self._ports)
        return f"{text}: {core.summary()}" if isinstance(core, DescribedCore) else text

    def _give_up(self, failure: Failure) -> None:
        _report(failure)
        self._tell(failure)

    def _start_watching(self, core: RunningCore) -> None:
        if self._settings.filemonitor != "pseudo":
            Watcher(self._reactor, core, self.pool, self._settings).setServiceParent(self)
        if self._settings.perflog:
            seconds = self._settings.performance_interval
            TimerService(seconds, _log_performance, core).setServiceParent(self)

    def reload(self) -> Deferred[list[str]]:
        """
        Read bcfg2.conf, certificates and the repository again; no connection is dropped.

        What cannot be used is logged, and what was read before stays in force. A service that does
        not run has nothing to read again.

        :returns: a Deferred of sentences about what cannot be used; none where all is well
        """
        if not self.running or self._site is None or self._context is None:
            return succeed([])
        self.state.begin_reloading()
        reloading = self._tracked(Deferred.fromCoroutine(self._reload(self._site, self._context)))
        return reloading.addErrback(_reason_of).addBoth(self._end_reloading)

    def _end_reloading(self, reasons: list[str]) -> list[str]:
        self.state.end_reloading()
        return reasons

    async def _reload(self, site: CoreSite, context: ServerContext) -> list[str]:
        reasons = []
        try:
            settings = await self.pool.call(self._settings.reread)
            shadow = self._make_shadow(settings)
            context.reload(settings)
            self._settings = settings
            site.reload(settings)
            self._replace_shadow(site, shadow)
        except Bcfg2Error as error:
            log.error("{error}; what was read before stays in force", error=error)
            reasons.append(str(error))
        else:
            log.info("bcfg2.conf and certificates are read again")
            for notice in waiting_for_restart(self._start_settings, settings):
                log.warn("{notice}", notice=notice)
        if self._core is not None and self._has_started:
            await self.pool.call(self._core.reload, None)
        log.info("The repository is read again")
        return reasons

    def _replace_shadow(self, site: CoreSite, shadow: ShadowMode | None) -> None:
        """Have calls to come go another way; those that are compared are compared to their end."""
        before, self.shadow = self.shadow, shadow
        site.resource.shadow = shadow
        if before is not None:
            self._tracked(before.stop()).addErrback(_report)

    def drain(self, is_draining: bool) -> None:
        """
        Send clients elsewhere, or take them again, for who takes this server out of a balancer.

        Calls go on being answered; each connection is closed after its answer, and readiness is
        denied.
        """
        if self._site is not None and self._stopped is None:
            self._site.shed(is_draining)
            self.state.enter(DRAINING if is_draining else SERVING)

    def stopService(self) -> Deferred[None]:
        """
        Take no connection any more, answer the calls that run, and shut the core down.

        The Deferred fires when that is done; what takes longer than the drain timeout is cut off.
        It is done once, however often it is asked for.
        """
        if self._stopped is None:
            self._stopped = Deferred.fromCoroutine(self._stop())
        waiting: Deferred[None] = Deferred()
        self._stopped.addBoth(waiting.callback)
        return waiting

    def cut_short(self) -> None:
        """Have a service that is being stopped wait for no call any more; connections are cut."""
        if self._drain is not None:
            self._drain.cut_short()

    async def _stop(self) -> None:
        self.state.enter(STOPPING)
        drain = self._drain = Drain(self._reactor, self._settings.drain_timeout_seconds)
        self.downloader.stop()
        for port in self._ports:
            take_waiting(port)
            await _as_deferred(port.stopListening())
        self._ports.clear()
        # the watcher, whose last reading may run
        await drain.in_time(_as_deferred(super().stopService()).addErrback(_report))
        if self._site is not None:
            await _answer_calls(self._site, drain)
        if self.shadow is not None:
            await drain.in_time(self.shadow.stop().addErrback(_report))
        if self._core is not None:
            await drain.in_time(DeferredList(list(self._core_work)))
            await drain.in_time(self.pool.call(self._core.shutdown).addErrback(_report))
        if not await drain.in_time(self.pool.stop().addErrback(_report)):
            log.error("Calls still run; they end with the process")
            self.pool.abandon()
        self._site = self._core = self._drain = None
        for companion in self.companions:
            await maybeDeferred(companion.stopService)

    def _tracked(self, work: Deferred[T]) -> Deferred[T]:
        """Have work of the core end, in whatever way, before the core is shut down."""
        ended: Deferred[None] = Deferred()
        self._core_work.append(ended)

        def end(result: T) -> T:
            self._core_work.remove(ended)
            ended.callback(None)
            return result

        return work.addBoth(end)


async def _answer_calls(site: CoreSite, drain: Drain) -> None:
    if not await drain.in_time(site.drain().addErrback(_report), drain.reserve_seconds):
        number = site.abort()
        log.error(
            "{number} connections are cut off: they were open {seconds:.3g} s after the end",
            number=number,
            seconds=drain.seconds_for_calls,
        )


def _as_deferred(result: Deferred[None] | None) -> Deferred[None]:
    """Return a Deferred for what may have ended already."""
    return succeed(None) if result is None else result


def _reason_of(failure: Failure) -> list[str]:
    """Log what went wrong, and return it as a sentence."""
    _report(failure)
    return [str(failure.value) or type(failure.value).__name__]


def _report(failure: Failure) -> None:
    """Log what went wrong: a sentence where we know the reason, else all of it."""
    if failure.check(Bcfg2Error):
        log.error("{reason}", reason=failure.value)
    else:
        log.failure("The server failed", failure)


def _location(address: Any) -> str:
    """Return an address as clients write it."""
    host = getattr(address, "host", None)
    if host is None:  # of a family that has no ports
        name = getattr(address, "name", address)
        return os.fsdecode(name) if isinstance(name, bytes) else str(name)
    return f"https://[{host}]:{address.port}" if ":" in host else f"https://{host}:{address.port}"


def _log_performance(core: RunningCore) -> None:
    for name, (low, high, mean, count) in sorted(core.call_statistics.figures().items()):
        logger.info(
            "Performance statistics: %s min=%.06f, max=%.06f, average=%.06f, count=%d",
            name, low, high, mean, count,
        )  # fmt: skip
