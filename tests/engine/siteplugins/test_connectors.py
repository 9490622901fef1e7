"""Connectors of a site: files of their own, options, caches, other plugins' data."""

from __future__ import annotations

import os

from tests.builders import CLIENT, change, write_files
from tests.engine.siteplugins.cases import SitePluginTestCase, data_of, groups_of

RACKS = '''
""" Puts clients into a group for their rack. """
import os
import Bcfg2.Options
import Bcfg2.Server.Plugin


class Racks(Bcfg2.Server.Plugin.Plugin, Bcfg2.Server.Plugin.Connector):
    """ A file of its own, with conditions, and options. """
    options = [
        Bcfg2.Options.Option(
            cf=("racks", "prefix"), dest="racks_prefix", default="rack-", help="Prefix of groups"),
        Bcfg2.Options.BooleanOption(cf=("racks", "upper_case"), dest="racks_upper"),
        Bcfg2.Options.PathOption(cf=("racks", "map"), default="<repository>/Racks/map")]

    def __init__(self, core):
        Bcfg2.Server.Plugin.Plugin.__init__(self, core)
        Bcfg2.Server.Plugin.Connector.__init__(self)
        self.config = Bcfg2.Server.Plugin.StructFile(
            os.path.join(self.data, "config.xml"), should_monitor=True)

    def get_additional_groups(self, metadata):
        names = [element.get("name") for element in self.config.Match(metadata)]
        if Bcfg2.Options.setup.racks_upper:
            names = [name.upper() for name in names]
        return [Bcfg2.Options.setup.racks_prefix + name for name in names]

    def get_additional_data(self, metadata):
        return dict(count=len(self.config.Match(metadata)), map=Bcfg2.Options.setup.map)
'''

FORMER = """
import os
import Bcfg2.Server.Plugin


class HostFile(Bcfg2.Server.Plugin.FileBacked):
    def __init__(self, name, fam):
        Bcfg2.Server.Plugin.FileBacked.__init__(self, name, fam)
        self.hosts = {}
        fam.AddMonitor(name, self)

    def Index(self):
        self.hosts = dict(line.split() for line in self.data.splitlines() if line.strip())


class Owners(Bcfg2.Server.Plugin.Plugin, Bcfg2.Server.Plugin.Connector):
    name = "Owners"
    __author__ = "somebody@example.com"

    def __init__(self, core, datastore):
        Bcfg2.Server.Plugin.Plugin.__init__(self, core, datastore)
        Bcfg2.Server.Plugin.Connector.__init__(self)
        self.hosts = HostFile(os.path.join(self.data, "owners"), core.fam)
        self.domain = core.setup.cfp.get("owners", "domain")
        self.is_strict = core.setup.cfp.getboolean("owners", "strict", default=False)
        self.repo = core.setup["repo"]

    def get_additional_data(self, metadata):
        owner = self.hosts.hosts.get(metadata.hostname, "nobody")
        return dict(owner="%s@%s" % (owner, self.domain), strict=self.is_strict,
                    here=self.repo == self.core.datastore)
"""

SITES = """
import re
import Bcfg2.Server.Plugin
from Bcfg2.Server.Plugin import Plugin, Connector, DirectoryBacked, XMLFileBacked


class Place(XMLFileBacked):
    __identifier__ = "name"

    def Index(self):
        XMLFileBacked.Index(self)
        self.clients = [entry.get("name") for entry in self.entries if entry.tag == "Client"]


class Places(DirectoryBacked):
    __child__ = Place
    patterns = re.compile(r".*\\.xml$")
    ignore = re.compile(r"README")


class Sites(Plugin, Connector, Places):
    def __init__(self, core):
        Plugin.__init__(self, core)
        Connector.__init__(self)
        Places.__init__(self, self.data)

    def get_additional_groups(self, metadata):
        return sorted("site-" + place.label for place in self.entries.values()
                      if metadata.hostname in place.clients)
"""

INVENTORY = """
import os
from Bcfg2.Compat import MutableMapping, u_str, md5, b64encode, b64decode, cPickle, wraps
from Bcfg2.Logger import Debuggable
from Bcfg2.Server.Cache import Cache
from Bcfg2.Server.FileMonitor import get_fam
from Bcfg2.Server.Plugin import Plugin, Connector, CallableDict, OnDemandDict, track_statistics
from Bcfg2.Utils import Executor, PackedDigitRange, safe_module_name
from Bcfg2.version import Bcfg2VersionInfo


class Feed(Debuggable, MutableMapping):
    def __init__(self, path):
        Debuggable.__init__(self)
        self.path = path
        self.values = {}
        get_fam().AddMonitor(path, self)

    def HandleEvent(self, event):
        if event.code2str() in ("exists", "created", "changed"):
            with open(self.path) as stream:
                self.values = dict(line.strip().split("=") for line in stream)
        elif event.action == "deleted":
            self.values = {}

    def __getitem__(self, key):
        return self.values[key]

    def __setitem__(self, key, value):
        self.values[key] = value

    def __delitem__(self, key):
        del self.values[key]

    def __iter__(self):
        return iter(self.values)

    def __len__(self):
        return len(self.values)


class Inventory(Plugin, Connector):
    create = False

    def __init__(self, core):
        Plugin.__init__(self, core)
        Connector.__init__(self)
        self.feed = Feed(os.environ["INVENTORY_FEED"])
        self.cache = Cache("Inventory")
        self.run = Executor(timeout=10).run

    @track_statistics()
    def get_additional_data(self, metadata):
        def expensive():
            self.cache["asked"] = self.cache.get("asked", 0) + 1
            return self.run(["echo", "asked"]).stdout.strip()
        return OnDemandDict(
            serial=lambda: self.feed.get(metadata.hostname, "?"), answer=expensive,
            odd=PackedDigitRange("1-3,7").includes(7), name=safe_module_name("a", "b-c"),
            text=b64decode(b64encode("text")), digest=md5("a").hexdigest(),
            newer=Bcfg2VersionInfo("1.4.0") > Bcfg2VersionInfo("1.3.4"))
"""

FOLLOWER = '''
from Bcfg2.Server.Plugin import Plugin, Connector, MetadataConsistencyError


class Follower(Plugin, Connector):
    """ Uses what other plugins say, and the engine's own. """
    sort_order = 900
    create = False

    def get_additional_groups(self, metadata):
        if "Bundler" not in self.core.plugins:
            raise MetadataConsistencyError("no Bundler")
        return ["follower"] if "rack-a" in metadata.groups else []

    def get_additional_data(self, metadata):
        racks = self.core.plugins["Racks"]
        return dict(racks=type(racks).__name__, label=racks.config.name.rsplit("/")[-1],
                    clients=self.core.metadata.clients, query=metadata.query.all_clients())
'''

CONFIG = f'<Racks><Client name="{CLIENT}"><Rack name="a"/></Client></Racks>'


class RacksTests(SitePluginTestCase):
    """A `StructFile` of its own, watched by itself, and options."""

    def test_groups(self) -> None:
        """What its file says counts, and counts anew when the file changes."""
        core = self.core("Racks", RACKS, {"Racks/config.xml": CONFIG})
        self.assertIn("rack-a", groups_of(core))
        change(core, {"Racks/config.xml": '<Racks><Rack name="b"/><Rack name="c"/></Racks>'})
        self.assertEqual(groups_of(core) & {"rack-a", "rack-b", "rack-c"}, {"rack-b", "rack-c"})
        self.assertEqual(data_of(core, "Racks")["count"], 2)

    def test_options(self) -> None:
        """Options are read from bcfg2.conf, and have their defaults otherwise."""
        file = {"racks": {"prefix": "r_", "upper_case": "yes"}}
        core = self.core("Racks", RACKS, {"Racks/config.xml": CONFIG}, file=file)
        self.assertIn("r_A", groups_of(core))
        expected = os.path.join(core.settings.repository, "Racks/map")
        self.assertEqual(data_of(core, "Racks")["map"], expected)

    def test_broken_file(self) -> None:
        """A file that cannot be parsed is an error with its place; what it said before counts."""
        core = self.core("Racks", RACKS, {"Racks/config.xml": CONFIG})
        with self.assertLogs("bcfg2-server", "ERROR") as log:
            change(core, {"Racks/config.xml": "<Racks>"})
        self.assertIn("Racks/config.xml:1", "\n".join(log.output))
        self.assertIn("rack-a", groups_of(core))

    def test_included_file(self) -> None:
        """A file that is included is watched as well."""
        namespace = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
        text = f'<Racks {namespace}><xi:include href="more.xml"/></Racks>'
        contents = {"Racks/config.xml": text, "Racks/more.xml": '<Group name="all"/>'}
        core = self.core("Racks", RACKS, contents)
        change(core, {"Racks/more.xml": '<Group name="all"><Rack name="z"/></Group>'})
        self.assertIn("rack-z", groups_of(core))

    def test_template(self) -> None:
        """A file may be a template of Genshi."""
        text = (
            '<Racks xmlns:py="http://genshi.edgewall.org/">'
            "<Rack name=\"${metadata.hostname.split('.')[0]}\"/></Racks>"
        )
        core = self.core("Racks", RACKS, {"Racks/config.xml": text})
        self.assertIn("rack-client", groups_of(core))


class OwnersTests(SitePluginTestCase):
    """A plugin for Bcfg2 1.3: two arguments, `core.setup`, `FileBacked`."""

    def test_data(self) -> None:
        """The constructor gets the repository, and options by section and key."""
        file = {"owners": {"domain": "example.com"}}
        contents = {"Owners/owners": f"{CLIENT} alice\n"}
        core = self.core("Owners", FORMER, contents, file=file)
        expected = {"owner": "alice@example.com", "strict": False, "here": True}
        self.assertEqual(data_of(core, "Owners"), expected)
        change(core, {"Owners/owners": f"{CLIENT} bob\n"})
        self.assertEqual(data_of(core, "Owners")["owner"], "bob@example.com")

    def test_missing_option(self) -> None:
        """An option without which it does not start is named, with the line that wants it."""
        refusal = self.refusal("Owners", FORMER)
        self.assertIn("No section: 'owners'", refusal)
        self.assertIn("Owners.py:24", refusal)


class SitesTests(SitePluginTestCase):
    """A plugin that is a `DirectoryBacked` itself."""

    def test_files(self) -> None:
        """Files come, change, and go."""
        place = '<Site name="{}"><Client name="{}"/></Site>'.format
        contents = {"Sites/north.xml": place("north", CLIENT), "Sites/README": "-"}
        core = self.core("Sites", SITES, contents)
        self.assertIn("site-north", groups_of(core))
        change(core, {"Sites/more/south.xml": place("south", CLIENT)})
        self.assertTrue({"site-north", "site-south"} <= groups_of(core))
        change(core, {"Sites/north.xml": place("north", "other.example.test")})
        os.remove(os.path.join(core.settings.repository, "Sites/more/south.xml"))
        core.reload(None)
        self.assertFalse({"site-north", "site-south"} & groups_of(core))


class InventoryTests(SitePluginTestCase):
    """A file outside of the repository, lazy data, and the small names of upstream."""

    def test_data(self) -> None:
        """A file elsewhere is watched; what is expensive is made when it is asked for."""
        feed = os.path.join(self.folder, "feed")
        write_files(self.folder, {"feed": f"{CLIENT}=17\n"})
        self.patch(os, "environ", {**os.environ, "INVENTORY_FEED": feed})
        core = self.core("Inventory", INVENTORY, {})
        self.assertIn(feed, core.watched())
        data = data_of(core, "Inventory")
        self.assertEqual((data["serial"], data["answer"], data["odd"]), ("17", "asked", True))
        self.assertEqual((data["name"], data["text"], data["newer"]), ("a_b_c", "text", True))
        write_files(self.folder, {"feed": f"{CLIENT}=18\n"})
        core.reload([feed])
        self.assertEqual(data_of(core, "Inventory")["serial"], "18")
        os.remove(feed)
        core.reload([feed])
        self.assertEqual(data_of(core, "Inventory")["serial"], "?")


class FollowerTests(SitePluginTestCase):
    """A plugin that uses another one, and asks the core."""

    def test_other_plugins(self) -> None:
        """Another plugin of the site is the object itself, and groups of it count."""
        self.write_plugins({"Racks": RACKS, "Follower": FOLLOWER})
        core = self.core_with({"Racks/config.xml": CONFIG}, "Racks", "Follower")
        self.assertIn("rack-a", groups_of(core))
        data = data_of(core, "Follower")
        self.assertEqual((data["racks"], data["label"]), ("Racks", "config.xml"))
        self.assertEqual((data["clients"], data["query"]), ([CLIENT], [CLIENT]))

    def test_settings_of_two_cores(self) -> None:
        """Two cores in one process have objects and options of their own."""
        self.write_plugins({"Racks": RACKS})
        contents = {"Racks/config.xml": CONFIG}
        first = self.core_with(contents, "Racks", file={"racks": {"prefix": "one-"}})
        second = self.core_with(contents, "Racks", file={"racks": {"prefix": "two-"}})
        self.assertIn("one-a", groups_of(first))
        self.assertIn("two-a", groups_of(second))
