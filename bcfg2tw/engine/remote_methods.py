"""The methods that can be called over XML-RPC: a core's exposed ones, and those of its plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bcfg2tw.errors import NoExposedMethod

F = TypeVar("F", bound=Callable[..., Any])


def exposed(method: F) -> F:
    """Mark a method of the core as one that can be called over XML-RPC."""
    method.exposed = True  # type: ignore[attr-defined]  # functions take attributes
    return method


def exposed_names(owner: type) -> list[str]:
    """Return the names of a class's exposed methods, sorted."""
    return sorted(name for name in dir(owner) if _is_exposed(owner, name))


def exposed_method(owner: object, name: str) -> Callable[..., Any]:
    """
    Return the exposed method of an object.

    :raises NoExposedMethod: if it has none of this name
    """
    if not _is_exposed(type(owner), name):
        raise NoExposedMethod(name)
    method: Callable[..., Any] = getattr(owner, name)
    return method


def _is_exposed(owner: type, name: str) -> bool:
    return bool(getattr(getattr(owner, name, None), "exposed", False))


def plugin_methods(owners: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """
    Return the methods that plugins offer, by `NAME.METHOD`.

    :param owners: name to an object whose `__rmi__` lists its methods
    """
    return {
        f"{name}.{method}": getattr(owner, method)
        for name, owner in owners.items()
        for method in owner.__rmi__
    }
