"""The part of a path that keeps a user out."""

from __future__ import annotations

import os

_HAS_EFFECTIVE = os.access in os.supports_effective_ids


def closed_part(path: str) -> str:
    """Return the first folder on the way to a path that this user may not enter, or the path."""
    parts = [path]
    while parts[0] != os.path.dirname(parts[0]):
        parts.insert(0, os.path.dirname(parts[0]))
    closed = (part for part in parts[:-1] if os.path.exists(part) and not _may(part, os.X_OK))
    return next(closed, path)


def is_readable_folder(path: str) -> bool:
    """Say whether this user may list a folder and what is in it."""
    return _may(path, os.R_OK | os.X_OK)


def _may(path: str, mode: int) -> bool:
    return os.access(path, mode, effective_ids=_HAS_EFFECTIVE)
