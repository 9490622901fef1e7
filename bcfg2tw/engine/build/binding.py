"""
The binding of entries: each gets what the one generator that handles it says (:ref:`core-8`).

What goes wrong with an entry is told to the client in its place, and hurts no other.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from bcfg2tw.engine.model.build import Problem
from bcfg2tw.engine.model.build_costs import BuildCosts
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import EntryExplanation, Explanation
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.model.written_structure import WrittenStructure
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.repository.places import place_of_entry
from bcfg2tw.engine.xmlio import Element, elements_of, legal, line_of
from bcfg2tw.errors import Bcfg2Error, PluginExecutionError

S = TypeVar("S", bound="Element | WrittenStructure")
T = TypeVar("T")

#: Binds a structure of some kind for a client.
Bind: TypeAlias = Callable[[S, ClientMetadata], T]

logger = logging.getLogger("bcfg2-server")


def bind_structures(structures: list[Element], metadata: ClientMetadata, config: Element) -> None:
    """Bind all structures and append them; one that cannot be bound at all is left out."""
    for structure in structures:
        bound = sparing_others(structure, metadata, bind_structure)
        if bound is not None:
            config.append(bound)


def sparing_others(structure: S, metadata: ClientMetadata, bind: Bind[S, T]) -> T | None:
    """
    Bind a structure; a defect in one, which is told, must not cost the others.

    :raises MemoryError: if there is no memory: without the structure it would be a shorter one
    """
    try:
        return bind(structure, metadata)
    except MemoryError:
        raise
    except Exception as error:  # whatever it is
        logger.exception("error in BindStructure")
        name = f"{structure.tag}:{structure.get('name')}"
        metadata.build.problems.append(Problem(name, str(error)))
        return None


def bind_structure(structure: Element, metadata: ClientMetadata) -> Element:
    """Bind every entry of a structure in place, and return it."""
    for entry in elements_of(structure):
        bind_entry(entry, structure, metadata)
    return structure


def bind_entry(
    entry: Element, structure: Element | WrittenStructure, metadata: ClientMetadata
) -> None:
    """
    Bind an entry of a structure in place.

    One that is bound already loses the prefix that says so.
    """
    if not is_to_be_bound(entry):
        if entry.tag != "Bundle":
            entry.tag = entry.tag.removeprefix("Bound")
        return
    explanation = metadata.build.explanation
    if explanation is None:
        _bind_or_mark(entry, structure, metadata)
    else:
        with explanation.of(_explanation_of(entry, structure, metadata)):
            _bind_or_mark(entry, structure, metadata)


def is_to_be_bound(entry: Element) -> bool:
    """
    Say whether an entry is abstract.

    A `Bundle` inside a bundle is a message to the client and no entry (:ref:`structures-3.3`).
    """
    tag = entry.tag
    return tag != "Bundle" and (not tag.startswith("Bound") or tag == "Bound")


def _explanation_of(
    entry: Element, structure: Element | WrittenStructure, metadata: ClientMetadata
) -> EntryExplanation:
    name = structure.get("name")
    place = metadata.build.structure_files.get(name or "")
    line = line_of(entry)
    if place is not None and line is not None:
        place = f"{place}:{line}"
    return EntryExplanation(entry.tag, entry.get("name"), name, place)


def _bind_or_mark(
    entry: Element, structure: Element | WrittenStructure, metadata: ClientMetadata
) -> None:
    costs = metadata.build.costs
    try:
        if costs is None:
            bind(entry, metadata)
        else:
            _bind_measured(entry, metadata, costs)
    except Exception as error:  # one entry's failure is told to the client and hurts no other
        if entry.get("failure") is None:
            entry.set("failure", legal(f"bind error: {error}"))
        failure = entry.get("failure", str(error))
        metadata.build.problems.append(Problem(f"{entry.tag}:{entry.get('name')}", failure))
        if metadata.build.explanation is not None:
            metadata.build.explanation.fail(failure)
        _log_failure(error, entry, structure, metadata)


def _log_failure(
    error: Exception,
    entry: Element,
    structure: Element | WrittenStructure,
    metadata: ClientMetadata,
) -> None:
    path = metadata.build.structure_files.get(structure.get("name") or "")
    place = "" if path is None else place_of_entry(path, entry.tag, entry.get("name")) + ": "
    expected = isinstance(error, Bcfg2Error)
    generators = metadata.snapshot.plugins_by_type(Generator)
    asked = f" (asked: {', '.join(map(name_of, generators))})"
    logger.error(
        "%s%s %s:%s: %s%s",
        place,
        "Failed to bind entry" if expected else "Unexpected failure binding entry",
        entry.tag,
        entry.get("name"),
        error,
        asked if isinstance(error, NotBound) else "",
        exc_info=not expected and not isinstance(error, ValueError),
    )


def bind(entry: Element, metadata: ClientMetadata) -> None:
    """
    Bind one entry in place, under its alternative source first if it has one.

    :raises PluginExecutionError: if no generator binds it, several do, or the one fails;
        a `failure` that is more than the exception's text is set already
    """
    source = entry.get("altsrc")
    if source is None or not _bind_alternative(entry, source, metadata):
        _bind_by_name(entry, metadata)


def _bind_measured(entry: Element, metadata: ClientMetadata, costs: BuildCosts) -> None:
    """Bind an entry, and count its time for the generator that it has."""
    generators = metadata.snapshot.plugins_by_type(Generator)
    name = entry.get("altsrc", entry.get("name", ""))
    binding = listing_generators(entry.tag, name, generators)
    binding = binding or _claiming_generators(entry, metadata)
    generator = name_of(binding[0]) if len(binding) == 1 else "none"
    costs.measure(generator, partial(bind, entry, metadata))


def _bind_alternative(entry: Element, source: str, metadata: ClientMetadata) -> bool:
    del entry.attrib["altsrc"]
    name = entry.get("name")
    if name is None:
        return False  # whatever it were bound to, a client could not tell what to do it to
    before = copy.deepcopy(entry)
    entry.set("realname", name)
    entry.set("name", source)
    try:
        _bind_by_name(entry, metadata)
    except MemoryError:
        raise  # what the entry's own name is bound to may be another thing altogether
    except Exception as error:  # whatever it was, the entry's own name may still be bound
        logger.error(
            "Failed binding entry %s:%s with altsrc %s: %s", entry.tag, name, source, error
        )
        logger.error("Falling back to %s:%s", entry.tag, name)
        _restore(entry, before)
        return False
    entry.set("name", name)
    del entry.attrib["realname"]
    return True


def _restore(entry: Element, before: Element) -> None:
    entry.attrib.clear()
    entry.attrib.update(before.attrib)
    entry.text = before.text
    entry[:] = list(before)


def _bind_by_name(entry: Element, metadata: ClientMetadata) -> None:
    tag, name = entry.tag, entry.get("name", "")
    generators = metadata.snapshot.plugins_by_type(Generator)
    # this is done for every entry: no more than a look-up for each generator
    binders = [
        binder
        for generator in generators
        if (by_name := generator.Entries.get(tag)) and (binder := by_name.get(name))
    ]
    if metadata.build.explanation is not None:
        _explain_generator(entry, metadata, metadata.build.explanation)
    if len(binders) == 1:
        binders[0](entry, metadata)
    elif binders:
        names = map(name_of, listing_generators(tag, name, generators))
        raise _refuse(entry, f"served by multiple generators: {', '.join(names)}")
    else:
        claiming = _claiming_generators(entry, metadata)
        if len(claiming) != 1:
            raise _refuse(entry, "no matching generator")
        claiming[0].HandleEntry(entry, metadata)


def listing_generators(tag: str, name: str, generators: Sequence[Generator]) -> list[Generator]:
    """Return the generators that list an entry."""
    return [generator for generator in generators if name in generator.Entries.get(tag, ())]


def _claiming_generators(entry: Element, metadata: ClientMetadata) -> list[Generator]:
    claimers = metadata.snapshot.derive(generators_that_claim)
    return [generator for generator in claimers if generator.HandlesEntry(entry, metadata)]


def _explain_generator(entry: Element, metadata: ClientMetadata, explanation: Explanation) -> None:
    tag, name = entry.tag, entry.get("name", "")
    generators = metadata.snapshot.plugins_by_type(Generator)
    binding = listing_generators(tag, name, generators)
    binding = binding or _claiming_generators(entry, metadata)
    winner = name_of(binding[0]) if len(binding) == 1 else None
    explanation.bound_by(winner, [name_of(generator) for generator in generators])


def generators_that_claim(plugins: PluginSet) -> tuple[Generator, ...]:
    """Return the generators that claim entries beside those that they list."""
    return tuple(
        generator
        for generator in plugins.plugins_by_type(Generator)
        if type(generator).HandlesEntry is not Generator.HandlesEntry
    )


class NotBound(PluginExecutionError):
    """No generator binds an entry, or several would."""


def _refuse(entry: Element, failure: str) -> PluginExecutionError:
    if entry.get("failure") is None:
        entry.set("failure", failure)
    return NotBound(f"{failure[0].upper()}{failure[1:]}: {entry.tag}:{entry.get('name')}")
