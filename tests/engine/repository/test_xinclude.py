"""XInclude with globs, nesting and fallbacks."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.repository.files import Files, Library
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, serialise
from bcfg2tw.settings import Settings
from tests.builders import (
    a_repository,
    bundle_of,
    configuration,
    entry,
    groups_with,
    some_settings,
    write_files,
)

ROOT = '<R xmlns:xi="http://www.w3.org/2001/XInclude">%s</R>'


def document(source: Source) -> Element:
    """Interpret a file as XML."""
    return source.xml()


class IncludeTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        self.library = Library(Settings(repository=self.folder))

    def files(self, **contents: str) -> Files:
        """Write the files `NAME.xml` and list them."""
        write_files(self.folder, {f"{name}.xml": text for name, text in contents.items()})
        return self.library.files(self.folder)

    def names(self, files: Files) -> list[str]:
        """Return the names of the top document's X elements."""
        root = files.load("top.xml", document)
        assert root is not None
        return [element.get("n") or "" for element in root.iter("X")]

    def test_at_the_end(self) -> None:
        """Included content comes after all other children, files of a glob sorted."""
        files = self.files(
            top=ROOT % '<xi:include href="p*.xml"/><X n="own"/>',
            p2='<R><X n="2"/></R>',
            p1='<R><X n="1"/></R>',
        )
        self.assertEqual(self.names(files), ["own", "1", "2"])

    def test_nested_globs(self) -> None:
        """Globs work in included files as well; a file never includes itself."""
        files = self.files(
            top=ROOT % '<xi:include href="p.xml"/>',
            p=ROOT % '<X n="p"/><xi:include href="*.xml"/>',
            q='<R><X n="q"/></R>',
        )
        self.assertEqual(self.names(files), ["p", "q"])

    def test_other_way(self) -> None:
        """A file does not include itself under another name of the same place either."""
        here = os.path.basename(self.folder)
        files = self.files(
            top=ROOT % f'<xi:include href="../{here}/*.xml"/><X n="own"/>',
            q=ROOT % f'<X n="q"/><xi:include href="../{here}/../{here}/*.xml"/>',
        )
        self.assertEqual(self.names(files), ["own", "q"])

    def test_fallback(self) -> None:
        """Where nothing is found the fallback's content is used, without an error."""
        files = self.files(
            top=ROOT
            % '<xi:include href="no.xml"><xi:fallback><X n="f"/></xi:fallback></xi:include>'
        )
        with self.assertNoLogs("bcfg2-server", "ERROR"):
            self.assertEqual(self.names(files), ["f"])

    def test_nothing_found(self) -> None:
        """Where nothing is found and there is no fallback, that is an error; the rest is used."""
        files = self.files(top=ROOT % '<xi:include href="no.xml"/><X n="own"/>')
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(self.names(files), ["own"])
        self.assertIn("top.xml:1: no.xml does not exist, skipping", logs.output[0])

    def test_no_href(self) -> None:
        """An include that names nothing is as one of a missing file, with or without a fallback."""
        for attribute in ("", 'href=""'):
            for inner, names in (
                ("", ["own"]),
                ('<xi:fallback><X n="f"/></xi:fallback>', ["own", "f"]),
            ):
                content = f'<xi:include {attribute}>{inner}</xi:include><X n="own"/>'
                library = Library(Settings(repository=self.folder))
                write_files(self.folder, {"top.xml": ROOT % content})
                files = library.files(self.folder)
                if inner:
                    self.assertEqual(self.names(files), names)
                    continue
                with self.assertLogs("bcfg2-server", "ERROR") as logs:
                    self.assertEqual(self.names(files), names)
                self.assertIn("top.xml:1: xi:include has no href, skipping: name a", logs.output[0])

    def test_appears(self) -> None:
        """A file that was missing is taken in when it appears."""
        files = self.files(top=ROOT % '<xi:include href="later.xml"><xi:fallback/></xi:include>')
        self.assertEqual(self.names(files), [])
        self.assertEqual(self.names(self.files(later='<R><X n="l"/></R>')), ["l"])

    def test_broken(self) -> None:
        """An included file that is broken is named, with its line; the last good state stays."""
        files = self.files(top=ROOT % '<xi:include href="p.xml"/>', p='<R>\n<X n="1"/></R>')
        self.assertEqual(self.names(files), ["1"])
        broken = self.files(p="<R>\n<X></R>")
        with self.assertLogs("bcfg2-server") as logs:
            self.assertEqual(self.names(broken), ["1"])
        self.assertIn("p.xml:2: ", logs.output[0])

    def test_text_is_kept(self) -> None:
        """Text behind an include stays in the document."""
        files = self.files(top=ROOT % 'a<xi:include href="p.xml"/>b<X/>', p="<R/>")
        root = files.load("top.xml", document)
        assert root is not None
        self.assertIn(">ab<X/>", serialise(root))

    def test_text_between(self) -> None:
        """Text behind an include that follows an element stays behind that element."""
        files = self.files(top=ROOT % 'a<X/>b<xi:include href="p.xml"/>c<X n="1"/>', p="<R/>")
        root = files.load("top.xml", document)
        assert root is not None
        self.assertIn(">a<X/>bc<X n=", serialise(root))

    def test_fallback_includes(self) -> None:
        """What a fallback includes is included where the fallback is used."""
        nested = (
            '<xi:include href="{}.xml"><xi:fallback><xi:include href="q.xml"/></xi:fallback>'
            "</xi:include>"
        )
        files = self.files(top=ROOT % nested.format("no"), q='<R><X n="q"/></R>')
        self.assertEqual(self.names(files), ["q"])

    def test_unused_fallback(self) -> None:
        """What an unused fallback includes is not looked for, and not missed."""
        files = self.files(
            top=ROOT
            % '<xi:include href="p.xml"><xi:fallback><xi:include href="no.xml"/></xi:fallback>'
            "</xi:include>",
            p='<R><X n="p"/></R>',
        )
        with self.assertNoLogs("bcfg2-server", "ERROR"):
            self.assertEqual(self.names(files), ["p"])

    def test_root(self) -> None:
        """A document that is nothing but an include is named with its line, and stays as it is."""
        include = '<!-- one -->\n<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="p"/>'
        files = self.files(top=include)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            root = files.load("top.xml", document)
        assert root is not None
        self.assertTrue(str(root.tag).endswith("include"))
        self.assertEqual(
            logs.records[0].getMessage(),
            f"{files.path('top.xml')}:2: the root cannot be an include",
        )

    def test_two_files(self) -> None:
        """Two files that include each other come to an end."""
        files = self.files(
            top=ROOT % '<X n="top"/><xi:include href="p.xml"/>',
            p=ROOT % '<X n="p"/><xi:include href="top.xml"/>',
        )
        with self.assertNoLogs("bcfg2-server", "ERROR"):
            self.assertEqual(self.names(files), ["top", "p"])

    def test_unreadable(self) -> None:
        """A folder in place of an included file is named; the rest is not used without it."""
        os.makedirs(os.path.join(self.folder, "p.xml"))
        files = self.files(top=ROOT % '<xi:include href="p.xml"/><X n="own"/>')
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertIsNone(files.load("top.xml", document))
        self.assertIn("p.xml: Is a directory; it is not used", logs.output[0])


INCLUDING = ROOT.replace("R", "Bundle") % '<xi:include href="../common/b.xml"/>'


def bundle_with(service: str) -> str:
    """Return a bundle with a service."""
    return f'<Bundle><BoundService name="{service}"/></Bundle>'


class OtherFolderTests(SynchronousTestCase):
    """Files that stand elsewhere than what includes them, below the repository for instance."""

    def serve(self, folder: str) -> NetworkCore:
        """Serve a repository until the end of the test."""
        core = NetworkCore(some_settings(folder))
        self.addCleanup(core.shutdown)
        core.start()
        return core

    def test_changed(self) -> None:
        """They are watched, and their change counts."""
        folder = a_repository(
            self, {"Bundler/b.xml": INCLUDING, "common/b.xml": bundle_with("one")}
        )
        core, path = self.serve(folder), os.path.join(folder, "common/b.xml")
        self.assertIn(path, core.watched())
        entry(configuration(core), "Service", "one")
        write_files(folder, {"common/b.xml": bundle_with("two")})
        core.reload([path])
        entry(configuration(core), "Service", "two")

    def test_link(self) -> None:
        """Where the folder of a plugin is a link, what stands beside its target is meant."""
        folder = a_repository(
            self,
            {
                "Metadata/groups.xml": groups_with(["b"]),
                "site/Bundler/b.xml": INCLUDING,
                "site/common/b.xml": bundle_with("beside"),
                "common/b.xml": bundle_with("below the repository"),
            },
        )
        os.symlink("site/Bundler", os.path.join(folder, "Bundler"))
        core = self.serve(folder)
        entry(configuration(core), "Service", "beside")
        self.assertIn(os.path.join(folder, "site/common/b.xml"), core.watched())

    def test_template(self) -> None:
        """What a template includes is watched as well."""
        folder = a_repository(
            self,
            {
                "Bundler/b.xml": bundle_of("/motd"),
                "Cfg/motd/motd.genshi": "{% include ../../common/motd.txt %}",
                "common/motd.txt": "one",
            },
        )
        core, path = self.serve(folder), os.path.join(folder, "common/motd.txt")
        self.assertIn(path, map(os.path.normpath, core.watched()))
        self.assertEqual(entry(configuration(core), "Path", "/motd").text, "one")
        write_files(folder, {"common/motd.txt": "two"})
        core.reload([path])
        self.assertEqual(entry(configuration(core), "Path", "/motd").text, "two")
