"""
The answers of the reference server, recorded, against ours: real TLS over loopback.

A case is a test of its own, named after the case's folder under `tests/conformance/cases`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet import defer, reactor
from twisted.internet.threads import deferToThread
from twisted.python.filepath import FilePath
from twisted.trial.unittest import TestCase
from twisted.web.server import Site
from twisted.web.static import File

from bcfg2tw.service import coreService
from bcfg2tw.settings import Settings
from tests.certificates import Authority
from tests.conformance.case import CASES, HOST, Case, Place
from tests.conformance.stores import overrides_of, settings_with, write_overrides
from tests.network import free_port
from tests.processes import ServerProcess

#: What a case may require, and how to find out whether it is there.
MODULES = {"jinja2": "jinja2", "cheetah": "Cheetah", "ldap": "ldap3"}
PROGRAMS = {"ssh-keygen": "ssh-keygen", "openssl": "openssl"}


def missing(requirements: list[str]) -> str | None:
    """Return what a case requires and this machine lacks."""
    for name in requirements:
        if name in MODULES and importlib.util.find_spec(MODULES[name]) is None:
            return f"the Python package {MODULES[name]} is not installed"
        if name in PROGRAMS and shutil.which(PROGRAMS[name]) is None:
            return f"the program {PROGRAMS[name]} is not installed"
    return None


class CaseRunner(TestCase):
    """
    Serves a case in this process, and calls as clients call.

    :ivar store: a name of `tests.conformance.stores`; None for the one of the environment
    :ivar workers: how many of them serve, in processes of their own; empty for this process alone
    """

    store: str | None = None
    workers = os.environ.get("BCFG2TW_TEST_WORKERS", "")

    timeout = 120
    authority: ClassVar[Authority | None] = None

    def a_case(self, name: str) -> Case:
        """Copy a case to a place of its own, with certificates."""
        if CaseRunner.authority is None:
            CaseRunner.authority = Authority(Path("conformance-authority").absolute())
        authority = CaseRunner.authority
        certificate, key = authority.issue("localhost")
        folder = Path(self.mktemp()).absolute() / "case"
        ports = (free_port(self), free_port(self))
        place = Place(folder, *ports, certificate, key, authority.certificate)
        steps = json.loads((CASES / name / "case.json").read_text("utf-8"))["steps"]
        names = {step["cert"] for step in steps if step.get("cert")}
        return Case(name, place, {one: authority.issue(one) for one in names})

    def serve(self, case: Case) -> None:
        """Serve the folder of a case that wants one served, over HTTP."""
        folder = case.description.get("serve")
        if folder is not None:
            pages: Any = Site(File(str(case.place.folder / folder)))
            port = reactor.listenTCP(case.place.www_port, pages, interface=HOST)
            self.addCleanup(port.stopListening)

    def settings_of(self, path: str) -> Settings:
        """Return the settings that the bcfg2.conf of a case gives."""
        return settings_with(self.store, self, path)

    async def run_case(self, name: str) -> None:
        """Serve a case and make its calls."""
        case = self.a_case(name)
        self.serve(case)
        if self.workers:
            troubles = await deferToThread(self.troubles_with_workers, case)
        else:
            troubles = await self.troubles_in_process(case)
        self.assertEqual(troubles, [], "\n".join(troubles))

    def troubles_with_workers(self, case: Case) -> list[str]:
        """Serve a case with workers, make its calls, and return what is wrong with the answers."""
        path = str(case.configuration)
        write_overrides(overrides_of(self.store, self, path), path)
        log = case.place.folder / "server.log"
        with ServerProcess(log, "--config", path, "--workers", self.workers):
            return list(case.troubles())

    async def troubles_in_process(self, case: Case) -> list[str]:
        """Serve a case here, make its calls, and return what is wrong with the answers."""
        service: Any = coreService(reactor, self.settings_of(str(case.configuration)))
        service.privilegedStartService()
        service.startService()
        try:
            return await deferToThread(lambda: list(case.troubles()))
        finally:
            await defer.maybeDeferred(service.stopService)
            self.flushLoggedErrors()


class ConformanceTests(CaseRunner):
    """All cases, one a test."""


def a_test(name: str, title: str, lacking: str | None) -> Any:
    """Return a test method for a case."""

    def test(self: ConformanceTests) -> defer.Deferred[None]:
        return defer.Deferred.fromCoroutine(self.run_case(name))

    test.__doc__ = title
    if lacking is not None:
        test.skip = lacking  # type: ignore[attr-defined]  # trial looks for this attribute
    return test


for folder in sorted(FilePath(str(CASES)).children(), key=lambda one: one.basename()):
    description = json.loads(folder.child("case.json").getContent())
    setattr(
        ConformanceTests,
        "test_" + folder.basename().replace("-", "_"),
        a_test(folder.basename(), description["title"], missing(description.get("requires") or [])),
    )
