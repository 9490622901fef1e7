"""The list of known hosts."""

from __future__ import annotations

import os
from typing import Any

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, a_core, change, configuration, entry, write_files
from tests.engine.plugins.sshbase.case import (
    CLIENTS,
    ECDSA,
    ED25519,
    FOLDER,
    OTHER,
    RSA,
    SSHTestCase,
    bundle,
)


class KnownHostsTests(SSHTestCase):
    """How it is put together, and when."""

    def hosts(self, core: NetworkCore, client: str = CLIENT) -> list[str]:
        """Return the lines of a client's list."""
        text: str = self.path(core, "ssh_known_hosts", client).text
        return text.splitlines()

    def made_list(self, core: NetworkCore) -> object:
        """Return what the plugin keeps."""
        plugin: Any = core.plugins["SSHbase"]
        made: object = plugin._known_hosts._list
        return made

    def test_own_file(self) -> None:
        """A list in the folder is sent as it is."""
        core = a_core(
            self, {**bundle("ssh_known_hosts"), "SSHbase/ssh_known_hosts.G10_all": "by hand\n"}
        )
        self.assertEqual(self.hosts(core), ["by hand"])

    def test_lines(self) -> None:
        """
        Static lines come first, then keys by type and owner, then the client's own.

        A host has its name, its aliases, their first labels, the addresses that are known and
        those of the name service, IPv6 included, and their names.
        """
        core = a_core(
            self,
            {
                **CLIENTS,
                **bundle("ssh_known_hosts"),
                f"SSHbase/{RSA}.pub.H_{OTHER}": "ssh-rsa OTHER root@o\n",
                f"SSHbase/{RSA}.pub.H_{CLIENT}": "ssh-rsa OWN root@c\n",
                f"SSHbase/{ED25519}.pub": "ssh-ed25519 ALL\n",
                "SSHbase/b.static": "b.test ssh-rsa B  \n\n",
                "SSHbase/a.static": "a.test ssh-rsa A",
            },
        )
        client = f"192.0.2.1,2001:db8::1,client,{CLIENT}"
        other = (
            f"192.0.2.22,192.0.2.80,2001:db8::2,other,{OTHER},shop.example.test,"
            "www,www.example.test"
        )
        self.assertEqual(
            self.hosts(core),
            [
                "a.test ssh-rsa A",
                "b.test ssh-rsa B",
                f"{client},{other} ssh-ed25519 ALL",
                f"{client} ssh-rsa OWN root@c",
                f"{other} ssh-rsa OTHER root@o",
                "localhost,localhost.localdomain,127.0.0.1 ssh-ed25519 ALL",
                "localhost,localhost.localdomain,127.0.0.1 ssh-rsa OWN root@c",
            ],
        )
        self.assertEqual(self.hosts(core, OTHER)[-1].split()[-2:], ["OTHER", "root@o"])

    def test_patterns(self) -> None:
        """Names that SSH would take for patterns are left out, which is told once for each."""
        names = (
            "*",
            "!web.example.test",
            "a?.example.test",
            "b c",
            "@cert-authority",
            "d|e",
            "f,g",
        )
        clients = "".join(f'<Client name="{name}" profile="all"/>' for name in names)
        core = a_core(
            self,
            {
                "Metadata/clients.xml": f"""<Clients>{clients}<Client name="{CLIENT}" profile="all">
                <Alias name="*.example.test"/></Client></Clients>""",
                **bundle("ssh_known_hosts"),
                f"SSHbase/{RSA}.pub.H_{CLIENT}": "ssh-rsa OWN",
                f"SSHbase/{RSA}.pub.H_*": "ssh-rsa ANY",
                f"SSHbase/{ED25519}.pub": "ssh-ed25519 ALL",
            },
        )
        with self.assertLogs("SSHbase", "WARNING") as log:
            for _ in range(2):
                hosts = self.hosts(core)
                change(core, {"SSHbase/a.static": ""})
        own = f"192.0.2.1,2001:db8::1,client,{CLIENT}"
        self.assertEqual(hosts[1:3], [f"{own} ssh-ed25519 ALL", f"{own} ssh-rsa OWN"])
        self.assertNotIn("ANY", "".join(hosts))
        left_out = [line for line in log.output if "left out" in line]
        for name in (*names, "*.example.test"):
            lines = [line for line in left_out if f"{name!r}, a name of client" in line]
            self.assertEqual(len(lines), 1, name)

    def test_once(self) -> None:
        """The list is put together once for all clients, also after a change elsewhere."""
        core = a_core(
            self,
            {
                **CLIENTS,
                **bundle("ssh_known_hosts"),
                f"SSHbase/{RSA}.pub.H_{OTHER}": "ssh-rsa O",
                "Rules/r.xml": '<Rules priority="1"/>',
            },
        )
        self.hosts(core)
        asked = list(self.asked)
        made = self.made_list(core)
        change(core, {"Rules/r.xml": '<Rules priority="2"/>'})
        self.hosts(core, OTHER)
        self.assertIs(self.made_list(core), made)
        change(core, {f"SSHbase/{RSA}.pub.H_{CLIENT}": "ssh-rsa C"})
        self.assertEqual(len(self.hosts(core)), 3)
        # names are asked for in several threads: in any order
        self.assertCountEqual(self.asked[len(asked) :], [CLIENT, "client"])

    def test_new_alias(self) -> None:
        """An alias or address that is new in clients.xml is noticed."""
        core = a_core(
            self, {**bundle("ssh_known_hosts"), f"SSHbase/{RSA}.pub.H_{CLIENT}": "ssh-rsa C"}
        )
        self.assertNotIn("fresh", self.hosts(core)[0])
        change(
            core,
            {
                "Metadata/clients.xml": f'<Clients><Client name="{CLIENT}" profile="all">'
                '<Alias name="fresh.example.test"/></Client></Clients>'
            },
        )
        self.assertIn(",fresh,fresh.example.test ", self.hosts(core)[0])

    def test_new_group(self) -> None:
        """A group's key is for its members, as all plugins together say now."""
        core = a_core(
            self,
            {
                **CLIENTS,
                **bundle("ssh_known_hosts"),
                f"SSHbase/{RSA}.pub.G10_web": "ssh-rsa W",
                "GroupPatterns/config.xml": "<GroupPatterns/>",
            },
        )
        self.assertEqual(self.path(core, "ssh_known_hosts").get("empty"), "true")
        change(
            core,
            {
                "GroupPatterns/config.xml": "<GroupPatterns><GroupPattern>"
                "<NamePattern>other</NamePattern><Group>web</Group></GroupPattern></GroupPatterns>"
            },
        )
        (line,) = self.hosts(core)
        self.assertIn(OTHER, line)
        self.assertNotIn(CLIENT, line)

    def test_unknown_host(self) -> None:
        """A key for a host that is no client is left out, and named in the log once."""
        core = a_core(
            self, {**CLIENTS, **bundle("ssh_known_hosts"), f"SSHbase/{RSA}.pub.H_gone": "ssh-rsa G"}
        )
        with self.assertLogs("SSHbase", "WARNING") as logs:
            self.path(core, "ssh_known_hosts")
            change(core, {"SSHbase/x.static": "x ssh-rsa X"})
            self.assertEqual(self.hosts(core), ["x ssh-rsa X"])
        self.assertEqual(len(logs.output), 1)
        self.assertIn(f"{RSA}.pub.H_gone is for gone, which is no known client", logs.output[0])

    def test_empty_static_file(self) -> None:
        """A static file with nothing in it is an empty line, as in the reference."""
        statics = {"SSHbase/a.static": "", "SSHbase/b.static": "b.test ssh-rsa B"}
        core = a_core(self, {**CLIENTS, **bundle("ssh_known_hosts"), **statics})
        self.assertEqual(self.hosts(core)[:2], ["", "b.test ssh-rsa B"])

    def test_made_key(self) -> None:
        """A key that was just made is in the list before the folder is read again."""
        core = a_core(self, {**CLIENTS, **bundle("ssh_known_hosts"), "SSHbase/x.static": ""})
        self.path(core, "ssh_known_hosts")
        write_files(core.settings.repository, bundle(ECDSA, "ssh_known_hosts"))
        core.reload([os.path.join(core.settings.repository, "Bundler/ssh.xml")])
        config = configuration(core, OTHER)
        self.assertIn("PRIVATE", entry(config, "Path", FOLDER + ECDSA).text or "")
        lines = self.hosts(core)
        self.assertEqual(len(lines), 4)  # the first is that of the static file
        core.reload(None)
        self.assertEqual(self.hosts(core), lines)
