"""Owner, mode and the like: info.xml, the info files of 1.3, and the defaults."""

from __future__ import annotations

from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.checks import findings_in
from bcfg2tw.engine.documents.infoxml import (
    InfoFile,
    InfoXML,
    bind_info,
    default_path_metadata,
)
from bcfg2tw.engine.encryption import encrypt
from bcfg2tw.engine.model.build import Build
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import EntryExplanation, Explanation
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings
from tests.builders import a_core, files_in, metadata_of

PY = 'xmlns:py="http://genshi.edgewall.org/"'
DEFAULTS = {
    "owner": "root",
    "group": "root",
    "mode": "644",
    "secontext": "__default__",
    "important": "false",
    "paranoid": "true",
    "sensitive": "false",
}


def a_client(*groups: str) -> ClientMetadata:
    """Return the metadata of a client that belongs to no repository."""
    return ClientMetadata("www.example.test", groups=groups)


def path(name: str = "/etc/motd", **attributes: str) -> Element:
    """Return the entry of a file."""
    return etree.Element("Path", {"name": name, **attributes})


class InfoTestCase(SynchronousTestCase):
    def info(self, text: str, **settings: Any) -> InfoXML:
        """Return an info.xml of this content."""
        info = files_in(self, {"info.xml": text}, **settings).load("info.xml", InfoXML)
        assert info is not None
        return info


class InfoXMLTests(InfoTestCase):
    def bound(self, text: str, *groups: str, name: str = "/etc/motd") -> dict[str, str]:
        """Return the attributes that an info.xml gives a path."""
        entry = path(name)
        self.info(text).bind(entry, a_client(*groups))
        return {str(key): str(value) for key, value in entry.attrib.items() if key != "name"}

    def test_attributes(self) -> None:
        """All attributes of an Info are given, also such as nobody knows."""
        self.assertEqual(
            self.bound('<FileInfo><Info mode="0600" colour="red"/></FileInfo>'),
            {"mode": "0600", "colour": "red"},
        )

    def test_own_attributes(self) -> None:
        """What the entry says of itself is overwritten."""
        entry = path(mode="0777", owner="u")
        self.info('<FileInfo><Info mode="0600"/></FileInfo>').bind(entry, a_client())
        self.assertEqual((entry.get("mode"), entry.get("owner")), ("0600", "u"))

    def test_conditions(self) -> None:
        """The first Info whose conditions all hold is taken; the rest is warned of."""
        text = (
            '<FileInfo><Group name="web"><Client name="www.example.test"><Info mode="1"/></Client>'
            '</Group><Group name="web" negate="true"><Info mode="2"/></Group></FileInfo>'
        )
        self.assertEqual(self.bound(text, "web"), {"mode": "1"})
        self.assertEqual(self.bound(text), {"mode": "2"})

    def test_path(self) -> None:
        """The condition Path is about the name that the client knows."""
        text = (
            '<FileInfo><Path name="/etc/motd"><Info mode="1"/></Path>'
            '<Path name="/etc/motd" negate="true"><Info mode="2"/></Path></FileInfo>'
        )
        self.assertEqual(self.bound(text), {"mode": "1"})
        self.assertEqual(self.bound(text, name="/etc/issue"), {"mode": "2"})
        entry = path("/etc/issue", realname="/etc/motd")
        self.info(text).bind(entry, a_client())
        self.assertEqual(entry.get("mode"), "1")

    def test_none(self) -> None:
        """A path for which no Info applies cannot be bound; file and path are named."""
        info = self.info('<FileInfo><Group name="web"><Info mode="1"/></Group></FileInfo>')
        error = self.assertRaises(PluginExecutionError, info.bind, path(), a_client())
        self.assertEqual(str(error), f"No metadata found in {info.path} for /etc/motd")

    def test_several(self) -> None:
        """Where several apply the first is taken, and the log says that there are more."""
        info = self.info(
            '<FileInfo><Info mode="1"/><Group name="g"><Info mode="2"/></Group></FileInfo>'
        )
        entry = path()
        with self.assertLogs("bcfg2-server", "WARNING") as logs:
            info.bind(entry, a_client("g"))
        self.assertEqual(entry.get("mode"), "1")
        self.assertEqual(
            logs.records[0].getMessage(),
            f"Multiple file metadata found in {info.path} for /etc/motd",
        )
        with self.assertNoLogs("bcfg2-server", "WARNING"):
            info.bind(path(), a_client())

    def test_children(self) -> None:
        """What an Info holds goes to the entry, filtered for the client: ACLs, for instance."""
        info = self.info(
            '<FileInfo><Info mode="1"><ACL type="access" scope="user" perms="rw"/>'
            '<Group name="web"><ACL type="default" scope="group"/></Group></Info></FileInfo>'
        )
        for groups, types in ((("web",), ["access", "default"]), ((), ["access"])):
            for _ in range(2):  # the second time nothing is used up
                entry = path()
                info.BindEntry(entry, a_client(*groups))
                self.assertEqual([acl.get("type") for acl in entry], types)

    def test_included(self) -> None:
        """The place of an included file on the server reaches no client."""
        files = files_in(
            self,
            {
                "info.xml": '<FileInfo xmlns:xi="http://www.w3.org/2001/XInclude">'
                '<xi:include href="more.xml"/></FileInfo>',
                "more.xml": '<Info mode="0600"/>',
            },
        )
        info = files.load("info.xml", InfoXML)
        assert info is not None
        entry = path()
        info.bind(entry, a_client())
        self.assertEqual(dict(entry.attrib), {"name": "/etc/motd", "mode": "0600"})

    def test_encrypted(self) -> None:
        """Encrypted text stays as it is: nothing in an info.xml is decrypted."""
        text = encrypt(b"secret", "geheim").decode().strip()
        info = self.info(
            f'<FileInfo><Info mode="1"><X encrypted="one">{text}</X></Info></FileInfo>',
            passphrases={"one": "geheim"},
        )
        entry = path()
        info.bind(entry, a_client())
        self.assertEqual(entry[0].text, text)

    def test_template(self) -> None:
        """A template is rendered for the client before its conditions are looked at."""
        core = a_core(self, {})
        info = self.info(
            f'<FileInfo {PY}><Group name="${{metadata.profile}}"><Info py:for="mode in [\'7\']"'
            ' mode="$mode" owner="${metadata.hostname}"/></Group></FileInfo>'
        )
        entry = path()
        info.bind(entry, metadata_of(core))
        self.assertEqual((entry.get("mode"), entry.get("owner")), ("7", "client.example.test"))

    def test_explained(self) -> None:
        """An explanation names the line that was taken, and those that applied as well."""
        info = self.info('<FileInfo>\n<Info mode="1"/>\n<Info mode="2"/></FileInfo>')
        explanation, explained = Explanation(), EntryExplanation("Path", "/etc/motd")
        with explanation.of(explained), self.assertLogs("bcfg2-server", "WARNING"):
            info.bind(path(), a_client().for_build(Build[Any](explanation=explanation)))
        (choice,) = explained.choices
        self.assertEqual(choice.subject, "attributes")
        self.assertEqual(str(choice.won), f"{info.path}:2")
        self.assertEqual([str(one) for one in choice.lost], [f"{info.path}:3"])


class InfoFileTests(SynchronousTestCase):
    """The files of 1.3."""

    def attributes(self, text: str) -> dict[str, str]:
        """Return what an info file says."""
        self.files = files_in(self, {"info": text})
        info = self.files.load("info", InfoFile)
        assert info is not None
        entry = path()
        info.bind(entry, a_client())
        return {str(key): str(value) for key, value in entry.attrib.items() if key != "name"}

    def test_lines(self) -> None:
        """Lines are `key: value`; comments and empty ones are passed over; the last one wins."""
        text = "# owner: x\n\n  owner :  Max Müller \nmode:0600\nsecontext: a:b:c\nmode: 0640\n"
        with self.assertNoLogs("bcfg2-server", "WARNING"):
            self.assertEqual(
                self.attributes(text),
                {"owner": "Max Müller", "mode": "0640", "secontext": "a:b:c"},
            )

    def test_former_name(self) -> None:
        """What 1.3 called `perms` is the mode."""
        self.assertEqual(self.attributes("perms: 0755\n"), {"mode": "0755"})

    def test_bad_lines(self) -> None:
        """A line that says nothing is named with its number, and the rest counts."""
        bad = ("owner", "two words: x", "mode:", ": x", "<Info/>")
        text = "\n".join((*bad, "group: g"))
        self.assertEqual(self.attributes(text), {"group": "g"})
        self.assertEqual(
            [str(finding) for finding in findings_in("Cfg", "a/info", "info", text.encode())],
            [
                f"info:{number}: {line!r} is no line of the form key: value"
                for number, line in enumerate(bad, 1)
            ],
        )

    def test_encoding(self) -> None:
        """A file that is not in the server's encoding is named with the line, and not used."""
        files = files_in(self, {"info": b"owner: root\ngroup: \xfc\n"})
        with self.assertLogs("bcfg2-server", "ERROR"):
            self.assertIsNone(files.load("info", InfoFile))
        (problem,) = files.problems
        self.assertIn("info:2: ", str(problem))
        latin = files_in(self, {"info": b"owner: \xfc\n"}, encoding="latin-1")
        info = latin.load("info", InfoFile)
        assert info is not None
        self.assertEqual(info.attributes, {"owner": "ü"})


class DefaultTests(InfoTestCase):
    def test_of_settings(self) -> None:
        """The defaults are those of `[mdata]`."""
        self.assertEqual(default_path_metadata(Settings()), DEFAULTS)
        self.assertEqual(
            default_path_metadata(Settings(default_owner="u", default_paranoid="false")),
            {**DEFAULTS, "owner": "u", "paranoid": "false"},
        )

    def test_bound(self) -> None:
        """An entry gets the defaults, and then what the info.xml says."""
        metadata = metadata_of(a_core(self, {}, default_group="wheel"))
        entry = path(mode="0777")
        bind_info(entry, metadata, self.info('<FileInfo><Info owner="u"/></FileInfo>'))
        expected = {**DEFAULTS, "name": "/etc/motd", "group": "wheel", "owner": "u"}
        self.assertEqual(dict(entry.attrib), expected)

    def test_given(self) -> None:
        """Whoever binds may give other defaults, and needs no info.xml."""
        entry = path()
        bind_info(entry, a_client(), default={"mode": "0600"})
        self.assertEqual(dict(entry.attrib), {"name": "/etc/motd", "mode": "0600"})
