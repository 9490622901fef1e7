"""The differences between two configurations: each kind is named, all else does not count."""

from __future__ import annotations

import base64

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.difference import Detail, Difference
from bcfg2tw.comparing.differences import Built, compare
from bcfg2tw.comparing.secrets import SecretTexts
from bcfg2tw.engine.xmlio import Element

#: A private key's head, which no line of a source file has as a whole.
KEY_HEAD = "-----BEGIN " + "RSA PRIVATE KEY-----"


def document(structures: str, **described: str) -> Element:
    """Return a configuration of structures."""
    root = etree.fromstring(f"<Configuration>{structures}</Configuration>")
    for name, value in described.items():
        root.set(name, value)
    return root


def bundle(entries: str, name: str = "base") -> str:
    """Return a bundle of entries."""
    return f'<Bundle name="{name}">{entries}</Bundle>'


def motd(content: str = "a\n", attributes: str = 'mode="0644"') -> str:
    """Return a file."""
    return f'<Path name="/etc/motd" type="file" {attributes}>{content}</Path>'


def compared(old: str, new: str, client: str = "") -> list[Difference]:
    """Return the differences between two lots of structures."""
    return compare(document(old), document(new), ComparedClient(client))


class EqualTests(SynchronousTestCase):
    def assert_equal(self, old: str, new: str) -> None:
        """See that nothing differs."""
        self.assertEqual(compared(old, new), [])

    def test_server(self) -> None:
        """The revision, and the version of the document, are the server's."""
        old, new = document("", revision="1", version="2.0"), document("", revision="2")
        self.assertEqual(compare(old, new), [])
        self.assertEqual(old.get("revision"), "1")

    def test_order(self) -> None:
        """The order of bundles, entries, attributes and children does not count."""
        acl = '<ACL type="user" perms="7" user="a"/>', '<ACL user="b" type="user" perms="7"/>'
        path = '<Path name="/a" mode="1">{}</Path>', '<Path mode="1" name="/a">{}</Path>'
        service = '<Service name="s"/>'
        old = bundle(path[0].format("".join(acl)) + service) + bundle("", "z")
        new = bundle("", "z") + bundle(service + path[1].format("".join(reversed(acl))))
        self.assert_equal(old, new)

    def test_layout(self) -> None:
        """White space between elements, and comments, do not count."""
        self.assert_equal(
            bundle('<Service name="s"/><Path name="/a"><ACL/></Path>'),
            bundle('\n <!-- why --><Service name="s">\n</Service><Path name="/a"> <ACL/> </Path>'),
        )

    def test_encoding(self) -> None:
        """A text in base64 is the text; that it is encoded is an attribute like any other."""
        encoded = motd(base64.b64encode(b"a\n").decode(), 'mode="0644" encoding="base64"')
        (difference,) = compared(bundle(motd()), bundle(encoded))
        self.assertEqual([one.title for one in difference.details], ["encoding"])

    def test_both_fail(self) -> None:
        """What cannot be built, and could not, for the same reason, does not differ."""
        self.assertEqual(compare("no", "no"), [])
        error = etree.fromstring('<error type="structure error">no</error>')
        self.assertEqual(compare(error, "structure error: no"), [])
        self.assertEqual(compare(None, None), [])


class KindTests(SynchronousTestCase):
    def kinds(self, old: str, new: str) -> list[tuple[str, str]]:
        """Return kinds and names of what differs."""
        return [(one.kind, one.name) for one in compared(old, new)]

    def test_entry(self) -> None:
        """An entry comes, or goes, also one without attributes."""
        service = '<Service name="s"/>'
        self.assertEqual(self.kinds(bundle(""), bundle(service)), [("entry-added", "s")])
        self.assertEqual(self.kinds(bundle(service), bundle("")), [("entry-removed", "s")])

    def test_bundle(self) -> None:
        """A bundle comes or goes, and so do its entries."""
        self.assertEqual(
            self.kinds("", bundle('<Service name="s"/>')),
            [("structure-added", "base"), ("entry-added", "s")],
        )
        self.assertEqual(self.kinds(bundle(""), ""), [("structure-removed", "base")])

    def test_independent(self) -> None:
        """A bundle that becomes independent has changed; its entries have not."""
        (difference,) = compared(bundle(motd()), f'<Independent name="base">{motd()}</Independent>')
        self.assertEqual((difference.kind, difference.tag), ("structure-changed", "Independent"))
        self.assertEqual([one.old for one in difference.details], ["Bundle"])

    def test_of_one_name(self) -> None:
        """Of bundles that share a name none is forgotten, nor which kind of one it is."""
        two = bundle("", "z") + '<Independent name="z"/>'
        reversed_two = '<Independent name="z"/>' + bundle("", "z")
        self.assertEqual(compared(two, reversed_two), [])
        self.assertEqual(
            compared(bundle("") + bundle('<Service name="s"/>'), bundle('<Service name="s"/>')), []
        )
        changed = two.replace("/>", ' a=""/>')
        for old, new in ((two, bundle("", "z")), (bundle("", "z"), two), (two, changed)):
            self.assertTrue(compared(old, new), f"{old} {new}")

    def test_other_tag(self) -> None:
        """Whatever holds entries is a structure to a client."""
        other = '<Other name="z"><Service name="s"/></Other>'
        self.assertEqual(
            [one.kind for one in compared("", other)], ["structure-added", "entry-added"]
        )

    def test_moved(self) -> None:
        """An entry moves from bundle to bundle."""
        old, new = bundle(motd()) + bundle("", "web"), bundle("") + bundle(motd(), "web")
        (difference,) = compared(old, new)
        self.assertEqual((difference.kind, difference.structure), ("entry-moved", "web"))
        self.assertEqual(
            [(one.aspect, one.old, one.new) for one in difference.details],
            [("bundle", "base", "web")],
        )

    def test_twins(self) -> None:
        """Of entries that share tag and name in two bundles the one that changed is named."""
        old = bundle(motd("a\n")) + bundle(motd("b\n"), "web")
        new = bundle(motd("b\n"), "web") + bundle(motd("c\n"))
        (difference,) = compared(old, new)
        self.assertEqual((difference.kind, difference.structure), ("entry-changed", "base"))

    def test_many_twins(self) -> None:
        """Of thousands of entries without a name each counts, in whatever order they come."""
        entries = [f'<Path type="file" failure="{number}"/>' for number in range(5000)]
        changed = [f'<Path type="file" failure="new {number}"/>' for number in range(2500)]
        others = [*reversed(entries[2500:]), *changed]
        differences = compared(bundle("".join(entries)), bundle("".join(others)))
        self.assertEqual({one.kind for one in differences}, {"failure-changed"})
        self.assertEqual(len(differences), 2500)

    def test_attributes(self) -> None:
        """An attribute changes, comes, or goes."""
        (difference,) = compared(
            bundle(motd(attributes='mode="0644" owner="a"')),
            bundle(motd(attributes='mode="0600" group="b"')),
        )
        self.assertEqual(
            [(one.name, one.old, one.new) for one in difference.details],
            [("group", None, "b"), ("mode", "0644", "0600"), ("owner", "a", None)],
        )

    def test_failure(self) -> None:
        """A failure that comes, goes or changes; what an unbound entry lacks is not told."""
        failing = '<Path name="/etc/motd" failure="{}"/>'
        old, new = bundle(motd()), bundle(failing.format("no"))
        self.assertEqual(self.kinds(old, new), [("failure-added", "/etc/motd")])
        self.assertEqual(self.kinds(new, old), [("failure-removed", "/etc/motd")])
        other = bundle(failing.format("never"))
        (difference,) = compared(new, other)
        self.assertEqual(difference.kind, "failure-changed")
        self.assertEqual([(one.old, one.new) for one in difference.details], [("no", "never")])
        self.assertTrue(difference.is_failure)

    def test_builds(self) -> None:
        """A configuration that cannot be built any more, or again, and clients that come and go."""
        config = document("")
        pairs: list[tuple[Built, Built]] = [
            (config, "no"), ("no", config), ("no", "never"), (None, config), (config, None),
        ]  # fmt: skip
        kinds = [difference.kind for pair in pairs for difference in compare(*pair)]
        self.assertEqual(
            kinds,
            ["build-failed", "build-mended", "build-failure-changed", "client-added",
             "client-removed"],
        )  # fmt: skip

    def test_children(self) -> None:
        """A child of an entry that changes is a line."""
        entry = '<Package name="p"><Instance version="{}"/></Package>'
        (difference,) = compared(bundle(entry.format(1)), bundle(entry.format(2)))
        (detail,) = difference.details
        self.assertEqual(detail.lines, ('-<Instance version="1"/>', '+<Instance version="2"/>'))

    def test_nameless(self) -> None:
        """Entries without a name are told apart by what they are."""
        self.assertEqual(
            self.kinds(bundle("<Package a='1'/><Package a='2'/>"), bundle("<Package a='2'/>")),
            [("entry-removed", "")],
        )


class ContentTests(SynchronousTestCase):
    def detail(self, old: str, new: str) -> Detail:
        """Return the one aspect in which two entries differ."""
        ((detail,),) = [one.details for one in compared(bundle(old), bundle(new))]
        return detail

    def test_lines(self) -> None:
        """A content that changes is a unified difference, with three lines around."""
        lines = [f"{number}\n" for number in range(1, 21)]
        changed = [*lines[:9], "ten\n", *lines[10:]]
        detail = self.detail(motd("".join(lines)), motd("".join(changed)))
        self.assertEqual(
            detail.lines,
            ("@@ -7,7 +7,7 @@", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13"),
        )

    def test_line_end(self) -> None:
        """A last line without its end, and the kind of a line's end, can be seen."""
        self.assertEqual(
            self.detail(motd("a\n"), motd("a")).lines,
            ("@@ -1 +1 @@", "-a", "+a", "\\ No newline at end of file"),
        )
        self.assertEqual(
            self.detail(motd("a\n"), motd("a&#13;\n")).lines, ("@@ -1 +1 @@", "-a", "+a\\r")
        )

    def test_blank(self) -> None:
        """A file of one empty line is not an empty file."""
        self.assertEqual(self.detail(motd(""), motd("\n")).lines, ("@@ -0,0 +1 @@", "+"))
        acl = '<ACL type="user" user="a" perms="7"/>'
        detail = self.detail(motd(f"\n{acl}"), motd(f" \n{acl}"))
        self.assertEqual(detail.lines, ("@@ -1 +1 @@", "-", "+ "))

    def test_binary(self) -> None:
        """What is no text is told by size and digest."""
        contents = [
            motd(base64.b64encode(data).decode(), 'encoding="base64"') for data in (b"\xff", b"\0a")
        ]
        detail = self.detail(*contents)
        self.assertRegex(str(detail.old), r"^1 byte, sha256 a8100ae6aa19$")
        self.assertRegex(str(detail.new), r"^2 bytes, sha256 ")

    def test_large(self) -> None:
        """Of a long difference the beginning is kept; one that takes too long is not made."""
        new = "".join(f"{number}\n" for number in range(1000))
        detail = self.detail(motd("a\n"), motd(new))
        self.assertEqual((len(detail.lines), detail.omitted_lines), (200, 802))
        detail = self.detail(motd("b\n" * 50_000), motd("c\n" * 50_000))
        self.assertEqual((detail.old, detail.lines), ("100,000 bytes", ()))

    def test_control_characters(self) -> None:
        """What a terminal would obey is written out."""
        self.assertIn("+\\x9b31m", self.detail(motd("a\n"), motd("&#x9b;31m\n")).lines)


class SecretTests(SynchronousTestCase):
    def assert_hidden(self, old: str, new: str, *texts: str) -> None:
        """See that a difference is told, and that nothing of the secret is in it."""
        client = ComparedClient("", SecretTexts.of(texts))
        differences = compare(document(bundle(old)), document(bundle(new)), client)
        self.assertTrue([one for one in differences[0].details if one.is_secret])
        self.assertNotIn("hush", repr(differences))
        self.assertNotIn("HUSH", repr(differences))

    def test_sensitive(self) -> None:
        """An entry that is sensitive in one of the states is secret in both."""
        marked = 'sensitive="true"'
        self.assert_hidden(motd("hush\n", marked), motd("hush!\n", marked))
        self.assert_hidden(motd("hush\n", marked), motd("hush!\n"))
        self.assert_hidden(motd("hush\n"), motd("hush!\n", marked))

    def test_comes_and_goes(self) -> None:
        """A secret that comes or goes is not told either, nor its size."""
        secret = motd("hush\n", 'sensitive="true"')
        for old, new in ((secret, ""), ("", secret)):
            self.assert_hidden(old, new)
            (difference,) = compared(bundle(old), bundle(new))
            self.assertNotIn("byte", repr(difference))

    def test_private_keys(self) -> None:
        """A private key is known by its head, and by the name of its file, also in base64."""
        self.assert_hidden(motd(f"a\n{KEY_HEAD}\nhush\n"), motd("none\n"))
        host_key = '<Path name="/etc/ssh/ssh_host_ed25519_key">{}</Path>'
        self.assert_hidden(host_key.format("hush"), host_key.format("hush hush"))
        encoded = base64.b64encode(f"\xff{KEY_HEAD}\nhush".encode("latin-1")).decode()
        self.assert_hidden(motd(encoded, 'encoding="base64"'), motd("none\n"))

    def test_attributes(self) -> None:
        """The value of an attribute whose name says that it is a password."""
        for name in ("password", "db_passwd", "secret", "api-key", "password_hash"):
            for entry in (
                f'<User name="u" {name}="{{}}"/>',
                f'<User name="u"><Account login="u" {name}="{{}}"/></User>',
                f'<User name="u"><Account><Login {name}="{{}}"/></Account></User>',
            ):
                self.assert_hidden(entry.format("hush"), entry.format("HUSH"))

    def test_encrypted_sources(self) -> None:
        """What the repository has encrypted is secret wherever it turns up."""
        self.assert_hidden(motd("key=hush1\n"), motd("key=hush2\n"), "hush1", "hush2\n")
        entry = '<Action name="a" command="{}"/>'
        self.assert_hidden(entry.format("run hush1"), entry.format("run"), "hush1")
        child = '<Package name="p"><Instance key="{}"/></Package>'
        self.assert_hidden(child.format("hush1"), child.format("x"), "hush1")
        failing = '<Path name="/a" failure="{}"/>'
        self.assert_hidden(failing.format("hush1"), failing.format("x"), "hush1")
