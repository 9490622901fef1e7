"""Base: the entries of clients of repositories from Bcfg2 1.3 (:ref:`cfg-11.3`)."""

from __future__ import annotations

from lxml import etree

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Structure, Tracked
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element


class Base(Plugin, Structure, Tracked):
    """
    Puts what applies to a client in any `Base/*.xml` into one independent structure.

    Every file is for every client: there is nothing to assign.
    """

    deprecated = True
    create = False

    def __init__(self, context: PluginContext, files: Files, previous: Base | None = None) -> None:
        super().__init__(context, files, previous)
        loaded = load_all(files, (".xml",), StructFile, self.logger, self.listing_before)
        self._files = tuple(loaded.values())
        if previous is None:
            self.logger.warning(
                "Base: Bcfg2 1.4 has this plugin no more; move the files of %s to Bundler, "
                'with <Bundle independent="true"> as their root, and give the bundles to a group',
                files.folder,
            )

    def BuildStructures(self, metadata: ClientMetadata) -> list[Element]:
        """Return one `Independent` with the entries of all files, in order of their names."""
        structure = etree.Element("Independent", {"name": self.name, "version": "2.0"})
        for file in self._files:
            structure.extend(file.Match(metadata))
        return [structure]
