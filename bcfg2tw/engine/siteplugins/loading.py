"""Finding the class that a name of `[server] plugins` stands for among a site's own."""

from __future__ import annotations

from typing import Any

from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.siteplugins import finding
from bcfg2tw.engine.siteplugins.adapter import adapt
from bcfg2tw.engine.siteplugins.package import PLUGINS, package_for
from bcfg2tw.errors import PluginInitError
from bcfg2tw.settings import Settings


def plugin_of_site(name: str, settings: Settings) -> type[Plugin] | None:
    """
    Return the plugin for a name, None where that is no plugin of upstream's shape.

    :param name: MODULE.CLASS, or the name of a file in `Bcfg2/Server/Plugins` on Python's path
    :raises PluginInitError: if there is one, and it cannot be used
    """
    if "." in name:
        module, _, attribute = name.rpartition(".")
        if not is_for_upstream(module):
            return None
        return _adapted(module, attribute, settings)
    if finding.plugin_file(name) is None:
        return None
    return _adapted(f"{PLUGINS}.{name}", name, settings)


def is_for_upstream(module: str) -> bool:
    """Say whether a module on Python's path is written for upstream's names."""
    if module.partition(".")[0] == "Bcfg2":
        return True
    spec = finding.module_spec(module)
    return spec is not None and finding.names_upstream(spec)


def _adapted(module: str, attribute: str, settings: Settings) -> type[Plugin]:
    package = package_for(settings)
    site_class = package.plugin_class(module, attribute)
    return adapt(package, site_class, _place(package.load(module)))


def _place(module: Any) -> str:
    return str(module.__file__)


def retried(name: str, settings: Settings, error: PluginInitError) -> type[Plugin]:
    """
    Return the plugin for a dotted name whose module imports upstream's names by way of others.

    :raises PluginInitError: as before, where that is not it
    """
    module, _, attribute = name.rpartition(".")
    if finding.module_spec(module) is None:
        raise error
    return _adapted(module, attribute, settings)
