"""What clients upload: to whom it goes, and what a plugin that cannot take it leads to."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import ClientRunHooks, Decision, Probing, Statistics
from bcfg2tw.engine.uploads import collect_decisions, take_probe_data, take_statistics
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error, CriticalError, PluginExecutionError
from tests.builders import CLIENT, a_core, address, metadata_of


class Broken(Plugin, Probing):
    """Has a defect in each method."""

    create = False

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """Fail."""
        raise KeyError("a")

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """Fail."""
        raise KeyError("a")


class Lacking(Plugin, Decision, Probing, Statistics):
    """Has no memory for anything."""

    create = False

    def process_statistics(self, metadata: ClientMetadata, xdata: Element) -> None:
        """Fail."""
        raise MemoryError

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """Fail."""
        raise MemoryError

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """Fail."""
        raise MemoryError

    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        """Fail."""
        raise MemoryError


def place_of(method: Callable[..., object]) -> str:
    """Return FILE:LINE of a method's last line."""
    lines, start = inspect.getsourcelines(method)
    return f"{__file__}:{start + len(lines) - 1}"


HERE = "tests.engine.test_uploads."


class Reporting(Plugin, Statistics):
    """Keeps the states that it is told."""

    create = False
    states: ClassVar[list[str | None]] = []

    def process_statistics(self, metadata: ClientMetadata, document: Element) -> None:
        """Keep the state."""
        self.states.extend(one.get("state") for one in document.iter("Statistics"))


class Told(Plugin, ClientRunHooks):
    """Keeps whose reports it is told of."""

    create = False
    clients: ClassVar[list[str]] = []

    def end_statistics(self, metadata: ClientMetadata) -> None:
        """Keep the client's name."""
        self.clients.append(metadata.hostname)


class Failing(Plugin, Statistics, Decision, Probing):
    """Can take nothing."""

    create = False
    sort_order = 1

    def process_statistics(self, metadata: ClientMetadata, document: Element) -> None:
        """Fail."""
        raise OSError("the disk is full")

    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        """Fail."""
        raise OSError("the disk is full")

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """Have none."""
        return []

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """Fail."""
        raise PluginExecutionError("the disk is full")


class Asking(Plugin, Probing, Decision):
    """Keeps what probes printed, and decides."""

    create = False
    received: ClassVar[list[tuple[str, list[str | None]]]] = []

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """Have none."""
        return []

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """Keep it."""
        self.received.append((self.name, [element.get("name") for element in datalist]))

    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        """Decide by name and mode."""
        if mode == "greylist":
            raise PluginExecutionError(f"{mode} is no mode")
        return [(self.name, mode)]


class AskingToo(Asking):
    """Another one of the same kind."""


class UploadTestCase(SynchronousTestCase):
    def core(self, *plugins: type[Plugin], **settings: Any) -> NetworkCore:
        """Return a core with plugins of these tests."""
        names = tuple(HERE + plugin.__name__ for plugin in plugins)
        return a_core(self, {}, plugins=("Bundler", "Metadata", *names), **settings)


class StatisticsTests(UploadTestCase):
    def setUp(self) -> None:
        self.patch(Reporting, "states", [])

    def take(self, text: str, *plugins: type[Plugin]) -> list[str]:
        """Hand a document over, and return what is logged as information."""
        core = self.core(*plugins)
        with self.assertLogs("bcfg2-server", "INFO") as logs:
            take_statistics(metadata_of(core), etree.fromstring(text))
        self.logged = logs
        return [one.getMessage() for one in logs.records if one.levelname == "INFO"]

    def test_taken(self) -> None:
        """A report goes to the plugins, and the log says how the client fares."""
        said = self.take('<u><Statistics version="2.0" state="dirty"/></u>', Reporting)
        self.assertEqual(Reporting.states, ["dirty"])
        self.assertEqual(said, [f"Client {CLIENT} reported state dirty"])

    def test_old(self) -> None:
        """A report in the format before 2.0 is logged alone."""
        for version in ('version="1.0" ', ""):
            said = self.take(f'<u><Statistics {version}state="clean"/></u>', Reporting)
            self.assertEqual(said, [f"Client {CLIENT} reported state clean"])
        self.assertEqual(Reporting.states, [])

    def test_failing(self) -> None:
        """A plugin that cannot take a report keeps it from none of the others."""
        self.take('<u><Statistics version="2.0" state="clean"/></u>', Failing, Reporting)
        self.assertEqual(Reporting.states, ["clean"])
        (error,) = [one for one in self.logged.records if one.levelname == "ERROR"]
        self.assertEqual(
            error.getMessage(),
            f"Plugin Failing Plugin failed to process stats from {CLIENT}: "
            f"OSError: the disk is full ({place_of(Failing.process_statistics)})",
        )
        self.assertIsNone(error.exc_info)

    def test_none(self) -> None:
        """What holds no report, or is one itself, is refused with the reason."""
        metadata = metadata_of(self.core(Reporting))
        for text in ("<u/>", '<Statistics version="2.0" state="clean"/>'):
            error = self.assertRaises(Bcfg2Error, take_statistics, metadata, etree.fromstring(text))
            self.assertEqual(str(error), "the document holds no Statistics element below its root")
        self.assertEqual(Reporting.states, [])

    def test_deep(self) -> None:
        """A report counts at any depth below the root, even if the root is called like one."""
        self.take('<Statistics><a><Statistics version="2.1" state="x"/></a></Statistics>')

    def test_unread(self) -> None:
        """Read by a plugin or by none, a report counts, and what is none is refused."""
        self.patch(Told, "clients", [])
        report = '<u><Statistics version="2.0" state="clean"><Good/><Good/></Statistics></u>'
        for plugins in ((Told,), (Told, Reporting)):
            core = self.core(*plugins)
            with self.assertLogs("bcfg2-server", "INFO") as logs:
                self.assertTrue(core.RecvStats(address(), report))
            said = [one.getMessage() for one in logs.records]
            self.assertIn(f"Client {CLIENT} reported state clean", said)
            few = self.core(*plugins, max_upload_elements=3)
            for refusing, text in (
                (core, report[:-1]), (core, report.replace("<Good/>", "<x:Good/>")), (few, report),
                (core, "<!DOCTYPE u>" + report), (core, report.replace("Statistics", "Other")),
            ):  # fmt: skip
                self.assertRaises(Bcfg2Error, refusing.RecvStats, address(), text)
        self.assertEqual(Told.clients, [CLIENT, CLIENT])
        self.assertEqual(Reporting.states, ["clean"])


class ProbeDataTests(UploadTestCase):
    def setUp(self) -> None:
        self.patch(Asking, "received", [])

    def take(self, core: NetworkCore, *data: tuple[str, str | None]) -> None:
        """Hand over pairs of a probe's name and its plugin."""
        document = etree.Element("ProbeData")
        for name, source in data:
            element = etree.SubElement(document, "probe-data", name=name)
            if source is not None:
                element.set("source", source)
        document.append(etree.Comment("nothing"))
        take_probe_data(metadata_of(core), document)

    def test_by_plugin(self) -> None:
        """Each plugin gets its own probes, all at once and in their order."""
        core = self.core(Asking, AskingToo)
        self.take(core, ("a", "AskingToo"), ("b", "Asking"), ("c", "AskingToo"))
        self.assertEqual(Asking.received, [("AskingToo", ["a", "c"]), ("Asking", ["b"])])

    def test_unknown(self) -> None:
        """Data for a plugin that is not there, or for none, are warned of; the rest counts."""
        core = self.core(Asking)
        with self.assertLogs("bcfg2-server", "WARNING") as logs:
            self.take(core, ("a", "Gone"), ("b", None), ("c", "Asking"))
        self.assertEqual(Asking.received, [("Asking", ["c"])])
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            ["Failed to locate plugin Gone", "Failed to locate plugin None"],
        )

    def test_not_for_data(self) -> None:
        """Data for a plugin that takes none are refused: the client did not make them up."""
        error = self.assertRaises(Bcfg2Error, self.take, self.core(), ("a", "Metadata"))
        self.assertEqual(str(error), "Metadata takes no probe data")

    def test_not_kept(self) -> None:
        """The client learns of what could not be kept, so that it does not go on."""
        error = self.assertRaises(
            PluginExecutionError, self.take, self.core(Failing), ("a", "Failing")
        )
        self.assertEqual(str(error), "the disk is full")

    def test_defect(self) -> None:
        """A plugin's defect is one line for client and log, with the plugin and its line."""
        core = self.core(Broken)
        upload = '<ProbeData><probe-data name="a" source="Broken"/></ProbeData>'
        for call, method, beginning in (
            (partial(core.GetProbes, address()), Broken.GetProbes, "Error determining probes for"),
            (
                partial(core.RecvProbeData, address(), upload),
                Broken.ReceiveData,
                "Failed to process probe data from client",
            ),
        ):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                error = self.assertRaises(CriticalError, call)
            (record,) = logs.records
            sentence = f"{beginning} {CLIENT}: plugin Broken: KeyError: 'a' ({place_of(method)})"
            self.assertEqual(record.getMessage(), sentence)
            self.assertEqual(str(error), f"Critical failure: {sentence}")
            self.assertIsNone(record.exc_info)


class DecisionTests(UploadTestCase):
    def decisions(self, mode: str, *plugins: type[Plugin]) -> Any:
        """Return what plugins decide."""
        return collect_decisions(metadata_of(self.core(*plugins)), mode)

    def test_all(self) -> None:
        """The decisions of all plugins count, in the order of the plugins."""
        self.assertEqual(
            self.decisions("whitelist", AskingToo, Asking),
            [("Asking", "whitelist"), ("AskingToo", "whitelist")],
        )
        self.assertEqual(self.decisions("whitelist"), [])

    def test_unknown_mode(self) -> None:
        """A mode that a plugin does not know is an error in its log, without a traceback."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(self.decisions("greylist", Asking), [])
        (record,) = logs.records
        self.assertEqual(
            record.getMessage(),
            "Plugin: Asking Plugin failed to generate decision list: greylist is no mode",
        )
        self.assertIsNone(record.exc_info)

    def test_failing(self) -> None:
        """A plugin that fails keeps the decisions of no other one back."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(
                self.decisions("blacklist", Failing, Asking), [("Asking", "blacklist")]
            )
        (record,) = logs.records
        self.assertEqual(
            record.getMessage(),
            "Plugin: Failing Plugin failed to generate decision list: OSError: the disk is full "
            f"({place_of(Failing.GetDecisions)})",
        )
        self.assertIsNone(record.exc_info)


class NoMemoryTests(UploadTestCase):
    def test_not_answered(self) -> None:
        """
        Where a plugin has no memory nothing is acknowledged that is not kept, and nothing told that
        is not all: whoever serves the call has the client come back.
        """
        core = self.core(Lacking)
        upload = '<ProbeData><probe-data name="a" source="Lacking"/></ProbeData>'
        report = '<u><Statistics version="2.0" state="clean"/></u>'
        for call in (
            partial(core.RecvStats, address(), report),
            partial(core.RecvProbeData, address(), upload),
            partial(core.GetProbes, address()),
            partial(core.GetDecisionList, address(), "whitelist"),
        ):
            self.assertRaises(MemoryError, call)
