"""The examples of the documentation work as they are printed there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any
from xmlrpc.client import dumps, loads

import treq
from twisted.internet import reactor
from twisted.internet.defer import maybeDeferred
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.cli.call.remote import Remote, call
from bcfg2tw.cli.call.server_identity import ServerIdentity
from bcfg2tw.cli.init.command import make_site
from bcfg2tw.settings import Settings, options
from tests.network import free_port

EXAMPLE = Path(__file__).parents[1] / "docs/examples/compose.py"
SECURITY = Path(__file__).parents[1] / "docs/security.rst"


class BoundsTests(SynchronousTestCase):
    """The table of bounds in `docs/security.rst`."""

    def test_defaults(self) -> None:
        """It names options that there are, with the defaults that they have."""
        text = SECURITY.read_text(encoding="utf-8")
        rows = re.findall(r"^     - ``(?:\[(\w+)\] )?(\w+)``\n     - (\S+)$", text, re.MULTILINE)
        defaults = {(option.section, option.key): option.default for option in options().values()}
        self.assertGreater(len(rows), 5)
        for section, key, default in rows:
            self.assertEqual(defaults.get((section or "bcfg2tw", key)), default, key)


class ComposeTests(TestCase):
    """`docs/examples/compose.py`."""

    timeout = 60

    def setUp(self) -> None:
        spec = importlib.util.spec_from_file_location("compose", EXAMPLE)
        assert spec is not None and spec.loader is not None
        self.example: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.example)
        self.port = free_port(self)
        self.conf = make_site(Path(self.mktemp()), port=self.port) / "bcfg2.conf"
        self.settings = Settings.from_file(str(self.conf))
        self.password = self.settings.password or ""

    async def test_service(self) -> None:
        """The service serves while the application runs."""
        service = self.example.service(reactor, str(self.conf))
        service.privilegedStartService()
        service.startService()
        try:
            remote = Remote("localhost", self.port, "root", self.password)
            identity = ServerIdentity("localhost", self.settings.ca)
            methods = await call(reactor, remote, identity, "listMethods")
        finally:
            await maybeDeferred(service.stopService)
        self.assertIn("GetConfig", methods)

    async def test_resource(self) -> None:
        """The resource answers below a site that has other pages."""
        endpoint = f"tcp:{self.port}:interface=127.0.0.1"
        embedded = self.example.Embedded(reactor, self.settings, endpoint)
        embedded.startService()
        url = f"http://127.0.0.1:{self.port}/"
        try:
            page = await treq.content(await treq.get(url, persistent=False))
            response = await treq.post(
                url + "bcfg2",
                data=dumps((), "GetConfig").encode(),
                auth=("root", self.password),
                persistent=False,
            )
            (configuration,), _method = loads(await treq.content(response))
        finally:
            await embedded.stopService()
        self.assertEqual(page, b"the application's own page")
        self.assertIn('<Bundle name="motd">', configuration)
