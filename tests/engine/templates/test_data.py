"""The variables that templates see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import TemplateDataProvider, XMLTemplate
from bcfg2tw.engine.templates.data import (
    real_name,
    text_template_variables,
    xml_template_variables,
)
from bcfg2tw.engine.xmlio import Element
from tests.builders import a_core, metadata_of

HERE = "tests.engine.templates.test_data."


class Colours(Plugin, TemplateDataProvider):
    """Provides variables."""

    create = False

    def get_template_data(
        self, entry: Element, metadata: ClientMetadata, template: str
    ) -> Mapping[str, Any]:
        """Provide a colour, and what it was asked about."""
        return {"colour": "red", "asked": (entry.get("name"), metadata.hostname, template)}

    def get_xml_template_data(
        self, structfile: XMLTemplate, metadata: ClientMetadata
    ) -> Mapping[str, Any]:
        """Provide a colour, and what it was asked about."""
        return {"colour": "red", "asked": (structfile.name, structfile.path)}


class Dyes(Plugin, TemplateDataProvider):
    """Provides a variable that another one provides, and one that there is always."""

    create = False

    def get_template_data(
        self, entry: Element, metadata: ClientMetadata, template: str
    ) -> Mapping[str, Any]:
        """Provide them."""
        return {"colour": "blue", "metadata": None, "dye": 7}


class Template:
    """An XML template, as providers see it."""

    path, name = "/repo/Bundler/a.xml", "a.xml"


class VariablesTests(SynchronousTestCase):
    def metadata(self, *plugins: type[Plugin]) -> ClientMetadata:
        """Return a client's metadata, with plugins of these tests."""
        names = ("Bundler", "Metadata", *(HERE + plugin.__name__ for plugin in plugins))
        return metadata_of(a_core(self, {}, plugins=names))

    def entry(self, **attributes: str) -> Element:
        """Return an entry."""
        return etree.Element("Path", {"name": "/a", **attributes})

    def test_real_name(self) -> None:
        """The name is the one that the client knows, also while another source is tried."""
        self.assertEqual(real_name(self.entry()), "/a")
        self.assertEqual(real_name(self.entry(realname="/b")), "/b")
        self.assertEqual(real_name(etree.Element("Path")), "")

    def test_text(self) -> None:
        """A text template sees client, repository, entry and itself."""
        metadata = self.metadata()
        variables = text_template_variables(self.entry(realname="/b"), metadata, "/t")
        self.assertEqual(
            variables,
            {
                "metadata": metadata,
                "repo": metadata.snapshot.settings.repository,
                "name": "/b",
                "source_path": "/t",
            },
        )

    def test_xml(self) -> None:
        """An XML template sees client and repository."""
        metadata = self.metadata()
        self.assertEqual(sorted(xml_template_variables(Template(), metadata)), ["metadata", "repo"])

    def test_provided(self) -> None:
        """Plugins add variables of their own."""
        metadata = self.metadata(Colours)
        variables = text_template_variables(self.entry(), metadata, "/t")
        self.assertEqual(variables["colour"], "red")
        self.assertEqual(variables["asked"], ("/a", "client.example.test", "/t"))
        variables = xml_template_variables(Template(), metadata)
        self.assertEqual(variables["asked"], ("a.xml", "/repo/Bundler/a.xml"))

    def test_twice(self) -> None:
        """The first to provide a variable wins, the server before all; the log names both."""
        metadata = self.metadata(Colours, Dyes)
        with self.assertLogs("bcfg2-server", "WARNING") as logs:
            variables = text_template_variables(self.entry(), metadata, "/t")
        self.assertEqual((variables["colour"], variables["dye"]), ("red", 7))
        self.assertIs(variables["metadata"], metadata)
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            [
                "Duplicate template variable colour provided by both Colours and Dyes",
                "Duplicate template variable metadata provided by both the server and Dyes",
            ],
        )
