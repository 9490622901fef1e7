"""The parameters of calls, in the words of those who make them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from inspect import Parameter
from typing import Any

_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def excess_of(name: str, method: Callable[..., Any], parameters: Sequence[Any]) -> str:
    """
    Return how many parameters a method takes, where it was given more; empty otherwise.

    :param name: of the method; one without a dot takes the client's address, which is not counted
    """
    own = 0 if "." in name else 1
    try:
        members = list(inspect.signature(method).parameters.values())
    except ValueError:  # of a function that is not Python's
        return ""
    positional = [member for member in members if member.kind in _POSITIONAL]
    most, given = len(positional) - own, len(parameters) - own
    if given <= most or any(member.kind is Parameter.VAR_POSITIONAL for member in members):
        return ""
    at_most = "at most " if any(one.default is not one.empty for one in positional) else ""
    noun = "argument" if most < 2 else "arguments"
    verb = "was" if given == 1 else "were"
    return f"{name} takes {at_most}{most or 'no'} {noun}, {given} {verb} given"
