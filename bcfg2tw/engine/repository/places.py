"""The place of something in a file of the repository, looked up when a message needs it."""

from __future__ import annotations

from functools import lru_cache

from bcfg2tw.engine.xmlio import is_element, line_of, parse_file
from bcfg2tw.errors import Bcfg2Error


def place_of_entry(path: str, tag: str, name: str | None) -> str:
    """
    Return the file, and the line if it is to be found there, of an entry of a bundle.

    The file is read again, since the documents of bundles are kept without their lines.

    :param path: of the bundle's file
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
        line = _lines_of_entries(path, data).get((tag, name))
    except (OSError, Bcfg2Error):
        line = None
    return path if line is None else f"{path}:{line}"


@lru_cache(maxsize=64)
def _lines_of_entries(path: str, data: bytes) -> dict[tuple[str, str | None], int | None]:
    lines: dict[tuple[str, str | None], int | None] = {}
    for element in filter(is_element, parse_file(data, path).iter()):
        lines.setdefault((str(element.tag), element.get("name")), line_of(element))
    return lines
