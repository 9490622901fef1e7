"""A client, and its groups, as templates and plugins see them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.build import Build
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.model.effects import Look
from bcfg2tw.errors import PluginExecutionError
from tests.builders import a_core, metadata_of


class GroupTests(SynchronousTestCase):
    def test_parts(self) -> None:
        """A group is a pair of bundles and category, and knows more about itself."""
        group = MetadataGroup("web", ["a", "b"], "role", is_profile=True, is_public=True)
        bundles, category = group
        self.assertEqual((bundles, category), (frozenset({"a", "b"}), "role"))
        self.assertEqual((group.bundles, group.category), (bundles, category))
        self.assertEqual((group.name, group.is_profile, group.is_public), ("web", True, True))
        plain = MetadataGroup("plain")
        self.assertEqual((plain.bundles, plain.category), (frozenset(), None))
        self.assertFalse(plain.is_profile or plain.is_public)

    def test_equal(self) -> None:
        """Groups are equal if name and parts are; a plain pair is none."""
        group = MetadataGroup("web", ["a"], "role")
        self.assertEqual(group, MetadataGroup("web", {"a"}, "role", is_public=True))
        for other in (
            MetadataGroup("db", ["a"], "role"),
            MetadataGroup("web", ["b"], "role"),
            MetadataGroup("web", ["a"]),
            (frozenset({"a"}), "role"),
            "web",
        ):
            self.assertNotEqual(group, other)
        self.assertEqual(len({group, MetadataGroup("web", ["a"], "role")}), 1)

    def test_copied(self) -> None:
        """A copy is a group with all that it knows."""
        group = MetadataGroup("web", ["a"], "role", is_profile=True)
        for copied in (copy.copy(group), copy.deepcopy(group), pickle.loads(pickle.dumps(group))):
            self.assertEqual(copied, group)
            self.assertEqual((copied.name, copied.is_profile), ("web", True))

    def test_shown(self) -> None:
        """A group is shown by name, bundles and category."""
        self.assertEqual(
            repr(MetadataGroup("web", ["a"])), "MetadataGroup web (bundles={'a'}, category=None)"
        )


class MetadataTests(SynchronousTestCase):
    def test_given(self) -> None:
        """What is given is copied, so that nobody else's sets are changed."""
        groups, categories = {"a"}, {"c": "a"}
        metadata = ClientMetadata("x", groups=groups, categories=categories)
        metadata.groups.add("b")
        metadata.categories["d"] = "b"
        self.assertEqual((groups, categories), ({"a"}, {"c": "a"}))
        self.assertTrue(metadata.inGroup("b"))
        self.assertFalse(metadata.inGroup("z"))

    def test_version(self) -> None:
        """A declared version can be compared; one that cannot is none."""
        self.assertEqual(ClientMetadata("x", version="1.3.4").version_info, "1.3.4")
        self.assertIsNone(ClientMetadata("x", version="unknown").version_info)
        self.assertIsNone(ClientMetadata("x").version_info)

    def test_category(self) -> None:
        """The client's group of a category is told by name, else the empty string."""
        groups = (
            '<Groups><Group name="all" profile="true"><Group name="red"/></Group>'
            '<Group name="red" category="colour"/><Group name="blue" category="colour"/>'
            '<Group name="big" category="size"/></Groups>'
        )
        metadata = metadata_of(a_core(self, {"Metadata/groups.xml": groups}))
        self.assertEqual(metadata.group_in_category("colour"), "red")
        self.assertEqual(metadata.group_in_category("size"), "")
        self.assertEqual(metadata.group_in_category("taste"), "")

    def test_for_build(self) -> None:
        """A copy for a build has the data, nothing scratched, and the mode of the original."""
        look = Look()
        metadata = ClientMetadata("x", groups={"a"})
        metadata.build = Build[Any](effects=look)
        metadata.scratch["key"] = "value"
        copied = metadata.for_build()
        self.assertEqual((copied.scratch, metadata.scratch), ({}, {"key": "value"}))
        self.assertIs(copied.groups, metadata.groups)
        self.assertIsNot(copied.build, metadata.build)
        self.assertIs(copied.effects, look)
        build = Build[Any]()
        self.assertIs(metadata.for_build(build).build, build)

    def test_unconnected(self) -> None:
        """A copy for connectors can be added to, and the original stays as it is."""
        metadata = ClientMetadata("x", groups={"a"}, bundles={"b"}, categories={"c": "a"})
        copied = metadata.unconnected()
        copied.groups.add("z")
        copied.bundles.add("z")
        copied.categories["d"] = "z"
        copied.connectors.append("Probes")
        copied.dynamic_groups["z"] = MetadataGroup("z")
        self.assertEqual((metadata.groups, metadata.bundles), ({"a"}, {"b"}))
        self.assertEqual((metadata.categories, metadata.connectors), ({"c": "a"}, []))
        self.assertEqual(metadata.dynamic_groups, {})

    def test_unbound(self) -> None:
        """Metadata that belong to no repository cannot bind anything, and say so."""
        metadata = ClientMetadata("x")
        error = self.assertRaises(
            PluginExecutionError, metadata.build.bind, etree.Element("Path"), metadata
        )
        self.assertEqual(
            str(error), "these metadata belong to no repository that could bind entries"
        )

    def test_shown(self) -> None:
        """A client is shown by name, profile and groups."""
        self.assertEqual(
            repr(ClientMetadata("x", "p", {"p"})), "ClientMetadata(x, profile=p, groups={'p'})"
        )
