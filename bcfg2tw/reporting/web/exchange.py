"""One request for a page and its answer, as values: what stands between HTTP and the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs

#: Parameters that an address or a form may have.
MOST_FIELDS = 200


@dataclass(frozen=True)
class HttpRequest:
    """
    A request.

    :ivar path: below the prefix, decoded
    :ivar query: what follows the question mark, as it was sent
    :ivar headers: by name in lower case
    :ivar peer: the address at the other end of the connection
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = "127.0.0.1"

    def parameters(self) -> Mapping[str, list[str]]:
        """
        Return the values of each parameter.

        :raises ValueError: if there are too many
        """
        return _fields(self.query)

    def form(self) -> Mapping[str, list[str]]:
        """
        Return the values of each field of a form.

        :raises ValueError: if there are too many
        """
        return _fields(self.body.decode("utf-8", "replace"))


def _fields(text: str) -> dict[str, list[str]]:
    return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)


@dataclass(frozen=True)
class HttpResponse:
    """
    An answer.

    :ivar body: all of it, or its parts, which are made in a thread as they are sent
    """

    status: int
    content_type: str = "text/html; charset=utf-8"
    body: bytes | Iterator[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request that is refused; `sentence` says why, and what would be right."""

    def __init__(
        self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers or {}
