"""The classes that plugins' names stand for: ours, an installed one, or a dotted path."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from traceback import extract_tb
from typing import NoReturn

from bcfg2tw.engine.plugin.absent import ABSENT
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.repository.source import PASSING
from bcfg2tw.errors import CoreInitError, PluginInitError, UnreadableRepository
from bcfg2tw.near_names import near_name
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

#: The entry point group in which a distribution announces plugins of its own.
ENTRY_POINTS = "bcfg2tw.plugins"

SHIPPED = {
    "ACL": "acl",
    "AWSTags": "awstags",
    "Base": "base",
    "Bundler": "bundler",
    "Bzr": "version.bzr",
    "Cfg": "cfg",
    "Cvs": "version.cvs",
    "Darcs": "version.darcs",
    "Decisions": "decisions",
    "Defaults": "defaults",
    "Deps": "deps",
    "FileProbes": "fileprobes",
    "Fossil": "version.fossil",
    "Git": "version.git",
    "GroupLogic": "grouplogic",
    "GroupPatterns": "grouppatterns",
    "Hg": "version.hg",
    "Ldap": "ldap",
    "Metadata": "metadata",
    "NagiosGen": "nagiosgen",
    "Ohai": "ohai",
    "Packages": "packages.packages",
    "Pkgmgr": "pkgmgr",
    "POSIXCompat": "posixcompat",
    "Probes": "probes",
    "Properties": "properties",
    "PuppetENC": "puppetenc",
    "Reporting": "reporting",
    "Rules": "rules",
    "SEModules": "semodules",
    "ServiceCompat": "servicecompat",
    "SSHbase": "sshbase",
    "SSLCA": "sslca",
    "Svn": "version.svn",
    "TCheetah": "tcheetah",
    "TemplateHelper": "templatehelper",
    "TGenshi": "tgenshi",
    "Trigger": "trigger",
}

#: Those of them that neither say anything of clients nor ask these anything.
_SILENT = frozenset({
    "ACL", "Base", "Bundler", "Bzr", "Cfg", "Cvs", "Darcs", "Decisions", "Defaults", "Deps",
    "Fossil", "Git", "Hg", "NagiosGen", "Pkgmgr", "POSIXCompat", "Reporting", "Rules", "SEModules",
    "ServiceCompat", "SSLCA", "Svn", "TCheetah", "TGenshi", "Trigger",
})  # fmt: skip


class AbsentPlugin(PluginInitError):
    """A plugin that Bcfg2 had: it is left out, and does not end the start."""


#: Finds a site's own plugins of upstream's shape; imported where a name is none of ours.
_SITE_PLUGINS = "bcfg2tw.engine.siteplugins"


def check_names(names: Iterable[str]) -> None:
    """
    Look whether there are plugins of these names; nothing is imported.

    :raises CoreInitError: naming the first that there is not, and the remedy
    """
    for name in names:
        if not ("." in name or name in SHIPPED or name in ABSENT or name in _announced()
                or _file_of_site(name)):  # fmt: skip
            raise refusal(name, PluginInitError(_unknown(name)))


def without_silent(names: Iterable[str]) -> tuple[str, ...]:
    """
    Return the plugins that metadata of clients and their probes are made with; nothing is imported.

    Those that a site or another distribution brings count as such.
    """
    silent = _SILENT - _announced().keys()
    return tuple(name for name in names if name not in silent)


def plugin_classes(
    names: Iterable[str], is_lenient: bool = True, settings: Settings | None = None
) -> list[type[Plugin]]:
    """
    Return the classes that names stand for, in order, each once.

    A plugin that Bcfg2 dropped, and one of a name that is taken, is an error in the log, and is
    left out (:ref:`decisions-crashes`).

    :param is_lenient: whether others that cannot be used are left out so as well
    :param settings: of the site whose own plugins are found as well
    :raises CoreInitError: if they are not (:ref:`decisions-never-shortened`)
    :raises UnreadableRepository: if nothing could be read now, whatever the plugin
    """
    classes: dict[str, type[Plugin]] = {}
    announced = _announced()
    for name in names:
        try:
            plugin = plugin_class(name, settings, announced)
        except Exception as error:  # importing runs a site's own code
            if isinstance(error, OSError) and error.errno in PASSING:
                raise UnreadableRepository(f"plugin {name}: {error}") from error
            if not is_lenient and not isinstance(error, AbsentPlugin):
                raise refusal(name, error) from error
            logger.error(
                "Plugin %s cannot be used: %s", name, error, exc_info=_is_unexpected(error)
            )
            continue
        if classes.setdefault(plugin.name, plugin) is not plugin:
            logger.error(
                "Plugin %s cannot be used: another one named before it is called %s, too",
                name, plugin.name,
            )  # fmt: skip
    return list(classes.values())


def refusal(name: str, error: Exception) -> CoreInitError:
    """
    Return the sentence that ends a start with a plugin that cannot be used.

    :param name: as `[server] plugins` has it
    """
    reason = _describe(error) if _is_unexpected(error) else error
    return CoreInitError(
        f"[server] plugins: {name} cannot be used: {reason}; mend that or take {name} out, or "
        "start without it by [bcfg2tw] lenient_plugins = yes"
    )


def _is_unexpected(error: Exception) -> bool:
    return not isinstance(error, PluginInitError)


def _describe(error: Exception) -> str:
    """Return what a site's own code raised, and where."""
    where = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"


def plugin_class(
    name: str, settings: Settings | None = None, announced: Mapping[str, EntryPoint] | None = None
) -> type[Plugin]:
    """
    Return the class of a plugin.

    A name with a dot is MODULE.CLASS, found on Python's path; other names are looked up among
    installed distributions' entry points, then among the plugins that come with the engine, then
    in `Bcfg2/Server/Plugins` on Python's path.

    :param settings: of the site whose own plugins are found as well
    :param announced: the entry points of installed distributions, read where they are not given
    :raises PluginInitError: if there is no such plugin
    """
    settings = settings or Settings()
    if "." in name:
        return _dotted(name, settings)
    entry_point = (_announced() if announced is None else announced).get(name)
    if entry_point is not None:
        return _of_module(name, entry_point.module, entry_point.attr)
    if name in SHIPPED:
        _tell_passed_over(name)
        module = f"bcfg2tw.engine.plugins.{SHIPPED[name]}"
        return _check_class(name, getattr(importlib.import_module(module), name))
    if name in ABSENT and not _file_of_site(name, is_own=True):
        raise AbsentPlugin(ABSENT[name])
    return _of_site(name, settings) or _raise(PluginInitError(_unknown(name)))


def _raise(error: PluginInitError) -> NoReturn:
    raise error


def _of_site(name: str, settings: Settings) -> type[Plugin] | None:
    """Return a plugin that is written for upstream's names, None where it is not."""
    loading = importlib.import_module(f"{_SITE_PLUGINS}.loading")
    plugin: type[Plugin] | None = loading.plugin_of_site(name, settings)
    return plugin


def _file_of_site(name: str, is_own: bool = False) -> str | None:
    """
    Return the file of a plugin in `Bcfg2/Server/Plugins` on Python's path, None without one.

    :param is_own: whether one that is beside an installed Bcfg2 does not count
    """
    finding = importlib.import_module(f"{_SITE_PLUGINS}.finding")
    path: str | None = finding.plugin_file(name)
    return None if path is None or (is_own and finding.is_installed_bcfg2(path)) else path


def _tell_passed_over(name: str) -> None:
    """Warn of a site's own file that has the name of one of ours."""
    path = _file_of_site(name, is_own=True)
    if path is not None:
        logger.warning(
            "%s is not used: %s is a plugin of this server; give its class another name",
            path,
            name,
        )


def _dotted(name: str, settings: Settings) -> type[Plugin]:
    module, _, attribute = name.rpartition(".")
    of_site = _of_site(name, settings)
    if of_site is not None:
        return of_site
    try:
        return _of_module(name, module, attribute)
    except NamesUpstream as error:
        loading = importlib.import_module(f"{_SITE_PLUGINS}.loading")
        plugin: type[Plugin] = loading.retried(name, settings, error)
        return plugin


class NamesUpstream(PluginInitError):
    """A module imports upstream's names by way of another one."""


def _of_module(name: str, module: str, attribute: str) -> type[Plugin]:
    """
    Return a site's own class.

    :raises PluginInitError: if it is not there, or no plugin's
    """
    imported = _import(name, module)
    if not hasattr(imported, attribute):
        raise PluginInitError(f"{module} has no class {attribute}")
    return _check_class(name, getattr(imported, attribute))


def _import(name: str, module: str) -> object:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        names_upstream = (error.name or "").partition(".")[0] == "Bcfg2"
        refuse = NamesUpstream if names_upstream else PluginInitError
        raise refuse(_missing(name, module, error)) from error


def _missing(name: str, module: str, error: ModuleNotFoundError) -> str:
    missing = error.name or ""
    if f"{module}.".startswith(f"{missing}."):
        return f"{error}; [server] plugins names {name}, so {module} must be on Python's path"
    return f"{module} needs {missing}, which is not installed"


def _announced() -> dict[str, EntryPoint]:
    """
    Return the entry points of installed distributions; of equal names the first one counts.

    :raises UnreadableRepository: if they cannot be read; before Python 3.14 there are none then
    """
    points: dict[str, EntryPoint] = {}
    try:
        for entry_point in entry_points(group=ENTRY_POINTS):
            points.setdefault(entry_point.name, entry_point)
    except OSError as error:
        raise UnreadableRepository(f"entry points of plugins cannot be read: {error}") from error
    return points


def _unknown(name: str) -> str:
    if len(name.split()) > 1:
        return "separate plugins by commas"
    near = near_name(name, SHIPPED.keys() | ABSENT.keys() | _announced().keys())
    hint = "" if near is None else f": did you mean {near}?"
    names = ", ".join(sorted(SHIPPED))
    return (
        f"there is no plugin of this name{hint}; [server] plugins takes {names}, "
        f"names of entry points in the group {ENTRY_POINTS}, MODULE.CLASS, and files of a site in "
        "Bcfg2/Server/Plugins on Python's path"
    )


def _check_class(name: str, candidate: object) -> type[Plugin]:
    if isinstance(candidate, type) and issubclass(candidate, Plugin):
        return candidate
    raise PluginInitError(f"{name} is no class derived from bcfg2tw's Plugin but {candidate!r}")
