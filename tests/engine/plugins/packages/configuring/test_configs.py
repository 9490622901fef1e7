"""The generated configuration of package managers."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.configuring.configs import HEADER, config_text
from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource


def text_for(*sources: PackageSource, architectures: tuple[str, ...] = ("amd64",)) -> str:
    """Return the configuration, without its head, for a client of some architectures."""
    text = config_text(ClientSources(sources, frozenset(architectures)), "c.test")
    assert text.startswith(HEADER), text
    return text.removeprefix(HEADER)


class AptTests(SynchronousTestCase):
    def test_components(self) -> None:
        """A source is one line, whatever its architectures, and another for its source code."""
        source = PackageSource(
            "apt", "http://m/debian/", version="sid", components=("main", "contrib"),
            arches=("amd64", "i386"), debsrc=True,
        )  # fmt: skip
        self.assertEqual(
            text_for(source, architectures=("amd64", "i386")),
            "deb http://m/debian/ sid main contrib\ndeb-src http://m/debian/ sid main contrib\n",
        )

    def test_raw(self) -> None:
        """A raw URL is split before its last part; paragraphs stand apart."""
        sources = [
            PackageSource("apt", rawurl=f"http://m/a/{name}/", arches=("amd64",)) for name in "xy"
        ]
        self.assertEqual(text_for(*sources), "deb http://m/a x/\n\ndeb http://m/a y/\n")


class YumTests(SynchronousTestCase):
    def test_section(self) -> None:
        """A section has the repository, its keys, its lists and further options."""
        source = PackageSource(
            "yum", rawurl="http://m/repo/", arches=("amd64",), gpgkeys=("http://m/k", "http://m/l"),
            blacklist=("b", "a"), whitelist=("w",), options=(("proxy", "http://p/%x"),),
        )  # fmt: skip
        self.assertEqual(
            text_for(source),
            "[repo]\nname = repo\nbaseurl = http://m/repo/\nenabled = 1\ngpgcheck = 1\n"
            "gpgkey = http://m/k http://m/l\nexclude = b a\nincludepkgs = w\n"
            "proxy = http://p/%x\n\n",
        )

    def test_duplicate_names(self) -> None:
        """A name that is used already gets a number."""
        sources = [
            PackageSource("yum", rawurl=f"http://{host}/repo/", arches=("amd64",)) for host in "abc"
        ]
        heads = [line for line in text_for(*sources).splitlines() if line.startswith("[")]
        self.assertEqual(heads, ["[repo]", "[repo-2]", "[repo-3]"])

    def test_other_architectures(self) -> None:
        """Repositories of architectures that the client has not are left out."""
        source = PackageSource(
            "yum", "http://m/", version="9", components=("os",), arches=("amd64", "i686")
        )
        self.assertIn("baseurl = http://m/9/os/amd64/\n", text_for(source))
        self.assertNotIn("i686", text_for(source))


class NoConfigurationTests(SynchronousTestCase):
    def test_none(self) -> None:
        """For other types, several types or no sources there is none, and the log says so."""
        pac = PackageSource("pac", "http://m/", arches=("amd64",))
        apt = PackageSource("apt", "http://m/", arches=("amd64",))
        for sources in ((), (pac,), (apt, pac)):
            with self.assertLogs("Packages", "ERROR") as logs:
                text = config_text(ClientSources(sources, frozenset({"amd64"})), "c.test")
            self.assertEqual(text, "")
            self.assertIn("Cannot generate config for host c.test", logs.output[0])
