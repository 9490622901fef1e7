"""Plugins of a site that clients talk to: probes, statistics, decisions, hooks, remote methods."""

from __future__ import annotations

import os
import pickle
import threading
from typing import Any

from lxml import etree

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.siteplugins.names.threads import SiteThreadedStatistics
from tests.builders import CLIENT, address, bundle_of, configuration, metadata_of
from tests.engine.siteplugins.cases import SitePluginTestCase, bound, data_of, groups_of
from tests.waiting import wait_until

HARDWARE = '''
import os
import lxml.etree
import Bcfg2.Server.Plugin


class Hardware(Bcfg2.Server.Plugin.Plugin, Bcfg2.Server.Plugin.Probing,
               Bcfg2.Server.Plugin.Connector):
    """ A probe, whose answers are files. """
    name = "Hardware"

    def __init__(self, core):
        Bcfg2.Server.Plugin.Plugin.__init__(self, core)
        Bcfg2.Server.Plugin.Probing.__init__(self)
        Bcfg2.Server.Plugin.Connector.__init__(self)
        self.answers = dict()

    def GetProbes(self, metadata):
        probe = lxml.etree.Element("probe", name="hardware", source=self.name,
                                   interpreter="/bin/sh")
        probe.text = "uname -m"
        return [probe]

    def ReceiveData(self, metadata, datalist):
        for data in datalist:
            self.answers[metadata.hostname] = data.text.strip()
        self.core.metadata_cache.expire(metadata.hostname)

    def get_additional_groups(self, metadata):
        answer = self.answers.get(metadata.hostname)
        return [] if answer is None else ["arch-" + answer]
'''

JOURNAL = '''
import os
from Bcfg2.Server.Plugin import Statistics, ThreadedStatistics


class Journal(Statistics):
    """ Writes down which client reported. """
    name = "Journal"

    def __init__(self, core):
        Statistics.__init__(self, core)
        self.path = os.path.join(core.datastore, "journal")

    def process_statistics(self, client, xdata):
        with open(self.path, "a") as stream:
            stream.write("%s %s\\n" % (client.hostname, xdata.find("Node/Statistics").get("state")))
        xdata.clear()
'''

LATE = '''
import os
from Bcfg2.Server.Plugin import ThreadedStatistics


class LateJournal(ThreadedStatistics):
    """ The same in a thread, with the constructor of 1.3. """
    name = "LateJournal"

    def __init__(self, core, datastore):
        ThreadedStatistics.__init__(self, core, datastore)
        self.path = os.path.join(datastore, "late")

    def handle_statistic(self, metadata, data):
        with open(self.path, "a") as stream:
            stream.write(metadata.hostname + "\\n")
'''

SLOW = '''
from Bcfg2.Server.Plugin import ThreadedStatistics


class Slow(ThreadedStatistics):
    """ Takes its time with the first report, and keeps the others waiting. """
    name = "Slow"

    def handle_statistic(self, metadata, data):
        self.terminate.wait()
'''

WINDOWS = '''
from Bcfg2.Server.Plugin import Plugin, Decision, ClientRunHooks, Threaded, Connector


class Windows(Plugin, Decision, ClientRunHooks, Threaded, Connector):
    """ Decisions, hooks, a thread, and remote methods. """
    create = False
    __rmi__ = Plugin.__rmi__ + ["Open", "Opened"]
    __child_rmi__ = Plugin.__child_rmi__ + ["Open"]

    def __init__(self, core):
        Plugin.__init__(self, core)
        self.opened = []
        self.seen = []
        self.thread = None

    def start_threads(self):
        self.thread = "started"

    def Open(self, name):
        """ Open a window. """
        self.opened.append(name)
        return len(self.opened)

    def Opened(self):
        return self.opened

    def GetDecisions(self, metadata, mode):
        return [("Service", "*")] if mode == "blacklist" and not self.opened else []

    def start_client_run(self, metadata):
        metadata.run = "of " + metadata.hostname
        self.seen.append("start")

    def end_client_run(self, metadata):
        self.seen.append("end " + metadata.run)

    def get_additional_data(self, metadata):
        return dict(thread=self.thread, seen=list(self.seen))
'''

REVISION = '''
import os
import Bcfg2.Server.Plugin
from Bcfg2.Server.Plugin import PluginInitError


class Stamp(Bcfg2.Server.Plugin.Version):
    """ A revision of its own kind. """
    __vcs_metadata_path__ = ".stamp"

    def get_revision(self):
        with open(self.vcs_path) as stream:
            return stream.read().strip()
'''

VARIABLES = """
from Bcfg2.Server.Plugin import Plugin, TemplateDataProvider


class Colours(Plugin, TemplateDataProvider):
    create = False

    def get_template_data(self, entry, metadata, template):
        return dict(colour="blue", of=entry.get("name"))

    def get_xml_template_data(self, structfile, metadata):
        return dict(colour="green")
"""

GATE = """
from Bcfg2.Server.Plugin import Plugin, ClientACLs


class Gate(Plugin, ClientACLs):
    create = False

    def check_acl_ip(self, address, rmi):
        return None

    def check_acl_metadata(self, metadata, rmi):
        return rmi != "GetProbes"
"""


def upload(name: str, text: str) -> str:
    """Return what a client sends as the answer of a probe."""
    root = etree.Element("probe-data")
    etree.SubElement(root, "probe-data", name=name, source="Hardware").text = text
    return etree.tostring(root, encoding="unicode")


STATISTICS = (
    f'<upload-statistics><Node name="{CLIENT}"><Statistics state="clean" version="2.0" '
    'revision="1" time="Fri Nov 27 10:00:00 2026" client_version="1.4.0" total="0"/></Node>'
    "</upload-statistics>"
)


class HardwareTests(SitePluginTestCase):
    def test_probe(self) -> None:
        """Clients get the probe, and its answer counts at once."""
        core = self.core("Hardware", HARDWARE, {}, client_metadata_cache="aggressive")
        probes = etree.fromstring(core.GetProbes(address()))
        self.assertEqual(probes.xpath("probe/@name"), ["hardware"])
        self.assertFalse([name for name in groups_of(core) if name.startswith("arch-")])
        core.RecvProbeData(address(), upload("hardware", "x86_64\n"))
        self.assertIn("arch-x86_64", groups_of(core))


class JournalTests(SitePluginTestCase):
    def test_statistics(self) -> None:
        """A plugin gets the reports, and changes none for others."""
        self.write_plugins({"Journal": JOURNAL, "LateJournal": LATE})
        core = self.core_with({}, "Journal", "LateJournal")
        core.RecvStats(address(), STATISTICS)
        repository = core.settings.repository
        with open(os.path.join(repository, "journal")) as stream:
            self.assertEqual(stream.read(), f"{CLIENT} clean\n")
        late = os.path.join(repository, "late")
        wait_until(lambda: os.path.exists(late), lambda: "no report is taken")

    def test_waiting_reports(self) -> None:
        """What waited when Bcfg2 ended is taken; a file that would run something is not."""
        self.write_plugins({"LateJournal": LATE})
        waiting = pickle.dumps([(CLIENT, STATISTICS)], 2)
        harmful = pickle.dumps([os.getcwd], 2)
        contents = {"etc/LateJournal.pending": waiting, "etc/LateJournal.pending.7": harmful}
        core = self.core_with(contents, "LateJournal")
        late = os.path.join(core.settings.repository, "late")
        wait_until(lambda: os.path.exists(late), lambda: "no report is taken")
        core.shutdown()
        plugin: Any = core.plugins["LateJournal"]
        self.assertFalse(plugin.site_plugin.is_alive())

    def report_to_slow(self) -> NetworkCore:
        """Return a core whose thread has a report in work, and another one that waits."""
        self.write_plugins({"Slow": SLOW})
        core = self.core_with({}, "Slow")
        plugin: Any = core.plugins["Slow"]
        queue = plugin.site_plugin.work_queue
        core.RecvStats(address(), STATISTICS)
        wait_until(queue.empty, lambda: "no report is taken")
        core.RecvStats(address(), STATISTICS)
        return core

    def test_waiting_kept(self) -> None:
        """What waits at the end is kept for the next start."""
        core = self.report_to_slow()
        core.shutdown()
        folder = os.path.join(core.settings.repository, "etc")
        self.assertEqual(os.listdir(folder), [f"Slow.pending.{os.getpid()}"])

    def test_repository_gone(self) -> None:
        """It is told as lost where the repository is gone by then, and none is made."""
        core = self.report_to_slow()
        repository = core.settings.repository
        os.rename(repository, f"{repository}.away")
        with self.assertLogs("Slow", "ERROR") as logs:
            core.shutdown()
        self.assertIn("1 reports are lost", logs.output[0])
        self.assertFalse(os.path.exists(repository))

    def test_names(self) -> None:
        """What the thread's class has for itself is nothing that Python's threads have."""
        names = {name for name in vars(SiteThreadedStatistics) if not name.startswith("__")}
        self.assertEqual(names & {*dir(threading.Thread), *vars(threading.Thread())}, {"run"})


class WindowsTests(SitePluginTestCase):
    def test_remote_methods(self) -> None:
        """Remote methods reach the one object, and decisions follow."""
        core = self.core("Windows", WINDOWS, {})
        self.assertEqual(core.GetDecisionList(address(), "blacklist"), [("Service", "*")])
        methods = core._get_rmi()
        self.assertEqual(methods["Windows.Open"]("kitchen"), 1)
        self.assertEqual(methods["Windows.Opened"](), ["kitchen"])
        self.assertEqual(core.GetDecisionList(address(), "blacklist"), [])
        self.assertTrue(methods["Windows.toggle_debug"]())

    def test_hooks_and_threads(self) -> None:
        """Hooks are told of each run, and may note something on the metadata of the run."""
        core = self.core("Windows", WINDOWS, {"Bundler/b.xml": "<Bundle/>"})
        core.GetConfig(address())
        data = data_of(core, "Windows")
        self.assertEqual(data["seen"], ["start", f"end of {CLIENT}"])
        self.assertEqual(data["thread"], "started")
        self.assertFalse(hasattr(metadata_of(core), "run"))

    def test_look(self) -> None:
        """Who only looks tells no hook."""
        core = self.core("Windows", WINDOWS, {"Bundler/b.xml": "<Bundle/>"})
        core.look(CLIENT)
        self.assertEqual(data_of(core, "Windows")["seen"], [])


class StampTests(SitePluginTestCase):
    def test_revision(self) -> None:
        """The revision of the configuration is the plugin's."""
        core = self.core("Stamp", REVISION, {".stamp": "r17\n"})
        self.assertEqual(configuration(core).get("revision"), "r17")

    def test_missing(self) -> None:
        """A plugin that does not start says why."""
        self.assertIn(".stamp is not present", self.refusal("Stamp", REVISION))


class ColoursTests(SitePluginTestCase):
    def test_variables(self) -> None:
        """Templates have the variables that it gives."""
        contents = {
            "Bundler/b.xml": bundle_of("/x"),
            "Cfg/x/x.genshi": "$colour of $of",
            "Bundler/t.xml": '<Bundle xmlns:py="http://genshi.edgewall.org/">'
            '<BoundPath name="/$colour"/></Bundle>',
        }
        core = self.core("Colours", VARIABLES, contents)
        self.assertEqual(bound(core, "Path", "/x").text, "blue of /x")
        self.assertIsNotNone(bound(core, "Path", "/green"))


class GateTests(SitePluginTestCase):
    def test_denied(self) -> None:
        """It decides what a client may call."""
        core = self.core("Gate", GATE, {})
        self.assertFalse(core.check_acls(address(), "GetProbes"))
        self.assertTrue(core.check_acls(address(), "GetConfig"))
