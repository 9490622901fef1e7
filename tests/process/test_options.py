"""What `twistd bcfg2-core` says to an administrator who got something wrong, and how it ends."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from unittest import SkipTest

from twisted.python.usage import UsageError
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.process.options import Options
from bcfg2tw.settings import Settings, options
from tests.network import free_port
from tests.processes import ServerProcess, bcfg2_core, ended, twistd
from tests.waiting import wait_until


class SiteTestCase(SynchronousTestCase):
    """A demonstration site, on a port of its own."""

    def setUp(self) -> None:
        self.port = free_port(self)
        self.site = make_site(Path(self.mktemp()).absolute(), port=self.port)
        self.conf = self.site / "bcfg2.conf"

    def set(self, section: str, line: str) -> None:
        """Add a line to a section of bcfg2.conf."""
        with open(self.conf, "a") as conf:
            conf.write(f"\n[{section}]\n{line}\n")


class RefusalTests(SiteTestCase):
    """The real process: one line that names option or file and the remedy, and a status."""

    def place(self, key: str) -> str:
        """Return FILE:LINE of the last line for an option."""
        lines = self.conf.read_text("utf-8").splitlines()
        return f"{self.conf}:{max(n for n, line in enumerate(lines, 1) if line.startswith(key))}"

    def assert_refused(self, line: str, *given: str) -> None:
        """Check the only line that a server prints which cannot start."""
        process = ended(bcfg2_core("--config", str(self.conf), *given))
        self.assertEqual((process.stderr, process.stdout), (f"bcfg2-core: {line}\n", ""))
        self.assertEqual(process.returncode, 1)

    def test_misspelt_section(self) -> None:
        """A section that is misspelt is told before what follows from it."""
        text = self.conf.read_text("utf-8").replace("[communication]", "[comunication]")
        self.conf.write_text(text, "utf-8")
        number = text.splitlines().index("[comunication]") + 1
        process = ended(bcfg2_core("--config", str(self.conf)))
        hint, refusal = process.stderr.splitlines()
        self.assertEqual(
            hint,
            f"bcfg2-core: {self.conf}:{number}: [comunication] is no section: did you mean "
            "[communication]?",
        )
        self.assertIn("bcfg2-core: [communication] ", refusal)

    def test_configuration_missing(self) -> None:
        """A bcfg2.conf that was named has to be there."""
        self.assert_refused(
            "/nowhere/bcfg2.conf cannot be read: No such file or directory; name the "
            "configuration file with --config",
            "--config",
            "/nowhere/bcfg2.conf",
        )

    def test_configuration_unreadable(self) -> None:
        """A line of bcfg2.conf that is neither section nor option is named."""
        self.conf.write_text("[server]\nrepository /srv\n")
        self.assert_refused(
            f"{self.conf}:2: 'repository /srv' cannot be read: write KEY = VALUE or [SECTION]"
        )

    def test_unknown_value(self) -> None:
        """A value that is no value of its option is named with section and file."""
        self.set("communication", "authentication = maybe")
        self.assert_refused(
            "[communication] authentication: 'maybe' is none of cert, bootstrap, cert+password "
            f"(in {self.place('authentication')})"
        )

    def test_unknown_value_given(self) -> None:
        """So is one of the command line."""
        self.assert_refused(
            "[bcfg2tw] core: 'mine' is none of embedded, upstream (given as --core)",
            "--core",
            "mine",
        )

    def test_no_repository(self) -> None:
        """A repository that is not there is named, and how to make one."""
        self.assert_refused(
            "[server] repository: there is no folder /nowhere: name the repository here or with "
            "--repository; bcfg2tw init DIR makes a small one (given as --repository)",
            "--repository",
            "/nowhere",
        )

    def test_repository_missing(self) -> None:
        """So is one of bcfg2.conf, with its line."""
        text = self.conf.read_text()
        self.conf.write_text(text.replace("/repository\n", "/gone\n"))
        self.assert_refused(
            f"[server] repository: there is no folder {self.site}/gone: name the repository here "
            "or with --repository; bcfg2tw init DIR makes a small one (in "
            f"{self.place('repository')})"
        )

    def test_certificate_missing(self) -> None:
        """A certificate that is not there is named with its option."""
        self.assert_refused(
            "[communication] certificate: /nowhere/x.crt cannot be read: "
            "No such file or directory; name a PEM file that can (given as --cert)",
            "--cert",
            "/nowhere/x.crt",
        )

    def test_key_unreadable(self) -> None:
        """A key that cannot be read is named with its option."""
        self.assert_refused(
            f"[communication] key: {self.site} cannot be read: Is a directory; "
            "name a PEM file that can (given as --key)",
            "--key",
            str(self.site),
        )

    def test_key_of_another(self) -> None:
        """A key that does not match the certificate is named together with it."""
        other = make_site(Path(self.mktemp()).absolute(), port=self.port) / "ssl/server.key"
        self.assert_refused(
            f"[communication] key: {other} does not belong to the certificate "
            f"{self.site}/ssl/server.crt: give the key that the certificate was made for "
            "(given as --key)",
            "--key",
            str(other),
        )

    def test_swapped(self) -> None:
        """Where certificate and key are swapped, that is said, with the line of bcfg2.conf."""
        ssl = self.site / "ssl"
        text = self.conf.read_text().replace("ssl/server.crt", "ssl/x")
        text = text.replace("ssl/server.key", "ssl/server.crt").replace("ssl/x", "ssl/server.key")
        self.conf.write_text(text)
        self.assert_refused(
            f"[communication] certificate: {ssl}/server.key holds a private key: are certificate "
            "and key swapped? Name a PEM file with the server's certificate, and the key under "
            f"[communication] key (in {self.place('certificate')})"
        )

    def test_default_certificate(self) -> None:
        """A file that nobody named is told as the default."""
        text = self.conf.read_text()
        self.conf.write_text(text.replace("certificate = ", "# certificate = "))
        path = Settings().cert
        if os.path.exists(path):
            raise SkipTest(f"this machine has {path}")
        self.assert_refused(
            f"[communication] certificate: {path} cannot be read: No such file or directory; name "
            f"a PEM file that can (the default; {self.conf} has no such line)"
        )

    def test_authorities_unusable(self) -> None:
        """A file without a certificate is no CA."""
        self.assert_refused(
            f"[communication] ca: {self.conf} holds no ca in PEM that can be used: "
            "no certificate or crl found; name one that does (given as --ca)",
            "--ca",
            str(self.conf),
        )

    def test_port_in_use(self) -> None:
        """A port that somebody else listens on is named, and what to do."""
        with socket.create_server(("127.0.0.1", self.port)):
            self.assert_refused(
                f"port {self.port} on 127.0.0.1 is in use: stop the other server, or choose "
                "another port with --port"
            )

    def test_address_of_another_machine(self) -> None:
        """An address that this machine has not is named."""
        self.assert_refused(
            "192.0.2.1 is no address of this machine: correct [components] bcfg2, or give "
            "--interface or --listen-all",
            "--interface",
            "192.0.2.1",
        )

    def test_empty_password(self) -> None:
        """An empty password is refused: it would let everybody in."""
        self.set("communication", "password =")
        self.assert_refused(
            "[communication] password: '' is an empty password, so that everybody could log in: "
            f"give one, or remove the line (in {self.place('password')})"
        )

    def test_log_file(self) -> None:
        """A log file that cannot be written is named."""
        self.assert_refused(
            "[logging] path: /nowhere/x.log cannot be written: No such file or directory; name "
            "a file in a folder that the server's user may write to (given as --logfile)",
            "--logfile",
            "/nowhere/x.log",
        )

    def test_unknown_endpoint(self) -> None:
        """An endpoint that Twisted does not know is named."""
        self.assert_refused(
            "[bcfg2tw] endpoints: the endpoint 'bogus:1' cannot be used: Unknown endpoint type: "
            "'bogus'; see Twisted's documentation of server endpoints",
            "--endpoint",
            "bogus:1",
        )

    def test_unix_socket(self) -> None:
        """A socket whose clients have no address is refused."""
        self.assert_refused(
            "[bcfg2tw] endpoints: the endpoint 'unix:/nowhere/socket' cannot be used: clients are "
            "known by their IP addresses, and it has none; where a balancer sends them by the "
            "PROXY protocol, write [server] proxy_from = unix; see Twisted's documentation of "
            "server endpoints",
            "--endpoint",
            "unix:/nowhere/socket",
        )

    def test_wrong_usage(self) -> None:
        """What cannot be understood is the first line, with what would be right, and no usage."""
        for given, reason in (
            (("--prot", "6789"), "option --prot not recognized: did you mean --port?"),
            (("-Z",), "option -Z not recognized"),
            (("--port",), "option --port requires argument"),
            (("6789", "more"), "'6789' is no option, and there are options alone"),
            (
                ("-D", "nonsense"),
                "option -D not recognized: it is of bcfg2-server; give twistd --pidfile FILE, "
                "before bcfg2-core, which detaches unless it gets --nodaemon; or run "
                "bcfg2tw serve, which has it",
            ),
            (
                ("--nodaemon",),
                "option --nodaemon not recognized: it is of twistd, so give it before bcfg2-core",
            ),
            (
                ("-x", "secret"),
                "option -x not recognized: it is of bcfg2-server; write [communication] password, "
                "because a command line can be read by all",
            ),
        ):
            process = ended(bcfg2_core("--config", str(self.conf), *given))
            self.assertEqual(
                process.stderr,
                f"bcfg2-core: {reason}\ntwistd bcfg2-core --help lists the options\n",
            )
            self.assertEqual((process.returncode, process.stdout), (1, ""))

    def test_two_commands(self) -> None:
        """The options' help and the version are printed without a site."""
        version = ended(bcfg2_core("--version"))
        self.assertRegex(version.stdout, r"\Abcfg2tw [0-9.]+\n\Z")
        self.assertEqual(version.returncode, 0)


class TwistdFilesTests(SiteTestCase):
    """The files of twistd itself, which would end with a traceback."""

    def refusal(self, *given: str) -> str:
        """Return the only line of a server that cannot start."""
        command = twistd("--nodaemon", *given, "bcfg2-core", "--config", str(self.conf))
        process = ended(command)
        self.assertEqual((process.returncode, process.stdout), (1, ""))
        self.assertEqual(process.stderr.count("\n"), 1)
        return process.stderr.removeprefix("bcfg2-core: ")[:-1]

    def test_running_process(self) -> None:
        """A PID file of a process that runs is told with the process, and stays."""
        pid = self.site / "server.pid"
        with subprocess.Popen(["sleep", "600"]) as other:
            self.addCleanup(other.kill)
            pid.write_text(f"{other.pid}\n")
            self.assertEqual(
                self.refusal(f"--pidfile={pid}"),
                f"--pidfile: {pid} names process {other.pid} (sleep), which runs: stop it, remove "
                "the file if that is no server, or give another one",
            )
            other.kill()
        self.assertEqual(pid.read_text(), f"{other.pid}\n")

    def test_process_that_has_ended(self) -> None:
        """The PID file of a process that was killed is taken over."""
        pid = self.site / "server.pid"
        with subprocess.Popen(["true"]) as other:
            pid.write_text(str(other.pid))
        site = ServerProcess(self.site / "log", "-C", str(self.conf), pid_file=pid)
        with site as server:
            self.assertEqual(pid.read_text(), str(server.process.pid))
        self.assertFalse(pid.exists())

    def test_own_number(self) -> None:
        """One that names the server itself is of a container that was started anew."""
        pid = self.site / "server.pid"
        code = (
            "import os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); "
            "os.execv(sys.argv[2], sys.argv[2:])"
        )
        command = twistd(
            "--nodaemon", f"--pidfile={pid}", "bcfg2-core", "-C", str(self.conf),
            "--repository", "/nowhere",
        )  # fmt: skip
        process = ended([command[0], "-c", code, str(pid), *command])
        self.assertIn("there is no folder /nowhere", process.stderr)
        self.assertFalse(pid.exists())

    def test_unusable(self) -> None:
        """A folder that is missing, a folder in place of the file and other content are told."""
        pid = self.site / "server.pid"
        pid.write_text("here")
        for given, reason in (
            ("--pidfile=/nowhere/x.pid", "--pidfile: there is no folder /nowhere: make it, or"),
            (f"--pidfile={self.site}", f"--pidfile: {self.site} cannot be written: Is a directory"),
            (f"--pidfile={pid}", f"--pidfile: {pid} holds 'here', which is no number of a process"),
            ("--logfile=/nowhere/x.log", "--logfile: there is no folder /nowhere: make it, or"),
            ("--rundir=/nowhere", "--rundir: there is no folder /nowhere: make it"),
        ):
            self.assertIn(reason, self.refusal(given))
        self.assertEqual(pid.read_text(), "here")

    def test_kept_out(self) -> None:
        """A file that this user may not write is told, and none is left behind."""
        if os.geteuid() == 0:
            raise SkipTest("root is kept out of nothing")
        closed = self.site / "closed"
        closed.mkdir(0o500)
        self.assertEqual(
            self.refusal(f"--pidfile={closed}/x.pid"),
            f"--pidfile: {closed}/x.pid cannot be written: Permission denied; give a file that "
            "this user may write",
        )
        self.assertEqual(list(closed.iterdir()), [])


class LateRefusalTests(SiteTestCase):
    """What shows only once the server has begun; under twistd's log, and as a daemon."""

    def assert_ends(self, process: subprocess.CompletedProcess[str], line: str) -> None:
        """Check that a process has said why it ended, without a traceback."""
        self.assertIn(line, process.stdout)
        self.assertNotIn("Traceback", process.stdout + process.stderr)
        self.assertEqual(process.returncode, 1)

    def test_no_metadata(self) -> None:
        """A server whose plugins cannot serve ends with a sentence, and a status."""
        self.set("server", "plugins = Bundler")
        self.assert_ends(
            ended(bcfg2_core("--config", str(self.conf))),
            "No Metadata Plugin: add Metadata to [server] plugins",
        )

    def test_endpoint_in_use(self) -> None:
        """An endpoint that cannot be had ends the server with a sentence."""
        endpoint = f"tcp:{self.port}:interface=127.0.0.1"
        with socket.create_server(("127.0.0.1", self.port)):
            self.assert_ends(
                ended(bcfg2_core("--config", str(self.conf), "--endpoint", endpoint)),
                f"the endpoint '{endpoint}' cannot be used",
            )

    def test_daemon(self) -> None:
        """A daemon that cannot listen says so on the terminal, and leaves no PID file."""
        endpoint = f"tcp:{self.port}:interface=127.0.0.1"
        pid, log = self.site / "server.pid", self.site / "server.log"
        with socket.create_server(("127.0.0.1", self.port)):
            process = ended(
                twistd(
                    f"--pidfile={pid}", f"--logfile={log}", "bcfg2-core",
                    "--config", str(self.conf), "--endpoint", endpoint,
                )
            )  # fmt: skip
        self.assertEqual(process.returncode, 1)
        self.assertIn("[bcfg2tw] endpoints: the endpoint", process.stderr)
        self.assertFalse(pid.exists())
        self.assertIn(f"the endpoint '{endpoint}' cannot be used", log.read_text())


class PrivilegesTests(SiteTestCase):
    """A server that root starts and that becomes another user (twistd's --uid)."""

    def setUp(self) -> None:
        super().setUp()
        if os.geteuid() != 0:
            raise SkipTest("only root can become another user")
        # trial's folders may be closed to others, and what is above them
        self.top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        self.top.chmod(0o755)
        self.site = make_site(self.top / "site", port=self.port)
        self.conf = self.site / "bcfg2.conf"

    def as_nobody(self, *options: str) -> list[str]:
        """Return the command of a server that becomes nobody."""
        return twistd(
            "--nodaemon", "--pidfile=", "--uid=nobody", "bcfg2-core", "-C", str(self.conf), *options
        )

    def give_to_nobody(self) -> None:
        """Let nobody use the site, as an administrator would."""
        for path in (self.site, *self.site.rglob("*")):
            os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)

    def refusal(self, *options: str) -> str:
        """Return the one line that a server says which cannot start."""
        process = ended(self.as_nobody(*options))
        self.assertEqual((process.returncode, process.stdout), (1, ""))
        self.assertEqual(process.stderr.count("\n"), 1)
        return process.stderr.removeprefix("bcfg2-core: ")[:-1]

    def test_repository_of_root(self) -> None:
        """A repository that this user cannot read is named before the server detaches."""
        self.assertEqual(
            self.refusal(),
            f"[server] repository: {self.site} cannot be read by user nobody (--uid): chown or "
            f"chmod it (in {self.conf}:4)",
        )

    def test_log_file_of_root(self) -> None:
        """So is a log file that this user cannot write."""
        self.give_to_nobody()
        self.assertEqual(
            self.refusal("-o", str(self.top / "server.log")),
            f"[logging] path: {self.top}/server.log cannot be written by user nobody (--uid): "
            "Permission denied; name a file in a folder that the server's user may write to (given "
            "as --logfile)",
        )


class LogFileTests(SiteTestCase):
    """The file of `[logging] path`."""

    def test_good_start(self) -> None:
        """A good start is one line in it, and SIGHUP opens it anew after its rotation."""
        log, old = self.site / "server.log", self.site / "server.log.1"
        options = "-C", str(self.conf), "-o", str(log)
        with ServerProcess(self.site / "twistd.log", *options):
            log.unlink()  # a first start makes files, and says so
        with ServerProcess(self.site / "twistd.log", *options) as server:
            # twistd's log, which was waited for, has it first
            wait_until(lambda: log.exists() and log.read_text().endswith("\n"), server.said)
            (line,) = log.read_text().splitlines()
            self.assertRegex(
                line,
                rf"Serving the repository {self.site}/repository at "
                rf"https://\S+:{self.port}(, https://\S+)?: \d+ clients, \d+ plugins$",
            )
            self.assertNotIn(" object at 0x", server.said())
            log.rename(old)
            server.hang_up()
            self.assertEqual(log.read_text(), "")


class PrecedenceTests(SiteTestCase):
    """Command line, environment, file and defaults."""

    def parse(self, *given: str) -> Options:
        """Return the options of a command line."""
        parsed = Options()
        parsed.parseOptions(given)
        return parsed

    def test_command_line_first(self) -> None:
        """The command line beats bcfg2.conf, which beats the defaults."""
        self.set("bcfg2tw", "threads = 7\nport = 1234\nhandshake_timeout = 3")
        settings = self.parse("-C", str(self.conf), "--port", str(self.port)).settings
        self.assertEqual(settings.port, self.port)
        self.assertEqual(settings.threads, 7)
        self.assertEqual(settings.handshake_timeout_seconds, 3)
        self.assertEqual(settings.header_timeout_seconds, 20)

    def test_short(self) -> None:
        """The short names of bcfg2-server go on."""
        log = str(self.site / "x.log")
        settings = self.parse(
            "-C", str(self.conf), "-d", "-v", "-o", log, "-Q", str(self.site / "repository"),
            "-S", f"https://localhost:{self.port}", "-E", "latin-1", "-W", "/nowhere/web.conf",
        ).settings  # fmt: skip
        self.assertTrue(settings.debug and settings.verbose)
        self.assertEqual((settings.logfile, settings.encoding), (log, "latin-1"))

    def test_flags(self) -> None:
        """A flag inverts the default, also where its name says otherwise, and has a clear twin."""
        given = ("-C", str(self.conf))
        self.assertTrue(self.parse(*given).settings.cfg_validation)
        for flag in ("--cfg-validation", "--no-cfg-validation"):
            self.assertFalse(self.parse(*given, flag).settings.cfg_validation)
        self.assertTrue(self.parse(*given, "--listen-all").settings.listen_all)

    def test_endpoints(self) -> None:
        """Endpoints may be repeated, and replace those of the file."""
        self.set("bcfg2tw", "endpoints = tcp:1 tcp:2")
        settings = self.parse("-C", str(self.conf)).settings
        self.assertEqual(settings.endpoints, ("tcp:1", "tcp:2"))
        settings = self.parse(
            "-C", str(self.conf), "--endpoint", "tcp:3", "--endpoint", "tcp:4"
        ).settings
        self.assertEqual(settings.endpoints, ("tcp:3", "tcp:4"))

    def test_environment(self) -> None:
        """The environment names the file where the command line does not."""
        self.patch(os, "environ", {**os.environ, "BCFG2_CONFIG_FILE": str(self.conf)})
        self.assertEqual(self.parse().settings.config, str(self.conf))

    def test_no_arguments(self) -> None:
        """There are options only."""
        self.assertRaises(UsageError, self.parse, "-C", str(self.conf), "6789")

    def test_help(self) -> None:
        """Every option with a name on the command line has a line of help."""
        shown = str(Options())
        for one in options().values():
            for name in one.cli:
                self.assertIn(f"--{name}", shown)


class TwistdTests(SynchronousTestCase):
    """How twistd knows us."""

    def test_listed(self) -> None:
        """`twistd --help` lists bcfg2-core, and imports nothing of us to do so."""
        code = (
            "import sys\n"
            "from twisted.application.service import IServiceMaker\n"
            "from twisted.plugin import getPlugins\n"
            "print([one.tapname for one in getPlugins(IServiceMaker)].count('bcfg2-core'))\n"
            "print([name for name in sys.modules if name.startswith('bcfg2tw')])\n"
        )
        process = ended([twistd()[0], "-c", code])
        self.assertEqual((process.stderr, process.stdout), ("", "1\n[]\n"))
        self.assertIn("bcfg2-core", ended(twistd("--help")).stdout)
