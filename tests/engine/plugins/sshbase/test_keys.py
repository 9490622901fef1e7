"""Host keys that are in the folder."""

from __future__ import annotations

from bcfg2tw.engine.encryption import encrypt
from tests.builders import CLIENT, a_core, change
from tests.engine.plugins.sshbase.case import (
    ECDSA,
    FOLDER,
    RSA,
    SSHTestCase,
    bundle,
)


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

    def test_empty(self) -> None:
        """A private key that is empty is nobody's; of one that was there the last state counts."""
        other = {f"SSHbase/{ECDSA}": "good", f"SSHbase/{ECDSA}.pub": "ecdsa A"}
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = a_core(self, {**bundle(RSA, ECDSA), f"SSHbase/{RSA}.H_{CLIENT}": "", **other})
            self.assertIn("_key.H_", self.path(core, RSA).get("failure"))
            self.assertIn("it is empty: put the key back", self.path(core, RSA).get("failure"))
            change(core, {f"SSHbase/{ECDSA}": "\n"})
        self.assertEqual(self.path(core, ECDSA).text, "good")

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
        self.assertRegex(failed.get("failure"), "^bind error: Failed to (decrypt|decode) /.*_key.*")
        self.assertIsNone(failed.text)

    def test_unknown_file(self) -> None:
        """A file whose name says nothing known is named in the log, once."""
        with self.assertLogs("SSHbase", "ERROR") as logs:
            core = a_core(self, {**bundle(RSA), f"SSHbase/{RSA}": "k", "SSHbase/id_rsa": "x"})
            change(core, {"SSHbase/x.static": "y"})
        self.assertEqual(len(logs.output), 1)
        self.assertIn("SSHbase/id_rsa; ignoring", logs.output[0])
