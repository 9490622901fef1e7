"""Everything that building a configuration does beside returning it, in one place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: The content of a file that is made when a client asks for it, where it was only looked at.
PLACEHOLDER = "made when the client asks for it\n"


class Effects(ABC):
    """
    Does, or leaves undone, what changes anything outside a build.

    Registering a client, creating keys and certificates, writing files of the repository, telling
    plugins of a client's run and starting programs go through this object, and through nothing
    else. What only remembers an answer asks `is_serving`.

    :ivar is_serving: whether changes are made
    """

    is_serving: bool

    @abstractmethod
    def perform(self, note: str, act: Callable[[], T], instead: Callable[[], T]) -> T:
        """
        Do something, or do something else that changes nothing.

        :param note: what would happen, as a sentence for the administrator who only looks
        :param act: makes the change
        :param instead: returns what the build goes on with where the change is not made
        """

    @abstractmethod
    def ask(self, note: str, act: Callable[[], T], instead: Callable[[], T]) -> T:
        """
        Ask a program of the site whose answer belongs to the configuration.

        Such programs are trusted to change nothing: they are run by a look as well, unless it was
        told otherwise. The parameters are those of `perform`.
        """


class Serve(Effects):
    """Makes every change: a client's own call."""

    is_serving = True

    def perform(self, note: str, act: Callable[[], T], instead: Callable[[], T]) -> T:
        """Make the change."""
        return act()

    def ask(self, note: str, act: Callable[[], T], instead: Callable[[], T]) -> T:
        """Run the program."""
        return act()


class Look(Effects):
    """
    Changes nothing: a build that is looked at, and a repository that is.

    Used by one thread at a time.

    :ivar notes: what would have happened, in order, each once
    """

    is_serving = False

    def __init__(self, runs_programs: bool = True) -> None:
        """
        Look.

        :param runs_programs: whether programs are run whose answers belong to the configuration
        """
        self.notes: list[str] = []
        self._runs_programs = runs_programs

    def perform(self, note: str, act: Callable[[], T], instead: Callable[[], T]) -> T:
        """Note the change, and go on with what stands in its place."""
        if note not in self.notes:
            self.notes.append(note)
        return instead()

    def ask(self, note: str, act: Callable[[], T], instead: Callable[[], T]) -> T:
        """Run the program, or note that it is not run."""
        return act() if self._runs_programs else self.perform(note, act, instead)


def do_nothing() -> None:
    """Stand in for a change that nothing depends on."""
