"""The plugin in a core: what clients get, and what happens while sources and indexes change."""

from __future__ import annotations

import gzip
import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.packages.packages import Packages
from bcfg2tw.engine.plugins.packages.resolving import collection, collection_resolvers
from bcfg2tw.engine.plugins.packages.resolving.request import Request
from bcfg2tw.errors import ValidationError
from tests.builders import (
    CLIENT,
    a_core,
    change,
    configuration,
    entry,
    metadata_of,
    write_files,
)
from tests.engine.plugins.packages.mirrors import quiet

GROUPS = (
    '<Groups><Group name="all" profile="true" public="true"><Group name="amd64"/>'
    '<Bundle name="b"/></Group></Groups>'
)
INDEX = """\
Package: web
Depends: libc, mta
Recommends: extra

Package: libc
Essential: yes

Package: extra

Package: exim
Provides: mta

Package: postfix
Provides: mta
"""


def a_pool(case: SynchronousTestCase, text: str = INDEX) -> str:
    """Write a flat repository into a new folder, and return that."""
    folder: str = os.path.abspath(case.mktemp())
    write_pool(folder, text)
    return folder


def write_pool(folder: str, text: str) -> None:
    """Write, or replace, the index of a flat repository."""
    write_files(folder, {"Packages.gz": gzip.compress(text.encode())})


def source(folder: str, more: str = "", type: str = "apt", **attributes: str) -> str:
    """Return a source for a flat repository of this machine."""
    text = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<Source type="{type}" rawurl="file://{folder}/"{text}><Arch>amd64</Arch>{more}</Source>'
    )


def contents(bundle: str, *sources: str) -> dict[str, str]:
    """Return a repository with one bundle and some sources."""
    return {
        "Metadata/groups.xml": GROUPS,
        "Bundler/b.xml": f"<Bundle>{bundle}</Bundle>",
        "Packages/sources.xml": f"<Sources>{''.join(sources)}</Sources>",
    }


def added(core: NetworkCore) -> list[str | None]:
    """Return the names of what the plugin adds for the client."""
    return [one.get("name") for one in entry(configuration(core), "Independent", "Packages")]


def plugin_of(core: NetworkCore) -> Packages:
    """Return the core's plugin."""
    plugin = core.plugins["Packages"]
    assert isinstance(plugin, Packages)
    return plugin


class ConfigurationTests(SynchronousTestCase):
    def core(self, bundle: str, *sources: str, **settings: Any) -> NetworkCore:
        """Return a core whose client has a bundle, from a mirror with `INDEX` by default."""
        quiet(self)
        return a_core(self, contents(bundle, *(sources or (source(a_pool(self)),))), **settings)

    def test_added(self) -> None:
        """What packages need is added in a structure of its own, ready bound."""
        core = self.core('<Package name="web"/>')
        independent = entry(configuration(core), "Independent", "Packages")
        self.assertEqual(
            [dict(one.attrib) for one in independent],
            [{"name": "libc", "version": "auto", "type": "deb", "origin": "Packages"}],
        )
        self.assertEqual([one.tag for one in independent], ["Package"])

    def test_bound(self) -> None:
        """Packages of bundles get version and type, whatever they say; bound ones keep theirs."""
        core = self.core(
            '<Package name="web" version="1" type="x"/><Package name="missing"/>'
            '<BoundPackage name="exim" version="4"/>',
            packages_version="any",
        )
        config = configuration(core)
        for name in ("web", "missing"):
            expected = {"name": name, "version": "any", "type": "deb"}
            self.assertEqual(dict(entry(config, "Package", name).attrib), expected)
        expected = {"name": "exim", "version": "4"}
        self.assertEqual(dict(entry(config, "Package", "exim").attrib), expected)

    def test_bound_packages_are_requests(self) -> None:
        """A bound package has its dependencies added, and satisfies those of others."""
        core = self.core('<BoundPackage name="web" type="deb"/>')
        self.assertEqual(added(core), ["libc"])

    def test_recommended(self) -> None:
        """An entry may ask for what its package recommends."""
        core = self.core('<Package name="web" recommended="true"/>')
        self.assertEqual(added(core), ["extra", "libc"])

    def test_alternatives(self) -> None:
        """A provider is chosen where that is switched on."""
        core = self.core('<Package name="web"/>', packages_alternatives=True)
        self.assertEqual(added(core), ["exim", "libc"])

    def test_nothing_added(self) -> None:
        """The structure is there if nothing is added, too."""
        core = self.core("", source(a_pool(self), essential="false"))
        self.assertEqual(added(core), [])

    def test_malformed(self) -> None:
        """A package without a name is told, and fails alone."""
        core = a_core(self, contents("<Package/>", source(a_pool(self))))
        with self.assertLogs("Packages", "ERROR") as logs:
            config = configuration(core)
        self.assertIn("Malformed Package", logs.output[0])
        (package,) = config.findall("Bundle/Package")
        self.assertEqual(dict(package.attrib), {"failure": "no matching generator"})

    def test_unknown_is_told(self) -> None:
        """Names that no source has are in the log."""
        core = a_core(self, contents('<Package name="nowhere"/>', source(a_pool(self))))
        with self.assertLogs("Packages", "INFO") as logs:
            configuration(core)
        self.assertIn("Got 1 unknown entries", logs.output[0])
        self.assertIn("nowhere", logs.output[1])

    def test_no_resolver(self) -> None:
        """Without a resolver nothing is added, and groups are left to the client."""
        for option in ("packages_resolver", "packages_metadata"):
            core = self.core(
                '<Package name="web"/><Package group="g" type="optional"/>', **{option: False}
            )
            config = configuration(core)
            self.assertEqual(added(core), [])
            (group,) = [one for one in config.iter("Package") if one.get("group")]
            self.assertEqual((group.get("choose"), group.get("type")), ("optional", "deb"))

    def test_configuration_paths(self) -> None:
        """Both paths get the configuration of the client's package manager."""
        folder = a_pool(self)
        core = self.core(
            '<Path name="/etc/yum.repos.d/bcfg2.repo"/><Path name="/x"/><Path name="/etc/other"/>',
            source(folder),
            apt_config="/x",
        )
        config = configuration(core)
        for name in ("/etc/yum.repos.d/bcfg2.repo", "/x"):
            path = entry(config, "Path", name)
            parent, _, last = folder.rpartition("/")
            self.assertIn(f"\ndeb file://{parent} {last}/\n", path.text or "")
            self.assertEqual((path.get("type"), path.get("mode")), ("file", "0644"))
        self.assertEqual(
            entry(config, "Path", "/etc/other").get("failure"), "no matching generator"
        )

    def test_no_source(self) -> None:
        """A client without sources is told of, and has packages of an unknown type."""
        core = a_core(self, contents('<Package name="web"/>'))
        with self.assertLogs("Packages", "ERROR") as logs:
            config = configuration(core)
        self.assertEqual(logs.output, [f"ERROR:Packages:Packages: No sources found for {CLIENT}"])
        self.assertEqual(entry(config, "Package", "web").get("type"), "unknown")

    def test_broken_sources(self) -> None:
        """A sources.xml that was never readable may name sources of any client: a fault."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = a_core(self, contents('<Package name="web"/>', "<Source"))
        failure = self.assertRaises(ValidationError, configuration, core)
        self.assertIn("Packages/sources.xml:1: ", str(failure))
        sources = f"<Sources>{source(a_pool(self))}</Sources>"
        change(core, {"Packages/sources.xml": sources})
        self.assertEqual(added(core), ["libc"])
        with self.assertLogs("bcfg2-server", "ERROR"):
            change(core, {"Packages/sources.xml": "<Sources"})
        self.assertEqual(added(core), ["libc"])

    def test_template_data(self) -> None:
        """Templates see the sources' repositories, and may ask for the configuration."""
        core = self.core("", source(a_pool(self), name="pool"))
        metadata = metadata_of(core)
        data: Any = metadata.Packages  # type: ignore[attr-defined]
        self.assertEqual([one["name"] for one in data["sources"]], ["pool"])
        data["sources"][0]["name"] = "changed"
        self.assertEqual(data["sources"][0]["name"], "pool")
        self.assertIn("deb file://", data["get_config"](metadata))
        self.assertEqual(sorted(data), ["get_config", "sources"])
        self.assertEqual(data.get("other", 1), 1)

    def test_rules(self) -> None:
        """A package that Rules name for everybody is theirs; in a group it is claimed twice."""
        rules = '<Rules priority="1"><Package name="exim" version="9"/>{}</Rules>'
        core = a_core(
            self,
            {
                **contents('<Package name="exim"/><Package name="extra"/>', source(a_pool(self))),
                "Rules/r.xml": rules.format('<Group name="all"><Package name="extra"/></Group>'),
            },
        )
        config = configuration(core)
        self.assertEqual(entry(config, "Package", "exim").get("version"), "9")
        self.assertEqual(entry(config, "Package", "extra").get("failure"), "no matching generator")

    def test_pkgmgr(self) -> None:
        """Pkgmgr is unloaded, in whatever order both are configured."""
        for plugins in (("Pkgmgr", "Packages"), ("Packages", "Pkgmgr")):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                core = a_core(
                    self,
                    {**contents("", source(a_pool(self))), "Pkgmgr/a.xml": "<PackageList/>"},
                    plugins=("Bundler", "Metadata", *plugins),
                )
            self.assertNotIn("Pkgmgr", core.plugins)
            self.assertIn("conflict with Packages;Unloading ['Pkgmgr']", "".join(logs.output))

    def test_cached(self) -> None:
        """Two clients that ask the same share one answer."""
        core = self.core('<Package name="web"/>')
        plugin, metadata = plugin_of(core), metadata_of(core)
        answers = plugin._resolvers.of(plugin.client_sources(metadata))
        configuration(core)
        (first,) = answers._answers.values()
        configuration(core)
        self.assertEqual(list(answers._answers.values()), [first])

    def test_bounds(self) -> None:
        """What is kept of names and of answers does not grow without end."""
        self.patch(collection_resolvers, "KEPT_PACKAGES", 10)
        self.patch(collection, "KEPT_NAMES", 10)
        core = self.core("")
        plugin = plugin_of(core)
        answers = plugin._resolvers.of(plugin.client_sources(metadata_of(core)))
        for number in range(50):
            request = Request({"web": "b", f"p{number}": "b"}, {}, {})
            self.assertIn("libc", answers.answer(request).packages)
            self.assertLessEqual(len(answers._answers), 4)
            self.assertLessEqual(len(answers.collection._origins), 10)
