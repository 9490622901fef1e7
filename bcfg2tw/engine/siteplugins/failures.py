"""Failures of a site's plugins in one line: what was raised, and in which line of their files."""

from __future__ import annotations

import traceback
from types import FrameType

from bcfg2tw.errors import Bcfg2Error

#: What the globals of a site's modules have under this name.
MARK = "__bcfg2tw_site__"


def describe(error: BaseException) -> str:
    """Return what was raised; the place comes behind what was not raised on purpose."""
    text = " ".join(str(error).split())
    if isinstance(error, Bcfg2Error) and text:
        return text
    name = type(error).__name__
    text = f"{name}: {text}" if text else name
    place = place_of(error)
    return text if place is None or place in text else f"{text} ({place})"


def place_of(error: BaseException) -> str | None:
    """Return file and line of the innermost code of a site that an error came through."""
    frames = [*traceback.walk_tb(error.__traceback__)]
    for frame, line in reversed(frames):
        if is_of_site(frame):
            return f"{frame.f_code.co_filename}:{line}"
    return None


def is_of_site(frame: FrameType) -> bool:
    """Say whether a frame is of a site's own module."""
    return MARK in frame.f_globals
