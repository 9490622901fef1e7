"""Dictionaries whose values are made when they are asked for (:ref:`plugin-api-16`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any


class CallableDict(Mapping[str, Any]):
    """Calls those of its values that can be called, at every access."""

    def __init__(self, **getters: Any) -> None:
        self._getters = dict(getters)

    def __getitem__(self, key: str) -> Any:
        value = self._getters[key]
        return value() if callable(value) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._getters)

    def __len__(self) -> int:
        return len(self._getters)

    def _current_data(self) -> dict[str, Any]:
        return {
            key: "unknown" if callable(value) else value for key, value in self._getters.items()
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._current_data()})"


class OnDemandDict(CallableDict, MutableMapping[str, Any]):
    """Does the same, and keeps the first result of each."""

    def __init__(self, **getters: Any) -> None:
        super().__init__(**getters)
        self._values: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            self._values[key] = super().__getitem__(key)
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._getters[key] = self._values[key] = value

    def __delitem__(self, key: str) -> None:
        del self._values[key]
        del self._getters[key]

    def _current_data(self) -> dict[str, Any]:
        return {key: self._values.get(key, "unknown") for key in self._getters}
