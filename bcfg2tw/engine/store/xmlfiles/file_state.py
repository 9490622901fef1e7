"""The state of a file, by which a journal tells whether it is the one that it continues."""

from __future__ import annotations

import hashlib
import os
from dataclasses import astuple

from bcfg2tw.engine.repository.listing import Stamp, open_at_once
from bcfg2tw.engine.store.xmlfiles.records import State

DIGEST_BYTES = 16

#: The stamps of a file before and after it was written.
Stamps = tuple[Stamp, Stamp]


def digest_of(data: bytes, size: int = DIGEST_BYTES) -> str:
    """Return a digest of some bytes, in hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=size).hexdigest()


def state_of(path: str) -> State:
    """Return the state of a single file; one that cannot be read has no digest."""
    try:
        with open(path, "rb", opener=open_at_once) as stream:
            return {os.path.basename(path): digest_of(stream.read())}
    except OSError:
        return {os.path.basename(path): ""}


def numbers_of(stamps: Stamps | None) -> tuple[int, ...]:
    """Return stamps as numbers, none for None."""
    return () if stamps is None else (*astuple(stamps[0]), *astuple(stamps[1]))


def stamps_of(numbers: tuple[int, ...]) -> Stamps | None:
    """Return the stamps that `numbers_of` made numbers of."""
    half = len(numbers) // 2
    return (Stamp(*numbers[:half]), Stamp(*numbers[half:])) if numbers else None
