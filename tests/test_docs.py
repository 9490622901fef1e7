"""The examples of the documentation work as they are printed there."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path
from textwrap import dedent
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.cli.call.remote import Remote, call
from bcfg2tw.cli.call.server_identity import ServerIdentity
from bcfg2tw.cli.init.command import make_site
from bcfg2tw.engine.encryption import decrypt_by_any, decrypt_elements
from bcfg2tw.engine.xmlio import parse_file
from bcfg2tw.settings import Settings, options
from tests.network import free_port

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLE = DOCS / "examples/compose.py"


def blocks(page: str) -> list[str]:
    """Return the indented blocks of a page of the documentation, without their indentation."""
    text = (DOCS / page).read_text("utf-8")
    return [dedent(block) for block in re.findall(r"(?:^ {3,}\S.*\n)+", text, re.MULTILINE)]


class BoundsTests(SynchronousTestCase):
    """The table of bounds in `docs/security.rst`."""

    def test_defaults(self) -> None:
        """It names options that there are, with the defaults that they have."""
        text = (DOCS / "security.rst").read_text("utf-8")
        rows = re.findall(r"^     - ``(?:\[(\w+)\] )?(\w+)``\n     - (\S+)$", text, re.MULTILINE)
        defaults = {(option.section, option.key): option.default for option in options().values()}
        self.assertGreater(len(rows), 5)
        for section, key, default in rows:
            self.assertEqual(defaults.get((section or "bcfg2tw", key)), default, key)


class EncryptionTests(SynchronousTestCase):
    """`docs/encryption.rst`."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        conf, self.command, self.properties, *_ = blocks("encryption.rst")
        (self.folder / "bcfg2.conf").write_text(conf)
        self.settings = Settings.from_file(str(self.folder / "bcfg2.conf"))

    def test_element(self) -> None:
        """The example of an element decrypts with the example of a bcfg2.conf."""
        path = self.folder / "secrets.xml"
        path.write_text(self.properties)
        root = parse_file(path.read_bytes(), str(path))
        decrypt_elements(root, str(path), self.settings)
        self.assertEqual(root.findtext("password"), "kept from others")

    def test_command(self) -> None:
        """What the example of a command writes decrypts as well."""
        (self.folder / "secret").write_text("a file\n")
        subprocess.run(self.command, shell=True, check=True, cwd=self.folder, capture_output=True)
        encrypted = (self.folder / "secret.crypt").read_bytes()
        self.assertEqual(decrypt_by_any(encrypted, self.settings), b"a file\n")

    if shutil.which("openssl") is None:
        test_command.skip = "the program openssl is not installed"  # type: ignore[attr-defined]  # this is trial's way


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
            methods = await deferToThread(call, remote, identity, "listMethods")
        finally:
            await maybeDeferred(service.stopService)
        self.assertIn("GetConfig", methods)

    async def test_resource(self) -> None:
        """
        The resource answers where clients call, below a site that has other pages, and serves what
        changes.
        """
        endpoint = (
            f"ssl:{self.port}:interface=127.0.0.1:privateKey={self.settings.key}"
            f":certKey={self.settings.cert}"
        )
        embedded = self.example.Embedded(reactor, self.settings, endpoint)
        embedded.startService()
        try:
            page = await self.page()
            before = await self.configuration()
            motd = Path(self.settings.repository) / "Bundler/motd.xml"
            motd.write_text(motd.read_text().replace("</Bundle>", '<Package name="n"/></Bundle>'))
            after = before
            while "<Package" not in after.partition('name="motd"')[2].partition("</Bundle>")[0]:
                after = await self.configuration()
        finally:
            await embedded.stopService()
        self.assertEqual(page, b"the application's own page")
        self.assertIn('<Bundle name="motd">', before)

    async def configuration(self) -> str:
        """Return what a client of the site gets."""
        remote = Remote("localhost", self.port, "root", self.password)
        identity = ServerIdentity("localhost", self.settings.ca)
        return str(await deferToThread(call, remote, identity, "GetConfig"))

    async def page(self) -> bytes:
        """Return the application's own page."""
        return await deferToThread(self.get, "/")

    def get(self, path: str) -> bytes:
        """Return a page; to be called in a thread."""
        context = ServerIdentity("localhost", self.settings.ca).context
        connection = HTTPSConnection("localhost", self.port, context=context)
        with closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read()
