"""What of a document applies to a client."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.documents.conditions import ConditionalDocument, StoredDocument
from bcfg2tw.engine.xmlio import parse_file, serialise
from tests.builders import a_core, metadata_of

GROUPS = (
    '<Groups><Group name="all" profile="true"><Group name="a"/><Group name="b"/></Group>'
    '<Group name="a"/><Group name="b"/><Group name="c"/></Groups>'
)


class MatchedTests(SynchronousTestCase):
    """A document that is kept as a tree."""

    kept_as: type[ConditionalDocument] = ConditionalDocument

    def matched(self, text: str) -> str:
        """Return what applies to a client in the groups all, a and b."""
        core = a_core(self, {"Metadata/groups.xml": GROUPS})
        document = self.kept_as(parse_file(text.encode(), "test.xml"))
        return serialise(document.copied(metadata_of(core)))

    def test_in_place(self) -> None:
        """What a true condition holds stands in its place, at every depth."""
        text = (
            '<R><X n="1"/><Group name="a"><X n="2"/><Group name="b"><X n="3"/></Group></Group>'
            '<X n="4"/></R>'
        )
        self.assertEqual(self.matched(text), '<R><X n="1"/><X n="2"/><X n="3"/><X n="4"/></R>')

    def test_false(self) -> None:
        """What a false condition holds is gone; negation inverts, whatever its case."""
        text = (
            '<R><Group name="c"><X n="1"/></Group><Group name="c" negate="True"><X n="2"/></Group>'
            '<Group name="a" negate="true"><X n="3"/></Group></R>'
        )
        self.assertEqual(self.matched(text), '<R><X n="2"/></R>')

    def test_client(self) -> None:
        """A Client condition is true for exactly its name."""
        text = (
            '<R><Client name="client.example.test"><X n="1"/></Client>'
            '<Client name="CLIENT.example.test"><X n="2"/></Client></R>'
        )
        self.assertEqual(self.matched(text), '<R><X n="1"/></R>')

    def test_nameless(self) -> None:
        """A condition without a name is false, and true if negated."""
        text = '<R><Group><X n="1"/></Group><Group negate="true"><X n="2"/></Group></R>'
        self.assertEqual(self.matched(text), '<R><X n="2"/></R>')

    def test_below_entries(self) -> None:
        """Conditions inside an entry are dissolved too."""
        text = '<R><U><Group name="a"><M g="x"/></Group><Group name="c"><M g="y"/></Group></U></R>'
        self.assertEqual(self.matched(text), '<R><U><M g="x"/></U></R>')

    def test_text(self) -> None:
        """Text of a true condition goes to its parent; comments vanish, text around them not."""
        text = '<R><P>a<Group name="a">b</Group></P><P>x<!-- no -->y</P></R>'
        self.assertEqual(self.matched(text), "<R><P>ab</P><P>xy</P></R>")

    def test_shared(self) -> None:
        """Clients whose groups the document does not tell apart share one result."""
        core = a_core(self, {"Metadata/groups.xml": GROUPS})
        document = ConditionalDocument(parse_file(b'<R><Group name="a"/></R>', "test.xml"))
        first, second = metadata_of(core), metadata_of(core)
        second.groups.add("something else")
        self.assertIs(document.matched(first), document.matched(second))
        second.groups.discard("a")
        self.assertIsNot(document.matched(first), document.matched(second))


class StoredTests(MatchedTests):
    """A document that is kept as text says the same."""

    kept_as = StoredDocument

    def test_all_kept(self) -> None:
        """Text, white space and characters of all kinds are what they were."""
        text = "<R a='&lt;&#10;ü'> <X>\n &amp;€\U0001f40d</X>\tb<Y/> </R>"
        self.assertEqual(self.matched(text), serialise(parse_file(text.encode(), "test.xml")))
