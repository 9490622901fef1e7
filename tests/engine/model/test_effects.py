"""What a build changes, and what one that only looks leaves undone."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.effects import Look, Serve, do_nothing


class EffectsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.done: list[str] = []

    def act(self) -> str:
        """Change something."""
        self.done.append("act")
        return "made"

    def instead(self) -> str:
        """Change nothing."""
        self.done.append("instead")
        return "placeholder"

    def test_serve(self) -> None:
        """A client's own call makes every change, and runs programs."""
        effects = Serve()
        self.assertTrue(effects.is_serving)
        self.assertEqual(effects.perform("a key would be made", self.act, self.instead), "made")
        self.assertEqual(effects.ask("a program would run", self.act, self.instead), "made")
        self.assertEqual(self.done, ["act", "act"])

    def test_look(self) -> None:
        """A look makes no change, goes on with what stands for it, and notes it once."""
        look = Look()
        self.assertFalse(look.is_serving)
        for note in ("a key would be made", "a file would be written", "a key would be made"):
            self.assertEqual(look.perform(note, self.act, self.instead), "placeholder")
        self.assertEqual(self.done, ["instead"] * 3)
        self.assertEqual(look.notes, ["a key would be made", "a file would be written"])

    def test_programs(self) -> None:
        """Programs of the site that only answer are run by a look, unless it is told otherwise."""
        look = Look()
        self.assertEqual(look.ask("a program would run", self.act, self.instead), "made")
        self.assertEqual(look.notes, [])
        timid = Look(runs_programs=False)
        self.assertEqual(timid.ask("a program would run", self.act, self.instead), "placeholder")
        self.assertEqual(timid.notes, ["a program would run"])

    def test_failure(self) -> None:
        """What fails is raised, whether it is the change or what stands for it."""
        self.assertRaises(ZeroDivisionError, Serve().perform, "", lambda: 1 // 0, lambda: 0)
        look = Look()
        self.assertRaises(ZeroDivisionError, look.perform, "note", lambda: 0, lambda: 1 // 0)
        self.assertEqual(look.notes, ["note"])
        self.assertIsNone(do_nothing())  # type: ignore[func-returns-value]
