"""Tests as another user than root, who may read everything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Have the system heed the modes of files, which root does not."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def forbidden(repository: str, name: str) -> Iterator[None]:
    """Let nobody read a file of a repository while the block runs."""
    path = os.path.join(repository, name)
    # the folders above are for this user alone, as all temporary ones
    for above in (repository, os.path.dirname(repository)):
        os.chmod(above, 0o755)
    os.chmod(path, 0)
    try:
        with without_privileges():
            yield
    finally:
        os.chmod(path, 0o644)
