"""Caches, times and encryption, under upstream's names."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, MutableMapping
from functools import wraps
from typing import Any, TypeVar

from bcfg2tw.engine import encryption
from bcfg2tw.engine.call_statistics import CallStatistics
from bcfg2tw.engine.siteplugins.current import current_settings
from bcfg2tw.errors import EncryptionError

F = TypeVar("F", bound=Callable[..., Any])


class SiteCache(MutableMapping[Any, Any]):
    """
    Upstream's `Cache`: values by keys; caches of one name share what they have.

    :param tags: the name
    """

    _shared: dict[tuple[str, ...], dict[Any, Any]] = {}

    def __init__(self, *tags: str) -> None:
        self._values = self._shared.setdefault(tags, {})

    def __getitem__(self, key: Any) -> Any:
        return self._values[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._values[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._values[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def expire(self, *keys: Any) -> None:
        """Forget what keys stand for, everything without one."""
        if not keys:
            self._values.clear()
        for key in keys:
            self._values.pop(key, None)

    @classmethod
    def expire_all(cls, *tags: str) -> None:
        """Forget what caches of a name, or of names that begin so, have."""
        for name, values in cls._shared.items():
            if name[: len(tags)] == tags:
                values.clear()


class SiteTimes:
    """Upstream's `Bcfg2.Server.Statistics.stats`: how long what took."""

    def __init__(self) -> None:
        self._times = CallStatistics()

    def add_value(self, name: str, value: float) -> None:
        """Take in one more duration, in seconds."""
        self._times.add(name, value)

    def display(self) -> dict[str, tuple[float, float, float, int]]:
        """Return minimum, maximum, mean and count by name."""
        return self._times.figures()

    def track(self, name: str) -> Any:
        """Measure a block."""
        return self._times.track(name)


stats = SiteTimes()


def track_statistics(name: Any = None) -> Any:
    """Return what makes a method note how long it takes (:ref:`plugin-api-18`)."""

    def decorate(method: F) -> F:
        @wraps(method)
        def timed(owner: Any, *arguments: Any, **keywords: Any) -> Any:
            label = name if isinstance(name, str) else method.__name__
            with stats.track(f"{type(owner).__name__}:{label}"):
                return method(owner, *arguments, **keywords)

        return timed  # type: ignore[return-value]  # it has the method's signature

    return decorate(name) if callable(name) else decorate


def ssl_encrypt(
    plaintext: Any, passwd: str, algorithm: str | None = None, salt: bytes | None = None
) -> str:
    """Encrypt text in the format of `openssl enc`."""
    data = plaintext.encode("utf-8") if isinstance(plaintext, str) else plaintext
    return encryption.encrypt(data, passwd, _algorithm(algorithm), salt).decode("ascii")


def ssl_decrypt(data: Any, passwd: str, algorithm: str | None = None) -> Any:
    """
    Decrypt text; what is no UTF-8 stays bytes.

    :raises EncryptionError: upstream's `EVPError`, if it cannot be decrypted
    """
    return _text(encryption.decrypt(_bytes(data), passwd, _algorithm(algorithm)))


def bruteforce_decrypt(crypted: Any, passphrases: Any = None, algorithm: str | None = None) -> Any:
    """Decrypt text with the first passphrase that fits; by default those of `[encryption]`."""
    secrets = current_settings().passphrases.values() if passphrases is None else passphrases
    for secret in secrets:
        try:
            return ssl_decrypt(crypted, secret, algorithm)
        except EncryptionError as error:
            logging.getLogger("bcfg2-server").debug("a passphrase does not fit: %s", error)
    raise EncryptionError("no passphrase fits")


def is_encrypted(value: Any) -> bool:
    """Say whether text looks as if it were encrypted."""
    return encryption.looks_encrypted(_bytes(value))


def get_algorithm(*_: Any) -> str:
    """Return the algorithm of `[encryption]` (Bcfg2 1.3)."""
    return current_settings().algorithm


def get_passphrases(*_: Any) -> dict[str, str]:
    """Return the passphrases of `[encryption]` (Bcfg2 1.3)."""
    return dict(current_settings().passphrases)


def _algorithm(name: str | None) -> str:
    return name or current_settings().algorithm


def _bytes(value: Any) -> bytes:
    return value.encode("utf-8") if isinstance(value, str) else bytes(value)


def _text(data: bytes) -> Any:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data
