"""Bundler: which entries a client has."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.xmlio import Element, attributes
from bcfg2tw.errors import ValidationError
from tests.builders import CLIENT, Contents, a_core, change, configuration, entry, groups_with

XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
PY = 'xmlns:py="http://genshi.edgewall.org/"'


def structure(config: Element, name: str) -> Element:
    """Return a structure of a configuration."""
    (found,) = [one for one in config if one.get("name") == name]
    return found


def entries(structure: Element) -> list[tuple[str, str | None]]:
    """Return tags and names of what a structure holds."""
    return [(one.tag, one.get("name")) for one in structure]


class BundleCase(SynchronousTestCase):
    def core(self, bundles: dict[str, str], more: Contents | None = None) -> NetworkCore:
        """Return a core for a client that has the bundle `a` only."""
        contents: dict[str, str | bytes] = {"Metadata/groups.xml": groups_with(["a"])}
        contents.update((f"Bundler/{name}", text) for name, text in bundles.items())
        if more is not None:
            contents.update(more)
        return a_core(self, contents)

    def a(self, bundles: dict[str, str], more: Contents | None = None) -> Element:
        """Return the client's bundle `a`."""
        return structure(configuration(self.core(bundles, more)), "a")


class FileTests(BundleCase):
    def test_attributes(self) -> None:
        """A bundle is called like its file; other attributes of the root reach the client."""
        with self.assertLogs("Bundler", "WARNING") as logged:
            a = self.a({"sub/a.xml": '<Bundle name="other" description="text" version="2"/>'})
        self.assertEqual(dict(a.attrib), {"name": "a", "description": "text", "version": "2"})
        self.assertIn("the name of a bundle is its file's", logged.output[0])

    def test_independent(self) -> None:
        """An independent bundle is another element; the attribute itself is not sent."""
        a = self.a({"a.xml": '<Bundle independent="True"><BoundService name="s"/></Bundle>'})
        self.assertEqual((a.tag, attributes(a)), ("Independent", {"name": "a"}))
        self.assertEqual(entries(a), [("Service", "s")])

    def test_genshi_files(self) -> None:
        """A .genshi file is a template without the prefix, and deprecated, said once."""
        with self.assertLogs("Bundler", "WARNING") as logged:
            core = self.core({"a.genshi": '<Bundle><BoundService name="${1 + 1}"/></Bundle>'})
        self.assertIn("Bundle filenames ending with .genshi are deprecated", logged.output[0])
        self.assertEqual(entries(structure(configuration(core), "a")), [("Service", "2")])
        with self.assertNoLogs("Bundler", "WARNING"):
            change(core, {"Bundler/b.xml": "<Bundle/>"})

    def test_same_name(self) -> None:
        """Of two files for one bundle the first by path is used, and the log names both."""
        with self.assertLogs("Bundler", "ERROR") as logged:
            core = self.core({"a.xml": "<Bundle/>", "b/a.xml": '<Bundle version="2"/>'})
        self.assertIs(structure(configuration(core), "a").get("version"), None)
        self.assertIn("b/a.xml is not used: bundle a is in ", logged.output[0])

    def test_other_files(self) -> None:
        """Files of other names are logged and no bundles."""
        with self.assertLogs("Bundler", "ERROR") as logged:
            self.core({"a.xml": "<Bundle/>", "README": "text"})
        self.assertIn("Could not process filename", logged.output[0])

    def test_conditions(self) -> None:
        """What is inside conditions stands in their place where they are true."""
        a = self.a(
            {
                "a.xml": '<Bundle><Group name="all"><BoundService name="z"/><Client '
                f'name="{CLIENT}"><BoundPath name="z"/></Client></Group><Group name="no">'
                '<BoundService name="n"/></Group><Group name="no" negate="true">'
                '<BoundPackage name="z"/></Group></Bundle>'
            }
        )
        self.assertEqual(entries(a), [("Service", "z"), ("Path", "z"), ("Package", "z")])

    def test_template_fails(self) -> None:
        """A bundle whose template fails is missing for the client; the others are there."""
        bundles = {
            "a.xml": '<Bundle><RequiredBundle name="b"/><RequiredBundle name="c"/></Bundle>',
            "b.xml": f'<Bundle {PY}><Path name="${{metadata.nothing}}"/></Bundle>',
            "c.xml": f'<Bundle {PY}>\n<Path name="${{nothing}}"/></Bundle>',
        }
        core = self.core(bundles)
        with (
            self.assertLogs("bcfg2-server", "ERROR") as places,
            self.assertLogs("Bundler", "ERROR") as logged,
        ):
            config = configuration(core)
        self.assertEqual([one.get("name") for one in config], ["a"])
        self.assertIn('Bundler/c.xml:2: UndefinedError: "nothing" not', "".join(places.output))
        self.assertIn("its variables are metadata, repo", "".join(places.output))
        log = "\n".join(logged.output)
        self.assertIn("Bundler: Failed to render templated bundle c: ", log)
        self.assertIn("Bundler/c.xml:2: ", log)
        self.assertIn('"nothing" not defined', log)

    def test_template_fails_later(self) -> None:
        """A client that had a bundle gets a fault with the line, not a configuration without it."""
        bundle = f"<Bundle {PY}>\n<BoundPath name='${{len(metadata.groups)}}'/></Bundle>"
        core = self.core({"a.xml": bundle})
        configuration(core)
        change(core, {"Bundler/a.xml": bundle.replace("len(", "int(")})
        with self.assertRaises(ValidationError) as raised:
            configuration(core)
        self.assertIn("bundle a cannot be rendered: ", str(raised.exception))
        self.assertIn("Bundler/a.xml:2: ", str(raised.exception))

    def test_broken(self) -> None:
        """A file that breaks keeps its last good state."""
        core = self.core({"a.xml": '<Bundle><BoundService name="s"/></Bundle>'})
        change(core, {"Bundler/a.xml": "<Bundle>"})
        self.assertEqual(entries(structure(configuration(core), "a")), [("Service", "s")])


class RequiredTests(BundleCase):
    def test_required(self) -> None:
        """Required bundles come too, each once, also in a circle; the element is not sent."""
        core = self.core(
            {
                "a.xml": '<Bundle><RequiredBundle name="b"/><Group name="no">'
                '<RequiredBundle name="d"/></Group></Bundle>',
                "b.xml": '<Bundle><RequiredBundle name="c"/><RequiredBundle name="a"/></Bundle>',
                "c.xml": '<Bundle><RequiredBundle name="b"/></Bundle>',
                "d.xml": "<Bundle/>",
            }
        )
        config = configuration(core)
        self.assertEqual([(one.get("name"), len(one)) for one in config],
                         [("a", 0), ("b", 0), ("c", 0)])  # fmt: skip

    def test_unknown(self) -> None:
        """A required bundle that does not exist, or has no name, is logged and left out."""
        core = self.core({"a.xml": '<Bundle><RequiredBundle name="x"/><RequiredBundle/></Bundle>'})
        with self.assertLogs("Bundler", "WARNING") as logged:
            self.assertEqual([one.get("name") for one in configuration(core)], ["a"])
        log = "\n".join(logged.output)
        self.assertIn("Bundler: Bundle x does not exist", log)
        self.assertIn("a has a RequiredBundle without a name", log)

    def test_inherit_modification(self) -> None:
        """A client that knows how is told of the bundle whose modification counts as the own."""
        core = self.core(
            {
                "a.xml": '<Bundle><RequiredBundle name="b" inherit_modification="true"/>'
                '<RequiredBundle name="none" inherit_modification="true"/>'
                '<RequiredBundle name="c" inherit_modification="True"/></Bundle>',
                "b.xml": "<Bundle/>",
                "c.xml": "<Bundle/>",
            }
        )
        for version, expected in (
            ("1.4.0", [("Bundle", "b"), ("Bundle", "none")]),
            ("1.4.0pre2", [("Bundle", "b"), ("Bundle", "none")]),
            ("1.4.0pre1", []),
            ("1.3.4", []),
            (None, []),
        ):
            metadata = core.build_metadata(CLIENT)
            metadata.version = version
            a = structure(core.configuration(metadata), "a")
            self.assertEqual(entries(a), expected, version)
            self.assertEqual([one.get("failure") for one in a], [None] * len(expected))


class IncludeTests(BundleCase):
    def test_included_bundle(self) -> None:
        """The root of an included bundle is dissolved, what it requires is required."""
        core = self.core(
            {
                "a.xml": f'<Bundle {XI}><BoundService name="s"/><xi:include href="parts/p.inc"/>'
                '<xi:include href="parts/empty.inc"/></Bundle>',
                "parts/p.inc": '<Bundle><BoundPath name="p"/><RequiredBundle name="b"/></Bundle>',
                "parts/empty.inc": "<Bundle/>",
                "b.xml": "<Bundle/>",
            }
        )
        with self.assertLogs("Bundler", "WARNING") as logged:
            config = configuration(core)
        self.assertEqual(entries(structure(config, "a")), [("Path", "p"), ("Service", "s")])
        self.assertEqual([one.get("name") for one in config], ["a", "b"])
        self.assertIn("a includes an empty bundle", logged.output[0])

    def test_included_entry(self) -> None:
        """Nothing of an included file's place reaches the client."""
        a = self.a(
            {"a.xml": f'<Bundle {XI}><xi:include href="parts/p.inc"/></Bundle>',
             "parts/p.inc": '<BoundPath name="p"/>'}
        )  # fmt: skip
        self.assertEqual(dict(entry(a, "Path", "p").attrib), {"name": "p"})

    def test_included_file_changes(self) -> None:
        """A bundle is read again when what it includes changes, or appears."""
        core = self.core({"a.xml": f'<Bundle {XI}><xi:include href="../parts/*.inc"/></Bundle>'})
        self.assertEqual(entries(structure(configuration(core), "a")), [])
        change(core, {"parts/p.inc": '<BoundPath name="p"/>'})
        self.assertEqual(entries(structure(configuration(core), "a")), [("Path", "p")])


class GlobTests(BundleCase):
    CFG: Contents = {
        "Cfg/etc/cron.d/one/one": "1",
        "Cfg/etc/cron.d/deep/two/two": "2",
        "Cfg/etc/hosts/hosts": "h",
        "Rules/r.xml": '<Rules priority="1"><Service name="/etc/cron.d/s"/></Rules>',
        "Defaults/d.xml": '<Defaults priority="1"/>',
    }

    def test_expanded(self) -> None:
        """A glob stands for all listed paths that match, in folders below as well."""
        bundle = '<Bundle><Group name="all"><Path glob="/etc/cron.d/*"/></Group></Bundle>'
        a = self.a({"a.xml": bundle}, self.CFG)
        self.assertEqual(
            [(one.get("name"), one.text) for one in a],
            [("/etc/cron.d/deep/two", "2"), ("/etc/cron.d/one", "1")],
        )

    def test_nothing_matches(self) -> None:
        """A glob that matches nothing leaves nothing."""
        a = self.a({"a.xml": '<Bundle><Path glob="/nothing*"/></Bundle>'}, self.CFG)
        self.assertEqual(entries(a), [])

    def test_two_generators(self) -> None:
        """A path that two generators list is there once, and fails as it does without a glob."""
        rules = '<Rules priority="1"><Path name="/etc/hosts" type="symlink"/></Rules>'
        a = self.a(
            {"a.xml": '<Bundle><Path glob="/etc/h*"/></Bundle>'},
            {**self.CFG, "Rules/p.xml": rules},
        )
        self.assertEqual([one.get("failure") for one in a],
                         ["served by multiple generators: Cfg, Rules"])  # fmt: skip

    def test_paths_change(self) -> None:
        """A path that is new is in the next configuration."""
        core = self.core({"a.xml": '<Bundle><Path glob="/etc/h*"/></Bundle>'}, self.CFG)
        self.assertEqual(len(structure(configuration(core), "a")), 1)
        change(core, {"Cfg/etc/hosts.allow/hosts.allow": "x"})
        self.assertEqual(len(structure(configuration(core), "a")), 2)

    def test_in_a_required_bundle(self) -> None:
        """Globs of required and independent bundles are expanded as well."""
        core = self.core(
            {"a.xml": '<Bundle><RequiredBundle name="b"/></Bundle>',
             "b.xml": '<Bundle independent="true"><Path glob="/etc/h*"/></Bundle>'},
            self.CFG,
        )  # fmt: skip
        self.assertEqual(entries(structure(configuration(core), "b")), [("Path", "/etc/hosts")])


class MissingBundleTests(SynchronousTestCase):
    """A bundle that is not there, although a group names it."""

    CONTENTS = {"Bundler/a.xml": '<Bundle><BoundService name="one"/></Bundle>'}
    NAMES_TWO = (
        '<Groups><Group name="all" profile="true"><Bundle name="a"/><Bundle name="b"/></Group>'
        "</Groups>"
    )

    def test_gone(self) -> None:
        """One that was there is missed: no client gets a configuration that lacks it."""
        core = a_core(self, {**self.CONTENTS, "Bundler/b.xml": "<Bundle/>"})
        path = os.path.join(core.settings.repository, "Bundler", "b.xml")
        os.unlink(path)
        core.reload(None)
        with self.assertRaises(ValidationError) as raised:
            configuration(core)
        self.assertEqual(
            str(raised.exception),
            f"{core.settings.repository}/Metadata/groups.xml:1: "
            "there is no bundle b, which a group or a bundle names: "
            f"restore {path}, or take the bundle out of what names it",
        )
        change(core, {"Bundler/b.xml": "<Bundle/>"})
        self.assertIsNotNone(structure(configuration(core), "b"))

    def test_taken_out(self) -> None:
        """One that was there and is named no more is not missed."""
        core = a_core(self, {**self.CONTENTS, "Bundler/b.xml": "<Bundle/>"})
        os.unlink(os.path.join(core.settings.repository, "Bundler", "b.xml"))
        change(core, {"Metadata/groups.xml": self.NAMES_TWO.replace('<Bundle name="b"/>', "")})
        self.assertIsNotNone(structure(configuration(core), "a"))

    def test_never_there(self) -> None:
        """One that was not there at the start is left out, and named in the log."""
        core = a_core(self, {**self.CONTENTS, "Metadata/groups.xml": self.NAMES_TWO})
        with self.assertLogs("Bundler", "ERROR") as logs:
            self.assertIsNotNone(structure(configuration(core), "a"))
        self.assertIn("Bundle b does not exist", logs.output[0])

    def test_place(self) -> None:
        """The line of groups.xml that names it is told, and the bundle that was meant."""
        groups = (
            '<Groups>\n<Group name="all" profile="true">\n<Bundle name="apach"/></Group></Groups>'
        )
        contents = {"Bundler/apache.xml": "<Bundle/>", "Metadata/groups.xml": groups}
        core = a_core(self, contents)
        path = os.path.join(core.settings.repository, "Metadata", "groups.xml")
        message = f"{path}:3: there is no bundle apach (apache is there)"
        with self.assertLogs("Bundler", "ERROR") as logs:
            configuration(core)
        self.assertIn(message, logs.output[0])
        core = a_core(self, contents, strict_repository=True)
        with self.assertRaises(ValidationError) as raised:
            configuration(core)
        self.assertIn("groups.xml:3: there is no bundle apach (apache", str(raised.exception))

    def test_strict(self) -> None:
        """With `strict_repository` it is missed as well."""
        core = a_core(
            self,
            {**self.CONTENTS, "Metadata/groups.xml": self.NAMES_TWO},
            strict_repository=True,
        )
        self.assertRaises(ValidationError, configuration, core)

    def test_strict_unreadable(self) -> None:
        """With `strict_repository` a bundle that never could be read is a fault with its line."""
        core = a_core(
            self, {**self.CONTENTS, "Bundler/b.xml": "<Bundle>\n<Service>"}, strict_repository=True
        )
        with self.assertRaises(ValidationError) as raised:
            configuration(core)
        self.assertIn("bundle b was never readable: ", str(raised.exception))
        self.assertIn("Bundler/b.xml:2: ", str(raised.exception))

    def test_misspelt(self) -> None:
        """The bundle that is meant is told where case, blanks or suffix of a name are wrong."""
        for name in ("A", "a ", "a.xml"):
            groups = self.NAMES_TWO.replace('<Bundle name="b"/>', f'<Bundle name="{name}"/>')
            core = a_core(self, {**self.CONTENTS, "Metadata/groups.xml": groups})
            with self.assertLogs("Bundler", "ERROR") as logs:
                self.assertIsNotNone(structure(configuration(core), "a"))
            self.assertIn("groups.xml:1: there is no bundle ", logs.output[0])
            self.assertIn("(a is there)", logs.output[0])

    def test_misspelt_later(self) -> None:
        """So is one that a change brings in and that is like a bundle that is there."""
        contents = {"Bundler/apache.xml": "<Bundle/>"}
        core = a_core(self, contents)
        change(core, {"Metadata/groups.xml": groups_with(["apach"])})
        with self.assertRaises(ValidationError) as raised:
            configuration(core)
        self.assertIn("there is no bundle apach (apache is there)", str(raised.exception))

    def test_required(self) -> None:
        """Of one that another requires the line is told."""
        core = a_core(self, {"Bundler/a.xml": '<Bundle>\n<RequiredBundle name="x"/></Bundle>'})
        with self.assertLogs("Bundler", "ERROR") as logs:
            configuration(core)
        self.assertIn("Bundler/a.xml:2: there is no bundle x", logs.output[0])

    def test_refused(self) -> None:
        """A bundle's file that would lose what it holds is a fault from the start."""
        for text, told in (
            ("<Bundel>\n</Bundel>", "b.xml:1: the root is <Bundel>, <Bundle> is wanted"),
            ("<Bundle>\n<Gruop name='x'><Path name='/a'/></Gruop></Bundle>",
             "b.xml:2: <Gruop> means nothing in <Bundle>: did you mean <Group>?"),
        ):  # fmt: skip
            core = a_core(self, {**self.CONTENTS, "Bundler/b.xml": text})
            with self.assertRaises(ValidationError) as raised:
                configuration(core)
            self.assertIn(told, str(raised.exception))
