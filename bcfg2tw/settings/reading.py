"""
Everything that can be set: bcfg2.conf, command line and defaults as one immutable value.

Precedence: command line, environment, file, default (:ref:`options-1`). `declarations.py` describes
the options, `inifile.py` reads the file.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bcfg2tw.errors import SettingsError
from bcfg2tw.finding import Finding
from bcfg2tw.settings import inifile, types
from bcfg2tw.settings.balancers import Balancers
from bcfg2tw.settings.declarations import OptionTable, options
from bcfg2tw.settings.inifile import IniFile
from bcfg2tw.settings.mistakes import mistakes
from bcfg2tw.settings.passphrases import passphrases
from bcfg2tw.settings.types import Option

__all__ = ["Settings", "options", "reference"]

DEFAULT_CONFIG = "/etc/bcfg2.conf"
CONFIG_VARIABLE = "BCFG2_CONFIG_FILE"
MACRO = "<repository>"

#: The databases that the state of clients can be kept in.
DATABASE_ENGINES = ("sqlite3", "postgresql")

FILE_MONITORS = ("default", "inotify", "polling", "pseudo")

#: Names that 1.3 has for options, by today's key.
_OLD_NAMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "options": (("statistics", "database_options"),),
    "lax_decryption": (("encryption", "decrypt"),),
}

#: Options of old files that are twistd's on the command line.
TWISTD_SWITCHES = {
    "user": "--uid", "group": "--gid", "umask": "--umask", "pidfile": "--pidfile"
}  # fmt: skip


@dataclass(frozen=True)
class Settings(OptionTable):
    """
    The settings of one server.

    Made with keyword arguments it has the defaults for all others, which is for tests and for
    programmers; administrators' settings come from `from_file`.

    :ivar config: path of the file that was read, None without one
    :ivar passphrases: of `[encryption]` and `[passphrases]`, by name
    :ivar notices: sentences about what does nothing, or something else here than it says
    :ivar findings: those of the notices that are about names, repetitions and permissions
    :ivar places: FILE:LINE of each option that a file gives, by section and lower-case key
    :ivar file: sections and options of the file, as texts
    :ivar overrides: by field name, what beat the file
    """

    config: str | None = None
    passphrases: Mapping[str, str] = field(default_factory=dict, repr=False)
    notices: tuple[str, ...] = field(default=(), compare=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False, compare=False)
    places: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)
    file: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    overrides: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def worker_number(self) -> int:
        """The number of processes that answer calls; 0 where one does everything."""
        if self.core == "upstream":
            return 0
        if self.workers is not None:
            return self.workers
        if self.backend != "multiprocessing":
            return 0
        return types.processes("auto") if self.core_children is None else self.core_children

    @classmethod
    def load(cls, overrides: Mapping[str, Any]) -> Settings:
        """
        Return the settings for a command line.

        :param overrides: by field name, what the command line gives; None where it gives nothing;
            `config` names the file
        :raises SettingsError: for the first thing that is wrong
        """
        values = {name: value for name, value in overrides.items() if value is not None}
        path = values.pop("config", None) or os.environ.get(CONFIG_VARIABLE)
        if path is None and not os.path.exists(DEFAULT_CONFIG):
            return _settings([], values)
        return cls.from_file(path or DEFAULT_CONFIG, **values)

    @classmethod
    def from_file(cls, path: str, **overrides: Any) -> Settings:
        """
        Return the settings that a file gives.

        :param overrides: by field name, what beats the file; texts are converted
        :raises SettingsError: for the first thing that is wrong
        """
        files = list(_files(os.path.abspath(path), overrides))
        return _settings(files, overrides)

    def reread(self) -> Settings:
        """
        Return the settings as the file has them now, with the same overrides.

        The repository is what it was at first: moving it takes a restart (:ref:`options-4`).

        :raises SettingsError: if the file cannot be used; these settings stay as they are
        """
        if self.config is None:
            return self
        fixed = {**self.overrides, "repository": self.repository}
        return dataclasses.replace(self.from_file(self.config, **fixed), overrides=self.overrides)

    @property
    def balancers(self) -> Balancers:
        """All whose word on a client's address counts."""
        return self.proxy_from | self.proxy_tls_from

    def place(self, section: str, key: str) -> str:
        """Return FILE:LINE of an option, or the file's path where it says nothing of it."""
        return self.places.get((section, key.lower())) or self.config or "the defaults"

    def origin(self, name: str) -> str:
        """
        Return where an option's value is from, in brackets behind a blank, to end a sentence.

        It is empty for settings that no administrator wrote.

        :param name: of the option's field
        """
        option = options()[name]
        if isinstance(self.overrides.get(name), str) and option.cli:
            return f" (given as --{option.cli[0]})"
        place = self.places.get((option.section, option.key))
        if place is not None:
            return f" (in {place})"
        return "" if self.config is None else f" (the default; {self.config} has no such line)"

    def folder_for(self, plugin: str, in_repository: str) -> str:
        """
        Return the folder for what a plugin writes for itself, as distinct from what sites keep.

        :param in_repository: the folder where `[server] state` does not name another one
        """
        return in_repository if self.state is None else os.path.join(self.state, plugin)

    @property
    def working_copy(self) -> str:
        """The folder that version control keeps the repository in: its top, or one above."""
        return self.vcs_root or self.repository

    @property
    def contents_folders(self) -> tuple[str | None, ...]:
        """
        The folders for contents of files, best first; None is the system's for temporary files.

        There is none where they lie in memory.
        """
        if self.contents_kept_in == "memory":
            return ()
        return (None,) if self.state is None else (self.state, None)

    @property
    def misspellings(self) -> tuple[str, ...]:
        """The notices of names that are like another one."""
        return tuple(notice for notice in self.notices if notice.endswith("?"))

    def get(self, section: str, key: str, default: str | None = None) -> str | None:
        """Return the text of any option of the file, for options of a site's own plugins."""
        return self.file.get(section, {}).get(key.lower(), default)

    def section(self, name: str) -> Mapping[str, str]:
        """Return all options of a section of the file."""
        return self.file.get(name, {})

    def sections(self) -> tuple[str, ...]:
        """Return the names of the file's sections."""
        return tuple(self.file)


def _contents(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}; name the configuration file with --config"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}:{line}: this is not UTF-8: convert the file") from error


def read_files(path: str) -> tuple[IniFile, ...]:
    """
    Return the configuration file, and the web configuration that it names.

    :raises SettingsError: if one cannot be read
    """
    return tuple(_files(os.path.abspath(path), {}))


def without_refused(files: Sequence[IniFile]) -> tuple[Settings | None, list[SettingsError]]:
    """
    Return the settings that files give without the options whose values are refused, and these.

    :returns: no settings where what is wrong is no option of the files
    """
    refusals: list[SettingsError] = []
    while True:
        try:
            return _settings(files, {}), refusals
        except SettingsError as error:
            refusals.append(error)
            if error.section is None or error.option is None:
                return None, refusals
            fewer = [file.without(error.section, error.option) for file in files]
            if fewer == list(files):
                return None, refusals
            files = fewer


def _files(path: str, overrides: Mapping[str, Any]) -> Iterator[IniFile]:
    """Read the main file, and the web configuration that it names."""
    main = inifile.parse(_contents(path), path)
    yield main
    web = _Sources(main.sections, main.places(), overrides).value("web_config")
    if os.path.exists(web):
        yield inifile.parse(_contents(web), web)


def _settings(files: Sequence[IniFile], overrides: Mapping[str, Any]) -> Settings:
    sections = _merged(files)
    places = {name: place for file in files for name, place in file.places().items()}
    settings = Settings(
        **_Sources(sections, places, overrides).values(),
        config=files[0].path if files else None,
        file=sections,
        overrides=overrides,
        passphrases=_passphrases(sections),
        places=places,
    )
    _check(settings)
    findings = tuple(finding for file in files for finding in mistakes(file, settings.plugins))
    notices = (*map(str, findings), *_notices(settings))
    if settings.filemonitor not in FILE_MONITORS:
        settings = dataclasses.replace(settings, filemonitor="default")
    return dataclasses.replace(settings, notices=notices, findings=findings)


def _merged(files: Sequence[IniFile]) -> inifile.Sections:
    """Return what all files say; later ones win."""
    sections: inifile.Sections = {}
    for file in files:
        for name, values in file.sections.items():
            sections.setdefault(name, {}).update(values)
    _add_database_names(sections)
    _add_lax_decryption(sections)
    return sections


def _add_database_names(sections: inifile.Sections) -> None:
    """Take over what 1.3 called `[statistics] database_engine` and so on (:ref:`options-14`)."""
    old = {
        key.removeprefix("database_"): value
        for key, value in sections.get("statistics", {}).items()
        if key.startswith("database_")
    }
    if old:
        sections["database"] = {**old, **sections.get("database", {})}


def _add_lax_decryption(sections: inifile.Sections) -> None:
    """Take over what 1.3 called `[encryption] decrypt` (:ref:`templates-and-data-1.1`)."""
    old = sections.get("encryption", {}).get("decrypt")
    if old is not None:
        lax = "yes" if old.strip().lower() == "lax" else "no"
        sections["encryption"].setdefault("lax_decryption", lax)


@dataclass(frozen=True)
class _Sources:
    """The command line and the file, from which each option gets its value."""

    sections: Mapping[str, Mapping[str, str]]
    places: Mapping[tuple[str, str], str]
    overrides: Mapping[str, Any]

    def values(self) -> dict[str, Any]:
        """
        Return the value of each option, by field name.

        :raises SettingsError: for the first one that is no value of its option
        """
        return {name: self.value(name) for name in options()}

    @cached_property
    def _repository(self) -> str:
        return str(self._value("repository", options()["repository"], ""))

    def value(self, name: str) -> Any:
        """
        Return the value of one option, by field name.

        :raises SettingsError: if what it is given is no value of it
        """
        option = options()[name]
        return self._value(name, option, self._repository)

    def _value(self, name: str, option: Option, repository: str) -> Any:
        override = self.overrides.get(name)
        if override is not None and not isinstance(override, str):
            return override
        text, place = self._text(option, override)
        if text is None:
            return None
        if option.convert in (types.path, types.database_name):
            text = text.replace(MACRO, repository)
        return option.value(text, place)

    def _text(self, option: Option, override: str | None) -> tuple[str | None, str]:
        if override is not None:
            return override, f"given as --{option.cli[0]}" if option.cli else "given"
        text = self.sections.get(option.section, {}).get(option.key)
        if text is None:
            return option.default, "the default"
        return text, f"in {self._place(option)}"

    def _place(self, option: Option) -> str:
        """Return FILE:LINE of an option, which may stand in [DEFAULT] or have an old name."""
        section, key = option.section, option.key
        names = ((section, key), ("DEFAULT", key), *_OLD_NAMES.get(key, ()))
        return next((self.places[name] for name in names if name in self.places), "the file")


def _passphrases(sections: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    names = {option.key for option in options().values() if option.section == "encryption"}
    return passphrases(sections, names | {"decrypt"})


def _check(settings: Settings) -> None:
    if settings.password == "":
        raise SettingsError(
            "'' is an empty password, so that everybody could log in: give one, or remove the "
            f"line (in {settings.place('communication', 'password')})",
            "communication",
            "password",
        )
    if settings.core == "embedded" and (settings.metadata_db or settings.probes_db):
        _check_database(settings)
    listen = settings.admin_listen
    if listen is not None and not listen.is_local and settings.admin_token is None:
        raise SettingsError(
            f"{listen} can be reached from other machines: name a token in [admin] token = "
            f"file:PATH, or listen on 127.0.0.1 ({settings.place('admin', 'listen')})",
            "admin",
            "listen",
        )


def _check_database(settings: Settings) -> None:
    """Make sure that the state of clients can be kept in the database that is named."""
    if settings.db_url is None and settings.db_engine not in DATABASE_ENGINES:
        raise SettingsError(
            f"{settings.db_engine!r} is no database that this server keeps the state of clients "
            "in: write sqlite3 or postgresql, and take over what the other one holds with "
            f"bcfg2tw db import (in {settings.place('database', 'engine')})",
            "database",
            "engine",
        )


def _notices(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each option whose value means something else here than it says."""
    for section, key, sentence in other_meanings(settings):
        place = settings.places.get((section, key))
        prefix = "" if place is None else f"{place}: "
        yield f"{prefix}[{section}] {key}{sentence}"


def other_meanings(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield section, key and sentence, to follow the key, of values that mean something else."""
    if settings.backend == "cherrypy":
        yield "server", "backend", " = cherrypy means the one core that there is here"
    if settings.core == "upstream" and (settings.workers or settings.backend == "multiprocessing"):
        sentence = " = upstream: an installed Bcfg2 is served by one process, without workers"
        yield "bcfg2tw", "core", sentence
    # the settings have the default in its place by now
    monitor = str(settings.get("server", "filemonitor") or settings.filemonitor).lower()
    if monitor not in FILE_MONITORS:
        sentence = f"this is none of {', '.join(FILE_MONITORS)}; default is used"
        yield "server", "filemonitor", f" = {monitor}: {sentence}"
    for key, switch in TWISTD_SWITCHES.items():
        if settings.get("server", key) is not None:
            yield "server", key, f" has no effect: give twistd {switch}, before bcfg2-core"
    if settings.protocol == "xmlrpc/tlsv1":
        yield (
            "communication",
            "protocol",
            " = xmlrpc/tlsv1 admits TLS 1.0, which is not safe: write xmlrpc/ssl once all clients "
            "negotiate",
        )


def reference() -> str:
    """Return the reference of all options as reStructuredText, by section."""
    sections: dict[str, list[Option]] = {}
    for option in options().values():
        sections.setdefault(option.section, []).append(option)
    return "\n".join(
        f"[{name}]\n{'-' * (len(name) + 2)}\n\n" + "\n".join(map(_describe, members))
        for name, members in sections.items()
    )


def _describe(option: Option) -> str:
    short = [f"-{option.short}"] if option.short else []
    switches = ", ".join(f"``{name}``" for name in [*short, *(f"--{name}" for name in option.cli)])
    default = "empty" if option.default == "" else f"``{option.default}``"
    return (
        f"``{option.key}``{f' ({switches})' if switches else ''}\n"
        f"    {option.help} Default: {'none' if option.default is None else default}.\n"
    )
