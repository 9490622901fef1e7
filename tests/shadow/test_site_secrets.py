"""The secrets of the site, which are looked up while calls are compared."""

from __future__ import annotations

import os

from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.settings import Settings
from bcfg2tw.shadow.site_secrets import SiteSecrets
from tests.builders import a_repository
from tests.waiting import PATIENCE_SECONDS


class PipeTests(TestCase):
    timeout = PATIENCE_SECONDS

    async def test_bundle(self) -> None:
        """A pipe that stands in a bundle's place holds nothing up."""
        await self.assert_read("Bundler/pipe.xml")

    async def test_properties(self) -> None:
        """Neither does one among properties, which may be encrypted."""
        await self.assert_read("Properties/pipe.xml")

    async def assert_read(self, name: str) -> None:
        """See that what is encrypted is known beside a pipe of a name."""
        folder = a_repository(self, {"Cfg/etc/key/key.crypt": "x"})
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.mkfifo(path)
        # lets go who waits at it
        self.addCleanup(lambda: os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK)))
        settings = Settings(repository=folder, passphrases={"one": "swordfish"})
        texts = await deferToThread(SiteSecrets(settings).texts)
        self.assertEqual(texts.paths, frozenset({"/etc/key"}))
