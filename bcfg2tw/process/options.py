"""The options of `twistd bcfg2-core`, made from the descriptions of the settings."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from twisted.python import usage

import bcfg2tw
from bcfg2tw.auth import ServerContext
from bcfg2tw.closed_paths import closed_part, is_readable_folder
from bcfg2tw.core import core_class
from bcfg2tw.engine.plugin.registry import check_names
from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.process.privileges import Privileges, by_user
from bcfg2tw.process.structured import check_journal
from bcfg2tw.process.twistd_files import check_files
from bcfg2tw.process.usage_mistakes import explain_usage
from bcfg2tw.serving.listening import check_addresses
from bcfg2tw.settings import CONFIG_VARIABLE, DEFAULT_CONFIG, Settings, options
from bcfg2tw.settings.types import Option

#: What twistd logs by, by the format of messages.
_OBSERVERS = {
    "json": "bcfg2tw.process.structured.json_observer",
    "journal": "bcfg2tw.process.structured.journal_observer",
}

CONFIG_HELP = f"The configuration file [default: {CONFIG_VARIABLE}, else {DEFAULT_CONFIG}]."


def _flags() -> Iterator[list[str | None]]:
    for _, name, short, option in _switches():
        if option.is_flag:
            yield [name, short, option.help]


def _parameters() -> Iterator[list[str | None]]:
    yield ["config", "C", None, CONFIG_HELP]
    for field, name, short, option in _switches():
        if not option.is_flag and field != "endpoints":
            default = f" [default: {option.default}]" if option.default else ""
            yield [name, short, None, option.help + default]


def _switches() -> Iterator[tuple[str, str, str | None, Option]]:
    """Yield field, name, letter and description of each option that has a name here."""
    for field, option in options().items():
        for name in option.cli:
            yield field, name, option.short if name == option.cli[0] else None, option


class Options(usage.Options):
    """
    The options of `twistd bcfg2-core`; what they leave open, bcfg2.conf and the defaults say.

    :ivar settings: those of the whole, once the command line was parsed
    """

    synopsis = "[options]"
    longdesc = "Serve a Bcfg2 repository to its clients."
    optFlags = list(_flags())
    optParameters = list(_parameters())

    settings: Settings

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        """
        Know of no command line yet.

        :param given: settings that beat bcfg2.conf and are not on it, by field name
        """
        super().__init__()
        self._given = given or {}
        self._endpoints: list[str] = []

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """
        Parse the command line.

        :raises twisted.python.usage.UsageError: if it cannot be understood; below twistd the
            process ends instead, with the reason alone in place of the whole usage
        """
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            if self.parent is None:
                raise
            print(f"bcfg2-core: {explain_usage(error, self)}", file=sys.stderr)
            print("twistd bcfg2-core --help lists the options", file=sys.stderr)
            sys.exit(1)

    def parseArgs(self, *arguments: str) -> None:
        """
        Refuse arguments.

        :raises twisted.python.usage.UsageError: if there is any
        """
        if arguments:
            raise usage.UsageError(f"{arguments[0]!r} is no option, and there are options alone")

    def opt_endpoint(self, description: str) -> None:
        """Listen on an endpoint of Twisted, such as tcp6:6789, or systemd for all sockets that it
        hands over; TLS is put on top. May be repeated, and replaces the addresses of bcfg2.conf."""
        self._endpoints.append(description)

    @property
    def is_daemon(self) -> bool:
        """True where twistd, whose sub-command this is, detaches before it starts the service."""
        return self.parent is not None and not self.parent["nodaemon"]

    @property
    def privileges(self) -> Privileges:
        """The user that twistd, whose sub-command this is, becomes before it serves."""
        return Privileges.of(self.parent)

    def opt_version(self) -> NoReturn:
        """Print the version and exit."""
        print(f"bcfg2tw {bcfg2tw.__version__}")
        sys.exit(0)

    def postOptions(self) -> None:
        """Make the settings, and look whether they can be served; a sentence says why not."""
        try:
            self.settings = Settings.load({**self._overrides(), **self._given})
            if self.parent is not None:
                check_files(self.parent)
                self.settings = heeding(self.settings, self.parent)
                self._choose_logger(self.parent)
            _check_telling(self.settings, self.privileges)
        except Bcfg2Error as error:
            # not a UsageError: twistd would print the whole usage before the sentence
            sys.exit(f"bcfg2-core: {error}")

    def _choose_logger(self, parent: Any) -> None:
        """
        Have twistd log in the format that is asked for, unless it was told itself.

        :raises SettingsError: if there is no journal
        """
        observer = _OBSERVERS.get(self.settings.log_format)
        if observer is None or self.is_daemon or parent.get("logger"):
            return
        if self.settings.log_format == "journal":
            check_journal()
        parent["logger"] = observer

    def _overrides(self) -> dict[str, Any]:
        """Return the settings of the command line, by field."""
        overrides: dict[str, Any] = {"config": self["config"]}
        for field, name, _, option in _switches():
            if field == "endpoints":
                continue
            if option.is_flag and self[name]:
                overrides[field] = not option.convert(option.default or "no")
            elif not option.is_flag and self[name] is not None:
                overrides[field] = self[name]
        if self._endpoints:
            overrides["endpoints"] = tuple(self._endpoints)
        return overrides


def heeding(settings: Settings, twistd: Mapping[str, Any]) -> Settings:
    """
    Return settings without the notices that an option has no effect which twistd was given, too.

    :param twistd: its options
    """
    heeded = {
        f"[server] {key} has no effect"
        for key, wanted, given in (
            ("user", settings.daemon_uid, twistd["uid"]),
            ("group", settings.daemon_gid, twistd["gid"]),
            ("umask", settings.umask, twistd["umask"]),
            ("pidfile", settings.get("server", "pidfile"), twistd["pidfile"]),
        )
        if wanted is not None and wanted == given
    }
    notices = (one for one in settings.notices if not any(words in one for words in heeded))
    return dataclasses.replace(settings, notices=tuple(notices))


def _check_telling(settings: Settings, privileges: Privileges) -> None:
    """
    Look whether a server can start; where not, say first what is misspelt, the likely cause.

    :raises Bcfg2Error: as `check` does
    """
    try:
        check(settings, privileges)
    except Bcfg2Error:
        for notice in settings.misspellings:
            print(f"bcfg2-core: {notice}", file=sys.stderr)
        raise


def check(settings: Settings, privileges: Privileges) -> None:
    """
    Look whether a server with these settings can start, before it detaches from the terminal.

    :raises Bcfg2Error: naming the option or file, and the remedy
    """
    with privileges.acting():
        check_repository(settings)
    core_class(settings)
    if settings.core == "embedded" and not settings.lenient_plugins:
        check_names(settings.plugins)
    ServerContext(settings)
    check_addresses(settings)


def check_repository(settings: Settings) -> None:
    """
    Look whether the user that the process acts as can read the repository.

    :raises SettingsError: naming the folder that is missing or closed, and the remedy
    """
    path = settings.repository
    if closed_part(path) != path or (os.path.isdir(path) and not is_readable_folder(path)):
        reason = (
            f"{closed_part(path)} cannot be read{by_user() or ' by this user'}: chown or chmod it"
        )
    elif not os.path.isdir(path):
        reason = (
            f"there is no folder {path}: name the repository here or with --repository; bcfg2tw "
            "init DIR makes a small one"
        )
    else:
        return
    raise SettingsError(reason + settings.origin("repository"), "server", "repository")
