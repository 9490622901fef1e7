"""Configurations that are kept: as good as built anew, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.build import kept_configurations as kept_configurations_module
from bcfg2tw.engine.build.kept_configurations import KeptConfigurations, kept_configurations
from bcfg2tw.engine.xmlio import parse_text, serialise
from tests.builders import Contents, a_core, address, bundle_of, write_files
from tests.logs import CapturedLog

CLIENTS = ("a.example", "b.example", "c.example")
GROUPS = (
    "<Groups><Group name='all' profile='true' public='true'><Bundle name='b'/>{}</Group>"
    "<Group name='other' profile='true' public='true'><Bundle name='b'/><Bundle name='t'/></Group>"
    "<Group name='probed'><Bundle name='t'/></Group></Groups>"
)
PATTERNS = (
    "<GroupPatterns><GroupPattern><NamePattern>{}</NamePattern><Group>probed</Group>"
    "</GroupPattern></GroupPatterns>"
)
PROBE_DATA = "<probe-data><probe-data name='p' source='Probes'>{}</probe-data></probe-data>"
CODE = "{% for g in sorted(metadata.groups) %}${g} ${metadata.version}{% end %}\n"
#: Files of a site, each with texts that it may have.
FILES: dict[str, tuple[str, ...]] = {
    "Metadata/groups.xml": (GROUPS.format(""), GROUPS.format("<Bundle name='t'/>")),
    "Bundler/b.xml": (bundle_of("/etc/a", "/etc/b"), bundle_of("/etc/b", "/etc/c", "/etc/a")),
    "Bundler/t.xml": (
        "<Bundle xmlns:py='http://genshi.edgewall.org/'><Path name='/etc/b'/>"
        "<BoundService py:for='g in sorted(metadata.groups)' name='${g}'/></Bundle>",
        "<Bundle><Group name='probed'><BoundService name='s'/></Group></Bundle>",
    ),
    "Cfg/etc/a/a": ("one", "two"),
    "Cfg/etc/a/a.H_a.example": ("of a", "of a, too"),
    "Cfg/etc/b/b.genshi": (CODE, CODE + "${metadata.Properties['p.xml'].xdata.get('v')}"),
    "Cfg/etc/b/info.xml": (
        "<FileInfo><Info mode='0600'/></FileInfo>",
        "<FileInfo><Group name='probed'><Info mode='0640'/></Group><Info mode='0644'/></FileInfo>",
    ),
    "Cfg/etc/c/c.genshi": ("${metadata.Probes['p'] if 'p' in metadata.Probes else ''}", "plain"),
    "Properties/p.xml": ("<P v='1'/>", "<P v='2'/>"),
    "GroupPatterns/config.xml": (PATTERNS.format("no"), PATTERNS.format("a.*")),
    "Rules/r.xml": (
        "<Rules priority='1'><Path name='/etc/.*' type='ignore'/></Rules>",
        "<Rules priority='1'/>",
    ),
}
SITE: Contents = {
    **{name: texts[0] for name, texts in FILES.items()},
    "Metadata/clients.xml": "<Clients>"
    + "".join(f"<Client name='{name}' profile='all'/>" for name in CLIENTS)
    + "</Clients>",
    "Probes/p": "#!/bin/sh\n",
}


class KeptTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.log = CapturedLog(self)

    def serve(self, contents: Contents, **settings: Any) -> None:
        """Serve a site that is made of these files and those of `SITE`."""
        self.core = a_core(self, {**SITE, **contents}, **settings)

    def ask(self, client: str = CLIENTS[0]) -> str:
        """Return what a client gets."""
        return self.core.GetConfig(address(client=client))

    def builds(self, act: Callable[[], object]) -> int:
        """Return how many configurations are built meanwhile."""
        before = self.generated()
        act()
        return self.generated() - before

    def generated(self) -> int:
        """Return how many configurations were built."""
        return sum("Generated config" in line for line in self.log.lines)

    def kept(self) -> KeptConfigurations:
        """Return what is kept of the state in service."""
        return self.core.snapshot.derive(kept_configurations)


class KeptTests(KeptTestCase):
    def test_twice(self) -> None:
        """A client for which nothing has changed gets what it got, and nothing is built."""
        self.serve({})
        first = self.ask()
        self.assertEqual(self.builds(lambda: self.assertEqual(self.ask(), first)), 0)
        self.assertEqual(self.builds(lambda: self.ask(CLIENTS[1])), 1)

    def test_client_changed(self) -> None:
        """What a client says of itself counts in its next configuration, and in no other."""
        self.serve({})
        self.ask()
        self.ask(CLIENTS[1])
        self.core.metadata.set_version(CLIENTS[0], "1.4.9")
        self.assertEqual(self.builds(self.ask), 1)
        self.assertIn("1.4.9", self.ask())
        self.assertEqual(self.builds(lambda: self.ask(CLIENTS[1])), 0)

    def test_nothing_changed(self) -> None:
        """Where what is told to have changed says what it said, no configuration is built anew."""
        self.serve({})
        self.ask()
        repository = self.core.settings.repository
        for path in ("Cfg/etc/a", "Cfg", "Rules/r.xml", "Metadata"):
            self.core.reload([os.path.join(repository, path)])
            self.assertEqual(self.builds(self.ask), 0, path)
        os.utime(os.path.join(repository, "Cfg/etc/a/a"), (1, 1))
        self.core.reload([os.path.join(repository, "Cfg/etc/a/a")])
        self.assertEqual(self.builds(self.ask), 1)

    def test_changed_data(self) -> None:
        """Data of Properties that a template has changed count for all other clients at once."""
        changing = (
            "{% python\n"
            "metadata.Properties['p.xml'].xdata.set('v', '2')\n"
            "metadata.Properties['j.json'].json['v'] = '2'\n"
            "metadata.Properties['y.yaml'].yaml['v'] = '2'\n"
            "%}"
        )
        reading = {
            "p.xml": "${metadata.Properties['p.xml'].xdata.get('v')}",
            "j.json": "${metadata.Properties['j.json'].json['v']}",
            "y.yaml": "${metadata.Properties['y.yaml'].yaml['v']}",
        }
        for name, code in reading.items():
            self.serve(
                {
                    "Cfg/etc/b/b.genshi": f"{name} says {code}",
                    "Cfg/etc/b/b.H_b.example.genshi": changing,
                    "Properties/j.json": '{"v": "1"}',
                    "Properties/y.yaml": "v: '1'",
                }
            )
            self.assertIn(f"{name} says 1", self.ask())
            self.ask(CLIENTS[1])
            self.assertIn(f"{name} says 2", self.ask())
            self.ask(CLIENTS[1])
            self.assertEqual(self.builds(self.ask), 0)

    def test_bounded(self) -> None:
        """The least used go when all of them become larger than they may be."""
        contents = {"Cfg/etc/b/b.genshi": CODE + "${metadata.hostname * 1000}"}
        self.serve(contents)
        self.ask()
        size = self.kept().size_bytes
        self.serve(contents, kept_configurations_bytes=2 * size + size // 2)
        for client in (*CLIENTS[:2], CLIENTS[0], CLIENTS[2]):
            self.ask(client)
        self.assertEqual(len(self.kept()), 2)
        self.assertLessEqual(self.kept().size_bytes, 2 * size + size // 2)
        self.assertEqual(self.builds(lambda: self.ask(CLIENTS[0])), 0)
        self.assertEqual(self.builds(lambda: self.ask(CLIENTS[1])), 1)

    def test_in_common(self) -> None:
        """What several clients have in common is kept once, for as long as one of them has it."""
        contents = {"Cfg/etc/b/b.genshi": CODE + "a line\n" * 3000}
        self.serve(contents, kept_configurations_bytes=100_000)
        texts = [self.ask(client) for client in CLIENTS]
        self.assertGreater(len(texts[0]), 20_000)
        self.assertLess(self.kept().size_bytes, len(texts[0]) + 10_000)
        for version in ("1.4.8", "1.4.9"):  # takes what it has alone, and what it had, away
            self.core.metadata.set_version(CLIENTS[0], version)
            self.assertIn(version, self.ask())
        self.assertEqual(self.builds(lambda: [self.ask(client) for client in CLIENTS]), 0)
        self.assertEqual([self.ask(client) for client in CLIENTS[1:]], texts[1:])

    def test_many_groups(self) -> None:
        """However many clients there are with other groups, no more of those is looked up."""
        self.patch(kept_configurations_module, "MOST_PARTS", 3)
        self.serve({})
        for version in ("1.4.8", "1.4.9"):
            for client in CLIENTS:
                self.core.metadata.set_version(client, version)
                self.ask(client)
        self.assertEqual(self.builds(lambda: [self.ask(client) for client in CLIENTS]), 0)
        self.assertLess(len(self.kept()._parts), 3 + 6)

    def test_too_large(self) -> None:
        """One that is larger than all may be is not kept, and leaves nothing behind."""
        self.serve({}, kept_configurations_bytes=2500)
        self.assertEqual(self.builds(lambda: [self.ask(client) for client in CLIENTS]), 3)
        self.assertEqual((len(self.kept()), self.kept().size_bytes), (0, 0))

    def test_none(self) -> None:
        """With no room nothing is kept."""
        self.serve({}, kept_configurations_bytes=0)
        self.ask()
        self.assertEqual(self.builds(self.ask), 1)

    def test_verify(self) -> None:
        """What is kept is compared, if that is asked for; what differs is told and not sent."""
        self.serve({}, verify_configurations=True)
        first = self.ask()
        # as text, and whole
        self.assertEqual(self.builds(lambda: self.assertEqual(self.ask(), first)), 2)
        kept = self.kept()
        ((state, _),) = kept._texts.values()
        kept._put(CLIENTS[0], state, [first, "<!-- wrong -->"])
        self.assertEqual(self.ask(), first)
        self.assertIn("is not as one that was built anew", "\n".join(self.log.lines))

    def test_random(self) -> None:
        """Whatever changes, in whatever order, each client gets what a build would give it."""
        self.serve({})
        for seed in range(25):
            random = Random(seed)
            for _ in range(8):
                self.change(random)
                for client in CLIENTS:
                    built = serialise(self.core.BuildConfiguration(client))
                    self.assertEqual(self.ask(client), built, f"seed {seed}")

    def change(self, random: Random) -> None:
        """Change a file, a client, or nothing."""
        client = random.choice(CLIENTS)
        metadata = self.core.metadata
        action = random.randrange(6)
        if action == 0:
            metadata.set_version(client, f"1.{random.randrange(3)}")
        elif action == 1:
            profile = random.choice(("all", "other"))
            metadata.set_profile(client, profile, address(client=client))
        elif action == 2:
            output = random.choice(("1", "2", "group:probed", ""))
            data = PROBE_DATA.format(output)
            self.core.RecvProbeData(address(client=client), data)
        elif action < 5:
            name = random.choice(list(FILES))
            path = os.path.join(self.core.settings.repository, name)
            if (
                action == 4
                and os.path.isfile(path)
                and not name.startswith(("Metadata", "Bundler"))
            ):
                os.unlink(path)
            else:
                write_files(self.core.settings.repository, {name: random.choice(FILES[name])})
            self.core.reload([path])


class UntrackedTests(KeptTestCase):
    """What may depend on more than its client and the repository is built each time."""

    def assert_built_each_time(self, contents: Contents, **settings: Any) -> None:
        self.serve(contents, **settings)
        self.ask()
        self.assertEqual(self.builds(self.ask), 1, contents)

    def test_code(self) -> None:
        """Templates whose code reaches for anything else."""
        for code in (
            "{% python import time %}${time.time()}",
            "${len(metadata.query.all_clients())}",
            "${open('/etc/hostname').read()}",
            "{% include ${metadata.hostname}.genshi_include %}",
            "{% def f(x) %}${x}{% end %}${f(1)}",
        ):
            self.assert_built_each_time({"Cfg/etc/b/b.genshi": code})

    def test_other_engines(self) -> None:
        """Templates of Jinja2, and bundles with such code."""
        self.assert_built_each_time(
            {
                "Bundler/b.xml": bundle_of("/etc/a", "/etc/d"),
                "Cfg/etc/d/d.jinja2": "{{ metadata.hostname }}",
            }
        )
        bundle = (
            "<Bundle xmlns:py='http://genshi.edgewall.org/'>"
            "<?python import os ?><BoundService name='${os.getpid()}'/></Bundle>"
        )
        self.assert_built_each_time({"Bundler/b.xml": bundle})

    def test_mode(self) -> None:
        """A mode that is that of the file on disk."""
        self.assert_built_each_time(
            {"Cfg/etc/b/info.xml": "<FileInfo><Info mode='inherit'/></FileInfo>"}
        )

    def test_verifiers(self) -> None:
        """Files that a program of the site judges."""
        self.assert_built_each_time({"Cfg/etc/b/:test": "#!/bin/true\n"})

    def test_failures(self) -> None:
        """Configurations in which something failed."""
        self.assert_built_each_time({"Bundler/b.xml": bundle_of("/etc/no")})
        self.assert_built_each_time({"Cfg/etc/b/b.genshi": "${1 / 0}"})

    def test_other_plugins(self) -> None:
        """Sites with plugins that do not say what they depend on."""
        self.assert_built_each_time({"TemplateHelper/h.py": "__export__ = []\n"})

    def test_large(self) -> None:
        """Files that are read for each client."""
        self.assert_built_each_time({"Cfg/etc/a/a.H_a.example": "x" * (1 << 20) + "y"})


class CacheModeTests(KeptTestCase):
    def test_aggressive(self) -> None:
        """With cached metadata the same holds."""
        self.serve({}, client_metadata_cache="aggressive")
        first = self.ask()
        self.core.metadata.set_version(CLIENTS[0], "1.4.9")
        self.assertNotEqual(self.ask(), first)
        self.assertEqual(parse_text(self.ask(), "x").tag, "Configuration")
