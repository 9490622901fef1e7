"""Clients as the database and clients.xml say together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.client import ClientElement
from bcfg2tw.engine.store.client_edit import ADD, REMOVE, UPDATE, ClientEdit
from bcfg2tw.engine.store.client_rows import ClientRow, Elements, row_from, values_of
from tests.patience import IN_ANY_TIME

NAME = "c.example.test"
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["profile", "version", "uuid"]), st.sampled_from(["a", "b", "c"])
)


def declared(**attributes: str) -> Elements:
    """Return what clients.xml says of a client."""
    return (ClientElement(attributes),)


class ClientRowTests(SynchronousTestCase):
    def edited(self, row: ClientRow, operation: str, file: Elements, **values: str) -> ClientRow:
        """Return a row after an edit."""
        return row.edited(ClientEdit(operation, NAME, values), file, row.revision + 1)

    def test_set(self) -> None:
        """A value that was set counts until the file has another one than it had then."""
        row = self.edited(ClientRow(NAME), UPDATE, declared(profile="a"), profile="b")
        for file, counts in (("a", "b"), ("b", "b"), ("c", "c")):
            (element,) = row.merge(declared(profile=file))
            self.assertEqual(element.attributes["profile"], counts)
        (element,) = row.merge(declared())
        self.assertEqual(element.attributes["profile"], "b")

    def test_registered(self) -> None:
        """What was set after a registration counts more than the registration."""
        row = self.edited(ClientRow(NAME), ADD, (), profile="a", uuid="u")
        row = self.edited(row, UPDATE, (), profile="b")
        (element,) = row.merge(())
        self.assertEqual(element.attributes, {"profile": "b", "uuid": "u"})

    def test_removed(self) -> None:
        """A client that was removed is back when the file says something new of it."""
        file = declared(profile="a")
        row = self.edited(ClientRow(NAME), REMOVE, file)
        self.assertEqual(row.merge(file), ())
        self.assertEqual(row.merge(declared(profile="b")), declared(profile="b"))
        again = self.edited(row, ADD, file, profile="c")
        self.assertEqual(again.merge(file), declared(profile="c"))

    def test_of_nobody(self) -> None:
        """An update of a client that is nowhere changes nothing."""
        row = ClientRow(NAME)
        self.assertIs(self.edited(row, UPDATE, (), version="1"), row)

    @IN_ANY_TIME
    @given(ATTRIBUTES, st.lists(st.tuples(st.sampled_from([ADD, UPDATE, REMOVE]), ATTRIBUTES)))
    def test_columns(self, file: dict[str, str], edits: list[tuple[str, dict[str, str]]]) -> None:
        """A row is the same when it has been in the database."""
        row = ClientRow(NAME)
        for operation, attributes in edits:
            row = self.edited(row, operation, declared(**file), **attributes)
            self.assertEqual(row_from(values_of(row)), row)

    @IN_ANY_TIME
    @given(ATTRIBUTES, st.lists(st.tuples(st.sampled_from([ADD, UPDATE, REMOVE]), ATTRIBUTES)))
    def test_as_a_dictionary(
        self, file: dict[str, str], edits: list[tuple[str, dict[str, str]]]
    ) -> None:
        """While the file stays as it is, edits do what their names say."""
        row, expected = ClientRow(NAME), dict(file) if file else None
        elements = declared(**file) if file else ()
        for operation, attributes in edits:
            row = self.edited(row, operation, elements, **attributes)
            if operation == REMOVE:
                expected = None
            elif expected is not None and operation == UPDATE:
                expected |= attributes
            elif expected is None and operation == ADD:
                expected = dict(attributes)
            merged = row.merge(elements)
            self.assertEqual(dict(merged[0].attributes) if merged else None, expected)
