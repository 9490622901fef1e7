"""External verifiers of Cfg."""

from __future__ import annotations

import os
import time

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.cfg import verifiers
from tests.builders import CLIENT
from tests.engine.plugins.cfg.test_choice import bound, cfg_core, failure

PREFIX = f"bind error: Failed to verify /etc/a for {CLIENT}: "


class VerifierTests(SynchronousTestCase):
    def verified(self, script: str, executable: bool = True, **settings: object) -> NetworkCore:
        """Return a core whose path /etc/a has the content `text` and a verifier."""
        files = {"etc/a/a": "text", "etc/a/:test": script}
        core = cfg_core(self, files, **settings)
        if executable:
            os.chmod(os.path.join(core.settings.repository, "Cfg/etc/a/:test"), 0o755)
            core.reload(None)
        return core

    def reason(self, script: str, executable: bool = True) -> str:
        """Return why a verifier refused the content."""
        text = failure(self.verified(script, executable), "/etc/a")
        self.assertTrue(text.startswith(PREFIX), text)
        return text.removeprefix(PREFIX)

    def test_accepted(self) -> None:
        """What a verifier accepts is sent; it gets the final content as its input."""
        core = self.verified('#!/bin/sh\ntest "$(cat)" = text\n')
        self.assertEqual(bound(core, "/etc/a").text, "text")

    def test_refused(self) -> None:
        """What a verifier refuses is a failure with what it wrote; errors go before output."""
        self.assertEqual(self.reason("#!/bin/sh\necho out; echo bad >&2; exit 3"), "bad\n (rv: 3)")
        self.assertEqual(self.reason("#!/bin/sh\necho out; exit 2"), "out\n (rv: 2)")
        self.assertEqual(self.reason("#!/bin/sh\nexit 1"), "No output or error; return value 1")

    def test_not_executable(self) -> None:
        """A file that may not be executed is run by the program that its first line names."""
        self.assertEqual(self.reason("#!/bin/sh -e\nfalse\n", False),
                         "No output or error; return value 1")  # fmt: skip
        for text in ("", "no program", "#!'", "#!"):
            reason = self.reason(text, False)
            self.assertTrue(
                reason.startswith("Cannot execute ") or "Permission denied" in reason, reason
            )

    def test_cannot_be_run(self) -> None:
        """A file that cannot be run refuses everything, with the system's reason."""
        self.assertIn("No such file or directory", self.reason("#!/no/such/program\n"))

    def test_too_long(self) -> None:
        """A verifier that takes too long is killed with what it started, and refuses."""
        self.patch(verifiers, "TIMEOUT_SECONDS", 0.3)
        started = time.monotonic()
        reason = self.reason("#!/bin/sh\nsleep 60 &\nsleep 60\n")
        self.assertEqual(reason, "it was still running after 0.3 seconds")
        self.assertLess(time.monotonic() - started, 10)

    def test_children(self) -> None:
        """What a verifier leaves running in the background delays nothing."""
        started = time.monotonic()
        core = self.verified("#!/bin/sh\nsleep 60 &\nexit 0\n")
        self.assertEqual(bound(core, "/etc/a").text, "text")
        self.assertLess(time.monotonic() - started, 10)

    def test_too_much(self) -> None:
        """A verifier that writes without end refuses, and nothing grows."""
        self.assertIn("it wrote more than", self.reason("#!/bin/sh\nexec yes\n"))

    def test_input_not_read(self) -> None:
        """A verifier need not read its input."""
        core = self.verified("#!/bin/sh\nexit 0\n")
        self.assertEqual(bound(core, "/etc/a").text, "text")

    def test_switched_off(self) -> None:
        """Without validation no verifier is run."""
        core = self.verified("#!/bin/sh\nexit 1\n", cfg_validation=False)
        self.assertEqual(bound(core, "/etc/a").text, "text")

    def test_specific(self) -> None:
        """The most specific verifier is run, and only that."""
        core = cfg_core(self, {"etc/a/a": "x", "etc/a/:test": "#!/bin/sh\nexit 1\n",
                               "etc/a/:test.G10_web": "#!/bin/sh\nexit 0\n"})  # fmt: skip
        self.assertEqual(bound(core, "/etc/a").text, "x")
