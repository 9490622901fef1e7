"""PuppetENC: groups and data from real programs."""

from __future__ import annotations

import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins import puppetenc
from bcfg2tw.errors import PluginExecutionError
from tests.builders import CLIENT, a_core, address, configuration, metadata_of, write_files
from tests.doubles import ManualClock


def data_of(core: NetworkCore) -> Any:
    """Return the client's `metadata.PuppetENC`."""
    metadata: Any = metadata_of(core)
    return metadata.PuppetENC


class PuppetENCTests(SynchronousTestCase):
    def serve(self, scripts: dict[str, str], mode: int = 0o755, **settings: Any) -> NetworkCore:
        """Return a core with classifiers: name to the lines of a shell script."""
        core = a_core(self, {"PuppetENC/.keep": ""}, **settings)
        for name, script in scripts.items():
            path = f"PuppetENC/{name}"
            write_files(core.settings.repository, {path: f"#!/bin/sh\n{script}\n"})
            os.chmod(os.path.join(core.settings.repository, path), mode)
        os.unlink(os.path.join(core.settings.repository, "PuppetENC/.keep"))
        core.reload(None)
        return core

    def printing(self, text: str, **settings: Any) -> NetworkCore:
        """Return a core with a classifier that prints a text."""
        return self.serve({"enc": f"cat <<'END'\n{text}\nEND"}, **settings)

    def fails_with(self, core: NetworkCore, message: str) -> None:
        """Check that the client's metadata fail, and that the log says the same."""
        with (
            self.assertLogs("PuppetENC", "ERROR") as logs,
            self.assertRaisesRegex(PluginExecutionError, message) as caught,
        ):
            metadata_of(core)
        self.assertIn(str(caught.exception), logs.output[0])

    def test_list(self) -> None:
        """A list of classes are groups; parameters are data."""
        core = self.printing("classes: [web, 7]\ngroups: [no]\nparameters: {port: 80, a: {b: c}}")
        metadata = metadata_of(core)
        self.assertTrue({"web", "7"} <= set(metadata.groups))
        self.assertNotIn("no", metadata.groups)
        self.assertEqual(data_of(core), {"port": 80, "a": {"b": "c"}})

    def test_mapping(self) -> None:
        """The keys of a mapping are groups, and what stands below them is data."""
        core = self.printing("classes:\n  ntp: {server: t1}\n  web:\nparameters: {port: 1}")
        metadata = metadata_of(core)
        self.assertTrue({"ntp", "web"} <= set(metadata.groups))
        self.assertEqual(data_of(core), {"server": "t1", "port": 1})

    def test_groups(self) -> None:
        """Without classes `groups` count; an empty answer says nothing."""
        core = self.serve({"a": "echo 'groups: [g]'", "b": "true"})
        self.assertIn("g", metadata_of(core).groups)
        self.assertEqual(data_of(core), {})

    def test_arguments(self) -> None:
        """Each file is run with the client's name; the later parameters win."""
        core = self.serve(
            {"a": 'echo "parameters: {x: $1, y: a}"', "b": 'echo "parameters: {y: $#}"'}
        )
        self.assertEqual(data_of(core), {"x": CLIENT, "y": 1})

    def test_environment(self) -> None:
        """An environment is passed over, which the log says."""
        core = self.printing("environment: production")
        with self.assertLogs("PuppetENC", "INFO") as logs:
            metadata_of(core)
        self.assertIn("environment from", logs.output[0])

    def test_no_objects(self) -> None:
        """YAML is data only: what asks for an object of Python is refused."""
        core = self.printing("parameters: !!python/object/apply:os.getcwd []")
        self.fails_with(core, "Error decoding YAML from .*/enc for client.example.test: ")

    def test_failures(self) -> None:
        """A classifier that fails fails the client's metadata, with the reason."""
        for script, message in (
            ("echo oops >&2; exit 3", "Error running ENC .*/enc for .*: exit status 3: oops$"),
            ("echo '['", "Error decoding YAML from .*/enc for client.example.test: "),
            ("echo text", "Error decoding YAML from .*: a mapping is needed, not 'text'$"),
            ("echo 'classes: x'", "Error decoding YAML .*: classes are a list or a mapping"),
            ("echo 'parameters: [x]'", "Error decoding YAML .*: a mapping is needed"),
        ):
            self.fails_with(self.serve({"enc": script}), message)

    def test_not_executable(self) -> None:
        """A file that cannot be run is named, with the reason."""
        core = self.serve({"enc": "true"}, mode=0o644)
        self.fails_with(core, "Error running ENC .*/PuppetENC/enc for .*: Permission denied")

    def test_hangs(self) -> None:
        """A classifier that hangs is ended."""
        self.patch(puppetenc, "TIMEOUT_SECONDS", 0.2)
        core = self.serve({"enc": "sleep 60"})
        self.fails_with(core, "it was still running after 0.2 seconds")

    def test_kept(self) -> None:
        """Answers are kept until any client's run ends, or its statistics arrive."""
        for cache in ("off", "cautious", "aggressive"):
            core = self.serve({"enc": 'echo x >> "$0.runs"'}, client_metadata_cache=cache)
            runs = os.path.join(core.settings.repository, "PuppetENC/enc.runs")
            for wanted, hook in enumerate(("end_client_run", "end_statistics"), 1):
                metadata_of(core)
                metadata = metadata_of(core)
                self.assertEqual(os.path.getsize(runs), 2 * wanted)
                core.client_run_hook(hook, metadata)
                if cache == "cautious":  # as the next upload of probe data does
                    core.metadata_cache.expire(CLIENT)

    def test_other_worker(self) -> None:
        """What one worker was told in an earlier run, which ended in another, does not count."""
        core = self.serve({"enc": 'cat "$0.answer"'}, ignore_files=("*.answer",))
        answer = {"PuppetENC/enc.answer": "classes: [old]"}
        write_files(core.settings.repository, answer)
        clock = ManualClock()
        worker = NetworkCore(core.settings, clock=clock)
        self.addCleanup(worker.shutdown)
        worker.start()
        worker.GetProbes(address())
        core.GetConfig(address())
        write_files(core.settings.repository, {**answer, "PuppetENC/enc.answer": "classes: [new]"})
        self.assertIn("old", metadata_of(worker).groups)
        clock.advance(30 * 60)
        self.assertIn("new", metadata_of(worker).groups)

    def test_aggressive(self) -> None:
        """An aggressive cache of metadata is warned of."""
        with self.assertLogs("PuppetENC", "WARNING") as logs:
            self.printing("", client_metadata_cache="aggressive")
        self.assertIn("incompatible with aggressive client metadata caching", logs.output[0])

    def test_configuration(self) -> None:
        """The groups decide what a client gets."""
        core = self.printing("classes: [web]")
        write_files(
            core.settings.repository,
            {
                "Metadata/groups.xml": '<Groups><Group name="all" profile="true"/>'
                '<Group name="web"><Bundle name="b"/></Group></Groups>',
                "Bundler/b.xml": "<Bundle/>",
            },
        )
        core.reload(None)
        self.assertEqual([one.get("name") for one in configuration(core)], ["b"])
