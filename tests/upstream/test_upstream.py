"""`bcfg2tw.upstream`, over a stand-in for Bcfg2; each test in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ProtocolError, ServerProxy

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.upstream.compat import wrap_socket
from tests.builders import PASSWORD, write_files
from tests.certificates import Authority
from tests.network import free_port, refuses
from tests.waiting import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).parents[2]
STANDIN = Path(__file__).parent / "standin"

TWISTD = "from twisted.scripts.twistd import run; run()"

#: A plugin of a site, which needs a module that Python dropped, an option, and a thread.
GREETINGS = '''
import imp
from Bcfg2 import Options
from Bcfg2.Server.Plugin import Plugin, Threaded

class Greetings(Plugin, Threaded):
    """Says hello."""

    options = [Options.Option(("greetings", "words"), dest="greetings_words")]
    __rmi__ = ["greet"]

    def start_threads(self):
        self.is_started = True

    def greet(self, name):
        """Greet somebody."""
        return "%s, %s (%s)" % (Options.setup.greetings_words, name, imp.new_module("imp").__name__)
'''

#: What was good for Python 2: a section twice, a comment behind a value, a `%`, an unusable umask.
CONFIGURATION = """
[server]
repository = {folder}/repo
plugins = Metadata, greetings.Greetings
umask = 0022
[components]
bcfg2 = https://127.0.0.1:{port}  ; not the default
[communication]
password = {password}
certificate = {certificate}
key = {key}
[greetings]
words = 100% welcome
[server]
filemonitor = pseudo
"""

#: Makes a core as the network side does, without one.
A_CORE = """
import json, sys
from bcfg2tw.settings import Settings
from bcfg2tw.upstream import core_base

class Core(core_base()):
    def _run(self):
        return True

    def _block(self):
        self.shutdown()

def show(value):
    print(json.dumps(value))
"""


def run_python(script: str, *path: Path) -> subprocess.CompletedProcess[str]:
    """Run a script with some folders before all others on the module path."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=environment(*path),
        capture_output=True,
        text=True,
    )


def environment(*path: Path) -> dict[str, str]:
    """Return this process's environment with a module path."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT)))}


class UpstreamTestCase(SynchronousTestCase):
    """A test with a site: a folder with bcfg2.conf, repository, certificate and a plugin."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.port = free_port(self)
        self.authority = Authority(self.folder / "ca")
        certificate, key = self.authority.issue("localhost")
        text = CONFIGURATION.format(
            folder=self.folder,
            port=self.port,
            password=PASSWORD,
            certificate=certificate,
            key=key,
        )
        self.configuration = self.folder / "bcfg2.conf"
        contents = {"bcfg2.conf": text, "greetings.py": GREETINGS, "repo/journal": ""}
        write_files(str(self.folder), contents)

    def journal(self) -> list[str]:
        return (self.folder / "repo/journal").read_text().splitlines()

    def result(self, script: str) -> Any:
        """Run a script over a core of the site; return what it shows."""
        settings = f"settings = Settings.from_file({str(self.configuration)!r})\n"
        ended = run_python(A_CORE + settings + script, STANDIN, self.folder)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    def refusal(self, *path: Path) -> str:
        """Return why there is no core with these folders on the module path."""
        ended = run_python(
            "from bcfg2tw.errors import SettingsError\n"
            "from bcfg2tw.upstream import network_core\n"
            "try:\n"
            "    network_core()\n"
            "except SettingsError as error:\n"
            "    print(error)\n",
            *path,
        )
        self.assertEqual(ended.stderr, "")
        return ended.stdout.strip()


class CompatTests(UpstreamTestCase):
    def test_missing_names(self) -> None:
        """After the names are brought back, those that upstream needs are there on any Python."""
        ended = run_python(
            "from bcfg2tw.upstream.compat import bring_back\n"
            "bring_back()\n"
            "bring_back()\n"
            "from collections import Callable, Iterable, Mapping, MutableMapping\n"
            "from configparser import RawConfigParser, SafeConfigParser\n"
            "from distutils.spawn import find_executable\n"
            "from inspect import getargspec\n"
            "from ssl import wrap_socket\n"
            "import asyncore, imp, pipes\n"
            "RawConfigParser.readfp, asyncore.file_dispatcher, imp.load_source\n"
            "print(pipes.quote('a b'), getargspec(pipes.quote).args, find_executable('sh'))\n"
        )
        self.assertEqual(ended.stderr, "")
        self.assertRegex(ended.stdout, r"^'a b' \['s'\] /\S+/sh$")

    def test_existing_names(self) -> None:
        """What a Python still has stays the very object that it was."""
        ended = run_python(
            "import collections, configparser, importlib.util, inspect, ssl, sys\n"
            "from bcfg2tw.upstream.compat import bring_back\n"
            "owners = collections, configparser, configparser.RawConfigParser, inspect, ssl\n"
            "before = [dict(vars(owner)) for owner in owners]\n"
            "there = [one for one in ('imp', 'pipes') if importlib.util.find_spec(one)]\n"
            "bring_back()\n"
            "for owner, names in zip(owners, before):\n"
            "    for name, value in names.items():\n"
            "        if vars(owner)[name] is not value:\n"
            "            print('changed', owner, name)\n"
            "print('replaced', [one for one in there if one in sys.modules])\n"
        )
        self.assertEqual((ended.stderr, ended.stdout), ("", "replaced []\n"))

    def test_load_source(self) -> None:
        """A file is imported under the name given, and leaves nothing behind if it fails."""
        write_files(str(self.folder), {"good.txt": "answer = 42", "bad.txt": "1 / 0"})
        ended = run_python(
            "import sys\n"
            "from bcfg2tw.upstream.compat import load_source\n"
            f"good = load_source('good', {str(self.folder / 'good.txt')!r})\n"
            "print(good.answer, good is sys.modules['good'])\n"
            "try:\n"
            f"    load_source('bad', {str(self.folder / 'bad.txt')!r})\n"
            "except ZeroDivisionError:\n"
            "    print('bad' in sys.modules)\n"
        )
        self.assertEqual((ended.stderr, ended.stdout), ("", "42 True\nFalse\n"))

    def test_wrap_socket(self) -> None:
        """TLS is spoken on a socket, and the other side's certificate is verified if asked for."""
        certificate, key = self.authority.issue("localhost")
        ours, theirs = socket.socketpair()
        with ThreadPoolExecutor() as pool, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            server = pool.submit(
                wrap_socket, theirs, keyfile=str(key), certfile=str(certificate), server_side=True
            )
            client = wrap_socket(
                ours, ca_certs=str(self.authority.certificate), cert_reqs=ssl.CERT_REQUIRED
            )
            with client, server.result() as accepted:
                client.sendall(b"hello")
                self.assertEqual(accepted.recv(5), b"hello")
                peer = client.getpeercert() or {}
                self.assertIn((("commonName", "localhost"),), peer["subject"])

    def test_only_for_upstream(self) -> None:
        """Importing the network side does not import it, and changes no module of Python's."""
        package = ROOT / "bcfg2tw"
        paths = [path.relative_to(ROOT).with_suffix("") for path in package.glob("*.py")]
        modules = [".".join(path.parts).removesuffix(".__init__") for path in paths]
        ended = run_python(
            "import collections, importlib, sys\n"
            "import bcfg2tw.engine.core\n"
            f"for name in {modules}:\n"
            "    importlib.import_module(name)\n"
            "print([name for name in sys.modules if name.startswith('bcfg2tw.upstream')])\n"
            "print(hasattr(collections, 'MutableMapping'))\n"
        )
        self.assertEqual((ended.stderr, ended.stdout), ("", "[]\nFalse\n"))


class NetworkCoreTests(UpstreamTestCase):
    def test_nothing_installed(self) -> None:
        """Without Bcfg2 the sentence says what to install and where."""
        self.assertEqual(
            self.refusal(),
            "there is no Bcfg2; --core upstream needs Bcfg2 1.4 or newer in the Python that runs "
            f"twistd ({sys.prefix}): install it there from https://github.com/Bcfg2/bcfg2, "
            "or leave --core away",
        )

    def test_too_old(self) -> None:
        """A Bcfg2 1.3 is named as too old, whatever its core can be imported."""
        write_files(
            str(self.folder),
            {"Bcfg2/__init__.py": "", "Bcfg2/version.py": "__version__ = '1.3.4'"},
        )
        refusal = self.refusal(self.folder)
        self.assertTrue(refusal.startswith("the installed Bcfg2 is 1.3.4; --core upstream needs"))

    def test_failing_import(self) -> None:
        """Where Bcfg2 lacks a module, that module and the line that wants it are named."""
        write_files(
            str(self.folder),
            {
                "Bcfg2/__init__.py": "",
                "Bcfg2/version.py": "__version__ = '1.4.0pre2'",
                "Bcfg2/Server/__init__.py": "",
                "Bcfg2/Server/Core.py": "import os\nimport no_such_daemon\n",
            },
        )
        self.assertEqual(
            self.refusal(self.folder),
            "the installed Bcfg2 1.4.0pre2 cannot be imported: "
            f"{self.folder}/Bcfg2/Server/Core.py:2: ModuleNotFoundError: "
            "No module named 'no_such_daemon'; install what it lacks, "
            "or leave --core upstream away",
        )


class OptionsTests(UpstreamTestCase):
    SHOW = """
from Bcfg2 import Options
core = Core(settings)
show({name: value for name, value in vars(Options.setup).items() if name != "plugins"})
"""

    def test_file(self) -> None:
        """What an old bcfg2.conf says reaches Bcfg2 and its plugins; what ends a start does not."""
        setup = self.result(self.SHOW)
        self.assertEqual(setup["greetings_words"], "100% welcome")
        self.assertEqual(setup["password"], PASSWORD)
        self.assertEqual(setup["server"], f"https://127.0.0.1:{self.port}")
        self.assertEqual(setup["filemonitor"], "pseudo")
        self.assertEqual(setup["config"], str(self.configuration))
        self.assertIsNone(setup["umask"])

    def test_command_line(self) -> None:
        """What the command line gives beats the file, for every option."""
        given = (
            "from bcfg2tw.settings import Settings\n"
            "settings = Settings.load({'config': settings.config, 'ca': '/tmp/other.pem', "
            "'listen_all': True, 'server': 'https://0.0.0.0:1'})\n"
        )
        setup = self.result(given + self.SHOW)
        self.assertEqual(setup["ca"], "/tmp/other.pem")
        self.assertIs(setup["listen_all"], True)
        self.assertEqual(setup["server"], "https://0.0.0.0:1")
        self.assertEqual(setup["repository"], f"{self.folder}/repo")

    def test_program(self) -> None:
        """Settings that a program makes need no file."""
        made = (
            f"settings = Settings(repository={str(self.folder)!r}, plugins=('Metadata',), "
            "password='50%', filemonitor='polling')\n"
        )
        setup = self.result(made + self.SHOW)
        self.assertEqual(setup["repository"], str(self.folder))
        self.assertEqual(setup["password"], "50%")
        self.assertEqual(setup["filemonitor"], "default")

    def test_database(self) -> None:
        """State in a database, which the embedded engine refuses, is the core's affair."""
        text = self.configuration.read_text()
        self.configuration.write_text(
            text + "[metadata]\nuse_database = yes\n[bcfg2tw]\ncore = upstream\n"
        )
        self.assertEqual(self.result(self.SHOW)["repository"], f"{self.folder}/repo")

    def test_django(self) -> None:
        """Where Bcfg2 has configured Django it is set up; where not it is left alone."""
        django = {
            "django/__init__.py": "calls = []\ndef setup():\n    calls.append('setup')\n",
            "django/conf.py": "class settings:\n    configured = False\n",
        }
        write_files(str(self.folder), django)
        calls = self.result(
            "import django, django.conf\n"
            "Core(settings)\n"
            "before = list(django.calls)\n"
            "django.conf.settings.configured = True\n"
            "Core(settings)\n"
            "show([before, django.calls])"
        )
        self.assertEqual(calls, [[], ["setup"]])

    def test_secrets(self) -> None:
        """The file that is written for Bcfg2 is gone when it has been read."""
        private = self.folder / "tmp"
        private.mkdir()
        left = self.result(
            f"import os, tempfile\ntempfile.tempdir = {str(private)!r}\n"
            f"Core(settings)\nshow(os.listdir({str(private)!r}))"
        )
        self.assertEqual(left, [])

    def test_refused(self) -> None:
        """A value that Bcfg2 cannot use is an error of ours, with its reason."""
        refusal = self.result(
            "from bcfg2tw.errors import SettingsError\n"
            "import dataclasses\n"
            "file = {**settings.file, 'server': {**settings.file['server'], 'listen_all': '2'}}\n"
            "try:\n"
            "    Core(dataclasses.replace(settings, file=file))\n"
            "except SettingsError as error:\n"
            "    show(str(error))\n"
        )
        self.assertEqual(
            refusal, "the installed Bcfg2 refuses its options: ValueError: Not a boolean: 2"
        )


class SeamTests(UpstreamTestCase):
    def test_run(self) -> None:
        """Running loads plugins, starts threads and monitor, waits, and shuts down once."""
        ran = self.result("core = Core(settings)\nshow([core.run(), core.watched(), core.name])")
        self.assertEqual(ran, [True, [], "bcfg2-server"])
        self.assertEqual(
            self.journal(),
            [
                "waiting, monitor True, threads of Greetings",
                "methods of plugins collected",
                "shut down",
                "already shut down",
            ],
        )

    def test_not_set_up(self) -> None:
        """A core that cannot listen is shut down, and reads no repository."""
        ran = self.result(
            "class Failing(Core):\n"
            "    def _run(self):\n"
            "        return False\n"
            "show(Failing(settings).run())"
        )
        self.assertIs(ran, False)
        self.assertEqual(self.journal()[0], "shut down")

    def test_no_metadata(self) -> None:
        """A core without a Metadata plugin cannot be started."""
        refusal = self.result(
            "import dataclasses\n"
            "from bcfg2tw.errors import CoreInitError\n"
            "file = {**settings.file, 'server': {**settings.file['server'], 'plugins': 'None'}}\n"
            "try:\n"
            "    Core(dataclasses.replace(settings, file=file)).start()\n"
            "except CoreInitError as error:\n"
            "    show(str(error))\n"
        )
        self.assertEqual(refusal, "No Metadata Plugin")

    def test_missing_plugin(self) -> None:
        """A plugin that cannot be imported is named in the log, and the others serve."""
        log = self.result(
            "import dataclasses, io, logging\n"
            "stream = io.StringIO()\n"
            "logging.getLogger().addHandler(logging.StreamHandler(stream))\n"
            "plugins = (*settings.plugins, 'Gone')\n"
            "core = Core(dataclasses.replace(settings, plugins=plugins))\n"
            "core.start()\n"
            "core.shutdown()\n"
            "show(stream.getvalue())"
        )
        self.assertIn("Plugin Gone of [server] plugins is not loaded\n", log)

    def test_differences(self) -> None:
        """At every start the log warns that Bcfg2's answers depend on the Python."""
        log = self.result(
            "import io, logging\n"
            "stream = io.StringIO()\n"
            "logging.getLogger().addHandler(logging.StreamHandler(stream))\n"
            "core = Core(settings)\n"
            "core.start()\n"
            "core.shutdown()\n"
            "show(stream.getvalue())"
        )
        self.assertIn("builds some configurations differently than on Python 2.7", log)

    def test_reload(self) -> None:
        """A changed configuration file is taken in and caches are forgotten; other changes not."""
        shown = self.result(
            "from Bcfg2 import Options\n"
            "core = Core(settings)\n"
            "core.start()\n"
            "core.metadata_cache['client'] = 'old'\n"
            "text = open(settings.config).read()\n"
            "open(settings.config, 'w').write(text.replace('100%', '90%'))\n"
            "core.reload([settings.repository])\n"
            "before = [Options.setup.greetings_words, len(core.metadata_cache)]\n"
            "core.reload([settings.config])\n"
            "after = [Options.setup.greetings_words, len(core.metadata_cache)]\n"
            "core.shutdown()\n"
            "show([before, after])"
        )
        self.assertEqual(shown, [["100% welcome", 1], ["90% welcome", 0]])

    def test_reload_of_broken_file(self) -> None:
        """A configuration file that cannot be used is reported, and the settings stay."""
        shown = self.result(
            "import io, logging\n"
            "from Bcfg2 import Options\n"
            "stream = io.StringIO()\n"
            "logging.getLogger().addHandler(logging.StreamHandler(stream))\n"
            "core = Core(settings)\n"
            "open(settings.config, 'a').write('nonsense\\n')\n"
            "core.reload(None)\n"
            "show([Options.setup.greetings_words, core.settings is settings, stream.getvalue()])"
        )
        self.assertEqual(shown[:2], ["100% welcome", True])
        self.assertIn("'nonsense'", shown[2])
        self.assertTrue(shown[2].endswith("; the settings stay as they were\n"))

    def test_reload_refused(self) -> None:
        """Where Bcfg2 alone refuses a value of the new file, the old settings stay."""
        shown = self.result(
            "import io, logging\n"
            "from Bcfg2 import Options\n"
            "stream = io.StringIO()\n"
            "logging.getLogger().addHandler(logging.StreamHandler(stream))\n"
            "core = Core(settings)\n"
            "open(settings.config, 'a').write('listen_all = on\\n')\n"
            "core.reload(None)\n"
            "show([Options.setup.greetings_words, stream.getvalue()])"
        )
        self.assertEqual(
            shown,
            [
                "100% welcome",
                "the installed Bcfg2 refuses its options: ValueError: Not a boolean: on; "
                "the settings stay as they were\n",
            ],
        )

    def test_debug(self) -> None:
        """Whoever adjusts log levels is told of the core's debug flag; clients may set it."""
        told = self.result(
            "told = []\n"
            "core = Core(settings)\n"
            "core.debug_listeners.append(told.append)\n"
            "core._resolve_exposed_method('set_core_debug')(('127.0.0.1', 1), True)\n"
            "show([told, core.debug_flag])"
        )
        self.assertEqual(told, [[True], True])

    def test_statistics(self) -> None:
        """Durations of calls are in what Bcfg2's own `get_statistics` returns."""
        figures = self.result(
            "core = Core(settings)\n"
            "core.call_statistics.add('GetConfig', 0.5)\n"
            "show([core.get_statistics(None), core.call_statistics.figures()])"
        )
        self.assertEqual(figures, [{"GetConfig": [0.5, 0.5, 0.5, 1]}] * 2)


class ServingTests(UpstreamTestCase):
    """`twistd -n bcfg2-core --core upstream`, over real TLS."""

    def serve(self, *path: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", "-c", TWISTD, "-n", "--pidfile="),
                *("bcfg2-core", "--core", "upstream", "--config", str(self.configuration)),
            ],
            env=environment(*path),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def started(self) -> subprocess.Popen[str]:
        server = self.serve(STANDIN, self.folder)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        wait_until(
            lambda: server.poll() is not None or not refuses(self.port), lambda: "nothing listens"
        )
        if server.poll() is not None:
            raise self.failureException(server.communicate()[0])
        return server

    def proxy(self, user: str = "root", password: str = PASSWORD) -> ServerProxy:
        context = ssl._create_unverified_context()
        url = f"https://{user}:{password}@127.0.0.1:{self.port}/RPC2"
        return ServerProxy(url, context=context, allow_none=True)

    def test_calls(self) -> None:
        """
        Calls get what the installed core answers: results, faults, refusals, methods of plugins;
        SIGTERM shuts it down once.
        """
        server = self.started()
        root = self.proxy()
        self.assertEqual(root.GetConfig(), "<Configuration address='127.0.0.1' parts='2'/>")
        self.assertEqual(root.Greetings.greet("you"), "100% welcome, you (imp)")
        fault = self.assertRaises(Fault, root.AssertProfile, "king")
        self.assertEqual(fault.faultCode, -32500)
        self.assertRegex(fault.faultString, r"^Critical failure: king is no profile \(call \S+\)$")
        fault = self.assertRaises(Fault, root.load_plugins)
        self.assertEqual(
            (fault.faultCode, fault.faultString), (-32601, "Unknown method load_plugins")
        )
        for refused in (self.proxy("root", "wrong").GetConfig, self.proxy("nobody").GetConfig):
            self.assertEqual(self.assertRaises(ProtocolError, refused).errcode, 401)
        self.assertEqual(self.assertRaises(ProtocolError, root.refused).errcode, 401)
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(self.journal().count("shut down"), 1)

    def test_nothing_installed(self) -> None:
        """Without Bcfg2 the server ends with status 1 and the sentence, without a traceback."""
        server = self.serve(self.folder)
        output, _ = server.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(server.returncode, 1)
        self.assertIn("there is no Bcfg2; --core upstream needs Bcfg2 1.4 or newer", output)
        self.assertNotIn("Traceback", output)
