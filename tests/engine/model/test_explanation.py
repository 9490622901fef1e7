"""Why the entries of a configuration are as they are."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.explanation import Candidate, Choice, EntryExplanation, Explanation


class ExplanationTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.explanation = Explanation()

    def test_candidate(self) -> None:
        """A candidate is shown by its place, and its reason if it has one."""
        self.assertEqual(str(Candidate("/r/a.xml:3", "priority 1")), "/r/a.xml:3 (priority 1)")
        self.assertEqual(str(Candidate("/r/a.xml")), "/r/a.xml")

    def test_collected(self) -> None:
        """What is decided in the block of an entry is its own."""
        won, lost = Candidate("a"), [Candidate("b"), Candidate("c")]
        entry = EntryExplanation("Path", "/x")
        with self.explanation.of(entry):
            self.explanation.bound_by("Cfg", ["Cfg", "Rules"])
            self.explanation.choose("content", won, lost)
            self.explanation.choose("verifier", None)
            self.explanation.fail("it is no text")
        self.assertEqual((entry.generator, entry.asked), ("Cfg", ("Cfg", "Rules")))
        self.assertEqual(
            entry.choices, [Choice("content", won, tuple(lost)), Choice("verifier", None)]
        )
        self.assertEqual(entry.failure, "it is no text")

    def test_nested(self) -> None:
        """An entry that is bound for another one, inside its block, is explained by itself."""
        outer, inner = EntryExplanation("Path", "/outer"), EntryExplanation("Path", "/inner")
        with self.explanation.of(outer):
            self.explanation.choose("first", None)
            with self.explanation.of(inner):
                self.explanation.choose("of the inner", None)
            self.explanation.choose("second", None)
        self.assertEqual([choice.subject for choice in outer.choices], ["first", "second"])
        self.assertEqual([choice.subject for choice in inner.choices], ["of the inner"])
        self.assertEqual(self.explanation.entries, [outer, inner])

    def test_outside(self) -> None:
        """What is decided outside of all entries belongs to none, and is no error."""
        entry = EntryExplanation("Path", "/x")
        self.assertRaises(KeyError, self.fail_inside, entry)
        self.explanation.choose("content", Candidate("a"))
        self.explanation.bound_by("Cfg", ["Cfg"])
        self.explanation.fail("it is no text")
        self.assertEqual((entry.choices, entry.generator, entry.failure), ([], None, None))

    def fail_inside(self, entry: EntryExplanation) -> None:
        """Leave the block of an entry by an error."""
        with self.explanation.of(entry):
            raise KeyError

    def test_find(self) -> None:
        """Entries are found by tag and name, all of them."""
        for tag, name in (("Path", "/x"), ("Service", "/x"), ("Path", "/x"), ("Path", None)):
            with self.explanation.of(EntryExplanation(tag, name)):
                pass
        self.assertEqual(len(self.explanation.find("Path", "/x")), 2)
        self.assertEqual(len(self.explanation.find("Path", None)), 1)
        self.assertEqual(self.explanation.find("Path", "/y"), [])
