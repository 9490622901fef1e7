"""NagiosGen: a client's own description, and the file for the Nagios server."""

from __future__ import annotations

import os
import threading

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins import nagiosgen
from bcfg2tw.engine.xmlio import Element
from tests.builders import a_core, bundle_of, change, configuration, entry, write_files
from tests.full_disk import files_limited_to
from tests.privileges import forbidden

HOST = "127.0.0.9"
CLIENT_PATH, SERVER_PATH = nagiosgen.CLIENT_PATH, nagiosgen.SERVER_PATH

CONTENTS = {
    "Metadata/clients.xml": f'<Clients><Client name="{HOST}" profile="all"/></Clients>',
    "Bundler/web.xml": bundle_of(CLIENT_PATH, SERVER_PATH),
    "NagiosGen/config.xml": "<NagiosGen/>",
}


def line(key: str, value: str) -> str:
    """Return a line of a description."""
    return f"\t{key:<32} {value}\n"


def description(*lines: str) -> str:
    """Return a client's description, with further lines."""
    first = line("host_name", HOST) + line("alias", HOST) + line("address", HOST)
    return f"define host {{\n{first}{''.join(lines)}}}\n"


class NagiosGenTests(SynchronousTestCase):
    def serve(self, **files: str) -> NetworkCore:
        """Return a core with files in NagiosGen; `__` in a name stands for a dash."""
        named = {f"NagiosGen/{name.replace('__', '-')}.cfg": text for name, text in files.items()}
        return a_core(self, {**CONTENTS, **named})

    def path(self, core: NetworkCore, name: str) -> Element:
        """Return a path of the client's configuration."""
        return entry(configuration(core, HOST), "Path", name)

    def kept(self, core: NetworkCore, name: str) -> str:
        """Return what is in a file of the plugin's folder."""
        with open(os.path.join(core.settings.repository, "NagiosGen", name), "rb") as stream:
            return stream.read().decode()

    def test_state(self) -> None:
        """With a folder for state the repository stays as it is."""
        state = os.path.abspath(self.mktemp())
        core = a_core(self, CONTENTS, state=state)
        description_of_client = self.path(core, CLIENT_PATH).text
        self.assertIn(description_of_client or "", self.path(core, SERVER_PATH).text or "")
        folder = os.path.join(state, "NagiosGen")
        self.assertEqual(sorted(os.listdir(folder)), [f"{HOST}-host.cfg", "nagiosgen.cfg"])
        self.assertEqual(
            os.listdir(os.path.join(core.settings.repository, "NagiosGen")), ["config.xml"]
        )

    def test_full_disk(self) -> None:
        """What cannot be kept fails with its file and the reason, and is served later."""
        core = self.serve(all__group="g")
        with files_limited_to(1):
            for path, name in ((CLIENT_PATH, f"{HOST}-host.cfg"), (SERVER_PATH, "nagiosgen.cfg")):
                failure = self.path(core, path).get("failure", "")
                self.assertTrue(failure.endswith(f"/{name} cannot be written: File too large"))
                self.assertNotIn("Errno", failure)
        self.assertTrue(self.path(core, CLIENT_PATH).text)

    def test_unreadable(self) -> None:
        """
        A group whose file cannot be read is the client's all the same, and the server's file,
        which would lack the group, fails.
        """
        core = self.serve(all__group="g", other__group="o")
        name = "NagiosGen/web-bundle.cfg"
        write_files(core.settings.repository, {name: "b"})
        with self.assertLogs("bcfg2-server", "ERROR"), forbidden(core.settings.repository, name):
            core.reload(None)
        wanted = description(line("hostgroups", "all,web"), line("use", "default"))
        self.assertEqual(self.path(core, CLIENT_PATH).text, wanted)
        failure = self.path(core, SERVER_PATH).get("failure")
        self.assertIn(f"{name}: Permission denied", failure or "")

    def test_client(self) -> None:
        """A client's description has its groups, and is kept in the plugin's folder."""
        core = self.serve(all__group="g", web__bundle="b", other__group="o")
        path = self.path(core, CLIENT_PATH)
        wanted = description(line("hostgroups", "all,web"), line("use", "default"))
        self.assertEqual(path.text, wanted)
        self.assertEqual(
            dict(path.attrib),
            {
                "name": CLIENT_PATH,
                "type": "file",
                "owner": "root",
                "group": "root",
                "mode": "0400",
                "encoding": "ascii",
            },
        )
        self.assertEqual(self.kept(core, f"{HOST}-host.cfg"), wanted)

    def test_options(self) -> None:
        """Options that apply to the client follow; `use` can be another."""
        core = self.serve()
        config = (
            '<NagiosGen><Group name="all"><Option name="check_interval">9</Option></Group>'
            '<Group name="no"><Option name="x">1</Option></Group>'
            '<Client name="127.0.0.9"><Option name="use">mine</Option></Client></NagiosGen>'
        )
        change(core, {"NagiosGen/config.xml": config})
        self.assertEqual(
            self.path(core, CLIENT_PATH).text,
            description(line("check_interval", "9"), line("use", "mine")),
        )

    def test_no_address(self) -> None:
        """A client whose address cannot be found fails with its name."""
        name = "no-such-host.invalid"
        clients = f'<Clients><Client name="{name}" profile="all"/></Clients>'
        core = a_core(self, {**CONTENTS, "Metadata/clients.xml": clients})
        path = entry(configuration(core, name), "Path", CLIENT_PATH)
        self.assertEqual(path.get("failure"), f"bind error: Failed to find IP address for {name}")

    def test_server(self) -> None:
        """The server gets the groups that are used, then bundles, then all hosts, by name."""
        core = self.serve(
            all__group="group all",
            default__group="group default",
            other__group="group other",
            web__bundle="bundle web",
            idle__bundle="bundle idle",
        )
        write_files(core.settings.repository, {"NagiosGen/a-host.cfg": "host a"})
        self.path(core, CLIENT_PATH)
        path = self.path(core, SERVER_PATH)
        host = description(line("hostgroups", "all,web"), line("use", "default"))
        wanted = f"group all\ngroup default\nbundle web\n\n{host}\nhost a"
        self.assertEqual(path.text, wanted)
        self.assertEqual(
            (path.get("owner"), path.get("group"), path.get("mode")), ("nagios", "nagios", "0440")
        )
        self.assertEqual(self.kept(core, "nagiosgen.cfg"), wanted)

    def test_server_of_1_3(self) -> None:
        """The server's file is also bound where Bcfg2 1.3 had it, unless Cfg has that path."""
        name = nagiosgen.SERVER_PATH_1_3
        core = a_core(self, {**CONTENTS, "Bundler/web.xml": bundle_of(name)})
        self.assertEqual(self.path(core, name).get("owner"), "nagios")
        change(core, {f"Cfg{name}/nagiosgen.cfg": "mine"})
        core = a_core(
            self,
            {
                **CONTENTS,
                "Bundler/web.xml": bundle_of(name),
                f"Cfg{name}/nagiosgen.cfg": "mine",
            },
        )
        self.assertEqual(self.path(core, name).text, "mine")

    def test_written_once(self) -> None:
        """What has not changed is not written again, and what was written empties no cache."""
        core = self.serve()
        self.path(core, CLIENT_PATH)
        kept = os.path.join(core.settings.repository, "NagiosGen", f"{HOST}-host.cfg")
        before, snapshot = os.stat(kept), core.snapshot
        self.path(core, CLIENT_PATH)
        self.assertEqual(os.stat(kept).st_mtime_ns, before.st_mtime_ns)
        core.reload([kept])
        self.assertIs(core.snapshot, snapshot)

    def test_many_at_once(self) -> None:
        """Many clients at the same time get what they should."""
        core = self.serve(all__group="g")
        texts: list[str | None] = []

        def ask() -> None:
            texts.append(self.path(core, CLIENT_PATH).text)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wanted = description(line("hostgroups", "all"), line("use", "default"))
        self.assertEqual(texts, [wanted] * 8)
