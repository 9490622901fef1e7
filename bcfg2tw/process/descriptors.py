"""The number of descriptors that the process may have: each connection is one, and each file."""

from __future__ import annotations

import resource
from contextlib import suppress


def raise_descriptor_limit() -> None:
    """
    Raise the soft limit to the hard one, which needs no privilege.

    The soft limit is as low as it is for programs that use `select`, which Twisted does not here.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # some systems have a hard limit that cannot be had
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
