"""The groups that groups.xml declares, and who is a member of which (:ref:`metadata-4`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, cast

from bcfg2tw.engine.model.client_metadata import MetadataGroup
from bcfg2tw.engine.plugins.metadata.membership import Conditions, Membership, Statement
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, check_root, line_of, path_of, place_of

logger = logging.getLogger("Metadata")

CANDIDATES = ("//Groups/Group", "//Groups/Group//Group")
LEAVES = (
    "//Groups/Group//*[self::Group or self::Client]",
    "//Groups/Client//*[self::Group or self::Client]",
)


class DeclaredGroups:
    """
    One reading of groups.xml; never changes once made.

    :ivar path: of the file
    :ivar declared: name to definition, in the order of declaration
    :ivar default: name of the group that unknown clients get as profile, None without one
    :ivar membership: the rules by which a client is in a group
    :ivar bundle_places: bundle to the file and line of the first group that has it
    :ivar places: group to the file and line of the declaration that counts
    :ivar places_of_bundles: group and bundle to the file and line that put them together
    :ivar client_places: client to the file and line of the first condition that names it
    :ivar names: of all groups that are declared, or that the rules speak of
    """

    def __init__(self, source: Source) -> None:
        """
        Read groups.xml; an interpretation for `Files.load`.

        :raises RepositoryError: if it, or a file that it includes, is not well-formed, or if its
            root is no `Groups`
        """
        self.path = source.path
        root = source.xml()
        check_root(root, "Groups", source.path)
        self.default: str | None = None
        self.declared: dict[str, MetadataGroup] = {}
        self.bundle_places: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.places_of_bundles: dict[tuple[str, str], str] = {}
        self.client_places: dict[str, str] = {}
        for element in root.iter("Client"):
            self.client_places.setdefault(element.get("name", ""), place_of(element))
        for path in CANDIDATES:
            for element in select(root, path):
                self._declare(element)
        statements = list(self._statements(root))
        for statement in statements:
            # used only under Client, it is a group like any other (:ref:`decisions-crashes`)
            self.declared.setdefault(statement.group, MetadataGroup(statement.group))
        self.membership = Membership(statements, self._categories())
        self.names = frozenset(self.declared)

    def _declare(self, element: Element) -> None:
        name = element.get("name")
        if name is None:
            logger.warning("%s:%s: a Group without a name is ignored", self.path, line_of(element))
            return
        if element.get("default") == "true":
            self.default = name
        if name not in self.declared:
            self.declared[name] = group_of(name, element)
            self.places[name] = place_of(element)
            for bundle in element.findall("Bundle"):
                place = place_of(bundle)
                self.bundle_places.setdefault(bundle.get("name", ""), place)
                self.places_of_bundles.setdefault((name, bundle.get("name", "")), place)

    def _statements(self, root: Element) -> Iterator[Statement]:
        for path in LEAVES:
            for element in select(root, path):
                if len(element) == 0:
                    yield from self._statement(element)

    def _statement(self, leaf: Element) -> Iterator[Statement]:
        name = leaf.get("name")
        if leaf.tag == "Client":
            logger.warning("%s:%s: Client %s holds no group and is ignored",
                           self.path, line_of(leaf), name)  # fmt: skip
        elif name is not None:
            place = path_of(leaf), line_of(leaf)
            yield Statement(name, is_negated(leaf), conditions_of(leaf), *place)

    def _categories(self) -> Mapping[str, str]:
        return {name: group.category for name, group in self.declared.items() if group.category}


def select(root: Element, path: str) -> list[Element]:
    """Return the elements that an XPath leads to, in document order."""
    return cast("list[Element]", root.xpath(path))


def group_of(name: str, element: Element) -> MetadataGroup:
    """
    Return the group that an element declares.

    Only the bundles that are its own children count (:ref:`metadata-4.1`).
    """
    bundles = {bundle.get("name") for bundle in element.findall("Bundle")}
    return MetadataGroup(
        name,
        bundles={bundle for bundle in bundles if bundle is not None},
        category=element.get("category") or None,
        is_profile=element.get("profile") == "true",
        is_public=element.get("public") == "true",
    )


def is_negated(element: Element) -> bool:
    """Say whether an element says the contrary."""
    return element.get("negate", "").lower() == "true"


def conditions_of(leaf: Element) -> Conditions:
    """Return the conditions of a leaf: all groups and clients that it stands in."""
    names: dict[tuple[Any, bool], set[str]] = {}
    for above in leaf.iterancestors("Group", "Client"):
        names.setdefault((above.tag, is_negated(above)), set()).add(above.get("name", ""))

    def names_in(tag: str, negated: bool) -> frozenset[str]:
        return frozenset(names.get((tag, negated), ()))

    return Conditions(
        groups=names_in("Group", False),
        not_groups=names_in("Group", True),
        clients=names_in("Client", False),
        not_clients=names_in("Client", True),
    )
