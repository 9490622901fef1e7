"""`bcfg2tw compare` beside servers that run: ours with another repository, and 1.3.4 itself."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.codec import write_result
from bcfg2tw.cli.compare.asking import names_in
from bcfg2tw.settings import Settings
from tests.builders import write_files
from tests.cli.compare.planted import CLIENTS, COME, DB, WEB1, WEB2, planted
from tests.command_processes import run_process
from tests.commands import Ended
from tests.network import an_authority, free_port
from tests.processes import ServerProcess
from tests.real_server import RealServer
from tests.shadow.servers import server_context
from tests.shadow.test_trouble import Rogue, answering, answering_each

PASSWORD = "swordfish"
PLUGINS = "Bundler,Cfg,Metadata,Rules"

CONF = """\
[server]
repository = {repository}
plugins = {plugins}
filemonitor = pseudo
[communication]
password = {password}
certificate = {cert}
key = {key}
ca = {ca}
[components]
bcfg2 = https://localhost:{port}
"""


_INCLUDE = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../included/{}.xml"/>'

#: What 1.3.4 serves otherwise than this server does.
INCLUDING = {
    "Metadata/clients.xml": f"<Clients><Client name='{WEB1}' profile='all'/></Clients>",
    "Metadata/groups.xml": "<Groups><Group name='all' profile='true' default='true' public='true'>"
    "<Bundle name='outer'/></Group></Groups>",
    "Bundler/outer.xml": "<Bundle name='outer'><Path name='/etc/uuid'/><Path name='/etc/changed'/>"
    f"{_INCLUDE.format('inner')}{_INCLUDE.format('alone')}</Bundle>",
    "included/inner.xml": "<Bundle name='inner'><Service name='within'/></Bundle>",
    "included/alone.xml": "<Service name='alone'/>",
    "Rules/all.xml": "<Rules priority='1'><Service name='within' type='systemd' status='on'/>"
    "<Service name='alone' type='systemd' status='on'/></Rules>",
    "Cfg/etc/uuid/uuid.genshi": "uuid ${metadata.uuid}\n",
}


class CompareTestCase(SynchronousTestCase):
    """A repository for this server, and one for the other."""

    other_port: int

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.authority = an_authority(self)
        self.port = free_port(self)
        self.planted = planted()

    def site(self, name: str, contents: Any, port: int) -> Settings:
        """Write a repository and a bcfg2.conf; return its settings."""
        repository = self.folder / name
        write_files(str(repository), contents)
        certificate, key = self.authority.issue("localhost", ["localhost", "127.0.0.1"])
        values = {
            "repository": repository, "plugins": PLUGINS, "password": PASSWORD, "port": port,
            "cert": certificate.absolute(), "key": key.absolute(),
            "ca": self.authority.certificate.absolute(),
        }  # fmt: skip
        conf = self.folder / f"{name}.conf"
        conf.write_text(CONF.format(**values))
        return Settings.load({"config": str(conf)})

    def old_server(self, contents: Any) -> ServerProcess:
        """Return a server of ours with a repository, which is to be entered."""
        settings = self.site("old", contents, self.port)
        return ServerProcess(self.folder / "log", "--config", str(settings.config))

    def compare(self, *words: str) -> Ended:
        """Compare the server with the repository of `new.conf`."""
        return run_process(
            "compare", "--old", f"https://localhost:{self.port}", *words, folder=str(self.folder)
        )

    def check_planted(self) -> None:
        """Assert that all planted changes are found, and no other difference."""
        self.site("new", self.planted.new, self.port)
        (self.folder / "clients").write_text("\n".join(CLIENTS))
        ended = self.compare("--new", "new.conf", "--clients-file", "clients", "--format", "json")
        self.assertEqual(ended.status, 0, ended.errors)
        differences = {
            (group["kind"], group["tag"], group["name"], tuple(group["clients"]))
            for group in json.loads(ended.output)["groups"]
        }
        self.assertEqual(differences - self.planted.expected, set())
        self.assertEqual(self.planted.expected - differences, set())


class PlantedTests(CompareTestCase):
    def test_number(self) -> None:
        """There are fifty of them, and each is told apart from the others."""
        self.assertGreaterEqual(self.planted.number, 50)
        self.assertEqual(len(self.planted.expected), self.planted.number)

    def test_own_server(self) -> None:
        """Each is found beside a server of ours that serves the older state."""
        with self.old_server(self.planted.old):
            self.check_planted()

    def test_real_server(self) -> None:
        """Each is found beside the server of Bcfg2 1.3.4, and nothing else differs."""
        settings = self.site("old", self.planted.old, self.port)
        with RealServer(self.folder / "real", settings, self.port):
            self.check_planted()


class ReasonTests(CompareTestCase):
    def test_real_server(self) -> None:
        """Beside 1.3.4 included files and uuids differ, with reasons; what has changed has none."""
        old = {**INCLUDING, "Cfg/etc/changed/changed": "old\n"}
        settings = self.site("old", old, self.port)
        self.site("new", {**old, "Cfg/etc/changed/changed": "new\n"}, self.port)
        with RealServer(self.folder / "real", settings, self.port):
            ended = self.compare("--new", "new.conf", "--format", "json")
        self.assertEqual(ended.status, 0, ended.errors)
        reasons = {
            (group["tag"], group["name"]): group["reason"].rpartition(", ")[2]
            for group in json.loads(ended.output)["groups"]
        }
        releases, holes = "decisions-releases)", "decisions-holes)"
        expected = {
            ("Bundle", "inner"): releases, ("Service", "within"): releases,
            ("Service", "alone"): releases, ("Path", "/etc/uuid"): holes,
            ("Path", "/etc/changed"): "",
        }  # fmt: skip
        self.assertEqual(reasons, expected)


class OutcomeTests(CompareTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.same = dict(self.planted.old)

    def test_equal(self) -> None:
        """Equal servers have no difference, with --exit-code either; nothing is registered."""
        with self.old_server(self.same) as server:
            self.site("new", self.same, self.port)
            ended = self.compare("--new", "new.conf", "--exit-code")
            self.assertEqual(ended.status, 0, ended.output + ended.errors)
            self.assertIn("Nothing changes for 4 clients.", ended.output)
            self.assertEqual(server.said().count("Generated config for"), 4)
            for other in ("DeclareVersion", "GetProbes", "Setting client"):
                self.assertNotIn(other, server.said())

    def test_exit_code(self) -> None:
        """Where something differs, --exit-code ends with status 1; formats go to files."""
        with self.old_server(self.same):
            self.site("new", {**self.same, "Cfg/c/line/line": "other\n"}, self.port)
            ended = self.compare(
                "-C",
                "new.conf",
                "--client",
                "web*",
                "--exit-code",
                "--output",
                "markdown:out.markdown",
            )
        self.assertEqual(ended.status, 1, ended.errors)
        self.assertIn("all 2 clients", ended.output)
        self.assertIn("/c/line", (self.folder / "out.markdown").read_text())

    def test_two_servers(self) -> None:
        """Both sides may be servers; the clients are those of the bcfg2.conf."""
        other = free_port(self)
        with self.old_server(self.same):
            self.site("new", {**self.same, "Cfg/c/line/line": "other\n"}, other)
            conf = str(self.folder / "new.conf")
            with ServerProcess(self.folder / "newlog", "--config", conf):
                ended = self.compare("--new", f"https://localhost:{other}", "-C", conf)
        self.assertEqual(ended.status, 0, ended.errors)
        self.assertIn("+other", ended.output)
        self.assertIn("4 of 4 clients change, in 1 difference", ended.output)

    def test_dead(self) -> None:
        """A server that is not there is status 2, and one line."""
        self.site("new", self.same, self.port)
        ended = self.compare("--new", "new.conf", "--retries", "1")
        self.assertEqual(ended.status, 2)
        self.assertIn("nothing listens there", ended.errors)
        self.assertEqual(len(ended.errors.splitlines()), 1, ended.errors)

    def test_odd_configurations(self) -> None:
        """What is no configuration of Bcfg2, or cannot be told, is no difference, but an error."""
        self.other_port = self.port
        conf = str(self.site("new", self.same, self.port).config)
        url = f"https://localhost:{self.port}"
        entity = "<!DOCTYPE a [<!ENTITY x 'y'>]><Configuration>&x;</Configuration>"
        deep = f"<Configuration>{'<a>' * 1500}{'</a>' * 1500}</Configuration>"
        odd = {
            "declares a document type": entity,
            "nested more than 100 levels deep": deep,
            "a int stands where": 3,
        }
        # compare asks for a client, diff for the names of clients before
        answers = ((value, [WEB1], value) for value in odd.values())
        bodies = map(write_result, chain.from_iterable(answers))
        Rogue(self, server_context(self), answering_each(bodies))
        for reason in odd:
            for words in (("compare", "--old", url), ("diff", url)):
                options = "-C", conf, "--client", WEB1
                ended = run_process(*words, *options, folder=str(self.folder))
                self.assertEqual((ended.status, ended.output), (2, ""))
                self.assertIn(reason, ended.errors)
                self.assertEqual(len(ended.errors.splitlines()), 1, ended.errors)

    def test_addresses(self) -> None:
        """An address is refused that is none, or has a password in it, which nobody gets to see."""
        conf = str(self.site("new", self.same, self.port).config)
        for address, reason in (
            ("", "'' is no address of a server: give https://HOST:PORT"),
            ("https://", "'https://' is no address of a server: give https://HOST:PORT"),
            (f"https://me:hush@localhost:{self.port}", "--password-file"),
        ):
            for words in (("compare", "--old", address), ("diff", f"server:{address}")):
                if words[-1] == "server:":
                    continue  # the site's own
                ended = run_process(*words, "-C", conf, folder=str(self.folder))
                self.assertEqual((ended.status, ended.output), (2, ""))
                self.assertIn(f"{reason}\n", ended.errors)
                self.assertNotIn("hush", ended.errors)
        text = f"[shadow]\nserver = https://me:hush@localhost:{self.port}\n"
        with (self.folder / "new.conf").open("a") as stream:
            stream.write(text)
        ended = run_process("shadow", "report", "-C", conf, folder=str(self.folder))
        self.assertIn("there is a user or password in it", ended.errors)
        self.assertNotIn("hush", ended.output + ended.errors)

    def test_odd_names(self) -> None:
        """Names of clients that are none are an error of the server that tells them."""
        self.other_port = self.port
        conf = str(self.site("new", self.same, self.port).config)
        Rogue(self, server_context(self), answering(write_result([["web"]])))
        words = ("diff", f"https://localhost:{self.port}", "-C", conf)
        ended = run_process(*words, folder=str(self.folder))
        self.assertEqual(ended.status, 2)
        self.assertIn("is no list of names", ended.errors)

    def test_refused(self) -> None:
        """A client that the server refuses is told to be left out, and does not differ."""
        clients = self.same["Metadata/clients.xml"]
        assert isinstance(clients, str)
        kept = clients.replace(f"name='{DB}'", f"name='{DB}' auth='cert'")
        with self.old_server({**self.same, "Metadata/clients.xml": kept}):
            self.site("new", self.same, self.port)
            ended = self.compare("--new", "new.conf")
        self.assertEqual(ended.status, 0, ended.errors)
        self.assertIn(f"not compared: {DB}: localhost:{self.port}: HTTP status 401", ended.output)
        self.assertIn("Nothing changes for 3 clients.", ended.output)

    def test_unknown_clients(self) -> None:
        """Without any client to ask for, the command says what to give."""
        self.site("new", self.same, self.port)
        (self.folder / "clients").write_text("# nobody\n")
        ended = self.compare("--new", "new.conf", "--clients-file", "clients")
        self.assertEqual(ended.status, 2)
        self.assertIn("names no client: write one a line", ended.errors)

    def test_names_of_windows(self) -> None:
        """A file of names may begin with a byte order mark, and end its lines as Windows does."""
        path = self.folder / "clients"
        self.folder.mkdir()
        path.write_bytes(b"\xef\xbb\xbfWeb1.example.test\r\nweb2.example.test # new\r\n")
        self.assertEqual(names_in(str(path)), ["web1.example.test", "web2.example.test"])

    def test_own_password(self) -> None:
        """Clients that have a password of their own are asked for with that."""
        clients = self.same["Metadata/clients.xml"]
        assert isinstance(clients, str)
        secure = clients.replace("password='of its own'", "password='of its own' secure='true'")
        contents = {**self.same, "Metadata/clients.xml": secure}
        with self.old_server(contents):
            self.site("new", contents, self.port)
            ended = self.compare("--new", "new.conf", "--client", WEB2, "--client", WEB1)
        self.assertEqual(ended.status, 0, ended.errors)
        self.assertIn("Nothing changes for 2 clients.", ended.output)
        self.assertNotIn(COME, ended.output)
