"""The explanation of a configuration as text: what won, what lost, and where all of it stands."""

from __future__ import annotations

from collections.abc import Iterator

from bcfg2tw.engine.model.build import Configuration
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import Choice, EntryExplanation
from bcfg2tw.engine.xmlio import Element, line_of, parse_file
from bcfg2tw.errors import RepositoryError

__all__ = ["explanation_lines"]

#: The end of notes that are true of every build.
_ALWAYS = ("(start_client_run)", "(end_client_run)")


def explanation_lines(
    configuration: Configuration[ClientMetadata], entry: str | None = None
) -> Iterator[str]:
    """
    Explain the entries of a configuration.

    :param entry: `TYPE:NAME` of the only one that is asked for
    """
    explanation = configuration.explanation
    entries = () if explanation is None else explanation.entries
    files = _BundleFiles()
    for explained in sorted(entries, key=lambda one: (one.tag, one.name or "")):
        if entry in (None, f"{explained.tag}:{explained.name}"):
            yield from _entry(explained, files)
    if entry is None:
        for note in configuration.notes:
            if not note.endswith(_ALWAYS):
                yield f"note: {note}"


class _BundleFiles:
    """The files of bundles as they are on disk: the engine does not keep their lines."""

    def __init__(self) -> None:
        self._roots: dict[str, Element | None] = {}

    def place(self, entry: EntryExplanation) -> str | None:
        """Return the file, and the line as far as that is known, where a bundle names an entry."""
        if entry.place is None:
            return None
        path = entry.place.rpartition(":")[0] or entry.place
        root = self._root(path)
        for element in () if root is None else root.iter(entry.tag):
            if element.get("name") == entry.name:
                return f"{path}:{line_of(element)}"
        return path

    def _root(self, path: str) -> Element | None:
        if path not in self._roots:
            try:
                with open(path, "rb") as stream:
                    self._roots[path] = parse_file(stream.read(), path)
            except (OSError, RepositoryError):
                self._roots[path] = None
        return self._roots[path]


def _entry(entry: EntryExplanation, files: _BundleFiles) -> Iterator[str]:
    yield f"{entry.tag}:{entry.name}"
    if entry.structure is not None:
        place = files.place(entry)
        yield f"  named in bundle {entry.structure}{'' if place is None else f', {place}'}"
    if entry.generator is not None:
        others = [name for name in entry.asked if name != entry.generator]
        asked = f" (not by {', '.join(others)})" if others else ""
        yield f"  bound by {entry.generator}{asked}"
    for choice in entry.choices:
        yield from _choice(choice)
    if entry.failure is not None:
        yield f"  failure: {entry.failure}"


def _choice(choice: Choice) -> Iterator[str]:
    yield f"  {choice.subject}: {choice.won or 'nothing is for this client'}"
    for loser in choice.lost:
        yield f"    rather than {loser}"
