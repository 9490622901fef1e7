"""The steps of a configuration."""

from __future__ import annotations

from typing import ClassVar

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.build import steps
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import (
    ClientRunHooks,
    Generator,
    GoalValidator,
    Structure,
    StructureValidator,
)
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, ValidationError
from tests.builders import a_core, change, configuration, entry

HERE = "tests.engine.build.test_steps."


class Claiming(Plugin, Generator):
    """Claims every entry, and fails for those named so."""

    create = False

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        return True

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        entry.set("owner", "claiming")
        if entry.get("name") == "failing":
            raise PluginExecutionError("it is named so\x00")
        if entry.get("name") == "huge":
            raise MemoryError


class Listing(Plugin, Generator):
    """Lists one service."""

    create = False

    def __init__(self, core: NetworkCore, files: object, previous: object = None) -> None:
        super().__init__(core, files, previous)  # type: ignore[arg-type]  # as it was called
        self.Entries = {"Service": {"listed": self.bind}}

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        entry.set("by", self.name)


class ListingToo(Listing):
    """Lists the same service."""


class Hooked(Plugin, ClientRunHooks):
    """Fails at the start of every run."""

    create = False

    def start_client_run(self, metadata: ClientMetadata) -> None:
        raise AttributeError("misspelt")


class Checked(Plugin, StructureValidator, GoalValidator):
    """Refuses what the test says."""

    create = False
    structures_error: ClassVar[Exception | None] = None
    goals_error: ClassVar[Exception | None] = None

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        if self.structures_error:
            raise self.structures_error

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        if self.goals_error:
            raise self.goals_error


class Broken(Plugin, Structure):
    """Cannot build structures."""

    create = False

    def BuildStructures(self, metadata: ClientMetadata) -> list[Element]:
        raise RuntimeError("no structures today")


class Commented(Plugin, Structure):
    """Leaves comments and processing instructions among the entries."""

    create = False

    def BuildStructures(self, metadata: ClientMetadata) -> list[Element]:
        text = '<Bundle name="c"><!-- one --><?two?><BoundService name="s"/><Service/></Bundle>'
        return [etree.fromstring(text)]


class BindTests(SynchronousTestCase):
    def a_core(self, entries: str, *plugins: str) -> NetworkCore:
        """Return a core with one bundle and with plugins of this module."""
        names = ("Bundler", "Metadata", *(HERE + name for name in plugins))
        return a_core(self, {"Bundler/b.xml": f"<Bundle>{entries}</Bundle>"}, plugins=names)

    def test_failure_that_is_there(self) -> None:
        """A failure that a structure says itself is kept."""
        core = self.a_core("<Service name='s' failure='known'/>")
        self.assertEqual(entry(configuration(core), "Service", "s").get("failure"), "known")

    def test_prefix_alone(self) -> None:
        """An element that is called `Bound` fails alone: there is no tag without a name."""
        config = configuration(self.a_core("<Bound name='b'/><BoundService name='s'/>"))
        self.assertEqual(entry(config, "Bound", "b").get("failure"), "no matching generator")
        self.assertIs(entry(config, "Service", "s").get("failure"), None)

    def test_nobody(self) -> None:
        """An entry that no plugin generates stays in the configuration, marked with the reason."""
        config = configuration(self.a_core('<Service name="s"/>'))
        self.assertEqual(entry(config, "Service", "s").get("failure"), "no matching generator")

    def test_nobody_told(self) -> None:
        """The log names the line of an entry that nobody binds, and who was asked."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": "<Bundle>\n<Group name='all'>\n<Path name='/a'/></Group></Bundle>",
                "Rules/a.xml": "<Rules priority='1'/>",
            },
        )
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            configuration(core)
        self.assertIn("Bundler/b.xml:3: Failed to bind entry Path:/a: ", logs.output[0])
        self.assertIn("No matching generator: Path:/a (asked: Rules)", logs.output[0])

    def test_listed_wins(self) -> None:
        """A generator that lists an entry wins over those that claim it."""
        config = configuration(
            self.a_core('<Service name="listed"/><Service name="s"/>', "Claiming", "Listing")
        )
        self.assertEqual(entry(config, "Service", "listed").get("by"), "Listing")
        self.assertEqual(entry(config, "Service", "s").get("owner"), "claiming")

    def test_listed_twice(self) -> None:
        """An entry that two generators list fails, and names them in plugin order."""
        config = configuration(
            self.a_core('<Service name="listed"/>', "ListingToo", "Listing", "Claiming")
        )
        self.assertEqual(
            entry(config, "Service", "listed").get("failure"),
            "served by multiple generators: Listing, ListingToo",
        )

    def test_failing(self) -> None:
        """A generator's exception becomes the entry's failure, whatever characters it holds."""
        config = configuration(self.a_core('<Path name="failing"/>', "Claiming"))
        self.assertEqual(
            entry(config, "Path", "failing").get("failure"), "bind error: it is named so\ufffd"
        )

    def test_altsrc(self) -> None:
        """An entry is bound under the name of its altsrc and keeps its own."""
        config = configuration(self.a_core('<Service name="s" altsrc="listed"/>', "Listing"))
        self.assertEqual(dict(entry(config, "Service", "s").attrib), {"name": "s", "by": "Listing"})

    def test_altsrc_falls_back(self) -> None:
        """If the altsrc cannot be bound the entry's own name is tried; nothing is left behind."""
        core = self.a_core('<Path name="s" altsrc="failing"/>', "Claiming")
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            path = entry(configuration(core), "Path", "s")
        self.assertEqual(dict(path.attrib), {"name": "s", "owner": "claiming"})
        self.assertIn("Failed binding entry Path:s with altsrc failing", logs.output[0])
        self.assertIn("Falling back to Path:s", logs.output[1])

    def test_altsrc_without_memory(self) -> None:
        """For want of memory for the altsrc no entry is bound to something else."""
        core = self.a_core('<Path name="s" altsrc="huge"/>', "Claiming")
        self.assertIn("bind error", entry(configuration(core), "Path", "huge").get("failure", ""))

    def test_altsrc_leaves_nothing(self) -> None:
        """What a failed altsrc put onto the entry is gone."""
        core = self.a_core('<Path name="failing" altsrc="failing"/>', "Claiming")
        path = entry(configuration(core), "Path", "failing")
        self.assertEqual(path.get("realname"), None)
        self.assertEqual(path.get("altsrc"), None)

    def test_altsrc_without_name(self) -> None:
        """A nameless entry gets neither a name nor content from an altsrc: it fails."""
        config = configuration(self.a_core('<Service altsrc="listed"/>', "Listing"))
        (service,) = config.iter("Service")
        self.assertEqual(dict(service.attrib), {"failure": "no matching generator"})

    def test_comments(self) -> None:
        """Comments and instructions harm nothing; a nameless entry fails alone."""
        core = a_core(self, {}, plugins=("Metadata", HERE + "Commented"))
        config = configuration(core)
        self.assertEqual(
            [dict(service.attrib) for service in config.iter("Service")],
            [{"failure": "no matching generator"}, {"name": "s"}],
        )


class StepsTests(SynchronousTestCase):
    def a_core(self, *plugins: str) -> NetworkCore:
        """Return a core with one bundle and with plugins of this module."""
        names = ("Bundler", "Metadata", *(HERE + name for name in plugins))
        return a_core(
            self, {"Bundler/b.xml": "<Bundle><BoundService name='s'/></Bundle>"}, plugins=names
        )

    def test_hook(self) -> None:
        """A hook's exception never ends a client's run."""
        core = self.a_core("Hooked")
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(configuration(core).tag, "Configuration")
        self.assertIn("Hooked: Error invoking hook start_client_run: misspelt", logs.output[0])

    def test_validators(self) -> None:
        """A ValidationError ends the build; any other exception of a validator does not."""
        core = self.a_core("Checked")
        self.patch(Checked, "structures_error", RuntimeError("a defect"))
        with self.assertLogs("bcfg2-server", "ERROR"):
            self.assertEqual(configuration(core).tag, "Configuration")
        self.patch(Checked, "structures_error", ValidationError("not so"))
        self.assertRaises(ValidationError, configuration, core)
        self.patch(Checked, "structures_error", None)
        self.patch(Checked, "goals_error", ValidationError("nor so"))
        self.assertRaises(ValidationError, configuration, core)

    def test_no_memory(self) -> None:
        """Without memory there is no configuration, rather than one that lacks something."""
        core = a_core(
            self,
            {"Bundler/b.xml": '<Bundle xmlns:py="http://genshi.edgewall.org/"><?python\n'
             "if not metadata.hostname.startswith('other'): raise MemoryError\n?></Bundle>"},
            plugins=("Bundler", "Metadata", HERE + "Checked"),
        )  # fmt: skip
        self.assertRaises(MemoryError, configuration, core)
        change(core, {"Bundler/b.xml": "<Bundle/>"})
        self.patch(Checked, "structures_error", MemoryError())
        self.assertRaises(MemoryError, configuration, core)

    def test_structures(self) -> None:
        """A structure plugin's exception makes a document that tells the client why."""
        core = self.a_core("Broken")
        with self.assertLogs("bcfg2-server", "ERROR"):
            document = configuration(core)
        self.assertEqual(
            (document.tag, document.get("type"), document.text),
            ("error", "structure error", "no structures today"),
        )

    def test_missing_bundle(self) -> None:
        """A bundle that is missing is logged; the client gets the others."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": "<Bundle/>",
                "Metadata/groups.xml": '<Groups><Group name="all" profile="true">'
                '<Bundle name="b"/><Bundle name="gone"/></Group></Groups>',
            },
        )
        with self.assertLogs(level="ERROR") as logs:
            config = configuration(core)
        self.assertEqual([bundle.get("name") for bundle in config], ["b"])
        self.assertIn(
            "Client client.example.test configuration missing bundles: gone",
            "\n".join(logs.output),
        )


class SortTests(SynchronousTestCase):
    def test_order(self) -> None:
        """Children are sorted by name at all levels, nameless ones first, equal ones as written."""
        document = etree.fromstring(
            '<C><B name="b"><P name="z"/><P n="1"/><P name="A"/><P n="2"/></B><I name="aa"/></C>'
        )
        steps.sort_document(document)
        self.assertEqual([one.get("name") for one in document], ["aa", "b"])
        self.assertEqual(
            [one.get("name") or one.get("n") for one in document[1]], ["1", "2", "A", "z"]
        )
