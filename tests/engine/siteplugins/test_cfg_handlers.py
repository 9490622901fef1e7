"""Handlers of Cfg that a site has written for upstream's names."""

from __future__ import annotations

import os

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, bundle_of, change, metadata_of, write_files
from tests.engine.siteplugins.cases import SitePluginTestCase, bound

GENERATOR = '''
import Bcfg2.Options
from Bcfg2.Server.Plugin import PluginExecutionError
from Bcfg2.Server.Plugins.Cfg import CfgGenerator


class CfgShoutGenerator(CfgGenerator):
    """ What the file says, loudly. """
    __extensions__ = ["shout"]
    options = [Bcfg2.Options.Option(cf=("shout", "mark"), dest="shout_mark", default="!")]

    def get_data(self, entry, metadata):
        if "quiet" in self.data:
            raise PluginExecutionError("it is quiet here")
        return self.data.strip().upper() + Bcfg2.Options.setup.shout_mark
'''

FORMER_GENERATOR = """
import Bcfg2.Server.Plugins.Cfg


class CfgRot(Bcfg2.Server.Plugins.Cfg.CfgGenerator):
    __extensions__ = ["rev"]

    def __init__(self, fname, spec, encoding):
        Bcfg2.Server.Plugins.Cfg.CfgGenerator.__init__(self, fname, spec, encoding)
        self.is_read = False

    def handle_event(self, event):
        Bcfg2.Server.Plugins.Cfg.CfgGenerator.handle_event(self, event)
        self.is_read = event.action != "deleted"

    def get_data(self, entry, metadata):
        setup = Bcfg2.Server.Plugins.Cfg.SETUP
        return self.data.strip()[::-1].encode(setup["encoding"])
"""

FILTER = '''
from Bcfg2.Server.Plugins.Cfg import CfgFilter


class CfgCatFilter(CfgFilter):
    """ Lines that are added (`+x`) or taken away (`-x`). """
    __extensions__ = ["cat"]

    def modify_data(self, entry, metadata, data):
        lines = data.splitlines()
        for line in self.data.splitlines():
            if line.startswith("+"):
                lines.append(line[1:])
            elif line.startswith("-"):
                lines = [other for other in lines if other != line[1:]]
        return "\\n".join(lines) + "\\n"
'''

VERIFIER = """
from Bcfg2.Server.Plugins.Cfg import CfgVerifier, CfgVerificationError


class CfgLengthVerifier(CfgVerifier):
    __basenames__ = [":length"]

    def verify_entry(self, entry, metadata, data):
        if len(data) > int(self.data):
            raise CfgVerificationError("%s is too long" % entry.get("name"))
"""

CREATOR = '''
from Bcfg2.Server.Plugin import StructFile
from Bcfg2.Server.Plugins.Cfg import CfgCreator, CfgCreationError, get_cfg


class CfgTokenCreator(CfgCreator):
    """ A token for each client. """
    __basenames__ = ["token.xml"]
    __specific__ = False

    def __init__(self, fname):
        CfgCreator.__init__(self, fname)
        self.spec = StructFile(fname)

    def handle_event(self, event):
        self.spec.HandleEvent(event)

    def create_data(self, entry, metadata):
        prefix = self.spec.XMLMatch(metadata).get("prefix")
        if prefix is None:
            raise CfgCreationError("no prefix")
        token = "%s-%s" % (prefix, metadata.hostname)
        self.write_data(token, host=metadata.hostname)
        return token
'''

INFO = """
from Bcfg2.Server.Plugins.Cfg import CfgInfo


class CfgOwnerInfo(CfgInfo):
    __basenames__ = ["owner"]

    def bind_info_to_entry(self, entry, metadata):
        entry.set("owner", self.data.strip())
"""

BROKEN = """
from Bcfg2.Server.Plugins.Cfg import CfgGenerator
print "no Python 3"
"""


class CfgHandlerTests(SitePluginTestCase):
    def cfg_core(
        self, sources: dict[str, str], contents: dict[str, str], **settings: object
    ) -> NetworkCore:
        """Return a core with handlers of a site, and the path /x."""
        self.write_plugins({f"Cfg/{name}": text for name, text in sources.items()})
        files = {f"Cfg/x/{name}": text for name, text in contents.items()}
        return self.core_with({"Bundler/b.xml": bundle_of("/x"), **files}, **settings)

    def test_generator(self) -> None:
        """It makes the content of its files, the most specific first."""
        core = self.cfg_core({"CfgShoutGenerator": GENERATOR}, {"x.shout": "hey"})
        self.assertEqual(bound(core, "Path", "/x").text, "HEY!")
        change(core, {f"Cfg/x/x.H_{CLIENT}.shout": "you"})
        self.assertEqual(bound(core, "Path", "/x").text, "YOU!")
        change(core, {f"Cfg/x/x.H_{CLIENT}.shout": "quiet"})
        failure = bound(core, "Path", "/x").get("failure", "")
        self.assertEqual(failure, "bind error: Cfg: Error rendering /x: it is quiet here")

    def test_options(self) -> None:
        """A handler has options as a plugin has."""
        file = {"shout": {"mark": "?"}}
        core = self.cfg_core({"CfgShoutGenerator": GENERATOR}, {"x.shout": "hey"}, file=file)
        self.assertEqual(bound(core, "Path", "/x").text, "HEY?")

    def test_constructor_of_former_release(self) -> None:
        """A handler for 1.3 gets the encoding as well."""
        core = self.cfg_core({"CfgRot": FORMER_GENERATOR}, {"x.rev": "abc"})
        self.assertEqual(bound(core, "Path", "/x").text, "cba")

    def test_filter(self) -> None:
        """Filters change the content, those for more clients first."""
        contents = {"x": "a\nb\n", "x.cat": "+c\n", f"x.H_{CLIENT}.cat": "-c\n-a\n"}
        core = self.cfg_core({"CfgCatFilter": FILTER}, contents)
        self.assertEqual(bound(core, "Path", "/x").text, "b\n")

    def test_verifier(self) -> None:
        """A verifier refuses content."""
        core = self.cfg_core({"CfgLengthVerifier": VERIFIER}, {"x": "abc", ":length": "3"})
        self.assertEqual(bound(core, "Path", "/x").text, "abc")
        change(core, {"Cfg/x/x": "abcd"})
        self.assertIn("/x is too long", bound(core, "Path", "/x").get("failure", ""))

    def test_creator(self) -> None:
        """A creator makes content once, and keeps it; a look makes nothing."""
        core = self.cfg_core({"CfgTokenCreator": CREATOR}, {"token.xml": '<Token prefix="t"/>'})
        path = os.path.join(core.settings.repository, f"Cfg/x/x.H_{CLIENT}")
        core.look(CLIENT)
        self.assertFalse(os.path.exists(path))
        self.assertEqual(bound(core, "Path", "/x").text, f"t-{CLIENT}")
        write_files(core.settings.repository, {f"Cfg/x/x.H_{CLIENT}": "kept"})
        self.assertEqual(bound(core, "Path", "/x").text, "kept")

    def test_info(self) -> None:
        """An info gives attributes."""
        core = self.cfg_core({"CfgOwnerInfo": INFO}, {"x": "a", "owner": "alice\n"})
        self.assertEqual(bound(core, "Path", "/x").get("owner"), "alice")

    def test_broken_handler(self) -> None:
        """A handler that cannot be imported is an error with its line; paths without it go on."""
        with self.assertLogs("bcfg2-server", "ERROR") as log:
            core = self.cfg_core({"CfgBroken": BROKEN}, {"x": "a"})
        self.assertIn("CfgBroken.py:3", "\n".join(log.output))
        self.assertEqual(bound(core, "Path", "/x").text, "a")

    def test_named_handlers(self) -> None:
        """Of the site's handlers those are used that `[cfg] handlers` names."""
        handlers = ("CfgPlaintextGenerator", "CfgShoutGenerator")
        sources = {"CfgShoutGenerator": GENERATOR, "CfgRot": FORMER_GENERATOR}
        contents = {"x.shout": "hey", "x.rev": "abc"}
        core = self.cfg_core(sources, contents, cfg_handlers=handlers)
        self.assertEqual(bound(core, "Path", "/x").text, "HEY!")

    def test_other_path(self) -> None:
        """A plugin of the site binds another path through `get_cfg`."""
        source = """
from Bcfg2.Server.Plugin import Plugin, Generator
from Bcfg2.Server.Plugins.Cfg import get_cfg
import lxml.etree


class Copies(Plugin, Generator):
    create = False

    def HandlesEntry(self, entry, metadata):
        return entry.get("name") == "/copy"

    def HandleEntry(self, entry, metadata):
        other = lxml.etree.Element("Path", name="/x")
        get_cfg().entries["/x"].bind_entry(other, metadata)
        entry.text = "copy of " + other.text
"""
        self.write_plugins({"Copies": source})
        contents = {"Bundler/b.xml": bundle_of("/copy"), "Cfg/x/x": "a"}
        core = self.core_with(contents, "Copies")
        self.assertEqual(bound(core, "Path", "/copy").text, "copy of a")
        self.assertEqual(metadata_of(core).hostname, CLIENT)
