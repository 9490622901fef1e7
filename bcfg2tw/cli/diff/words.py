"""The states that words of a command line mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from bcfg2tw.cli.diff.building import StateError
from bcfg2tw.cli.diff.states import FolderState, RevisionState, ServerState, State
from bcfg2tw.cli.revisions import RevisionError, Revisions
from bcfg2tw.settings import Settings

__all__ = ["states_of"]

WORKING_TREE = "working tree"
_RANGE = ".."


def states_of(
    words: tuple[str | None, str | None], settings: Settings, options: Mapping[str, Any]
) -> tuple[State, State]:
    """
    Return the older and the newer state.

    :param words: as the command line has them; without the second it is the working tree, without
        the first what git has of it, or else what the server serves
    :param options: the values of `server_parameters`
    :raises StateError: for a word that means none
    """
    first, second = words
    if first is not None and second is None and _is_range(first):
        first, _, second = first.partition(_RANGE)
    meanings = _Words(settings, options)
    old = meanings.default() if first is None else meanings.state(first)
    new = meanings.working_tree() if second is None else meanings.state(second)
    return old, new


def _is_range(word: str) -> bool:
    before, dots, after = word.partition(_RANGE)
    return bool(before and dots and after) and "/" not in (before[-1:], after[:1])


class _Words:
    """The words of one command line."""

    def __init__(self, settings: Settings, options: Mapping[str, Any]) -> None:
        self._settings = settings
        self._options = options
        self._kinds: Mapping[str, Callable[[str], State]] = {
            "git": self._revision,
            "folder": self._folder,
            "server": lambda word: self._server(word or None),
        }

    def working_tree(self) -> State:
        """Return the repository as it lies there."""
        return FolderState(WORKING_TREE, self._settings)

    def default(self) -> State:
        """Return the state that the working tree is compared with where none is named."""
        try:
            Revisions(self._settings.repository).commit("HEAD")
        except RevisionError:
            return self._server(None)
        return self._revision("HEAD")

    def state(self, word: str) -> State:
        """Return the state of a word; `KIND:` before it says what it is."""
        kind, colon, rest = word.partition(":")
        if colon and kind in self._kinds and not rest.startswith("//"):
            return self._kinds[kind](rest)
        if word in ("working-tree", "worktree"):
            return self.working_tree()
        if word == "server":
            return self._server(None)
        if word.startswith("https://"):
            return self._server(word)
        return self._folder(word) if os.path.isdir(word) else self._revision(word)

    def _folder(self, word: str) -> State:
        if not os.path.isdir(word):
            raise StateError(f"there is no folder {word}")
        if os.path.realpath(word) == os.path.realpath(self._settings.repository):
            return self.working_tree()
        return FolderState(word, self._settings, word)

    def _revision(self, word: str) -> State:
        return RevisionState(word, self._settings, word)

    def _server(self, word: str | None) -> State:
        address = word or self._options.get("server") or self._settings.server
        title = f"server {address}"
        return ServerState(title, self._settings, {**self._options, "server": address})
