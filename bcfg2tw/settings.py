"""
Everything that can be set: bcfg2.conf, command line and defaults as one immutable value.

Each option is described once, as a field of `Settings`; `--help` and the documentation's reference
are made from these descriptions. Precedence: command line, environment, file, default (options.md 1).
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bcfg2tw import inifile
from bcfg2tw import option_types as types
from bcfg2tw.errors import SettingsError

DEFAULT_CONFIG = "/etc/bcfg2.conf"
DEFAULT_WEB_CONFIG = "/etc/bcfg2-web.conf"
CONFIG_VARIABLE = "BCFG2_CONFIG_FILE"
DEFAULT_PORT = 6789

IGNORED_FILES = "*~,*#,.#*,*.swp,*.swpx,.*.swx,SCCS,.svn,4913,.gitignore"
PLUGINS = "Bundler,Cfg,Metadata,Pkgmgr,Rules,SSHbase"
MACRO = "<repository>"

#: Options of old files that are twistd's on the command line.
TWISTD_SWITCHES = {
    "user": "--uid", "group": "--gid", "umask": "--umask", "pidfile": "--pidfile"
}  # fmt: skip


@dataclass(frozen=True)
class Option:
    """
    Where a setting comes from and what it means.

    :ivar cli: long name on the command line, without dashes
    :ivar short: one letter for the command line
    :ivar secret: whether its value must not be shown
    """

    section: str
    key: str
    default: str | None
    convert: types.Converter
    help: str
    cli: str | None = None
    short: str | None = None
    secret: bool = False

    def value(self, text: str, place: str) -> Any:
        """
        Convert a text.

        :raises SettingsError: naming file, section and key, if it is no value for the option
        """
        try:
            return self.convert(text)
        except ValueError as error:
            raise SettingsError(f"{error} ({place})", self.section, self.key) from error


def option(
    section: str,
    key: str,
    default: str | None,
    help: str,
    convert: types.Converter = types.text,
    cli: str | None = None,
    short: str | None = None,
    secret: bool = False,
) -> Any:
    """Return a dataclass field that is described as an option."""
    description = Option(section, key, default, convert, help, cli, short, secret)
    value = None if default is None else convert(default)
    return field(default=value, metadata={"option": description})


@dataclass(frozen=True)
class Settings:
    """
    The settings of one server.

    Made with keyword arguments it has the defaults for all others, which is for tests and for
    programmers; administrators' settings come from `from_file`.

    :ivar config: path of the file that was read, None without one
    :ivar notices: sentences about options that are accepted but mean something else here
    """

    repository: str = option(
        "server", "repository", "/var/lib/bcfg2", "Folder of the Bcfg2 repository.", types.path,
        cli="repository", short="Q",
    )  # fmt: skip
    plugins: tuple[str, ...] = option(
        "server", "plugins", PLUGINS,
        "Plugins to load: names of ours, of entry points, or MODULE.CLASS.", types.comma_list,
    )  # fmt: skip
    filemonitor: str = option(
        "server", "filemonitor", "default",
        "How changes of files are noticed: inotify, polling, pseudo (never), or default "
        "(inotify, polling where there is none).",
    )  # fmt: skip
    ignore_files: tuple[str, ...] = option(
        "server", "ignore_files", IGNORED_FILES,
        "Globs of file names that are no part of the repository.", types.comma_list,
    )  # fmt: skip
    backend: str = option(
        "server", "backend", "builtin",
        "Core of bcfg2-server: best, builtin, cherrypy and multiprocessing all mean this one.",
        types.choice("best", "builtin", "cherrypy", "multiprocessing"),
    )  # fmt: skip
    core_children: int | None = option(
        "server", "children", None, "Number of processes of the multiprocessing backend.",
        types.integer,
    )  # fmt: skip
    fam_blocking: bool = option(
        "server", "fam_blocking", "yes",
        "Accepted for old files; calls always wait until the repository is read.", types.boolean,
    )  # fmt: skip
    listen_all: bool = option(
        "server", "listen_all", "no", "Listen on all interfaces.", types.boolean,
        cli="listen-all",
    )  # fmt: skip
    umask: int | None = option("server", "umask", None, "See twistd's --umask.", types.octal)
    daemon_uid: int | None = option("server", "user", None, "See twistd's --uid.", types.user)
    daemon_gid: int | None = option("server", "group", None, "See twistd's --gid.", types.group)
    vcs_root: str | None = option(
        "server", "vcs_root", None,
        "Top of the version control's working copy; the repository unless said otherwise.",
        types.path,
    )  # fmt: skip
    server: str = option(
        "components", "bcfg2", "https://localhost:6789",
        "URL of the server: the address and port to listen on; several, separated by commas.",
        cli="server", short="S",
    )  # fmt: skip
    encoding: str = option(
        "components", "encoding", "UTF-8", "Encoding of files and templates.", cli="encoding",
        short="E",
    )  # fmt: skip
    password: str | None = option(
        "communication", "password", None, "Password that all clients share.", secret=True
    )
    key: str = option(
        "communication", "key", "/etc/pki/tls/private/bcfg2.key",
        "File with the server's private key.", types.path, cli="key",
    )  # fmt: skip
    cert: str = option(
        "communication", "certificate", "/etc/pki/tls/certs/bcfg2.crt",
        "File with the server's certificate, intermediate ones behind it.", types.path, cli="cert",
    )  # fmt: skip
    ca: str | None = option(
        "communication", "ca", None,
        "File with the authorities that sign clients' certificates; without it none is asked for.",
        types.path, cli="ca",
    )  # fmt: skip
    protocol: str = option(
        "communication", "protocol", "xmlrpc/ssl",
        "xmlrpc/ssl: TLS 1.2 or newer; xmlrpc/tlsv1 also admits TLS 1.0, which 1.4 clients with "
        "default settings need.",
        types.choice("xmlrpc/ssl", "xmlrpc/tlsv1"),
    )  # fmt: skip
    authentication: str = option(
        "communication", "authentication", "cert+password",
        "How clients authenticate that clients.xml says nothing about.",
        types.choice("cert", "bootstrap", "cert+password"),
    )  # fmt: skip
    strict_address: bool = option(
        "communication", "strict_address", "no",
        "Check the address of clients that give their name or uuid, too, unless they are floating.",
        types.boolean,
    )  # fmt: skip
    user: str = option(
        "communication", "user", "root", "User name for the commands that call a server."
    )
    client_timeout: float = option(
        "communication", "timeout", "90", "Seconds that a call of the commands may take.",
        types.number,
    )  # fmt: skip
    debug: bool = option(
        "logging", "debug", "no", "Log debug messages.", types.boolean, cli="debug", short="d"
    )
    verbose: bool = option(
        "logging", "verbose", "no", "Log what happens, not warnings alone.", types.boolean,
        cli="verbose", short="v",
    )  # fmt: skip
    logfile: str | None = option(
        "logging", "path", None, "Further log file, beside twistd's.", types.path, cli="log-path",
        short="o",
    )  # fmt: skip
    syslog: bool = option("logging", "syslog", "yes", "Log to syslog as well.", types.boolean)
    perflog: bool = option(
        "logging", "performance", "no", "Log how long methods take, from time to time.",
        types.boolean,
    )  # fmt: skip
    performance_interval: float = option(
        "logging", "performance_interval", "300", "Seconds between two such logs.", types.positive
    )
    client_metadata_cache: str = option(
        "caching", "client_metadata", "off",
        "What is remembered of clients: off, initial, cautious (also: on), aggressive.",
        types.cache_mode,
    )  # fmt: skip
    default_owner: str = option("mdata", "owner", "root", "Owner of paths by default.")
    default_group: str = option("mdata", "group", "root", "Group of paths by default.")
    default_mode: str = option("mdata", "mode", "644", "Mode of paths by default, as sent.")
    default_secontext: str = option(
        "mdata", "secontext", "__default__", "SELinux context of paths by default."
    )
    default_important: str = option(
        "mdata", "important", "false", "Whether paths are important by default.",
        types.choice("true", "false"),
    )  # fmt: skip
    default_paranoid: str = option(
        "mdata", "paranoid", "true", "Whether clients keep a copy of what they replace.",
        types.choice("true", "false"),
    )  # fmt: skip
    default_sensitive: str = option(
        "mdata", "sensitive", "false", "Whether contents stay out of reports by default.",
        types.choice("true", "false"),
    )  # fmt: skip
    metadata_db: bool = option(
        "metadata", "use_database", "no", "Keep the list of clients in a database.", types.boolean
    )
    probes_db: bool = option(
        "probes", "use_database", "no", "Keep probe data in a database.", types.boolean
    )
    probes_allowed_groups: tuple[str, ...] = option(
        "probes", "allowed_groups", ".*", "Groups that probes may assign: regular expressions.",
        types.anchored_regex_list,
    )  # fmt: skip
    writes_enabled: bool = option(
        "properties", "writes_enabled", "yes", "Let templates write Properties files.",
        types.boolean,
    )  # fmt: skip
    automatch: bool = option(
        "properties", "automatch", "no", "Give templates what of a Properties file applies.",
        types.boolean,
    )  # fmt: skip
    rules_regex: bool = option(
        "rules", "regex", "no", "Names in Rules are regular expressions, too.", types.boolean
    )
    rules_replace_name: bool = option(
        "rules", "replace_name", "no", "Replace %{name} in attributes of Rules.", types.boolean
    )
    defaults_replace_name: bool = option(
        "defaults", "replace_name", "no", "Replace %{name} in attributes of Defaults.",
        types.boolean,
    )  # fmt: skip
    cfg_validation: bool = option(
        "cfg", "validation", "yes", "Run external verifiers of Cfg.", types.boolean,
        cli="cfg-validation",
    )  # fmt: skip
    cfg_category: str | None = option(
        "cfg", "category", None, "Category of groups that created data belong to."
    )
    cfg_passphrase: str | None = option(
        "cfg", "passphrase", None, "Name of the passphrase that encrypts created data."
    )
    cfg_handlers: tuple[str, ...] = option(
        "cfg", "handlers", "", "Kinds of Cfg files to use; all where it is empty.",
        types.comma_list,
    )  # fmt: skip
    sshkeys_category: str | None = option(
        "sshkeys", "category", None, "Category of groups that share created SSH keys."
    )
    sshkeys_passphrase: str | None = option(
        "sshkeys", "passphrase", None, "Name of the passphrase that encrypts created SSH keys."
    )
    sslca_category: str | None = option(
        "sslca", "category", None, "Category of groups that share created certificates."
    )
    sslca_passphrase: str | None = option(
        "sslca", "passphrase", None, "Name of the passphrase that encrypts created SSL keys."
    )
    sshbase_passphrase: str | None = option(
        "sshbase", "passphrase", None, "Name of the passphrase that encrypts created host keys."
    )
    algorithm: str = option(
        "encryption", "algorithm", "aes_256_cbc", "Cipher, by its OpenSSL name.",
        lambda value: value.lower().replace("-", "_"),
    )  # fmt: skip
    lax_decryption: bool = option(
        "encryption", "lax_decryption", "no", "Leave elements alone that cannot be decrypted.",
        types.boolean,
    )  # fmt: skip
    handshake_timeout_seconds: float = option(
        "bcfg2tw", "handshake_timeout", "10", "Seconds that a TLS handshake may take.",
        types.positive,
    )  # fmt: skip
    header_timeout_seconds: float = option(
        "bcfg2tw", "header_timeout", "20", "Seconds that a request's header may take.",
        types.positive,
    )  # fmt: skip
    body_timeout_seconds: float = option(
        "bcfg2tw", "body_timeout", "120", "Seconds that a request's body may take.",
        types.positive,
    )  # fmt: skip
    idle_timeout_seconds: float = option(
        "bcfg2tw", "idle_timeout", "30", "Seconds that a connection may be idle between requests.",
        types.positive,
    )  # fmt: skip
    max_body_bytes: int = option(
        "bcfg2tw", "max_body", "64m", "Largest request that is taken.", types.size
    )
    threads: int = option("bcfg2tw", "threads", "4", "Threads that calls run in.", types.integer)
    max_queue: int = option(
        "bcfg2tw", "max_queue", "1000", "Calls that may wait; further ones are told to come back.",
        types.integer,
    )  # fmt: skip
    max_connections_per_address: int = option(
        "bcfg2tw", "max_connections_per_address", "1000",
        "Connections that one address may have open.", types.integer,
    )  # fmt: skip
    quiet_seconds: float = option(
        "bcfg2tw", "quiet_time", "0.2",
        "Seconds without a change after which changed files are read.", types.positive,
    )  # fmt: skip
    config: str | None = None
    passphrases: Mapping[str, str] = field(default_factory=dict, repr=False)
    notices: tuple[str, ...] = ()
    file: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    overrides: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, overrides: Mapping[str, Any]) -> Settings:
        """
        Return the settings for a command line.

        :param overrides: by field name, what the command line gives; None where it gives nothing;
            `config` names the file
        :raises SettingsError: for the first thing that is wrong
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        named = given.pop("config", None) or os.environ.get(CONFIG_VARIABLE)
        if named is None and not os.path.exists(DEFAULT_CONFIG):
            return _settings({}, None, given)
        return cls.from_file(named or DEFAULT_CONFIG, **given)

    @classmethod
    def from_file(cls, path: str, **overrides: Any) -> Settings:
        """
        Return the settings that a file gives.

        :param overrides: by field name, what beats the file; texts are converted
        :raises SettingsError: for the first thing that is wrong
        """
        path = os.path.abspath(path)
        sections = inifile.read(_contents(path), path)
        web = sections.get("reporting", {}).get("config", DEFAULT_WEB_CONFIG)
        if os.path.exists(web):
            for name, values in inifile.read(_contents(web), web).items():
                sections.setdefault(name, {}).update(values)
        return _settings(sections, path, overrides)

    def reread(self) -> Settings:
        """
        Return the settings as the file has them now, with the same overrides.

        :raises SettingsError: if the file cannot be used; these settings stay as they are
        """
        if self.config is None:
            return self
        return type(self).from_file(self.config, **self.overrides)

    def get(self, section: str, key: str, default: str | None = None) -> str | None:
        """Return the text of any option of the file, for options of a site's own plugins."""
        return self.file.get(section, {}).get(key.lower(), default)

    def section(self, name: str) -> Mapping[str, str]:
        """Return all options of a section of the file."""
        return self.file.get(name, {})

    def sections(self) -> tuple[str, ...]:
        """Return the names of the file's sections."""
        return tuple(self.file)


def options() -> Mapping[str, Option]:
    """Return the description of each setting that comes from the file, by field name."""
    return {
        one.name: one.metadata["option"]
        for one in dataclasses.fields(Settings)
        if "option" in one.metadata
    }


def _contents(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}; name the configuration file with --config"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8") from error


def _settings(
    sections: Mapping[str, Mapping[str, str]], path: str | None, overrides: Mapping[str, Any]
) -> Settings:
    reader = _Reader(sections, path, overrides)
    settings = Settings(
        **reader.values(),
        config=path,
        file=sections,
        overrides=overrides,
        passphrases=_passphrases(sections),
    )
    _check(settings)
    return dataclasses.replace(settings, notices=tuple(_notices(settings)))


@dataclass(frozen=True)
class _Reader:
    """What the sources say about each option."""

    sections: Mapping[str, Mapping[str, str]]
    path: str | None
    overrides: Mapping[str, Any]

    def values(self) -> dict[str, Any]:
        """Return the value of each option that a source gives, by field name."""
        described = options()
        repository = self._value("repository", described["repository"], "")
        repository = repository or Settings.repository
        found = {name: self._value(name, one, repository) for name, one in described.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, name: str, one: Option, repository: str) -> Any:
        given = self.overrides.get(name)
        if given is None:
            text = self.sections.get(one.section, {}).get(one.key)
            return None if text is None else self._converted(one, text, repository)
        if isinstance(given, str):
            return one.value(given, f"given as --{one.cli}" if one.cli else "given")
        return given

    def _converted(self, one: Option, text: str, repository: str) -> Any:
        if one.convert is types.path:
            text = text.replace(MACRO, repository)
        return one.value(text, f"in {self.path}")


def _passphrases(sections: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    own = {one.key for one in options().values() if one.section == "encryption"} | {"decrypt"}
    section = sections.get("encryption", {})
    return {key: value for key, value in section.items() if key not in own}


def _check(settings: Settings) -> None:
    if settings.password == "":
        raise SettingsError(
            "the password is empty, so that everybody could log in; give one, or remove the line",
            "communication",
            "password",
        )
    for section, is_set in (("metadata", settings.metadata_db), ("probes", settings.probes_db)):
        if is_set:
            raise SettingsError(
                "this release keeps this state in the repository's XML files alone; "
                "say no, and see the chapter on moving from bcfg2-server",
                section,
                "use_database",
            )


def _notices(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each option that means something else here than it says."""
    if settings.backend in ("cherrypy", "multiprocessing"):
        yield f"[server] backend = {settings.backend}: there is one core here, in one process"
    known = ("default", "inotify", "polling", "pseudo")
    if settings.filemonitor.lower() not in known:
        yield (
            f"[server] filemonitor = {settings.filemonitor} is not one of {', '.join(known)}; "
            "using default"
        )
    for key, switch in TWISTD_SWITCHES.items():
        if settings.get("server", key) is not None:
            yield f"[server] {key} is twistd's business: start it with {switch}"
    if settings.protocol == "xmlrpc/tlsv1":
        yield "[communication] protocol = xmlrpc/tlsv1: TLS 1.0 is admitted, which is not safe"


def reference() -> str:
    """Return the reference of all options as reStructuredText, by section."""
    sections: dict[str, list[Option]] = {}
    for one in options().values():
        sections.setdefault(one.section, []).append(one)
    return "\n".join(
        f"[{name}]\n{'-' * (len(name) + 2)}\n\n" + "\n".join(map(_described, described))
        for name, described in sections.items()
    )


def _described(one: Option) -> str:
    command_line = f" (``--{one.cli}``)" if one.cli else ""
    default = "none" if one.default is None else f"``{one.default}``" if one.default else "empty"
    return f"``{one.key}``{command_line}\n    {one.help} Default: {default}.\n"
