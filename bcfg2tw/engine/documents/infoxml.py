"""
Owner, mode and the like of paths: `info.xml`, 1.3's `info` files, and the defaults.

(:ref:`plugin-api-10`, :ref:`cfg-3`.)
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from bcfg2tw.engine.documents.conditions import (
    CONDITIONS,
    Answers,
    all_hold,
    asked_by,
    conditions_above,
    filtered,
)
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.asked import NOTHING_ASKED, Asked, all_asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import Candidate
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.templates.data import real_name
from bcfg2tw.engine.xmlio import Element, attributes, line_of
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

#: What 1.3 called an attribute.
FORMER_NAMES = {"perms": "mode"}


def default_path_metadata(settings: Settings) -> dict[str, str]:
    """Return the attributes that every path has, as `[mdata]` gives them."""
    return {
        "owner": settings.default_owner,
        "group": settings.default_group,
        "mode": settings.default_mode,
        "secontext": settings.default_secontext,
        "important": settings.default_important,
        "paranoid": settings.default_paranoid,
        "sensitive": settings.default_sensitive,
    }


def paths_of(_: ClientMetadata, entry: Element) -> Collection[str]:
    """Return the names for which a `Path` condition is true."""
    return (real_name(entry),)


class InfoXML:
    """
    What an `info.xml` says about the paths it stands for.

    Its condition `Path` is about the entry, by the name that the client knows. Encrypted elements
    are left as they are. Of a file that is no template what it says is kept, not its document:
    a site has thousands, and they are short.

    :ivar path: full path
    """

    __slots__ = ("_attributes", "_last_wins", "_template", "path")

    def __init__(self, source: Source) -> None:
        document = _InfoDocument(source)
        self._last_wins = source.settings.info_reading == "1.3"
        self.path = document.path
        self._template = document if document.is_template else None
        self._attributes = () if document.is_template else _attributes_in(document.root)

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Give an entry the attributes, and the children, of the first `Info` that applies.

        Of the last where `[bcfg2tw] info_reading` is 1.3.

        :raises PluginExecutionError: if none does
        """
        answers = info_answers(entry, metadata)
        applicable = [
            attributes
            for attributes in self._attributes_for(entry, metadata)
            if attributes.applies(answers)
        ]
        if not applicable:
            raise PluginExecutionError(f"No metadata found in {self.path} for {entry.get('name')}")
        if sum(not attributes.is_empty for attributes in applicable) > 1:
            logger.warning(
                "Multiple file metadata found in %s for %s", self.path, entry.get("name")
            )
        if self._last_wins:
            applicable.reverse()
        if metadata.build.explanation is not None:
            candidates = [Candidate(f"{self.path}:{attributes.line}") for attributes in applicable]
            metadata.build.explanation.choose("attributes", candidates[0], candidates[1:])
        applicable[0].apply(entry, answers)

    @property
    def asked(self) -> Asked | None:
        """The groups and host names that it asks for; None if it may ask anything."""
        if self._template is not None:
            return None
        return all_asked(attributes.asked for attributes in self._attributes)

    def _attributes_for(
        self, entry: Element, metadata: ClientMetadata
    ) -> tuple[PathAttributes, ...]:
        if self._template is None:
            return self._attributes
        return _attributes_in(self._template.rendered(metadata).root)

    def BindEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        """Do the same as `bind`, under the name that plugins of a site know."""
        self.bind(entry, metadata)


class _InfoDocument(StructFile):
    conditions = {**CONDITIONS, "Path": paths_of}
    encryption = False


class PathAttributes:
    """
    One `Info` element.

    :ivar line: where it stands in its file, or in what a template made
    """

    __slots__ = ("_attributes", "_conditions", "_holder", "line")

    def __init__(self, element: Element) -> None:
        self.line = line_of(element)
        self._conditions = conditions_above(element, _InfoDocument.conditions)
        given = attributes(element)
        given.pop(XML_BASE, None)  # of an included file: no attribute of a path
        self._attributes = _one_for_all(tuple(given.items()))
        self._holder = copy.deepcopy(element) if len(element) else None

    @property
    def is_empty(self) -> bool:
        """Say whether it gives an entry nothing: it stands for the defaults."""
        return not self._attributes and self._holder is None

    @property
    def asked(self) -> Asked | None:
        """The groups and host names that it asks for; None if it may ask anything."""
        if self._holder is not None:
            return None
        # what is asked of the path is the same for all
        return asked_by(condition for condition in self._conditions if condition.tag != "Path")

    def applies(self, answers: Answers) -> bool:
        """Say whether all conditions that the element stands in are true."""
        return all_hold(self._conditions, answers)

    def apply(self, entry: Element, answers: Answers) -> None:
        """Give an entry the attributes, and copies of what the element holds."""
        set_attributes(entry, self._attributes)
        if self._holder is not None:
            entry.extend(list(filtered(self._holder, answers)))


@lru_cache(maxsize=1024)
def _one_for_all(given: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Return attributes, one object for all that are equal: thousands of files say the same."""
    return dict(given)


def _attributes_in(root: Element) -> tuple[PathAttributes, ...]:
    return tuple(PathAttributes(element) for element in root.iter("Info"))


def info_answers(entry: Element, metadata: ClientMetadata) -> Answers:
    """Return the answers to the conditions of an info.xml."""
    return {
        "Group": metadata.groups,
        "Client": (metadata.hostname,),
        "Path": paths_of(metadata, entry),
    }


class InfoFile:
    """
    What an `info` or `:info` file of Bcfg2 1.3 says: lines of the form `key: value`.

    A line that cannot be understood is passed over; `bcfg2tw.engine.checks` tells it.
    """

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self.attributes: dict[str, str] = {}
        for line in source.text().splitlines():
            if not line.lstrip().startswith("#"):
                self._take(line)

    def _take(self, line: str) -> None:
        key, _, value = (part.strip() for part in line.partition(":"))
        if key.isidentifier() and value:
            self.attributes[FORMER_NAMES.get(key, key)] = value

    @property
    def asked(self) -> Asked:
        """Nothing: it is the same for all."""
        return NOTHING_ASKED

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """Give an entry the attributes."""
        set_attributes(entry, self.attributes)


def set_attributes(entry: Element, attributes: Mapping[str, str]) -> None:
    """Give an entry attributes; its own of the same names are overwritten."""
    set_attribute = entry.set  # looked up once: most of what a build does is this
    for name, value in attributes.items():
        set_attribute(name, value)


def bind_info(
    entry: Element,
    metadata: ClientMetadata,
    infoxml: InfoXML | None = None,
    default: Mapping[str, Any] | None = None,
) -> None:
    """
    Give an entry the default attributes, and those of an info file.

    :param default: the defaults where they are not those of `[mdata]`
    :raises PluginExecutionError: if nothing in the info file applies
    """
    if default is None:
        default = default_path_metadata(metadata.snapshot.settings)
    set_attributes(entry, default)
    if infoxml is not None:
        infoxml.bind(entry, metadata)
