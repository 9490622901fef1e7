"""Every option of bcfg2.conf that the server itself knows, each described once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bcfg2tw.settings import shadow_types, types, web_types
from bcfg2tw.settings.admin_address import AdminAddress, admin_address
from bcfg2tw.settings.balancers import Balancers, balancers
from bcfg2tw.settings.secret_sources import secret_source
from bcfg2tw.settings.types import Option, option

IGNORED_FILES = "*~,*#,.#*,*.swp,*.swpx,.*.swx,SCCS,.svn,4913,.gitignore"
PLUGINS = "Bundler,Cfg,Metadata,Pkgmgr,Rules,SSHbase"


# methods are made for the class that derives from it: for so many fields they take a while
@dataclass(frozen=True, init=False, repr=False, eq=False)
class OptionTable:
    """
    A field for each option, named as the reference names it (:ref:`options-6` and
    :ref:`options-9`).

    `--help` and the documentation's reference are made from the descriptions.
    """

    repository: str = option(
        "server", "repository", "/var/lib/bcfg2", "Folder of the Bcfg2 repository.", types.path,
        cli="repository", short="Q",
    )  # fmt: skip
    state: str | None = option(
        "server", "state", None,
        "Folder for what the server writes for itself (clients and their probes, as long as they "
        "are in no database), instead of the repository.",
        types.path,
    )  # fmt: skip
    plugins: tuple[str, ...] = option(
        "server", "plugins", PLUGINS,
        "Plugins to load: names of ours, of entry points, or MODULE.CLASS.", types.plugin_list,
    )  # fmt: skip
    filemonitor: str = option(
        "server", "filemonitor", "default",
        "How changes of files are noticed: inotify, polling, pseudo (never), or default "
        "(inotify, polling where there is none).",
        str.lower,
    )  # fmt: skip
    ignore_files: tuple[str, ...] = option(
        "server", "ignore_files", IGNORED_FILES,
        "Globs of file names that are no part of the repository.", types.comma_list,
    )  # fmt: skip
    proxy_from: Balancers = option(
        "server", "proxy_from", "",
        "Balancers whose word on a client's address counts (PROXY protocol, version 1 or 2): "
        "addresses, networks, and unix for the UNIX sockets of [bcfg2tw] endpoints.",
        balancers,
    )  # fmt: skip
    proxy_tls_from: Balancers = option(
        "server", "proxy_tls_from", "",
        "Balancers that end TLS: from them come plain requests, and their word on clients' "
        "certificates counts (PROXY protocol, version 2 with fields of TLS). As proxy_from.",
        balancers,
    )  # fmt: skip
    backend: str = option(
        "server", "backend", "builtin",
        "Core of bcfg2-server: best, builtin and cherrypy all mean this one; multiprocessing has "
        "workers, as many as children says.",
        types.choice("best", "builtin", "cherrypy", "multiprocessing"),
    )  # fmt: skip
    core_children: int | None = option(
        "server", "children", None,
        "Workers where backend is multiprocessing; as many as there are processors without it. "
        "See [bcfg2tw] workers.",
        types.processes, cli="children",
    )  # fmt: skip
    fam_blocking: bool = option(
        "server", "fam_blocking", "yes",
        "Accepted for old files; calls always wait until the repository is read.", types.boolean,
        cli="no-fam-blocking",
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
        types.servers, cli="server", short="S",
    )  # fmt: skip
    encoding: str = option(
        "components", "encoding", "UTF-8", "Encoding of files and templates.", types.encoding,
        cli="encoding", short="E",
    )  # fmt: skip
    password: str | None = option(
        "communication", "password", None, "Password that all clients share."
    )
    key: str = option(
        "communication", "key", "/etc/pki/tls/private/bcfg2.key",
        "File with the server's private key.", types.path, cli="key ssl-key",
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
    crl: str | None = option(
        "communication", "crl", None,
        "File with the lists of certificates that these authorities have revoked, in PEM or DER; "
        "it is read again when it changes.",
        types.path, cli="crl",
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
        "logging", "path", None, "Log file of the server, beside twistd's.", types.path,
        cli="logfile", short="o",
    )  # fmt: skip
    syslog: bool = option("logging", "syslog", "yes", "Log to syslog as well.", types.boolean)
    log_format: str = option(
        "logging", "format", "text",
        "Format of log file and of what twistd --nodaemon prints: text, json (a line for each "
        "message, with fields), or journal (fields go to systemd's journal instead).",
        types.choice("text", "json", "journal"), cli="log-format",
    )  # fmt: skip
    perflog: bool = option(
        "logging", "performance", "no", "Log how long methods take, from time to time.",
        types.boolean,
    )  # fmt: skip
    performance_interval: float = option(
        "logging", "performance_interval", "300",
        "Seconds between two such logs; 0 for the default.", types.timeout(300.0),
    )  # fmt: skip
    client_metadata_cache: str = option(
        "caching", "client_metadata", "off",
        "What is remembered of clients: off, initial, cautious (also: on), aggressive.",
        types.cache_mode,
    )  # fmt: skip
    kept_configurations_bytes: int = option(
        "caching", "configurations", "32m",
        "Size of the configurations that are kept, and sent again while nothing has changed that "
        "they were made from; what several of them have in common counts once. 0 for none.",
        types.size,
    )  # fmt: skip
    verify_configurations: bool = option(
        "caching", "verify", "no",
        "Build each configuration anew and whole beside what is kept or put together, and compare.",
        types.boolean,
    )  # fmt: skip
    contents_kept_in: str = option(
        "caching", "contents", "file",
        "Where the contents of files that are sent as they are lie while they are served: file "
        "(without a name, in [server] state or the system's folder for temporary files; the system "
        "takes its memory back when it needs it), or memory.",
        types.choice("file", "memory"),
    )  # fmt: skip
    default_owner: str = option("mdata", "owner", "root", "Owner of paths by default.")
    default_group: str = option("mdata", "group", "root", "Group of paths by default.")
    default_mode: str = option("mdata", "mode", "644", "Mode of paths by default, as sent.")
    default_secontext: str = option(
        "mdata", "secontext", "__default__", "SELinux context of paths by default."
    )
    default_important: str = option(
        "mdata", "important", "false", "Whether paths are important by default.",
        types.word_as_written,
    )  # fmt: skip
    default_paranoid: str = option(
        "mdata", "paranoid", "true", "Whether clients keep a copy of what they replace.",
        types.word_as_written,
    )  # fmt: skip
    default_sensitive: str = option(
        "mdata", "sensitive", "false", "Whether contents stay out of reports by default.",
        types.word_as_written,
    )  # fmt: skip
    metadata_db: bool = option(
        "metadata", "use_database", "no",
        "Keep what is registered and changed of clients in the database.", types.boolean,
    )  # fmt: skip
    probes_db: bool = option(
        "probes", "use_database", "no", "Keep the output of probes in the database.", types.boolean
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
        cli="no-cfg-validation cfg-validation",
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
    fileprobes_setuid: bool = option(
        "fileprobes", "allow_setuid", "no",
        "Take over setuid and setgid of files that clients send.", types.boolean,
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
    packages_backends: tuple[str, ...] = option(
        "packages", "backends", "Yum,Apt,Pac,Pkgng", "Types of sources to use.", types.comma_list
    )
    packages_cache: str | None = option(
        "packages", "cache", None,
        "Folder of downloaded and compiled indexes; by default Packages/cache of the repository.",
        types.path,
    )  # fmt: skip
    packages_resolver: bool = option(
        "packages", "resolver", "enabled", "Add what the packages of a client depend on.",
        types.switch,
    )  # fmt: skip
    packages_metadata: bool = option(
        "packages", "metadata", "enabled",
        "Read the sources' indexes; without them nothing can be added.", types.switch,
    )  # fmt: skip
    packages_alternatives: bool = option(
        "packages", "alternatives", "no",
        "Choose among alternatives and several providers, which Bcfg2 leaves to the client.",
        types.switch,
    )  # fmt: skip
    packages_version: str = option(
        "packages", "version", "auto", "Version that packages get: auto (the newest) or any.",
        types.choice("auto", "any"),
    )  # fmt: skip
    yum_config: str = option(
        "packages", "yum_config", "/etc/yum.repos.d/bcfg2.repo",
        "Path on clients that gets the generated configuration of yum.",
    )  # fmt: skip
    apt_config: str = option(
        "packages", "apt_config",
        "/etc/apt/sources.list.d/bcfg2-packages-generated-sources.list",
        "Path on clients that gets the generated configuration of apt.",
    )  # fmt: skip
    gpg_keypath: str = option(
        "packages:yum", "gpg_keypath", "/etc/pki/rpm-gpg",
        "Folder on clients that gets the keys of yum sources.",
    )  # fmt: skip
    use_yum_libraries: bool = option(
        "packages:yum", "use_yum_libraries", "no",
        "Accepted for old files; the server resolves by itself.", types.switch,
    )  # fmt: skip
    yum_helper: str | None = option(
        "packages:yum", "helper", None, "Accepted for old files; no program is run."
    )
    packages_proxy: str | None = option(
        "packages", "proxy", None,
        "HTTP proxy that indexes are fetched through, as http://HOST:PORT; by default the "
        "environment's http_proxy, https_proxy and no_proxy.",
    )  # fmt: skip
    packages_ca: str | None = option(
        "packages", "ca", None,
        "File with the authorities that check servers of indexes; by default the system's.",
        types.path,
    )  # fmt: skip
    packages_connections: int = option(
        "packages", "connections", "4", "Sources that are fetched at the same time.", types.count
    )
    packages_retries: int = option(
        "packages", "retries", "2", "How often a download that failed is tried again.",
        types.integer,
    )  # fmt: skip
    packages_download_timeout_seconds: float = option(
        "packages", "download_timeout", "600", "Seconds that the download of one file may take.",
        types.positive,
    )  # fmt: skip
    packages_stall_timeout_seconds: float = option(
        "packages", "stall_timeout", "30", "Seconds that a download may go without a byte.",
        types.positive,
    )  # fmt: skip
    packages_max_download_bytes: int = option(
        "packages", "max_download", "1g", "Largest file that is downloaded.", types.size
    )
    sshbase_passphrase: str | None = option(
        "sshbase", "passphrase", None, "Name of the passphrase that encrypts created host keys."
    )
    algorithm: str = option(
        "encryption", "algorithm", "aes_256_cbc", "Cipher, by its OpenSSL name.",
        types.cipher,
    )  # fmt: skip
    lax_decryption: bool = option(
        "encryption", "lax_decryption", "no", "Leave elements alone that cannot be decrypted.",
        types.boolean,
    )  # fmt: skip
    awstags_access_key_id: str | None = option(
        "awstags", "access_key_id", None,
        "Access key for AWS; without it, what boto3 finds: environment, files, the machine's.",
    )  # fmt: skip
    awstags_secret_access_key: str | None = option(
        "awstags", "secret_access_key", None, "Secret that belongs to the access key."
    )
    awstags_region: str | None = option(
        "awstags", "region", None,
        "Region of the instances; without it, what boto3 finds, or else us-east-1.",
    )  # fmt: skip
    awstags_endpoint: str | None = option(
        "awstags", "endpoint", None, "URL of an endpoint for EC2, in place of the region's own."
    )
    awstags_timeout_seconds: float = option(
        "awstags", "timeout", "10", "Seconds that AWS may take to answer.", types.positive
    )
    awstags_cache: bool = option(
        "awstags", "cache", "yes", "Keep a client's tags until its next run starts.", types.boolean
    )
    ldap_retries: int = option(
        "ldap", "retries", "3", "How often a directory that is down is asked again.",
        types.natural,
    )  # fmt: skip
    ldap_retry_delay_seconds: float = option(
        "ldap", "retry_delay", "5.0", "Seconds to wait before it is asked again.",
        types.not_negative,
    )  # fmt: skip
    ldap_timeout_seconds: float = option(
        "ldap", "timeout", "10", "Seconds that a directory may take to answer.", types.positive
    )
    ldap_cache: bool | None = option(
        "ldap", "cache", None,
        "yes: keep results until they are expired by hand; no: ask each time; without it results "
        "are kept until the client's next run starts.",
        types.boolean,
    )  # fmt: skip
    db_url: str | None = option(
        "database", "url", None,
        "The database as a URL of SQLAlchemy, such as postgresql://bcfg2@db1/bcfg2, in place of "
        "the options below.",
    )  # fmt: skip
    db_engine: str = option(
        "database", "engine", "sqlite3",
        "Kind of the database: sqlite3 or postgresql.", types.database_engine,
    )  # fmt: skip
    db_name: str | None = option(
        "database", "name", None,
        "File of an SQLite database, or name of another; without it bcfg2.sqlite in the folder of "
        "[server] state, or in etc in the repository.",
        types.database_name,
    )  # fmt: skip
    db_user: str | None = option("database", "user", None, "User of the database.")
    db_password: str | None = option(
        "database", "password", None, "Password of the user; better in password_file."
    )
    db_password_file: str | None = option(
        "database", "password_file", None, "File with the password of the user.", types.path
    )
    db_host: str | None = option(
        "database", "host", None, "Host of the database, or the folder of its UNIX socket."
    )
    db_port: int | None = option("database", "port", None, "TCP port of the database.", types.port)
    db_schema: str = option(
        "database", "schema", "public", "Schema of a PostgreSQL database that holds the tables."
    )
    db_opts: Mapping[str, Any] = option(
        "database", "options", "{}", "Options for the driver of the database.", types.dictionary
    )
    reporting_db_engine: str | None = option(
        "database", "reporting_engine", None,
        "Kind of the database for reports, where it is another one: sqlite3 or postgresql.",
        types.database_engine,
    )  # fmt: skip
    reporting_db_name: str | None = option(
        "database", "reporting_name", None,
        "Its file or name; without it reporting.sqlite in the folder of [server] state, or in etc "
        "in the repository.",
        types.database_name,
    )  # fmt: skip
    reporting_db_user: str | None = option("database", "reporting_user", None, "Its user.")
    reporting_db_password: str | None = option(
        "database", "reporting_password", None, "The password of this user."
    )
    reporting_db_host: str | None = option(
        "database", "reporting_host", None, "Its host, or the folder of its UNIX socket."
    )
    reporting_db_port: int | None = option(
        "database", "reporting_port", None, "Its TCP port.", types.port
    )
    reporting_db_schema: str = option(
        "database", "reporting_schema", "public", "The schema that holds the tables of reports."
    )
    reporting_db_opts: Mapping[str, Any] = option(
        "database", "reporting_options", "{}", "Options for its driver.", types.dictionary
    )
    web_config: str = option(
        "reporting", "config", "/etc/bcfg2-web.conf",
        "File that overrides this one where both set an option; it may be missing.", types.path,
        cli="web-config", short="W",
    )  # fmt: skip
    reporting_transport: str = option(
        "reporting", "transport", "DirectStore",
        "How reports come into the database: DirectStore and LocalFilesystem mean the same here.",
    )  # fmt: skip
    time_zone: str | None = option(
        "reporting", "time_zone", None,
        "Time zone of times that are shown, and of those in an old database, such as "
        "Europe/Berlin; by default the machine's.",
        types.time_zone,
    )  # fmt: skip
    file_limit: int = option(
        "reporting", "file_limit", "1m",
        "Size of a file's content or difference above which a report keeps its digest alone.",
        types.size,
    )  # fmt: skip
    report_days: int | None = option(
        "reporting", "keep", None,
        "Days after which reports are removed, but for each host's newest; by default never.",
        types.days,
    )  # fmt: skip
    spool_limit: int = option(
        "reporting", "spool_limit", "1g",
        "Size of the reports that may wait while the database is away; further ones are refused.",
        types.size,
    )  # fmt: skip
    web_listen: tuple[tuple[str, int], ...] = option(
        "reporting", "web_listen", "",
        "Addresses on which the pages of reports are served, as ADDRESS:PORT, separated by blanks; "
        "by default none.",
        web_types.listen_addresses,
    )  # fmt: skip
    web_prefix: str = option(
        "reporting", "web_prefix", "/",
        "Path below which these pages are, such as /reports.", web_types.url_prefix,
    )  # fmt: skip
    web_tls: str = option(
        "reporting", "web_tls", "auto",
        "Serve the pages over TLS, with the server's certificate: yes, no, or auto (wherever the "
        "address is not a loopback one).",
        types.choice("auto", "yes", "no"),
    )  # fmt: skip
    web_users: str | None = option(
        "reporting", "web_users", None,
        "File with the users who may see the pages; bcfg2tw web passwd writes it.", types.path,
    )  # fmt: skip
    web_user_header: str | None = option(
        "reporting", "web_user_header", None,
        "Header in which a proxy of web_proxies names the user, such as X-Remote-User.",
        web_types.header_name,
    )  # fmt: skip
    web_proxies: tuple[web_types.Network, ...] = option(
        "reporting", "web_proxies", "",
        "Addresses or networks of reverse proxies whose headers are believed, separated by blanks.",
        web_types.networks,
    )  # fmt: skip
    web_operators: tuple[str, ...] = option(
        "reporting", "web_operators", "",
        "Users named by a proxy who may expire hosts, separated by blanks.", types.words,
    )  # fmt: skip
    web_hosts: tuple[str, ...] = option(
        "reporting", "web_hosts", "",
        "Names by which browsers reach pages that ask for no password, beside this machine's own, "
        "separated by blanks.",
        types.words,
    )  # fmt: skip
    shadow_server: str | None = option(
        "shadow", "server", None,
        "URL of the other server of the same clients, in whose shadow this one runs, or which runs "
        "in this one's: calls of clients go to both, and what they answer is compared.",
        shadow_types.other_server,
    )  # fmt: skip
    shadow_answers: str = option(
        "shadow", "answers", "theirs",
        "Whose answers clients get: theirs, those of [shadow] server, or ours.",
        types.choice("theirs", "ours"),
    )  # fmt: skip
    shadow_share: float = option(
        "shadow", "share", "1",
        "Share of the configurations, probes and decisions that are compared, as 0.25 or 25%; what "
        "clients send goes to both servers in any case.",
        shadow_types.share,
    )  # fmt: skip
    shadow_patience_seconds: float = option(
        "shadow", "patience", "10",
        "Seconds that the other server may take for an answer; then a client gets ours.",
        types.positive,
    )  # fmt: skip
    shadow_connections: int = option(
        "shadow", "connections", "16", "Calls that the other server gets at a time.", types.count
    )
    shadow_ca: str | None = option(
        "shadow", "ca", None,
        "File with the authorities that check the other server's certificate; by default that of "
        "[communication] ca, or else the system's.",
        types.path,
    )  # fmt: skip
    shadow_common_names: tuple[str, ...] = option(
        "shadow", "common_names", "",
        "Common names that are accepted of a certificate of the other server that has no "
        "alternative names, separated by blanks.",
        types.words,
    )  # fmt: skip
    shadow_max_answer_bytes: int = option(
        "shadow", "max_answer", "64m", "Largest answer that is taken from the other server.",
        types.size,
    )  # fmt: skip
    shadow_max_waiting: int = option(
        "shadow", "max_waiting", "500",
        "Calls that may wait to be compared; further ones are not compared.", types.count,
    )  # fmt: skip
    shadow_max_memory_bytes: int = option(
        "shadow", "max_memory", "64m",
        "Size of the answers and requests that wait; where there are more, further ones are not "
        "compared.",
        types.size,
    )  # fmt: skip
    shadow_record: str | None = option(
        "shadow", "record", None,
        "File of what was compared; by default shadow.sqlite in the folder of [server] state, or "
        "in etc in the repository.",
        types.path,
    )  # fmt: skip
    core: str = option(
        "bcfg2tw", "core", "embedded",
        "What compiles configurations: embedded, or upstream for an installed Bcfg2 1.4.",
        types.choice("embedded", "upstream"), cli="core",
    )  # fmt: skip
    admin_listen: AdminAddress | None = option(
        "admin", "listen", "no",
        "Where health, readiness, metrics and `bcfg2tw ctl` are answered: yes for 127.0.0.1:6790, "
        "HOST:PORT, the path of a socket, or no.",
        admin_address, cli="admin-listen",
    )  # fmt: skip
    admin_token: str | None = option(
        "admin", "token", None,
        "Source of the token that who asks there has to show: file:PATH, or credential:NAME of "
        "systemd; needed where it listens on a network, and for `bcfg2tw ctl` over TCP.",
        secret_source,
    )  # fmt: skip
    port: int | None = option(
        "bcfg2tw", "port", None, "TCP port to listen on, instead of that of [components] bcfg2.",
        types.port, cli="port", short="p",
    )  # fmt: skip
    interface: str | None = option(
        "bcfg2tw", "interface", None,
        "Address or host name to listen on, instead of that of [components] bcfg2.",
        cli="interface",
    )  # fmt: skip
    endpoints: tuple[str, ...] = option(
        "bcfg2tw", "endpoints", "",
        "Endpoints of Twisted to listen on instead, such as tcp6:6789, or systemd for all sockets "
        "that it hands over, separated by blanks in the file; TLS is put on top.",
        types.words, cli="endpoint",
    )  # fmt: skip
    paths: tuple[str, ...] = option(
        "bcfg2tw", "paths", "/ /RPC2",
        "Paths of URLs that calls may come to, separated by blanks; * for any.", types.url_paths,
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
        "bcfg2tw", "max_body", "16m", "Largest request that is taken.", types.size
    )
    max_bodies_bytes: int = option(
        "bcfg2tw", "max_bodies", "64m",
        "Size of all requests above 64k that are taken at a time, of which one address gets a "
        "quarter; further ones wait.",
        types.size,
    )  # fmt: skip
    max_upload_elements: int = option(
        "bcfg2tw", "max_upload_elements", "200000",
        "Elements that a report or the output of probes may have, and three times as many "
        "attributes.",
        types.count,
    )  # fmt: skip
    workers: int | None = option(
        "bcfg2tw", "workers", None,
        "Processes that answer calls, auto for one a processor; 0 and the default: one process "
        "does everything.",
        types.processes, cli="workers",
    )  # fmt: skip
    max_calls_per_worker: int = option(
        "bcfg2tw", "max_calls_per_worker", "0",
        "Calls after which a worker is replaced by a new one; 0 for never.", types.natural,
    )  # fmt: skip
    worker_heartbeat_seconds: float = option(
        "bcfg2tw", "worker_heartbeat", "10",
        "Seconds without a sign of life after which a worker is ended and replaced.",
        types.positive,
    )  # fmt: skip
    threads: int = option(
        "bcfg2tw", "threads", "4",
        "Threads that calls run in; there are as many again for calls that cost next to nothing.",
        types.count,
    )  # fmt: skip
    spare_threads: int = option(
        "bcfg2tw", "spare_threads", "32",
        "Threads in which calls go on that wait for something, or take long, so that others are "
        "served meanwhile; where all of them hang, calls are told to come back.",
        types.natural,
    )  # fmt: skip
    call_timeout_seconds: float = option(
        "bcfg2tw", "call_timeout", "75",
        "Seconds that a call may run; then the client is told where it hangs. Clients wait 90 "
        "seconds.",
        types.positive,
    )  # fmt: skip
    max_queue: int = option(
        "bcfg2tw", "max_queue", "1000", "Calls that may wait; further ones are told to come back.",
        types.count,
    )  # fmt: skip
    max_queue_per_address: int = option(
        "bcfg2tw", "max_queue_per_address", "250",
        "Calls of one address (of IPv6: of one /64) that may wait; further ones are told to come "
        "back.",
        types.count,
    )  # fmt: skip
    max_connections: int = option(
        "bcfg2tw", "max_connections", "4000",
        "Connections that may be open, fewer where the process may not have as many files open; "
        "a new one takes the place of the one that is idle for longest.",
        types.count,
    )  # fmt: skip
    max_connections_per_address: int = option(
        "bcfg2tw", "max_connections_per_address", "1000",
        "Connections that one address may have open; its new one takes the place of its one that "
        "is idle for longest.",
        types.count,
    )  # fmt: skip
    max_registrations: int = option(
        "bcfg2tw", "max_registrations", "300",
        "Unknown clients that are registered within a minute; further ones are told to come back.",
        types.count,
    )  # fmt: skip
    any_client_name: bool = option(
        "bcfg2tw", "any_client_name", "no",
        "Register unknown clients whatever they are called, without blanks; no: under host names "
        "alone, which are letters, digits, hyphens, underscores and dots.",
        types.boolean,
    )  # fmt: skip
    max_login_delay_seconds: float = option(
        "bcfg2tw", "max_login_delay", "20",
        "Seconds that the answer to a failed login may be late, which grows with their number for "
        "each address (of IPv6: each /64); 0 for not at all.",
        types.not_negative,
    )  # fmt: skip
    info_reading: str | None = option(
        "bcfg2tw", "info_reading", None,
        "Which Bcfg2's reading counts of what says owner and mode of files: 1.3 (the last Info of "
        "an info.xml that applies; files called info and :info count) or 1.4 (the first; they do "
        "not). Without it the first Info counts, and so do files called info and :info.",
        types.choice("1.3", "1.4"),
    )  # fmt: skip
    python2_random: bool = option(
        "bcfg2tw", "python2_random", "yes",
        "Give templates and Python of the repository what Python 2's random made of a seed, and "
        "its hash of text; no: today's.",
        types.boolean,
    )  # fmt: skip
    division_warnings: bool = option(
        "bcfg2tw", "division_warnings", "yes",
        "Warn once of each template that divides by /, which makes fractions in Python 3.",
        types.boolean,
    )  # fmt: skip
    quiet_seconds: float = option(
        "bcfg2tw", "quiet_time", "0.2",
        "Seconds without a change after which changed files are read; a single one after half of "
        "it, when its writer has closed it.", types.positive,
    )  # fmt: skip
    drain_timeout_seconds: float = option(
        "bcfg2tw", "drain_timeout", "30", "Seconds that running calls may take when it stops.",
        types.positive,
    )  # fmt: skip
    keep_last_good: bool = option(
        "bcfg2tw", "keep_last_good", "yes",
        "Keep the last good states of the repository's files, so that a start that meets a broken "
        "one goes on with what it said last.",
        types.boolean,
    )  # fmt: skip
    last_good: str | None = option(
        "bcfg2tw", "last_good", None,
        "Folder in which they are kept; by default last-good in [server] state, or .bcfg2tw of the "
        "repository, which git ignores.",
        types.path,
    )  # fmt: skip
    lenient_plugins: bool = option(
        "bcfg2tw", "lenient_plugins", "no",
        "Start without the plugins of [server] plugins that cannot be used; each is an error in "
        "the log.",
        types.boolean,
    )  # fmt: skip
    strict_repository: bool = option(
        "bcfg2tw", "strict_repository", "no",
        "Refuse a client's configuration where its profile never was a group, or where its groups "
        "name a bundle that never was there.",
        types.boolean,
    )  # fmt: skip
    diff_ignore: tuple[str, ...] = option(
        "diff", "ignore", "",
        "Differences that do not count, as TYPE:NAME, or with attributes behind it: "
        "Path:/etc/motd, Service:* status.",
        types.comma_list,
    )  # fmt: skip
    diff_ignore_file: str | None = option(
        "diff", "ignore_file", None, "File with such rules, one a line.", types.path
    )


@cache
def options() -> Mapping[str, Option]:
    """Return the description of each option, by the name of its field."""
    fields = (field for field in dataclasses.fields(OptionTable) if "option" in field.metadata)
    return {field.name: field.metadata["option"] for field in fields}
