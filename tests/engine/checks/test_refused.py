"""Mistakes by which a file says less, or something else: what was served before stays."""

from __future__ import annotations

from typing import NamedTuple

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.xmlio import serialise
from bcfg2tw.errors import NotServing
from tests.builders import CLIENT, a_core, address, change, configuration, entry, write_files
from tests.logs import CapturedLog

#: A site that has something of each kind of file.
SITE = {
    "Metadata/groups.xml": """<Groups>
<Group name="all" profile="true" public="true">
  <Bundle name="base"/>
  <Group name="linux"/>
</Group>
<Group name="linux"/>
</Groups>""",
    "Metadata/clients.xml": f"""<Clients>
<Client name="{CLIENT}" profile="all" address="127.0.0.1"/>
</Clients>""",
    "Bundler/base.xml": """<Bundle>
<Group name="linux"><Path name="/etc/motd"/></Group>
<Path name="/keys"/>
<Path name="/etc/info"/>
<Path name="/etc/ssh/ssh_known_hosts"/>
<Service name="sshd"/>
</Bundle>""",
    "Cfg/etc/motd/motd": "hello\n",
    "Cfg/etc/motd/info.xml": """<FileInfo>
<Group name="linux"><Info owner="root" mode="0640"/></Group>
</FileInfo>""",
    "Cfg/etc/info/:info": "mode: 0640\n",
    "Cfg/etc/info/info": "content\n",
    "Cfg/keys/authorizedkeys.xml": """<AuthorizedKeys>
<Allow>ssh-ed25519 AAAA admin</Allow>
<Allow from="/etc/motd"/>
</AuthorizedKeys>""",
    "Rules/a.xml": """<Rules priority="1">
<Service name="sshd" status="on" type="systemd"/>
</Rules>""",
    "Defaults/a.xml": """<Defaults priority="1">
<Service name=".*" restart="true"/>
</Defaults>""",
    "Deps/a.xml": """<Dependencies priority="1">
<Service name="sshd"><Path name="/etc/motd"/></Service>
</Dependencies>""",
    "GroupPatterns/config.xml": """<GroupPatterns>
<GroupPattern><NamePattern>client.*</NamePattern><Group>named</Group></GroupPattern>
<GroupPattern><NameRange>host[[1-9]]</NameRange><Group>numbered</Group></GroupPattern>
</GroupPatterns>""",
    "GroupLogic/groups.xml": """<GroupLogic>
<Group name="linux"><Group name="logical"/></Group>
</GroupLogic>""",
    "Decisions/whitelist.xml": """<Decisions>
<Decision type="Service" name="*"/>
</Decisions>""",
    "FileProbes/config.xml": """<FileProbes>
<FileProbe name="/etc/x"/>
</FileProbes>""",
    "Probes/kernel": "#!/bin/sh\nuname -r\n",
    f"SSHbase/ssh_host_rsa_key.pub.H_{CLIENT}": "ssh-rsa AAAA root\n",
    "ACL/ip.xml": """<ACL>
<Deny method="RecvStats" address="127.0.0.1"/>
</ACL>""",
}


class Mistake(NamedTuple):
    """A text of a file of `SITE`, what somebody wrote in its place, and what is said of it."""

    file: str
    right: str
    wrong: str
    told: str

    @property
    def contents(self) -> dict[str, str]:
        """The file with the mistake."""
        assert self.right in SITE[self.file], self
        return {self.file: SITE[self.file].replace(self.right, self.wrong)}


HOST_KEY = f"SSHbase/ssh_host_rsa_key.pub.H_{CLIENT}"
KEYS, CLIENTS = "Cfg/keys/authorizedkeys.xml", "Metadata/clients.xml"

#: With a change that brings one of these in, a file's last good state stays in service.
LIVE = [
    Mistake("Metadata/groups.xml", "<Bundle ", "<Bundel ", "3: <Bundel> means nothing in <Group>"),
    Mistake("Metadata/groups.xml", "<Bundle ", "<bundle ", "3: <bundle> means nothing in <Group>"),
    Mistake("Metadata/groups.xml", "<Bundle name", "<Bundle nmae", "3: <Bundle> has no name"),
    Mistake("Metadata/groups.xml", 'profile="true"', 'profile="True"', "2: profile='True' of"),
    Mistake("Metadata/groups.xml", '<Bundle name="base"/>', "Bundle base", "2: 'Bundle base' mea"),
    Mistake("Metadata/groups.xml", "Groups>", "Clients>", "1: the root is <Clients>, <Groups> is"),
    Mistake("Metadata/clients.xml", 'profile="all"', "", "2: <Client> has no profile"),
    Mistake("Metadata/clients.xml", "<Client ", "<Clinet ", "2: <Clinet> means nothing in <Clie"),
    Mistake("Metadata/clients.xml", "<Clients>", f'<Clients><Client name="{CLIENT}" profile="x"/>',
            "2: client.example.test is declared at line 1 as well"),
    Mistake("Bundler/base.xml", '<Group name="linux"><Path name="/etc/motd"/></Group>',
            '<Gruop name="linux"><Path name="/etc/motd"/></Gruop>',
            "2: <Gruop> means nothing in <Bundle>"),
    Mistake("Bundler/base.xml", "<Service ", "<Servce ", "6: <Servce> means nothing in <Bundle>"),
    Mistake("Bundler/base.xml", "Bundle>", "Bundel>", "1: the root is <Bundel>, <Bundle> is wan"),
    Mistake("Cfg/etc/motd/info.xml", "0640", "rw-r-----", "2: mode='rw-r-----' of <Info> is no m"),
    Mistake("Cfg/etc/motd/info.xml", "0640", "0888", "2: mode='0888' of <Info> is no mode"),
    Mistake("Cfg/etc/motd/info.xml", "owner", "onwer", "2: <Info> has onwer, which means nothing"),
    Mistake("Cfg/etc/motd/info.xml", "<Info ", "<Inof ", "2: <Inof> means nothing in <FileInfo>"),
    Mistake("Cfg/etc/motd/info.xml", "mode", "perms", "2: <Info> has perms, which is not read: w"),
    Mistake("Cfg/etc/motd/info.xml", '"root"', '""', "2: owner='' of <Info> is no name: write a"),
    Mistake("Cfg/etc/motd/info.xml", "owner", 'encoding="bas64" owner', "2: encoding='bas64' of"),
    Mistake("Cfg/etc/info/:info", "mode: 0640", "mod: 0640", "1: mod means nothing: did you mean"),
    Mistake("Cfg/etc/info/:info", "mode: 0640", "mode 0640", "1: 'mode 0640' is no line of the f"),
    Mistake("Cfg/etc/info/:info", "mode: 0640", "mode: rw-", "1: mode: 'rw-' is no mode: write o"),
    Mistake(KEYS, 'from="/etc/motd"', "", "3: <Allow> has neither a key nor from, and lets "),
    Mistake(KEYS, "ssh-ed25519 ", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "2: <Allow> holds a p"),
    Mistake(KEYS, "ssh-ed25519 ", "ssh-ed2559 ", "2: 'ssh-ed2559 AAAA admin' in <Allow> is no pu"),
    Mistake(CLIENTS, "127.0.0.1", "127.0.0.300", "2: address='127.0.0.300' of <Client> is no add"),
    Mistake(CLIENTS, '"127.0.0.1"', '" 127.0.0.1"', "2: address=' 127.0.0.1' of <Client> is no a"),
    Mistake(CLIENTS, f'"{CLIENT}"', f'"{CLIENT} "', f"2: name='{CLIENT} ' of <Client> is no name"),
    Mistake(CLIENTS, "/>", ' uuid="u"/>\n<Client name="b" profile="all" uuid="u"/>',
            f"3: uuid u is that of {CLIENT} (line 2) as well"),
    Mistake(CLIENTS, "/>", f'/>\n<Client name="b" profile="all"><Alias name="{CLIENT}"/></Client>',
            f"3: {CLIENT} is a name of {CLIENT} (line 2) as well"),
    Mistake("Metadata/groups.xml", 'name="linux"/>\n</', 'name="linux "/>\n</', "4: name='linux "),
    Mistake("Cfg/keys/authorizedkeys.xml", "<Allow from", "<Alow from", "3: <Alow> means nothing"),
    Mistake("Cfg/keys/authorizedkeys.xml", "AuthorizedKeys>", "Keys>", "1: the root is <Keys>"),
    Mistake("Rules/a.xml", "<Service ", "<Servcie ", "2: <Servcie> means nothing in <Rules>"),
    Mistake("Rules/a.xml", 'status="on"', 'status="yes"', "2: status='yes' of <Service> is no va"),
    Mistake("Defaults/a.xml", "<Service ", "<Serivce ", "2: <Serivce> means nothing in <Defaults"),
    Mistake("Deps/a.xml", "<Path ", "<Paht ", "2: <Paht> means nothing in <Service>"),
    Mistake("GroupPatterns/config.xml", "NamePattern>", "NamePatern>", "2: <NamePatern> means no"),
    Mistake("GroupPatterns/config.xml", "client.*", "client(", "2: 'client(' of <NamePattern> is"),
    Mistake("GroupPatterns/config.xml", "client.*", " client.*", "2: ' client.*' of <NamePattern"),
    Mistake("GroupPatterns/config.xml", "<Group>named</Group>", "", "2: <GroupPattern> has no <G"),
    Mistake("GroupPatterns/config.xml", "<NamePattern>client.*</NamePattern>", "",
            "2: <GroupPattern> has no <NamePattern> and no <NameRange>"),
    Mistake("GroupPatterns/config.xml", "[[1-9]]", "[[9-1]]", "3: 'host[[9-1]]' of <NameRange> h"),
    Mistake("GroupPatterns/config.xml", "[[1-9]]", "[[1-b]]", "3: 'host[[1-b]]' of <NameRange> h"),
    Mistake("GroupPatterns/config.xml", "[[1-9]]", "", "3: 'host' of <NameRange> has no range: w"),
    Mistake("Defaults/a.xml", ".*", "*", "2: name='*' of <Service> is no regular expression: wri"),
    Mistake("ACL/ip.xml", "127.0.0.1", "127.0.0.256", "2: <Deny>: '127.0.0.256' does not appear "),
    Mistake("ACL/ip.xml", "RecvStats", "recvstats", "2: there is no method recvstats: did you me"),
    Mistake("ACL/ip.xml", "Deny", "Forbid", "2: <Forbid> means nothing in <ACL>"),
    Mistake("FileProbes/config.xml", "/etc/x", "etc/x", "2: name='etc/x' of <FileProbe> is no pa"),
    Mistake("Probes/kernel", "#!/bin/sh", "#!/bin/sh\r", "1: the line ends as on Windows, and cl"),
    Mistake("Probes/kernel", "#!/bin/sh", "# !/bin/sh", "1: '# !/bin/sh' names no interpreter: w"),
    Mistake("Probes/kernel", "#!/bin/sh", "\ufeff#!/bin/sh", "1: it begins with a byte order mar"),
    Mistake("Probes/kernel", "#!/bin/sh\nuname -r\n", "", "1: it is empty, which clients fail on"),
    Mistake(HOST_KEY, "ssh-rsa AAAA root\n", "", "1: there is no public key in it: write its typ"),
    Mistake(HOST_KEY, "ssh-rsa", "-----BEGIN PRIVATE KEY-----", "1: it is a private key: write t"),
    Mistake("GroupLogic/groups.xml", '<Group name="logical"', '<Gruop name="logical"',
            "2: <Gruop> means nothing in <Group>"),
    Mistake("Decisions/whitelist.xml", "<Decision ", "<Decison ", "2: <Decison> means nothing in"),
    Mistake("ACL/ip.xml", "<Deny ", "<Dney ", "2: <Dney> means nothing in <ACL>: did you mean <D"),
]  # fmt: skip


def outcome(core: NetworkCore) -> list[object]:
    """Return what the client gets, and what else the site's files decide for it."""
    metadata = core.build_metadata(CLIENT)
    return [
        serialise(configuration(core)),
        sorted(metadata.groups),
        core.GetDecisions(metadata, "whitelist"),
        core.GetProbes(address()),
    ]


class ChangedFileTests(SynchronousTestCase):
    """A change of a running site's file that brings a mistake in."""

    def test_last_good_state(self) -> None:
        """The answers stay what they were; the line, and what follows, are told once."""
        for mistake in LIVE:
            log = CapturedLog(self)
            core = a_core(self, SITE)
            before = outcome(core)
            change(core, mistake.contents)
            self.assertEqual(outcome(core), before, mistake)
            said = [line for line in log.lines if f"{mistake.file}:{mistake.told}" in line]
            self.assertEqual(len(said), 1, (mistake, log.lines))
            self.assertTrue(said[0].lower().endswith("its last good state stays in service"), said)

    def test_repaired(self) -> None:
        """Once the mistake is gone, the file counts again."""
        core = a_core(self, SITE)
        change(core, {"Rules/a.xml": SITE["Rules/a.xml"].replace("<Service", "<Servcie")})
        change(core, {"Rules/a.xml": SITE["Rules/a.xml"].replace('"on"', '"off"')})
        self.assertIn('status="off"', serialise(configuration(core)))

    def test_old_mistakes(self) -> None:
        """A mistake that was there from the start does not keep other changes away."""
        old = SITE["Rules/a.xml"].replace("</Rules>", "<Servcie name='b'/></Rules>")
        core = a_core(self, {**SITE, "Rules/a.xml": old})
        change(core, {"Rules/a.xml": old.replace('"on"', '"off"')})
        self.assertIn('status="off"', serialise(configuration(core)))


#: With one of these from the start the entry fails.
FAILURES = [
    Mistake("Cfg/etc/motd/info.xml", "0640", "rw-r-----", "2: mode='rw-r-----' of <Info> is no m"),
    Mistake("Cfg/etc/motd/info.xml", "0640", "0888", "2: mode='0888' of <Info> is no mode"),
    Mistake("Cfg/etc/motd/info.xml", "<Info ", "<Inof ", "2: <Inof> means nothing in <FileInfo>"),
    Mistake("Cfg/keys/authorizedkeys.xml", "<Allow from", "<Alow from", "3: <Alow> means nothing"),
    Mistake("Cfg/keys/authorizedkeys.xml", "AuthorizedKeys>", "Keys>", "1: the root is <Keys>"),
    Mistake("Cfg/etc/motd/info.xml", '"root"', '""', "2: owner='' of <Info> is no name: write a"),
    Mistake(KEYS, "ssh-ed25519 ", "-----BEGIN RSA PRIVATE KEY-----\n", "2: <Allow> holds a priva"),
]  # fmt: skip

#: With one of these from the start nobody is served until it is repaired.
UNSERVED = [
    Mistake("Metadata/groups.xml", "<Bundle ", "<Bundel ", "3: <Bundel> means nothing in <Group>"),
    Mistake("Metadata/groups.xml", "Groups>", "Clients>", "1: the root is <Clients>, <Groups> is"),
    Mistake("Metadata/clients.xml", "Clients>", "Groups>", "1: the root is <Groups>, <Clients> i"),
    Mistake("Metadata/clients.xml", "<Client ", "<Clinet ", "2: <Clinet> means nothing in <Clie"),
]  # fmt: skip


class FirstStateTests(SynchronousTestCase):
    """Mistakes that are there when the server starts."""

    def test_failures(self) -> None:
        """A file below Cfg fails the entry that it is for, and no other."""
        for mistake in FAILURES:
            log = CapturedLog(self)
            config = configuration(a_core(self, {**SITE, **mistake.contents}))
            failed = {one.get("name") for one in config.iter("Path") if one.get("failure")}
            name = "/" + mistake.file.partition("/")[2].rpartition("/")[0]
            self.assertEqual(failed - {"/keys"}, {name} - {"/keys"}, mistake)
            self.assertIn(name, failed)
            reason = entry(config, "Path", name).get("failure", "")
            line, _, message = mistake.told.partition(": ")
            self.assertIn(f"line {line}: {message}", reason)
            self.assertTrue(any(f"{mistake.file}:{mistake.told}" in line for line in log.lines))

    def test_unserved(self) -> None:
        """Files of Metadata that would leave clients without groups are not used."""
        for mistake in UNSERVED:
            log = CapturedLog(self)
            core = a_core(self, {**SITE, **mistake.contents})
            self.assertRaises(NotServing, core.build_metadata, CLIENT)
            said = [line for line in log.lines if f"{mistake.file}:{mistake.told}" in line]
            self.assertIn("o client can be served until it is repaired", said[0])

    def test_strict(self) -> None:
        """With `strict_repository` a mistake that Bcfg2 passes over is refused as well."""
        wrong = SITE["Metadata/groups.xml"].replace('profile="true"', 'profile="True"')
        contents = {**SITE, "Metadata/groups.xml": wrong}
        self.assertIsNotNone(configuration(a_core(self, contents)))
        core = a_core(self, contents, strict_repository=True)
        self.assertRaises(NotServing, core.build_metadata, CLIENT)

    def test_included(self) -> None:
        """A mistake in a file that another includes is told with the included file's line."""
        core = a_core(self, SITE)
        before = outcome(core)
        write_files(
            core.settings.repository,
            {"parts/more.xml": "<Groups>\n<Group name='x'><Bundel name='y'/></Group></Groups>"},
        )
        log = CapturedLog(self)
        including = SITE["Metadata/groups.xml"].replace(
            "<Groups>",
            '<Groups xmlns:xi="http://www.w3.org/2001/XInclude">'
            '<xi:include href="../parts/more.xml"/>',
        )
        change(core, {"Metadata/groups.xml": including})
        self.assertEqual(outcome(core), before)
        self.assertTrue(any("parts/more.xml:2: <Bundel>" in line for line in log.lines))
