"""Keys of yum sources: what a key says of itself, and the entries that clients get."""

from __future__ import annotations

import base64
import os

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.configuring.gpg_keys import add_keys
from bcfg2tw.engine.plugins.packages.fetching.keys import key_path
from bcfg2tw.engine.plugins.packages.formats.openpgp import BadKey, OpenPGPKey
from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.xmlio import Element
from tests.builders import write_files

#: The sample key of RFC 9580, A.1; its fingerprint ends with 8CFDE12197965A9A.
VERSION_4 = bytes.fromhex(
    "983304 53f35f0b 1609 2b06010401da470f01 0107"
    "403f098994bdd916ed4053197934e4a87c80733a1280d62f8010992e43ee3b2406"
)
#: The sample key of RFC 9580, A.3; its fingerprint begins with CB186C4F0609A697.
VERSION_6 = bytes.fromhex(
    "c62a06 63877fe3 1b00000020 f94da7bb48d60a61e567706a6587d0331999bb9d891a08242ead84543df895a3"
)


def armored(packet: bytes) -> str:
    """Return a key as servers offer it."""
    text = base64.b64encode(packet).decode()
    return (
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: GnuPG v2\nComment: x: y\n\n"
        f"{text[:64]}\n{text[64:]}\n=AbCd\n-----END PGP PUBLIC KEY BLOCK-----\n"
    )


class PublicKeyTests(SynchronousTestCase):
    def test_version_4(self) -> None:
        """Id and time of a key are those that rpm shows, with armor and without."""
        expected = OpenPGPKey("97965a9a", "53f35f0b")
        self.assertEqual(OpenPGPKey.read(VERSION_4), expected)
        self.assertEqual(OpenPGPKey.read(armored(VERSION_4).encode()), expected)
        self.assertEqual(
            OpenPGPKey.read(armored(VERSION_4).replace("\n", "\r\n").encode()), expected
        )

    def test_armor_without_headers(self) -> None:
        """Armor needs no headers and no checksum."""
        text = armored(VERSION_4).replace("Version: GnuPG v2\nComment: x: y\n", "")
        self.assertEqual(OpenPGPKey.read(text.replace("=AbCd\n", "").encode()).version, "97965a9a")

    def test_version_6(self) -> None:
        """Keys of the newest version are known."""
        self.assertEqual(OpenPGPKey.read(VERSION_6), OpenPGPKey("0609a697", "63877fe3"))

    def test_version_3(self) -> None:
        """The id of an old key is the end of its modulus."""
        packet = bytes.fromhex("03 33333333 0000 01 0040 aabbccdd11223344 0011 010001")
        key = OpenPGPKey.read(bytes([0x98, len(packet)]) + packet)
        self.assertEqual(key, OpenPGPKey("11223344", "33333333"))

    def test_lengths(self) -> None:
        """All ways to write the length of a packet are understood."""
        packet = VERSION_4[2:]
        size = len(packet)
        heads = [
            bytes([0x99, 0, size]), bytes([0x9A, 0, 0, 0, size]), bytes([0x9B]),
            bytes([0xC6, size]), bytes([0xC6, 0xFF, 0, 0, 0, size]),
        ]  # fmt: skip
        keys = {OpenPGPKey.read(head + packet) for head in heads}
        self.assertEqual(keys, {OpenPGPKey("97965a9a", "53f35f0b")})

    def test_long_packet(self) -> None:
        """A key of several hundred bytes has a length of two."""
        packet = VERSION_4[2:] + bytes(300)
        size = len(packet) - 192
        key = OpenPGPKey.read(bytes([0xC6, (size >> 8) + 192, size & 0xFF]) + packet)
        self.assertEqual(key, OpenPGPKey.read(b"\x99" + len(packet).to_bytes(2, "big") + packet))

    def test_no_keys(self) -> None:
        """What is no key, or not all of one, is refused."""
        broken = [
            b"", b"<html>", VERSION_4[:20], b"\x99", b"\xc6", b"\xc6\xff\x00",
            b"\xc6\xe0" + VERSION_4,
            b"\xb4\x04test", b"\x98\x06\x09" + bytes(5), armored(b"").encode(),
            armored(VERSION_4).replace("mD", "m*").encode(),
        ]  # fmt: skip
        for data in broken:
            with self.assertRaises(BadKey, msg=repr(data)):
                OpenPGPKey.read(data)


class EntriesTests(SynchronousTestCase):
    def entries(self, files: dict[str, str | bytes], *urls: str, type: str = "yum") -> Element:
        """Return the structure with the keys of a source, some of which are in the cache."""
        cache = os.path.abspath(self.mktemp())
        for url in urls:
            name = os.path.basename(url)
            if name in files:
                write_files("", {key_path(cache, url): files[name]})
        source = PackageSource(type, rawurl="http://m/", arches=("a",), gpgkeys=urls)
        structure = etree.Element("Independent")
        add_keys(structure, ClientSources((source, source), frozenset("a")), cache, "/etc/keys")
        return structure

    def test_entries(self) -> None:
        """Each key is a file, and an instance of one package."""
        files: dict[str, str | bytes] = {"K4": armored(VERSION_4), "K6": armored(VERSION_6)}
        structure = self.entries(files, "http://m/K4", "http://m/sub/K6")
        first, second, package = structure
        self.assertEqual(
            dict(first.attrib),
            {
                "name": "/etc/keys/K4", "encoding": "ascii", "owner": "root", "group": "root",
                "type": "file", "mode": "0644", "important": "true",
            },
        )  # fmt: skip
        self.assertEqual((first.tag, first.text), ("BoundPath", armored(VERSION_4)))
        self.assertEqual(second.get("name"), "/etc/keys/K6")
        self.assertEqual(
            etree.tostring(package).decode(),
            '<BoundPackage name="gpg-pubkey" type="yum" origin="Packages">'
            '<Instance version="97965a9a" release="53f35f0b" simplefile="/etc/keys/K4"/>'
            '<Instance version="0609a697" release="63877fe3" simplefile="/etc/keys/K6"/>'
            "</BoundPackage>",
        )

    def test_same_base_name(self) -> None:
        """Each key of a client has a file of its own, whatever they are called."""
        urls = ("http://a/K", "http://b/K")
        cache = os.path.abspath(self.mktemp())
        write_files("", {key_path(cache, urls[0]): armored(VERSION_4)})
        write_files("", {key_path(cache, urls[1]): armored(VERSION_6)})
        source = PackageSource("yum", rawurl="http://m/", arches=("a",), gpgkeys=urls)
        structure = etree.Element("Independent")
        add_keys(structure, ClientSources((source,), frozenset("a")), cache, "/etc/keys")
        first, second, package = structure
        self.assertEqual((first.get("name"), first.text), ("/etc/keys/K", armored(VERSION_4)))
        self.assertEqual((second.get("name"), second.text), ("/etc/keys/K-2", armored(VERSION_6)))
        self.assertEqual(
            [instance.get("simplefile") for instance in package], ["/etc/keys/K", "/etc/keys/K-2"]
        )

    def test_missing(self) -> None:
        """A key that was never fetched, or is no text, is left out and told; others stay."""
        files: dict[str, str | bytes] = {"K4": armored(VERSION_4), "bin": VERSION_4, "nul": "\0"}
        with self.assertLogs("Packages", "ERROR") as logs:
            structure = self.entries(
                files, "http://u:secret@m/none", "http://m/bin", "http://m/nul", "http://m/K4"
            )
        self.assertEqual([one.get("name") for one in structure], ["/etc/keys/K4", "gpg-pubkey"])
        self.assertIn("the key http://m/none is left out", logs.output[0])
        self.assertEqual(len(logs.output), 3)

    def test_no_key(self) -> None:
        """A file that is no key goes to the client, which will tell; it is no instance."""
        with self.assertLogs("Packages", "ERROR") as logs:
            structure = self.entries({"K": "<html/>"}, "http://m/K")
        self.assertEqual([one.tag for one in structure], ["BoundPath"])
        self.assertIn("has no gpg-pubkey entry: it is no OpenPGP key", logs.output[0])

    def test_other_types(self) -> None:
        """Only clients of yum get keys."""
        structure = self.entries({"K": armored(VERSION_4)}, "http://m/K", type="apt")
        self.assertEqual(len(structure), 0)
