"""A client's sources for templates, `metadata.Packages` (:ref:`packages-5.3`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.packages.configuring.configs import config_text
from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.sources.repositories import repositories_of

#: What there is.
NAMES = ("sources", "get_config")


class TemplateData(Mapping[str, Any]):
    """
    A client's sources, made when a template looks at them.

    `sources` is a list of mappings, one for each repository; `get_config` a function that returns
    the text of the configuration for a client's metadata.
    """

    def __init__(self, sources: tuple[PackageSource, ...], metadata: ClientMetadata) -> None:
        """
        Make nothing yet.

        :param metadata: a copy, which these data are no part of: what refers to itself does not
            go when the call is over
        """
        self._sources = sources
        self._metadata = metadata

    def _repositories(self) -> list[dict[str, Any]]:
        client_sources = ClientSources.of(self._sources, self._metadata)
        return [
            repository.mapping()
            for source in client_sources.sources
            for repository in repositories_of(source)
        ]

    def _config(self, metadata: ClientMetadata) -> str:
        return config_text(ClientSources.of(self._sources, metadata), metadata.hostname)

    def __getitem__(self, name: str) -> Any:
        if name == "sources":
            return self._repositories()
        if name == "get_config":
            return self._config
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)
