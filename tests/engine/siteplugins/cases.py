"""What tests of a site's plugins share: plugins as files on Python's path, and cores with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import CoreInitError
from tests.builders import (
    CLIENT,
    Contents,
    a_core,
    a_repository,
    configuration,
    entry,
    metadata_of,
    some_settings,
    write_files,
)

PLUGINS = "Bcfg2/Server/Plugins"


class SitePluginTestCase(SynchronousTestCase):
    """A test whose plugins are in a folder of their own on Python's path."""

    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        os.makedirs(self.folder)
        sys.path.insert(0, self.folder)
        self.addCleanup(sys.path.remove, self.folder)

    def write_plugins(self, sources: Mapping[str, str]) -> None:
        """Write plugins where upstream has them, by name."""
        write_files(self.folder, {f"{PLUGINS}/{name}.py": text for name, text in sources.items()})

    def core(self, name: str, source: str, contents: Contents, **settings: Any) -> NetworkCore:
        """Return a core with one plugin of the site beside those of its folders."""
        self.write_plugins({name: source})
        return self.core_with(contents, name, **settings)

    def core_with(self, contents: Contents, *names: str, **settings: Any) -> NetworkCore:
        """Return a core with plugins that are there, beside those of its folders."""
        folders = {path.partition("/")[0] for path in contents if path[0].isupper()}
        folders |= {"Bundler", "Metadata"}
        plugins = tuple(sorted(folders | set(names)))
        return a_core(self, contents, **{"plugins": plugins, **settings})

    def refusal(self, name: str, source: str, **settings: Any) -> str:
        """Return why a core does not start with a plugin."""
        self.write_plugins({name: source})
        repository = a_repository(self, {})
        values = {"plugins": ("Bundler", "Metadata", name), **settings}
        core = NetworkCore(some_settings(repository, **values))
        self.addCleanup(core.shutdown)
        error = self.assertRaises(CoreInitError, core.start)
        return str(error)


def groups_of(core: NetworkCore) -> set[str]:
    """Return the groups of the test's client."""
    return set(metadata_of(core).groups)


def bound(core: NetworkCore, tag: str, name: str) -> Element:
    """Return an entry of the test's client as it is sent."""
    return entry(configuration(core), tag, name)


def data_of(core: NetworkCore, plugin: str) -> Any:
    """Return what a connector says of the test's client."""
    return getattr(metadata_of(core), plugin)


__all__ = ["CLIENT", "SitePluginTestCase", "bound", "data_of", "groups_of"]
