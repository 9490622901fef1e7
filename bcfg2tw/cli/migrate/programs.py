"""Services and jobs of Bcfg2 that run beside the server, and the owner of the checkout."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator

from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.finding import Finding

__all__ = ["examine"]

_UNITS = (
    "etc/init.d",
    "etc/rc.d",
    "etc/systemd/system",
    "lib/systemd/system",
    "usr/lib/systemd/system",
)
_JOBS = ("etc/cron*/*", "etc/crontab", "var/spool/cron/*", "var/spool/cron/crontabs/*")
_WEB = ("etc/apache2/*/*", "etc/httpd/conf.d/*", "etc/nginx/*/*")
_WEB_MARKS = re.compile(r"reports\.wsgi|Bcfg2/Reporting|Bcfg2/Server/Reports")
_COMMAND = re.compile(
    r"\bbcfg2-(?P<name>admin|build-reports|crypt|info|lint|reports|repo-validate|test|yum-helper)\b"
    r"(?P<words>[^\n|;&>]*)"
)
#: Commands that are called otherwise, and what takes their place.
_NEW = {
    "build-reports": "the pages of reports (docs/reporting)",
    "repo-validate": "bcfg2tw lint",
    "yum-helper": "nothing: the server resolves by itself",
}
#: What is in the top folder of a checkout, and the plugin that reads it.
_CHECKOUTS = {
    ".git": "Git", ".svn": "Svn", ".hg": "Hg", ".bzr": "Bzr", "_darcs": "Darcs", "CVS": "Cvs",
    ".fslckout": "Fossil",
}  # fmt: skip


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield services, jobs and checkouts."""
    yield from _services(site)
    for path in _files(site, _JOBS):
        yield from _jobs(path)
    for path in _files(site, _WEB):
        if _WEB_MARKS.search(_text(path)):
            message = "the web server's pages of reports: the server shows them itself"
            yield finding("unneeded-service", path, None, message)
    yield from _checkouts(site)


def _services(site: OldSite) -> Iterator[Finding]:
    for folder in _UNITS:
        for name in ("bcfg2-server", "bcfg2-report-collector"):
            for ending in ("", ".service"):
                path = site.below_root(os.path.join(folder, name + ending))
                if not os.path.isfile(path) or "bcfg2tw" in _text(path):
                    continue
                if name == "bcfg2-server":
                    message = f"the old server's service: systemctl disable --now {name}"
                    yield finding("old-service", path, None, message)
                else:
                    message = f"no collector is needed: systemctl disable --now {name}"
                    yield finding("unneeded-service", path, None, message)


def _files(site: OldSite, patterns: tuple[str, ...]) -> Iterator[str]:
    for pattern in patterns:
        for path in sorted(glob.glob(site.below_root(pattern))):
            if os.path.isfile(path):
                yield path


def _jobs(path: str) -> Iterator[Finding]:
    for number, line in enumerate(_text(path).splitlines(), 1):
        match = None if line.lstrip().startswith("#") else _COMMAND.search(line)
        if match is None:
            continue
        name, words = match["name"], match["words"].split()
        command = " ".join([f"bcfg2-{name}", *words[:1]])
        new = _NEW.get(name)
        if new is not None:
            message = f"{command} is {new}"
        elif name == "admin" and words[:1] == ["xcmd"]:
            message = f"{command} is bcfg2tw call"
        else:
            message = f"{command} goes on under this name"
        yield finding("old-command", path, number, message)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def _checkouts(site: OldSite) -> Iterator[Finding]:
    folder = site.settings.vcs_root or site.repository.root
    for name, plugin in _CHECKOUTS.items():
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            continue
        if name != ".git":
            message = f"have it pass over the folder .bcfg2tw ({plugin})"
            yield finding("checkout", path, None, message)
        elif plugin in site.settings.plugins and _is_of_another(site, path):
            owner = os.stat(path).st_uid
            message = f"it belongs to user {owner}, and the server is {site.user.pw_name}"
            yield finding("checkout-owner", path, None, message)


def _is_of_another(site: OldSite, path: str) -> bool:
    return os.stat(path).st_uid != site.user.pw_uid
