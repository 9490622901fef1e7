"""Base, TGenshi, TCheetah and SSLCA: repositories of Bcfg2 1.3, served as they are."""

from __future__ import annotations

import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, Contents, a_core, bundle_of, change, configuration
from tests.engine.plugins.cfg.created.test_ssl_certificate import (
    AuthorityTestCase,
    certificate_of,
    names_in,
)
from tests.engine.plugins.cfg.test_choice import bound, failure

PATH = "/etc/app.conf"
INFO = '<FileInfo><Info owner="app" mode="0640"/></FileInfo>'


def with_path(files: Contents, path: str = PATH) -> dict[str, str | bytes]:
    """Return a repository's contents with a path and more files."""
    return {"Bundler/b.xml": bundle_of(path), **files}


class BaseTests(SynchronousTestCase):
    def test_one_structure(self) -> None:
        """What applies to the client in any file is one independent structure."""
        core = a_core(
            self,
            {
                "Base/a.xml": '<Base><BoundPackage name="a"/><Group name="all">'
                '<BoundPackage name="b"/></Group><Group name="x"><BoundPackage name="x"/></Group>'
                "</Base>",
                "Base/sub/c.xml": '<Base><BoundPackage name="c"/></Base>',
            },
        )
        (structure,) = configuration(core)
        self.assertEqual((structure.tag, structure.get("version")), ("Independent", "2.0"))
        self.assertEqual([one.get("name") for one in structure], ["a", "b", "c"])

    def test_migration(self) -> None:
        """The log says once how to do without the plugin."""
        with self.assertLogs("Base", "WARNING") as logs:
            core = a_core(self, {"Base/a.xml": "<Base/>"})
            change(core, {"Base/b.xml": "<Base/>"})
        self.assertEqual(len(logs.output), 1)
        self.assertIn('with <Bundle independent="true"> as their root', logs.output[0])


class TGenshiTests(SynchronousTestCase):
    def text(self, files: Contents) -> Any:
        """Return what a client gets of the path."""
        return bound(a_core(self, with_path(files)), PATH).text

    def test_new_text(self) -> None:
        """template.newtxt is a template in the new text syntax, with the variables of 1.3."""
        folder = f"TGenshi{PATH}"
        core = a_core(
            self,
            with_path(
                {
                    f"{folder}/template.newtxt": "{% if True %}\\\n$name ${metadata.hostname} "
                    "${path[-15:]}\n{% end %}",
                    f"{folder}/info.xml": INFO,
                }
            ),
        )
        path = bound(core, PATH)
        self.assertEqual(path.text, f"{PATH} {CLIENT} template.newtxt\n")
        self.assertEqual((path.get("owner"), path.get("mode")), ("app", "0640"))

    def test_old_text(self) -> None:
        """template.txt is a template whose directives are lines."""
        template = (
            "#if metadata.hostname\nhello ${metadata.hostname}\n#end\n## not this\nbye $name\n"
        )
        self.assertEqual(
            self.text({f"TGenshi{PATH}/template.txt": template}), f"hello {CLIENT}\nbye {PATH}\n"
        )

    def test_xml(self) -> None:
        """template.xml is a template for an XML file."""
        template = (
            '<a xmlns:py="http://genshi.edgewall.org/"><!-- kept? -->\n'
            '<b py:for="n in (1, 2)" c="$n"/></a>'
        )
        self.assertEqual(
            self.text({f"TGenshi{PATH}/template.xml": template}),
            '<a>\n<b c="1"/><b c="2"/></a>',
        )

    def test_specificity(self) -> None:
        """For whom a template is stands at the end of its name."""
        files = {
            f"TGenshi{PATH}/template.newtxt": "all",
            f"TGenshi{PATH}/template.newtxt.G10_all": "group",
            f"TGenshi{PATH}/template.newtxt.H_other": "other",
        }
        self.assertEqual(self.text(files), "group")
        self.assertEqual(
            self.text({**files, f"TGenshi{PATH}/template.newtxt.H_{CLIENT}": "own"}), "own"
        )

    def test_failure(self) -> None:
        """A template that fails is the entry's failure, and in the log with file and line."""
        core = a_core(self, with_path({f"TGenshi{PATH}/template.txt": "one\n${nothing}\n"}))
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            said = failure(core, PATH)
        self.assertIn(f"bind error: TGenshi: Error rendering {PATH}: UndefinedError", said)
        self.assertIn(f"TGenshi{PATH}/template.txt:2: UndefinedError", logs.output[0])

    def test_unknown_file(self) -> None:
        """Other files are named in the log."""
        with self.assertLogs("TGenshi", "ERROR") as logs:
            a_core(self, with_path({f"TGenshi{PATH}/app.conf": "x"}))
        self.assertIn(f"TGenshi{PATH}/app.conf; ignoring", logs.output[0])

    def test_migration(self) -> None:
        """The log says once how to migrate each kind of template."""
        with self.assertLogs("TGenshi", "WARNING") as logs:
            core = a_core(self, with_path({f"TGenshi{PATH}/template.newtxt": "x"}))
            change(core, {f"TGenshi{PATH}/template.newtxt": "y"})
        (line,) = logs.output
        for kind in ("template.newtxt to Cfg/PATH/BASE.genshi", "template.txt", "template.xml"):
            self.assertIn(kind, line)

    def test_no_folder(self) -> None:
        """A plugin without its folder makes none."""
        core = a_core(self, {}, plugins=("Bundler", "Metadata", "TGenshi"))
        self.assertFalse(os.path.exists(os.path.join(core.settings.repository, "TGenshi")))


class TCheetahTests(SynchronousTestCase):
    def test_template(self) -> None:
        """`template` is a Cheetah template, with the variables of 1.3."""
        folder = f"TCheetah{PATH}"
        core = a_core(
            self,
            with_path(
                {
                    f"{folder}/template": "all",
                    f"{folder}/template.G10_all": "$self.metadata.hostname $self.path "
                    "$self.source_path[-16:]\n",
                    f"{folder}/info.xml": INFO,
                }
            ),
        )
        path = bound(core, PATH)
        self.assertEqual(path.text, f"{CLIENT} {PATH} template.G10_all\n")
        self.assertEqual(path.get("owner"), "app")

    def test_migration(self) -> None:
        """The log says how to migrate."""
        with self.assertLogs("TCheetah", "WARNING") as logs:
            a_core(self, with_path({f"TCheetah{PATH}/template": "x"}))
        self.assertIn("Cfg/PATH/BASE.cheetah", logs.output[0])


KEY, CERT = "/etc/tls/www.key", "/etc/tls/www.pem"
KEY_XML = '<KeyInfo><Key bits="1024"/></KeyInfo>'
CERT_XML = (
    f'<CertInfo><subjectAltName>alt.test</subjectAltName><Cert key="{KEY}" o="Us"/></CertInfo>'
)


class SSLCATests(AuthorityTestCase):
    def core(
        self, files: Contents | None = None, chain: bool = True, plugin: str = "SSLCA"
    ) -> NetworkCore:
        """Return a core with a key and a certificate, without Cfg."""
        section = {"config": self.config, "root_ca": "true"}
        if chain:
            section["chaincert"] = self.chain
        contents = {
            "Bundler/b.xml": bundle_of(KEY, CERT),
            f"{plugin}{KEY}/key.xml": KEY_XML,
            f"SSLCA{CERT}/cert.xml": CERT_XML,
            f"SSLCA{CERT}/info.xml": INFO,
            **(files or {}),
        }
        return a_core(self, contents, file={"sslca_default": section}, lenient_plugins=True)

    def names(self, core: NetworkCore, path: str) -> list[str]:
        """Return the names of the files for a path."""
        return sorted(os.listdir(f"{core.settings.repository}/SSLCA{path}"))

    def test_made(self) -> None:
        """Key and certificate are made for the host and kept; OpenSSL takes them."""
        core = self.core()
        path = bound(core, CERT)
        certificate = certificate_of(path.text)
        self.assertEqual(names_in(certificate), ["alt.test", CLIENT])
        self.assertIn("O=Us", certificate.subject.rfc4514_string())
        self.assertEqual((path.get("owner"), path.get("mode")), ("app", "0640"))
        self.assertEqual(self.names(core, CERT), ["cert.xml", "info.xml", f"www.pem.H_{CLIENT}"])
        stored = f"{core.settings.repository}/SSLCA{CERT}/www.pem.H_{CLIENT}"
        self.assertIn(": OK", self.openssl("verify", "-CAfile", self.chain, stored))
        core.reload(None)
        self.assertEqual(bound(core, CERT).text, path.text)
        self.assertEqual(self.signed(), 1)

    def test_renewed(self) -> None:
        """A certificate that fails its checks is made anew, also one put there by hand."""
        other = self.core()
        text = bound(other, CERT).text or ""
        core = self.core({f"SSLCA{CERT}/www.pem": text})
        fresh = bound(core, CERT).text
        self.assertNotEqual(fresh, text)
        self.assertIn(f"www.pem.H_{CLIENT}", self.names(core, CERT))
        self.assertEqual(bound(core, CERT).text, fresh)

    def test_no_chain(self) -> None:
        """Without a chain of the authority nothing is checked."""
        text = bound(self.core(), CERT).text or ""
        core = self.core({f"SSLCA{CERT}/www.pem": text}, chain=False)
        self.assertEqual(bound(core, CERT).text, text)

    def test_key_elsewhere(self) -> None:
        """The key may be any path of the client, such as a file of Cfg."""
        key = bound(self.core(), KEY).text or ""
        core = self.core(
            {f"Cfg{KEY}/www.key": key, "Bundler/b.xml": bundle_of(CERT)}, plugin="unused"
        )
        self.assertIsNotNone(certificate_of(bound(core, CERT).text))

    def test_append_chain(self) -> None:
        """The chain is appended for the exact text `true` only."""
        for value, count in (("true", 2), ("True", 1), ("1", 1)):
            cert = CERT_XML.replace("<Cert ", f'<Cert append_chain="{value}" ')
            text = bound(self.core({f"SSLCA{CERT}/cert.xml": cert}), CERT).text or ""
            self.assertEqual(text.count("BEGIN CERTIFICATE"), count, value)

    def test_nothing_applies(self) -> None:
        """Without a `Key` or `Cert` for the client the entry fails with just that."""
        core = self.core(
            {
                f"SSLCA{KEY}/key.xml": '<KeyInfo><Group name="x"><Key/></Group></KeyInfo>',
                f"SSLCA{CERT}/cert.xml": "<CertInfo/>",
            }
        )
        for path, tag, name in ((KEY, "Key", "key.xml"), (CERT, "Cert", "cert.xml")):
            self.assertEqual(
                failure(core, path),
                f"bind error: No matching {tag} entry found for {CLIENT} in "
                f"REPO/SSLCA{path}/{name}",
            )

    def test_several_apply(self) -> None:
        """Of several the first is used, with a warning."""
        core = self.core(
            {f"SSLCA{KEY}/key.xml": '<KeyInfo><Key bits="1024"/><Key bits="2048"/></KeyInfo>'}
        )
        with self.assertLogs("SSLCA", "WARNING") as logs:
            bound(core, KEY)
        self.assertIn("More than one Key in", logs.output[0])

    def test_migration(self) -> None:
        """The log says how to migrate."""
        with self.assertLogs("SSLCA", "WARNING") as logs:
            self.core()
        self.assertIn("rename key.xml to sslkey.xml", logs.output[0])
