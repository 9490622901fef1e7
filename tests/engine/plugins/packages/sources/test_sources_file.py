"""sources.xml: which sources there are, what their repositories are called, whom they are for."""

from __future__ import annotations

import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.encryption import encrypt
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.sources.repositories import repositories_of
from bcfg2tw.engine.plugins.packages.sources.sources_file import SourcesFile
from bcfg2tw.engine.repository.files import Files, Library
from bcfg2tw.settings import Settings
from tests.builders import write_files

XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
ARCH = "<Arch>amd64</Arch>"


def a_client(*groups: str) -> ClientMetadata:
    """Return the metadata of a client in some groups."""
    return ClientMetadata("c.test", groups=groups)


class SourcesCase(SynchronousTestCase):
    """Has sources.xml read."""

    def files(self, text: str, others: dict[str, str] | None = None, **settings: Any) -> Files:
        """Write the files and list them."""
        folder = os.path.abspath(self.mktemp())
        write_files(folder, {"sources.xml": text, **(others or {})})
        return Library(Settings(**settings)).files(folder)

    def read(
        self, content: str, others: dict[str, str] | None = None, **settings: Any
    ) -> tuple[PackageSource, ...]:
        """Return the sources of a document with some content."""
        files = self.files(f"<Sources {XI}>{content}</Sources>", others, **settings)
        loaded = files.load("sources.xml", SourcesFile)
        assert loaded is not None, files.problems
        return loaded.sources

    def one(self, content: str) -> PackageSource:
        """Return the only source of a document."""
        (source,) = self.read(content)
        return source

    def names(self, content: str) -> list[str]:
        """Return the names of the repositories of the only source."""
        return [one.name for one in repositories_of(self.one(content))]


class ReadingTests(SourcesCase):
    def test_everything(self) -> None:
        """All attributes and children of a source are read, each word once and in order."""
        source = self.one(
            '<Source type="APT" url="http://m/debian" version="sid" recommended="True" '
            'essential="false" debsrc="true">'
            "<Component>main</Component><Component> contrib </Component><Component>main</Component>"
            "<Arch>amd64</Arch><Arch>i386</Arch><Blacklist>b</Blacklist><Blacklist>a</Blacklist>"
            "<Whitelist>w</Whitelist><GPGKey>http://m/key</GPGKey></Source>"
        )
        self.assertEqual(
            (source.type, source.url, source.version), ("apt", "http://m/debian/", "sid")
        )
        self.assertEqual(source.components, ("main", "contrib"))
        self.assertEqual(source.arches, ("amd64", "i386"))
        self.assertEqual((source.blacklist, source.whitelist), (("b", "a"), ("w",)))
        self.assertEqual((source.recommended, source.essential, source.debsrc), (True, False, True))
        self.assertEqual((source.gpgkeys, source.package_type), (("http://m/key",), "deb"))

    def test_defaults(self) -> None:
        """Essential packages count, recommendations do not, unless the source says otherwise."""
        source = self.one('<Source type="yum" rawurl="http://m/r" debsrc="True"/>')
        self.assertEqual(
            (source.recommended, source.essential, source.debsrc), (False, True, False)
        )
        self.assertEqual((source.rawurl, source.url, source.version), ("http://m/r/", "", ""))

    def test_options(self) -> None:
        """Options are for the client unless they are for the server alone; the last one counts."""
        source = self.one(
            '<Source type="yum" rawurl="http://m/"><Options proxy="p" cost="1"/>'
            '<Options serveronly="true" timeout="5"/><Options clientonly="true" cost="2"/></Source>'
        )
        self.assertEqual(source.options, (("proxy", "p"), ("cost", "2")))

    def test_no_type(self) -> None:
        """A source without a type is left out; file and line are told."""
        with self.assertLogs("Packages", "ERROR") as logs:
            sources = self.read('\n<Source url="http://m/"/><Source type="apt" url="http://n/"/>')
        self.assertEqual([one.url for one in sources], ["http://n/"])
        self.assertIn(
            "sources.xml:2: Packages: No type specified for source at http://m/, skipping",
            logs.output[0],
        )

    def test_unknown_type(self) -> None:
        """A type that there is not, or that the options leave out, is told."""
        with self.assertLogs("Packages", "ERROR") as logs:
            self.assertEqual(self.read('<Source type="zypp" url="http://m/"/>'), ())
            apt = '<Source type="apt" url="http://m/"/>'
            self.assertEqual(self.read(apt, packages_backends=("Yum",)), ())
        self.assertIn("Packages: Unknown source type zypp", logs.output[0])
        self.assertIn("Packages: Unknown source type apt; known are yum", logs.output[1])

    def test_no_address(self) -> None:
        """A source without any address, or one of Pulp, is left out and told."""
        with self.assertLogs("Packages", "ERROR") as logs:
            self.assertEqual(self.read('<Source type="apt"/><Source type="yum" pulp_id="x"/>'), ())
        self.assertIn("needs a url or a rawurl", logs.output[0])
        self.assertIn("Pulp is not supported", logs.output[1])

    def test_include(self) -> None:
        """Included sources come behind the others; their file and line are known."""
        sources = self.read(
            '<xi:include href="more/*.xml"/><Source type="apt" url="http://a/"/>',
            {
                "more/b.xml": '<Sources>\n<Group name="g"><Source type="apt" url="http://b/"/></Group></Sources>'
            },
        )
        self.assertEqual([one.url for one in sources], ["http://a/", "http://b/"])
        self.assertTrue(sources[1].place.endswith("more/b.xml:2"), sources[1].place)
        self.assertEqual(sources[1].group, "g")

    def test_encrypted(self) -> None:
        """The text of encrypted elements is decrypted."""
        secret = encrypt(b"http://u:p@m/key", "pass").decode()
        sources = self.read(
            '<Source type="yum" rawurl="http://m/">'
            f'<GPGKey encrypted="n">{secret}</GPGKey></Source>',
            passphrases={"n": "pass"},
        )
        self.assertEqual(sources[0].gpgkeys, ("http://u:p@m/key",))

    def test_no_passphrase(self) -> None:
        """An element that cannot be decrypted makes the file unusable; its line is told."""
        secret = encrypt(b"x", "pass").decode()
        files = self.files(
            f'<Sources>\n<Source><Arch encrypted="n">{secret}</Arch></Source></Sources>'
        )
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertIsNone(files.load("sources.xml", SourcesFile))
        self.assertIn("sources.xml:2: Failed to decrypt Arch", logs.output[0])

    def test_directives(self) -> None:
        """Genshi's directives have no effect."""
        source = self.read(
            '<py:if xmlns:py="http://genshi.edgewall.org/" test="False">'
            '<Source type="apt" url="http://${x}/"/></py:if>'
        )
        self.assertEqual(source[0].url, "http://${x}/")


class RepositoryTests(SourcesCase):
    def test_addresses(self) -> None:
        """A source has a repository for each architecture and component."""
        source = self.one(
            '<Source type="yum" url="http://m/el" version="9"><Component>os</Component>'
            "<Component>extra</Component><Arch>x86_64</Arch><Arch>i686</Arch></Source>"
        )
        self.assertEqual(
            [one.url for one in repositories_of(source)],
            [
                f"http://m/el/9/{part}/{arch}/"
                for arch in ("x86_64", "i686")
                for part in ("os", "extra")
            ],
        )
        self.assertEqual(
            repositories_of(source)[0].mapping(),
            {
                "version": "9", "component": "os", "arch": "x86_64", "debsrc": False,
                "baseurl": "http://m/el/", "url": "http://m/el/9/os/x86_64/", "name": "os",
            },
        )  # fmt: skip

    def test_raw(self) -> None:
        """A raw URL is one repository for each architecture; a percent sign is no pattern."""
        source = self.one(
            f'<Source type="apt" rawurl="http://m/a%20b/"><Component>main</Component>{ARCH}</Source>'
        )
        (repository,) = repositories_of(source)
        self.assertEqual((repository.url, repository.component), ("http://m/a%20b/", None))

    def test_names(self) -> None:
        """A raw repository is called after its group and the end of its URL."""
        raw = '<Source type="yum" rawurl="{}">' + ARCH + "</Source>"
        grouped = f'<Group name="rh">{raw}</Group>'
        self.assertEqual(self.names(raw.format("http://m/yum repo/")), ["yum-repo"])
        self.assertEqual(self.names(grouped.format("http://m/yumrepo")), ["rh-yumrepo"])
        self.assertEqual(self.names(grouped.format("http://m/RPMS.x/")), ["rh-x"])
        self.assertEqual(self.names(grouped.format("http://m/pulp/repos/a/b/")), ["rh-a-b"])
        self.assertEqual(self.names(grouped.format("http://m/")), ["rh"])
        self.assertEqual(self.names(raw.format("http://m/")), ["http:--m-"])

    def test_innermost_group(self) -> None:
        """The innermost group counts that is not negated."""
        text = (
            '<Group name="a"><Group name="b"><Group name="c" negate="true"><Client name="d">'
            f'<Source type="yum" rawurl="http://m/r">{ARCH}</Source></Client></Group></Group></Group>'
        )
        self.assertEqual(self.names(text), ["b-r"])

    def test_explicit_name(self) -> None:
        """A name that is given is taken as it is."""
        text = (
            '<Group name="a"><Source type="yum" rawurl="http://m/r" name="By Name">'
            f"{ARCH}</Source></Group>"
        )
        self.assertEqual(self.names(text), ["By Name"])


class KeyTests(SourcesCase):
    def test_key(self) -> None:
        """The key changes with what decides which files are read, and with nothing else."""
        base = PackageSource("apt", "http://m/", version="1", components=("a",), arches=("x",))
        same = PackageSource(
            "apt", "http://m/", version="1", components=("a",), arches=("x",), recommended=True,
            essential=False, blacklist=("b",), gpgkeys=("k",), name="n",
        )  # fmt: skip
        others = [
            PackageSource("yum", "http://m/", version="1", components=("a",), arches=("x",)),
            PackageSource("apt", "http://n/", version="1", components=("a",), arches=("x",)),
            PackageSource("apt", "http://m/", version="2", components=("a",), arches=("x",)),
            PackageSource("apt", "http://m/", version="1", components=("b",), arches=("x",)),
            PackageSource("apt", "http://m/", version="1", components=("a",), arches=("y",)),
            PackageSource(
                "apt", "http://m/", "http://r/", version="1", components=("a",), arches=("x",)
            ),
        ]
        self.assertEqual(base.key, same.key)
        self.assertEqual(len({base.key, *(one.key for one in others)}), 7)


class ApplicationTests(SourcesCase):
    def applying(self, content: str, *groups: str) -> ClientSources:
        """Return what applies to a client in some groups."""
        return ClientSources.of(self.read(content), a_client(*groups))

    def test_architecture(self) -> None:
        """A client has to be in a group named like an architecture; without Arch none is."""
        text = f'<Source type="apt" url="http://m/">{ARCH}</Source><Source type="apt" url="http://n/"/>'
        self.assertEqual([one.url for one in self.applying(text, "amd64").sources], ["http://m/"])
        self.assertEqual(self.applying(text, "i386").sources, ())

    def test_conditions(self) -> None:
        """All enclosing conditions have to hold."""
        text = (
            f'<Group name="a"><Client name="c.test"><Group name="b" negate="TRUE">'
            f'<Source type="apt" url="http://m/">{ARCH}</Source></Group></Client></Group>'
            f'<Client name="other"><Source type="apt" url="http://n/">{ARCH}</Source></Client>'
        )
        self.assertEqual(len(self.applying(text, "amd64", "a").sources), 1)
        self.assertEqual(len(self.applying(text, "amd64", "a", "b").sources), 0)
        self.assertEqual(len(self.applying(text, "amd64").sources), 0)

    def test_no_sources(self) -> None:
        """Where none applies the type is unknown, and the log says so."""
        client_sources = self.applying("", "amd64")
        with self.assertLogs("Packages", "ERROR") as logs:
            client_sources.report("c.test")
        self.assertEqual((client_sources.type, client_sources.package_type), (None, "unknown"))
        self.assertIn("Packages: No sources found for c.test", logs.output[0])

    def test_mixed(self) -> None:
        """Of several types the first one is that of the packages, and the log warns."""
        text = (
            f'<Source type="pac" url="http://m/">{ARCH}</Source>'
            f'<Source type="apt" url="http://n/">{ARCH}</Source>'
        )
        client_sources = self.applying(text, "amd64")
        with self.assertLogs("Packages", "WARNING") as logs:
            client_sources.report("c.test")
        self.assertEqual((client_sources.type, client_sources.package_type), (None, "pacman"))
        self.assertIn("Multiple source types found for c.test: pac,apt", logs.output[0])
