"""`bcfg2tw serve`: starts the server as bcfg2-server did, in the foreground or as a daemon."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from bcfg2tw.cli.site import command_errors
from bcfg2tw.cli.site_options import (
    config_option,
    overrides_of,
    setting_parameter,
    version_parameter,
)
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings, options, types

__all__ = ["command"]

NO_LOG = (
    "a daemon's log would go nowhere: give --logfile FILE, or write [logging] path; there is no "
    "system log here"
)


def _account(read: types.Converter) -> Any:
    """Return a callback that reads a user or group."""

    def convert(context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
        try:
            return None if value is None else read(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return convert


def _parameters() -> list[click.Parameter]:
    """Return the options: those of the settings, and those of the process."""
    settings = [
        setting_parameter(field, option)
        for field, option in options().items()
        if option.cli and field != "endpoints"
    ]
    return [
        config_option(),
        *settings,
        click.Option(
            ["--endpoint"], multiple=True, metavar="ENDPOINT",
            help="Endpoint of Twisted to listen on instead, or systemd; may be repeated.",
        ),
        click.Option(
            ["-x", "--password"], metavar="PASSWORD",
            help="The password that all clients share. Others may see it in ps.",
        ),
        click.Option(
            ["-D", "--daemon"], metavar="FILE",
            help="Detach from the terminal, and write the PID to a file.",
        ),
        click.Option(
            ["--uid"], metavar="USER", callback=_account(types.user),
            help="User to become once the ports are bound [default for a daemon: [server] user].",
        ),
        click.Option(
            ["--gid"], metavar="GROUP", callback=_account(types.group),
            help="Its group [default for a daemon: [server] group].",
        ),
        click.Option(
            ["--umask"], metavar="MODE", callback=_account(types.octal),
            help="Mask of modes of new files [default: [server] umask, or 077 for a daemon].",
        ),
        version_parameter(),
    ]  # fmt: skip


def _serve(
    endpoint: tuple[str, ...], password: str | None, daemon: str | None, **process: Any
) -> None:
    """
    Serve the repository to its clients, in the foreground or as a daemon.

    What is not given, bcfg2.conf says, and else the defaults. SIGTERM ends the server after the
    calls that run, SIGHUP has it read everything again.

    twistd bcfg2-core is the same server, for those who want all of twistd's options.
    """
    overrides = {**overrides_of(click.get_current_context())}
    if endpoint:
        overrides["endpoints"] = endpoint
    if password is not None:
        overrides["password"] = password
    # here only: twistd chooses and installs the reactor
    from bcfg2tw.process.within import run_twistd

    with command_errors():
        settings = Settings.load(overrides)
        arguments = list(_twistds(settings, daemon, process))
    run_twistd(arguments, overrides)


def _twistds(settings: Settings, daemon: str | None, process: dict[str, Any]) -> Iterator[str]:
    """
    Yield the arguments of twistd.

    :param process: `uid`, `gid` and `umask`, None where they are not given
    :raises Bcfg2Error: if a daemon cannot be started so
    """
    umask = settings.umask if process["umask"] is None else process["umask"]
    if umask is not None:
        yield f"--umask={umask:o}"
    uid, gid = process["uid"], process["gid"]
    if daemon is None:
        yield from ("--nodaemon", "--pidfile=")
    else:
        uid = settings.daemon_uid if uid is None else uid
        gid = settings.daemon_gid if gid is None else gid
        _check_log(settings)
        _make_folder(os.path.dirname(os.path.abspath(daemon)), uid, gid)
        yield from (f"--pidfile={os.path.abspath(daemon)}", "--rundir=/")
        yield "--logger=bcfg2tw.process.logs.nowhere"  # what is said goes to file and syslog
    yield from _accounts(uid, gid, process["uid"])


def _accounts(uid: int | None, gid: int | None, wanted: int | None) -> Iterator[str]:
    """
    Yield twistd's arguments for user and group; it lets no other user than root give them.

    :param wanted: the user that the command line names
    """
    if os.geteuid() == 0:
        yield from () if uid is None else (f"--uid={uid}",)
        yield from () if gid is None else (f"--gid={gid}",)
    elif wanted not in (None, os.geteuid()):
        raise Bcfg2Error("--uid: only root can become another user: start it as root")


def _check_log(settings: Settings) -> None:
    from bcfg2tw.process.logs import SYSLOG_SOCKET

    if settings.logfile is None and not (settings.syslog and os.path.exists(SYSLOG_SOCKET)):
        raise Bcfg2Error(NO_LOG)


def _make_folder(folder: str, uid: int | None, gid: int | None) -> None:
    """Make the folder of a PID file, which is gone after each start of the machine (/run)."""
    if os.path.isdir(folder):
        return
    try:
        os.makedirs(folder, mode=0o755)
        if os.geteuid() == 0 and (uid is not None or gid is not None):
            os.chown(folder, -1 if uid is None else uid, -1 if gid is None else gid)
    except OSError as error:
        raise Bcfg2Error(f"--daemon: {folder} cannot be made: {error.strerror}") from error


command = click.Command(
    "serve", callback=_serve, params=_parameters(), help=_serve.__doc__,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
