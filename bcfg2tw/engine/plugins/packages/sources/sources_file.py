"""
sources.xml: the document that lists a site's sources.

Nothing here reads what a source offers: `updating/` and `indexes/` do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from bcfg2tw.engine.documents.conditions import CONDITIONS, conditions_above
from bcfg2tw.engine.encryption import decrypt_elements
from bcfg2tw.engine.plugins.packages.sources.package_source import PACKAGE_TYPES, PackageSource
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.xmlio import Element, attributes, line_of

logger = logging.getLogger("Packages")


class SourcesFile:
    """
    The content of sources.xml and the files that it includes: an interpretation for `files.load`.

    Directives of Genshi have no effect, all elements are taken as they are written. A source that
    cannot be used is an error in the log and left out.

    :ivar sources: in the order of the document
    :raises RepositoryError: if one of the files is broken, or an element cannot be decrypted
    """

    def __init__(self, source: Source) -> None:
        root = source.xml()
        decrypt_elements(root, source.path, source.settings)
        types = {name.lower() for name in source.settings.packages_backends} & set(PACKAGE_TYPES)
        self.sources = tuple(_sources(root, source.path, types))


def _sources(root: Element, path: str, types: set[str]) -> Iterator[PackageSource]:
    for element in root.iter("Source"):
        place = _place(element, path)
        problem = _problem(element, types)
        if problem is None:
            yield _source(element, place)
        else:
            logger.error("%s: %s", place, problem)


def _place(element: Element, path: str) -> str:
    bases = (ancestor.get(XML_BASE) for ancestor in (element, *element.iterancestors()))
    return f"{next(filter(None, bases), path)}:{line_of(element)}"


def _problem(element: Element, types: set[str]) -> str | None:
    """Return the reason why a source cannot be used, None if it can."""
    url = element.get("url") or element.get("rawurl")
    type_name = element.get("type", "")
    if element.get("pulp_id") is not None:
        return "Packages: Pulp is not supported, skipping; name the repository with url or rawurl"
    if not type_name:
        return f"Packages: No type specified for source at {url}, skipping"
    if type_name.lower() not in types:
        return f"Packages: Unknown source type {type_name}; known are {', '.join(sorted(types))}"
    if not url:
        return f"Packages: a source of type {type_name} needs a url or a rawurl, skipping"
    return None


def _source(element: Element, place: str) -> PackageSource:
    return PackageSource(
        type=element.get("type", "").lower(),
        url=_with_slash(element.get("url", "")),
        rawurl=_with_slash(element.get("rawurl", "")),
        version=element.get("version", ""),
        name=element.get("name"),
        components=_texts(element, "Component"),
        arches=_texts(element, "Arch"),
        recommended=element.get("recommended", "").lower() == "true",
        essential=element.get("essential", "true").lower() == "true",
        debsrc=element.get("debsrc") == "true",
        blacklist=_texts(element, "Blacklist"),
        whitelist=_texts(element, "Whitelist"),
        gpgkeys=_texts(element, "GPGKey"),
        options=_client_options(element),
        conditions=conditions_above(element, CONDITIONS),
        place=place,
    )


def _with_slash(url: str) -> str:
    return url if not url or url.endswith("/") else url + "/"


def _texts(element: Element, tag: str) -> tuple[str, ...]:
    """Return the texts of the children of a tag, each once, in order."""
    texts = ((child.text or "").strip() for child in element.iterchildren(tag))
    return tuple(dict.fromkeys(filter(None, texts)))


def _client_options(element: Element) -> tuple[tuple[str, str], ...]:
    options: dict[str, str] = {}
    for child in element.iterchildren("Options"):
        further = attributes(child)
        further.pop("clientonly", None)
        if further.pop("serveronly", "").lower() != "true":
            options.update(further)
    return tuple(options.items())
