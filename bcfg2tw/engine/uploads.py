"""
Uploads of clients: reports of their runs and the output of probes, handed to the plugins.

A report that no plugin wants to read is looked at, and no tree is made of it: that would be a
tenth of what a client's run costs the server.
"""

from __future__ import annotations

import logging

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.interfaces import Decision, Probing, Statistics
from bcfg2tw.engine.plugin_failures import describe_failure, failure_of
from bcfg2tw.engine.upload_head import attributes_below_root
from bcfg2tw.engine.xmlio import Element, has_few_elements, is_element
from bcfg2tw.errors import Bcfg2Error, CriticalError, NotServing

logger = logging.getLogger("bcfg2-server")


def take_unread(metadata: ClientMetadata, text: object) -> bool:
    """
    Take a client's report that no plugin wants to read.

    :param text: as the client sent it
    :returns: False where this is not for it: it has to be parsed, for `take_statistics`
    """
    snapshot = metadata.snapshot
    if snapshot.plugins_by_type(Statistics) or not isinstance(text, str):
        return False
    if not has_few_elements(text, snapshot.settings.max_upload_elements):
        return False
    statistics = attributes_below_root(text, "Statistics")
    if statistics is not None:
        _note_state(metadata, statistics.get("state"))
    return statistics is not None


def take_statistics(metadata: ClientMetadata, document: Element) -> None:
    """
    Hand a client's report to the statistics plugins (:ref:`wire-9.7`).

    :param document: the whole upload
    :raises Bcfg2Error: if it holds no statistics
    :raises NotServing: if a plugin that should keep it cannot now
    :raises MemoryError: if there is no memory for that
    """
    elements = document.iter("Statistics")
    statistics = next((element for element in elements if element is not document), None)
    if statistics is None:
        raise Bcfg2Error("the document holds no Statistics element below its root")
    if statistics.get("version", "") >= "2.0":
        for plugin in metadata.snapshot.plugins_by_type(Statistics):
            _hand_over(plugin, metadata, document)
    _note_state(metadata, statistics.get("state"))


def _note_state(metadata: ClientMetadata, state: str | None) -> None:
    logger.info("Client %s reported state %s", metadata.hostname, state)


def _hand_over(plugin: Statistics, metadata: ClientMetadata, document: Element) -> None:
    try:
        plugin.process_statistics(metadata, document)
    except (MemoryError, NotServing):
        raise
    except Exception as error:  # a report that one plugin cannot take is still one for the others
        reason = describe_failure(plugin, error)
        logger.error(
            "Plugin %s failed to process stats from %s: %s", plugin, metadata.hostname, reason
        )


def take_probe_data(metadata: ClientMetadata, document: Element) -> None:
    """
    Hand the output of probes to the plugins that asked for them; it is on disk on return.

    :raises Bcfg2Error: what a plugin raises, or a sentence about its defect
    :raises MemoryError: if there is no memory for it
    """
    for source, elements in _by_source(document).items():
        plugin = metadata.snapshot.plugins.get(source or "")
        if plugin is None:
            logger.warning("Failed to locate plugin %s", source)
            continue
        if not isinstance(plugin, Probing):
            raise Bcfg2Error(f"{source} takes no probe data")
        try:
            plugin.ReceiveData(metadata, elements)
        except (Bcfg2Error, MemoryError):
            raise
        except Exception as error:  # a plugin's defect is told to the client as such
            raise Bcfg2Error(failure_of(plugin, error)) from error


def _by_source(document: Element) -> dict[str | None, list[Element]]:
    """Return the root's children by the plugin that they are for, in order of appearance."""
    sources: dict[str | None, list[Element]] = {}
    for element in document:
        if is_element(element):
            sources.setdefault(element.get("source"), []).append(element)
    return sources


def collect_decisions(metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
    """
    Return the decisions of all plugins for a mode (:ref:`wire-9.5`).

    :raises CriticalError: if a list cannot be made for the client
    :raises NotServing: if a list was never understood
    :raises MemoryError: if there is no memory for one: without it what it forbids would be allowed
    """
    decisions: list[tuple[str, str]] = []
    for plugin in metadata.snapshot.plugins_by_type(Decision):
        try:
            decisions.extend(plugin.GetDecisions(metadata, mode))
        except (CriticalError, MemoryError, NotServing):
            raise
        except Exception as error:  # an unknown mode, or a defect: it contributes nothing
            reason = describe_failure(plugin, error)
            logger.error("Plugin: %s failed to generate decision list: %s", plugin, reason)
    return decisions
