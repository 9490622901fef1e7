"""The options that a server reads when it starts, and whose changes wait for a restart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bcfg2tw.settings import Settings, options

#: Their fields, whether there are workers or not. What is not in it counts once it is read again.
START_ONLY = (
    "repository", "core", "backend", "core_children", "workers", "max_calls_per_worker",
    "worker_heartbeat_seconds",
    # where it listens
    "server", "listen_all", "port", "interface", "endpoints", "admin_listen", "admin_token",
    # where it keeps what it is told
    "state", "metadata_db", "probes_db", "db_url", "db_engine", "db_name", "db_user",
    "db_password", "db_password_file", "db_host", "db_port", "db_schema", "db_opts",
    # reports, and their pages
    "reporting_db_engine", "reporting_db_name", "reporting_db_user", "reporting_db_password",
    "reporting_db_host", "reporting_db_port", "reporting_db_schema", "reporting_db_opts",
    "report_days", "spool_limit", "time_zone", "web_listen", "web_prefix", "web_tls", "web_users",
    "web_user_header", "web_proxies", "web_operators", "web_hosts",
    # what it watches, and what it logs
    "filemonitor", "quiet_seconds", "perflog", "performance_interval", "debug", "verbose",
    "logfile", "syslog",
)  # fmt: skip

#: Further ones of a process that has no workers: new workers begin with what was read last.
OF_ONE_PROCESS = (
    "threads", "spare_threads", "call_timeout_seconds", "max_queue", "max_queue_per_address",
)  # fmt: skip


def waiting_for_restart(start: Settings, now: Settings) -> Iterator[str]:
    """
    Yield a sentence for each option that has another value than a server started with.

    :param start: what it started with
    :param now: what was read again
    """
    yield from _sentences(START_ONLY, start, now)
    if not start.worker_number:
        yield from _sentences(OF_ONE_PROCESS, start, now)


def _sentences(names: Iterable[str], start: Settings, now: Settings) -> Iterator[str]:
    for name in names:
        option = options()[name]
        if _value(start, name) != _value(now, name):
            yield (
                f"{now.place(option.section, option.key)}: [{option.section}] {option.key} has "
                "changed: that counts after a restart"
            )


def _value(settings: Settings, name: str) -> object:
    if name != "repository":
        return getattr(settings, name)
    # settings that were read again have that of the start
    return None if name in settings.overrides else settings.get("server", name)
