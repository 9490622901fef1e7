"""GroupLogic: groups that a template works out for each client."""

from __future__ import annotations

import time
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import PluginExecutionError
from tests.builders import CLIENT, a_core, change

GENSHI = 'xmlns:py="http://genshi.edgewall.org/"'
GROUPS = (
    '<Groups><Group name="all" profile="true" public="true"/>'
    '<Group name="fast" category="speed"><Group name="very"/></Group>'
    '<Group name="slow" category="speed"/></Groups>'
)


def clients(count: int) -> dict[str, str]:
    """Return a clients.xml with n1, n2 and so on."""
    names = "".join(f'<Client name="n{one + 1}" profile="all"/>' for one in range(count))
    return {"Metadata/clients.xml": f"<Clients>{names}</Clients>"}


class GroupLogicCase(SynchronousTestCase):
    """Tests with a core that has a groups.xml."""

    def core(self, text: str, more: dict[str, str] | None = None, **settings: Any) -> NetworkCore:
        """Return a core with a groups.xml of GroupLogic."""
        contents = {"Metadata/groups.xml": GROUPS, "GroupLogic/groups.xml": text, **(more or {})}
        return a_core(self, contents, **settings)

    def groups(self, core: NetworkCore, client: str = CLIENT) -> set[str]:
        """Return a client's groups, but for its profile."""
        return core.build_metadata(client).groups - {"all"}

    def refusal(self, core: NetworkCore, client: str = CLIENT) -> str:
        """Return why a client's metadata cannot be built."""
        return str(self.assertRaises(PluginExecutionError, core.build_metadata, client))


class DeclarationTests(GroupLogicCase):
    def test_declared(self) -> None:
        """A Group without elements in it is declared, and brings what groups.xml says of it."""
        core = self.core('<G><Group name="fast"/><Group name="x"><!-- why --></Group><Group/></G>')
        self.assertEqual(self.groups(core), {"fast", "very", "x"})

    def test_conditions(self) -> None:
        """A Group with elements in it, and any Client, is a condition."""
        core = self.core(
            '<G><Group name="all"><Group name="a"/></Group>'
            '<Group name="no"><Group name="b"/></Group>'
            '<Group name="no" negate="true"><Group name="c"/></Group>'
            f'<Client name="{CLIENT}"><Group name="all"><Group name="d"/></Group></Client>'
            f'<Client name="{CLIENT}"/><Client name="no"><Group name="e"/></Client></G>'
        )
        self.assertEqual(self.groups(core), {"a", "c", "d"})

    def test_elsewhere(self) -> None:
        """Declarations inside other elements do not count."""
        core = self.core('<G><X><Group name="a"/></X></G>')
        self.assertEqual(self.groups(core), set())

    def test_category(self) -> None:
        """A declaration with a category makes the group one of it."""
        core = self.core('<G><Group name="x" category="c"/></G>')
        metadata = core.build_metadata(CLIENT)
        self.assertEqual((metadata.groups, metadata.categories), ({"all", "x"}, {"c": "x"}))

    def test_not_there(self) -> None:
        """Without a file there are no groups."""
        core = a_core(self, {"GroupLogic/README": ""})
        self.assertEqual(self.groups(core), set())

    def test_sees_the_others(self) -> None:
        """It comes after the other connectors and sees their groups and helpers' defaults."""
        core = self.core(
            f'<G {GENSHI}><Group py:if="\'Properties\' and name_of(metadata)" name="g"/></G>',
            {
                "TemplateHelper/h.py": "__export__ = []\n__default__ = ['name_of']\n"
                "def name_of(metadata): return metadata.hostname\n"
            },
        )
        self.assertEqual(self.groups(core), {"g"})

    def test_change(self) -> None:
        """A change shows at the next request."""
        core = self.core('<G><Group name="a"/></G>')
        change(core, {"GroupLogic/groups.xml": '<G><Group name="bb"/></G>'})
        self.assertEqual(self.groups(core), {"bb"})


class FailureTests(GroupLogicCase):
    def test_template_fails(self) -> None:
        """A template that fails fails the client's metadata, with file and line, each time."""
        core = self.core(f'<G {GENSHI}>\n<Group name="${{1 / 0}}"/></G>')
        for _ in range(2):
            self.assertIn("GroupLogic/groups.xml:2: division by zero", self.refusal(core))

    def test_python_2(self) -> None:
        """Python 2 in it is named, with its line."""
        core = self.core(f'<G {GENSHI}>\n<Group py:if="{{}}.has_key(1)" name="x"/></G>')
        refusal = self.refusal(core)
        self.assertIn("`d.has_key(k)` is `k in d` in Python 3", refusal)
        self.assertIn("groups.xml, line 2", refusal)

    def test_broken(self) -> None:
        """A file that breaks keeps its last good state."""
        core = self.core('<G><Group name="a"/></G>')
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            change(core, {"GroupLogic/groups.xml": "<G>\n<Group>"})
        self.assertIn("GroupLogic/groups.xml:2: ", logs.output[0])
        self.assertEqual(self.groups(core), {"a"})

    def test_never_good(self) -> None:
        """Without a good state clients get no configuration rather than a wrong one."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = self.core("<G>\n<Group>")
        self.assertIn("GroupLogic/groups.xml:2: ", self.refusal(core))


class QueryTests(GroupLogicCase):
    def query(self, test: str, count: int, **settings: Any) -> NetworkCore:
        """Return a core with some clients whose group x depends on a condition."""
        text = f'<G {GENSHI}><Group py:if="{test}" name="x"/></G>'
        return self.core(text, clients(count), **settings)

    def test_own_groups(self) -> None:
        """While a client's groups are worked out it has none of them for those who ask."""
        core = self.query("'x' not in metadata.query.by_name(metadata.hostname).groups", 1)
        self.assertEqual(self.groups(core, "n1"), {"x"})

    def test_other_clients(self) -> None:
        """A template may ask for the groups of other clients, those declared here included."""
        core = self.query(
            "metadata.hostname == 'n2' or 'x' in metadata.query.by_name('n2').groups", 3
        )
        self.assertEqual([self.groups(core, name) for name in ("n1", "n2", "n3")], [{"x"}] * 3)

    def test_after_a_failure(self) -> None:
        """A failure frees the client: its next run has its groups again."""
        core = self.query("1 / 0", 1)
        self.refusal(core, "n1")
        change(core, {"GroupLogic/groups.xml": '<G><Group name="a"/></G>'})
        self.assertEqual(self.groups(core, "n1"), {"a"})
        core = self.query("metadata.query.by_name('n2') and fail()", 2)
        first = self.refusal(core, "n1")
        self.assertEqual(self.refusal(core, "n1"), first)
        self.assertEqual(first.count("GroupLogic: "), 1)

    def test_all_need_all(self) -> None:
        """Where every client asks for all others it works for few, and fails at once for many."""
        test = "len(metadata.query.names_by_groups(['all'])) > 2"
        self.assertEqual(self.groups(self.query(test, 4), "n1"), {"x"})
        started = time.monotonic()
        refusal = self.refusal(self.query(test, 60), "n1")
        self.assertLess(time.monotonic() - started, 10)
        self.assertIn("the groups of n1 need those of n2, n3, n4, n5, n6, n7 and n8", refusal)

    def test_inside_a_condition(self) -> None:
        """A client that alone asks for all others may do so, however many there are."""
        core = self.query(
            "metadata.hostname == 'n1' and len(metadata.query.names_by_groups(['all'])) == 60", 60
        )
        self.assertEqual(self.groups(core, "n1"), {"x"})

    def test_cached(self) -> None:
        """What was worked out for another client's question is not kept for the client."""
        text = (
            f"<G {GENSHI}>"
            "<Group py:if=\"metadata.hostname == 'n1' and metadata.query.by_name('n2')\" "
            'name="a"/>'
            "<Group py:if=\"metadata.hostname == 'n2' and "
            "'a' in metadata.query.by_name('n1').groups\" name=\"b\"/></G>"
        )
        for mode in ("off", "cautious", "aggressive"):
            core = self.core(text, clients(2), client_metadata_cache=mode)
            self.assertEqual(self.groups(core, "n1"), {"a"})
            self.assertEqual(self.groups(core, "n2"), {"b"}, mode)
