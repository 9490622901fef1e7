"""A template of Cheetah, as far as its text is concerned."""

from __future__ import annotations

from typing import Any


class CfgCheetahGenerator:
    """Has its text as text, and decodes it, as on Python 2."""

    def __init__(self, text: str) -> None:
        self.data: Any = None
        self.data = text

    def get_data(self) -> str:
        """Return what Cheetah is given."""
        text: str = self.data.decode("UTF-8")
        return text
