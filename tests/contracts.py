"""The comparison of an object with an interface that is a `Protocol`, at run time."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any


def deviations(interface: type, provider: object) -> list[str]:
    """Return a sentence for each member of an interface that an object lacks, or has otherwise."""
    return [
        sentence for name in members(interface) for sentence in deviation(interface, provider, name)
    ]


def members(interface: type) -> list[str]:
    """Return the names of all members of an interface, those of its bases as well."""
    protocols = [one for one in interface.__mro__ if getattr(one, "_is_protocol", False)]
    names = {name for one in protocols for name in (*vars(one), *inspect.get_annotations(one))}
    return sorted(name for name in names if not is_of_every_protocol(name))


def is_of_every_protocol(name: str) -> bool:
    """Say whether Python itself puts a name into protocols."""
    return name.startswith(("__", "_abc_", "_is_"))


def deviation(interface: type, provider: object, name: str) -> Iterator[str]:
    """Yield how an object deviates from one member of an interface."""
    if not hasattr(provider, name):
        yield f"{name} is missing"
        return
    asked, given = getattr(interface, name, None), getattr(provider, name)
    if not inspect.isfunction(asked):
        return
    for arguments in calls(asked):
        try:
            inspect.signature(given).bind(*arguments)
        except TypeError as error:
            yield f"{name} with {len(arguments)} parameters: {error}"


def calls(method: Callable[..., Any]) -> Iterator[tuple[None, ...]]:
    """Yield the parameters that a method of an interface may be called with, by their number."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    positional = [one for one in parameters if one.kind is not inspect.Parameter.VAR_POSITIONAL]
    required = [one for one in positional if one.default is inspect.Parameter.empty]
    for number in range(len(required), len(positional) + 1):
        yield (None,) * number
