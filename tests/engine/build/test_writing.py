"""Configurations put together as text: the same as those that are built whole."""

from __future__ import annotations

import gc
import itertools
import os
from random import Random
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.build import binding, writing
from bcfg2tw.engine.build.writing import can_be_written
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.asked import NOTHING_ASKED
from bcfg2tw.engine.plugins.rules import Rules
from bcfg2tw.engine.xmlio import serialise
from tests.builders import (
    Contents,
    a_core,
    a_repository,
    address,
    bundle_of,
    change,
    some_settings,
)
from tests.engine.build import random_sites
from tests.logs import CapturedLog

CLIENTS = ("a.example", "b.example", "c.example", "d.example")
PROFILES = ("plain", "web", "db", "web")
GROUPS = (
    "<Groups>"
    + "".join(
        f"<Group name='{name}' profile='true' public='true'><Group name='{group}'/>{{0}}</Group>"
        for name, group in (("plain", "none"), ("web", "w"), ("db", "d"))
    )
    + "</Groups>"
)
#: The definitions that most of these tests need.
RULES = (
    "<Rules priority='1'>"
    "<Service name='s' type='systemd' status='on'/>"
    "<Group name='w'><Package name='p' version='web' type='deb'/></Group>"
    "<Group name='w' negate='true'><Package name='p' version='other' type='deb'/></Group>"
    "<Client name='c.example'><Package name='q' version='c'/></Client>"
    "<Package name='q' version='all'/>"
    "<Action name='act' command='echo \"a\" &lt; b &amp;&amp; c' timing='pre'/>"
    "<Path name='/srv' type='directory'><ACL type='default' perms='rwx'/>"
    "<ACL name='a' perms='r'/></Path>"
    "<Package name='instances'><Group name='d'><Instance arch='i386'/></Group></Package>"
    "</Rules>"
)


class WritingTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.log = CapturedLog(self)

    def serve(self, contents: Contents, **settings: Any) -> None:
        """Serve a site with these files, whose bundles all clients have; nothing is kept."""
        names = [os.path.splitext(name)[0] for name in contents if name.startswith("Bundler/")]
        bundles = "".join(f"<Bundle name='{os.path.basename(name)}'/>" for name in names)
        clients = "".join(
            f"<Client name='{name}' profile='{profile}'/>"
            for name, profile in zip(CLIENTS, PROFILES, strict=True)
        )
        site: Contents = {
            "Metadata/groups.xml": GROUPS.format(bundles),
            "Metadata/clients.xml": f"<Clients>{clients}</Clients>",
            "Rules/r.xml": RULES,
            **contents,
        }
        self.core = a_core(self, site, **{"kept_configurations_bytes": 0, **settings})

    def ask(self, client: str = CLIENTS[0]) -> str:
        """Return what a client gets."""
        return self.core.GetConfig(address(client=client))

    def whole(self, client: str = CLIENTS[0]) -> str:
        """Return what a client gets by a build that writes nothing."""
        return serialise(self.core.BuildConfiguration(client))

    def assert_same(self, contents: Contents, **settings: Any) -> str:
        """
        Compare, for each client, when its entries are written first and later.

        :returns: what the first client gets
        """
        self.serve(contents, **settings)
        for _ in range(2):
            for client in CLIENTS:
                self.assertEqual(self.ask(client), self.whole(client), client)
        return self.ask()


class SameTests(WritingTestCase):
    """Whatever a site holds, the text is that of a build that is whole."""

    def test_rules(self) -> None:
        """Entries from definitions, with conditions, conflicts, children and odd characters."""
        bundle = (
            "<Bundle>\n <Service name='s'/>\n <Package name='q'/><Package name='p'/>"
            "<Action name='act'/><Path name='/srv' owner='own'/>tail<Package name='instances'/>"
            "<Package/><Package name='no'/></Bundle>"
        )
        contents = {"Bundler/b.xml": bundle, "Bundler/a.xml": "<Bundle> </Bundle>"}
        text = self.assert_same(contents)
        self.assertIn('command="echo &quot;a&quot; &lt; b &amp;&amp; c"', text)
        self.assertIn('version="other"', text)
        self.assertIn('failure="no matching generator"', text)
        self.assert_same({**contents, "Bundler/empty.xml": "<Bundle/>"}, rules_regex=True)

    def test_names(self) -> None:
        """Definitions that stand for many names, and name them."""
        rules = "<Rules priority='1'><Path name='/etc/.*' to='%{name}x' type='symlink'/></Rules>"
        contents = {"Bundler/b.xml": bundle_of("/etc/b", "/etc/a"), "Rules/r.xml": rules}
        text = self.assert_same(contents, rules_regex=True, rules_replace_name=True)
        self.assertIn('to="/etc/ax"', text)

    def test_templates_of_rules(self) -> None:
        """Definitions that a template makes for each client."""
        rules = (
            "<Rules priority='1' xmlns:py='http://genshi.edgewall.org/'>"
            "<Service name='s' note='${metadata.hostname}'/></Rules>"
        )
        bundle = "<Bundle><Service name='s'/></Bundle>"
        self.assertIn(CLIENTS[0], self.assert_same({"Bundler/b.xml": bundle, "Rules/r.xml": rules}))

    def test_files(self) -> None:
        """Contents of all kinds, short and long."""
        odd = "a<b>&amp; \"q\" 'q' ]]> \r\n\t\u00e4\u20ac\U0001f600 end"
        contents: Contents = {
            "Cfg/etc/short/short": odd,
            "Cfg/etc/long/long": odd * 50,
            "Cfg/etc/ascii/ascii": "<Path name='x'>\n" * 100,
            "Cfg/etc/empty/empty": "",
            "Cfg/etc/bytes/bytes": b"\xff\xfe" * 300,
            "Cfg/etc/coded/coded": b"\x00\x01" * 300,
            "Cfg/etc/coded/info.xml": "<FileInfo><Info encoding='base64'/></FileInfo>",
            "Cfg/etc/control/control": "a\x01" * 300,
            "Cfg/etc/larger/larger": "x<" * 10_000,
            "Cfg/etc/huge/huge": "x<" * 600_000,
        }
        paths = ["/" + name.split("/", 1)[1].rpartition("/")[0] for name in contents]
        bundle = bundle_of(*dict.fromkeys(paths), "/etc/none")
        self.assert_same({**contents, "Bundler/b.xml": bundle})
        self.assert_same({**contents, "Bundler/b.xml": bundle}, encoding="latin-1")

    def test_for_whom(self) -> None:
        """Files for groups and hosts, and attributes that depend on these and on the path."""
        info = (
            "<FileInfo><Group name='w'><Info owner='web'/></Group>"
            "<Client name='c.example'><Info mode='0600'/></Client>"
            "<Path name='/etc/f'><Info group='{}'/></Path><Info/></FileInfo>"
        )
        contents = {
            "Cfg/etc/f/f": "all" * 200,
            "Cfg/etc/f/f.G10_w": "web" * 200,
            "Cfg/etc/f/f.G20_d": "db" * 200,
            "Cfg/etc/f/f.H_b.example": "b" * 400,
            "Cfg/etc/f/info.xml": info.format("of-path"),
            "Cfg/etc/only/only.G10_w": "web alone",
            "Bundler/b.xml": bundle_of("/etc/only", "/etc/f"),
        }
        self.assert_same(contents)
        self.assertEqual(len({self.ask(client) for client in CLIENTS}), 4)

    def test_odd_attributes(self) -> None:
        """Attributes that change by what an entry is sorted, or what it holds."""
        self.assert_same(
            {
                "Cfg/etc/b/b": "b" * 500,
                "Cfg/etc/b/info.xml": "<FileInfo><Info name='/a/first' mode='inherit'/></FileInfo>",
                "Cfg/etc/acl/acl": "x" * 500,
                "Cfg/etc/acl/info.xml": "<FileInfo><Info><ACL scope='z' name='z'/>"
                "<Group name='w'><ACL scope='a' name='a'/></Group></Info></FileInfo>",
                "Bundler/b.xml": bundle_of("/etc/acl", "/etc/b"),
            }
        )

    def test_templates(self) -> None:
        """Paths and bundles that are made for each client, beside others."""
        code = "{% for g in sorted(metadata.groups) %}${g} of ${metadata.hostname}<\n{% end %}"
        bundle = (
            "<Bundle xmlns:py='http://genshi.edgewall.org/'><Path name='/etc/t'/>"
            "<Package py:if=\"'w' in metadata.groups\" name='p'/>"
            "<BoundService name='${metadata.hostname}'/></Bundle>"
        )
        contents = {
            "Cfg/etc/t/t.genshi": code,
            "Cfg/etc/j/j.jinja2": "{{ metadata.hostname }}",
            "Bundler/t.xml": bundle,
            "Bundler/b.xml": bundle_of("/etc/t", "/etc/j"),
        }
        self.assertIn(f"of {CLIENTS[0]}", self.assert_same(contents))

    def test_structures(self) -> None:
        """Bundles with conditions, others inside, independent ones, and entries bound already."""
        contents: Contents = {
            "Bundler/z.xml": "<Bundle independent='true' note='x'>"
            "<BoundPath name='/b' type='directory'><ACL name='b'/><ACL name='a'/></BoundPath>"
            "<Group name='w'><Service name='s'/><Client name='d.example'><Package name='q'/>"
            "</Client></Group><Bound name='b'/></Bundle>",
            "Bundler/b.xml": "<Bundle>text <!-- none --> more<RequiredBundle name='r'/>"
            "<Service name='s'/>\n</Bundle>",
            "Bundler/r.xml": "<Bundle><Package name='p'/><RequiredBundle name='gone'/></Bundle>",
            "Bundler/i.xml": "<Bundle xmlns:xi='http://www.w3.org/2001/XInclude'>"
            "<xi:include href='b.xml'/><xi:include href='z.xml'/></Bundle>",
            "Bundler/n.xml": "<Bundle xmlns:x='urn:x'><Service name='s' x:note='1'/></Bundle>",
            "Bundler/g.xml": "<Bundle><Path glob='/etc/*'/></Bundle>",
            "Bundler/alt.xml": "<Bundle><Service name='other' altsrc='s'/>"
            "<Service name='s' altsrc='no'/></Bundle>",
            "Bundler/in.xml": "<Bundle><RequiredBundle name='b' inherit_modification='true'/>"
            "</Bundle>",
            "Cfg/etc/one/one": "1",
            "Cfg/etc/two/two": "2",
        }
        self.assertIn("<Independent ", self.assert_same(contents))

    def test_told_alike(self) -> None:
        """What is wrong is told for each build, in the same words."""
        bundle = "<Bundle><Package name='p'/><Service name='s'/><Service name='no'/></Bundle>"
        rules = RULES.replace("</Rules>", "<Service name='s' status='off'/></Rules>")
        self.serve({"Bundler/b.xml": bundle, "Rules/r.xml": rules})
        self.ask()
        told = []
        for build in (self.ask, self.ask, self.whole):
            before = len(self.log.lines)
            build()
            lines = self.log.lines[before:]
            told.append([line for line in lines if "Generated" not in line])
        self.assertTrue(any("conflicting" in line for line in told[0]), told[0])
        self.assertEqual(told[0], told[1])
        self.assertEqual(told[0], told[2])

    def test_no_room(self) -> None:
        """When there is no more room for what was written, nothing changes but the work."""
        self.patch(writing, "LIMIT_BYTES", 3000)
        self.assert_same(
            {
                "Bundler/b.xml": bundle_of(*(f"/etc/{n}" for n in range(12))),
                **{f"Cfg/etc/{n}/{n}": "x" * 500 for n in range(12)},
            }
        )

    def test_changes(self) -> None:
        """After a change everything is as the repository is now."""
        self.serve({"Bundler/b.xml": bundle_of("/etc/f"), "Cfg/etc/f/f": "old" * 200})
        self.assertIn("oldold", self.ask())
        change(self.core, {"Cfg/etc/f/f": "new" * 200})
        self.assertIn("newnew", self.ask())
        self.assertEqual(self.ask(), self.whole())


class RandomTests(SynchronousTestCase):
    #: How many sites are made up.
    sites = int(os.environ.get("BCFG2TW_TEST_SITES", "25"))

    def test_random(self) -> None:
        """Whatever a site holds, and whatever changes in it, the texts are the same."""
        for seed in range(self.sites):
            random = Random(seed)
            settings = {
                "rules_regex": random.random() < 0.3,
                "info_reading": random.choice((None, "1.3", "1.4")),
                "kept_configurations_bytes": random.choice((0, 1 << 20)),
            }
            core = NetworkCore(
                some_settings(a_repository(self, random_sites.site(random)), **settings)
            )
            core.start()
            try:
                for turn in range(4):
                    self.assert_same(core, f"seed {seed}, turn {turn}")
                    change(core, random_sites.changed(random))
            finally:
                core.shutdown()

    def assert_same(self, core: NetworkCore, where: str) -> None:
        for client in (*random_sites.CLIENTS, *random_sites.CLIENTS):
            text = core.GetConfig(address(client=client))
            self.assertEqual(text, serialise(core.BuildConfiguration(client)), where)


class CreatedTests(WritingTestCase):
    def test_public_key(self) -> None:
        """A public key is that of the private key, also where that was made a moment ago."""
        self.serve(
            {
                "Bundler/a.xml": bundle_of("/keys/id.pub"),
                "Bundler/b.xml": bundle_of("/keys/id"),
                "Cfg/keys/id/privkey.xml": "<PrivateKey><Params bits='2048' type='rsa'/>"
                "</PrivateKey>",
                "Cfg/keys/id.pub/id.pub.H_a.example": "ssh-rsa of-before" * 100,
            }
        )
        self.assertIn("of-before", self.ask())
        self.assertNotIn("of-before", self.ask())
        self.assertEqual(self.ask(), self.whole())


PLAIN: Contents = {
    "Bundler/b.xml": "<Bundle><Path name='/etc/f'/><Path name='/etc/g'/></Bundle>",
    "Cfg/etc/f/f": "f",
    "Cfg/etc/g/g": "g",
}


class WorkTests(WritingTestCase):
    def bound(self) -> list[str]:
        """Have the names of all entries noted that are bound from now on, and return the list."""
        names: list[str] = []
        bind = binding.bind

        def noted(entry: Any, metadata: Any) -> None:
            names.append(entry.get("name"))
            bind(entry, metadata)

        self.patch(binding, "bind", noted)
        return names

    def test_bound_once(self) -> None:
        """What is the same for clients is bound once for them; what may be another, each time."""
        self.serve(
            {
                "Bundler/b.xml": "<Bundle><Service name='s'/><Package name='p'/>"
                "<Path name='/etc/f'/><Path name='/etc/t'/></Bundle>",
                "Cfg/etc/f/f": "f",
                "Cfg/etc/t/t.genshi": "${metadata.hostname}",
            }
        )
        self.ask(CLIENTS[1])
        names = self.bound()
        self.ask(CLIENTS[3])  # in the same groups
        self.assertEqual(names, ["/etc/t"])
        self.ask(CLIENTS[0])  # in others
        self.assertEqual(names, ["/etc/t", "p", "/etc/t"])

    def test_unreadable_contents(self) -> None:
        """Where contents cannot be read entries fail, or the call, but no bundle is left out."""
        read = os.pread
        outcomes = []
        for broken in range(1, 6):
            self.serve({**PLAIN, "Bundler/c.xml": "<Bundle><Package name='p'/></Bundle>"})
            reads = itertools.count(1)
            self.patch(
                os,
                "pread",
                lambda *a, n=reads, b=broken: read(*((-1, 1, 0) if next(n) == b else a)),
            )
            try:
                text = self.ask()
            except Exception as error:
                outcomes.append(type(error).__name__)
            else:
                self.assertEqual((text.count("<Bundle "), text.count("<Path ")), (2, 2))
                outcomes.append("bind error" if "bind error" in text else "whole")
            self.patch(os, "pread", read)
            self.assertEqual(self.ask().count("bind error"), 0)
        # each of two is read when it is bound and when it is kept, then all for the answer
        self.assertEqual(outcomes, ["bind error", "whole", "bind error", "whole", "OSError"])

    def test_bound_after_changes(self) -> None:
        """After a change only that is bound again which another file says something of."""
        self.serve(
            {
                "Bundler/b.xml": "<Bundle><Service name='s'/><Package name='p'/>"
                "<Path name='/etc/f'/><Path name='/etc/g'/><BoundPath name='/b'/></Bundle>",
                "Cfg/etc/f/f": "f",
                "Cfg/etc/g/g": "g",
            }
        )
        self.ask()
        names = self.bound()
        changes: tuple[tuple[Contents, list[str]], ...] = (
            ({"Cfg/etc/f/f": "other"}, ["/etc/f"]),
            ({"Cfg/etc/g/g.H_a.example": "its own"}, ["/etc/g"]),
            ({"Bundler/b.xml": bundle_of("/etc/g", "/etc/f")}, []),
            ({"Rules/r.xml": RULES.replace("'on'", "'off'")}, []),
            ({"Bundler/b.xml": "<Bundle><Service name='s'/><Path name='/etc/f'/></Bundle>"}, ["s"]),
            ({"Rules/r.xml": "<Rules priority='1'><Path name='/etc/f'/></Rules>"}, ["s", "/etc/f"]),
            ({"Rules/r.xml": RULES}, ["s", "/etc/f"]),
        )
        for contents, bound in changes:
            change(self.core, contents)
            names.clear()
            text = self.ask()
            self.assertEqual(names, bound, contents)
            self.assertEqual(text, self.whole(), contents)

    def test_bounded(self) -> None:
        """Entries that a template has made for an earlier state, and nobody asks for, go."""
        self.patch(writing, "MOST_BEFORE", 20)
        bundle = (
            "<Bundle xmlns:py='http://genshi.edgewall.org/'><Service name='s'/>"
            "<Service py:for='n in range(7)' name='{}-${{n}}'/></Bundle>"
        )
        self.serve({"Bundler/b.xml": bundle.format("state"), "Cfg/etc/f/f": "f"})
        before = _kept_entries()
        for state in range(30):
            change(self.core, {"Bundler/b.xml": bundle.format(f"state{state}")})
            self.assertIn(f"state{state}-6", self.ask())
        self.assertLess(_kept_entries() - before, 50)
        names = self.bound()
        change(self.core, {"Cfg/etc/f/f": "other"})
        self.ask()
        self.assertNotIn("s", names)

    def test_plugins_that_look(self) -> None:
        """Where a plugin wants to see structures or entries, they are built whole for it."""
        contents = {"Bundler/b.xml": "<Bundle><Service name='s'/></Bundle>"}
        self.serve(contents)
        self.assertTrue(can_be_written(self.core.snapshot))
        defaults = "<Defaults priority='1'><Service name='s' note='by default'/></Defaults>"
        text = self.assert_same({**contents, "Defaults/d.xml": defaults})
        self.assertIn('note="by default"', text)
        self.assertFalse(can_be_written(self.core.snapshot))
        deps = (
            "<Dependencies priority='0'><Service name='s'><Package name='p'/></Service>"
            "</Dependencies>"
        )
        self.assertIn("<Package ", self.assert_same({**contents, "Deps/d.xml": deps}))

    def test_verify(self) -> None:
        """With verification a text that differs is told, and not sent."""
        self.patch(Rules, "asked_for", lambda self, entry: NOTHING_ASKED)  # which is wrong
        self.serve(
            {"Bundler/b.xml": "<Bundle><Package name='p'/></Bundle>"}, verify_configurations=True
        )
        for client in CLIENTS[:2]:
            self.assertEqual(self.ask(client), self.whole(client))
        told = [line for line in self.log.lines if "put together as text" in line]
        self.assertEqual(len(told), 1)
        self.assertIn(CLIENTS[1], told[0])


def _kept_entries() -> int:
    """Return how many entries there are whose texts are kept, in all servers of the process."""
    gc.collect()
    return sum(isinstance(each, writing.EntryForms) for each in gc.get_objects())
