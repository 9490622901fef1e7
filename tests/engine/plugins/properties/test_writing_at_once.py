"""Properties that many clients write back at once, while the repository is read."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import PluginExecutionError
from tests.builders import a_core, configuration, entry, metadata_of

CLIENTS = [f"c{number}" for number in range(40)]
THREADS = 4

TEMPLATE = """\
{% python
ids = metadata.Properties['ids.json']
ids.json[metadata.hostname] = 1
ids.write()
hosts = metadata.Properties['hosts.xml']
hosts.xdata.append(hosts.xdata.makeelement('host', {'name': metadata.hostname}))
hosts.write()
%}\
${metadata.hostname}"""


class AtOnceTests(SynchronousTestCase):
    def core(self) -> NetworkCore:
        """Return a core whose clients all write."""
        clients = "".join(f'<Client name="{name}" profile="all"/>' for name in CLIENTS)
        return a_core(
            self,
            {
                "Metadata/clients.xml": f"<Clients>{clients}</Clients>",
                "Bundler/b.xml": '<Bundle><Path name="/etc/n"/></Bundle>',
                "Properties/ids.json": "{}",
                "Properties/hosts.xml": "<Properties/>",
                "Cfg/etc/n/n.genshi": TEMPLATE,
            },
        )

    def test_nothing_is_lost(self) -> None:
        """No client fails, nothing that was written is undone, and nobody reads half a file."""
        core = self.core()
        failures: list[str] = []
        ended = threading.Event()
        self.addCleanup(ended.set)

        def build(number: int) -> None:
            for client in CLIENTS[number::THREADS]:
                path = entry(configuration(core, client), "Path", "/etc/n")
                failures.extend(filter(None, [path.get("failure")]))

        def read_again() -> None:
            while not ended.wait(0.002):
                core.reload(None)
                failures.extend(str(problem) for problem in core.snapshot.problems)

        reading = self.started(read_again)
        for one in [self.started(partial(build, number)) for number in range(THREADS)]:
            one.join()
        ended.set()
        reading.join()
        self.assertEqual(failures, [])
        folder = f"{core.settings.repository}/Properties"
        with open(f"{folder}/ids.json", encoding="utf-8") as stream:
            self.assertEqual(set(json.load(stream)), set(CLIENTS))
        hosts = etree.parse(f"{folder}/hosts.xml").getroot()
        self.assertEqual({host.get("name") for host in hosts}, set(CLIENTS))

    def test_two_workers(self) -> None:
        """What one worker has written another one does not undo: it is told to look again."""
        core = self.core()
        other = NetworkCore(core.settings)
        self.addCleanup(other.shutdown)
        other.start()
        written: list[str] = []
        refusals: list[str] = []

        def write(worker: NetworkCore, name: str) -> None:
            for number in range(20):
                worker.reload(None)
                file = cast(Any, metadata_of(worker, CLIENTS[0])).Properties["ids.json"]
                file.json[f"{name} {number}"] = 1
                try:
                    file.write()
                except PluginExecutionError as error:
                    refusals.append(str(error))
                else:
                    written.append(f"{name} {number}")

        threads = [
            self.started(partial(write, worker, name))
            for worker, name in ((core, "one"), (other, "other"))
        ]
        for thread in threads:
            thread.join()
        with open(f"{core.settings.repository}/Properties/ids.json", encoding="utf-8") as stream:
            self.assertLessEqual(set(written), set(json.load(stream)))
        self.assertEqual([text for text in refusals if "has changed since" not in text], [])

    def started(self, function: Callable[[], None]) -> threading.Thread:
        """Run a function in a thread of its own."""
        thread = threading.Thread(target=function)
        thread.start()
        return thread
