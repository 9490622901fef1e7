"""
Configurations put together as text, from entries that were bound and written before.

Most entries of a site are bound in the same way for all clients, or for all that are in the same of
a few groups. Each of them is bound once for each combination of answers, as `steps.py` does it, and
the text of that is sent to all who give the same answers. What may depend on more is bound for each
client: entries from templates, and structures that are not written (`model/written_structure.py`).

The result is the same as that of the steps, byte for byte; `[caching] verify` compares them.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Sequence
from operator import is_, itemgetter
from weakref import ref

from bcfg2tw.engine.build import steps
from bcfg2tw.engine.build.tracking import all_tracked
from bcfg2tw.engine.model.asked import NOTHING_ASKED, Asked, all_asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.model.written_structure import WrittenStructure, shell_of
from bcfg2tw.engine.plugin.interfaces import (
    Generator,
    GoalValidator,
    Structure,
    StructureValidator,
)
from bcfg2tw.engine.xmlio import Element, serialise

#: The roles of plugins that make a configuration out of metadata.
ROLES = (Generator, GoalValidator, Structure, StructureValidator)

#: Longer texts of entries are not kept.
LONGEST_CHARACTERS = 1 << 16

#: What is kept of one state of the repository at most.
LIMIT_BYTES = 32 << 20
#: What a form, or an entry without any, takes beside its text, about.
FORM_BYTES = 400

#: By what a part is sorted among its neighbours, and its text.
Written = tuple[str, str]

_sort_key = itemgetter(0)


class EntryForms:
    """
    The forms of one entry: how it is bound for clients that give the same answers.

    :ivar asked: what of a client decides which form it gets; None if each client may have its own
    :ivar by_answers: those that are kept
    """

    __slots__ = ("_abstract", "_binders", "asked", "by_answers")

    def __init__(self, entry: Element, plugins: PluginSet) -> None:
        """
        Have none yet.

        :param entry: with the text behind it, and not bound; it stays as it is
        """
        self._abstract = entry
        deciding = deciding_generators(entry, plugins)
        self.asked = _asked_for(entry, deciding)
        # weak, for the forms may outlive the state of the repository that these belong to
        self._binders = [ref(generator.binder_of(entry)) for generator in deciding]
        self.by_answers: dict[Hashable, Written] = {}

    def are_of(self, plugins: PluginSet) -> bool:
        """Say whether the entry is bound in the same way in another state of the repository."""
        entry = self._abstract
        deciding = deciding_generators(entry, plugins)
        binders = [generator.binder_of(entry) for generator in deciding]
        return (
            len(binders) == len(self._binders)
            and all(map(is_, binders, [binder() for binder in self._binders]))
            and _asked_for(entry, deciding) == self.asked
        )

    def bound(self, structure: WrittenStructure, metadata: ClientMetadata) -> Written:
        """Bind the entry for a client, and write it."""
        entry = copy.copy(self._abstract)
        steps.bind_entry(entry, structure, metadata)
        return _written(entry)

    @property
    def size_bytes(self) -> int:
        """The memory that they take, about."""
        sizes = [len(text) + FORM_BYTES for _, text in self.by_answers.values()]
        return FORM_BYTES + sum(sizes)


def deciding_generators(entry: Element, plugins: PluginSet) -> Sequence[Generator]:
    """Return the generators that decide how an entry is bound: those that list it, or claim any."""
    if not steps.is_to_be_bound(entry):
        return ()
    generators = plugins.plugins_by_type(Generator)
    listing = steps.listing_generators(entry.tag, entry.get("name", ""), generators)
    return listing or plugins.derive(steps.generators_that_claim)


def _asked_for(entry: Element, deciding: Sequence[Generator]) -> Asked | None:
    if not steps.is_to_be_bound(entry):
        return NOTHING_ASKED
    if not deciding or entry.get("altsrc") is not None:
        return None
    return all_asked(generator.asked_for(entry) for generator in deciding)


class KeptForms:
    """
    The forms of entries by their abstract text; those go that were not used for longest, about.

    Safe to use from any thread: what two of them put there at the same time is the same.
    """

    def __init__(self, plugins: PluginSet, before: KeptForms | None = None) -> None:
        """
        Have none yet.

        :param before: those of the state before, of which those are taken that are the same
        """
        self._plugins = plugins
        self._recent: dict[str, EntryForms] = {}
        self._former: dict[str, EntryForms] = {}
        self._recent_bytes = 0
        self._before: dict[str, EntryForms] = {}
        if before is not None and before._plugins.settings is plugins.settings:
            self._before = {**before._before, **before._former, **before._recent}

    def of(self, text: str, structure: WrittenStructure) -> EntryForms:
        """
        Return the forms of an entry.

        :param structure: that the entry stands in
        """
        forms = self._recent.get(text)
        if forms is None:
            forms = self._former.get(text) or self._taken_over(text)
            if forms is None:
                forms = EntryForms(copy.copy(structure.with_entry(text)[0]), self._plugins)
            self._recent[text] = forms
            self._count(forms.size_bytes)
        return forms

    def _taken_over(self, text: str) -> EntryForms | None:
        forms = self._before.pop(text, None)
        return forms if forms is not None and forms.are_of(self._plugins) else None

    def keep(self, forms: EntryForms, answers: Hashable, form: Written) -> None:
        """Keep a form of an entry, unless it is very long."""
        size = len(form[1])
        if size <= LONGEST_CHARACTERS:
            forms.by_answers[answers] = form
            self._count(size + FORM_BYTES)

    def _count(self, size_bytes: int) -> None:
        self._recent_bytes += size_bytes
        if self._recent_bytes > LIMIT_BYTES // 2:
            self._former, self._recent = self._recent, {}
            self._before = {}
            self._recent_bytes = 0


class Writing:
    """Writes configurations of one state of the repository; safe to use from any thread."""

    def __init__(self, plugins: PluginSet, before: Writing | None = None) -> None:
        """
        Write nothing yet.

        :param before: writes those of the state before
        """
        self._empty = serialise(steps.empty_configuration(plugins.revision))
        self._forms: KeptForms = KeptForms(plugins, None if before is None else before._forms)

    def pieces(
        self, structures: Sequence[Element | WrittenStructure], metadata: ClientMetadata
    ) -> list[str]:
        """
        Bind all structures, and return the text of the configuration that they make.

        One that cannot be bound at all is left out, as by `steps.bind_structures`.
        """
        bound = [
            steps.sparing_others(structure, metadata, self._structure) for structure in structures
        ]
        parts = sorted((part for part in bound if part is not None), key=_sort_key)
        if not parts:
            return [self._empty]
        pieces = [self._empty.removesuffix("/>") + ">"]
        for _, texts in parts:
            pieces += texts
        return [*pieces, "</Configuration>"]

    def _structure(
        self, structure: Element | WrittenStructure, metadata: ClientMetadata
    ) -> tuple[str, list[str]]:
        """Bind a structure; return by what it is sorted, and its text."""
        if isinstance(structure, WrittenStructure):
            parts = [self._entry(entry, structure, metadata) for entry in structure.entries]
            return _assembled(structure, parts)
        shell = shell_of(structure)
        if shell is None:
            key, text = _written(steps.bind_structure(structure, metadata))
            return key, [text]
        parts = []
        for entry in structure:
            if steps.is_to_be_bound(entry):
                parts.append(self._entry(serialise(entry), shell, metadata))
            else:  # it is the client's own, as often as not
                steps.bind_entry(entry, structure, metadata)
                parts.append(_written(entry))
        return _assembled(shell, parts)

    def _entry(self, text: str, structure: WrittenStructure, metadata: ClientMetadata) -> Written:
        forms = self._forms.of(text, structure)
        if forms.asked is None:
            return forms.bound(structure, metadata)
        answers = forms.asked.answers(metadata)
        form = forms.by_answers.get(answers)
        if form is None:
            remarks = metadata.build.remarks
            form = forms.bound(structure, metadata)
            if metadata.build.remarks == remarks:  # else it has to be said of each client
                self._forms.keep(forms, answers, form)
        return form


def _assembled(structure: WrittenStructure, parts: list[Written]) -> tuple[str, list[str]]:
    parts.sort(key=_sort_key)
    pieces = [structure.start, *[text for _, text in parts], structure.end]
    return steps.sort_key(structure.get("name")), pieces


def _written(element: Element) -> Written:
    steps.sort_document(element)
    return steps.sort_key(element.get("name")), serialise(element)


def can_be_written(plugins: PluginSet) -> bool:
    """
    Say whether configurations of a state of the repository can be put together as text.

    That is so unless a plugin wants to see a structure whole, or does not tell what it depends on.
    """
    return (
        all_tracked(plugins, ROLES)
        and not plugins.plugins_by_type(GoalValidator)
        and all(plugin.passes_written for plugin in plugins.plugins_by_type(StructureValidator))
    )
