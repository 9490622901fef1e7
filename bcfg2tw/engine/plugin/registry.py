"""The classes that plugins' names stand for: ours, an installed one, or a dotted path."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable
from importlib.metadata import entry_points
from traceback import extract_tb

from bcfg2tw.engine.plugin.absent import ABSENT
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.repository.source import PASSING
from bcfg2tw.errors import CoreInitError, PluginInitError, UnreadableRepository
from bcfg2tw.near_names import near_name

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


def check_names(names: Iterable[str]) -> None:
    """
    Look whether there are plugins of these names; nothing is imported.

    :raises CoreInitError: naming the first that there is not, and the remedy
    """
    for name in names:
        if not ("." in name or name in SHIPPED or name in ABSENT or name in _announced()):
            raise refusal(name, PluginInitError(_unknown(name)))


def without_silent(names: Iterable[str]) -> tuple[str, ...]:
    """
    Return the plugins that metadata of clients and their probes are made with; nothing is imported.

    Those that a site or another distribution brings count as such.
    """
    silent = _SILENT - _announced()
    return tuple(name for name in names if name not in silent)


def plugin_classes(names: Iterable[str], is_lenient: bool = True) -> list[type[Plugin]]:
    """
    Return the classes that names stand for, in order, each once.

    A plugin that Bcfg2 dropped, and one of a name that is taken, is an error in the log, and is
    left out (:ref:`decisions-crashes`).

    :param is_lenient: whether others that cannot be used are left out so as well
    :raises CoreInitError: if they are not (:ref:`decisions-never-shortened`)
    :raises UnreadableRepository: if nothing could be read now, whatever the plugin
    """
    classes: dict[str, type[Plugin]] = {}
    for name in names:
        try:
            plugin = plugin_class(name)
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


def plugin_class(name: str) -> type[Plugin]:
    """
    Return the class of a plugin.

    A name with a dot is MODULE.CLASS, found on Python's path; other names are looked up among
    installed distributions' entry points, then among the plugins that come with the engine.

    :raises PluginInitError: if there is no such plugin
    """
    if "." in name:
        module, _, attribute = name.rpartition(".")
        return _of_module(name, module, attribute)
    for entry_point in entry_points(group=ENTRY_POINTS, name=name):
        return _of_module(name, entry_point.module, entry_point.attr)
    if name in SHIPPED:
        module = f"bcfg2tw.engine.plugins.{SHIPPED[name]}"
        return _check_class(name, getattr(importlib.import_module(module), name))
    if name in ABSENT:
        raise AbsentPlugin(ABSENT[name])
    raise PluginInitError(_unknown(name))


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
        raise PluginInitError(_missing(name, module, error)) from error


def _missing(name: str, module: str, error: ModuleNotFoundError) -> str:
    missing = error.name or ""
    if f"{module}.".startswith(f"{missing}."):
        return f"{error}; [server] plugins names {name}, so {module} must be on Python's path"
    if missing.partition(".")[0] == "Bcfg2":
        return (
            f"{module} is written for upstream Bcfg2: derive it from the classes in "
            "bcfg2tw.engine.plugin, or start with --core upstream where Bcfg2 is installed"
        )
    return f"{module} needs {missing}, which is not installed"


def _announced() -> set[str]:
    return {entry_point.name for entry_point in entry_points(group=ENTRY_POINTS)}


def _unknown(name: str) -> str:
    if len(name.split()) > 1:
        return "separate plugins by commas"
    near = near_name(name, SHIPPED.keys() | ABSENT.keys() | _announced())
    hint = "" if near is None else f": did you mean {near}?"
    names = ", ".join(sorted(SHIPPED))
    return (
        f"there is no plugin of this name{hint}; [server] plugins takes {names}, "
        f"names of entry points in the group {ENTRY_POINTS}, and MODULE.CLASS"
    )


def _check_class(name: str, candidate: object) -> type[Plugin]:
    if isinstance(candidate, type) and issubclass(candidate, Plugin):
        return candidate
    raise PluginInitError(f"{name} is no class derived from bcfg2tw's Plugin but {candidate!r}")
