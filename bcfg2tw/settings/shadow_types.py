"""Converters for the options of `[shadow]`."""

from __future__ import annotations

from urllib.parse import urlsplit

from bcfg2tw.settings.types import location_words, locations, number


def other_server(value: str) -> str:
    """Read the URL of one server, whose path counts."""
    if len(locations(value)) > 1:
        raise ValueError(f"{value!r} names several servers: write the one to compare with")
    (word,) = location_words(value)[:1]
    if "@" in word:  # which would be shown wherever the server is named
        raise ValueError(
            "there is a user or password in it: calls are passed on with those of clients"
        )
    return word


def path_of(url: str) -> str:
    """Return the path below which a server answers, as Bcfg2's clients call it."""
    return (urlsplit(url).path if "//" in url else "") or "/RPC2"


def share(value: str) -> float:
    """Read a share, from 0 to 1, or in per cent."""
    word = value.strip()
    result = number(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
    if not 0 <= result <= 1:
        raise ValueError(f"{value!r} is no share: write one from 0 to 1, such as 0.25, or 25%")
    return result
