"""The name that somebody meant who wrote another one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near_name(name: str, names: Iterable[str], likeness: float = 0.7) -> str | None:
    """
    Return the name that is most like another one, None if none is like it.

    Case and blanks around it count least.

    :param likeness: how alike they have to be, from 0 to 1
    """
    by_folded = {candidate.lower(): candidate for candidate in sorted(names)}
    near = get_close_matches(name.strip().lower(), by_folded, 1, likeness)
    return by_folded[near[0]] if near else None
