"""Options of a site's plugins: how they are declared, and what they are (:ref:`options-3`)."""

from __future__ import annotations

import ast
import fnmatch
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bcfg2tw.errors import Bcfg2Error, PluginInitError
from bcfg2tw.settings import Settings
from bcfg2tw.settings import types as converters


class OptionParserException(Bcfg2Error):
    """An option cannot be what it is."""


class Types:
    """Functions that turn the text of an option into a value."""

    @staticmethod
    def path(value: str) -> str:
        """Return a full path."""
        return os.path.abspath(os.path.expanduser(value))

    @staticmethod
    def comma_list(value: str) -> list[str]:
        """Split at commas."""
        return re.split(r"\s*,\s*", value.strip()) if value.strip() else []

    @staticmethod
    def colon_list(value: str) -> list[str]:
        """Split at colons."""
        return value.split(":") if value else []

    @staticmethod
    def comma_dict(value: str) -> dict[str, Any]:
        """Read pairs `key=value`; a key alone is true."""
        pairs = (item.partition("=") for item in Types.comma_list(value))
        return {key.strip(): text.strip() if equals else True for key, equals, text in pairs}

    @staticmethod
    def anchored_regex_list(value: str) -> list[re.Pattern[str]]:
        """Read regular expressions that match whole texts."""
        return [re.compile(f"^{pattern}$") for pattern in value.split()]

    @staticmethod
    def octal(value: str) -> int:
        """Read a number of base 8."""
        return int(value, 8)

    @staticmethod
    def username(value: str) -> int:
        """Return the number of a user."""
        return converters.user(value)

    @staticmethod
    def groupname(value: str) -> int:
        """Return the number of a group."""
        return converters.group(value)

    @staticmethod
    def timeout(value: str) -> float | None:
        """Return seconds, None for none."""
        seconds = float(value)
        return seconds if seconds > 0 else None

    @staticmethod
    def size(value: str) -> int:
        """Return bytes."""
        return converters.size(value)

    @staticmethod
    def literal_dict(value: str) -> Any:
        """Read what Python calls a dictionary."""
        return ast.literal_eval(value) if value else {}


class SiteOption:
    """
    One option of bcfg2.conf.

    Names on the command line are taken and never used: twistd has no options of plugins.

    :ivar cf: section and key
    :ivar dest: attribute of `Bcfg2.Options.setup`
    """

    def __init__(self, *names: str, **keywords: Any) -> None:
        self.names = names
        self.args = names
        self.cf: tuple[str, str] | None = keywords.get("cf")
        self.env: str | None = keywords.get("env")
        self.default = keywords.get("default")
        self.type: Callable[[str], Any] | None = keywords.get("type")
        self.choices = keywords.get("choices")
        self.action = keywords.get("action")
        self.dest: str = keywords.get("dest") or self._usual_dest()

    def _usual_dest(self) -> str:
        long_names = [name[2:] for name in self.names if name.startswith("--")]
        key = long_names[0] if long_names else (self.cf[1] if self.cf else "")
        return key.lower().replace("-", "_")

    def value(self, settings: Settings) -> Any:
        """
        Return what the option is.

        :raises PluginInitError: with file and line, if it cannot be that
        """
        text = None if self.cf is None else settings.get(*self.cf)
        if text is None and self.env:
            text = os.environ.get(self.env)
        if text is None:
            return self._default(settings)
        try:
            value = self.convert(text)
        except (ValueError, TypeError, SyntaxError, Bcfg2Error) as error:
            raise PluginInitError(
                f"{self._place(settings)}: {text!r} cannot be used: {error}"
            ) from error
        if self.choices is not None and value not in self.choices:
            words = ", ".join(map(str, self.choices))
            raise PluginInitError(f"{self._place(settings)}: {text!r} is none of {words}")
        return value

    def _place(self, settings: Settings) -> str:
        """Return where the option is given."""
        if self.cf is None:
            return f"the environment's {self.env}"
        place = settings.places.get((self.cf[0], self.cf[1].lower()))
        name = f"[{self.cf[0]}] {self.cf[1]}"
        return name if place is None else f"{place}: {name}"

    def _default(self, settings: Settings) -> Any:
        if isinstance(self.default, str):
            text = self.default.replace("<repository>", settings.repository)
            return text if self.type is None else self.convert(text)
        return self.default

    def convert(self, text: str) -> Any:
        """Return the value of a text."""
        return text if self.type is None else self.type(text)

    def options(self, settings: Settings) -> Iterator[SiteOption]:
        """Yield the options that this stands for."""
        yield self


class SiteBooleanOption(SiteOption):
    """An option that is true or false."""

    def __init__(self, *names: str, **keywords: Any) -> None:
        super().__init__(*names, **keywords)
        if self.default is None:
            self.default = False

    def convert(self, text: str) -> Any:
        """Return whether a text says yes."""
        return converters.boolean(text)


class SitePathOption(SiteOption):
    """An option that is a path; `<repository>` in it is the repository."""

    def value(self, settings: Settings) -> Any:
        """Return a full path, None where there is none."""
        value = super().value(settings)
        if not isinstance(value, str):
            return value
        return Types.path(value.replace("<repository>", settings.repository))


class SitePositionalArgument(SiteOption):
    """An argument of a command, of which there are none here."""


class SiteOptionGroup:
    """Options that belong together."""

    def __init__(self, *options: Any, **keywords: Any) -> None:
        self._options = options

    def options(self, settings: Settings) -> Iterator[SiteOption]:
        """Yield the options that this stands for."""
        for option in self._options:
            yield from option.options(settings)


class SiteWildcardSectionGroup(SiteOptionGroup):
    """Options of all sections that a glob stands for; each becomes `SECTION_DEST`."""

    def options(self, settings: Settings) -> Iterator[SiteOption]:
        """Yield an option for each section."""
        for option in super().options(settings):
            glob, key = option.cf or ("", "")
            for section in fnmatch.filter(settings.sections(), glob):
                dest = re.sub(r"\W", "_", f"{section}_{option.dest}")
                keywords = {
                    "cf": (section, key), "dest": dest, "default": option.default,
                    "type": option.type, "choices": option.choices,
                }  # fmt: skip
                yield type(option)(*option.names, **keywords)


def flatten(options: Iterable[Any], settings: Settings) -> Iterator[SiteOption]:
    """Yield the options that declarations stand for."""
    for option in options:
        yield from option.options(settings)


class ComponentAction:
    """
    Upstream's action that imports what an option names; here the names are the option's value.

    :cvar bases: packages in which names without a dot are looked for
    """

    bases: list[str] = []
    islist = True
    mapping: dict[str, Any] = {}
    module = False
    fail_silently = False
