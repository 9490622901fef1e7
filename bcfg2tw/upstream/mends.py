"""
Places of the installed Bcfg2 that take text for bytes, as on Python 2, and fail on Python 3.

What they use is replaced in the modules that were imported; no installed file is changed.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Mapping
from typing import Any


class Decodable(str):
    """Text that is decoded already, for who decodes it all the same."""

    __slots__ = ()

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the text."""
        return str(self)


class FileContent(bytes):
    """The content of a file, which equals the text that it is in UTF-8."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other.encode("utf-8") if isinstance(other, str) else other)

    def __hash__(self) -> int:
        return super().__hash__()


def b64decode(value: str | bytes) -> FileContent:
    """Decode base64 into what can be written to a file and compared with text."""
    return FileContent(base64.b64decode(value))


def _mend_cheetah(module: Any) -> None:
    """Let templates of Cheetah decode their text, which Bcfg2 has read as text."""
    module.CfgCheetahGenerator.data = property(_data, _set_data)


def _data(generator: Any) -> str | None:
    text = vars(generator).get("data")
    return text if text is None else Decodable(text)


def _set_data(generator: Any, text: str | None) -> None:
    vars(generator)["data"] = text


def _mend_file_probes(module: Any) -> None:
    """Let files that clients send be written as they are."""
    module.b64decode = b64decode


MENDS: Mapping[str, Callable[[Any], None]] = {
    "Bcfg2.Server.Plugins.Cfg.CfgCheetahGenerator": _mend_cheetah,
    "Bcfg2.Server.Plugins.FileProbes": _mend_file_probes,
}


def mend() -> None:
    """Mend the modules that were imported; once more changes nothing."""
    for name, mend_module in MENDS.items():
        if name in sys.modules:
            mend_module(sys.modules[name])
