"""Probes: what clients are asked to run, and what follows from what it printed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import yaml
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.errors import CoreInitError, CriticalError, StateUnavailable
from bcfg2tw.settings import Settings
from tests.builders import (
    CLIENT,
    CLIENTS,
    a_core,
    a_repository,
    address,
    change,
    configuration,
    entry,
    metadata_of,
    some_settings,
    write_files,
)

ADDRESS = address()


def versioned(version: str) -> str:
    """Return a clients.xml in which the client runs a version."""
    return CLIENTS.replace("/>", f' version="{version}"/>')


def probes_of(core: NetworkCore) -> dict[str, tuple[str | None, str | None]]:
    """Return the probes that the client gets: name to interpreter and script, in their order."""
    root = etree.fromstring(core.GetProbes(ADDRESS))
    for probe in root:
        assert (probe.tag, probe.get("source")) == ("probe", "Probes")
    return {probe.get("name", ""): (probe.get("interpreter"), probe.text) for probe in root}


def upload(core: NetworkCore, **outputs: str) -> bool:
    """Send what the client's probes printed."""
    data = "".join(
        f'<probe-data name={quoteattr(name)} source="Probes">{escape(text)}</probe-data>'
        for name, text in outputs.items()
    )
    return core.RecvProbeData(ADDRESS, f"<ProbeData>{data}</ProbeData>")


def refusal(case: SynchronousTestCase, core: NetworkCore, document: str) -> str:
    """Send a document, and return why it was refused."""
    with case.assertRaises(CriticalError) as raised:
        core.RecvProbeData(ADDRESS, document)
    return str(raised.exception)


class ScriptTests(SynchronousTestCase):
    def test_interpreter(self) -> None:
        """The first line may name the interpreter; it stays in the script."""
        core = a_core(
            self,
            {
                "Probes/a": "#!  /usr/bin/env python3 -u\nprint()\n",
                "Probes/b": "echo\n#!/bin/bash\n",
                "Probes/c": "echo",
                "Probes/d": "#!\necho",
            },
        )
        self.assertEqual(
            probes_of(core),
            {
                "a": ("/usr/bin/env python3 -u", "#!  /usr/bin/env python3 -u\nprint()\n"),
                "b": ("/bin/sh", "echo\n#!/bin/bash\n"),
                "c": ("/bin/sh", "echo"),
                "d": ("/bin/sh", "#!\necho"),
            },
        )

    def test_empty(self) -> None:
        """An empty script is sent, as the reference does, with a warning: clients fail on it."""
        with self.assertLogs("Probes", "WARNING") as logs:
            core = a_core(self, {"Probes/p": ""})
        self.assertIn("Probes/p: it is empty", logs.output[0])
        self.assertEqual(probes_of(core), {"p": ("/bin/sh", None)})

    def test_order(self) -> None:
        """Probes are sent in the order of their names."""
        core = a_core(self, {f"Probes/{name}": name for name in ("b", "a-1", "C", "a.G01_all")})
        self.assertEqual(list(probes_of(core)), ["C", "a", "a-1", "b"])

    def test_most_specific(self) -> None:
        """A client gets the most specific script of each name: host, group by number, all."""
        scripts = {
            "Probes/p": "all",
            "Probes/p.G05_all": "low",
            "Probes/p.G10_all": "high",
            "Probes/p.G99_other": "other",
            "Probes/q.H_other.example.test": "other",
        }
        core = a_core(self, scripts)
        self.assertEqual(probes_of(core), {"p": ("/bin/sh", "high")})
        change(core, {f"Probes/p.H_{CLIENT}": "own"})
        self.assertEqual(probes_of(core), {"p": ("/bin/sh", "own")})
        for name in (f"p.H_{CLIENT}", "p.G10_all", "p.G05_all"):
            os.unlink(os.path.join(core.settings.repository, "Probes", name))
        core.reload(None)
        self.assertEqual(probes_of(core), {"p": ("/bin/sh", "all")})

    def test_group_of_a_probe(self) -> None:
        """A script may be for a group that another probe gives."""
        core = a_core(self, {"Probes/p": "x", "Probes/more.G10_found": "y"})
        self.assertEqual(list(probes_of(core)), ["p"])
        upload(core, p="group:found")
        self.assertEqual(list(probes_of(core)), ["more", "p"])

    def test_other_files(self) -> None:
        """What editors leave is ignored; a name that cannot be a probe's is told, once."""
        with self.assertLogs("Probes", "WARNING") as logs:
            core = a_core(
                self,
                {
                    "Probes/p": "x",
                    "Probes/p~": "x",
                    "Probes/p.H_a~": "x",
                    "Probes/.#p": "x",
                    "Probes/.p.swp": "x",
                    "Probes/.p.swx": "x",
                    "Probes/.p.tmp": "x",
                    "Probes/probed.xml": "<Probed/>",
                    "Probes/bad.name.sh": "x",
                    "Probes/p.G_web": "x",
                    "Probes/größe": "x",
                    "Probes/sub/q": "x",
                    "Probes/r.H_sub/q": "x",
                },
                ignore_files=(),
            )
            change(core, {"Probes/q": "y"})
        self.assertEqual(list(probes_of(core)), ["p", "q"])
        said = [line.partition("filename ")[2] for line in logs.output]
        folder = os.path.join(core.settings.repository, "Probes")
        self.assertEqual(
            said,
            [
                f"{folder}/{name}; ignoring"
                for name in ("bad.name.sh", "größe", "p.G_web", "r.H_sub/q", "sub/q")
            ],
        )

    def test_unicode(self) -> None:
        """Scripts beyond ASCII go to clients from 1.3.1 on; others are told nothing of them."""
        script = "# größer ☃\n"
        for version, names in (
            ("1.3.0", ["plain"]),
            ("nonsense", ["plain"]),
            ("1.3.1", ["plain", "umlaut"]),
            ("1.4.0pre2", ["plain", "umlaut"]),
        ):
            core = a_core(
                self,
                {
                    "Metadata/clients.xml": versioned(version),
                    "Probes/umlaut": script,
                    "Probes/plain": "echo",
                },
                encoding="iso-8859-1",
            )
            self.assertEqual(list(probes_of(core)), names, version)
        self.assertEqual(probes_of(core)["umlaut"], ("/bin/sh", script))
        core = a_core(self, {"Probes/umlaut": script})
        with self.assertLogs("Probes", "WARNING") as logs:
            self.assertEqual(probes_of(core), {})
        self.assertIn(
            f"{CLIENT}: Client unable to handle unicode probes. Skipping umlaut", logs.output[0]
        )

    def test_unreadable_script(self) -> None:
        """
        A script that cannot be sent, and never could, fails the run of the clients that it is
        for: without it they would lose the groups that it gives them.
        """
        for content, reason in (
            (b"echo\n# gr\xf6\xdfe\n", "p.G10_all:2: it is not UTF-8"),
            (b"echo \x00", "p.G10_all: it holds control characters"),
        ):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                core = a_core(self, {"Probes/p": "x", "Probes/p.G10_all": content})
            self.assertIn(reason, logs.output[0])
            with self.assertRaises(CriticalError) as raised:
                core.GetProbes(ADDRESS)
            self.assertIn(f"Error determining probes for {CLIENT}", str(raised.exception))
            self.assertIn(reason, str(raised.exception))
            change(core, {"Probes/p.G10_all": "good"})
            self.assertEqual(probes_of(core), {"p": ("/bin/sh", "good")})

    def test_last_good_script(self) -> None:
        """A script that breaks keeps what it said last."""
        core = a_core(self, {"Probes/p": "good"})
        with self.assertLogs("bcfg2-server", "ERROR"):
            change(core, {"Probes/p": b"\xff"})
        self.assertEqual(probes_of(core), {"p": ("/bin/sh", "good")})

    def test_database(self) -> None:
        """Probe data are kept in the database that is asked for, clients still in their file."""
        core = a_core(self, {"Probes/p": "x"}, probes_db=True)
        upload(core, p="printed")
        repository = core.settings.repository
        again = NetworkCore(some_settings(repository, probes_db=True))
        self.addCleanup(again.shutdown)
        again.load_plugins()
        answers = again.store.probes.of(CLIENT)
        assert answers is not None
        self.assertEqual(answers.data, {"p": "printed"})
        core.metadata.set_version(CLIENT, "1.3.4")
        core.shutdown()
        self.assertFalse(os.path.exists(os.path.join(repository, "Probes", "probed.xml")))
        with open(os.path.join(repository, "Metadata", "clients.xml")) as stream:
            self.assertIn("1.3.4", stream.read())

    def test_other_place(self) -> None:
        """Where settings ask for another place than the server has, the plugin says what to do."""
        repository = a_repository(self, {"Probes/p": "x"})
        settings = some_settings(repository, probes_db=True)
        store = open_store(some_settings(repository), SystemClock())
        core = NetworkCore(settings, store=store)
        self.addCleanup(core.shutdown)
        with self.assertRaises(CoreInitError) as raised:
            core.start()
        self.assertIn("[probes] use_database: probe data are kept in", str(raised.exception))
        self.assertIn("restart it", str(raised.exception))


class GroupTests(SynchronousTestCase):
    def groups(self, core: NetworkCore, output: str) -> set[str]:
        """Send a probe's output, and return the groups beside the profile."""
        upload(core, p=output)
        return metadata_of(core).groups - {"all"}

    def data(self, core: NetworkCore, output: str) -> str:
        """Send a probe's output, and return what of it is data."""
        upload(core, p=output)
        return str(metadata_of(core).Probes["p"])  # type: ignore[attr-defined]  # by the connector

    def test_lines(self) -> None:
        """A line that begins with `group:` names one group; what follows the name is ignored."""
        core = a_core(self, {"Probes/p": "x"})
        for output, groups, data in (
            ("group:web", {"web"}, ""),
            ("group:\t web extra words\nrest", {"web"}, "rest"),
            ("one\ngroup:web\r\ntwo \n", {"web"}, "one\ntwo \n"),
            ("group:a:b\ngroup:größe\ngroup:a:b\n", {"a:b", "größe"}, ""),
            (" group:web\nGroup:web\ngroup:\ngroup: \ngroup web", set(), None),
            ("", set(), ""),
            ("\n", set(), "\n"),
        ):
            with self.subTest(output=output):
                self.assertEqual(self.groups(core, output), groups)
                self.assertEqual(self.data(core, output), output if data is None else data)

    def test_replaced(self) -> None:
        """An upload replaces all that was known of the client, and of no other."""
        core = a_core(self, {"Probes/p": "x"})
        upload(core, p="1\ngroup:web", q="2")
        core.store.probes.save(Answers("other.example.test", {"p": "3"}, frozenset(["db"]), 1))
        upload(core, r="4\ngroup:mail")
        metadata = metadata_of(core)
        self.assertEqual(metadata.groups, {"all", "mail"})
        self.assertEqual(metadata.Probes, {"r": "4"})  # type: ignore[attr-defined]
        other = core.store.probes.of("other.example.test")
        assert other is not None
        self.assertEqual(other.groups, {"db"})

    def test_what_follows(self) -> None:
        """Groups of probes bring with them what groups.xml says of them."""
        core = a_core(
            self,
            {
                "Probes/p": "x",
                "Metadata/groups.xml": '<Groups><Group name="all" profile="true"/>'
                '<Group name="web" category="kind"><Group name="linked"/><Bundle name="b"/></Group>'
                "</Groups>",
                "Bundler/b.xml": '<Bundle><BoundService name="httpd"/></Bundle>',
            },
        )
        self.assertEqual(self.groups(core, "group:web"), {"web", "linked"})
        self.assertEqual(metadata_of(core).categories["kind"], "web")
        self.assertEqual(entry(configuration(core), "Service", "httpd").get("failure"), None)

    def test_allowed_groups(self) -> None:
        """Only groups that an expression of `allowed_groups` matches as a whole are assigned."""
        core = a_core(self, {"Probes/p": "x"}, probes_allowed_groups=("os-.*", "a|b", "rack[0-9]"))
        allowed = ["os-", "os-debian", "a", "b", "rack1"]
        refused = ["OS-x", "my-os-x", "ab", "rack10", "xrack1", "root"]
        output = "".join(f"group:{group}\n" for group in (*allowed, *refused)) + "data"
        with self.assertLogs("Probes", "WARNING") as logs:
            self.assertEqual(self.groups(core, output), set(allowed))
        said = [line.partition("Disallowed group assignment ")[2] for line in logs.output]
        self.assertEqual(said, [f"{group} from {CLIENT}" for group in refused])
        self.assertEqual(metadata_of(core).Probes, {"p": "data"})  # type: ignore[attr-defined]

    def test_allowed_groups_change(self) -> None:
        """A change of `allowed_groups` counts for the next upload."""
        conf = os.path.abspath(self.mktemp())
        repository = a_repository(self, {"Probes/p": "x"})
        base = f"[server]\nrepository = {repository}\nplugins = Bundler,Metadata,Probes\n"
        write_files("/", {conf: f"{base}[probes]\nallowed_groups = none\n"})
        core = NetworkCore(Settings.from_file(conf))
        self.addCleanup(core.shutdown)
        core.start()
        self.assertEqual(self.groups(core, "group:web"), set())
        write_files("/", {conf: base})
        core.reload([conf])
        self.assertEqual(self.groups(core, "group:web"), {"web"})

    def test_caches(self) -> None:
        """In every cache mode an upload counts for the next call; an equal one expires nothing."""
        for mode in ("off", "initial", "cautious", "aggressive"):
            with self.subTest(mode=mode):
                core = a_core(self, {"Probes/p": "x"}, client_metadata_cache=mode)
                self.assertEqual(self.groups(core, "group:a"), {"a"})
                self.assertEqual(self.groups(core, "group:b\n1"), {"b"})
                self.assertEqual(self.groups(core, "2"), set())
                self.assertEqual(self.data(core, "3"), "3")
        known = core.build_metadata(CLIENT)
        upload(core, p="3")
        self.assertIs(core.build_metadata(CLIENT), known)

    def test_own_writing_keeps_caches(self) -> None:
        """When the server writes probed.xml, no client's cached metadata are forgotten."""
        core = a_core(self, {"Probes/p": "x"}, client_metadata_cache="aggressive")
        upload(core, p="1")
        known = core.build_metadata(CLIENT)
        core.store.probes.fold()
        probed = os.path.join(core.settings.repository, "Probes", "probed.xml")
        core.reload([probed])
        self.assertIs(core.build_metadata(CLIENT), known)

    def test_edited_by_hand(self) -> None:
        """What an administrator writes into probed.xml counts once it is noticed."""
        core = a_core(self, {"Probes/p": "x"}, client_metadata_cache="aggressive")
        self.assertEqual(self.groups(core, "group:web"), {"web"})
        core.store.probes.fold()
        edited = f'<Probed><Client name="{CLIENT}"><Group name="db"/></Client></Probed>'
        write_files(core.settings.repository, {"Probes/probed.xml": edited})
        core.reload([os.path.join(core.settings.repository, "Probes", "probed.xml")])
        self.assertEqual(metadata_of(core).groups, {"all", "db"})
        self.assertEqual(metadata_of(core).Probes, {})  # type: ignore[attr-defined]

    def test_broken_at_start(self) -> None:
        """While a probed.xml that is broken from the start is not repaired, nobody lacks groups."""
        contents = {"Probes/p": "x", "Probes/probed.xml": "<Probed>\n<Client"}
        with self.assertLogs("Probes", "ERROR") as logs:
            core = a_core(self, contents)
        self.assertIn("probed.xml:2: ", logs.output[0])
        self.assertIn("clients are told to come back", logs.output[0])
        with self.assertRaises(StateUnavailable) as raised:
            core.GetConfig(ADDRESS)
        self.assertIn("probed.xml:2: ", str(raised.exception))
        repaired = f'<Probed><Client name="{CLIENT}"><Group name="db"/></Client></Probed>'
        write_files(core.settings.repository, {"Probes/probed.xml": repaired})
        core.reload([os.path.join(core.settings.repository, "Probes", "probed.xml")])
        self.assertEqual(metadata_of(core).groups, {"all", "db"})

    def test_broken_by_hand(self) -> None:
        """A probed.xml that breaks changes nothing of what is known."""
        core = a_core(self, {"Probes/p": "x"})
        self.assertEqual(self.groups(core, "group:web"), {"web"})
        core.store.probes.fold()
        with self.assertLogs("Probes", "ERROR") as logs:
            change(core, {"Probes/probed.xml": "<Probed>"})
        self.assertIn("probed.xml:1: ", logs.output[0])
        self.assertEqual(metadata_of(core).groups, {"all", "web"})
        change(core, {"Probes/probed.xml": "<Probed/>"})

    def test_earlier_run(self) -> None:
        """A server that starts knows what an earlier one, or upstream's, wrote."""
        stored = (
            f'<Probed><Client name="{CLIENT.upper()}" timestamp="1">'
            '<Probe name="p" value="a&#10;b"/><Group name="web"/></Client></Probed>'
        )
        core = a_core(self, {"Probes/p": "x", "Probes/probed.xml": stored})
        metadata = metadata_of(core)
        self.assertEqual(metadata.groups, {"all", "web"})
        self.assertEqual(metadata.Probes, {"p": "a\nb"})  # type: ignore[attr-defined]

    def test_missing_file(self) -> None:
        """A missing probed.xml is made."""
        with self.assertLogs("Probes", "WARNING"):
            core = a_core(self, {"Probes/p": "x"})
        probed = Path(core.settings.repository, "Probes", "probed.xml")
        self.assertEqual(probed.read_text(), "<Probed/>\n")

    def test_after_a_kill(self) -> None:
        """A server that starts after a killed one knows every upload, and writes it."""
        core = a_core(self, {"Probes/p": "x"})
        upload(core, p="group:web\ndata")
        again = NetworkCore(some_settings(core.settings.repository))
        self.addCleanup(again.shutdown)
        again.load_plugins()
        self.assertEqual(metadata_of(again).groups, {"all", "web"})
        self.assertEqual(metadata_of(again).Probes, {"p": "data"})  # type: ignore[attr-defined]


class RefusedTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.core = a_core(self, {"Probes/p": "x"})
        upload(self.core, p="before")

    def assertUnchanged(self) -> None:
        """What was known before is still what is known."""
        self.assertEqual(metadata_of(self.core).Probes, {"p": "before"})  # type: ignore[attr-defined]

    def test_nameless(self) -> None:
        """An output without a probe's name is refused, with all that came with it."""
        text = refusal(
            self,
            self.core,
            '<ProbeData><probe-data name="p" source="Probes">new</probe-data>'
            '<probe-data source="Probes">x</probe-data></ProbeData>',
        )
        self.assertIn(f"Failed to process probe data from client {CLIENT}", text)
        self.assertIn("a probe-data element has no name", text)
        self.assertUnchanged()

    def test_not_well_formed(self) -> None:
        """A document that is not well-formed is refused."""
        text = refusal(self, self.core, "<ProbeData><probe-data></ProbeData>")
        self.assertIn(f"Failed to parse probe data from client {CLIENT}", text)
        self.assertUnchanged()

    def test_too_many_groups(self) -> None:
        """Groups without end are refused, all of the upload."""
        groups = "".join(f"group:g{number}\n" for number in range(2001))
        text = refusal(
            self,
            self.core,
            f'<x><probe-data name="p" source="Probes">{groups}</probe-data></x>',
        )
        self.assertIn(f"the probes of {CLIENT} name 2001 groups; 2000 is the most", text)
        self.assertUnchanged()

    def test_cannot_be_kept(self) -> None:
        """What is not on disk is not acknowledged."""
        self.core.store.probes.fold()
        journal = os.path.join(self.core.settings.repository, "Probes", "probed.xml.journal")
        os.mkdir(journal)
        self.addCleanup(os.rmdir, journal)
        with self.assertRaises(StateUnavailable) as raised:
            upload(self.core, p="new")
        self.assertIn("probed.xml.journal cannot be written", str(raised.exception))
        self.assertUnchanged()

    def test_nothing(self) -> None:
        """An upload without any element of this plugin changes nothing."""
        for document in ("<ProbeData/>", '<x><probe-data name="p" source="Nowhere"/></x>'):
            self.assertTrue(self.core.RecvProbeData(ADDRESS, document))
        self.assertUnchanged()


class ValueTests(SynchronousTestCase):
    def value(self, text: str) -> object:
        """Return what templates see of an output."""
        upload(self.core, p=text)
        return metadata_of(self.core).Probes["p"]  # type: ignore[attr-defined]

    def setUp(self) -> None:
        self.core = a_core(self, {"Probes/p": "x"})

    def test_text(self) -> None:
        """It is a text, and its `data` is that text."""
        value = self.value("a\nb")
        self.assertIsInstance(value, str)
        self.assertEqual(value, "a\nb")
        self.assertEqual(value.data, "a\nb")  # type: ignore[attr-defined]

    def test_none(self) -> None:
        """What it is not is None; nothing that a client sends is an error."""
        deep = "[" * 100_000
        nested = "<a>" * 10_000
        bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>'
        for text in ("", "{", "<a>", "a: b: c", deep, nested, "!!int ''", "!!timestamp x", bomb):
            with self.subTest(text=text[:20]):
                value = self.value(text)
                self.assertIsNone(value.json)  # type: ignore[attr-defined]
                if text != bomb:
                    self.assertIsNone(value.xdata)  # type: ignore[attr-defined]
                if not text.startswith(("<a>", "<!")):
                    self.assertIsNone(value.yaml)  # type: ignore[attr-defined]

    def test_no_memory(self) -> None:
        """A text that there is no memory for is not taken for one that is no YAML."""
        value: Any = self.value("a: b")

        def run_out(_: str) -> None:
            raise MemoryError

        patch = self.patch(yaml, "safe_load", run_out)
        self.assertRaises(MemoryError, lambda: value.yaml)
        patch.restore()
        self.assertEqual(value.yaml, {"a": "b"})

    def test_unsafe_yaml(self) -> None:
        """YAML of a client makes no objects and runs no code."""
        value = self.value("!!python/object/apply:os.system ['false']")
        self.assertIsNone(value.yaml)  # type: ignore[attr-defined]

    def test_values(self) -> None:
        """JSON, YAML and XML are values; a document's own encoding does not count."""
        value = self.value('{"a": [1, "ö"]}')
        self.assertEqual(value.json, {"a": [1, "ö"]})  # type: ignore[attr-defined]
        self.assertEqual(value.yaml, {"a": [1, "ö"]})  # type: ignore[attr-defined]
        value = self.value('<?xml version="1.0" encoding="latin1"?>\n<a b="ö">\n <c/>\n</a>\n')
        self.assertEqual(value.xdata.get("b"), "ö")  # type: ignore[attr-defined]
        self.assertIsNone(value.xdata.text)  # type: ignore[attr-defined]

    def test_own_values(self) -> None:
        """What one template does to a value is not what another one gets."""
        self.value('{"a": []}').json["a"].append(1)  # type: ignore[attr-defined]
        value = metadata_of(self.core).Probes["p"]  # type: ignore[attr-defined]
        self.assertEqual(value.json, {"a": []})

    def test_unknown_client(self) -> None:
        """A client that never ran a probe has an empty mapping."""
        self.assertEqual(metadata_of(self.core).Probes, {})  # type: ignore[attr-defined]
        self.assertIn("Probes", metadata_of(self.core).connectors)

    def test_template(self) -> None:
        """Templates of bundles use all of it."""
        change(
            self.core,
            {
                "Bundler/b.xml": '<Bundle xmlns:py="http://genshi.edgewall.org/">'
                "<BoundPath name=\"/${metadata.Probes['p'].json['a']}\"/></Bundle>",
                "Metadata/groups.xml": '<Groups><Group name="all" profile="true">'
                '<Bundle name="b"/></Group></Groups>',
            },
        )
        upload(self.core, p='{"a": "x"}')
        self.assertEqual(entry(configuration(self.core), "Path", "/x").get("failure"), None)
