"""Values of attributes as the patterns of XML Schema."""

from __future__ import annotations

import re

__all__ = ["pattern_of"]

#: A variable of a template or of Properties, which may become any value.
VARIABLE = ".*[$%].*"


def pattern_of(pattern: re.Pattern[str]) -> str:
    """
    Return a regular expression of ours as XML Schema has it, where variables are values as well.

    Ours use words, classes and repetitions alone, which mean the same in both.
    """
    text = pattern.pattern
    if pattern.flags & re.IGNORECASE:
        text = re.sub(r"(?<!\\)[A-Za-z]", lambda letter: _any_case(letter[0]), text)
    return f"{text}|{VARIABLE}"


def _any_case(letter: str) -> str:
    return f"[{letter.lower()}{letter.upper()}]"
