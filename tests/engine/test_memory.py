"""The garbage collector: it walks nothing for long, and nothing is lost by that."""

from __future__ import annotations

import gc
import logging
import os
import sys
import weakref
from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.memory import MANY_OBJECTS, Collector, collector, give_back
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.templates.genshi_syntax import Python3Markup, Python3Text
from tests.builders import (
    CLIENT,
    Contents,
    a_core,
    address,
    bundle_of,
    configuration,
)
from tests.conformance.case import settings_of

SITE: Contents = {
    "Bundler/b.xml": bundle_of("/etc/a", "/etc/b"),
    "Bundler/g.genshi": "<Bundle><Path name='/${metadata.hostname}'/></Bundle>",
    "Cfg/etc/a/a": "one",
    "Cfg/etc/b/b.genshi": "${metadata.hostname}",
    "Cfg/etc/b/info.xml": "<FileInfo><Info mode='0600'/></FileInfo>",
    "Rules/r.xml": "<Rules priority='1'><Path name='/.*' type='ignore'/></Rules>",
    "Probes/p": "#!/bin/sh\necho 1\n",
    "Properties/p.xml": "<Properties/>",
}


#: Genshi's templates, with all that they may hold, by file.
TEMPLATES: Contents = {
    "Bundler/b.xml": bundle_of("/etc/all", "/etc/including", "/etc/computed", "/etc/unknown"),
    "Bundler/x.genshi": "<Bundle xmlns:py='http://genshi.edgewall.org/'>"
    "<Path py:for='name, (first, second) in []' name='/$name'/>"
    "<py:with vars='x = 1; y, z = 2, 3'><Path name='/$x$y$z'/></py:with>"
    "<py:def function='path(name)'><Path name='$name'/></py:def>${path('/q')}"
    "<py:match path='foo'><Path name='/m'/></py:match><foo/></Bundle>",
    "Cfg/etc/all/all.genshi": "{% for name, (first, second) in [] %}$name{% end %}"
    "{% with x = 1; y, z = 2, 3 %}${x}{% end %}{% if True %}yes{% end %}"
    "{% choose %}{% when 1 %}1{% end %}{% otherwise %}2{% end %}{% end %}"
    "{% def twice(x) %}$x$x{% end %}${twice(2)}{% python x = [1] %}",
    "Cfg/etc/unknown/unknown.genshi": "${open('/dev/null').read()}",
    "Cfg/etc/including/including.genshi": "{% include part.genshi_include %}",
    "Cfg/etc/including/part.genshi_include": "{% for x in [1] %}$x{% end %}",
    "Cfg/etc/computed/computed.genshi": "{% include ${'inner.genshi_include'} %}",
    "Cfg/etc/computed/inner.genshi_include": "{% for x in [1] %}$x{% end %}",
}


class Ring:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.myself = self


class CollectorTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.addCleanup(self.collector.end)
        self.collector.begin()

    def test_nothing_to_walk(self) -> None:
        """What was made in a block is not walked any more, and nothing is collected meanwhile."""
        with self.collector.setting_aside():
            self.assertFalse(gc.isenabled())
            made = [[number] for number in range(50_000)]
        self.assertTrue(gc.isenabled())
        self.assertEqual(gc.get_count()[2], 0)
        self.assertGreater(gc.get_freeze_count(), len(made))
        self.assertLess(len(gc.get_objects()), len(made))

    def test_ordinary_objects_go(self) -> None:
        """What is set aside goes when nothing refers to it any more."""
        with self.collector.setting_aside():
            made = Ring()
            made.myself = None  # type: ignore[assignment]  # no ring
        gone = weakref.ref(made)
        del made
        self.assertIsNone(gone())

    def test_rings_go(self) -> None:
        """Rings among what is set aside go when that has become much more than it was."""
        with self.collector.setting_aside():
            gone = weakref.ref(Ring())
        self.assertIsNotNone(gone())
        with self.collector.setting_aside():
            much = [[n] for n in range(sys.getallocatedblocks() * 2 + MANY_OBJECTS)]
        with self.collector.setting_aside():
            pass
        self.assertIsNone(gone())
        del much

    def test_giving_back(self) -> None:
        """To give memory back leaves nothing to the collector."""
        give_back()
        gc.collect()
        give_back()
        self.assertEqual(gc.collect(), 0)

    def test_a_failure(self) -> None:
        """After a reading that fails garbage is collected again."""
        self.assertRaises(ValueError, self.fail_reading)
        self.assertTrue(gc.isenabled())

    def fail_reading(self) -> None:
        """Read something that cannot be read."""
        with self.collector.setting_aside():
            raise ValueError

    def test_nested(self) -> None:
        """Of two readings at a time the last that ends has garbage collected again."""
        with self.collector.setting_aside():
            with self.collector.setting_aside():
                pass
            self.assertFalse(gc.isenabled())
        self.assertTrue(gc.isenabled())


class TwistdTests(SynchronousTestCase):
    def test_engine_alone(self) -> None:
        """Where nobody asks for it, as in a library, the collector is left alone."""
        before = gc.get_freeze_count()
        with collector.setting_aside():
            self.assertTrue(gc.isenabled())
        self.assertEqual(gc.get_freeze_count(), before)


def templates() -> Counter[str]:
    """Return how many templates there are in memory, by path below the repository."""
    paths = Counter(
        each.filepath.partition("/temp/")[2]
        for each in gc.get_objects()
        if isinstance(each, (Python3Markup, Python3Text))
    )
    return Counter({path: number for path, number in paths.items() if path in TEMPLATES})


def machinery() -> Counter[str]:
    """Return how many environments, compilers and modules of templates there are in memory."""
    kinds = Counter(type(each).__name__ for each in gc.get_objects())
    found = {name: kinds[name] for name in ("RelativeEnvironment", "ModuleCompiler")}
    modules = sum("DynamicallyCompiledCheetahTemplate" in name for name in sys.modules)
    return Counter({**found, "modules": modules})


def clients_in_memory() -> int:
    """Return how many objects there are that hold a client's data."""
    return sum(isinstance(each, ClientMetadata) for each in gc.get_objects())


class StateTests(SynchronousTestCase):
    def serve(self, core: NetworkCore) -> None:
        """Have configurations made in all ways: as a tree, as text, and sent again."""
        configuration(core)
        for _ in range(2):
            core.GetConfig(address(client=CLIENT))

    def change(self, core: NetworkCore, name: str) -> None:
        """Add an empty line to a file, and serve what it says then."""
        path = os.path.join(core.settings.repository, name)
        with open(path, "a", encoding="utf-8") as stream:
            stream.write("\n")
        core.reload([path])
        self.serve(core)

    def test_old_states_go(self) -> None:
        """A state of the repository goes by itself once it is not served any more."""
        core = a_core(self, SITE)
        for name in SITE:
            self.assert_goes(core, name)

    def test_generators(self) -> None:
        """So do generators that list methods of their own."""
        site: Contents = {
            "Bundler/b.xml": "<Bundle><Package name='p'/></Bundle>",
            "Pkgmgr/p.xml": "<PackageList priority='1' type='deb'><Package name='p' version='1'/>"
            "</PackageList>",
            "SSHbase/info.xml": "<FileInfo/>",
            "SEModules/m.pp/m.pp": "module",
            "NagiosGen/config.xml": "<NagiosGen/>",
        }
        core = a_core(self, site)
        for name in site:
            self.assert_goes(core, name)

    def test_cached_clients(self) -> None:
        """So does one in which metadata of clients were kept."""
        self.assert_goes(a_core(self, SITE, client_metadata_cache="aggressive"), "Rules/r.xml")

    def test_broken_files(self) -> None:
        """So does one with files that cannot be used, although what is wrong with them is kept."""
        site = {**SITE, "Bundler/broken.xml": "<Bundle>", "Cfg/etc/c/c.genshi": "${1 +}"}
        logging.disable(logging.CRITICAL)  # what captures logs keeps the errors in them
        self.addCleanup(logging.disable, logging.NOTSET)
        core = a_core(self, site)
        self.assert_goes(core, "Bundler/b.xml")
        self.assert_goes(core, "Cfg/etc/a/a")

    def test_templates_read(self) -> None:
        """Reading templates leaves none behind of those that are compiled anew when used."""
        a_core(self, TEMPLATES)
        gc.collect()
        before = templates()
        gc.disable()
        self.addCleanup(gc.enable)
        core = a_core(self, TEMPLATES)
        self.assertEqual((templates() - before)["Cfg/etc/all/all.genshi"], 0)
        configuration(core)
        self.assertEqual((templates() - before)["Cfg/etc/all/all.genshi"], 1)

    def test_templates_changed(self) -> None:
        """A template goes by itself when it has changed, with what it includes."""
        core = a_core(self, TEMPLATES)
        self.serve(core)
        gc.collect()
        before = templates()
        self.assertEqual(before["Cfg/etc/computed/inner.genshi_include"], 1)
        gc.disable()
        self.addCleanup(gc.enable)
        for name in list(TEMPLATES)[1:]:
            self.change(core, name)
            self.assertEqual(templates(), before, name)

    def test_other_engines(self) -> None:
        """So do templates of Jinja2 and Cheetah, with their compilers; a build leaves nothing."""
        names = ["Cfg/etc/j/j.jinja2", "Cfg/etc/j/part.jinja2_include", "Cfg/etc/c/c.cheetah"]
        texts = ["{% include 'part.jinja2_include' %}", "{{ name }}", "#def f\n$name\n#end def\n$f"]
        gc.collect()
        compilers = machinery()["ModuleCompiler"]
        core = a_core(
            self,
            {
                "Bundler/b.xml": bundle_of("/etc/j", "/etc/c"),
                **dict(zip(names, texts, strict=True)),
            },
        )
        self.serve(core)
        gc.collect()
        before = machinery()
        self.assertLessEqual(before["ModuleCompiler"], compilers)
        self.addCleanup(gc.enable)
        gc.disable()
        clients = clients_in_memory()
        self.serve(core)
        self.assertLessEqual(clients_in_memory(), clients)
        for name in names:
            self.change(core, name)
            self.assertLessEqual(machinery(), before, name)

    def assert_goes(self, core: NetworkCore, name: str) -> None:
        """Change a file, and see that the state before and the file's plugin are gone."""
        self.addCleanup(gc.enable)
        self.serve(core)
        gc.collect()
        gc.disable()
        plugin = name.partition("/")[0]
        snapshot, made = weakref.ref(core.snapshot), weakref.ref(core.plugins[plugin])
        self.change(core, name)
        self.assertEqual([snapshot(), made()], [None, None], name)
        gc.enable()


class BuildTests(SynchronousTestCase):
    """
    Configurations that are built, and those that fail in part, leave no client's data behind.

    What is left to the collector may be set aside, with the state of the repository.
    """

    #: Recorded sites with templates that fail, with Packages, and with nearly all plugins.
    SITES = (
        "cfg-cheetah", "cfg-genshi-errors", "cfg-jinja2", "packages-yum", "properties-formats",
        "site-school",
    )  # fmt: skip

    def setUp(self) -> None:
        logging.disable(logging.CRITICAL)  # what captures logs keeps the errors in them
        self.addCleanup(logging.disable, logging.NOTSET)
        self.addCleanup(gc.enable)

    def test_recorded_sites(self) -> None:
        """So it is for the clients of recorded sites."""
        for name in self.SITES:
            core = NetworkCore(settings_of(name, self.mktemp()))
            self.addCleanup(core.shutdown)
            core.start()
            self.build(core)
            gc.collect()
            gc.disable()
            clients = clients_in_memory()
            self.build(core)
            self.assertLessEqual(clients_in_memory(), clients, name)
            gc.enable()

    def build(self, core: NetworkCore) -> None:
        """Build the configuration of each client."""
        for name in core.metadata.client_names():
            core.BuildConfiguration(name)
