"""One configuration as a whole, and by the steps that Bcfg2 documents."""

from __future__ import annotations

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import Core, NetworkCore
from bcfg2tw.engine.model.build import Problem
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import Connector
from bcfg2tw.engine.xmlio import serialise
from bcfg2tw.errors import (
    CoreInitError,
    CriticalError,
    MetadataConsistencyError,
    PluginExecutionError,
)
from tests.builders import CLIENT, a_core, address, configuration, metadata_of
from tests.logs import CapturedLog

HERE = "tests.engine.build.test_configuration."

BUNDLES = {
    "Bundler/a.xml": '<Bundle><Path name="/b"/><Path name="/a"/><Service name="s"/></Bundle>',
    "Rules/r.xml": '<Rules priority="1"><Path name="/a" type="file"/><Path name="/b" type="file"/>'
    "</Rules>",
}


class Contradicting(Plugin, Connector):
    """Contradicts what is known of a client."""

    create = False

    def get_additional_data(self, metadata: ClientMetadata) -> object:
        """Fail."""
        raise MetadataConsistencyError("it is in two racks")


class StepTests(SynchronousTestCase):
    """The steps one by one, as the core offers them."""

    def test_same(self) -> None:
        """Taken one after the other, they come to what a client gets."""
        core = a_core(self, BUNDLES)
        metadata = metadata_of(core)
        config = etree.Element("Configuration", version="2.0", revision="-1")
        core.client_run_hook("start_client_run", metadata)
        structures = core.GetStructures(metadata)
        self.assertEqual([one.get("type") for one in structures[0].iter("Path")], [None, None])
        core.validate_structures(metadata, structures)
        core.BindStructures(structures, metadata, config)
        core.validate_goals(metadata, config)
        core.client_run_hook("end_client_run", metadata)
        names = [path.get("name") for path in config.iter("Path")]
        self.assertEqual(names, ["/b", "/a"])
        whole = configuration(core)
        self.assertEqual([path.get("name") for path in whole.iter("Path")], ["/a", "/b"])
        self.assertEqual(
            sorted(serialise(path) for path in config.iter("Path")),
            sorted(serialise(path) for path in whole.iter("Path")),
        )

    def test_one_structure(self) -> None:
        """A structure is bound in place; what cannot be bound is marked."""
        core = a_core(self, BUNDLES)
        metadata = metadata_of(core)
        (structure,) = core.GetStructures(metadata)
        with self.assertLogs("bcfg2-server", "ERROR"):
            core.BindStructure(structure, metadata)
        self.assertEqual([one.get("type") for one in structure.iter("Path")], ["file", "file"])
        (service,) = structure.iter("Service")
        self.assertEqual(service.get("failure"), "no matching generator")

    def test_one_entry(self) -> None:
        """An entry is bound in place, or refused with the reason."""
        core = a_core(self, BUNDLES)
        metadata = metadata_of(core)
        entry = etree.Element("Path", name="/a")
        core.Bind(entry, metadata)
        self.assertEqual(entry.get("type"), "file")
        error = self.assertRaises(
            PluginExecutionError, core.Bind, etree.Element("Path", name="/c"), metadata
        )
        self.assertEqual(str(error), "No matching generator: Path:/c")


class DefectTests(SynchronousTestCase):
    def test_structure(self) -> None:
        """A bundle with an element that there cannot be is left out; the others are served."""
        core = a_core(
            self,
            {
                "Bundler/bad.xml": '<Bundle><Bound-x name="/a"/></Bundle>',
                "Bundler/good.xml": '<Bundle><BoundPath name="/b"/></Bundle>',
            },
        )
        log = CapturedLog(self)
        result = core.look(CLIENT)
        self.assertEqual([one.get("name") for one in result.document.iter("Bundle")], ["good"])
        self.assertIn("error in BindStructure\nTraceback", log.lines)
        (problem,) = result.problems
        self.assertEqual(problem, Problem("Bundle:bad", "Invalid tag name '-x'"))

    def contradicting(self) -> NetworkCore:
        """Return a core whose client's metadata contradict each other."""
        return a_core(self, BUNDLES, plugins=("Bundler", "Metadata", HERE + "Contradicting"))

    def test_contradiction(self) -> None:
        """Metadata that contradict each other make a document that stops the client."""
        core = self.contradicting()
        log = CapturedLog(self)
        document = core.BuildConfiguration(CLIENT)
        self.assertEqual(
            serialise(document), '<error type="metadata error">it is in two racks</error>'
        )
        self.assertIn(
            f"Metadata consistency error for client {CLIENT}: it is in two racks", log.lines
        )

    def test_contradiction_called(self) -> None:
        """A client that calls is told in a fault."""
        error = self.assertRaises(CriticalError, self.contradicting().GetConfig, address())
        self.assertEqual(
            str(error),
            "Critical failure: Client metadata resolution error for 127.0.0.1: it is in two racks",
        )


class CoreTests(SynchronousTestCase):
    def test_detached(self) -> None:
        """A core that is no process of its own does not detach from a terminal."""
        core = a_core(self, {})
        error = self.assertRaises(CoreInitError, core._daemonize)
        self.assertEqual(str(error), "NetworkCore cannot become a daemon by itself")

    def test_downloader(self) -> None:
        """A core has no network side until somebody gives it one."""
        core = Core(a_core(self, {}).settings)
        self.assertIsNone(core.downloader)
