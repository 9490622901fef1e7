"""A disk that has no room, as far as a test can have one."""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """
    Let no file of this process grow beyond a size while the block runs.

    A write that would is cut short there, and the next one fails with EFBIG: as on a full disk.
    What the engine logs meanwhile is lost, for the tests' log is a file as well.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
