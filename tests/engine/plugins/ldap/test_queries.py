"""Ldap: what queries find, and what templates get of it."""

from __future__ import annotations

from tests.builders import CLIENT, change, configuration, entry
from tests.engine.plugins.ldap.case import START, LdapCase
from tests.engine.plugins.ldap.directory import BASE

TWO = (
    f'<Clients><Client name="{CLIENT}" profile="all"/><Client name="other" profile="all"/>'
    "</Clients>"
)
OLD = f"""\
from Bcfg2.Server.Plugins.Ldap import LdapConnection, LdapQuery, register_query

class Base(LdapQuery):
    connection = LdapConnection(port=PORT, host="127.0.0.1")
    base = "{BASE}"

@register_query
class One(Base):
    name = "first"
    filter = "(cn=other)"

class Unused(One):
    pass
"""


class QueryTests(LdapCase):
    async def test_result(self) -> None:
        """Attributes are lists of text; values that are no text are bytes."""
        found = await self.result(self.core())
        self.assertEqual(found["serialNumber"], ["4711", "4712"])
        self.assertEqual((found["l"], found["jpegPhoto"]), (["Köln"], [b"\xff\xfe"]))

    async def test_template(self) -> None:
        """A template uses what a query found."""
        core = self.core(
            files={
                "Bundler/b.xml": '<Bundle><Path name="/etc/t"/></Bundle>',
                "Cfg/etc/t/t.genshi": "${metadata.Ldap['Hosts']['l'][0]}",
            }
        )
        config = await self.in_thread(configuration, core)
        self.assertEqual(entry(config, "Path", "/etc/t").text, "Köln")

    async def test_unprocessed(self) -> None:
        """Without `process_result` there is a list of names and attributes."""
        core = self.core(self.query(f"base = 'cn=other,ou=hosts,{BASE}'\nscope = 'base'"))
        ((name, attributes),) = await self.result(core, "Q")
        self.assertEqual(name, f"cn=other,ou=hosts,{BASE}")
        self.assertEqual(attributes["cn"], ["other"])

    async def test_scopes(self) -> None:
        """`base`, `one` and `sub`, or python-ldap's numbers, say where to search."""
        for scope, count in (("'base'", 1), ("'one'", 2), ("'sub'", 5), ("2", 5)):
            core = self.core(self.query(f"base = '{BASE}'\nscope = {scope}"))
            self.assertEqual(len(await self.result(core, "Q")), count, scope)

    async def test_attributes(self) -> None:
        """`attrs` limits what is asked for."""
        core = self.core(self.query(f"base = '{BASE}'\nfilter = '(cn=other)'\nattrs = ['cn']"))
        ((_, attributes),) = await self.result(core, "Q")
        self.assertEqual(attributes, {"cn": ["other"]})

    async def test_backslash(self) -> None:
        """A backslash in a filter is a plain character."""
        core = self.core(self.query(f"base = '{BASE}'\nfilter = r'(description=DOM\\other)'"))
        self.assertEqual(len(await self.result(core, "Q")), 1)

    async def test_lazy(self) -> None:
        """Nothing is asked that no template wants to know."""
        core = self.core()
        results = self.results(core)
        self.assertEqual((list(results), len(results), "Hosts" in results), (["Hosts"], 1, True))
        await self.in_thread(configuration, core)
        self.assertEqual(self.directory.factory.operations, [])
        self.assertRaises(KeyError, lambda: results["Other"])

    async def test_applicable(self) -> None:
        """A query that is not for a client is not there; one that cannot tell neither."""
        text = self.query("def is_applicable(self, metadata): return metadata.hostname == 'other'")
        core = self.core(text, {"Metadata/clients.xml": TWO})
        self.assertEqual(set(self.results(core)), {"Hosts"})
        self.assertEqual(set(self.results(core, "other")), {"Hosts", "Q"})
        core = self.core(self.query("def is_applicable(self, metadata):\n    return 1 / 0"))
        with self.assertLogs("Ldap", "ERROR") as logs:
            self.assertEqual(set(self.results(core)), {"Hosts"})
        self.assertIn(f"query Q for {CLIENT} failed: division by zero, in ", logs.output[0])

    async def test_no_memory(self) -> None:
        """A query that has no memory is not taken for one without a result."""
        core = self.core(self.query("def is_applicable(self, metadata):\n    raise MemoryError"))
        self.assertRaises(MemoryError, self.results, core)
        core = self.core(self.query("def get_result(self, metadata):\n    raise MemoryError"))
        with self.assertRaises(MemoryError):
            await self.result(core, "Q")

    async def test_clients_apart(self) -> None:
        """Each run has a query of its own: what one client's sets is not another's."""
        core = self.core(files={"Metadata/clients.xml": TWO})
        self.assertEqual((await self.result(core))["cn"], [CLIENT])
        self.assertEqual((await self.result(core, client="other"))["cn"], ["other"])

    async def test_sub_queries(self) -> None:
        """A query may run another one, with arguments."""
        text = self.query(
            "def get_result(self, metadata, **kwargs):\n"
            "    return [one[1]['cn'] for one in Sub().get_result(metadata, name='other')]"
        ).replace(
            "class Q",
            f"class Sub(LdapQuery):\n    connection = connection\n    base = '{BASE}'\n"
            "    def prepare_query(self, metadata, name):\n"
            "        self.filter = '(cn=%s)' % name\n"
            "    def process_result(self, metadata, name): return self.result\n\n\nclass Q",
        )
        self.assertEqual(await self.result(self.core(text), "Q"), [["other"]])

    async def test_registered(self) -> None:
        """The decorator of 1.3 registers queries, under their names."""
        core = self.core(OLD)
        self.assertEqual(list(self.results(core)), ["first"])
        self.assertEqual(len(await self.result(core, "first")), 1)

    async def test_import(self) -> None:
        """The classes can be imported in every way, and from here as well."""
        plain = START.replace(
            "from Bcfg2.Server.Plugins.Ldap import LdapConnection, LdapQuery",
            "import Bcfg2.Server.Plugins.Ldap\n"
            "from bcfg2tw.engine.plugins.ldap import LdapConnection\n"
            "LdapQuery = Bcfg2.Server.Plugins.Ldap.LdapQuery",
        )
        self.assertEqual((await self.result(self.core(plain)))["cn"], [CLIENT])
        star = START.replace("import LdapConnection, LdapQuery", "import *")
        self.assertEqual((await self.result(self.core(star)))["cn"], [CLIENT])


class FailureTests(LdapCase):
    async def failure(self, text: str) -> str:
        """Return what the log says of query Q, whose result is None."""
        core = self.core(text)
        with self.assertLogs("Ldap", "ERROR") as logs:
            self.assertIsNone(await self.result(core, "Q"))
        return logs.output[-1]

    async def test_refused(self) -> None:
        """What the directory refuses is logged, and the result is None."""
        said = await self.failure(self.query("base = 'dc=no,dc=test'"))
        self.assertIn(f"Ldap: query Q for {CLIENT} failed: ", said)
        self.assertIn("noSuchObject", said)

    async def test_bad_filter(self) -> None:
        """A filter that is none is named."""
        said = await self.failure(self.query(f"base = '{BASE}'\nfilter = '(cn=x'"))
        self.assertIn("failed: ", said)

    async def test_no_connection(self) -> None:
        """A query without a connection says so."""
        said = await self.failure(self.query("pass", "base = ''"))
        self.assertIn("Q has no connection", said)

    async def test_python_2(self) -> None:
        """Python 2 in a query is named, with its line."""
        said = await self.failure(
            self.query("def prepare_query(self, metadata):\n    {}.has_key(1)")
        )
        self.assertIn("`d.has_key(k)` is `k in d` in Python 3; ", said)
        self.assertIn("Ldap/config.py:20", said)

    async def test_config_errors(self) -> None:
        """What is wrong with config.py is an error in the log; its last good state stays."""
        core = self.core()
        for text, reason in (
            ("x = 1\n", "Ldap: there are no queries"),
            ("__queries__ = ['Nothing']\n", "names 'Nothing', which is no class derived from"),
            ("\nimport no_such_module\n", "config.py:2: Ldap: Failed to import "),
            (self.query("scope = 'all'"), "scope: 'all' is none; write base, one or sub"),
            (START.replace("binddn=", "options={'OPT_X': 1}, binddn="), "'OPT_X' is unknown"),
            (START.replace("binddn=", "options={17: 2}, binddn="), "version 2 of the protocol"),
        ):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                change(core, {"Ldap/config.py": self.config(text)})
            self.assertIn(reason, logs.output[0])
            self.assertEqual((await self.result(core))["cn"], [CLIENT])

    async def test_never_good(self) -> None:
        """Where config.py never was understood, whoever asks for a result is told why."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = self.core("import no_such_module\n")
        error = self.assertRaises(KeyError, lambda: self.results(core)["Hosts"])
        self.assertIn("No module named 'no_such_module'", str(error))
        core = self.core(files={"Ldap/README": ""})
        self.assertEqual(len(self.results(core)), 1)
