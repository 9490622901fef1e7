"""FileProbes: which files are asked for, what their script sends, and what becomes of it."""

from __future__ import annotations

import base64
import grp
import os
import pwd
import shutil
import stat
import subprocess
import sys
import threading

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.fileprobes import received
from bcfg2tw.engine.plugins.fileprobes_script import script_for
from bcfg2tw.errors import StateUnavailable
from tests.builders import (
    CLIENT,
    a_core,
    address,
    bundle_of,
    change,
    configuration,
    entry,
    write_files,
)
from tests.full_disk import files_limited_to

OTHERS = ("one.example.test", "two.example.test")
BUNDLE = {"Bundler/b.xml": bundle_of("/etc/tapes")}


def config(probe: str) -> dict[str, str]:
    """Return a repository's contents with a config.xml."""
    return {**BUNDLE, "FileProbes/config.xml": f"<FileProbes>{probe}</FileProbes>"}


def sent(content: bytes, rest: str = 'owner="bin" group="tape" mode="0640"') -> str:
    """Return what the script prints for a file."""
    text = base64.b64encode(content).decode("ascii")
    return f'<ProbedFileData name="/etc/tapes" {rest}>{text}</ProbedFileData>'


class FileProbesTestCase(SynchronousTestCase):
    def serve(self, probe: str, **contents: str) -> NetworkCore:
        """Return a core whose Cfg holds `contents` for /etc/tapes, by the name of the file."""
        files = {f"Cfg/etc/tapes/{name}": text for name, text in contents.items()}
        return a_core(self, {**config(probe), "Cfg/etc/motd/motd": "hello", **files})

    def asked(self, core: NetworkCore) -> list[str | None]:
        """Return the paths that the client is asked for."""
        probes = etree.fromstring(core.GetProbes(address()))
        return [probe.get("name") for probe in probes if probe.get("source") == "FileProbes"]

    def send(
        self, core: NetworkCore, output: str, name: str = "/etc/tapes", client: str = CLIENT
    ) -> None:
        """Upload what a probe printed."""
        document = etree.Element("probe-data")
        data = etree.SubElement(document, "probe-data", {"name": name, "source": "FileProbes"})
        data.text = output
        core.RecvProbeData(address(client=client), etree.tostring(document, encoding="unicode"))

    def path(self, core: NetworkCore, name: str = f"tapes.H_{CLIENT}") -> str:
        """Return the path of a file for /etc/tapes."""
        return os.path.join(core.settings.repository, "Cfg/etc/tapes", name)

    def written(self, core: NetworkCore) -> bytes:
        """Return what is in Cfg for the client."""
        with open(self.path(core), "rb") as stream:
            return stream.read()


class ProbesTests(FileProbesTestCase):
    def test_missing(self) -> None:
        """A file is asked for while Cfg has none for the client."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        self.assertEqual(self.asked(core), ["/etc/tapes"])
        change(core, {"Cfg/etc/tapes/tapes.G10_other": "for others"})
        self.assertEqual(self.asked(core), ["/etc/tapes"])
        change(core, {"Cfg/etc/tapes/tapes.G10_all": "for all"})
        self.assertEqual(self.asked(core), [])

    def test_update(self) -> None:
        """With `update` it is always asked for."""
        core = self.serve('<FileProbe name="/etc/tapes" update="True"/>', tapes="x")
        self.assertEqual(self.asked(core), ["/etc/tapes"])

    def test_conditions(self) -> None:
        """Conditions say of whom a file is asked; an edit counts at once."""
        core = self.serve('<Group name="all" negate="true"><FileProbe name="/etc/tapes"/></Group>')
        self.assertEqual(self.asked(core), [])
        change(core, config('<Group name="all"><FileProbe name="/etc/tapes"/></Group>'))
        self.assertEqual(self.asked(core), ["/etc/tapes"])

    def test_fails(self) -> None:
        """What Cfg has for the client is there, also while it fails."""
        core = self.serve('<FileProbe name="/etc/tapes"/>', **{"tapes.genshi": "${1/0}"})
        self.assertEqual(self.asked(core), [])

    def test_name_that_means_more(self) -> None:
        """What a client sends is never run as a template, whatever the client is called."""
        names = ("web", "web.genshi")
        clients = "".join(f'<Client name="{name}" profile="all"/>' for name in names)
        core = self.serve('<FileProbe name="/etc/tapes" update="true"/>')
        change(core, {"Metadata/clients.xml": f"<Clients>{clients}</Clients>"})
        with self.assertLogs("FileProbes", "ERROR") as logs:
            self.send(core, sent(b"${6 * 7}"), client="web.genshi")
        self.assertIn("tapes.H_web.genshi would be read as a file for host web", logs.output[0])
        core.reload(None)
        self.assertFalse(os.path.exists(self.path(core, "tapes.H_web.genshi")))

    def test_no_cfg(self) -> None:
        """Without Cfg nothing is asked for, nor taken; the log says what is missing."""
        core = a_core(self, {**config('<FileProbe name="/etc/tapes"/>')})
        with self.assertLogs("FileProbes", "ERROR") as logs:
            self.assertEqual(self.asked(core), [])
            self.send(core, sent(b"x"))
        self.assertIn("FileProbes needs Cfg: add it to [server] plugins", logs.output[0])
        self.assertFalse(os.path.exists(self.path(core)))

    def test_no_place(self) -> None:
        """A path that could lead out of Cfg is passed over; the other files are asked for."""
        wrong = ["/../../etc/passwd", "/etc/../x", "etc/x", "//etc/x", "/", "", "/etc/x/"]
        probes = "".join(f'<FileProbe name="{path}"/>' for path in wrong)
        core = self.serve(probes + '<FileProbe name="/etc/tapes"/>')
        with self.assertLogs("FileProbes", "ERROR") as logs:
            self.assertEqual(self.asked(core), ["/etc/tapes"])
            self.send(core, sent(b"x"), "/../../etc/passwd")
        self.assertIn("config.xml: a FileProbe's name is the absolute path", logs.output[0])
        self.assertIn("which config.xml does not ask of it", logs.output[-1])

    def test_no_config(self) -> None:
        """Without config.xml nothing is asked for."""
        core = a_core(self, {**BUNDLE, "FileProbes/x": "", "Cfg/etc/motd/motd": ""})
        self.assertEqual(self.asked(core), [])


class ReceivedTests(FileProbesTestCase):
    def test_new(self) -> None:
        """A file that Cfg has not is written, with owner, group and mode, and served then."""
        core = self.serve('<FileProbe name="/etc/tapes" encoding="base64"/>')
        self.send(core, sent(b"tape \xff\n"))
        core.reload(None)
        path = entry(configuration(core), "Path", "/etc/tapes")
        self.assertEqual(
            (path.get("owner"), path.get("group"), path.get("mode"), path.get("encoding")),
            ("bin", "tape", "0640", "base64"),
        )
        self.assertEqual(base64.b64decode(path.text or ""), b"tape \xff\n")
        self.assertEqual(self.asked(core), [])

    def test_newer_than_the_snapshot(self) -> None:
        """What was written counts before the repository is read again."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        self.send(core, sent(b"one"))
        self.assertEqual(self.asked(core), [])
        with self.assertLogs("FileProbes", "INFO") as logs:
            self.send(core, sent(b"two"))
        self.assertIn(f"Skipping updated probed file {self.path(core)}", logs.output[0])
        self.assertEqual(self.written(core), b"one")

    def test_updated(self) -> None:
        """With `update` another content replaces what was fetched, and nothing else."""
        core = self.serve('<FileProbe name="/etc/tapes" update="true"/>', tapes="for all")
        self.send(core, sent(b"for all"))
        self.assertFalse(os.path.exists(self.path(core)))
        self.send(core, sent(b"mine"))
        self.assertEqual(self.written(core), b"mine")
        self.assertFalse(os.path.exists(self.path(core, "info.xml")))
        self.send(core, sent(b""))
        self.assertEqual(self.written(core), b"")

    def test_info_is_kept(self) -> None:
        """An info.xml that is there stays as it is."""
        info = '<FileInfo><Info owner="me"/></FileInfo>'
        core = self.serve('<FileProbe name="/etc/tapes"/>', **{"info.xml": info})
        self.send(core, sent(b"x"))
        with open(self.path(core, "info.xml"), encoding="utf-8") as stream:
            self.assertEqual(stream.read(), info)

    def info(self, core: NetworkCore) -> str:
        """Return what info.xml says."""
        with open(self.path(core, "info.xml"), encoding="utf-8") as stream:
            return stream.read()

    def served(self, core: NetworkCore, client: str = CLIENT) -> tuple[str | None, ...]:
        """Return owner, group and mode that a client gets."""
        core.reload(None)
        document = core.BuildConfiguration(client)
        path = entry(document, "Path", "/etc/tapes")
        self.assertIsNone(path.get("failure"))
        return path.get("owner"), path.get("group"), path.get("mode")

    def test_for_the_client_alone(self) -> None:
        """Owner, group and mode of one client's file are nobody else's; others get theirs."""
        clients = "".join(f'<Client name="{name}" profile="all"/>' for name in (CLIENT, *OTHERS))
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        change(core, {"Metadata/clients.xml": f"<Clients>{clients}</Clients>"})
        self.send(core, sent(b"x"))
        self.send(core, sent(b"y", 'owner="other" mode="0600"'), client=OTHERS[0])
        change(core, {"Cfg/etc/tapes/tapes": "for all"})
        with self.assertNoLogs("bcfg2-server", "WARNING"):
            self.assertEqual(self.served(core), ("bin", "tape", "0640"))
            self.assertEqual(self.served(core, OTHERS[0]), ("other", "root", "0600"))
            self.assertEqual(self.served(core, OTHERS[1]), ("root", "root", "644"))

    def test_info_is_added(self) -> None:
        """An info.xml that has nothing for the client keeps what it has, and gets that."""
        info = (
            '<!-- ours -->\n<FileInfo><Client name="other"><Info owner="me"/></Client>'
            "<!-- no others --></FileInfo>"
        )
        core = self.serve('<FileProbe name="/etc/tapes"/>', **{"info.xml": info})
        self.send(core, sent(b"x"))
        self.assertEqual(self.served(core), ("bin", "tape", "0640"))
        for expected in ("<!-- ours -->", "<!-- no others -->", '<Client name="other">', '"me"'):
            self.assertIn(expected, self.info(core))
        os.unlink(self.path(core))
        core.reload(None)
        self.send(core, sent(b"x", 'owner="new"'))
        self.assertEqual(self.served(core), ("bin", "tape", "0640"))

    def test_info_is_broken(self) -> None:
        """An info.xml that cannot be read stays as it is, and is named."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        write_files(core.settings.repository, {"Cfg/etc/tapes/info.xml": "<FileInfo>"})
        with self.assertLogs("FileProbes", "ERROR") as logs:
            self.send(core, sent(b"x"))
        self.assertIn("info.xml:1", logs.output[0])
        self.assertEqual((self.info(core), self.written(core)), ("<FileInfo>", b"x"))

    def test_info_is_template(self) -> None:
        """An info.xml that is a template stays as it is."""
        info = '<FileInfo xmlns:py="http://genshi.edgewall.org/"><Info owner="${1}"/></FileInfo>'
        core = self.serve('<FileProbe name="/etc/tapes"/>', **{"info.xml": info})
        self.send(core, sent(b"x"))
        self.assertEqual(self.info(core), info)

    def test_setuid(self) -> None:
        """Setuid and setgid are taken over only where that is configured; the log says so."""
        for allowed, mode in ((False, "0755"), (True, "6755")):
            core = a_core(
                self,
                {**config('<FileProbe name="/etc/tapes"/>'), "Cfg/etc/motd/motd": "hello"},
                fileprobes_setuid=allowed,
            )
            with self.assertLogs("FileProbes", "INFO") as logs:
                self.send(core, sent(b"x", 'mode="6755"'))
            self.assertEqual("allow_setuid" in "".join(logs.output), not allowed)
            self.assertEqual(self.served(core)[2], mode)

    def test_no_mode(self) -> None:
        """A mode that is none is not noted."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        with self.assertLogs("FileProbes", "ERROR") as logs:
            self.send(core, sent(b"x", 'owner="bin" mode="rws"'))
        self.assertIn("'rws' is no mode", logs.output[0])
        self.assertEqual(self.served(core), ("bin", "root", "644"))

    def test_template_fails(self) -> None:
        """A template that fails is not overruled by what the client happens to have."""
        core = self.serve(
            '<FileProbe name="/etc/tapes" update="true"/>', **{"tapes.genshi": "${1/0}"}
        )
        with self.assertLogs("FileProbes", "ERROR") as logs:
            self.send(core, sent(b"x"))
        self.assertIn("is not taken, as what Cfg has for it fails: ", logs.output[0])
        self.assertFalse(os.path.exists(self.path(core)))

    def test_not_asked(self) -> None:
        """A client cannot place files that it was not asked for."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        for path in ("/etc/motd", "/../../x"):
            with self.assertLogs("FileProbes", "ERROR") as logs:
                self.send(core, sent(b"x"), path)
            self.assertIn(f"{CLIENT} sent '{path}', which config.xml does not", logs.output[0])
        self.assertEqual(os.listdir(f"{core.settings.repository}/Cfg/etc"), ["motd"])

    def test_not_understood(self) -> None:
        """What is no file is logged in the client's words, cut short, and changes nothing."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        for output, message in (
            ("Could not read it" + "!" * 1000, "the client says: Could not read it!!"),
            ("", "the client sent nothing"),
            ("<error/>", "the client sent error, not ProbedFileData"),
            ("<ProbedFileData>%%%%</ProbedFileData>", "is not in base64"),
        ):
            with self.assertLogs("FileProbes", "ERROR") as logs:
                self.send(core, output)
            self.assertIn(f"/etc/tapes of {CLIENT}: ", logs.output[0])
            self.assertIn(message, logs.output[0])
            self.assertLess(len(logs.output[0]), 700)
        self.assertFalse(os.path.exists(self.path(core)))

    def test_cannot_be_written(self) -> None:
        """A file that cannot be kept fails the upload: nothing is acknowledged and lost."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        write_files(core.settings.repository, {"Cfg/etc/tapes": "a file in the folder's place"})
        with self.assertLogs("FileProbes", "ERROR") as logs:
            self.assertRaises(StateUnavailable, self.send, core, sent(b"x"))
        self.assertIn("Cfg/etc/tapes", logs.output[0])

    def test_full_disk(self) -> None:
        """A client is to come back while there is no room, and its file is whole then."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        content = b"x" * 5000
        with files_limited_to(1000):
            error = self.assertRaises(StateUnavailable, self.send, core, sent(content))
        self.assertIn(f"{self.path(core)} cannot be written: File too large", str(error))
        self.assertFalse(os.path.exists(self.path(core)))
        with self.assertLogs("FileProbes", "WARNING") as logs:
            self.send(core, sent(content))
        self.assertIn("can be written again", logs.output[-1])
        self.assertEqual(self.written(core), content)

    def test_gone(self) -> None:
        """A client is to come back while the repository is gone, and none is made."""
        core = self.serve('<FileProbe name="/etc/tapes"/>')
        repository = core.settings.repository
        os.rename(repository, f"{repository}.away")
        self.assertRaises(StateUnavailable, self.send, core, sent(b"x"))
        self.assertFalse(os.path.exists(repository))
        os.mkdir(repository)  # on which it is mounted
        self.assertRaises(StateUnavailable, self.send, core, sent(b"x"))
        self.assertEqual(os.listdir(repository), [])

    def test_many_at_once(self) -> None:
        """Of many uploads at the same time each leaves a whole file."""
        core = self.serve('<FileProbe name="/etc/tapes" update="true"/>')
        contents = [bytes([number]) * 50000 for number in range(8)]
        threads = [
            threading.Thread(target=self.send, args=(core, sent(content))) for content in contents
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIn(self.written(core), contents)
        self.assertEqual(
            sorted(os.listdir(os.path.dirname(self.path(core)))), ["info.xml", f"tapes.H_{CLIENT}"]
        )


class ScriptTests(SynchronousTestCase):
    def run_script(self, path: str, python: str = sys.executable) -> tuple[str, str]:
        """Run the script for a path and return what it printed, as output and as errors."""
        done = subprocess.run(
            [python, "-"],
            input=script_for(path).encode("ascii"),
            env={"LC_ALL": "C", "PYTHONUTF8": "0", "PATH": os.environ["PATH"]},
            capture_output=True,
            timeout=60,
            check=True,
        )
        return done.stdout.decode("ascii"), done.stderr.decode("ascii", "replace")

    def check(self, python: str) -> None:
        """A file arrives byte for byte, with its owner, whatever it is called."""
        folder = os.path.abspath(self.mktemp())
        path = os.path.join(folder, "grün \U0001f4be \"q\" 'a' %s & \\u.txt")
        write_files(folder, {os.path.basename(path): bytes(range(256))})
        os.chmod(path, 0o4750)
        output, errors = self.run_script(path, python)
        self.assertEqual(errors, "")
        document, status = etree.fromstring(output), os.stat(path)
        self.assertEqual(
            dict(document.attrib),
            {
                "name": path,
                "owner": pwd.getpwuid(status.st_uid).pw_name,
                "group": grp.getgrgid(status.st_gid).gr_name,
                "mode": f"{stat.S_IMODE(status.st_mode):04o}",
            },
        )
        self.assertEqual(received(output).content, bytes(range(256)))

    def test_python_3(self) -> None:
        """The script runs on this Python, in the plain C locale."""
        self.check(sys.executable)

    def test_python_2(self) -> None:
        """The script runs on Python 2."""
        python = shutil.which("python2")
        # a version switcher has the name even where it has no such version
        if python is None or subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL):
            self.skipTest("python2 is not installed (it left Debian after version 11)")
        self.check(python)

    def test_missing(self) -> None:
        """A file that cannot be read is told on the client's standard error, and no failure."""
        output, errors = self.run_script("/no/such/file")
        self.assertEqual(output, "")
        self.assertIn("Could not read '/no/such/file': ", errors)
