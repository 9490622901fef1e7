"""
Threads that do not come back: where they are, and how they are ended where that is safe.

Python cannot kill a thread, but it can raise an exception in it, between two steps of its code. A
thread that runs no Python code just then, because it sleeps or waits, gets it when it does again.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import bcfg2tw
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.templates import genshi_code, genshi_directives, text
from bcfg2tw.engine.templates.places import (
    TemplatePlace,
    callers_of,
    is_template_code,
    template_place,
)
from bcfg2tw.errors import CallGivenUp

OURS = os.path.dirname(str(bcfg2tw.__file__)) + os.sep

#: Ours that run the code of templates step by step, and hold no lock.
RENDERERS = frozenset(str(module.__file__) for module in (genshi_code, genshi_directives, text))

#: Python's own that hold locks which other threads need.
LOCKING = ("<frozen importlib", "/logging/", "/threading.py", "/queue.py", "/concurrent/")

LONG_TURN_SECONDS = 0.5

_raise_in: Any = ctypes.pythonapi.PyThreadState_SetAsyncExc
_raise_in.argtypes = (ctypes.c_ulong, ctypes.py_object)


@dataclass(frozen=True)
class Place:
    """
    The place in a site's files, or else in the server, that a thread has come to.

    :ivar plugin: the name of the plugin, None where none is at work
    """

    plugin: str | None
    path: str
    line: int | None

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return place if self.plugin is None else f"{self.plugin}: {place}"


def place_of(thread: int, repository: str) -> Place | None:
    """
    Return where a thread is, None where it has ended.

    :param thread: its identifier
    :param repository: the folder of the site's files; where none of them is at work, the place is
        the innermost function of a plugin
    """
    frame = sys._current_frames().get(thread)
    if frame is None:
        return None
    folders = _spellings(repository)
    for caller in callers_of(frame):
        place = _place_in_sites_code(caller, folders)
        if place is not None:
            path, line = place
            return Place(_folder_in(path, folders) or _plugin_at(caller), path, line)
    plugin = next((caller for caller in callers_of(frame) if _plugin_in(caller)), frame)
    return Place(_plugin_in(plugin), plugin.f_code.co_filename, plugin.f_lineno)


def _spellings(folder: str) -> tuple[str, ...]:
    names = (folder, os.path.realpath(folder))
    return tuple(dict.fromkeys(name.rstrip(os.sep) + os.sep for name in names))


def _folder_in(path: str, folders: tuple[str, ...]) -> str | None:
    """Return the folder of the repository that a file is in, which has the name of a plugin."""
    top = next((folder for folder in folders if path.startswith(folder)), None)
    return None if top is None else path.removeprefix(top).partition(os.sep)[0]


def _plugin_at(frame: FrameType) -> str | None:
    """Return the name of the innermost plugin that is at work."""
    return next(filter(None, map(_plugin_in, callers_of(frame))), None)


def _plugin_in(frame: FrameType) -> str | None:
    """Return the name of the plugin that a function is a method of."""
    plugin = frame.f_locals.get("self")
    return plugin.name if isinstance(plugin, Plugin) else None


def _place_in_sites_code(frame: FrameType, folders: tuple[str, ...]) -> TemplatePlace | None:
    place = template_place(frame)
    if place is None and not is_template_code(frame) and _is_sites_own(frame, folders):
        return frame.f_code.co_filename, frame.f_lineno
    return place


def _is_sites_own(frame: FrameType, folders: tuple[str, ...]) -> bool:
    """Say whether a function is of a file of the repository, or of a plugin of the site's own."""
    return frame.f_code.co_filename.startswith(folders) or _is_in_sites_plugin(frame)


def _is_in_sites_plugin(frame: FrameType) -> bool:
    """Say whether a function is a method of a plugin that does not come with the server."""
    return not frame.f_code.co_filename.startswith(OURS) and _plugin_in(frame) is not None


def interrupt(thread_of_call: Callable[[], int | None], repository: str) -> bool:
    """
    Raise `CallGivenUp` in a thread if a site's own code runs in it, and no lock can be held there.

    :param thread_of_call: returns the thread's identifier as long as it makes the call
    :returns: whether it was done
    """
    folders = _spellings(repository)
    with _undisturbed():
        thread = thread_of_call()
        frame = None if thread is None else sys._current_frames().get(thread)
        if frame is None or not _is_in_sites_code(frame, folders):
            return False
        return bool(_raise_in(thread, CallGivenUp))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """
    Let no other thread run in a block of a few steps that waits for nothing.

    Python has threads take turns. The block begins with a new turn, which is made longer than the
    block can take.
    """
    time.sleep(0)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(LONG_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def clear_interruption() -> None:
    """Take back an exception that was to be raised in this thread and was not yet."""
    _raise_in(threading.get_ident(), ctypes.py_object())


def _is_in_sites_code(frame: FrameType, folders: tuple[str, ...]) -> bool:
    """Say whether a site's code has called the innermost function, by nothing that has locks."""
    for caller in _until_ours(frame):
        path = caller.f_code.co_filename
        if any(name in path for name in LOCKING):
            return False
        if path in RENDERERS or is_template_code(caller) or _is_sites_own(caller, folders):
            return True
    return False


def _until_ours(frame: FrameType) -> Iterator[FrameType]:
    for caller in callers_of(frame):
        path = caller.f_code.co_filename
        if path.startswith(OURS) and path not in RENDERERS:
            return
        yield caller
