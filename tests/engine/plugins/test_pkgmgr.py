"""Pkgmgr: what packages say, from lists that a site writes."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.registry import plugin_classes
from bcfg2tw.engine.xmlio import Element
from tests.builders import CLIENT, a_core, configuration, entry


class PkgmgrTests(SynchronousTestCase):
    def serve(self, bundle: str, *files: str) -> NetworkCore:
        """Return a core with a bundle, and files of Pkgmgr named a.xml, b.xml and so on."""
        lists = {f"Pkgmgr/{chr(97 + number)}.xml": text for number, text in enumerate(files)}
        return a_core(self, {"Bundler/b.xml": f"<Bundle>{bundle}</Bundle>", **lists})

    def package(self, core: NetworkCore, name: str = "p") -> Element:
        """Return a package of the client's configuration."""
        return entry(configuration(core), "Package", name)

    def bound(self, definition: str, name: str = "p") -> dict[str, str]:
        """Return the attributes that a package gets from a list with one definition."""
        text = f'<PackageList uri="http://m/x" type="rpm" priority="5">{definition}</PackageList>'
        core = self.serve(f'<Package name="{name}"/>', text)
        return {str(key): str(value) for key, value in self.package(core, name).attrib.items()}

    def test_inherited(self) -> None:
        """Attributes of lists and conditions are inherited, but for names; the nearest wins."""
        attributes = self.bound(
            '<Group name="all" type="yum" verify="no"><Package name="p" version="1"/></Group>'
        )
        self.assertEqual(
            attributes,
            {
                "name": "p",
                "version": "1",
                "type": "yum",
                "verify": "no",
                "uri": "http://m/x",
                "priority": "5",
            },
        )

    def test_simplefile(self) -> None:
        """A `simplefile` makes the URL, and its name says nothing."""
        attributes = self.bound('<Package name="p" simplefile="q-1-2.i386.rpm"/>')
        self.assertEqual(attributes["url"], "http://m/x/q-1-2.i386.rpm")
        self.assertNotIn("version", attributes)

    def test_rpm(self) -> None:
        """Name, version and architecture of an RPM are in the name of its file."""
        attributes = self.bound('<Package file="sub/lib-foo++-1.2-3.el4.x86_64.rpm"/>', "lib-foo++")
        self.assertEqual(attributes["version"], "1.2-3.el4")
        self.assertEqual(attributes["arch"], "x86_64")
        self.assertEqual(attributes["url"], "http://m/x/sub/lib-foo++-1.2-3.el4.x86_64.rpm")

    def test_said_and_named(self) -> None:
        """What a package says itself counts more than the name of its file."""
        attributes = self.bound('<Package file="p-1-2.i386.rpm" version="7" arch="i686"/>')
        self.assertEqual((attributes["version"], attributes["arch"]), ("7", "i686"))
        attributes = self.bound(
            '<Group name="all" version="8"><Package name="p" file="p-1-2.i386.rpm"/></Group>'
        )
        self.assertEqual((attributes["version"], attributes["arch"]), ("8", "i386"))

    def test_encap(self) -> None:
        """Name and version of an encap are in the name of its file."""
        attributes = self.bound('<Package type="encap" file="my-app-1.2+3.encap.tgz"/>', "my-app")
        self.assertEqual(attributes["version"], "1.2+3")
        self.assertNotIn("arch", attributes)

    def test_other_types(self) -> None:
        """The names of other files say nothing."""
        attributes = self.bound('<Package name="p" type="deb" file="q-1-2.i386.rpm"/>')
        self.assertEqual((attributes["name"], attributes.get("version")), ("p", None))

    def test_multiarch(self) -> None:
        """A file for several architectures has a URL for each."""
        attributes = self.bound(
            '<Package file="p-1-2.%(arch)s.rpm" multiarch="i386 x86_64" srcs="32 64" '
            'uri="http://m/%(src)s"/>'
        )
        self.assertEqual(
            attributes["url"], "http://m/32/p-1-2.i386.rpm http://m/64/p-1-2.x86_64.rpm"
        )
        attributes = self.bound('<Package file="%(src)s/p-1-2.noarch.rpm" multiarch="a b"/>')
        self.assertEqual(
            attributes["url"], "http://m/x/a/p-1-2.noarch.rpm http://m/x/b/p-1-2.noarch.rpm"
        )

    def test_bad_file_name(self) -> None:
        """A file name that says nothing is an error with its place; the rest of the list counts."""
        with self.assertLogs("Pkgmgr", "ERROR") as logs:
            attributes = self.bound('\n<Package file="odd.rpm"/><Package name="p" version="1"/>')
        self.assertIn("Pkgmgr/a.xml:2: Failed to match pkg odd.rpm", logs.output[0])
        self.assertEqual(attributes["version"], "1")

    def test_conditions(self) -> None:
        """Of the definitions that apply the innermost wins, as a whole; of equals the last one."""
        attributes = self.bound(
            f'<Group name="all"><Client name="{CLIENT}"><Package name="p" version="3"/></Client>'
            '<Package name="p" version="1" verify="no"/><Package name="p" version="2"/></Group>'
            '<Group name="all" negate="true"><Package name="p" version="4"/></Group>'
            '<Package name="p" version="0"/>'
        )
        self.assertEqual((attributes["version"], attributes.get("verify")), ("3", None))

    def test_applies_to_others(self) -> None:
        """A package that is defined for other clients only is listed, and fails."""
        text = (
            '<PackageList priority="0"><Group name="no"><Package name="p"/></Group></PackageList>'
        )
        core = self.serve('<Package name="p"/>', text)
        self.assertEqual(
            self.package(core).get("failure"),
            "bind error: No matching source for entry when retrieving attributes for Package:p",
        )

    def test_priorities(self) -> None:
        """The file of the highest priority wins; two of the same fail the entry."""
        texts = [
            f'<PackageList priority="{priority}"><Package name="p" version="{priority}"/>'
            "</PackageList>"
            for priority in (2, 10, 10)
        ]
        core = self.serve('<Package name="p"/>', *texts[:2])
        self.assertEqual(self.package(core).get("version"), "10")
        core = self.serve('<Package name="p"/>', *texts)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            failure = self.package(core).get("failure")
        text = f"Found conflicting sources with same priority (10) for Package:p for {CLIENT}"
        self.assertEqual(failure, f"bind error: {text}")
        self.assertRegex(logs.output[0], r"Pkgmgr/b.xml:1, .*Pkgmgr/c.xml:1$")

    def test_entry_wins(self) -> None:
        """What the entry in the bundle says stays."""
        text = '<PackageList priority="0"><Package name="p" version="1" type="deb"/></PackageList>'
        core = self.serve('<Package name="p" version="9"/>', text)
        package = self.package(core)
        self.assertEqual((package.get("version"), package.get("type")), ("9", "deb"))

    def instances(self, name: str, altsrc: str = "") -> tuple[str | None, list[str | None]]:
        """Return the name that is sent, and the architectures of the instances."""
        text = (
            '<PackageList priority="0"><Package name="lib" type="yum"><Instance arch="i386"/>'
            '<Instance arch="x86_64"/><Instance arch="noarch"/></Package></PackageList>'
        )
        core = self.serve(f'<Package name="{name}"{altsrc}/>', text)
        (package,) = configuration(core).iter("Package")
        return package.get("name"), [one.get("arch") for one in package]

    def test_architectures(self) -> None:
        """Architectures behind the name choose instances; the name is sent without them."""
        self.assertEqual(self.instances("lib"), ("lib", ["i386", "x86_64", "noarch"]))
        self.assertEqual(self.instances("lib:i386,noarch"), ("lib", ["i386", "noarch"]))
        self.assertEqual(self.instances("mine", ' altsrc="lib:x86_64"'), ("mine", ["x86_64"]))

    def test_unknown(self) -> None:
        """Other names are left to other generators."""
        core = self.serve('<Package name="q:i386"/>', '<PackageList priority="0"/>')
        self.assertEqual(self.package(core, "q:i386").get("failure"), "no matching generator")

    def test_template(self) -> None:
        """A list may be a template."""
        text = (
            '<PackageList priority="0" xmlns:py="http://genshi.edgewall.org/">'
            '<Package name="${metadata.profile}" version="1"/></PackageList>'
        )
        core = self.serve('<Package name="all"/>', text)
        self.assertEqual(self.package(core, "all").get("version"), "1")

    def test_packages(self) -> None:
        """Packages declares that it takes the place of Pkgmgr."""
        (packages,) = plugin_classes(["Packages"])
        self.assertIn("Pkgmgr", packages.conflicts)
