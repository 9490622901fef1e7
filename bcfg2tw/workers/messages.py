"""
The messages between the processes of a server: lines of JSON over UNIX sockets.

A *request* has a number, a name and arguments, and is answered under its number by a *reply* with
a value or with an error. A *note* has a name and arguments, and is answered by nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DELIMITER = b"\n"


@dataclass(frozen=True)
class Message:
    """
    A request, a reply or a note.

    :ivar name: of a request or note, None for a reply
    :ivar number: of a request or reply, None for a note
    :ivar error: the sentence of a reply that has no value
    :ivar kind: the name of the error's class
    """

    name: str | None = None
    number: int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None
    error: str | None = None
    kind: str | None = None

    def encoded(self) -> bytes:
        """Return the message as a line, its end included."""
        members = {key: value for key, value in vars(self).items() if value is not None}
        return json.dumps(members).encode("ascii") + DELIMITER


def decoded(line: bytes) -> Message:
    """Return the message of a line."""
    return Message(**json.loads(line))


def reply_of_error(number: int, error: BaseException) -> Message:
    """Return the reply to a request that failed."""
    return Message(number=number, error=str(error), kind=type(error).__name__)
