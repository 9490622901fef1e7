"""Failures of the installed Bcfg2, as errors of ours."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bcfg2tw.errors import CoreInitError, NoExposedMethod, SettingsError


@contextmanager
def as_settings_error(sentence: Callable[[Exception], str]) -> Iterator[None]:
    """
    Raise a `SettingsError` in the place of whatever the block raises.

    This is the one boundary to Bcfg2's start: importing it and reading its options run all of
    Bcfg2, its plugins and whatever these are built on.

    :param sentence: returns the text of the error for what was raised
    """
    try:
        yield
    except Exception as error:
        raise SettingsError(sentence(error)) from error


def place_of(error: Exception) -> str:
    """Return file, line, class and text of an error, in Bcfg2's own code if it went through it."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((entry for entry in reversed(frames) if "Bcfg2" in entry.filename), frames[-1])
    return f"{frame.filename}:{frame.lineno}: {type(error).__name__}: {error}"


@contextmanager
def as_core_error() -> Iterator[None]:
    """Raise our `CoreInitError` in the place of Bcfg2's."""
    from Bcfg2.Server.Core import CoreInitError as Refused

    try:
        yield
    except Refused as error:
        raise CoreInitError(str(error)) from error


@contextmanager
def as_missing_method() -> Iterator[None]:
    """Raise our `NoExposedMethod` in the place of Bcfg2's."""
    from Bcfg2.Server.Core import NoExposedMethod as Missing

    try:
        yield
    except Missing as error:
        raise NoExposedMethod(str(error)) from error
