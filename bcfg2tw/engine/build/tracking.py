"""Which plugins tell what their part in a configuration depends on."""

from __future__ import annotations

from collections.abc import Iterable

from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.plugin.interfaces import Tracked


def all_tracked(plugins: PluginSet, roles: Iterable[type[object]]) -> bool:
    """Say whether all plugins with one of the roles tell what they depend on."""
    return all(
        Tracked in type(plugin).__bases__
        for role in roles
        for plugin in plugins.plugins_by_type(role)
    )
