"""A site in which a client's probes are supposed to have said something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bcfg2tw.cli.looking import Site
from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.plugins.probes.output import take_apart
from bcfg2tw.engine.plugins.probes.probes import Probes
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.memory import MemoryProbes
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from bcfg2tw.settings import Settings

__all__ = ["SupposingSite"]


class SupposingSite(Site):
    """A site whose answers of probes are in memory, with those that are supposed among them."""

    def __init__(
        self, overrides: Mapping[str, Any], client: str, outputs: Mapping[str, str]
    ) -> None:
        """
        Read nothing yet.

        :param client: whose probes are meant
        :param outputs: name of a probe to what it is supposed to print
        """
        super().__init__(overrides)
        self._client = client
        self._outputs = outputs
        self._before: Answers | None = None
        self._probes: MemoryProbes | None = None

    def suppose(self) -> None:
        """Have the client's probes have said what is supposed; it may be named by an alias."""
        client = self.clients.clients.get(self._client)
        hostname = self._client.lower() if client is None else client.name
        if self._probes is not None:
            self._before = self._probes.of(hostname)
            self._probes.save(self._supposed(hostname))

    def supposed_probes(self, group: str) -> list[str]:
        """Return the names of the probes that are supposed to name a group."""
        return [name for name, text in self._outputs.items() if group in take_apart(text).groups]

    def real_answers(self, probes: Probes, client: str) -> Answers | None:
        """Return what a client's probes have really said, None if it never ran any."""
        return self._before if self._outputs else probes.answers_of(client)

    def open_store(self, settings: Settings) -> Store | None:
        """Return a copy of the state, to suppose answers in; None where none are supposed."""
        if not self._outputs:
            return None
        store = open_store(settings, SystemClock())
        store.probes.refresh()
        probes = MemoryProbes(store.changes)
        for answers in store.probes.all():
            probes.save(answers)
        self._probes = probes
        return Store(store.clients, probes, store.changes)

    def _supposed(self, hostname: str) -> Answers:
        answers = self._before or Answers(hostname, {}, frozenset(), 0)
        allowed = [re.compile(pattern) for pattern in self.settings.probes_allowed_groups]
        groups, data = set(answers.groups), dict(answers.data)
        for name, text in self._outputs.items():
            output = take_apart(text)
            data[name] = output.data
            groups |= {one for one in output.groups if any(p.fullmatch(one) for p in allowed)}
        return replace(answers, data=data, groups=frozenset(groups))
