"""Ldap: values that a directory sends range by range, as Active Directory does."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.ldap.answers import whole_answer
from bcfg2tw.engine.plugins.ldap.interface import LdapError, Page, Search, Session

GROUP = "cn=servers,dc=example,dc=test"
MEMBERS = [b"cn=%d" % number for number in range(7)]


class RangedSession:
    """
    A directory with one group, which sends no more than three values at once.

    :ivar members: of the group
    :ivar searches: the attributes that were asked for, for each search
    """

    def __init__(self) -> None:
        self.members = list(MEMBERS)
        self.searches: list[list[str]] = []

    def search(self, search: Search) -> Page:
        """Return the group; an empty `member` stands for the values that are elsewhere."""
        self.searches.append(list(search.attributes))
        (requested,) = search.attributes
        start = int(requested.partition("=")[2].partition("-")[0] or 0)
        values, end = self.members[start : start + 3], start + 3
        last = "*" if end >= len(self.members) else str(end - 1)
        attributes = {"cn": [b"servers"], "member": [], f"member;range={start}-{last}": values}
        return Page([(GROUP, attributes)])

    def close(self) -> None:
        """Do nothing."""


class RangeTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.session = RangedSession()
        self.search = Search("dc=example,dc=test", 2, "(cn=servers)", ("member",))

    def answer(self) -> dict[str, list[bytes]]:
        """Return the attributes of the group."""
        session: Session = self.session
        ((_, attributes),) = whole_answer(session, self.search, is_limited=False)
        return attributes

    def test_complete(self) -> None:
        """The values that were left out are asked for, until there are no more."""
        self.assertEqual(self.answer(), {"cn": [b"servers"], "member": MEMBERS})
        self.assertEqual(
            self.session.searches, [["member"], ["member;range=3-*"], ["member;range=6-*"]]
        )

    def test_few(self) -> None:
        """Values that fit into one answer are asked for once."""
        self.session.members = MEMBERS[:3]
        self.assertEqual(self.answer()["member"], MEMBERS[:3])
        self.assertEqual(len(self.session.searches), 1)

    def test_cut_off(self) -> None:
        """A group that loses its members meanwhile is an error, not a part of them."""

        class Shrinking(RangedSession):
            def search(self, search: Search) -> Page:
                page = super().search(search)
                self.members = []
                return page

        self.session = Shrinking()
        error = self.assertRaises(LdapError, self.answer)
        self.assertEqual(str(error), f"{GROUP}: the values of member from number 3 on are not sent")
