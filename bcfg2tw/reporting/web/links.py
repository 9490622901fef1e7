"""Addresses of pages, as links in them need them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from bcfg2tw.reporting.web.question import Request

#: Parameters that go along to other pages.
_CARRIED = ("at",)


class Links:
    """Makes addresses from one page to others."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def to(self, path: str, **parameters: object) -> str:
        """
        Return the address of a page, at the time that this page is of.

        :param path: below the prefix, not encoded
        :param parameters: those that are None or empty are left out
        """
        carried = {name: self._request.text(name) for name in _CARRIED}
        return self.path(path) + _query({**carried, **parameters})

    def path(self, path: str) -> str:
        """Return the address of a page without parameters, as forms need it."""
        return self._request.prefix + quote(path, safe="/:@")

    def here(self, **parameters: object) -> str:
        """Return the address of this page with some parameters changed; None takes one away."""
        present = {**self._request.parameters, **parameters}
        return self.path(self._request.address) + _query(present)

    def back(self) -> str:
        """Return the address of this page below the prefix, for forms that lead back to it."""
        return self.here()[len(self._request.prefix) :]

    def download(self, format: str) -> str:
        """Return the address of this page's list in a format, all pages of it."""
        return self.here(format=format, page=None, limit=None)

    def host(self, name: str, *more: str, **parameters: object) -> str:
        """Return the address of a host's page, or of one below it."""
        path = "/".join(quote(part, safe=":@") for part in (name, *more))
        carried = {key: self._request.text(key) for key in _CARRIED}
        return f"{self._request.prefix}/clients/{path}{_query({**carried, **parameters})}"

    def entry(self, kind: str, name: str) -> str:
        """
        Return the address of an entry's page.

        A browser takes dots that stand alone for folders, whichever way they are written.
        """
        if kind and name and not {".", ".."} & {kind, *name.split("/")} and "/" not in kind:
            return self.to(f"/entries/{kind}/{name}")
        return self.to("/entry", type=kind, name=name)

    def static(self, name: str) -> str:
        """Return the address of a file that belongs to the pages."""
        return f"{self._request.prefix}/static/{name}"


def _query(parameters: Mapping[str, object]) -> str:
    pairs = [
        (name, str(value))
        for name, values in parameters.items()
        for value in _values(values)
        if value not in (None, "")
    ]
    return f"?{urlencode(pairs)}" if pairs else ""


def _values(values: object) -> Iterable[object]:
    return (values,) if isinstance(values, str) or not isinstance(values, Iterable) else values
