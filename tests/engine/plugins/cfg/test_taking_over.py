"""Cfg after a change: what has not changed is taken over, and all is as if it were read anew."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.cfg.cfg import Cfg
from bcfg2tw.engine.plugins.cfg.entry_set import EntrySet
from bcfg2tw.engine.xmlio import serialise
from tests.builders import Contents, a_core, bundle_of, write_files
from tests.logs import CapturedLog

CLIENTS = ("a.example", "b.example")
PATHS = ("/etc/a", "/etc/b", "/etc/a/a", "/b")
INFO = "<FileInfo>{}<Info mode='{}'/></FileInfo>"
INCLUDED = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}"/>'
TEXTS = ("one\n", "two ${metadata.hostname}\n", "three {% if %}\n", "{{ metadata.hostname }}\n")
#: Names of the files of an entry set, %s being its base name, and texts for each.
FILES: dict[str, tuple[str, ...]] = {
    "%s": TEXTS,
    "%s.genshi": (*TEXTS, "{% include inc.genshi_include %}\n"),
    "%s.jinja2": TEXTS,
    "%s.H_a.example": TEXTS,
    "%s.G20_all": TEXTS,
    "info.xml": (
        INFO.format("", "0600"),
        INFO.format("", "0644"),
        "<FileInfo>",
        INFO.format(INCLUDED.format("../common.xml"), "0640"),
    ),
    "common.xml": ("<Info owner='root'/>", "<Info owner='daemon'/>", "<Info"),
    "inc.genshi_include": ("included\n", "included ${1 + 1}\n"),
    "%s.unknown": TEXTS,
}


class TakingOverTests(SynchronousTestCase):
    def setUp(self) -> None:
        CapturedLog(self)
        self.core = a_core(
            self,
            {
                "Metadata/clients.xml": "<Clients>"
                + "".join(f"<Client name='{name}' profile='all'/>" for name in CLIENTS)
                + "</Clients>",
                "Bundler/b.xml": bundle_of(*PATHS),
                "Cfg/etc/a/a": "one\n",
                "Cfg/etc/b/b": "one\n",
            },
            keep_last_good=False,
        )
        self.folder = os.path.join(self.core.settings.repository, "Cfg")

    def sets(self) -> dict[str, EntrySet]:
        """Return the entry sets that are in service."""
        cfg = self.core.plugins["Cfg"]
        assert isinstance(cfg, Cfg)
        return dict(cfg.entry_sets)

    def reload(self, contents: Contents) -> None:
        """Write files below `Cfg` and tell of these alone."""
        write_files(self.folder, contents)
        self.core.reload([os.path.join(self.folder, name) for name in contents])

    def test_others(self) -> None:
        """A changed file makes the set of its folder anew, and no other."""
        before = self.sets()
        self.reload({"etc/a/a": "two\n"})
        self.assertIsNot(self.sets()["/etc/a"], before["/etc/a"])
        self.assertIs(self.sets()["/etc/b"], before["/etc/b"])
        self.reload({"b/b": ""})
        self.assertIs(self.sets()["/etc/b"], before["/etc/b"])
        self.assertIn("/b", self.sets())

    def test_nothing_is_interpreted_again(self) -> None:
        """What was interpreted of the files that have not changed is in use still, once."""
        before = self.core.plugins["Cfg"].files.used
        self.reload({"etc/a/a": "two\n"})
        after = self.core.plugins["Cfg"].files.used
        self.assertEqual(before.keys(), after.keys())
        changed = {path for path, kind in before if before[path, kind] is not after[path, kind]}
        self.assertEqual(changed, {os.path.join(self.folder, "etc/a/a")})

    def test_random(self) -> None:
        """After any changes of any files every client gets what a new server sends."""
        for seed in range(12):
            random = Random(seed)
            for _ in range(6):
                changed = [path for _ in range(2) for path in self.act(random)]
                self.core.reload(changed)
                self.check(f"seed {seed}")

    def check(self, message: str) -> None:
        fresh = NetworkCore(self.core.settings)
        self.addCleanup(fresh.shutdown)
        fresh.start()
        last_good = self.core.snapshot.problems  # what was good once counts here alone
        for client in CLIENTS if not last_good else ():
            documents = [serialise(core.BuildConfiguration(client)) for core in (self.core, fresh)]
            self.assertEqual(documents[0], documents[1], message)
        self.assertEqual(self.sets().keys(), self._paths(fresh))

    def _paths(self, core: NetworkCore) -> Collection[str]:
        cfg = core.plugins["Cfg"]
        assert isinstance(cfg, Cfg)
        emptied = {path for path in self.sets() if os.path.isdir(self.folder + path)}
        return cfg.entry_sets.keys() | emptied

    def act(self, random: Random) -> Collection[str]:
        """Change something, and return the paths that changed."""
        path = random.choice(PATHS)
        name = random.choice(list(FILES))
        file = self.folder + path + "/" + (name.replace("%s", os.path.basename(path)))
        choice = random.random()
        if choice < 0.05 and os.path.isdir(self.folder + path):
            shutil.rmtree(self.folder + path)
            return [self.folder + path]
        if choice < 0.2 and os.path.isfile(file):
            os.unlink(file)
        else:
            with contextlib.suppress(OSError):  # a file may be where a folder is, or the reverse
                write_files(self.folder, {file: random.choice(FILES[name])})
        return [file]
