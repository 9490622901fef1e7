"""pubkey.xml: public keys that are made, or derived, when they are asked for."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.effects import PLACEHOLDER
from bcfg2tw.engine.ssh_keys import make_pair
from tests.builders import CLIENT, a_core, bundle_of, change, configuration, entry
from tests.engine.plugins.cfg.created.test_private_key import KEY, files_in, halves, key_core
from tests.engine.plugins.cfg.test_choice import bound, cfg_core, failure

PUB = f"{KEY}.pub"


class PublicKeyTests(SynchronousTestCase):
    def test_asked_first(self) -> None:
        """A client that asks for the public key alone has the pair made."""
        core = key_core(self, more={"Bundler/b.xml": bundle_of(PUB)})
        public = bound(core, PUB).text
        self.assertEqual(list(files_in(core, KEY)), [f"id_rsa.H_{CLIENT}"])
        self.assertEqual(files_in(core, PUB)[f"id_rsa.pub.H_{CLIENT}"].decode(), public)

    def test_derived(self) -> None:
        """The public key of a private key that was put there is derived once, and kept."""
        pair = make_pair("ed25519")
        core = key_core(self, more={f"Cfg{KEY}/id_rsa": pair.private})
        public = bound(core, PUB).text or ""
        self.assertEqual(halves(public), pair.public)
        self.assertEqual(list(files_in(core, PUB)), [f"id_rsa.pub.H_{CLIENT}"])
        self.assertEqual(bound(core, PUB).text, public)
        core.reload(None)
        self.assertEqual(bound(core, PUB).text, public)

    def test_empty(self) -> None:
        """An empty file of the server's own is written anew, one that was put there fails."""
        pair = make_pair("ed25519")
        own = f"Cfg{PUB}/id_rsa.pub.H_{CLIENT}"
        core = key_core(self, more={f"Cfg{KEY}/id_rsa": pair.private, own: ""})
        public = bound(core, PUB).text or ""
        self.assertEqual(halves(public), pair.public)
        self.assertEqual(bound(core, PUB).text, public)
        os.unlink(f"{core.settings.repository}/{own}")
        change(core, {f"Cfg{PUB}/id_rsa.pub": "\n"})
        self.assertEqual(
            failure(core, PUB),
            f"bind error: REPO/Cfg{PUB}/id_rsa.pub is empty: put the public key back, or remove "
            "the file to have one made",
        )
        os.unlink(f"{core.settings.repository}/Cfg{PUB}/pubkey.xml")
        core.reload(None)
        self.assertIn("add a pubkey.xml to have it made", failure(core, PUB))

    def test_look(self) -> None:
        """A build that only looks derives no public key, and notes that it would be made."""
        core = key_core(self, more={f"Cfg{KEY}/id_rsa": make_pair("ed25519").private})
        looked_at = core.look(CLIENT)
        self.assertEqual(entry(looked_at.document, "Path", PUB).text, PLACEHOLDER)
        self.assertEqual(files_in(core, PUB), {})
        self.assertIn(
            f"{PUB} would be made for {CLIENT}",
            [note.partition(", as ")[0] for note in looked_at.notes],
        )

    def test_derived_from_one_with_a_passphrase(self) -> None:
        """With the passphrase of privkey.xml a protected key's public half is derived as well."""
        pair = make_pair("rsa", "1024", "client's")
        privkey = "<PrivateKey><Passphrase>client's</Passphrase></PrivateKey>"
        core = key_core(self, privkey, {f"Cfg{KEY}/id_rsa": pair.private})
        self.assertEqual(halves(bound(core, PUB).text), pair.public)

    def test_no_private_key(self) -> None:
        """A private key that cannot be read fails the path, and nothing of it is told."""
        core = key_core(self, more={f"Cfg{KEY}/id_rsa": "secret nonsense"})
        self.assertEqual(
            failure(core, PUB),
            f"bind error: Cfg: Error creating data for {PUB}: Cfg: Failed to extract public key "
            f"from {KEY}: it is no private key, or the passphrase does not fit",
        )

    def test_name(self) -> None:
        """A path that does not end in .pub has no private key."""
        core = cfg_core(self, {"etc/key/pubkey.xml": "<PublicKey/>"})
        self.assertEqual(
            failure(core, "/etc/key"),
            "bind error: Cfg: Error creating data for /etc/key: Cfg: Could not determine private "
            "key for /etc/key: Filename does not end in .pub",
        )

    def test_nothing_to_derive_from(self) -> None:
        """Without a private key the path fails, with the reason of that path."""
        core = cfg_core(self, {"etc/key.pub/pubkey.xml": "<PublicKey/>"})
        reason = failure(core, "/etc/key.pub").partition("/etc/key.pub: ")[2]
        self.assertEqual(
            reason,
            "Cfg: Could not bind /etc/key (private key for REPO/Cfg/etc/key.pub/pubkey.xml): "
            "No matching generator: Path:/etc/key",
        )

    def test_private_key_from_elsewhere(self) -> None:
        """The private key has to be Cfg's, with a privkey.xml that says for whom it is."""
        core = cfg_core(self, {"etc/key.pub/pubkey.xml": "<PublicKey/>", "etc/key/key": "x"})
        self.assertIn(
            "Cfg: No privkey.xml defined for /etc/key (private key for REPO/Cfg/etc/key.pub/",
            failure(core, "/etc/key.pub"),
        )
        rules = '<Rules priority="1"><Path name="/etc/key" type="file">x</Path></Rules>'
        elsewhere = a_core(
            self,
            {
                "Bundler/b.xml": bundle_of("/etc/key.pub"),
                "Cfg/etc/key.pub/pubkey.xml": "<PublicKey/>",
                "Rules/r.xml": rules,
            },
        )
        self.assertIn("Cfg: No private key defined for REPO", failure(elsewhere, "/etc/key.pub"))

    def test_group(self) -> None:
        """The public key of a group's pair is the group's, too."""
        core = key_core(self, '<PrivateKey category="role"><Params bits="1024"/></PrivateKey>')
        self.assertTrue(entry(configuration(core), "Path", PUB).text)
        self.assertEqual(list(files_in(core, PUB)), ["id_rsa.pub.G50_web"])
