"""The plugins that bcfg2.conf names: ours, dropped ones, a site's own; and what they need."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.cli.python2.site_modules import handler_modules, plugin_modules
from bcfg2tw.engine.plugin.absent import ABSENT
from bcfg2tw.engine.plugin.registry import SHIPPED, check_names
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.finding import Finding

__all__ = ["examine", "module_folders"]

#: Where distributions had the modules of Bcfg2 and of sites.
_OLD_PLACES = (
    "usr/lib/python*/*-packages",
    "usr/lib/pymodules/python*",
    "usr/local/lib/python*/*-packages",
)

#: Plugins of 1.3 alone that are served here.
_OLD = ("Base", "SSLCA", "TCheetah", "TGenshi")
#: Plugins that need an extra: modules of which one has to be there, and the extra.
_LIBRARIES = {
    "AWSTags": (("boto3",), "awstags"),
    "Ldap": (("ldap3", "ldap"), "ldap"),
    "Reporting": (("sqlalchemy",), "reporting"),
    "TCheetah": (("Cheetah",), "cheetah"),
}


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield what is to be said of each plugin."""
    file, line = site.place("server", "plugins")
    for name in site.settings.plugins:
        kind, message = _judge(site, name)
        if kind:
            yield finding(kind, file, line, message)
        modules, extra = _LIBRARIES.get(name, ((), ""))
        if modules and not any(map(find_spec, modules)):
            message = f"the plugin {name} needs more: pip install 'bcfg2tw[{extra}]'"
            yield finding("missing-library", file, line, message)
    yield from _handlers(site)
    yield from _reporting(site, file, line)
    yield from _template_libraries(site)
    if (site.settings.metadata_db or site.settings.probes_db) and not find_spec("sqlalchemy"):
        message = "use_database needs more: pip install 'bcfg2tw[sql]', or [postgresql]"
        yield finding("missing-library", site.config, None, message)


def _judge(site: OldSite, name: str) -> tuple[str, str]:
    """Return kind and message for a plugin; both empty where it is one of ours."""
    if name in ABSENT:
        return "dropped-plugin", f"{name}: {ABSENT[name]}"
    if name in SHIPPED:
        is_old = name in _OLD
        return ("old-plugin", f"{name} is served as with Bcfg2 1.3") if is_old else ("", "")
    paths = plugin_modules(name, module_folders(site))
    if paths:
        return "own-plugin", f"{name} is the site's own: {paths[0]}"
    if "." in name:
        return "no-plugin", f"{name}: its module is nowhere on Python's path"
    try:
        check_names([name])
    except Bcfg2Error as error:
        reason = str(error).partition("cannot be used: ")[2].partition("; ")[0]
        return "no-plugin", f"{name}: {reason}"
    return "", ""


def module_folders(site: OldSite) -> list[str]:
    """Return the folders in which the site's own modules are looked for, in order."""
    folders = [*site.python_path, *filter(os.path.isdir, sys.path)]
    for pattern in _OLD_PLACES:
        folders += sorted(glob.glob(os.path.join(site.root, pattern)))
    return folders


def _handlers(site: OldSite) -> Iterator[Finding]:
    file, line = site.place("cfg", "handlers")
    for name, paths in handler_modules(site.settings, module_folders(site)):
        message = f"{name} is the site's own handler of Cfg: {paths[0]}"
        yield finding("own-handler", file, line, message, "Cfg")


def _reporting(site: OldSite, file: str, line: int | None) -> Iterator[Finding]:
    if "Reporting" not in site.settings.plugins:
        return
    message = "Reporting keeps reports without bcfg2-report-collector: stop and disable it"
    yield finding("reports-collector", file, line, message)
    if site.settings.reporting_transport.lower().startswith("redis"):
        message = "[reporting] transport: there is no Redis here: write DirectStore"
        yield finding("refused-value", *site.place("reporting", "transport"), message)


def _template_libraries(site: OldSite) -> Iterator[Finding]:
    for word, module, extra in (("Jinja2", "jinja2", "jinja2"), ("Cheetah", "Cheetah", "cheetah")):
        paths = [file.path for file in cfg_files(site.repository) if word in file.handler]
        if paths and not find_spec(module):
            message = (
                f"{len(paths)} files need {word}, this one among them: pip install "
                f"'bcfg2tw[{extra}]'"
            )
            yield finding("missing-library", paths[0], None, message, "Cfg")
