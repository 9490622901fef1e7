"""XInclude as Bcfg2 has it: with globs, nested, with fallbacks (:ref:`structures-1.1`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Protocol

from bcfg2tw.engine.xmlio import XINCLUDE, Element, line_of, parse_file

logger = logging.getLogger("bcfg2-server")

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


class Reader(Protocol):
    """The source as XInclude uses it: reads included files, and remembers that it did."""

    def read(self, path: str) -> bytes:
        """Return the content of a file."""

    def expand(self, pattern: str) -> tuple[str, ...]:
        """Return the sorted paths that a glob stands for."""

    def miss(self, path: str, line: int | None, href: str) -> None:
        """
        Take note that there is nothing to include.

        :param path: the file that includes it
        """


def resolve_includes(root: Element, path: str, reader: Reader) -> Element:
    """
    Replace each `xi:include` below an element by what it stands for; changes the element.

    Included roots come after all other children of the include's parent, files that one glob
    finds in sorted order. A file never includes itself or a file that it is included by. Where
    nothing is found the children of an `xi:fallback` take the place of the include; without
    one the reader takes note of it, and the include is dropped.

    :raises RepositoryError: if an included file is not well-formed
    """
    _resolve(root, (path,), reader)
    return root


def included_path(path: str, href: str) -> str:
    """
    Return the path, or the glob, of what a file includes; without `..`, so that each file has one.

    Where a folder is a link, `..` is what stands beside its target.

    :param path: of the file that includes it
    """
    included = os.path.join(os.path.dirname(path), href)
    if os.pardir not in included.split(os.sep):
        return included
    folder, name = os.path.split(included)
    plain, place = os.path.normpath(folder), os.path.realpath(folder)
    return os.path.join(plain if os.path.realpath(plain) == place else place, name)


def missing_text(href: str) -> str:
    """Return what is said where there is nothing to include."""
    if not href.strip():
        return "xi:include has no href, skipping: name a file in href, or remove the element"
    return f"{href} does not exist, skipping"


def _resolve(root: Element, chain: tuple[str, ...], reader: Reader) -> None:
    for include in list(root.iter(XINCLUDE + "include")):
        parent = include.getparent()
        if parent is None:
            logger.error("%s:%s: the root cannot be an include", chain[-1], include.sourceline)
            continue
        if root not in include.iterancestors():
            continue  # of a fallback that was not needed
        included = list(_include(include, chain, reader))
        _drop(parent, include)
        parent.extend(included)


def _include(include: Element, chain: tuple[str, ...], reader: Reader) -> Iterator[Element]:
    href = include.get("href", "")
    # without one it would be the folder of the file
    paths = reader.expand(included_path(chain[-1], href)) if href else ()
    if not paths:
        yield from _fallback(include, chain, href, reader)
    for path in paths:
        if path not in chain:
            yield _load(path, chain, reader)


def _fallback(
    include: Element, chain: tuple[str, ...], href: str, reader: Reader
) -> Iterator[Element]:
    fallback = include.find(XINCLUDE + "fallback")
    if fallback is None:
        reader.miss(chain[-1], line_of(include), href)
    else:
        logger.debug("%s: using the fallback of %r, which does not exist", chain[-1], href)
        yield from list(fallback)


def _load(path: str, chain: tuple[str, ...], reader: Reader) -> Element:
    root = parse_file(reader.read(path), path)
    root.set(XML_BASE, path)
    _resolve(root, (*chain, path), reader)
    return root


def _drop(parent: Element, child: Element) -> None:
    """Remove a child but not the text that follows it."""
    if child.tail:
        before = child.getprevious()
        if before is None:
            parent.text = (parent.text or "") + child.tail
        else:
            before.tail = (before.tail or "") + child.tail
        child.tail = None
    parent.remove(child)


__all__ = ["XML_BASE", "Reader", "included_path", "missing_text", "resolve_includes"]
