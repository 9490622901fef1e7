"""What administrators are told of the watching of files, through remote methods."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import Bcfg2Error
from tests.builders import a_core, address


class FileMonitorTests(SynchronousTestCase):
    def core(self, filemonitor: str) -> NetworkCore:
        """Return a core with a file monitor."""
        return a_core(self, {"Rules/r.xml": '<Rules priority="1"/>'}, filemonitor=filemonitor)

    def test_names(self) -> None:
        """The methods go by the monitor's name; only one that watches tells what it watches."""
        offered = {
            "pseudo": ("Pseudo", ["list_event_handlers", "set_debug", "toggle_debug"]),
            "default": (
                "Inotify",
                ["list_event_handlers", "list_paths", "list_watches", "set_debug", "toggle_debug"],
            ),
        }
        for filemonitor, (name, methods) in offered.items():
            listed = self.core(filemonitor).listMethods(address())
            self.assertEqual(
                [method for method in listed if method.startswith(f"{name}.")],
                [f"{name}.{method}" for method in methods],
            )

    def test_handlers(self) -> None:
        """Each folder is told with its plugin."""
        core = self.core("pseudo")
        handlers = core._get_rmi()["Pseudo.list_event_handlers"]()
        folder = os.path.join(core.settings.repository, "Rules")
        self.assertEqual(handlers[folder], "Rules")
        self.assertEqual(sorted(handlers.values()), sorted(core.plugins))

    def test_watches(self) -> None:
        """The folders are told in order, and all paths with what lies elsewhere."""
        core = self.core("inotify")
        methods = core._get_rmi()
        watches, paths = methods["Inotify.list_watches"](), methods["Inotify.list_paths"]()
        self.assertEqual(watches, sorted(watches))
        self.assertIn(os.path.join(core.settings.repository, "Rules"), watches)
        self.assertEqual(paths, list(core.watched()))

    def test_debug(self) -> None:
        """Its debug messages are switched like a plugin's; what is no flag is refused."""
        methods = self.core("default")._get_rmi()
        self.assertTrue(methods["Inotify.set_debug"]("True"))
        self.assertFalse(methods["Inotify.toggle_debug"]())
        error = self.assertRaises(Bcfg2Error, methods["Inotify.set_debug"], 3)
        self.assertEqual(str(error), "a debug flag is true or false, not 3")
