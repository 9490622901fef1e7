"""`packaging/`: what the packages ask for, and say of themselves, fits setup.cfg."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "packaging"
CONTROL = (PACKAGING / "debian/control").read_text("utf-8")
SPEC = (PACKAGING / "rpm/bcfg2tw.spec").read_text("utf-8")
CONTAINER = (PACKAGING / "oci/Containerfile").read_text("utf-8")
#: Names of distributions that are not the package index's.
DEBIAN_NAMES = {"pyopenssl": "openssl", "PyYAML": "yaml", "service_identity": "service-identity"}
RPM_NAMES = {
    "PyYAML": "pyyaml",
    "service_identity": "service-identity",
    "zope.interface": "zope-interface",
}
#: Debian 13's are mended there, and it has no package of the last.
MENDED = {"genshi", "cryptography"}
INSIDE = {"inotify-simple"}


def setup() -> configparser.ConfigParser:
    """Return setup.cfg."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", "utf-8")
    return parser


def requirements() -> dict[str, str]:
    """Return the lowest versions of what is always needed."""
    lines = setup()["options"]["install_requires"].split()
    pairs = [re.fullmatch(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)", line) for line in lines]
    return {pair[1]: pair[2] for pair in pairs if pair is not None}


class RequirementsTests(SynchronousTestCase):
    def test_debian(self) -> None:
        """The Debian package depends on all that setup.cfg asks for, no older."""
        depends = CONTROL.partition("\nDepends:")[2].partition("\nRecommends:")[0]
        for name, version in requirements().items():
            package = f"python3-{DEBIAN_NAMES.get(name, name)}"
            if name in MENDED:
                self.assertIn(f" {package} (>= ", depends)
            elif name not in INSIDE:
                self.assertIn(f" {package} (>= {version}),", depends)

    def test_rpm(self) -> None:
        """The RPM package requires all that setup.cfg asks for, no older."""
        for name, version in requirements().items():
            package = f"python3-{RPM_NAMES.get(name, name)}".lower()
            wanted = rf"(?im)^Requires: +{re.escape(package)} >= (\S+)$"
            match = re.search(wanted, SPEC)
            assert match is not None, package
            if name not in MENDED:
                self.assertEqual(match[1], version)


class VersionTests(SynchronousTestCase):
    def test_same(self) -> None:
        """All packages have the version of setup.cfg."""
        version = setup()["metadata"]["version"]
        changelog = (PACKAGING / "debian/changelog").read_text("utf-8")
        self.assertTrue(changelog.startswith(f"bcfg2tw ({version}-"), changelog)
        self.assertRegex(SPEC, rf"(?m)^Version: +{re.escape(version)}$")


class ImageTests(SynchronousTestCase):
    def test_user(self) -> None:
        """The image does not run as root."""
        users = re.findall(r"(?m)^USER (\S+)$", CONTAINER)
        self.assertEqual(users, ["bcfg2"])

    def test_health(self) -> None:
        """Its health check asks where its server listens for administrators."""
        entry = re.search(r"(?m)^ENTRYPOINT (.*)$", CONTAINER)
        check = re.search(r"(?m)^HEALTHCHECK .* CMD (.*)$", CONTAINER)
        assert entry is not None and check is not None
        addresses = [
            words[words.index("--admin-listen") + 1]
            for words in map(json.loads, (entry[1], check[1]))
        ]
        self.assertEqual(len(set(addresses)), 1)
