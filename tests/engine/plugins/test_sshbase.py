"""SSHbase: host keys that are there or are made, and the list of known hosts."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.encryption import decrypt, encrypt
from bcfg2tw.engine.plugin.ssh_keys import public_of
from bcfg2tw.engine.plugins.sshbase import dns, host_names
from bcfg2tw.engine.plugins.sshbase.dns import Resolver, addresses_of
from tests.builders import CLIENT, a_core, change, configuration, entry, metadata_of, write_files

FOLDER = "/etc/ssh/"
RSA, ECDSA, ED25519, DSA = (f"ssh_host_{kind}_key" for kind in ("rsa", "ecdsa", "ed25519", "dsa"))
OTHER = "other.example.test"

CLIENTS = {
    "Metadata/clients.xml": f"""<Clients>
      <Client name="{CLIENT}" profile="all" address="192.0.2.1"/>
      <Client name="{OTHER}" profile="all" address="2001:db8::2"><Alias name="www.example.test"
       address="192.0.2.22"/></Client></Clients>"""
}

DNS = {CLIENT: ("192.0.2.1", "2001:db8::1"), "www.example.test": ("192.0.2.80",)}
REVERSE = {"192.0.2.80": ("shop.example.test",)}


def bundle(*names: str) -> dict[str, str]:
    """Return a bundle with files below /etc/ssh."""
    paths = "".join(f'<Path name="{FOLDER}{name}"/>' for name in names)
    return {"Bundler/ssh.xml": f"<Bundle>{paths}</Bundle>"}


class SSHTestCase(SynchronousTestCase):
    """Tests whose name service is a table."""

    def setUp(self) -> None:
        self.asked: list[str] = []
        self.patch(host_names, "addresses_of", self.addresses_of)
        self.patch(host_names, "name_of", self.name_of)

    def addresses_of(self, name: str) -> tuple[str, ...]:
        """Answer from the table."""
        self.asked.append(name)
        return self.found(DNS, name)

    def name_of(self, address: str) -> tuple[str, ...]:
        """Answer from the table."""
        return self.found(REVERSE, address)

    def found(self, table: Mapping[str, tuple[str, ...]], key: str) -> tuple[str, ...]:
        """Return an entry of a table."""
        if key not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return table[key]

    def path(self, core: NetworkCore, name: str, client: str = CLIENT) -> Any:
        """Return a bound file, an element."""
        return entry(configuration(core, client), "Path", FOLDER + name)

    def own_keys(self, core: NetworkCore) -> dict[str, str]:
        """Return what templates see of the client's keys."""
        metadata: Any = metadata_of(core)
        own: dict[str, str] = metadata.SSHbase
        return own

    def folder(self, core: NetworkCore) -> list[str]:
        """Return the names of the plugin's files."""
        return sorted(os.listdir(os.path.join(core.settings.repository, "SSHbase")))


class KeyTests(SSHTestCase):
    """Keys that are in the folder."""

    def test_attributes(self) -> None:
        """Secret files are root's alone, others may be read by all; there is nothing else."""
        core = a_core(
            self,
            {
                **bundle(RSA, f"{RSA}.pub"),
                f"SSHbase/{RSA}": "secret\n",
                f"SSHbase/{RSA}.pub": "ssh-rsa AAAA\n",
            },
        )
        expected = {"owner": "root", "group": "root", "type": "file"}
        for name, mode, text in (
            (RSA, "0600", "secret\n"),
            (f"{RSA}.pub", "0644", "ssh-rsa AAAA\n"),
        ):
            path = self.path(core, name)
            self.assertEqual(dict(path.attrib), {"name": FOLDER + name, "mode": mode, **expected})
            self.assertEqual(path.text, text)

    def test_specificity(self) -> None:
        """A host's own key wins over that of a group, and this one over that of all."""
        contents = {**bundle(RSA), f"SSHbase/{RSA}": "all", f"SSHbase/{RSA}.pub": "ssh-rsa A"}
        core = a_core(self, contents)
        self.assertEqual(self.path(core, RSA).text, "all")
        change(core, {f"SSHbase/{RSA}.G10_all": "ten", f"SSHbase/{RSA}.G20_all": "twenty"})
        self.assertEqual(self.path(core, RSA).text, "twenty")
        change(core, {f"SSHbase/{RSA}.H_{CLIENT}": "own"})
        self.assertEqual(self.path(core, RSA).text, "own")

    def test_protocol_one(self) -> None:
        """A key of protocol 1 is no text, so it is sent as base64."""
        core = a_core(self, {**bundle("ssh_host_key"), "SSHbase/ssh_host_key": b"SSH\0\xff"})
        path = self.path(core, "ssh_host_key")
        self.assertEqual((path.get("encoding"), path.text), ("base64", "U1NIAP8="))

    def test_protocol_one_missing(self) -> None:
        """A key of protocol 1 is not made; the failure says why."""
        core = a_core(self, {**bundle("ssh_host_key"), "SSHbase/x.static": ""})
        self.assertIn(
            "OpenSSH has had no more since 7.6", self.path(core, "ssh_host_key").get("failure")
        )

    def test_info(self) -> None:
        """info.xml adds and replaces attributes; `Path` tells the files apart."""
        core = a_core(
            self,
            {
                **bundle(RSA, "ssh_known_hosts"),
                f"SSHbase/{RSA}": "k",
                "SSHbase/info.xml": f'<FileInfo><Path name="{FOLDER}{RSA}">'
                '<Info owner="sshd" important="true"/></Path></FileInfo>',
            },
        )
        path = self.path(core, RSA)
        self.assertEqual((path.get("owner"), path.get("important")), ("sshd", "true"))
        failure = self.path(core, "ssh_known_hosts").get("failure")
        self.assertRegex(
            failure, "^bind error: No metadata found in .*SSHbase/info.xml for /etc/ssh"
        )

    def test_broken_info(self) -> None:
        """An info.xml that was never understood fails the files: they must not get too much."""
        core = a_core(
            self, {**bundle(RSA), f"SSHbase/{RSA}": "k", "SSHbase/info.xml": "<FileInfo>"}
        )
        self.assertIn("No metadata found in", self.path(core, RSA).get("failure"))

    def test_encrypted(self) -> None:
        """An encrypted key is decrypted; one that cannot be fails the entry, others or not."""
        core = a_core(
            self,
            {
                **bundle(RSA, ECDSA),
                f"SSHbase/{RSA}.H_{CLIENT}.crypt": encrypt(b"own\n", "secret"),
                f"SSHbase/{ECDSA}.H_{CLIENT}.crypt": encrypt(b"own\n", "another one"),
                f"SSHbase/{ECDSA}": "for all",
            },
            passphrases={"site": "secret"},
        )
        self.assertEqual(self.path(core, RSA).text, "own\n")
        failed = self.path(core, ECDSA)
        self.assertRegex(
            failed.get("failure"), "^bind error: Failed to decrypt /.*_key.H_client.*crypt$"
        )
        self.assertIsNone(failed.text)

    def test_unknown_file(self) -> None:
        """A file whose name says nothing known is named in the log, once."""
        with self.assertLogs("SSHbase", "ERROR") as logs:
            core = a_core(self, {**bundle(RSA), f"SSHbase/{RSA}": "k", "SSHbase/id_rsa": "x"})
            change(core, {"SSHbase/x.static": "y"})
        self.assertEqual(len(logs.output), 1)
        self.assertIn("SSHbase/id_rsa; ignoring", logs.output[0])


class MadeKeyTests(SSHTestCase):
    """Keys that are missing."""

    def test_pairs(self) -> None:
        """A pair is made of each type; its public half belongs to it and names the host."""
        names = [name for key in (RSA, ECDSA, ED25519, DSA) for name in (key, f"{key}.pub")]
        core = a_core(self, {**bundle(*names), "SSHbase/x.static": ""})
        for key in (RSA, ECDSA, ED25519):
            config = configuration(core)
            private = (entry(config, "Path", FOLDER + key).text or "").encode()
            public = entry(config, "Path", f"{FOLDER}{key}.pub").text
            load = load_ssh_private_key if key == ED25519 else load_pem_private_key
            derived = (
                load(private, None)
                .public_key()
                .public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
            )
            self.assertEqual(public, f"{derived.decode()} root@{CLIENT}\n")
        self.assertRegex(
            self.path(core, f"{DSA}.pub").text, f"^ssh-dss AAAAB3NzaC1kc3MA.* root@{CLIENT}\n$"
        )

    def test_kept(self) -> None:
        """A pair is written for the host, is sent from then on, and only its owner may read it."""
        core = a_core(self, {**bundle(ED25519), "SSHbase/x.static": ""})
        first = self.path(core, ED25519).text
        self.assertEqual(
            self.folder(core),
            [f"{ED25519}.H_{CLIENT}", f"{ED25519}.pub.H_{CLIENT}", "x.static"],
        )
        secret = os.path.join(core.settings.repository, "SSHbase", f"{ED25519}.H_{CLIENT}")
        self.assertEqual(os.stat(secret).st_mode & 0o777, 0o600)
        self.assertEqual(self.path(core, ED25519).text, first)
        core.reload(None)
        self.assertEqual(self.path(core, ED25519).text, first)

    def test_public_first(self) -> None:
        """Asking for the public key makes the pair."""
        core = a_core(self, {**bundle(f"{ECDSA}.pub"), "SSHbase/x.static": ""})
        public = self.path(core, f"{ECDSA}.pub").text
        self.assertEqual(
            self.folder(core),
            [f"{ECDSA}.H_{CLIENT}", f"{ECDSA}.pub.H_{CLIENT}", "x.static"],
        )
        self.assertEqual(self.path(core, f"{ECDSA}.pub").text, public)

    def test_public_half_missing(self) -> None:
        """The public half of a private key that is there is derived; the private key stays."""
        maker = a_core(self, {**bundle(ECDSA), "SSHbase/x.static": ""})
        private = self.path(maker, ECDSA).text
        public = self.own_keys(maker)[f"{ECDSA}.pub"].split()[1]
        core = a_core(self, {**bundle(ECDSA, f"{ECDSA}.pub"), f"SSHbase/{ECDSA}.G10_all": private})
        self.assertEqual(
            self.path(core, f"{ECDSA}.pub").text, f"ecdsa-sha2-nistp256 {public} root@all\n"
        )
        self.assertEqual(self.folder(core), [f"{ECDSA}.G10_all", f"{ECDSA}.pub.G10_all"])

    def test_public_half_unknown(self) -> None:
        """A private key that cannot be read is not replaced; the failure says what to do."""
        core = a_core(self, {**bundle(f"{RSA}.pub"), f"SSHbase/{RSA}.H_{CLIENT}": "no key"})
        self.assertRegex(
            self.path(core, f"{RSA}.pub").get("failure"),
            f"cannot be derived: .*; put it into {RSA}.pub.H_{CLIENT} beside it",
        )
        self.assertEqual(self.folder(core), [f"{RSA}.H_{CLIENT}"])

    def test_lonely_public_half(self) -> None:
        """A host's public key without a private one goes when the pair is made."""
        core = a_core(self, {**bundle(ECDSA), f"SSHbase/{ECDSA}.pub.H_{CLIENT}": "ecdsa old\n"})
        self.assertIn("PRIVATE KEY", self.path(core, ECDSA).text)
        core.reload(None)
        self.assertNotIn("old", self.own_keys(core)[f"{ECDSA}.pub"])

    def test_new_half_at_once(self) -> None:
        """A pair that was just made comes before a public key that is there, in one run."""
        names = (ECDSA, f"{ECDSA}.pub", "ssh_known_hosts")
        for suffix in (f".H_{CLIENT}", ".G10_all", ""):
            old = {f"SSHbase/{ECDSA}.pub{suffix}": "ecdsa old\n"}
            config = configuration(a_core(self, {**bundle(*names), **old}))
            private, public, known = (
                entry(config, "Path", FOLDER + name).text or "" for name in names
            )
            self.assertEqual(public.split()[1], public_of(private.encode()).split()[1])
            self.assertEqual(known.splitlines()[-1].split()[1:], public.split())

    def test_encrypted(self) -> None:
        """With a passphrase the private key is encrypted on the server only."""
        core = a_core(
            self,
            {**bundle(ECDSA), "SSHbase/x.static": ""},
            passphrases={"site": "secret"},
            sshbase_passphrase="Site",
        )
        text = self.path(core, ECDSA).text
        self.assertEqual(
            self.folder(core),
            [f"{ECDSA}.H_{CLIENT}.crypt", f"{ECDSA}.pub.H_{CLIENT}", "x.static"],
        )
        path = os.path.join(core.settings.repository, "SSHbase", f"{ECDSA}.H_{CLIENT}.crypt")
        with open(path, "rb") as stream:
            self.assertEqual(decrypt(stream.read(), "secret").decode(), text)
        core.reload(None)
        self.assertEqual(self.path(core, ECDSA).text, text)

    def test_no_such_passphrase(self) -> None:
        """A passphrase that is not configured fails the entry; nothing is written."""
        core = a_core(self, {**bundle(ECDSA), "SSHbase/x.static": ""}, sshbase_passphrase="nothing")
        self.assertEqual(
            self.path(core, ECDSA).get("failure"), "bind error: No such passphrase: nothing"
        )
        self.assertEqual(self.folder(core), ["x.static"])

    def test_many_at_once(self) -> None:
        """However many ask at the same time, there is one pair."""
        core = a_core(self, {**bundle(ECDSA, f"{ECDSA}.pub"), "SSHbase/x.static": ""})
        with ThreadPoolExecutor(8) as threads:
            configs = list(threads.map(lambda _: configuration(core), range(16)))
        for name in (ECDSA, f"{ECDSA}.pub"):
            self.assertEqual(len({entry(one, "Path", FOLDER + name).text for one in configs}), 1)

    def test_not_writable(self) -> None:
        """Where the pair cannot be written the entry fails with the system's reason."""
        core = a_core(self, {**bundle(ECDSA), "SSHbase/x.static": ""})
        os.mkdir(os.path.join(core.settings.repository, "SSHbase", f".{ECDSA}.H_{CLIENT}.writing"))
        failure = self.path(core, ECDSA).get("failure")
        self.assertRegex(failure, "^bind error: SSHbase: .* takes no new key: .*directory")
        self.assertIn(f".{ECDSA}.H_{CLIENT}.writing", failure)

    def test_metadata(self) -> None:
        """`metadata.SSHbase` has the keys that the client has, also new ones from a cache."""
        core = a_core(
            self,
            {**bundle(ECDSA), f"SSHbase/{RSA}.pub": "ssh-rsa AAAA\n"},
            client_metadata_cache="aggressive",
        )
        self.assertEqual(self.own_keys(core), {f"{RSA}.pub": "ssh-rsa AAAA\n"})
        configuration(core)
        self.assertEqual(sorted(self.own_keys(core)), [f"{ECDSA}.pub", f"{RSA}.pub"])


class KnownHostsTests(SSHTestCase):
    """The list of known hosts."""

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
        self.assertEqual(self.asked[len(asked) :], [CLIENT, "client"])

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

    def test_made_key(self) -> None:
        """A key that was just made is in the list before the folder is read again."""
        core = a_core(self, {**CLIENTS, **bundle("ssh_known_hosts"), "SSHbase/x.static": ""})
        self.path(core, "ssh_known_hosts")
        write_files(core.settings.repository, bundle(ECDSA, "ssh_known_hosts"))
        core.reload([os.path.join(core.settings.repository, "Bundler/ssh.xml")])
        config = configuration(core, OTHER)
        self.assertIn("PRIVATE", entry(config, "Path", FOLDER + ECDSA).text or "")
        lines = self.hosts(core)
        self.assertEqual(len(lines), 3)
        core.reload(None)
        self.assertEqual(self.hosts(core), lines)


class ResolverTests(SynchronousTestCase):
    """What the name service says."""

    def resolver(self, look_up: dns.LookUp) -> Resolver:
        """Return one that is closed after the test."""
        made = Resolver(look_up)
        self.addCleanup(made.close)
        return made

    def test_real(self) -> None:
        """The system's name service is asked."""
        self.assertIn("127.0.0.1", addresses_of("localhost"))

    def test_remembered(self) -> None:
        """A question is asked once while its answer is good, a failure too."""
        asked = []

        def look_up(name: str) -> tuple[str, ...]:
            asked.append(name)
            if name == "bad":
                raise OSError
            return (name.upper(),)

        resolver = self.resolver(look_up)
        for _ in range(2):
            self.assertEqual(resolver.ask(["a", "bad", "a"]), ({"a": ("A",), "bad": ()}, True))
        self.assertEqual(sorted(asked), ["a", "bad"])

    def test_silence(self) -> None:
        """A silent name service is not waited for, and once only; what it says later counts."""
        go_on = threading.Event()
        answered = threading.Event()

        def look_up(name: str) -> tuple[str, ...]:
            if name == "last":
                answered.set()
            else:
                go_on.wait(60)
            return ("found",)

        self.patch(dns, "PATIENCE_SECONDS", 0.05)
        self.patch(dns, "THREADS", 1)
        resolver = self.resolver(look_up)
        with self.assertLogs("SSHbase", "WARNING") as logs:
            self.assertEqual(resolver.ask(["slow", "last"]), ({}, False))
            self.patch(dns, "PATIENCE_SECONDS", 60)
            self.assertEqual(resolver.ask(["slow", "last"]), ({}, False))
        self.assertIn("has not answered yet about slow, last", logs.output[0])
        go_on.set()
        answered.wait(60)
        self.assertEqual(resolver.ask(["slow"]), ({"slow": ("found",)}, True))

    def test_outage(self) -> None:
        """An old answer stays while the name service is out of order."""
        works = True
        asked = threading.Semaphore(0)

        def look_up(name: str) -> tuple[str, ...]:
            asked.release()
            if works:
                return ("found",)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        self.patch(dns, "ANSWER_SECONDS", -1.0)
        resolver = self.resolver(look_up)
        self.assertEqual(resolver.ask(["a"])[0], {"a": ("found",)})
        works = False
        for _ in range(2):
            asked.acquire()
            self.assertEqual(resolver.ask(["a"])[0], {"a": ("found",)})
