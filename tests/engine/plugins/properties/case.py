"""What the tests of Properties have in common."""

from __future__ import annotations

import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.encryption import decrypt, encrypt
from bcfg2tw.errors import PluginExecutionError
from tests.builders import CLIENT, a_core

PASSPHRASES = {"ring": "seven keys"}


def secret(text: str) -> str:
    """Return an encrypted text as it stands in a file."""
    return encrypt(text.encode(), PASSPHRASES["ring"]).decode().strip()


def plain(text: str | None) -> str:
    """Decrypt a text of a file."""
    return decrypt((text or "").encode(), PASSPHRASES["ring"]).decode()


class PropertiesCase(SynchronousTestCase):
    """Tests with a core that has Properties."""

    def core(self, files: dict[str, str], **settings: Any) -> NetworkCore:
        """Return a core with files in the plugin's folder."""
        contents = {f"Properties/{name}": text for name, text in files.items()}
        return a_core(self, {"Properties/.keep.xml": "<P/>", **contents}, **settings)

    def properties(self, core: NetworkCore, client: str = CLIENT) -> Any:
        """Return what templates of a client see."""
        return core.build_metadata(client).Properties  # type: ignore[attr-defined]

    def path(self, core: NetworkCore, name: str) -> str:
        """Return the full path of a file of Properties."""
        return os.path.join(core.settings.repository, "Properties", name)

    def text(self, core: NetworkCore, name: str) -> str:
        """Return what a file holds now."""
        with open(self.path(core, name), encoding="utf-8") as stream:
            return stream.read()

    def refused(self, call: Any) -> str:
        """Return with which text a plugin refuses something."""
        return str(self.assertRaises(PluginExecutionError, call))
