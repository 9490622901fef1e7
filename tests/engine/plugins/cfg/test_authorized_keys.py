"""authorizedkeys.xml: who may log in."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, Contents, a_core, bundle_of, configuration, entry
from tests.engine.plugins.cfg.created.test_private_key import KEY, METADATA, OTHER, halves, key_core
from tests.engine.plugins.cfg.test_choice import bound, failure

PATH = "/home/app/.ssh/authorized_keys"
PUB = "/home/app/.ssh/id.pub"


def authorized_core(
    case: SynchronousTestCase, content: str, more: Contents | None = None, **settings: Any
) -> NetworkCore:
    """Return a core with an authorizedkeys.xml, and a public key for each of two clients."""
    contents = {
        **METADATA,
        "Bundler/b.xml": bundle_of(PATH),
        f"Cfg{PATH}/authorizedkeys.xml": f"<AuthorizedKeys>{content}</AuthorizedKeys>",
        f"Cfg{PUB}/id.pub.H_{CLIENT}": "ssh-rsa own\n",
        f"Cfg{PUB}/id.pub.H_{OTHER}": "ssh-rsa other\n",
        f"Cfg{PUB}/id.pub.G10_web": "ssh-rsa web\n",
    }
    return a_core(case, {**contents, **(more or {})}, **settings)


def lines(core: NetworkCore) -> list[str]:
    """Return what the client gets, line by line."""
    return (bound(core, PATH).text or "").split("\n")


class AuthorizedKeysTests(SynchronousTestCase):
    def test_sources(self) -> None:
        """Keys are the client's own, another host's, a group's, or written out; in order."""
        core = authorized_core(
            self,
            f'<Allow from="{PUB}" host="{OTHER}"/><Allow>\n  ssh-rsa text  \n</Allow>'
            f'<Allow from="{PUB}" group="web"/><Allow from="{PUB}"/>',
        )
        self.assertEqual(
            lines(core), ["ssh-rsa other", "ssh-rsa text", "ssh-rsa web", "ssh-rsa own"]
        )

    def test_options(self) -> None:
        """Options stand before the key as they are written, joined by commas."""
        core = authorized_core(
            self,
            f'<Allow from="{PUB}"><Option name="command" value="&quot;ls -l&quot;"/>'
            '<Group name="web"><Option name="no-pty"/></Group><Group name="no"><Option name="x"/>'
            '</Group><Option value="nameless"/></Allow>',
        )
        self.assertEqual(lines(core), ['command="ls -l",no-pty ssh-rsa own'])

    def test_conditions(self) -> None:
        """Only what applies to the client counts, and it stays in its place."""
        core = authorized_core(
            self,
            f'<Client name="{CLIENT}"><Allow>first</Allow></Client><Allow>second</Allow>'
            '<Group name="no"><Allow>never</Allow></Group>',
        )
        self.assertEqual(lines(core), ["first", "second"])
        second = entry(configuration(core, OTHER), "Path", PATH)
        self.assertEqual(second.text, "second")

    def test_unknown_elements(self) -> None:
        """What stands in an element that means nothing lets nobody in, as with Bcfg2."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = authorized_core(
                self,
                "<Allow>in</Allow>\n<Disabled><Allow>out</Allow></Disabled>"
                '<Allow>key<Allow>inner<Option name="no-pty"/></Allow></Allow>',
            )
        self.assertEqual(lines(core), ["in", "key"])
        self.assertIn(":2: <Disabled> means nothing in <AuthorizedKeys>", "\n".join(logs.output))

    def test_included(self) -> None:
        """Keys of a file that is included count where that stands."""
        core = authorized_core(
            self,
            "",
            {
                f"Cfg{PATH}/authorizedkeys.xml": "<AuthorizedKeys "
                'xmlns:xi="http://www.w3.org/2001/XInclude"><Allow>first</Allow>'
                '<xi:include href="../../../../common/keys.xml"/></AuthorizedKeys>',
                "Cfg/common/keys.xml": "<AuthorizedKeys><Allow>second</Allow></AuthorizedKeys>",
            },
        )
        self.assertEqual(lines(core), ["first", "second"])

    def test_template(self) -> None:
        """The file may be a template."""
        core = authorized_core(
            self,
            "",
            {
                f"Cfg{PATH}/authorizedkeys.xml": "<AuthorizedKeys "
                'xmlns:py="http://genshi.edgewall.org/"><Allow>${metadata.hostname}</Allow>'
                "</AuthorizedKeys>"
            },
        )
        self.assertEqual(lines(core), [CLIENT])

    def test_left_out(self) -> None:
        """A key that cannot be had is left out and logged; the others are there."""
        with self.assertLogs("bcfg2-server", "INFO") as logged:
            core = authorized_core(
                self,
                '<Allow/><Allow from="/no/such/path"/><Allow from="/empty.pub"/>'
                f'<Allow from="{PUB}" host="nobody"/><Allow>good</Allow>',
                {"Cfg/empty.pub/empty.pub": " \n"},
            )
            self.assertEqual(lines(core), ["good"])
        log = "\n".join(logged.output)
        self.assertIn(f"an Allow for {CLIENT} has neither text nor `from`", log)
        self.assertIn("the key in /no/such/path cannot be used: No matching generator", log)
        self.assertIn(f"/empty.pub is empty for {CLIENT}", log)
        self.assertIn(f"the key in {PUB} cannot be used: ", log)

    def test_nobody(self) -> None:
        """Where no key is left the file is empty, which is no failure."""
        path = bound(authorized_core(self, '<Allow from="/none"/>'), PATH)
        self.assertEqual((path.get("empty"), path.text, path.get("failure")), ("true", None, None))

    def test_category(self) -> None:
        """A category in which the client has no group gives no key; an Allow may have its own."""
        core = authorized_core(
            self,
            f'<Allow from="{PUB}"/><Allow from="{PUB}" category="role"/>',
            sshkeys_category="none",
        )
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            self.assertEqual(lines(core), ["ssh-rsa own"])
        self.assertIn(f"{CLIENT} has no group in category none", logged.output[0])

    def test_other_name(self) -> None:
        """authorized_keys.xml is the same file by another name."""
        core = authorized_core(
            self, "", {f"Cfg{PATH}2/authorized_keys.xml": "<AuthorizedKeys><Allow>k</Allow>"
                       "</AuthorizedKeys>", "Bundler/b.xml": bundle_of(f"{PATH}2")},
        )  # fmt: skip
        self.assertEqual(bound(core, f"{PATH}2").text, "k")

    def test_created_key(self) -> None:
        """A key that is made for it is the one that its own path has, in the same configuration."""
        core = key_core(
            self,
            more={
                "Bundler/b.xml": bundle_of(PATH, KEY, f"{KEY}.pub"),
                f"Cfg{PATH}/authorizedkeys.xml": f'<AuthorizedKeys><Allow from="{KEY}.pub"/>'
                f'<Allow from="{KEY}.pub" host="{OTHER}"/></AuthorizedKeys>',
            },
        )
        config = configuration(core)
        own, other = (entry(config, "Path", PATH).text or "").split("\n")
        self.assertEqual(halves(own), halves(entry(config, "Path", f"{KEY}.pub").text))
        others = entry(configuration(core, OTHER), "Path", f"{KEY}.pub").text
        self.assertEqual(halves(other), halves(others))

    def test_from_itself(self) -> None:
        """A file that holds itself ends: the inner one is without it."""
        core = authorized_core(self, f'<Allow from="{PATH}"/><Allow>k</Allow>')
        with self.assertLogs("bcfg2-server", "INFO") as logged:
            self.assertEqual(lines(core), ["k", "k"])
        self.assertIn(f"{PATH} is made from itself", "\n".join(logged.output))

    def test_unreadable(self) -> None:
        """A file that cannot be read fails its path with the reason."""
        core = authorized_core(self, "<Allow>")
        self.assertIn(f"Failed to read REPO/Cfg{PATH}/authorizedkeys.xml: ", failure(core, PATH))
