"""Files with priorities: which definition an entry gets, and what is said where that is unclear."""

from __future__ import annotations

from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.documents import priority
from bcfg2tw.engine.documents.priority import (
    Definitions,
    PriorityFile,
    PriorityFiles,
    comparable,
)
from bcfg2tw.engine.model.build import Build
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import EntryExplanation, Explanation
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError
from tests.builders import a_core, files_in, metadata_of

PY = 'xmlns:py="http://genshi.edgewall.org/"'


def a_client(*groups: str, name: str = "www.example.test") -> ClientMetadata:
    """Return the metadata of a client that belongs to no repository."""
    return ClientMetadata(name, groups=groups)


def service(name: str = "s", **attributes: str) -> Element:
    """Return an abstract entry."""
    return etree.Element("Service", {"name": name, **attributes})


class PriorityTestCase(SynchronousTestCase):
    def file(self, text: str) -> PriorityFile:
        """Return a file of this content."""
        (file,) = self.several(text)
        return file

    def several(self, *texts: str) -> list[PriorityFile]:
        """Return files of these contents, called 0.xml, 1.xml and so on."""
        contents = {f"{number}.xml": text for number, text in enumerate(texts)}
        files = files_in(self, contents)
        loaded = [files.load(name, PriorityFile) for name in files]
        self.assertNotIn(None, loaded)
        return [file for file in loaded if file is not None]

    def files(self, *texts: str, **how: bool) -> PriorityFiles:
        """Return a directory of files of these contents."""
        return PriorityFiles(self.several(*texts), **how)


class FileTests(PriorityTestCase):
    """One file."""

    def test_bad_priority(self) -> None:
        """A file without a priority, or with one that is no whole number, comes last."""
        for root in ("<R/>", '<R priority="2.5"/>', '<R priority=""/>'):
            self.assertEqual(self.file(root).priority, -1)

    def test_priorities(self) -> None:
        """A priority may be negative and have space around it, as in Python."""
        for text, number in (("-3", -3), (" 7 ", 7), ("+0", 0)):
            self.assertEqual(self.file(f'<R priority="{text}"/>').priority, number)

    def test_announced(self) -> None:
        """Announced are the names that stand directly below the root, whatever their tag."""
        file = self.file(
            '<R priority="1"><Service name="a"/><Group name="g"><Service name="b"/></Group>'
            '<!-- c --><Path name="/p"><Service name="d"/></Path><Service name=""/><Service/>'
            '<Service name="a"/></R>'
        )
        self.assertEqual(file.announced, {"Service": ("a", "a"), "Path": ("/p",)})

    def test_definitions(self) -> None:
        """Definitions stand at any depth, in the order of the document, with their lines."""
        file = self.file(
            '<R priority="1">\n<Group name="g">\n<Path name="/p">\n<Service name="d"/></Path>'
            '</Group>\n<!-- c --><Service name="s"/></R>'
        )
        self.assertEqual(
            [(definition.tag, definition.name, definition.line) for definition in file.definitions],
            [("Path", "/p", 3), ("Service", "d", 4), ("Service", "s", 5)],
        )
        self.assertEqual(str(file.definitions[0].candidate), f"{file.path}:3 (priority 1)")

    def test_template(self) -> None:
        """What a template defines is made for each client, once for a build."""
        file = self.file(f'<R priority="1" {PY}><Service name="${{metadata.hostname}}"/></R>')
        self.assertTrue(file.is_template)
        self.assertEqual(file.definitions, ())
        self.assertEqual(file.announced, {"Service": ("${metadata.hostname}",)})
        metadata = metadata_of(a_core(self, {}))
        definitions = file.definitions_for(metadata)
        self.assertEqual([one.name for one in definitions], ["client.example.test"])
        self.assertIs(file.definitions_for(metadata), definitions)
        self.assertIsNot(file.definitions_for(metadata.for_build()), definitions)

    def test_shared(self) -> None:
        """Definitions of the same attributes share the list of their names."""
        file = self.file(
            '<R priority="1"><A name="x" b="1"/><A name="y" b="2"/><A b="3" name="z"/></R>'
        )
        first, second, third = (one._attributes for one in file.definitions)
        self.assertIs(first, second)
        self.assertEqual(third, ("b", "name"))


class ApplyTests(PriorityTestCase):
    """What a definition does to an entry."""

    def applied(self, definition: str, entry: Element, *groups: str, **how: bool) -> str:
        """Return an entry, as it is written, after the definition was put onto it."""
        files = self.files(f'<R priority="1">{definition}</R>', **how)
        files.bind(entry, a_client(*groups))
        return etree.tostring(entry, encoding="unicode")

    def test_own_attributes(self) -> None:
        """Attributes of the entry win; those that it lacks are added."""
        self.assertEqual(
            self.applied('<Service name="s" type="x" status="on"/>', service(type="deb")),
            '<Service name="s" type="deb" status="on"/>',
        )

    def test_text(self) -> None:
        """Text takes the place of the entry's; white space alone is none."""
        entry = service()
        entry.text = "before"
        self.assertIn(">after<", self.applied('<Service name="s">after</Service>', entry))
        self.assertIn(">after<", self.applied('<Service name="s">\n \n</Service>', entry))

    def test_children(self) -> None:
        """Children come behind those of the entry, as copies: every entry has its own."""
        entry = service()
        etree.SubElement(entry, "Own")
        definition = '<Service name="s"><One/><Two a="b"><Three/></Two></Service>'
        expected = '<Own/><One/><Two a="b"><Three/></Two>'
        self.assertIn(expected, self.applied(definition, entry))
        files = self.files(f'<R priority="1">{definition}</R>')
        for _ in range(2):
            other = service()
            files.bind(other, a_client())
            self.assertEqual([child.tag for child in other], ["One", "Two"])
            other.clear()

    def test_conditional_children(self) -> None:
        """Conditions in a definition hold or do not for the client; comments go."""
        definition = (
            '<Service name="s">a<!-- c --><Group name="g">b<One/></Group>'
            '<Client name="www.example.test" negate="true"><Two/></Client></Service>'
        )
        self.assertEqual(
            self.applied(definition, service(), "g"), '<Service name="s">ab<One/></Service>'
        )
        self.assertEqual(self.applied(definition, service()), '<Service name="s">a</Service>')

    def test_replaced_names(self) -> None:
        """`%{name}` stands for the entry's name in attributes alone, where that is asked for."""
        definition = '<Service name="s" to="%{name}/%name/%{other}/%%">%{name}</Service>'
        self.assertIn(
            'to="s/s/%{other}/%">%{name}<', self.applied(definition, service(), replace_name=True)
        )
        self.assertIn(
            'to="%{name}/%name/%{other}/%%">%{name}<', self.applied(definition, service())
        )


class FindTests(PriorityTestCase):
    """Look-ups by name."""

    def found(self, text: str, tag: str, name: str, regex: bool = True) -> list[str | None]:
        """Return the attribute `n` of the definitions that match."""
        file = self.file(f'<R priority="1">{text}</R>')
        definitions = Definitions(file.definitions, regex)
        found = definitions.find(tag, name)
        self.assertEqual(definitions.find(tag, name), found)  # the second time from what is kept
        return [dict(zip(one._attributes, one._values, strict=True)).get("n") for one in found]

    def test_regex(self) -> None:
        """A regular expression has to match the whole name."""
        text = '<A name="a.*" n="1"/><A name="b" n="2"/><B name=".*" n="3"/>'
        self.assertEqual(self.found(text, "A", "abc"), ["1"])
        self.assertEqual(self.found(text, "A", "ba"), [])
        self.assertEqual(self.found(text, "A", "bb"), [])
        self.assertEqual(self.found(text, "A", "b"), ["2"])
        self.assertEqual(self.found(text, "C", "b"), [])
        self.assertEqual(self.found(text, "A", "a.*", regex=False), ["1"])
        self.assertEqual(self.found(text, "A", "abc", regex=False), [])

    def test_both(self) -> None:
        """A name that is also an expression that matches it counts once, literal ones first."""
        self.assertEqual(
            self.found('<A name=".*" n="1"/><A name="b" n="2"/><A name="b+" n="3"/>', "A", "b"),
            ["2", "1", "3"],
        )

    def test_bad_regex(self) -> None:
        """A name that is no expression is named with its place, and stands for itself."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(self.found('\n<A name="a[" n="1"/>', "A", "a["), ["1"])
        self.assertRegex(
            logs.output[0], r"/0.xml:2: 'a\[' is no regular expression and stands for itself alone"
        )

    def test_slashes(self) -> None:
        """Slashes at the end count in no name of a path, and in every other name."""
        self.assertEqual(self.found('<Path name="/a//" n="1"/>', "Path", "/a", False), ["1"])
        self.assertEqual(self.found('<Path name="/a" n="1"/>', "Path", "/a/", False), ["1"])
        self.assertEqual(self.found('<A name="a/" n="1"/>', "A", "a", False), [])
        self.assertEqual(comparable("Path", "/"), "")

    def test_names_without_end(self) -> None:
        """Names that templates make up do not fill the memory; the answers stay right."""
        self.patch(priority, "KEPT_NAMES", 3)
        definitions = Definitions(
            self.file('<R priority="1"><A name="x.*"/></R>').definitions, regex=True
        )
        for number in range(10):
            self.assertEqual(len(definitions.find("A", f"x{number}")), 1)
            self.assertLessEqual(len(definitions._found), 3)


class ChoiceTests(PriorityTestCase):
    """Which definition wins."""

    def bound(self, files: PriorityFiles, *groups: str) -> str | None:
        """Return the status that an entry gets."""
        entry = service()
        files.bind(entry, a_client(*groups))
        return entry.get("status")

    def test_highest(self) -> None:
        """The highest priority among those that apply wins, whatever the order of the files."""
        low = '<R priority="-1"><Service name="s" status="low"/></R>'
        high = '<R priority="10"><Group name="g"><Service name="s" status="high"/></Group></R>'
        for files in (self.files(low, high), self.files(high, low)):
            self.assertEqual(self.bound(files, "g"), "high")
            self.assertEqual(self.bound(files), "low")

    def test_none(self) -> None:
        """An entry for which nothing applies cannot be bound, and is complete as it is."""
        files = self.files('<R priority="1"><Group name="g"><Service name="s"/></Group></R>')
        error = self.assertRaises(PluginExecutionError, files.bind, service(), a_client())
        self.assertEqual(
            str(error), "No matching source for entry when retrieving attributes for Service:s"
        )
        entry = service()
        files.complete(entry, a_client())
        self.assertEqual(dict(entry.attrib), {"name": "s"})
        files.complete(etree.Element("Service"), a_client())

    def test_conflict(self) -> None:
        """Two of the same priority bind nothing; the log names the places of both, in order."""
        text = '<R priority="4">\n<Service name="s"/></R>'
        files = self.files(text, text.replace("\n", "\n\n"))
        for act in (files.bind, files.complete):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                error = self.assertRaises(PluginExecutionError, act, service(), a_client())
            sentence = (
                "Found conflicting sources with same priority (4) for Service:s for "
                "www.example.test"
            )
            self.assertEqual(str(error), sentence)
            self.assertEqual(
                logs.records[0].getMessage(),
                f"{sentence}: {files.files[0].path}:2, {files.files[1].path}:3",
            )

    def test_conflict_below(self) -> None:
        """Two of the same priority do no harm where a third one is higher."""
        low = '<R priority="1"><Service name="s" status="low"/></R>'
        high = '<R priority="2"><Service name="s" status="high"/></R>'
        self.assertEqual(self.bound(self.files(low, low, high)), "high")

    def test_listed(self) -> None:
        """The entries of a directory are those that any file announces, each bound by all."""
        files = self.files(
            '<R priority="1"><Service name="a"/></R>',
            '<R priority="2"><Service name="a" status="on"/><Path name="/p"/></R>',
        )
        listed = files.listed()
        self.assertEqual({tag: set(names) for tag, names in listed.items()},
                         {"Service": {"a"}, "Path": {"/p"}})  # fmt: skip
        entry = service("a")
        listed["Service"]["a"](entry, a_client())
        self.assertEqual(entry.get("status"), "on")

    def test_template(self) -> None:
        """What templates say competes with the rest, each client's own."""
        metadata = metadata_of(a_core(self, {}))
        files = self.files(
            '<R priority="1"><Service name=".*" status="all"/></R>',
            f'<R priority="2" {PY}><Service name="${{metadata.hostname}}" status="own"/></R>',
            regex=True,
        )
        for name, status in (("client.example.test", "own"), ("other", "all")):
            entry = service(name)
            files.bind(entry, metadata)
            self.assertEqual(entry.get("status"), status)

    def test_explained(self) -> None:
        """An explanation names the winner, and the others from the strongest to the weakest."""
        files = self.files(
            *(f'<R priority="{number}"><Service name="s"/></R>' for number in (2, 9, 5))
        )
        explanation, explained = Explanation(), EntryExplanation("Service", "s")
        metadata = a_client().for_build(Build[Any](explanation=explanation))
        with explanation.of(explained):
            files.bind(service(), metadata)
        (choice,) = explained.choices
        self.assertEqual(choice.subject, "definition")
        places = [str(one).rpartition("/")[2] for one in (choice.won, *choice.lost)]
        self.assertEqual(
            places, ["1.xml:1 (priority 9)", "2.xml:1 (priority 5)", "0.xml:1 (priority 2)"]
        )
