"""
Our settings in Bcfg2's own option parser, for the installed core, its plugins and the site's own.

Bcfg2 reads bcfg2.conf itself, in a dialect that depends on the Python below it and that stops at
files which were good for Python 2: sections written twice, a `%` in a password, an inline comment
(:ref:`options-2`). So what `Settings` has read is written out for it as a file that every dialect
reads alike, with what beats the file (the command line, values of a program) in place, and
the parser is given this file in the place of the site's. It exists while it is read.
"""

from __future__ import annotations

import argparse
import configparser
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bcfg2tw.settings import Settings
from bcfg2tw.settings.declarations import options
from bcfg2tw.settings.types import Option
from bcfg2tw.upstream import encryption
from bcfg2tw.upstream.failures import as_settings_error

#: A value in the file ends the start of Bcfg2 1.4 (:ref:`options-6.1`); it is twistd's business
#: anyway.
_UNUSABLE = (("server", "umask"),)

_DEFAULTS = Settings()

DESCRIPTION = "Bcfg2 server on Twisted"

#: What Bcfg2 puts into its settings itself (:ref:`options-12`).
_FIXED = ("uri", "version", "name")

#: Ours alone; Bcfg2 would look for a monitor of this name.
_OWN_MONITOR = "polling"


class DjangoSetup:
    """
    A component of the parser that sets Django up between its configuration and the plugins.

    Bcfg2 does so for Django 1 alone, and does not start where a newer one is installed.
    """

    options: list[Any] = []

    @staticmethod
    def options_parsed_hook() -> None:
        """Set Django up if Bcfg2 has found and configured it."""
        configuration = sys.modules.get("django.conf")
        if configuration is not None and configuration.settings.configured:
            sys.modules["django"].setup()


def parse(settings: Settings, component: type) -> None:
    """
    Have Bcfg2's parser read the settings, with the options of a component and of its plugins.

    Bcfg2 keeps options per process, so this must not run beside another parsing.

    :raises SettingsError: if the parser refuses them
    """
    from Bcfg2 import Options

    components = [DjangoSetup, component]
    _read(settings, Options.get_parser(description=DESCRIPTION, components=components))
    vars(Options.setup).update(own_values(settings))


def reparse(settings: Settings) -> None:
    """
    Have Bcfg2 use other settings, which take the place of the former ones at once.

    Bcfg2's own reparse drops what it has before it reads (:ref:`options-5`), and does not read a
    file again that it has read, so a new parser with the same components reads into a place of its
    own.

    :raises SettingsError: if the parser refuses them; the former settings stay
    """
    from Bcfg2 import Options

    setup = Options.setup
    fixed = {name: vars(setup)[name] for name in _FIXED if name in vars(setup)}
    components = list(Options.get_parser().components)
    Options.new_parser()
    fresh = argparse.Namespace(**fixed)
    parser = Options.get_parser(description=DESCRIPTION, components=components, namespace=fresh)
    _read(settings, parser)
    vars(setup).update({**vars(fresh), **own_values(settings)})


def own_values(settings: Settings) -> dict[str, Any]:
    """Return the options that the parser does not have: passphrases, and the file to name."""
    return {"config": settings.config or os.devnull, **encryption.options_of(settings)}


def _read(settings: Settings, parser: Any) -> None:
    with temporary_file(settings) as path, _same_logging(), _refusals():
        parser.parse(argv=["-C", path])


@contextmanager
def _same_logging() -> Iterator[None]:
    """Leave logging to the network side: parsing gives the root logger outputs of Bcfg2's own."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        for added in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(added)
            added.close()
        root.setLevel(level)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the parser does with bad values into our error."""
    with as_settings_error(_sentence):
        try:
            yield
        except SystemExit as error:  # argparse has said why on standard error
            raise _Refused from error


class _Refused(Exception):
    """The parser has ended the process."""


def _sentence(error: Exception) -> str:
    if isinstance(error, _Refused):
        return "the installed Bcfg2 refuses its options, for the reason above"
    return f"the installed Bcfg2 refuses its options: {type(error).__name__}: {error}"


@contextmanager
def temporary_file(settings: Settings) -> Iterator[str]:
    """Write the settings to a file that only this user can read, for as long as the block runs."""
    descriptor, path = tempfile.mkstemp(prefix="bcfg2tw-", suffix=".conf")
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            as_file(settings).write(stream)
        yield path
    finally:
        os.unlink(path)


def as_file(settings: Settings) -> configparser.RawConfigParser:
    """Return the sections that Bcfg2 is to read: those of the file, and what beats them."""
    sections = {name: dict(values) for name, values in settings.file.items()}
    for name, option in options().items():
        text = _overriding(settings, name, option)
        if text is not None:
            sections.setdefault(option.section, {})[option.key] = text
    for section, key in _UNUSABLE:
        sections.get(section, {}).pop(key, None)
    # the file that it would lay over this one is part of the settings already
    sections.setdefault("reporting", {})["config"] = os.devnull
    result = configparser.RawConfigParser()
    result.read_dict(_escaped(sections))
    return result


def _overriding(settings: Settings, name: str, option: Option) -> str | None:
    """Return the text of a setting that does not come from the file, None for those that do."""
    value = getattr(settings, name)
    if name == "filemonitor" and value == _OWN_MONITOR:
        return "default"
    in_file = option.key in settings.file.get(option.section, {})
    is_default = not in_file and value == getattr(_DEFAULTS, name)
    if value is None or (name not in settings.overrides and (in_file or is_default)):
        return None
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _escaped(sections: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        name: {key: value.replace("%", "%%") for key, value in values.items()}
        for name, values in sections.items()
    }
