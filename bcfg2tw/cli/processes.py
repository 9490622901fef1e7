"""Work in processes that are forked from this one: for many clients, or beside other work."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

__all__ = ["FORK", "beside", "for_each"]

T = TypeVar("T")

#: A forked process has the repository; another would have to read it again.
FORK = multiprocessing.get_context("fork")


def for_each(act: Callable[[str], T], hosts: Sequence[str], children: int) -> Iterator[T]:
    """
    Yield what a function returns for each client, in their order.

    :param children: processes to call it in, no more than clients; 0 for this one
    """
    count = min(children, len(hosts))
    if count == 0:
        yield from map(act, hosts)
        return
    with FORK.Pool(count, _adopt, (act,)) as pool:
        yield from pool.imap(_act, hosts)


@contextmanager
def beside(act: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """
    Have a function called in a process of its own while the block runs.

    What is yielded waits for its result, and raises what it raised.
    """
    with FORK.Pool(1, _adopt, (lambda _: act(),)) as pool:
        yield pool.apply_async(_act, ("",)).get


#: The function of this process, where it is one of several.
_adopted: list[Callable[[str], Any]] = []


def _adopt(act: Callable[[str], Any]) -> None:
    _adopted[:] = [act]


def _act(host: str) -> Any:
    return _adopted[0](host)
