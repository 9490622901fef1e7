"""
Configurations put together as text, from entries that were bound and written before.

Most entries of a site are bound in the same way for all clients, or for all that are in the same of
a few groups. Each of them is bound once for each combination of answers, as `binding.py` does it,
and the text of that is sent to all who give the same answers. What may depend on more is bound for
each client: entries from templates, and structures that are not written
(`model/written_structure.py`).

The result is the same as that of the steps, byte for byte; `[caching] verify` compares them.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Sequence
from operator import is_, itemgetter
from sys import intern
from weakref import ref

from bcfg2tw.engine.build import binding, steps
from bcfg2tw.engine.build.tracking import all_tracked
from bcfg2tw.engine.model.asked import NOTHING_ASKED, Asked, all_asked, one_for_all
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.model.written_structure import WrittenStructure, shell_of
from bcfg2tw.engine.plugin.interfaces import (
    Generator,
    GoalValidator,
    Structure,
    StructureValidator,
)
from bcfg2tw.engine.shared_texts import SharedText, TextPiece
from bcfg2tw.engine.xmlio import Element, parse_own, serialise

#: The roles of plugins that make a configuration out of metadata.
ROLES = (Generator, GoalValidator, Structure, StructureValidator)

#: Longer texts of entries are not kept, but for contents that lie in memory already.
LONGEST_CHARACTERS = 10_000

#: What is kept of one state of the repository at most.
LIMIT_BYTES = 16 << 20
#: What a form, or an entry without any, takes beside its text, about.
FORM_BYTES = 300

#: How many entries of earlier states are kept that no client has asked for since.
MOST_BEFORE = 20_000

#: By what a part is sorted among its neighbours, and its text in pieces.
Written = tuple[str, Sequence[TextPiece]]

_sort_key = itemgetter(0)


class EntryForms:
    """
    The forms of one entry: how it is bound for clients that give the same answers.

    :ivar asked: what of a client decides which form it gets; None if each client may have its own
    """

    __slots__ = ("_abstract", "_answers", "_binders", "_first", "_others", "_text", "asked")

    def __init__(self, text: str, plugins: PluginSet) -> None:
        """
        Have none yet.

        :param text: the entry, not bound, with the text behind it
        """
        self._text = text
        entry = _read(text)
        deciding = deciding_generators(entry, plugins)
        self.asked = _asked_for(entry, deciding)
        # what each client has bound for itself; of the others it would be most of their memory
        self._abstract = entry if self.asked is None else None
        # weak, for the forms may outlive the state of the repository that these belong to
        self._binders = tuple(ref(generator.binder_of(entry)) for generator in deciding)
        # most have one form: a table of one would be half of their memory
        self._answers: Hashable = None
        self._first: Written | None = None
        self._others: dict[Hashable, Written] | None = None

    def get(self, answers: Hashable) -> Written | None:
        """Return the form for clients that give some answers, None if it is not kept."""
        first = self._first
        if first is not None and self._answers == answers:
            return first
        return None if self._others is None else self._others.get(answers)

    def keep(self, answers: Hashable, form: Written) -> None:
        """Keep the form for some answers."""
        if self._first is None:
            self._answers, self._first = answers, form
        else:
            self._others = {**(self._others or {}), answers: form}

    def _entry(self) -> Element:
        """Return the entry, not bound, as an element of its own."""
        return _read(self._text) if self._abstract is None else copy.copy(self._abstract)

    def are_of(self, plugins: PluginSet) -> bool:
        """Say whether the entry is bound in the same way in another state of the repository."""
        entry = self._entry()
        deciding = deciding_generators(entry, plugins)
        binders = [generator.binder_of(entry) for generator in deciding]
        return (
            len(binders) == len(self._binders)
            and all(map(is_, binders, [binder() for binder in self._binders]))
            and _asked_for(entry, deciding) == self.asked
        )

    def bound(self, structure: WrittenStructure, metadata: ClientMetadata) -> Written:
        """Bind the entry for a client, and write it."""
        entry = self._entry()
        binding.bind_entry(entry, structure, metadata)
        return _written(entry)

    def to_keep(self, form: Written, metadata: ClientMetadata) -> Written:
        """Return a form that a client has got without what lies in memory already."""
        entry = self._entry()
        deciding = deciding_generators(entry, metadata.snapshot)
        content = deciding[0].written_content(entry, metadata) if deciding else None
        key, (text,) = form
        assert isinstance(text, str)
        if content is None or len(deciding) > 1:
            return form
        begin = text.index(">") + 1  # in attributes it is written as a reference
        end = begin + len(content)
        if text[end : end + 2] == "</" and _is(content, text[begin:end]):
            return key, (text[:begin], content, intern(text[end:]))
        return form

    @property
    def size_bytes(self) -> int:
        """The memory that they take, about."""
        forms = list((self._others or {}).values())
        if self._first is not None:
            forms.append(self._first)
        return FORM_BYTES + sum(map(size_of, forms))


def _is(content: SharedText, text: str) -> bool:
    """Say whether a content is a text; where it cannot be read, who asks has the text at least."""
    try:
        return content.text == text
    except OSError:
        return False


def size_of(form: Written) -> int:
    """Return the memory that a form takes, about."""
    return FORM_BYTES + sum(len(piece) for piece in form[1] if isinstance(piece, str))


def _read(text: str) -> Element:
    """Read an entry with the text behind it."""
    return copy.copy(parse_own(f"<Bundle>{text}</Bundle>".encode("ascii"))[0])


def deciding_generators(entry: Element, plugins: PluginSet) -> Sequence[Generator]:
    """Return the generators that decide how an entry is bound: those that list it, or claim any."""
    if not binding.is_to_be_bound(entry):
        return ()
    generators = plugins.plugins_by_type(Generator)
    listing = binding.listing_generators(entry.tag, entry.get("name", ""), generators)
    return listing or plugins.derive(binding.generators_that_claim)


def _asked_for(entry: Element, deciding: Sequence[Generator]) -> Asked | None:
    if not binding.is_to_be_bound(entry):
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
        # no more of the state than that, which keeps these: it would be garbage when it is over
        self._settings = plugins.settings
        self._recent: dict[str, EntryForms] = {}
        self._former: dict[str, EntryForms] = {}
        self._recent_bytes = 0
        self._before: dict[str, EntryForms] = {}
        if before is not None and before._settings is plugins.settings:
            self._before = {**before._former, **before._recent}
            if len(before._before) + len(self._before) <= MOST_BEFORE:
                self._before = {**before._before, **self._before}

    def of(self, text: str, plugins: PluginSet) -> EntryForms:
        """
        Return the forms of an entry.

        :param plugins: of the state that these are for
        """
        forms = self._recent.get(text)
        if forms is None:
            forms = self._former.get(text) or self._taken_over(text, plugins)
            if forms is None:
                forms = EntryForms(text, plugins)
            self._recent[text] = forms
            self._count(forms.size_bytes)
        return forms

    def _taken_over(self, text: str, plugins: PluginSet) -> EntryForms | None:
        forms = self._before.pop(text, None)
        return forms if forms is not None and forms.are_of(plugins) else None

    def keep(self, forms: EntryForms, answers: Hashable, form: Written) -> None:
        """Keep a form of an entry, unless it is very long."""
        size = size_of(form)
        if size <= LONGEST_CHARACTERS:
            forms.keep(answers, form)
            self._count(size)

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
        self._start = self._empty.removesuffix("/>") + ">"
        self._forms: KeptForms = KeptForms(plugins, None if before is None else before._forms)

    def pieces(
        self, structures: Sequence[Element | WrittenStructure], metadata: ClientMetadata
    ) -> list[TextPiece]:
        """
        Bind all structures, and return the text of the configuration that they make.

        One that cannot be bound at all is left out, as by `binding.bind_structures`.
        """
        bound = [
            binding.sparing_others(structure, metadata, self._structure) for structure in structures
        ]
        parts = [part for part in bound if part is not None]
        if not parts:
            return [self._empty]
        return _assembled(self._start, parts, "</Configuration>")

    def _structure(
        self, structure: Element | WrittenStructure, metadata: ClientMetadata
    ) -> Written:
        if isinstance(structure, WrittenStructure):
            shell = structure
            parts = [self._entry(entry, structure, metadata) for entry in structure.entries]
        else:
            without_entries = shell_of(structure)
            if without_entries is None:
                return _written(binding.bind_structure(structure, metadata))
            shell = without_entries
            parts = [self._part(entry, structure, shell, metadata) for entry in structure]
        return steps.sort_key(shell.name), _assembled(shell.start, parts, shell.end)

    def _part(
        self, entry: Element, structure: Element, shell: WrittenStructure, metadata: ClientMetadata
    ) -> Written:
        """Bind an entry of a structure that was made for the client."""
        if binding.is_to_be_bound(entry):
            return self._entry(serialise(entry), shell, metadata)
        binding.bind_entry(entry, structure, metadata)  # it is the client's own, as often as not
        return _written(entry)

    def _entry(self, text: str, structure: WrittenStructure, metadata: ClientMetadata) -> Written:
        forms = self._forms.of(text, metadata.snapshot)
        if forms.asked is None:
            return forms.bound(structure, metadata)
        answers = forms.asked.answers(metadata)
        form = forms.get(answers)
        if form is None:
            remarks = metadata.build.remarks
            form = forms.bound(structure, metadata)
            if metadata.build.remarks == remarks:  # else it has to be said of each client
                form = forms.to_keep(form, metadata)
                self._forms.keep(forms, one_for_all(answers), form)
        return form


def _assembled(start: str, parts: list[Written], end: str) -> list[TextPiece]:
    parts.sort(key=_sort_key)
    pieces: list[TextPiece] = [start]
    for _, written in parts:
        pieces += written
    pieces.append(end)
    return pieces


def _written(element: Element) -> Written:
    steps.sort_document(element)
    return steps.sort_key(element.get("name")), (serialise(element),)


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
