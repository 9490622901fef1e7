"""What of a document applies to a client."""

from __future__ import annotations

from weakref import ref

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.documents import conditions
from bcfg2tw.engine.documents.conditions import ConditionalDocument, StoredDocument
from bcfg2tw.engine.documents.kept_results import KeptResults
from bcfg2tw.engine.xmlio import Element, parse_file, serialise
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


class KeptTests(SynchronousTestCase):
    """Results that are kept for clients to come."""

    def setUp(self) -> None:
        self.core = a_core(self, {"Metadata/groups.xml": GROUPS})
        self.kept = KeptResults(80_000)
        self.patch(conditions, "KEPT_RESULTS", self.kept)

    def result(self, document: ConditionalDocument, *groups: str) -> Element:
        """Return what a document says to a client of some groups."""
        metadata = metadata_of(self.core)
        metadata.groups = set(groups)
        return document.matched(metadata)

    def document(self) -> ConditionalDocument:
        """Return a document that asks for ten groups."""
        asked = "".join(f'<Group name="g{number}"><A{number}/></Group>' for number in range(10))
        return ConditionalDocument(parse_file(f"<R>{asked}{'<B/>' * 100}</R>".encode(), "x.xml"))

    def test_bounded(self) -> None:
        """Of all documents, no more is kept than a number of bytes; the oldest goes."""
        documents = [self.document() for _ in range(3)]
        first = [self.result(document) for document in documents]
        for number in range(10):
            for document in documents:
                self.result(document, f"g{number}")
                self.assertLessEqual(self.kept.size_bytes, 80_000)
        last = self.result(documents[2], "g9")
        self.assertIs(self.result(documents[2], "g9"), last)
        self.assertLess(sum(len(document._kept) for document in documents), 15)
        self.assertEqual([self.result(document) for document in documents], first)

    def test_gone(self) -> None:
        """Documents that are gone take their results with them."""
        for _ in range(100):
            document = self.document()
            kept = ref(document._kept)
            self.result(document)
            self.result(document, "g1")
            del document
            self.assertIsNone(kept())


class StoredTests(MatchedTests):
    """A document that is kept as text says the same."""

    kept_as = StoredDocument

    def test_all_kept(self) -> None:
        """Text, white space and characters of all kinds are what they were."""
        text = "<R a='&lt;&#10;ü'> <X>\n &amp;€\U0001f40d</X>\tb<Y/> </R>"
        self.assertEqual(self.matched(text), serialise(parse_file(text.encode(), "test.xml")))
