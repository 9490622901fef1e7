"""The state of clients as one value, wherever it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client_rows import Elements


@dataclass(frozen=True)
class State:
    """
    Clients and the output of their probes.

    :ivar clients: elements by name in lower case, in order
    :ivar answers: by client
    :ivar notes: sentences about what was read otherwise than it stood there, or not at all
    """

    clients: Mapping[str, Elements] = field(default_factory=dict)
    answers: Mapping[str, Answers] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
