"""privkey.xml: SSH key pairs that are made when they are first asked for."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import threading
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.encryption import decrypt, encrypt
from tests.builders import CLIENT, Contents, a_core, bundle_of, change, configuration, entry
from tests.engine.plugins.cfg.test_choice import bound, failure

OTHER = "other.example.test"
SECRETS: dict[str, Any] = {"passphrases": {"keys": "geheim"}}

METADATA = {
    "Metadata/clients.xml": "<Clients>"
    f'<Client name="{CLIENT}" profile="all"/><Client name="{OTHER}" profile="all"/></Clients>',
    "Metadata/groups.xml": '<Groups><Group name="all" profile="true" public="true">'
    '<Bundle name="b"/><Group name="web"/></Group><Group name="web" category="role"/></Groups>',
}

KEY = "/home/app/id_rsa"
SMALL = '<PrivateKey><Params bits="1024"/></PrivateKey>'


def key_core(
    case: SynchronousTestCase,
    privkey: str = SMALL,
    more: Contents | None = None,
    **settings: object,
) -> NetworkCore:
    """Return a core for two clients with a key pair that a privkey.xml makes."""
    contents = {
        **METADATA,
        "Bundler/b.xml": bundle_of(KEY, f"{KEY}.pub"),
        f"Cfg{KEY}/privkey.xml": privkey,
        f"Cfg{KEY}.pub/pubkey.xml": "<PublicKey/>",
    }
    return a_core(case, {**contents, **(more or {})}, **settings)


def files_in(core: NetworkCore, path: str) -> dict[str, bytes]:
    """Return the files that Cfg has for a path, the XML files left out."""
    folder = f"{core.settings.repository}/Cfg{path}"
    names = [name for name in sorted(os.listdir(folder)) if not name.endswith(".xml")]
    return {name: content_of(os.path.join(folder, name)) for name in names}


def content_of(path: str) -> bytes:
    """Return the content of a file."""
    with open(path, "rb") as stream:
        return stream.read()


def public_half(case: SynchronousTestCase, private: str | None, passphrase: str = "") -> str:
    """Return the public key that OpenSSH derives from a private one, type and data."""
    path = case.mktemp()
    with open(path, "w", encoding="ascii") as stream:
        stream.write(private or "")
    os.chmod(path, 0o600)
    command = ["ssh-keygen", "-y", "-P", passphrase, "-f", path]
    derived = subprocess.run(command, capture_output=True, check=True, timeout=30)
    return " ".join(derived.stdout.decode("ascii").split()[:2])


def halves(text: str | None) -> str:
    """Return type and data of a public key's line."""
    return " ".join((text or "").split()[:2])


class PrivateKeyTests(SynchronousTestCase):
    if shutil.which("ssh-keygen") is None:
        skip = "the program ssh-keygen is not installed"

    def test_empty(self) -> None:
        """An empty file is no key, and no other is made while it is there; for others is one."""
        own = f"Cfg{KEY}/id_rsa.H_{CLIENT}"
        core = key_core(self, more={own: ""})
        reason = f"REPO/{own} is empty: put the key back, or remove the file to have one made"
        self.assertEqual(failure(core, KEY), f"bind error: {reason}")
        self.assertIn(reason, failure(core, f"{KEY}.pub"))
        self.assertEqual(files_in(core, KEY), {f"id_rsa.H_{CLIENT}": b""})
        self.assertIn("PRIVATE KEY", entry(configuration(core, OTHER), "Path", KEY).text or "")
        os.unlink(f"{core.settings.repository}/{own}")
        change(core, {f"Cfg{KEY}/privkey.xml": SMALL})
        self.assertIn("PRIVATE KEY", bound(core, KEY).text or "")

    def test_gone(self) -> None:
        """While the repository is gone no key is made, and no folder in its place."""
        core = key_core(self)
        repository = core.settings.repository
        os.rename(repository, f"{repository}.away")
        self.assertTrue(failure(core, KEY))
        self.assertTrue(failure(core, f"{KEY}.pub"))
        self.assertFalse(os.path.exists(repository))
        os.rename(f"{repository}.away", repository)
        self.assertIn("PRIVATE KEY", bound(core, KEY).text or "")

    def test_made_and_kept(self) -> None:
        """The first configuration makes the pair; it is on disk then, and never made again."""
        core = key_core(self)
        config = configuration(core)
        private, public = (entry(config, "Path", name).text for name in (KEY, f"{KEY}.pub"))
        self.assertEqual(files_in(core, KEY), {f"id_rsa.H_{CLIENT}": (private or "").encode()})
        path = f"{core.settings.repository}/Cfg{KEY}.pub/id_rsa.pub.H_{CLIENT}"
        self.assertEqual(public, f"{halves(public)} {path}\n")
        self.assertEqual(content_of(path).decode(), public)
        for _ in range(2):
            self.assertEqual(bound(core, KEY).text, private)
            core.reload(None)

    def test_name_that_means_more(self) -> None:
        """Nothing is made for a client in a file that would be for another one."""
        clients = "".join(f'<Client name="{name}" profile="all"/>' for name in ("a", "a.genshi"))
        core = key_core(self, more={"Metadata/clients.xml": f"<Clients>{clients}</Clients>"})
        for path in (KEY, f"{KEY}.pub"):
            text = entry(configuration(core, "a.genshi"), "Path", path).get("failure") or ""
            self.assertIn("id_rsa.H_a.genshi would be read as a file for host a", text)
        self.assertEqual(files_in(core, KEY), {})

    def test_modes(self) -> None:
        """Nobody but the server may read a private key; its public key is for all."""
        core = key_core(self)
        configuration(core)
        folder = f"{core.settings.repository}/Cfg{KEY}"
        modes = [
            os.stat(path).st_mode & 0o777
            for path in (f"{folder}/id_rsa.H_{CLIENT}", f"{folder}.pub/id_rsa.pub.H_{CLIENT}")
        ]
        self.assertEqual(modes, [0o600, 0o644])

    def test_inherited_mode(self) -> None:
        """1.3's `mode="inherit"` is the mode of the file that is made."""
        info = {f"Cfg{KEY}/info.xml": '<FileInfo><Info mode="inherit"/></FileInfo>'}
        core = key_core(self, more=info)
        self.assertEqual(bound(core, KEY).get("mode"), "0600")
        core.reload(None)
        self.assertEqual(bound(core, KEY).get("mode"), "0600")

    def test_types(self) -> None:
        """Keys of each type are pairs that OpenSSH takes, also with a passphrase."""
        for kind in ("rsa", "ecdsa", "ed25519"):
            core = key_core(self, f'<PrivateKey><Params type="{kind}"/></PrivateKey>')
            config = configuration(core)
            private = entry(config, "Path", KEY).text
            self.assertEqual(
                public_half(self, private), halves(entry(config, "Path", f"{KEY}.pub").text)
            )

    def test_passphrase(self) -> None:
        """A passphrase protects the private key on the client; the public one is there, too."""
        secret = encrypt(b"client's", "geheim").decode()
        for passphrase in ("<Passphrase>client's</Passphrase>",
                           f'<Passphrase encrypted="keys">{secret}</Passphrase>'):  # fmt: skip
            core = key_core(self, SMALL.replace("</", passphrase + "</", 1), **SECRETS)
            config = configuration(core)
            private = entry(config, "Path", KEY).text
            self.assertIn("ENCRYPTED", private or "")
            public = halves(entry(config, "Path", f"{KEY}.pub").text)
            self.assertEqual(public_half(self, private, "client's"), public)

    def test_passphrase_of_ed25519(self) -> None:
        """For a passphrase on a key of type ed25519 there is an extra, which the failure names."""
        privkey = '<PrivateKey><Params type="ed25519"/><Passphrase>x</Passphrase></PrivateKey>'
        core = key_core(self, privkey)
        if importlib.util.find_spec("bcrypt") is None:
            self.assertIn("install bcfg2tw[bcrypt]", failure(core, KEY))
        else:
            public = halves(bound(core, f"{KEY}.pub").text)
            self.assertEqual(public_half(self, bound(core, KEY).text, "x"), public)

    def test_passphrase_that_is_not_decrypted(self) -> None:
        """A passphrase that lax decryption leaves encrypted protects no key: none is made."""
        secret = encrypt(b"client's", "another").decode()
        privkey = (
            f'<PrivateKey lax_decryption="true"><Passphrase encrypted="keys">{secret}'
            "</Passphrase></PrivateKey>"
        )
        core = key_core(self, privkey, **SECRETS)
        self.assertIn("Failed to decrypt Passphrase element in REPO", failure(core, KEY))
        self.assertEqual(files_in(core, KEY), {})

    def test_impossible(self) -> None:
        """A key that cannot be made fails its path with the reason, and leaves no file."""
        core = key_core(self, '<PrivateKey><Params type="rsa" bits="12"/></PrivateKey>')
        self.assertEqual(
            failure(core, KEY),
            f"bind error: Cfg: Error creating data for {KEY}: Cfg: Failed to generate SSH key pair "
            f"at REPO/Cfg{KEY}/id_rsa for {CLIENT}: an RSA key has 1024 to 16384 bits, not 12",
        )
        self.assertEqual({**files_in(core, KEY), **files_in(core, f"{KEY}.pub")}, {})

    def test_conditions(self) -> None:
        """What the key is like may depend on the client."""
        privkey = (
            '<PrivateKey><Client name="nobody"><Params type="x"/></Client>'
            '<Group name="web"><Params type="ed25519"/></Group></PrivateKey>'
        )
        self.assertIn("ssh-ed25519", bound(key_core(self, privkey), f"{KEY}.pub").text or "")


class ForWhomTests(SynchronousTestCase):
    def test_group(self) -> None:
        """With a category the clients of one group share a key."""
        core = key_core(self, SMALL.replace(">", ' category="role" priority="7">', 1))
        first = entry(configuration(core), "Path", KEY).text
        self.assertEqual(entry(configuration(core, OTHER), "Path", KEY).text, first)
        self.assertEqual(list(files_in(core, KEY)), ["id_rsa.G07_web"])
        self.assertEqual(list(files_in(core, f"{KEY}.pub")), ["id_rsa.pub.G07_web"])

    def test_configured_category(self) -> None:
        """[sshkeys] category counts where the file has none, then [cfg] category."""
        choices: list[dict[str, Any]] = [
            {"sshkeys_category": "role", "cfg_category": "no"},
            {"cfg_category": "role"},
        ]
        for settings in choices:
            core = key_core(self, **settings)
            configuration(core)
            self.assertEqual(list(files_in(core, KEY)), ["id_rsa.G50_web"])

    def test_host(self) -> None:
        """perhost, and a client without a group in the category, give the host its own."""
        for attributes in ('category="role" perhost="TRUE"', 'category="none"', ""):
            core = key_core(self, SMALL.replace(">", f" {attributes}>", 1))
            configuration(core)
            configuration(core, OTHER)
            names = [f"id_rsa.H_{CLIENT}", f"id_rsa.H_{OTHER}"]
            self.assertEqual(list(files_in(core, KEY)), names)

    def test_bad_priority(self) -> None:
        """A priority that is no number fails the path; a group's key cannot be named with it."""
        core = key_core(self, SMALL.replace(">", ' category="role" priority="high">', 1))
        self.assertIn("the priority must be a whole number, not 'high'", failure(core, KEY))
        self.assertEqual(files_in(core, KEY), {})

    def test_names_that_are_no_file_names(self) -> None:
        """A group whose name no file can have gets no file anywhere else."""
        groups = METADATA["Metadata/groups.xml"].replace('"web"', '"../../web"')
        core = key_core(
            self, SMALL.replace(">", ' category="role">', 1), {"Metadata/groups.xml": groups}
        )
        self.assertIn("no file can be named for", failure(core, KEY))


class KeptEncryptedTests(SynchronousTestCase):
    def test_encrypted(self) -> None:
        """With a passphrase configured the private key is encrypted on disk, the public one not."""
        for option in ("sshkeys_passphrase", "cfg_passphrase"):
            settings: dict[str, Any] = {option: "keys", **SECRETS}
            core = key_core(self, **settings)
            private = bound(core, KEY).text or ""
            ((name, data),) = files_in(core, KEY).items()
            self.assertEqual(name, f"id_rsa.H_{CLIENT}.crypt")
            self.assertEqual(decrypt(data, "geheim").decode(), private)
            self.assertEqual(list(files_in(core, f"{KEY}.pub")), [f"id_rsa.pub.H_{CLIENT}"])
            core.reload(None)
            self.assertEqual(bound(core, KEY).text, private)

    def test_no_such_passphrase(self) -> None:
        """Without the configured passphrase nothing is made: a public key that is there stays."""
        public = f"Cfg{KEY}.pub/id_rsa.pub.H_{CLIENT}"
        core = key_core(self, more={public: "ssh-rsa AAAA"}, sshkeys_passphrase="none", **SECRETS)
        self.assertTrue(
            failure(core, KEY).endswith("CfgPrivateKeyCreator: No such passphrase: none")
        )
        self.assertEqual(files_in(core, KEY), {})
        self.assertEqual(bound(core, f"{KEY}.pub").text, "ssh-rsa AAAA")


class AtOnceTests(SynchronousTestCase):
    if shutil.which("ssh-keygen") is None:
        skip = "the program ssh-keygen is not installed"

    def test_many_ask(self) -> None:
        """However many ask for a key at the same time, there is one pair, and all get it."""
        core = key_core(self)
        configs = []

        def ask() -> None:
            configs.append(configuration(core))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        private = {entry(config, "Path", KEY).text for config in configs}
        public = {entry(config, "Path", f"{KEY}.pub").text for config in configs}
        self.assertEqual((len(configs), len(private), len(public)), (6, 1, 1))
        self.assertEqual(public_half(self, private.pop()), halves(public.pop()))

    def test_older_snapshot(self) -> None:
        """A core that has not read the repository again finds what another one has made."""
        core = key_core(self)
        second = NetworkCore(core.settings)
        self.addCleanup(second.shutdown)
        second.start()
        self.assertEqual(bound(core, KEY).text, bound(second, KEY).text)

    def test_private_key_is_gone(self) -> None:
        """When a private key is removed both halves are made anew, and belong together at once."""
        core = key_core(self)
        before = bound(core, f"{KEY}.pub").text
        core.reload(None)
        os.unlink(f"{core.settings.repository}/Cfg{KEY}/id_rsa.H_{CLIENT}")
        core.reload(None)
        config = configuration(core)
        public = entry(config, "Path", f"{KEY}.pub").text
        self.assertNotEqual(public, before)
        self.assertEqual(public_half(self, entry(config, "Path", KEY).text), halves(public))

    def test_folder_of_the_same_name(self) -> None:
        """A folder below that is called like the files is no file."""
        core = key_core(self, more={f"Cfg{KEY}/id_rsa/other/other": "x"})
        self.assertIn("PRIVATE KEY", bound(core, KEY).text or "")

    def test_not_writable(self) -> None:
        """A key that cannot be kept is not sent either."""
        core = key_core(self)
        folder = f"{core.settings.repository}/Cfg{KEY}"
        shutil.rmtree(folder)
        with open(folder, "w", encoding="ascii"):
            self.assertIn("Error creating data for", failure(core, KEY))
        self.assertIs(bound(core, KEY).text, None)
