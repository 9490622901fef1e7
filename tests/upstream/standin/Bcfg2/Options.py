"""
Options from a configuration file, for components that declare what they need (:ref:`options-12`).
"""

from __future__ import annotations

import argparse
import configparser
import importlib
from collections.abc import Callable, Sequence
from typing import Any


class Option:
    """One option of the file."""

    def __init__(
        self,
        cf: tuple[str, str],
        dest: str,
        default: Any = None,
        type: Callable[[str], Any] = str,
    ) -> None:
        self.cf = cf
        self.dest = dest
        self.default = default
        self.type = type

    def value(self, parsed: configparser.ConfigParser) -> Any:
        """Return what the file says, or the default."""
        text = parsed.get(*self.cf, fallback=None)
        return self.default if text is None else self.type(text)


def boolean(text: str) -> bool:
    """Convert yes and no; anything else is an error without a place, as in Bcfg2."""
    if text not in ("true", "yes", "false", "no"):
        raise ValueError(f"Not a boolean: {text}")
    return text in ("true", "yes")


def comma_list(text: str) -> list[str]:
    """Split at commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def broken_octal(text: str) -> int:
    """Fail as Bcfg2's conversion of `umask` does (:ref:`options-6.1`)."""
    raise TypeError("int() can't convert non-string with explicit base")


setup = argparse.Namespace()


class Parser:
    """Reads the file that `-C` names, in Python 3's dialect, for all components."""

    def __init__(self, namespace: argparse.Namespace) -> None:
        self.components: list[Any] = []
        self.namespace = namespace

    def add_component(self, component: Any) -> None:
        """Take in a component's options."""
        if component not in self.components:
            self.components.append(component)

    def parse(self, argv: Sequence[str]) -> None:
        """Set what the file says; plugins that it names become components."""
        parsed = configparser.ConfigParser()
        if argv[0] != "-C" or not parsed.read(argv[1]):
            raise SystemExit(2)
        for name in comma_list(parsed.get("server", "plugins")):
            self._add_plugin(name)
        for component in self.components:
            for option in component.options:
                setattr(self.namespace, option.dest, option.value(parsed))
        self.namespace.config = argv[1]
        for component in self.components:
            getattr(component, "options_parsed_hook", tuple)()
        self.namespace.plugins = [one for one in self.components if hasattr(one, "__rmi__")]

    def _add_plugin(self, name: str) -> None:
        module, _, plugin = name.rpartition(".")
        try:
            found = importlib.import_module(module or f"Bcfg2.Server.Plugins.{name}")
        except ImportError:
            return  # Bcfg2 drops it without a word
        self.add_component(getattr(found, plugin))


_parser: Parser | None = None


def new_parser() -> None:
    """Have the next `get_parser` make one."""
    global _parser
    _parser = None


def get_parser(
    description: str | None = None,
    components: Sequence[Any] | None = None,
    namespace: argparse.Namespace | None = None,
) -> Parser:
    """Return the process's parser, with further components."""
    global _parser
    if _parser is None:
        _parser = Parser(setup if namespace is None else namespace)
    for component in components or ():
        _parser.add_component(component)
    return _parser
