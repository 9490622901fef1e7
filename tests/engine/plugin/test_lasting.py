"""What outlives the instances of a plugin."""

from __future__ import annotations

import threading
from functools import partial
from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugin.lasting import Lasting
from tests.builders import a_core, change
from tests.waiting import PATIENCE_SECONDS


class LastingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.lasting = Lasting()

    def test_kept(self) -> None:
        """An object is made by the first who asks for it, and is the same for all others."""
        first = self.lasting.keep("lock", threading.Lock)
        self.assertIs(self.lasting.keep("lock", threading.Lock), first)
        self.assertIsNot(self.lasting.keep("other", threading.Lock), first)

    def test_given(self) -> None:
        """An object is made anew where what it rests on is not equal to what it was."""
        made = count(1)
        numbers = [
            self.lasting.keep("cache", lambda: next(made), given)
            for given in (("a", 1), ("a", 1), ("b", 1), ("b", 1), ("a", 1), None, None)
        ]
        self.assertEqual(numbers, [1, 1, 2, 2, 3, 4, 4])

    def test_falsy(self) -> None:
        """An object that counts as false, None as well, is kept like any other."""
        made = count(1)
        for name, value in (("none", None), ("zero", 0), ("empty", ())):
            make = partial(self.counted, made, value)
            for _ in range(2):
                self.assertIs(self.lasting.keep(name, make), value)
        self.assertEqual(next(made), 4)

    def counted(self, made: count[int], value: object) -> object:
        """Return a value, and count that it was made."""
        next(made)
        return value

    def test_failure(self) -> None:
        """What cannot be made is not kept: the next who asks has it made."""
        self.assertRaises(ZeroDivisionError, self.lasting.keep, "x", lambda: 1 // 0)
        self.assertEqual(self.lasting.keep("x", lambda: 7), 7)

    def test_made_once(self) -> None:
        """Threads that ask at the same time get one object."""
        together = threading.Barrier(8)
        results: list[object] = []

        def ask() -> None:
            together.wait(PATIENCE_SECONDS)
            results.append(self.lasting.keep("x", object))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        self.assertEqual((len(results), len(set(results))), (8, 1))

    def test_made_with_others(self) -> None:
        """Whoever makes an object may ask for another one."""
        made = self.lasting.keep("outer", lambda: [self.lasting.keep("inner", lambda: 1)])
        self.assertEqual(made, [1])

    def test_last_good(self) -> None:
        """Where there is no value now the last one that there was counts."""
        asked = [self.lasting.last_good("x", value) for value in (None, "a", None, "b", None)]
        self.assertEqual(asked, [None, "a", "a", "b", "b"])
        self.assertIsNone(self.lasting.last_good("y", None))

    def test_news(self) -> None:
        """A value is news the first time, and whenever it is another than the last."""
        values = [(), (), ("a",), ("a",), (), None, None]
        news = [self.lasting.is_news("x", value) for value in values]
        self.assertEqual(news, [True, False, True, False, True, True, False])
        self.assertTrue(self.lasting.is_news("y", None))


class PluginTests(SynchronousTestCase):
    def test_handed_on(self) -> None:
        """A plugin that is made anew, because its file changed, has what the one before had."""
        rules = '<Rules priority="{}"/>'
        core = a_core(self, {"Rules/r.xml": rules.format(1)})
        before = core.plugins["Rules"]
        kept: list[int] = before.lasting.keep("counter", list)
        change(core, {"Rules/r.xml": rules.format(2)})
        after = core.plugins["Rules"]
        self.assertIsNot(after, before)
        self.assertIs(after.lasting.keep("counter", list), kept)

    def test_not_shared(self) -> None:
        """Two plugins, and the plugins of two cores, have nothing in common."""
        core, other = a_core(self, {}), a_core(self, {})
        lasting = {plugin.lasting for plugin in core.plugins.values()}
        self.assertEqual(len(lasting), len(core.plugins))
        self.assertNotIn(other.plugins["Metadata"].lasting, lasting)
