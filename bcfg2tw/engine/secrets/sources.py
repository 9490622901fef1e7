"""The secrets of a whole repository: `.crypt` files of Cfg, and elements marked `encrypted`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from bcfg2tw.engine.encryption import is_authenticated, looks_encrypted
from bcfg2tw.engine.repository.listing import IgnoredNames, open_at_once
from bcfg2tw.engine.xmlio import Element, attributes, line_of, parse_file
from bcfg2tw.errors import RepositoryError
from bcfg2tw.settings import Settings

#: The end of the names of Cfg files that are encrypted.
CRYPT = ".crypt"

#: Files that are read without being decrypted.
_NEVER_DECRYPTED = ("info.xml", "pubkey.xml")


@dataclass(frozen=True)
class Secret:
    """
    What is, or should be, encrypted.

    :ivar element: how its element begins; None for a whole file
    :ivar name: of the passphrase as the element says it; None for a whole file
    :ivar data: the text, encrypted or not
    """

    path: str
    line: int | None
    element: str | None
    name: str | None
    data: bytes

    @property
    def is_encrypted(self) -> bool:
        """Say whether the text is encrypted, with whatever passphrase."""
        return looks_encrypted(self.data)

    @property
    def format(self) -> str:
        """The format of the text: `openssl`, `authenticated` or `clear`."""
        if not self.is_encrypted:
            return "clear"
        return "authenticated" if is_authenticated(self.data) else "openssl"


def refuse_unreadable(error: OSError) -> NoReturn:
    """Raise the error of a folder that cannot be read: who checks all must not pass it over."""
    raise error


def secrets_of(
    settings: Settings,
    paths: Iterable[str] = (),
    on_unreadable: Callable[[OSError], object] | None = None,
) -> Iterator[Secret]:
    """
    Yield the secrets of files, or of the whole repository.

    :param on_unreadable: as `secret_paths` has it
    :raises OSError: if a file cannot be read
    """
    ignored = IgnoredNames(settings.ignore_files)
    every = paths or secret_paths(settings.repository, ignored.__contains__, on_unreadable)
    for path in every:
        yield from secrets_in(path)


def secrets_in(path: str) -> Iterator[Secret]:
    """Yield the secrets of a file; XML that cannot be parsed has none."""
    with open(path, "rb", opener=open_at_once) as stream:
        data = stream.read()
    if path.endswith(CRYPT):
        yield Secret(path, None, None, None, data)
    elif os.path.basename(path) not in _NEVER_DECRYPTED and b"encrypted" in data:
        yield from map(_of_element, marked_elements(data, path))


def marked_elements(data: bytes, path: str) -> list[Element]:
    """Return the elements of a document that are marked as encrypted."""
    try:
        root = parse_file(data, path)
    except RepositoryError:
        return []
    return [element for element in root.iter() if element.get("encrypted") is not None]


def _of_element(element: Element) -> Secret:
    return Secret(
        str(element.base), line_of(element), start_tag(element), element.get("encrypted"),
        (element.text or "").encode(),
    )  # fmt: skip


def secret_paths(
    repository: str,
    ignored: Callable[[str], bool],
    on_unreadable: Callable[[OSError], object] | None = None,
) -> Iterator[str]:
    """
    Yield the files of a repository that may hold secrets: `.crypt` files and XML, sorted.

    :param ignored: says of a name that it is no part of the repository
    :param on_unreadable: is called for each folder that cannot be read, which is passed over
    """
    for folder, folders, names in os.walk(repository, onerror=on_unreadable):
        folders[:] = sorted(
            name for name in folders if not ignored(name) and not name.startswith(".")
        )
        for name in sorted(names):
            if name.endswith((CRYPT, ".xml")) and not ignored(name):
                yield os.path.join(folder, name)


def start_tag(element: Element) -> str:
    """Return how an element begins: nothing of its text, which may be secret."""
    described = "".join(f' {name}="{value}"' for name, value in attributes(element).items())
    return f"<{element.tag}{described}>"
