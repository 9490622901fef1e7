"""Files that clients send."""

from __future__ import annotations

import base64
import os

from Bcfg2 import Options
from Bcfg2.Server.Plugin import Plugin


def b64decode(value: str) -> str:
    """Return text, which cannot be written to a file of bytes."""
    return base64.b64decode(value).decode("utf-8")


class FileProbes(Plugin):  # type: ignore[misc]  # Bcfg2 comes without annotations
    """Writes what it gets, and says whether it is what it has as text."""

    def receive(self, sent: str, present: str) -> bool:
        """Write a file."""
        content = b64decode(sent)
        with open(os.path.join(Options.setup.repository, "probed"), "wb") as stream:
            stream.write(content)  # type: ignore[arg-type]  # Python 2 took it
        return present == content
