"""Changes of many threads at once, in one transaction: they share a commit, and its wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DataError

from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.errors import StateUnavailable

T = TypeVar("T")

#: A change: it gets the connection and the number under which it counts.
Change = Callable[[Connection, int], Any]


@dataclass
class _Ticket:
    change: Change
    is_done: bool = False
    result: Any = None
    error: Exception | None = None


class Writer:
    """Makes the changes of one process; safe to use from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[_Ticket] = []

    def write(self, change: Callable[[Connection, int], T]) -> T:
        """
        Make a change; it is on disk on return. What it returns is returned.

        :param change: may run in another thread, and more than once
        :raises StateUnavailable: if the database is away
        :raises DataError: if it cannot hold a value
        """
        ticket = _Ticket(change)
        with self._lock:
            self._waiting.append(ticket)
        with self._turn:  # whoever gets it works for all who wait
            if not ticket.is_done:
                self._write_all()
        if isinstance(ticket.error, StateUnavailable):  # noted for the thread that tried alone
            raise self._database.note(ticket.error)
        if ticket.error is not None:
            raise ticket.error
        return cast(T, ticket.result)

    def count_waiting(self) -> int:
        """Return how many changes wait for the transaction that is being made."""
        return len(self._waiting)

    def _write_all(self) -> None:
        with self._lock:
            tickets, self._waiting = self._waiting, []
        try:
            self._commit(tickets)
        except DataError as error:
            if len(tickets) == 1:
                tickets[0].error = error
            else:
                self._write_each(tickets)
        except Exception as error:  # every thread has to learn of it, not this one alone
            for ticket in tickets:
                ticket.error = error
        for ticket in tickets:
            ticket.is_done = True

    def _write_each(self, tickets: list[_Ticket]) -> None:
        """Make each change by itself, so that one that is impossible harms no other."""
        for ticket in tickets:
            try:
                self._commit([ticket])
            except Exception as error:  # it is its thread's
                ticket.error = error

    def _commit(self, tickets: list[_Ticket]) -> None:
        results = self._database.write(
            lambda connection, number: [ticket.change(connection, number) for ticket in tickets]
        )
        for ticket, result in zip(tickets, results, strict=True):
            ticket.result = result
