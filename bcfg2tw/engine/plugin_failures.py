"""Failures of plugins in one line: what was raised, and in which line of whose code."""

from __future__ import annotations

import logging
import sys
import traceback
from types import FrameType, TracebackType

from bcfg2tw.engine.templates.places import template_place
from bcfg2tw.errors import Bcfg2Error

logger = logging.getLogger("bcfg2-server")


def failure_of(plugin: object, error: Exception) -> str:
    """
    Return what a plugin raised; its name comes first where that is not what it says on purpose.

    For the log, and for the client.
    """
    reason = describe_failure(plugin, error)
    return reason if isinstance(error, Bcfg2Error) else f"plugin {type(plugin).__name__}: {reason}"


def describe_failure(plugin: object, error: Exception) -> str:
    """
    Return what a plugin raised, as one line.

    What it raises on purpose says all that is to be said. Of everything else the place is named: in
    a template, or else in the plugin's own file; the traceback is a debug message.
    """
    if isinstance(error, Bcfg2Error):
        return str(error)
    logger.debug("%s failed", plugin, exc_info=error)
    words = " ".join(traceback.format_exception_only(error)[-1].split())
    steps = list(_steps(error.__traceback__))
    return f"{words} ({_place(plugin, steps)})" if steps else words


def _steps(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    """Return the functions that an exception came through, with their lines, innermost first."""
    return list(traceback.walk_tb(trace))[::-1]


def _place(plugin: object, steps: list[tuple[FrameType, int]]) -> str:
    for frame, _ in steps:
        place = template_place(frame)
        if place is not None:
            path, number = place
            return path if number is None else f"{path}:{number}"
    module = sys.modules.get(type(plugin).__module__)
    own = [step for step in steps if step[0].f_code.co_filename == getattr(module, "__file__", "")]
    frame, line = (own or steps)[0]
    return f"{frame.f_code.co_filename}:{line}"
