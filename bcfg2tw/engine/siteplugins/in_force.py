"""The options that are in force, as plugins for Bcfg2 1.4 and 1.3 ask for them."""

from __future__ import annotations

import configparser
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Any

from bcfg2tw.engine.siteplugins.names.options import SiteOption, flatten
from bcfg2tw.settings import Settings
from bcfg2tw.settings.declarations import options

_ABSENT = object()

#: What Bcfg2 1.3 calls options that have another name in 1.4.
FORMER_NAMES = {
    "repo": "repository",
    "location": "server",
    "configfile": "config",
    "to_file": "logfile",
    "perflog_interval": "performance_interval",
}


class OptionsInForce:
    """
    Upstream's `Bcfg2.Options.setup`: an attribute for each option.

    The engine's own, and those that the site's plugins declare. They are those of now: a changed
    bcfg2.conf counts at once.

    :param settings: returns the settings in force
    """

    def __init__(self, settings: Callable[[], Settings]) -> None:
        values = vars(self)
        values["_settings"] = settings
        values["_declared"] = []
        values["_set"] = {}

    def declare(self, declarations: Iterable[Any]) -> None:
        """Take in what a class declares as its options."""
        for declaration in declarations:
            if declaration not in self._declared:
                self._declared.append(declaration)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._set:
            return self._set[name]
        option = self._option(name)
        if option is not None:
            return option.value(self._settings())
        value = getattr(self._settings(), FORMER_NAMES.get(name, name), _ABSENT)
        if value is _ABSENT:
            raise AttributeError(
                f"there is no option {name}: a plugin declares its own in `options`"
            )
        if name == "vcs_root" and value is None:
            return self._settings().repository
        return list(value) if isinstance(value, tuple) else value

    def _option(self, name: str) -> SiteOption | None:
        declared = flatten(self._declared, self._settings())
        return next((option for option in declared if option.dest == name), None)

    def __setattr__(self, name: str, value: Any) -> None:
        self._set[name] = value

    def __delattr__(self, name: str) -> None:
        self._set.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and hasattr(self, name)

    def names(self) -> list[str]:
        """Return the names of all options."""
        declared = {option.dest for option in flatten(self._declared, self._settings())}
        return sorted({*options(), *declared, *self._set})


class ConfigurationFile(configparser.RawConfigParser):
    """
    Upstream's `core.setup.cfp` (1.3): bcfg2.conf by section and key.

    `get` and the like take `default=` in the place of what is missing.
    """

    def get(self, section: str, option: str, **keywords: Any) -> Any:  # type: ignore[override]  # 1.3 has `default`
        """Return the text of an option."""
        if "default" in keywords:
            keywords["fallback"] = keywords.pop("default")
        return super().get(section, option, **keywords)

    def getboolean(self, section: str, option: str, **keywords: Any) -> Any:
        """Return whether an option says yes."""
        if "default" in keywords:
            keywords["fallback"] = keywords.pop("default")
        return super().getboolean(section, option, **keywords)


class FormerOptions(MutableMapping[str, Any]):
    """Upstream's `core.setup` of Bcfg2 1.3: options by name, and the file itself as `cfp`."""

    def __init__(self, setup: OptionsInForce, settings: Callable[[], Settings]) -> None:
        self._setup = setup
        self._settings = settings

    @property
    def cfp(self) -> ConfigurationFile:
        """The file, as it is in force now."""
        parser = ConfigurationFile()
        parser.read_dict(self._settings().file)
        return parser

    def __getitem__(self, key: str) -> Any:
        try:
            return getattr(self._setup, key)
        except AttributeError:
            raise KeyError(key) from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._setup, name)

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self._setup, key, value)

    def __delitem__(self, key: str) -> None:
        delattr(self._setup, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._setup.names())

    def __len__(self) -> int:
        return len(self._setup.names())

    def add_option(self, name: str, option: Any) -> None:
        """Leave an option of 1.3 undeclared: its text is in `cfp`."""

    def update(self, *arguments: Any, **keywords: Any) -> None:
        """Set options by name."""
        for key, value in dict(*arguments, **keywords).items():
            if not isinstance(value, SiteOption):
                self[key] = value
