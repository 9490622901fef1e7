"""How long things take, for the whole process (:ref:`core-15`)."""

from __future__ import annotations


class Statistics:
    """Name to (minimum, maximum, mean, count)."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    def add_value(self, name: str, value: float) -> None:
        """Take in one more duration."""
        self._values.setdefault(name, []).append(value)

    def display(self) -> dict[str, tuple[float, float, float, int]]:
        """Return the figures."""
        return {
            name: (min(values), max(values), sum(values) / len(values), len(values))
            for name, values in self._values.items()
        }


stats = Statistics()
