"""Why a client has a package, or has it not; and the command that tells."""

from __future__ import annotations

import os

from click.testing import CliRunner
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli import main
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.packages.resolving.alternatives import resolve_all
from bcfg2tw.engine.plugins.packages.resolving.explanation import PackageExplanation
from bcfg2tw.engine.plugins.packages.resolving.request import Request
from bcfg2tw.engine.plugins.packages.resolving.resolver import resolve
from bcfg2tw.engine.xmlio import parse_file
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings
from tests.builders import CLIENT, a_core, a_repository, metadata_of
from tests.engine.plugins.packages.mirrors import quiet
from tests.engine.plugins.packages.offers import Described, a_collection
from tests.engine.plugins.packages.test_packages import a_pool, contents, plugin_of, source

OFFER = Described(
    {
        "web": "libc, x | y, single, mta", "libc": "", "x": "libx", "libx": "", "y": "",
        "prov": "", "exim": "", "postfix": "", "extra": "", "black": "", "base": "",
    },
    {"prov": "single", "exim": "mta", "postfix": "mta"},
    {"web": "extra"},
    ["base"],
    {"g": {"y": 0}},
)  # fmt: skip
PLACE = "  source: http://mirror.test/pool/, sources.xml:3, version 1.0"


def explained(
    package: str,
    bundle: str = '<Package name="web"/>',
    alternatives: bool = False,
    **source: object,
) -> list[str]:
    """Explain a package to a client with one bundle."""
    request = Request.of([parse_file(f'<Bundle name="b">{bundle}</Bundle>'.encode(), "b.xml")])
    collection = a_collection(OFFER, place="sources.xml:3", **source)
    members = [collection.members(*group) for group in request.groups]
    base = frozenset(request.names).union(collection.essentials(), *members)
    answer = (resolve_all if alternatives else resolve)(collection, base, request.recommended)
    return PackageExplanation(collection, request, answer).lines(package)


class PresentTests(SynchronousTestCase):
    def test_named(self) -> None:
        """A package that a bundle names is there for that."""
        self.assertEqual(
            explained("web"), ["web is in the configuration", PLACE, "  web is named in b"]
        )

    def test_dependency(self) -> None:
        """All steps from the bundle to the package are told, the bundle first."""
        self.assertEqual(
            explained("prov")[2:],
            [
                "  web is named in b",
                "  web depends on single",
                "  prov is the only package that provides single",
            ],
        )

    def test_recommended(self) -> None:
        """What is only recommended is told apart."""
        lines = explained("extra", '<Package name="web" recommended="true"/>')
        self.assertEqual(lines[-1], "  web recommends extra")

    def test_essential(self) -> None:
        """A package that its source marks as essential needs no other reason."""
        self.assertEqual(explained("base")[-1], "  base is marked as essential by its source")

    def test_group(self) -> None:
        """A member of a group leads to the bundle that names the group."""
        lines = explained("y", '<Package group="g" type="all"/>', type="yum")
        self.assertEqual(lines[-1], "  y belongs to the group g (all), which is named in b")

    def test_chosen(self) -> None:
        """Of a choice it is told what lost."""
        self.assertEqual(
            explained("libx", alternatives=True)[2:],
            [
                "  web is named in b",
                "  web depends on x | y",
                "  of x | y, x is chosen; not y",
                "  x depends on libx",
            ],
        )

    def test_only_choice(self) -> None:
        """Where no source has another alternative that is told."""
        lines = explained("x", alternatives=True, blacklist=("y",))
        self.assertEqual(lines[-1], "  of x | y, x is chosen; no source has another")

    def test_not_in_a_source(self) -> None:
        """A package that a bundle names, but no source has, is there without a source."""
        self.assertEqual(
            explained("nowhere", '<Package name="nowhere"/>'),
            ["nowhere is in the configuration", "  nowhere is named in b"],
        )


class AbsentTests(SynchronousTestCase):
    def test_nobody(self) -> None:
        """A package that nothing needs is said to be such."""
        self.assertEqual(
            explained("black"),
            ["black is not in the configuration", PLACE, "  nothing depends on it by this name"],
        )

    def test_open(self) -> None:
        """One of several providers is told who needs one of them, and what to do."""
        self.assertEqual(
            explained("exim")[2:],
            [
                "  web depends on mta: exim, postfix would do, none is chosen; name one in a "
                "bundle, or set [packages] alternatives"
            ],
        )

    def test_lost(self) -> None:
        """A package that lost is told to what."""
        self.assertEqual(
            explained("y", alternatives=True)[2:],
            ["  web depends on x | y: x, which comes first, is chosen"],
        )

    def test_lists(self) -> None:
        """A blacklisted package is told the source whose list has it, and who needs it."""
        lines = explained("libc", blacklist=("libc",))
        self.assertEqual(
            lines[1:],
            [
                "  web depends on libc, but no source of the client has it",
                "  http://mirror.test/pool/, sources.xml:3: its blacklist has the package",
            ],
        )
        lines = explained("libc", whitelist=("web",))
        self.assertIn("its whitelist lacks the package", lines[-1])

    def test_provided(self) -> None:
        """A virtual name is told what provides it."""
        self.assertEqual(explained("single")[1:], ["  it is provided by prov, which is there"])


class CommandTests(SynchronousTestCase):
    def setUp(self) -> None:
        quiet(self)
        self.folder = a_repository(
            self, contents('<Package name="web" recommended="true"/>', source(a_pool(self)))
        )
        self.config = os.path.join(self.folder, "bcfg2.conf")
        self.configure("")

    def configure(self, more: str, plugins: str = "Bundler,Metadata,Packages") -> None:
        """Write a bcfg2.conf."""
        with open(self.config, "w", encoding="utf-8") as stream:
            stream.write(f"[server]\nrepository = {self.folder}\nplugins = {plugins}\n{more}")

    def run_command(self, *arguments: str) -> tuple[int, str]:
        """Run the command and return its status and what it prints."""
        run = ["packages", "explain", "--config", self.config, *arguments]
        result = CliRunner().invoke(main, run)
        return result.exit_code, result.output

    def fetch(self) -> None:
        """Have a server fetch and compile the indexes, and end."""
        core = NetworkCore(Settings.from_file(self.config))
        core.load_plugins()
        plugin_of(core).Reload()
        core.shutdown()

    def test_not_fetched(self) -> None:
        """Indexes that were never fetched are named with the command that does; none is made."""
        status, output = self.run_command(CLIENT, "extra")
        self.assertEqual(status, 1)
        self.assertIn("sources.xml:1 has no index yet: run bcfg2tw packages refresh", output)
        self.assertNotIn("cache", os.listdir(os.path.join(self.folder, "Packages")))

    def test_command(self) -> None:
        """The command explains a package of a client."""
        self.fetch()
        status, output = self.run_command(CLIENT, "extra")
        self.assertEqual(status, 0, output)
        self.assertIn("extra is in the configuration\n", output)
        self.assertIn("  web recommends extra\n", output)
        self.assertIn("Packages/sources.xml:1, version", output)

    def test_failures(self) -> None:
        """What is wrong is told in a sentence."""
        cases = [
            ("", "Metadata", "add it to [server] plugins"),
            ("[packages]\nresolver = disabled\n", "Bundler,Metadata,Packages", "to be enabled"),
        ]
        for more, plugins, expected in cases:
            self.configure(more, plugins)
            status, output = self.run_command(CLIENT, "libc")
            self.assertEqual(status, 1)
            self.assertIn(expected, output)

    def test_unknown_client(self) -> None:
        """A client that there is not is told."""
        status, output = self.run_command("nobody.test", "libc")
        self.assertEqual(status, 1)
        self.assertIn("nobody.test", output)


class PluginTests(SynchronousTestCase):
    def test_earlier_validators(self) -> None:
        """The plugin explains what a core compiles, essential packages included."""
        quiet(self)
        core = a_core(self, contents('<Package name="web"/>', source(a_pool(self))))
        lines = plugin_of(core).explain(metadata_of(core), "libc")
        self.assertEqual(lines[0], "libc is in the configuration")

    def test_no_resolver(self) -> None:
        """Where nothing is resolved there is nothing to explain."""
        quiet(self)
        core = a_core(self, contents(""), packages_resolver=False)
        with self.assertRaises(PluginExecutionError):
            plugin_of(core).explain(metadata_of(core), "libc")
