"""Decisions: which entries a client may, or may not, install (:ref:`structures-10`)."""

from __future__ import annotations

import logging

from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Decision
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, line_of
from bcfg2tw.errors import CriticalError, NotServing, PluginExecutionError

MODES = ("whitelist", "blacklist")
FILES = {f"{mode}.xml": mode for mode in MODES}

logger = logging.getLogger("Decisions")


class DecisionFile(StructFile):
    """One of the two lists; its decisions may depend on groups, on the client, and on code."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        if self.is_template:
            return
        for element in self.root.iter("Decision"):
            if not _is_complete(element):
                logger.error(
                    "%s:%s: a Decision needs type and name; it is ignored",
                    self.path, line_of(element),
                )  # fmt: skip

    def decisions(self, metadata: ClientMetadata) -> list[tuple[str, str]]:
        """Return type and name of each decision for a client, in order of the document."""
        elements = self.matched(metadata).iter("Decision")
        return [
            (element.get("type", ""), element.get("name", ""))
            for element in elements
            if _is_complete(element)
        ]


def _is_complete(element: Element) -> bool:
    return bool(element.get("type") and element.get("name"))


class Decisions(Plugin, Decision):
    """
    Hands out `Decisions/whitelist.xml` and `Decisions/blacklist.xml`.

    The server leaves nothing out of a configuration; it is the client that follows a list.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: Decisions | None = None
    ) -> None:
        super().__init__(context, files, previous)
        for name in files:
            if name not in FILES and name not in self.listing_before:
                self.logger.error(
                    "Could not process filename %s; ignoring: lists are whitelist.xml and "
                    "blacklist.xml, with Group and Client elements for what 1.3 put into names",
                    files.path(name),
                )
        self._lists = {mode: files.load(name, DecisionFile) for name, mode in FILES.items()}

    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        """
        Return a list; without a file it is empty.

        :raises PluginExecutionError: if the mode is unknown
        :raises CriticalError: if the file is a template that fails for the client
        :raises NotServing: if the file was never understood: a client without its list would
            install what it must not, or nothing
        """
        if mode not in self._lists:
            raise PluginExecutionError(f"there is no list {mode!r}: {' and '.join(MODES)} are")
        decisions = self._lists[mode]
        if decisions is not None:
            return self._decisions(decisions, metadata.for_build())
        problem = self.files.problem(f"{mode}.xml", DecisionFile)
        if problem in self.files.unread:
            raise NotServing(str(problem))
        return []

    def _decisions(self, file: DecisionFile, metadata: ClientMetadata) -> list[tuple[str, str]]:
        try:
            return file.decisions(metadata)
        except Exception as error:  # the template's own code
            reason = file.describe(error)
            self.logger.error("Decisions: %s: %s", metadata.hostname, reason)
            raise CriticalError(reason) from error
