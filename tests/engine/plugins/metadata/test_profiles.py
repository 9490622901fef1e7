"""Clients whose profile is no group: served as at the start, or refused with file and line."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import CriticalError
from tests.builders import CLIENT, a_core, address, change, configuration, groups_with

GROUPS = """<Groups>
  <Group name="all" profile="true"/>
  <Group name="web-server" profile="true"><Bundle name="b"/></Group>
</Groups>"""


def clients(profile: str) -> str:
    """Return a clients.xml whose second client has a profile."""
    return f"""<Clients>
  <Client name="other.example.test" profile="all"/>
  <Client name="{CLIENT}" profile="{profile}" address="127.0.0.1"/>
</Clients>"""


class ProfilesTests(SynchronousTestCase):
    def core(self, profile: str, **settings: object) -> NetworkCore:
        """Return a core whose client has a profile."""
        return a_core(
            self,
            {
                "Metadata/groups.xml": GROUPS,
                "Metadata/clients.xml": clients(profile),
                "Bundler/b.xml": "<Bundle><BoundService name='sshd'/></Bundle>",
            },
            **settings,
        )

    def fault(self, core: NetworkCore) -> str:
        """Return what the client is told that asks for its configuration."""
        return str(self.assertRaises(CriticalError, core.GetConfig, address(client=CLIENT)))

    def test_at_the_start(self) -> None:
        """What dangles at the start is served; one line tells where, and what was meant."""
        with self.assertLogs("Metadata", "WARNING") as logs:
            core = self.core("web-servr")
        (record,) = logs.records
        self.assertEqual(record.levelname, "ERROR")
        self.assertEqual(
            record.getMessage(),
            f"{core.settings.repository}/Metadata/clients.xml:3: profile web-servr is no group: "
            "did you mean web-server?",
        )
        self.assertEqual(len(configuration(core)), 0)
        core.GetConfig(address(client=CLIENT))

    def test_said_once(self) -> None:
        """A profile that many have is one line, which is not repeated while nothing changes."""
        clients = "".join(f"<Client name='c{number}' profile='nobody'/>" for number in range(3))
        contents = {"Metadata/clients.xml": f"<Clients>{clients}</Clients>"}
        with self.assertLogs("Metadata", "ERROR") as logs:
            core = a_core(self, contents)
            change(core, {"Metadata/groups.xml": groups_with(["b"])})
        (record,) = logs.records
        self.assertIn("profile nobody is no group (3 clients have it)", record.getMessage())

    def test_included(self) -> None:
        """The file that is named is the one that holds the client, also an included one."""
        include = (
            '<Clients xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{}"/></Clients>'
        )
        contents = {
            "Metadata/clients.xml": include.format("more.xml"),
            "Metadata/more.xml": clients("nobody"),
        }
        with self.assertLogs("Metadata", "ERROR") as logs:
            core = a_core(self, contents)
        place = f"{core.settings.repository}/Metadata/more.xml:3: "
        self.assertTrue(logs.records[0].getMessage().startswith(place))

    def test_group_gone(self) -> None:
        """A group that was there is missed: its clients get a fault until it is declared again."""
        core = self.core("web-server")
        with self.assertLogs("Metadata", "ERROR"):
            change(core, {"Metadata/groups.xml": GROUPS.replace("web-server", "web-sever")})
        repository = core.settings.repository
        self.assertIn(
            f"{repository}/Metadata/clients.xml:3: profile web-server is no group: did you mean "
            f"web-sever?; it was one before: declare it in {repository}/Metadata/groups.xml again",
            self.fault(core),
        )
        self.assertEqual(configuration(core, "other.example.test").tag, "Configuration")
        change(core, {"Metadata/groups.xml": GROUPS})
        self.assertEqual(len(configuration(core)), 1)

    def test_client_loses_it(self) -> None:
        """A client that had a profile gets a fault where a changed clients.xml takes it away."""
        core = self.core("web-server")
        with self.assertLogs("Metadata", "ERROR"):
            change(core, {"Metadata/clients.xml": clients("Web-Server ")})
        self.assertIn("clients.xml:3: profile Web-Server  is no group: did you mean web-server?",
                      self.fault(core))  # fmt: skip
        change(core, {"Metadata/clients.xml": clients("web-server")})
        self.assertEqual(len(configuration(core)), 1)

    def test_strict(self) -> None:
        """With `strict_repository` a profile that never was a group is a fault, too."""
        with self.assertLogs("Metadata", "ERROR"):
            core = self.core("web-servr", strict_repository=True)
        self.assertIn("clients.xml:3: profile web-servr is no group", self.fault(core))
