"""Generators, structures and validators of a site, and the helpers that they are made of."""

from __future__ import annotations

import logging
import os
from typing import Any

from lxml import etree

from bcfg2tw.errors import StateUnavailable, ValidationError
from tests.builders import CLIENT, bundle_of, change, configuration, metadata_of
from tests.engine.siteplugins.cases import SitePluginTestCase, bound

MOTD = '''
import os
import Bcfg2.Server.Plugin
from Bcfg2.Server.Plugin import PluginExecutionError


class Motd(Bcfg2.Server.Plugin.Plugin, Bcfg2.Server.Plugin.Generator):
    """ Lists what it binds, from a StructFile. """

    def __init__(self, core):
        Bcfg2.Server.Plugin.Plugin.__init__(self, core)
        Bcfg2.Server.Plugin.Generator.__init__(self)
        self.config = Bcfg2.Server.Plugin.StructFile(
            os.path.join(self.data, "motd.xml"), should_monitor=True, create="Motd")
        self.Entries["Path"] = {"/etc/motd": self.bind_motd}

    def bind_motd(self, entry, metadata):
        lines = [el.text for el in self.config.XMLMatch(metadata).findall("Line")]
        if not lines:
            raise PluginExecutionError("nothing to say to %s" % metadata.hostname)
        entry.set("type", "file")
        for key, value in Bcfg2.Server.Plugin.default_path_metadata().items():
            entry.set(key, value)
        entry.text = "\\n".join(lines)
'''

CLAIMS = '''
from Bcfg2.Server.Plugin import Plugin, Generator


class Claims(Plugin, Generator):
    """ Claims entries by their names. """
    create = False

    def HandlesEntry(self, entry, metadata):
        return entry.tag == "Service" and entry.get("name").startswith("site-")

    def HandleEntry(self, entry, metadata):
        entry.set("status", "on")
        entry.set("type", "systemd")
        return entry
'''

KEYS = '''
from Bcfg2.Server.Plugin import GroupSpool, EntrySet, SpecificData, PluginExecutionError


class KeyFile(SpecificData):
    def bind_entry(self, entry, metadata):
        entry.set("type", "file")
        entry.text = self.data.strip() + " for " + metadata.hostname


class KeySet(EntrySet):
    def __init__(self, basename, path, entry_type):
        EntrySet.__init__(self, "key", path, entry_type)


class Keys(GroupSpool):
    """ A tree of folders, each with files for hosts and groups. """
    filename_pattern = "key"
    es_child_cls = KeyFile
    es_cls = KeySet
    entry_type = "Path"
'''

SETS = '''
import os
import Bcfg2.Server.Plugin


class Banner(Bcfg2.Server.Plugin.SpecificData):
    def bind_entry(self, entry, metadata):
        entry.set("type", "file")
        entry.text = self.data


class Banners(Bcfg2.Server.Plugin.Plugin, Bcfg2.Server.Plugin.Generator):
    """ One EntrySet, watched by the plugin itself (1.3). """
    name = "Banners"

    def __init__(self, core, datastore):
        Bcfg2.Server.Plugin.Plugin.__init__(self, core, datastore)
        Bcfg2.Server.Plugin.Generator.__init__(self)
        self.set = Bcfg2.Server.Plugin.EntrySet("banner", self.data, Banner, "UTF-8")
        core.fam.AddMonitor(self.data, self)
        self.Entries = {"Path": {"/etc/issue": self.set.bind_entry}}

    def HandleEvent(self, event):
        if event.action != "endExist" and event.filename != self.data:
            self.set.handle_event(event)
'''

PRIORITIES = """
import Bcfg2.Server.Plugin


class Services(Bcfg2.Server.Plugin.PrioDir):
    name = "Services"

    def _matches(self, entry, metadata, candidate):
        return (entry.tag == candidate.tag and
                entry.get("name").lower() == candidate.get("name").lower())
"""

RULES = """
from Bcfg2.Server.Plugins.Rules import Rules


class LocalRules(Rules):
    name = "LocalRules"
"""

NODES = '''
import os
import Bcfg2.Server.Plugin


class Src(Bcfg2.Server.Plugin.XMLSrc):
    __node__ = Bcfg2.Server.Plugin.INode
    __priority_required__ = False


class Users(Bcfg2.Server.Plugin.Plugin, Bcfg2.Server.Plugin.Generator,
            Bcfg2.Server.Plugin.XMLDirectoryBacked):
    """ The tree of Bcfg2 1.3. """
    name = "Users"
    __child__ = Src

    def __init__(self, core, datastore):
        Bcfg2.Server.Plugin.Plugin.__init__(self, core, datastore)
        Bcfg2.Server.Plugin.Generator.__init__(self)
        Bcfg2.Server.Plugin.XMLDirectoryBacked.__init__(self, self.data, self.core.fam)

    def HandlesEntry(self, entry, metadata):
        return entry.tag == "POSIXUser"

    def HandleEntry(self, entry, metadata):
        for source in self.entries.values():
            source.Cache(metadata)
            attributes = source.cache[1].get(entry.tag, {}).get(entry.get("name"), {})
            entry.attrib.update((key, value) for key, value in attributes.items()
                                if not key.startswith("__"))
'''

BASICS = '''
import copy
import lxml.etree
from Bcfg2.Server.Plugin import Plugin, Structure, StructureValidator, GoalValidator
from Bcfg2.Server.Plugin import ValidationError, StructFile
import os


class Basics(Plugin, Structure, StructureValidator, GoalValidator):
    """ Gives each client a structure, adds to others, refuses what must not be. """
    sort_order = 600

    def __init__(self, core):
        Plugin.__init__(self, core)
        for role in (Structure, StructureValidator, GoalValidator):
            role.__init__(self)
        self.fixed = StructFile(os.path.join(self.data, "fixed.xml"), should_monitor=True)

    def BuildStructures(self, metadata):
        structure = lxml.etree.Element("Bundle", name="basics")
        structure.extend(self.fixed.Match(metadata))
        return [structure]

    def validate_structures(self, metadata, structures):
        for structure in structures:
            for entry in structure.findall("Package"):
                lxml.etree.SubElement(structure, "BoundService", name=entry.get("name"))

    def validate_goals(self, metadata, config):
        if config.xpath("//Service[@name='telnetd']"):
            raise ValidationError("no telnetd on %s" % metadata.hostname)
'''


class MotdTests(SitePluginTestCase):
    """A generator that lists an entry, with a `StructFile`."""

    CONTENTS = {
        "Bundler/b.xml": bundle_of("/etc/motd"),
        "Motd/motd.xml": '<Motd><Line>hello</Line><Group name="all"><Line>all</Line></Group>'
        '<Group name="none"><Line>none</Line></Group></Motd>',
    }

    def test_bound(self) -> None:
        """The entry gets what the file says for the client, and `[mdata]`'s attributes."""
        entry = bound(self.core("Motd", MOTD, self.CONTENTS), "Path", "/etc/motd")
        self.assertEqual((entry.text, entry.get("owner")), ("hello\nall", "root"))

    def test_failure(self) -> None:
        """What it raises on purpose is the entry's failure, as it is."""
        contents = {**self.CONTENTS, "Motd/motd.xml": "<Motd/>"}
        entry = bound(self.core("Motd", MOTD, contents), "Path", "/etc/motd")
        self.assertEqual(entry.get("failure"), f"bind error: nothing to say to {CLIENT}")

    def test_created_file(self) -> None:
        """A file that it wants is made, in the folder that is made as well."""
        core = self.core("Motd", MOTD, {"Bundler/b.xml": bundle_of("/etc/motd")})
        path = os.path.join(core.settings.repository, "Motd/motd.xml")
        self.assertEqual(etree.parse(path).getroot().tag, "Motd")

    def test_repository_gone(self) -> None:
        """While the repository is gone, neither it nor anything in it is made."""
        core = self.core("Motd", MOTD, {"Bundler/b.xml": bundle_of("/etc/motd")})
        plugin: Any = core.plugins["Motd"]
        server, repository = plugin.site_plugin.core, core.settings.repository
        os.rename(repository, f"{repository}.away")
        folder, logger = os.path.join(repository, "Motd"), logging.getLogger("Motd")
        self.assertRaises(StateUnavailable, server.create_folder, folder, logger)
        self.assertRaises(StateUnavailable, server.create_file, f"{folder}/x.xml", b"", logger)
        self.assertFalse(os.path.exists(repository))


class ClaimsTests(SitePluginTestCase):
    """A generator that claims entries."""

    def test_bound(self) -> None:
        """It binds what it claims, and nothing else."""
        bundle = '<Bundle><Service name="site-a"/><Service name="b"/></Bundle>'
        core = self.core("Claims", CLAIMS, {"Bundler/b.xml": bundle})
        self.assertEqual(bound(core, "Service", "site-a").get("type"), "systemd")
        self.assertEqual(bound(core, "Service", "b").get("failure"), "no matching generator")


class KeysTests(SitePluginTestCase):
    """A `GroupSpool`."""

    def test_most_specific(self) -> None:
        """Of a folder's files the most specific is bound, with what `info.xml` says."""
        contents = {
            "Bundler/b.xml": bundle_of("/etc/ssl/x"),
            "Keys/etc/ssl/x/key": "general",
            "Keys/etc/ssl/x/key.G10_all": "group",
            "Keys/etc/ssl/x/info.xml": '<FileInfo><Info mode="0600"/></FileInfo>',
        }
        core = self.core("Keys", KEYS, contents)
        entry = bound(core, "Path", "/etc/ssl/x")
        self.assertEqual((entry.text, entry.get("mode")), (f"group for {CLIENT}", "0600"))
        change(core, {f"Keys/etc/ssl/x/key.H_{CLIENT}": "host"})
        self.assertEqual(bound(core, "Path", "/etc/ssl/x").text, f"host for {CLIENT}")

    def test_new_and_deleted(self) -> None:
        """A new folder is bound, and one that is gone is not."""
        contents = {"Bundler/b.xml": bundle_of("/a", "/b"), "Keys/a/key": "a"}
        core = self.core("Keys", KEYS, contents)
        os.remove(os.path.join(core.settings.repository, "Keys/a/key"))
        os.rmdir(os.path.join(core.settings.repository, "Keys/a"))
        change(core, {"Keys/b/key": "b"})
        self.assertEqual(bound(core, "Path", "/b").text, f"b for {CLIENT}")
        self.assertEqual(bound(core, "Path", "/a").get("failure"), "no matching generator")


class BannersTests(SitePluginTestCase):
    """One `EntrySet` in a plugin for 1.3."""

    def test_bound(self) -> None:
        """The plugin hands on what it is told of its folder."""
        contents = {"Bundler/b.xml": bundle_of("/etc/issue"), "Banners/banner": "hello"}
        core = self.core("Banners", SETS, contents)
        self.assertEqual(bound(core, "Path", "/etc/issue").text, "hello")
        change(core, {"Banners/banner.G1_all": "hello all"})
        self.assertEqual(bound(core, "Path", "/etc/issue").text, "hello all")


class ServicesTests(SitePluginTestCase):
    """A `PrioDir`, and a plugin that derives from Rules."""

    BUNDLE = {"Bundler/b.xml": '<Bundle><Service name="ntpd"/></Bundle>'}
    RULES = '<Rules priority="{}"><Service name="{}" status="{}" type="x"/></Rules>'

    def test_priority(self) -> None:
        """The definition of the file with the highest priority counts."""
        low, high = self.RULES.format(1, "ntpd", "off"), self.RULES.format(9, "ntpd", "on")
        contents = {**self.BUNDLE, "Services/a.xml": low, "Services/b.xml": high}
        core = self.core("Services", PRIORITIES, contents)
        self.assertEqual(bound(core, "Service", "ntpd").get("status"), "on")

    def test_conflict(self) -> None:
        """Two definitions of one priority are the entry's failure."""
        text = self.RULES.format(1, "ntpd", "off")
        contents = {**self.BUNDLE, "Services/a.xml": text, "Services/b.xml": text}
        failure = bound(self.core("Services", PRIORITIES, contents), "Service", "ntpd")
        self.assertIn("conflicting sources with same priority (1)", failure.get("failure", ""))

    def test_derived_from_rules(self) -> None:
        """What stands in a condition is bound as well."""
        service = '<Group name="all"><Service name="ntpd" status="on"/></Group>'
        rules = f'<Rules priority="1">{service}</Rules>'
        core = self.core("LocalRules", RULES, {**self.BUNDLE, "LocalRules/a.xml": rules})
        self.assertEqual(bound(core, "Service", "ntpd").get("status"), "on")


class UsersTests(SitePluginTestCase):
    """`XMLSrc` and `INode` of Bcfg2 1.3."""

    def test_later_definition(self) -> None:
        """A definition in a condition takes the place of one that stands outside."""
        users = (
            '<Users><POSIXUser name="u" shell="/bin/sh"/><Group name="all">'
            '<POSIXUser name="u" shell="/bin/zsh"/></Group></Users>'
        )
        contents = {
            "Bundler/b.xml": '<Bundle><POSIXUser name="u"/></Bundle>',
            "Users/u.xml": users,
        }
        core = self.core("Users", NODES, contents)
        self.assertEqual(bound(core, "POSIXUser", "u").get("shell"), "/bin/zsh")


class BasicsTests(SitePluginTestCase):
    """A structure, and validators."""

    def test_structure(self) -> None:
        """Its structure is part of the configuration, and others are changed."""
        bundle = '<Bundle><Package name="p"/></Bundle>'
        fixed = '<Fixed><BoundPath name="/x"/><Group name="no"><Path name="/y"/></Group></Fixed>'
        core = self.core("Basics", BASICS, {"Bundler/b.xml": bundle, "Basics/fixed.xml": fixed})
        config = configuration(core)
        self.assertEqual(config.xpath("Bundle[@name='basics']/Path/@name"), ["/x"])
        self.assertEqual(config.xpath("Bundle[@name='b']/Service/@name"), ["p"])

    def test_refused(self) -> None:
        """`ValidationError` ends the build with its text."""
        bundle = '<Bundle><BoundService name="telnetd"/></Bundle>'
        contents = {"Bundler/b.xml": bundle, "Basics/fixed.xml": "<Fixed/>"}
        core = self.core("Basics", BASICS, contents)
        error = self.assertRaises(ValidationError, core.configuration, metadata_of(core))
        self.assertEqual(str(error), f"no telnetd on {CLIENT}")
