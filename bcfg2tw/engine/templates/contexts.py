"""Genshi's contexts, which leave nothing to the garbage collector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from genshi.template.base import Context


@contextmanager
def passing_context(variables: Mapping[str, Any]) -> Iterator[Context]:
    """
    Make the context of one rendering, which ends with the block.

    Genshi's refers to itself in three ways, by its methods and by two functions for templates;
    everything that a template has touched would stay with it until the collector comes.

    :param variables: given to the template, whose code may add to the context
    """
    context = Context(**variables)
    try:
        yield context
    finally:
        context.frames.clear()
        del context.push, context.pop
