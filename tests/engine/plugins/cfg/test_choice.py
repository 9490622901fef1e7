"""Which paths Cfg binds, which file a client gets, and what it says of the path."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.xmlio import Element
from tests.builders import CLIENT, Contents, a_core, change, configuration, entry

GROUPS = (
    '<Groups><Group name="all" profile="true" public="true"><Bundle name="b"/>'
    '<Group name="web"/></Group></Groups>'
)


def cfg_core(case: SynchronousTestCase, files: Contents, **settings: object) -> NetworkCore:
    """Return a core for a client in the groups all and web; the files are below Cfg."""
    paths = dict.fromkeys("/" + os.path.dirname(name) for name in files)
    bundle = "<Bundle>" + "".join(f'<Path name="{path}"/>' for path in paths) + "</Bundle>"
    below: Mapping[str, str | bytes] = {f"Cfg/{name}": text for name, text in files.items()}
    return a_core(
        case, {"Metadata/groups.xml": GROUPS, "Bundler/b.xml": bundle, **below}, **settings
    )


def bound(core: NetworkCore, name: str) -> Element:
    """Return what a client gets for a path."""
    return entry(configuration(core), "Path", name)


def failure(core: NetworkCore, name: str) -> str:
    """Return why a path failed, without the repository's place."""
    return (bound(core, name).get("failure") or "").replace(core.settings.repository, "REPO")


class ChoiceTests(SynchronousTestCase):
    def test_attributes(self) -> None:
        """A path has all seven attributes, its type and its text."""
        core = cfg_core(self, {"etc/motd/motd": "hello\n"}, default_owner="daemon")
        path = bound(core, "/etc/motd")
        self.assertEqual(path.text, "hello\n")
        self.assertEqual(
            dict(path.attrib),
            {
                "name": "/etc/motd", "type": "file", "owner": "daemon", "group": "root",
                "mode": "644", "secontext": "__default__", "important": "false",
                "paranoid": "true", "sensitive": "false",
            },
        )  # fmt: skip

    def test_kinds_by_name(self) -> None:
        """A name tells for whom a file is and what it is; the extension comes last."""
        core = cfg_core(
            self,
            {
                "etc/a/a": "plain", "etc/a/a.G10_web.genshi": "group ${1 + 1}",
                "etc/b/b.G10_web": "group", f"etc/b/b.H_{CLIENT}.genshi": "host ${1 + 1}",
                "etc/info/info": "an entry of this name",
            },
        )  # fmt: skip
        self.assertEqual(bound(core, "/etc/a").text, "group 2")
        self.assertEqual(bound(core, "/etc/b").text, "host 2")
        self.assertEqual(bound(core, "/etc/info").text, "an entry of this name")

    def test_unknown_files(self) -> None:
        """A file of no known name is logged and no part of the path; includes are not logged."""
        with self.assertLogs("Cfg", "ERROR") as logged:
            core = cfg_core(
                self,
                {"etc/a/a": "x", "etc/a/a.bak": "y", "etc/a/a.cat": "+z", "top": "?",
                 "etc/a/b.genshi_include": "i"},
            )  # fmt: skip
        log_text = "\n".join(logged.output).replace(core.settings.repository, "REPO")
        self.assertIn("Could not process event exists for REPO/Cfg/etc/a/a.bak; ignoring", log_text)
        self.assertIn("Could not process event exists for REPO/Cfg/top; ignoring", log_text)
        self.assertIn("REPO/Cfg/etc/a/a.cat is not applied: Bcfg2 1.4 has no filters", log_text)
        self.assertEqual(len(logged.output), 3)
        self.assertEqual(bound(core, "/etc/a").text, "x")

    def test_includes_are_for_nobody(self) -> None:
        """What templates include is never a file of its own, whatever stands before its suffix."""
        with self.assertNoLogs("Cfg", "ERROR"):
            core = cfg_core(
                self, {"etc/a/a": "x", f"etc/a/a.H_{CLIENT}.genshi_include": "i",
                       "etc/a/a.G10_web.jinja2_include": "i"},
            )  # fmt: skip
        self.assertEqual(bound(core, "/etc/a").text, "x")

    def test_logged_once(self) -> None:
        """A file of no known name is not logged again when another file changes."""
        core = cfg_core(self, {"etc/a/a": "x", "etc/a/a.bak": "y"})
        with self.assertNoLogs("Cfg", "ERROR"):
            change(core, {"Cfg/etc/a/a": "z"})
        self.assertEqual(bound(core, "/etc/a").text, "z")

    def test_nothing_applies(self) -> None:
        """A path without a file for the client fails, and keeps its attributes."""
        core = cfg_core(self, {"etc/a/a.G10_mail": "x"})
        self.assertEqual(
            failure(core, "/etc/a"),
            f"bind error: No matching entries available for REPO/Cfg/etc/a for {CLIENT}",
        )
        self.assertEqual(bound(core, "/etc/a").get("type"), "file")

    def test_emptied(self) -> None:
        """A path whose last file went stays Cfg's until its folder goes."""
        core = cfg_core(self, {"etc/a/a": "x", "etc/b/b": "y"})
        folder = os.path.join(core.settings.repository, "Cfg/etc/a")
        os.remove(os.path.join(folder, "a"))
        core.reload(None)
        self.assertIn("No matching entries available", failure(core, "/etc/a"))
        shutil.rmtree(folder)
        change(core, {"Cfg/etc/b/b": "z"})
        self.assertEqual(failure(core, "/etc/a"), "no matching generator")

    def test_handlers(self) -> None:
        """`[cfg] handlers` restricts the kinds; what is of another kind is no part of a path."""
        core = cfg_core(
            self,
            {"etc/a/a": "plain", "etc/a/a.G10_web.genshi": "template"},
            cfg_handlers=("CfgPlaintextGenerator", "Nothing"),
        )
        self.assertEqual(bound(core, "/etc/a").text, "plain")


class InfoTests(SynchronousTestCase):
    def test_first_wins(self) -> None:
        """Of several Info that apply the first is used alone, with all attributes and ACLs."""
        info = (
            '<FileInfo><Group name="web"><Info mode="0600" custom="yes">'
            '<ACL type="default" scope="user" user="x" perms="rw"/></Info></Group>'
            '<Info owner="late"/></FileInfo>'
        )
        core = cfg_core(self, {"etc/a/a": "text", "etc/a/info.xml": info})
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            path = bound(core, "/etc/a")
        self.assertIn("Multiple file metadata found in", logged.output[0])
        self.assertEqual(path.get("mode"), "0600")
        self.assertEqual(path.get("custom"), "yes")
        self.assertEqual(path.get("owner"), "root")
        self.assertEqual(path.text, "text")
        self.assertEqual([child.get("user") for child in path], ["x"])
        self.assertEqual(len(bound(core, "/etc/a")), 1)

    def test_path_condition(self) -> None:
        """A Path condition is about the name that the client knows."""
        info = (
            '<FileInfo><Path name="/etc/b"><Info mode="0600"/></Path>'
            '<Path name="/etc/b" negate="true"><Info mode="0644"/></Path></FileInfo>'
        )
        core = cfg_core(self, {"etc/a/a": "x", "etc/a/info.xml": info})
        paths = '<Path name="/etc/a"/><Path name="/etc/b" altsrc="/etc/a"/>'
        change(core, {"Bundler/b.xml": f"<Bundle>{paths}</Bundle>"})
        self.assertEqual(bound(core, "/etc/a").get("mode"), "0644")
        self.assertEqual(bound(core, "/etc/b").get("mode"), "0600")

    def test_nothing_applies(self) -> None:
        """Without an Info that applies, or one that can be read, the path fails untyped."""
        for text in ('<FileInfo><Group name="mail"><Info/></Group></FileInfo>', "<FileInfo>"):
            core = cfg_core(self, {"etc/a/a": "x", "etc/a/info.xml": text})
            self.assertEqual(
                failure(core, "/etc/a"),
                "bind error: No metadata found in REPO/Cfg/etc/a/info.xml for /etc/a",
            )
            self.assertIs(bound(core, "/etc/a").get("type"), None)

    def test_broken_later(self) -> None:
        """An info.xml that breaks keeps its last good state; one that goes leaves the defaults."""
        info = '<FileInfo><Info mode="0600"/></FileInfo>'
        core = cfg_core(self, {"etc/a/a": "x", "etc/a/info.xml": info})
        change(core, {"Cfg/etc/a/info.xml": "<FileInfo>"})
        self.assertEqual(bound(core, "/etc/a").get("mode"), "0600")
        os.remove(os.path.join(core.settings.repository, "Cfg/etc/a/info.xml"))
        core.reload(None)
        self.assertEqual(bound(core, "/etc/a").get("mode"), "644")

    def test_former_files(self) -> None:
        """1.3's info files count, with the former names of attributes; bad lines warn."""
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            core = cfg_core(
                self,
                {"etc/a/a": "x", "etc/a/info": "# of old\nowner: web\nperms: 0600\nnonsense\n",
                 "etc/b/b": "x", "etc/b/:info": "mode: 0640"},
            )  # fmt: skip
        self.assertIn("info:4: 'nonsense' is no line of the form key: value", logged.output[0])
        self.assertEqual(bound(core, "/etc/a").get("mode"), "0600")
        self.assertEqual(bound(core, "/etc/a").get("owner"), "web")
        self.assertEqual(bound(core, "/etc/b").get("mode"), "0640")

    def test_inherited_mode(self) -> None:
        """`mode="inherit"`, as 1.3 has it, is the mode of the file that the content is from."""
        info = '<FileInfo><Info mode="inherit"/></FileInfo>'
        core = cfg_core(self, {"etc/a/a": "x", "etc/a/info.xml": info})
        os.chmod(os.path.join(core.settings.repository, "Cfg/etc/a/a"), 0o750)
        self.assertEqual(bound(core, "/etc/a").get("mode"), "0750")


BASE64 = '<FileInfo><Info encoding="base64"/></FileInfo>'


class EncodingTests(SynchronousTestCase):
    def test_base64(self) -> None:
        """With encoding base64 any bytes can be sent; without, they are a failure."""
        core = cfg_core(
            self,
            {"etc/a/a": b"\xff\x00", "etc/a/info.xml": BASE64, "etc/b/b": b"\xff", "etc/c/c": b"\0",
             "etc/d/d": "ä", "etc/d/info.xml": BASE64},
        )  # fmt: skip
        self.assertEqual(bound(core, "/etc/a").text, "/wA=")
        self.assertEqual(bound(core, "/etc/d").text, "w6Q=")
        self.assertIn("bind error: Failed to decode /etc/b: ", failure(core, "/etc/b"))
        self.assertIn("All strings must be XML compatible", failure(core, "/etc/c"))

    def test_server_encoding(self) -> None:
        """Files and templates are read in the server's encoding."""
        core = cfg_core(
            self,
            {"etc/a/a": "ä".encode("latin-1"), "etc/b/b.genshi": "ä${u'\\u20ac'}".encode("latin-1"),
             "etc/c/c": "ä".encode("latin-1"), "etc/c/info.xml": BASE64},
            encoding="latin-1",
        )  # fmt: skip
        self.assertEqual(bound(core, "/etc/a").text, "ä")
        self.assertEqual(bound(core, "/etc/b").text, "ä?")
        self.assertEqual(bound(core, "/etc/c").text, "5A==")

    def test_byte_order_mark(self) -> None:
        """Bytes that decoding would lose arrive with base64 all the same."""
        data = "x".encode("utf-16")
        core = cfg_core(self, {"etc/a/a": data, "etc/a/info.xml": BASE64}, encoding="utf-16")
        self.assertEqual(bound(core, "/etc/a").text, "//54AA==")

    def test_empty(self) -> None:
        """Empty content is an attribute, and no text."""
        core = cfg_core(self, {"etc/a/a": "", "etc/a/info.xml": BASE64})
        self.assertEqual(bound(core, "/etc/a").get("empty"), "true")
        self.assertIs(bound(core, "/etc/a").text, None)
