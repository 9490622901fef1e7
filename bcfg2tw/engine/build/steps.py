"""
The steps of one configuration, a function each, in the order in which they run (:ref:`core-8`).

Each works on the snapshot that the client's metadata were built from.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from operator import gt
from typing import TypeVar

from lxml import etree

from bcfg2tw.engine.model.build import Problem
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import do_nothing
from bcfg2tw.engine.model.written_structure import WrittenStructure
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import (
    ClientRunHooks,
    GoalValidator,
    Structure,
    StructureValidator,
)
from bcfg2tw.engine.xmlio import Element, elements_of, legal
from bcfg2tw.errors import ValidationError

S = TypeVar("S", bound="Element | WrittenStructure")
T = TypeVar("T")

logger = logging.getLogger("bcfg2-server")

CONFIGURATION_VERSION = "2.0"

_has_altsrc = etree.XPath("boolean(*[@altsrc])")


def empty_configuration(revision: str) -> Element:
    """Return the document that structures are put into."""
    return etree.Element("Configuration", {"version": CONFIGURATION_VERSION, "revision": revision})


def error_document(kind: str, reason: str) -> Element:
    """Return the document that makes a client stop with a reason (:ref:`wire-10.3`)."""
    document = etree.Element("error", {"type": kind})
    document.text = legal(reason)
    return document


def get_structures(metadata: ClientMetadata) -> list[Element]:
    """Return the structures of all Structure plugins; bundles that are missing are logged."""
    return _structures(metadata, lambda plugin: plugin.BuildStructures(metadata))


def get_structures_to_write(metadata: ClientMetadata) -> list[Element | WrittenStructure]:
    """Return the same; those that are the same for many clients may be written ones."""
    return _structures(metadata, lambda plugin: plugin.structures_to_write(metadata))


def _structures(metadata: ClientMetadata, of: Callable[[Structure], list[S]]) -> list[S]:
    structures = [
        structure
        for plugin in metadata.snapshot.plugins_by_type(Structure)
        for structure in _measured(plugin, metadata, partial(of, plugin))
    ]
    built = {
        structure.get("name")
        for structure in structures
        if structure.tag in ("Bundle", "Independent")
    }
    missing = sorted(set(metadata.bundles) - built)
    if missing:
        metadata.build.problems += [Problem(f"Bundle:{name}", "it is missing") for name in missing]
        logger.error(
            "Client %s configuration missing bundles: %s", metadata.hostname, ":".join(missing)
        )
    return structures


def _measured(plugin: object, metadata: ClientMetadata, step: Callable[[], T]) -> T:
    """Take a step of a plugin, and note how long it takes where this build is measured."""
    costs = metadata.build.costs
    return step() if costs is None else costs.measure(name_of(plugin), step)


def validate_structures(metadata: ClientMetadata, structures: list[Element]) -> None:
    """Have all validators check the structures; see `run_validator`."""
    for plugin in metadata.snapshot.plugins_by_type(StructureValidator):
        check = partial(plugin.validate_structures, metadata, structures)
        run_validator(plugin, "structure", check, metadata)


def validate_goals(metadata: ClientMetadata, config: Element) -> None:
    """Have all validators check the bound configuration; see `run_validator`."""
    for plugin in metadata.snapshot.plugins_by_type(GoalValidator):
        check = partial(plugin.validate_goals, metadata, config)
        run_validator(plugin, "goal", check, metadata)


def run_validator(
    plugin: object, what: str, validate: Callable[[], None], metadata: ClientMetadata
) -> None:
    """
    Run one validator; whatever else it raises is logged and passed over.

    :raises ValidationError: if the validator refuses the configuration
    :raises MemoryError: if there is no memory: validators add entries
    """
    name = name_of(plugin)
    try:
        _measured(plugin, metadata, validate)
    except ValidationError as error:
        logger.error("Plugin %s %s validation failed: %s", name, what, error)
        raise
    except MemoryError:
        raise
    except Exception as error:  # a defect of one plugin must not cost the client everything
        metadata.build.problems.append(Problem(name, f"{what} validation failed: {error}"))
        logger.exception("Plugin %s: unexpected %s validation failure", name, what)


def check_altsrc(structures: Sequence[Element | WrittenStructure]) -> None:
    """Log entries of one tag and name that disagree about their `altsrc` (:ref:`core-8.3`)."""
    # no entry of a structure that is written has one
    elements = (each for each in structures if not isinstance(each, WrittenStructure))
    if not any(map(_has_altsrc, elements)):
        return
    sources: dict[tuple[str, str | None], str | None] = {}
    for structure in structures:
        element = structure.element if isinstance(structure, WrittenStructure) else structure
        for entry in elements_of(element):
            key = (entry.tag, entry.get("name"))
            if sources.setdefault(key, entry.get("altsrc")) != entry.get("altsrc"):
                logger.error("Found inconsistent altsrc mapping for entry %s:%s", *key)


def run_hook(hook: str, metadata: ClientMetadata) -> None:
    """
    Tell all plugins that want to know of a step of the client's run (:ref:`core-9.3`).

    :param hook: `start_client_run`, `end_client_run` or `end_statistics`
    :raises AttributeError: if there is no such hook
    """
    for plugin in metadata.snapshot.plugins_by_type(ClientRunHooks):
        tell = partial(getattr(plugin, hook), metadata)
        try:
            note = f"{name_of(plugin)} would be told of the client's run ({hook})"
            metadata.effects.perform(note, tell, do_nothing)
        except Exception as error:  # hooks never end a client's run (:ref:`decisions-crashes`)
            logger.error("%s: Error invoking hook %s: %s", name_of(plugin), hook, error)


def sort_document(element: Element) -> None:
    """Sort children by name at every level, nameless ones first; stable (:ref:`core-8.7`)."""
    for child in element:
        if len(child):
            sort_document(child)
    children = list(element)
    keys = [sort_key(child.get("name")) for child in children]
    if any(map(gt, keys, keys[1:])):
        order = sorted(range(len(keys)), key=keys.__getitem__)
        element[:] = [children[number] for number in order]


def sort_key(name: str | None) -> str:
    """Return by what an element is sorted that has a name, or none."""
    return "" if name is None else "=" + name
