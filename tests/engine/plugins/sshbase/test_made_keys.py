"""Host keys that are made."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from bcfg2tw.engine.encryption import decrypt
from bcfg2tw.engine.ssh_keys import public_of
from tests.builders import CLIENT, a_core, configuration, entry, write_files
from tests.engine.plugins.sshbase.case import (
    DSA,
    ECDSA,
    ED25519,
    FOLDER,
    RSA,
    SSHTestCase,
    bundle,
)
from tests.privileges import forbidden


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

    def test_unreadable(self) -> None:
        """No key is made in place of one that is there for a client and cannot be read."""
        core = a_core(self, {**bundle(ED25519, f"{ED25519}.pub"), "SSHbase/x.static": ""})
        repository, name = core.settings.repository, f"{ED25519}.G10_all"
        write_files(repository, {f"SSHbase/{name}": "of the group"})
        with self.assertLogs("bcfg2-server", "ERROR"), forbidden(repository, f"SSHbase/{name}"):
            core.reload(None)
        for path in (ED25519, f"{ED25519}.pub"):
            self.assertIn(name, self.path(core, path).get("failure"))
        self.assertEqual(self.folder(core), [name, "x.static"])
        os.utime(os.path.join(repository, "SSHbase", name), (1, 1))
        core.reload(None)
        self.assertEqual(self.path(core, ED25519).text, "of the group")

    def test_name_that_means_more(self) -> None:
        """No key is made for a host in a file that would be another's, encrypted."""
        clients = "".join(f'<Client name="{name}" profile="all"/>' for name in ("a", "a.crypt"))
        more = {"Metadata/clients.xml": f"<Clients>{clients}</Clients>", "SSHbase/x.static": ""}
        core = a_core(self, {**bundle(ED25519), **more})
        failure = self.path(core, ED25519, "a.crypt").get("failure")
        self.assertIn("no file can be named for Specificity: Host a.crypt", failure)
        self.assertEqual(self.folder(core), ["x.static"])

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
            private, public, known_hosts = (
                entry(config, "Path", FOLDER + name).text or "" for name in names
            )
            self.assertEqual(public.split()[1], public_of(private.encode()).split()[1])
            self.assertEqual(known_hosts.splitlines()[-1].split()[1:], public.split())

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
