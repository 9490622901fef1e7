"""
Configurations put together as text, from entries that were bound and written before.

Most entries of a site are bound in the same way for all clients, or for all that are in the same of
a few groups. Each of them is bound once for each combination of answers, as `steps.py` does it, and
the text of that is sent to all who give the same answers. What may depend on more is bound for each
client: entries from templates, and structures that are not written (`model/written_structure.py`).

The result is the same as that of the steps, byte for byte; `[caching] verify` compares them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import itemgetter

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

#: Texts of entries that are longer are kept without their content, which lies in memory already,
#: or not at all.
LONGEST_WHOLE = 300
LONGEST_KEPT = 10_000

#: What all forms of one state of the repository may take; they are made anew when it is reached.
LIMIT_BYTES = 32 << 20
#: What a form, or an entry without any, takes beside its text, about.
FORM_BYTES = 400

#: By what a part is sorted among its neighbours, and its text.
Written = tuple[str, str]

_sort_key = itemgetter(0)


class Form:
    """One form of an entry: how it is bound for clients that give the same answers."""

    __slots__ = ("_content", "_end", "_whole")

    def __init__(self, whole: Written, content: str = "", end: str = "") -> None:
        """
        Keep a form.

        :param whole: with a content, the text is what stands in front of it
        :param content: as it is before it is written
        :param end: what stands behind the content
        """
        self._whole = whole
        self._content = content
        self._end = end

    @property
    def written(self) -> Written:
        """The form as a part of its structure."""
        if not self._content:
            return self._whole
        key, start = self._whole
        return key, start + escaped(self._content) + self._end

    @property
    def size_bytes(self) -> int:
        """The memory that it takes, about; the content is somebody else's."""
        return len(self._whole[1]) + len(self._end) + FORM_BYTES


def form_of(whole: Written, content: str | bytes | None) -> Form | None:
    """
    Return a form of an entry as it was bound and written; None if it is too long to be kept.

    :param content: the entry's text, if it lies in memory anyway
    """
    key, text = whole
    if len(text) <= LONGEST_WHOLE:
        return Form(whole)
    if isinstance(content, str) and content:
        place = text.index(">") + 1  # in attributes it is written as a reference
        end = place + len(escaped(content))
        if text[place:end] == escaped(content) and text[end : end + 2] == "</":
            return Form((key, text[:place]), content, text[end:])
    return Form(whole) if len(text) <= LONGEST_KEPT else None


def escaped(text: str) -> str:
    """Return a text as lxml writes it into a document that is ASCII."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("\r", "&#13;")
    return text if text.isascii() else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


class EntryForms:
    """
    The forms of one entry.

    :ivar asked: what of a client decides which form it gets; None if each client may have its own
    :ivar by_answers: those that are kept
    """

    __slots__ = ("_generator", "asked", "by_answers")

    def __init__(self, entry: Element, plugins: PluginSet) -> None:
        """Have none yet of an entry that is not bound."""
        self.by_answers: dict[Hashable, Form] = {}
        self._generator: Generator | None = None
        self.asked: Asked | None = NOTHING_ASKED
        if steps.is_to_be_bound(entry):
            name = entry.get("altsrc", entry.get("name", ""))
            generators = plugins.plugins_by_type(Generator)
            listing = steps.listing_generators(entry.tag, name, generators)
            self._generator = listing[0] if len(listing) == 1 else None
            self.asked = _asked_for(entry, plugins, listing)

    def form(self, whole: Written, entry: Element, metadata: ClientMetadata) -> Form | None:
        """Return the form that a client has got, to be kept."""
        generator = self._generator
        content = None if generator is None else generator.kept_content(entry, metadata)
        return form_of(whole, content)


def _asked_for(entry: Element, plugins: PluginSet, listing: Sequence[Generator]) -> Asked | None:
    deciding = listing or plugins.derive(steps.generators_that_claim)
    if len(listing) > 1 or not deciding or entry.get("altsrc") is not None:
        return None
    return all_asked(generator.asked_for(entry) for generator in deciding)


class Writing:
    """
    Writes configurations of one state of the repository.

    Safe to use from any thread: what two of them keep at the same time is the same.
    """

    def __init__(self, plugins: PluginSet) -> None:
        """Have no forms yet; for `PluginSet.derive`."""
        self._plugins = plugins
        self._entries: dict[str, EntryForms] = {}
        self._size_bytes = 0

    def text(
        self, structures: Sequence[Element | WrittenStructure], metadata: ClientMetadata
    ) -> str:
        """
        Bind all structures, and return the configuration that they make.

        One that cannot be bound at all is left out, as by `steps.bind_structures`.
        """
        bound = [
            steps.sparing_others(structure, metadata, self._structure) for structure in structures
        ]
        parts = sorted((part for part in bound if part is not None), key=_sort_key)
        empty = serialise(steps.empty_configuration(self._plugins.revision))
        if not parts:
            return empty
        start, end = empty.removesuffix("/>") + ">", "</Configuration>"
        return "".join([start, *(text for _, text in parts), end])

    def _structure(
        self, structure: Element | WrittenStructure, metadata: ClientMetadata
    ) -> Written:
        if isinstance(structure, WrittenStructure):
            parts = [self._entry(entry, structure, metadata) for entry in structure.entries]
            return _assembled(structure, parts)
        shell = shell_of(structure)
        if shell is None:
            return _written(steps.bind_structure(structure, metadata))
        parts = []
        for entry in structure:
            if steps.is_to_be_bound(entry):
                parts.append(self._entry(serialise(entry), shell, metadata))
            else:  # it is the client's own, as often as not
                steps.bind_entry(entry, structure, metadata)
                parts.append(_written(entry))
        return _assembled(shell, parts)

    def _entry(self, text: str, structure: WrittenStructure, metadata: ClientMetadata) -> Written:
        forms = self._entries.get(text)
        if forms is None:
            self._make_room(FORM_BYTES)
            forms = EntryForms(structure.with_entry(text)[0], self._plugins)
            self._entries[text] = forms
        if forms.asked is None:
            return _bound(text, structure, metadata)
        answers = forms.asked.answers(metadata)
        form = forms.by_answers.get(answers)
        if form is not None:
            return form.written
        return self._new_form(forms, answers, text, structure, metadata)

    def _new_form(
        self, forms: EntryForms, answers: Hashable, text: str, structure: WrittenStructure,
        metadata: ClientMetadata,
    ) -> Written:  # fmt: skip
        """Bind an entry for one client, and keep the form unless something is to be said of it."""
        remarks = metadata.build.remarks
        whole = _bound(text, structure, metadata)
        if metadata.build.remarks == remarks:
            form = forms.form(whole, structure.with_entry(text)[0], metadata)
            if form is not None:
                self._make_room(form.size_bytes)
                forms.by_answers[answers] = form
        return whole

    def _make_room(self, size_bytes: int) -> None:
        self._size_bytes += size_bytes
        if self._size_bytes > LIMIT_BYTES:
            self._entries.clear()  # rather than count uses: a site has far fewer
            self._size_bytes = 0


def _assembled(structure: WrittenStructure, parts: list[Written]) -> Written:
    parts.sort(key=_sort_key)
    text = "".join([structure.start, *(text for _, text in parts), structure.end])
    return steps.sort_key(structure.get("name")), text


def _bound(text: str, structure: WrittenStructure, metadata: ClientMetadata) -> Written:
    element = structure.with_entry(text)
    entry = element[0]
    steps.bind_entry(entry, element, metadata)
    return _written(entry)


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
