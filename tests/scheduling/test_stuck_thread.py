"""Where a thread hangs, and which threads can be ended."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import CallGivenUp
from bcfg2tw.scheduling.stuck_thread import Place, interrupt, place_of
from tests.builders import CLIENT, a_core, bundle_of
from tests.waiting import PATIENCE_SECONDS, wait_until

#: What all templates do here.
WAIT = "import time\nwhile True:\n    time.sleep(0.01)\n"

HELPER = f"__export__ = ['wait']\n\ndef wait():\n    {WAIT.replace(chr(10), chr(10) + '    ')}\n"


class Caller:
    """A call in a thread of its own, which somebody has to end."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self._function = function
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._function()
        except BaseException as error:
            self.error = error

    @property
    def thread(self) -> int | None:
        """The identifier of the thread, None where it has ended."""
        return self._thread.ident if self._thread.is_alive() else None

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "it goes on"


class StuckTestCase(SynchronousTestCase):
    def place(self, caller: Caller, path: str, repository: str) -> Place:
        """Return the place in a file, once the thread has come there."""
        places: list[Place | None] = [None]

        def is_there() -> bool:
            thread = caller.thread
            places[0] = None if thread is None else place_of(thread, repository)
            return places[0] is not None and places[0].path.endswith(path)

        wait_until(is_there, lambda: f"it is in {places[0]}, {caller.error!r}")
        assert places[0] is not None
        return places[0]

    def end(self, caller: Caller, repository: str) -> BaseException | None:
        """End a thread, and return what ended it."""
        wait_until(
            lambda: interrupt(lambda: caller.thread, repository) or caller.thread is None,
            lambda: "it cannot be ended",
        )
        caller.join()
        return caller.error


class TemplateTests(StuckTestCase):
    """Templates of every kind, which write nothing: that would end them."""

    def stuck(self, path: str, text: str, **contents: str) -> tuple[NetworkCore, Caller]:
        """Return a core, and a build that does not get beyond a template."""
        files = {"Bundler/b.xml": bundle_of("/etc/x"), path: text, **contents}
        core = a_core(self, files)
        return core, Caller(lambda: core.BuildConfiguration(CLIENT))

    def assert_place(self, path: str, text: str, line: int, **contents: str) -> None:
        """Check that a place is told as it is, and that the build is ended there."""
        core, caller = self.stuck(path, text, **contents)
        repository = core.settings.repository
        place = self.place(caller, path, repository)
        plugin = path.partition("/")[0]
        self.assertEqual(place, Place(plugin, os.path.join(repository, path), place.line))
        self.assertIn(place.line, (line, line + 1))
        self.assertEqual(str(place), f"{plugin}: {place.path}:{place.line}")
        self.assertIsInstance(self.end(caller, repository), CallGivenUp)
        # all locks are free again, and everything that a later build needs
        core.reload(None)

    def test_block(self) -> None:
        """A block of a Genshi template."""
        text = f"one\n\n{{% python\n{WAIT}%}}\n"
        self.assert_place("Cfg/etc/x/x.genshi", text, 5)

    def test_function(self) -> None:
        """A function of a block that has ended: the place is where it is called."""
        lines = WAIT.replace("\n", "\n    ")
        text = f"{{% python\ndef f():\n    {lines}\n%}}\n\n${{f()}}\n"
        self.assert_place("Cfg/etc/x/x.genshi", text, text[: text.index("${f()}")].count("\n") + 1)

    def test_expression(self) -> None:
        """An expression of a Genshi template."""
        self.assert_place("Cfg/etc/x/x.genshi", "one\n${sum(1 for i in iter(int, 1))}\n", 2)

    def test_loop(self) -> None:
        """A loop of a Genshi template."""
        text = "one\n{% for i in iter(int, 1) %}${None}{% end %}\n"
        self.assert_place("Cfg/etc/x/x.genshi", text, 2)

    def test_xml(self) -> None:
        """A bundle with code in it."""
        text = f'<Bundle xmlns:py="http://genshi.edgewall.org/">\n<?python\n{WAIT}?>\n</Bundle>'
        self.assert_place("Bundler/a.xml", text, 4)

    def test_jinja2(self) -> None:
        """A Jinja2 template."""
        text = "one\n{% for i in range(10**12) -%}\n{%- set y = i -%}\n{%- endfor %}\n"
        self.assert_place("Cfg/etc/x/x.jinja2", text, 2)

    def test_cheetah(self) -> None:
        """A Cheetah template."""
        text = "one\n#for $i in iter(int, 1)\n#set $y = $i\n#end for\n"
        self.assert_place("Cfg/etc/x/x.cheetah", text, 2)

    def test_helper(self) -> None:
        """A function of TemplateHelper, which a template calls."""
        call = "${metadata.TemplateHelper['h'].wait()}"
        template = {"Cfg/etc/x/x.genshi": call}
        self.assert_place("TemplateHelper/h.py", HELPER, 6, **template)


class SafetyTests(StuckTestCase):
    """Threads that are left alone."""

    def test_ours(self) -> None:
        """A thread in the server's own code is told of, and not ended."""
        repository = a_core(self, {}).settings.repository
        event = threading.Event()
        caller = Caller(lambda: event.wait(PATIENCE_SECONDS))
        self.place(caller, "threading.py", repository)
        self.assertFalse(interrupt(lambda: caller.thread, repository))
        event.set()
        caller.join()
        self.assertIsNone(caller.error)

    def test_ended(self) -> None:
        """A thread that has ended is nowhere."""
        caller = Caller(int)
        caller.join()
        self.assertFalse(interrupt(lambda: caller.thread, "/srv"))
        self.assertIsNone(place_of(1, "/srv"))

    def test_turns(self) -> None:
        """Threads take turns afterwards as they did before."""
        interval = sys.getswitchinterval()
        interrupt(lambda: None, "/srv")
        self.assertEqual(sys.getswitchinterval(), interval)
