"""The site that is to move: its bcfg2.conf, its repository, and the user of the new server."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.engine.plugin.registry import SHIPPED
from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.process.options import check_repository
from bcfg2tw.settings import Settings
from bcfg2tw.settings.inifile import IniFile
from bcfg2tw.settings.reading import read_files, without_refused

__all__ = ["OldSite", "open_site"]


@dataclass(frozen=True)
class OldSite:
    """
    A site of Bcfg2's own server.

    :ivar config: path of bcfg2.conf
    :ivar files: bcfg2.conf, and the file for the web that it may name
    :ivar settings: what they come to, without what is refused
    :ivar refusals: the values that are refused
    :ivar release: `1.3` or `1.4`, the Bcfg2 that the site has; None where nobody said
    :ivar user: the user that the new server will run as
    :ivar python_path: folders in which the site's own modules are looked for
    :ivar root: folder that stands for the machine's `/`
    """

    config: str
    files: Sequence[IniFile]
    settings: Settings
    refusals: Sequence[SettingsError]
    repository: Repository = field(repr=False)
    release: str | None = None
    user: pwd.struct_passwd = field(default_factory=lambda: pwd.getpwuid(os.getuid()))
    python_path: Sequence[str] = ()
    root: str = "/"

    def place(self, section: str, key: str) -> tuple[str, int | None]:
        """Return file and line of an option, bcfg2.conf alone where it is not given."""
        path, _, line = self.settings.places.get((section, key), self.config).rpartition(":")
        return (path, int(line)) if line.isdigit() else (self.config, None)

    def below_root(self, path: str) -> str:
        """Return a path of the machine, as it is reached here."""
        return os.path.join(self.root, path.lstrip("/"))


def open_site(
    config: str,
    release: str | None = None,
    user: str | None = None,
    python_path: Sequence[str] = (),
    root: str = "/",
) -> OldSite:
    """
    Read a bcfg2.conf as the server does, without the values that it refuses.

    :param user: that the server will run as; the one of `[server] user`, or this one
    :raises Bcfg2Error: if the file or the repository cannot be read, or there is no such user
    """
    files = read_files(config)
    settings, refusals = without_refused(files)
    if settings is None:
        raise refusals[-1]
    check_repository(settings)
    account = _account(user, settings)
    repository = Repository(_without_own_plugins(settings))
    return OldSite(
        config, files, settings, refusals, repository, release, account, python_path, root
    )


def _without_own_plugins(settings: Settings) -> Settings:
    """
    Return settings by which the repository is read without what a site may not have yet.

    Its own plugins are not to be run by looking; Reporting has no files, and needs a database.
    """
    ours = tuple(name for name in settings.plugins if name in SHIPPED and name != "Reporting")
    return replace(settings, plugins=ours, lenient_plugins=True, metadata_db=False, probes_db=False)


def _account(user: str | None, settings: Settings) -> pwd.struct_passwd:
    try:
        if user is not None:
            return pwd.getpwnam(user)
        number = settings.daemon_uid
        return pwd.getpwuid(os.getuid() if number is None else number)
    except KeyError as error:
        raise Bcfg2Error(f"there is no user {user}: make it first (useradd --system)") from error
