"""Plugins that take every file of one kind in their folder (:ref:`structures-1.5`)."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TypeVar

from bcfg2tw.engine.repository.files import Files, Interpretation
from bcfg2tw.errors import Bcfg2Error, RepositoryError, ValidationError

T = TypeVar("T")


def check_read(files: Files, error_class: type[Bcfg2Error] = ValidationError) -> None:
    """
    See that every file that was loaded says something, now or before.

    For plugins without whose files a client would get less, or something else, in silence.

    :raises error_class: naming file and line of the first that was never understood
    """
    for problem in files.unread:
        raise error_class(str(problem))


def load_or_problem(
    files: Files, name: str, interpretation: Interpretation[T]
) -> T | RepositoryError:
    """
    Load a file that is there; where it was never understood, return the reason in its place.

    For plugins that must not go on with another file as if there were none.

    :param name: path relative to the folder
    """
    value = files.load(name, interpretation)
    if value is not None:
        return value
    problem = files.problem(name, interpretation)
    return problem or RepositoryError(files.path(name), "it cannot be read")


def load_all(
    files: Files,
    suffixes: tuple[str, ...],
    interpretation: Interpretation[T],
    logger: logging.Logger,
    logged_before: Collection[str] = (),
    ignored: tuple[str, ...] = (),
) -> dict[str, T]:
    """
    Load every file whose name ends in one of the suffixes; log the names of others.

    :param logged_before: names that were logged before and are not logged again
    :param ignored: suffixes of files that belong there but are of no interest
    :returns: path relative to the folder to what the file says, sorted by path; a file that
        was never understood is left out
    """
    loaded: dict[str, T] = {}
    for name in files:
        if name.endswith(suffixes):
            value = files.load(name, interpretation)
            if value is not None:
                loaded[name] = value
        elif not name.endswith(ignored) and name not in logged_before:
            logger.error("Could not process filename %s; ignoring", files.path(name))
    return loaded
