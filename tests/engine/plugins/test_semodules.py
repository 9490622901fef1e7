"""SEModules: modules of SELinux policies."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, a_core, change, configuration, entry, write_files
from tests.privileges import forbidden


def bundle(*entries: str) -> dict[str, str | bytes]:
    """Return a bundle with modules."""
    return {"Bundler/b.xml": f"<Bundle>{''.join(entries)}</Bundle>"}


FOO = '<SEModule name="foo"/>'


class SEModulesTests(SynchronousTestCase):
    def module(self, core: NetworkCore, name: str = "foo") -> Any:
        """Return a bound module, an element."""
        return entry(configuration(core), "SEModule", name)

    def test_bound(self) -> None:
        """A module is sent as base64, with the attributes that every path has."""
        core = a_core(
            self,
            {
                **bundle('<SEModule name="foo.pp" disabled="true"/>'),
                "SEModules/foo.pp/foo.pp": b"\x8f\xff\0",
            },
        )
        module = self.module(core)
        self.assertEqual(
            dict(module.attrib),
            {
                "name": "foo", "disabled": "true", "encoding": "base64", "owner": "root",
                "group": "root", "mode": "644", "secontext": "__default__", "important": "false",
                "paranoid": "true", "sensitive": "false",
            },
        )  # fmt: skip
        self.assertEqual(module.text, "j/8A")

    def test_specificity(self) -> None:
        """The file for the host wins over that for a group, and this one over that for all."""
        core = a_core(
            self,
            {**bundle(FOO), "SEModules/foo.pp/foo.pp": "a", "SEModules/foo.pp/foo.pp.G10_all": "b"},
        )
        self.assertEqual(self.module(core).text, "Yg==")
        change(core, {f"SEModules/foo.pp/foo.pp.H_{CLIENT}": "c"})
        self.assertEqual(self.module(core).text, "Yw==")

    def test_unreadable(self) -> None:
        """A client gets no module for others in place of one for it that cannot be read."""
        core = a_core(self, {**bundle(FOO), "SEModules/foo.pp/foo.pp": "a"})
        name = f"SEModules/foo.pp/foo.pp.H_{CLIENT}"
        write_files(core.settings.repository, {name: "c"})
        with self.assertLogs("bcfg2-server", "ERROR"), forbidden(core.settings.repository, name):
            core.reload(None)
        module = self.module(core)
        self.assertIn(f"{name}: Permission denied", module.get("failure"))
        self.assertIsNone(module.text)

    def test_info(self) -> None:
        """info.xml replaces attributes, but a module stays base64."""
        info = "SEModules/foo.pp/info.xml"
        core = a_core(
            self,
            {
                **bundle(FOO),
                "SEModules/foo.pp/foo.pp": "a",
                info: '<FileInfo><Info mode="0600" encoding="ascii"/></FileInfo>',
            },
        )
        module = self.module(core)
        self.assertEqual((module.get("mode"), module.get("encoding")), ("0600", "base64"))
        change(core, {info: '<FileInfo><Client name="x"><Info/></Client></FileInfo>'})
        self.assertRegex(
            self.module(core).get("failure"),
            "^bind error: No metadata found in .*SEModules/foo.pp/info.xml for foo$",
        )

    def test_broken_info(self) -> None:
        """An info.xml that was never understood fails the module."""
        core = a_core(
            self,
            {**bundle(FOO), "SEModules/foo.pp/foo.pp": "a", "SEModules/foo.pp/info.xml": "<File"},
        )
        self.assertIn("No metadata found in", self.module(core).get("failure"))

    def test_not_for_client(self) -> None:
        """A module that is for others only fails."""
        core = a_core(self, {**bundle(FOO), "SEModules/foo.pp/foo.pp.H_other": "a"})
        self.assertRegex(
            self.module(core).get("failure"),
            f"^bind error: No matching entries available for .*SEModules/foo.pp for {CLIENT}$",
        )

    def test_listed_elsewhere(self) -> None:
        """A plugin that lists the name wins; a name without a module is nobody's."""
        core = a_core(
            self,
            {
                **bundle(FOO, '<SEModule name="bar"/>'),
                "SEModules/foo.pp/foo.pp": "a",
                "Rules/r.xml": '<Rules priority="1"><SEModule name="foo" disabled="true"/></Rules>',
            },
        )
        self.assertEqual(dict(self.module(core).attrib), {"name": "foo", "disabled": "true"})
        self.assertEqual(self.module(core, "bar").get("failure"), "no matching generator")

    def test_unknown_files(self) -> None:
        """Files that are no module's are named in the log, once."""
        with self.assertLogs("SEModules", "ERROR") as logs:
            core = a_core(
                self,
                {
                    **bundle(FOO),
                    "SEModules/foo.pp/foo.pp": "a",
                    "SEModules/foo.pp/foo.te": "x",
                    "SEModules/loose.pp": "x",
                    "SEModules/bar/bar": "x",
                },
            )
            change(core, {"SEModules/foo.pp/foo.pp": "b"})
        self.assertEqual(
            sorted(line.partition("; ignoring")[0].rpartition("/")[2] for line in logs.output),
            ["bar", "foo.te", "loose.pp"],
        )
