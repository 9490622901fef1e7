"""The files that belong to the pages: style sheet, icon."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bcfg2tw.reporting.web.rendering import STATIC


@dataclass(frozen=True)
class StaticFile:
    """A file; `etag` tells its content apart."""

    content_type: str
    content: bytes
    etag: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return all files by their names; there are few, and they are small."""
    return {
        path.name: _static_file(path.name, path.read_bytes())
        for path in STATIC.iterdir()
        if path.is_file()
    }


def _static_file(name: str, content: bytes) -> StaticFile:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    return StaticFile(text, content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
