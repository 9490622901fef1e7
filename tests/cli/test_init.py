"""`bcfg2tw init`: what the demonstration site consists of, and when it refuses to make one."""

from __future__ import annotations

import configparser
import ipaddress
import os
import re
import socket
import stat
from pathlib import Path

from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli import main
from bcfg2tw.reporting.database import open_reports
from bcfg2tw.reporting.web.site import ReportSite
from bcfg2tw.serving.weaknesses import weaknesses
from bcfg2tw.settings import Settings
from tests.reporting.web.sites import get, text, value


class InitTests(SynchronousTestCase):
    """The site that `bcfg2tw init DIR` makes."""

    def setUp(self) -> None:
        self.site = Path(self.mktemp()).absolute()

    def init(self, *options: str) -> Result:
        return CliRunner().invoke(main, ["init", str(self.site), *options])

    def read(self, name: str) -> bytes:
        return (self.site / name).read_bytes()

    def test_next_steps(self) -> None:
        """The command ends with how to serve the site and how to call it."""
        result = self.init()
        self.assertEqual(result.exit_code, 0, result.output)
        conf = f"{self.site}/bcfg2.conf"
        self.assertIn(f"twistd -n bcfg2-core --config {conf}\n", result.output)
        self.assertIn(f"bcfg2tw call -C {conf} GetProbes\n", result.output)

    def test_configuration(self) -> None:
        """bcfg2.conf names files that exist and has a password of its own for each site."""
        self.init("--port", "7001")
        conf = configparser.RawConfigParser()
        conf.read(self.site / "bcfg2.conf")
        self.assertEqual(conf["components"]["bcfg2"], "https://localhost:7001")
        for key in ("certificate", "key", "ca"):
            self.assertTrue(Path(conf["communication"][key]).is_file(), key)
        self.assertTrue(Path(conf["server"]["repository"], "Metadata/clients.xml").is_file())
        first = conf["communication"]["password"]
        self.site = Path(self.mktemp()).absolute()
        self.init()
        conf.read(self.site / "bcfg2.conf")
        self.assertNotEqual(conf["communication"]["password"], first)
        self.assertGreater(len(first), 20)

    def test_safe_settings(self) -> None:
        """The password opens one address, clients have certificates, one group is believed."""
        self.init()
        settings = Settings.from_file(str(self.site / "bcfg2.conf"))
        self.assertTrue(settings.strict_address)
        self.assertEqual(weaknesses(settings), [])
        (groups,) = settings.probes_allowed_groups
        self.assertTrue(re.match(groups, "kernel-linux"))
        self.assertFalse(re.match(groups, "web-server"))
        clients = etree.fromstring(self.read("repository/Metadata/clients.xml"))
        for client in clients.iterfind("Client[@floating]"):
            self.assertEqual(client.get("auth"), "cert")
            pem = self.read(f"ssl/{client.get('name')}.pem")
            certificate = x509.load_pem_x509_certificate(pem)
            authority = x509.load_pem_x509_certificate(self.read("ssl/ca.crt"))
            certificate.verify_directly_issued_by(authority)
            self.assertEqual(certificate.subject.rfc4514_string(), f"CN={client.get('name')}")
            serialization.load_pem_private_key(pem, None)

    def test_permissions(self) -> None:
        """Nobody but the owner can look into the site, whatever the umask."""
        self.addCleanup(os.umask, os.umask(0o000))
        self.init()
        for path in (self.site, *self.site.rglob("*")):
            if not path.is_dir():
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        for path in (self.site, self.site / "ssl"):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o700, path)

    def test_certificate_names(self) -> None:
        """The server's certificate is good for this machine and for the names that were asked."""
        self.init("--name", "bcfg2.example.com", "--name", "192.0.2.7")
        certificate = x509.load_pem_x509_certificate(self.read("ssl/server.crt"))
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        self.assertEqual(
            set(names.get_values_for_type(x509.DNSName)),
            {"localhost", socket.gethostname(), "bcfg2.example.com"},
        )
        self.assertEqual(
            set(names.get_values_for_type(x509.IPAddress)),
            {ipaddress.ip_address(text) for text in ("127.0.0.1", "::1", "192.0.2.7")},
        )
        (common_name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        self.assertEqual(common_name.value, "localhost")

    def test_certificate_chain(self) -> None:
        """The server's certificate is signed by the site's own authority."""
        self.init()
        authority = x509.load_pem_x509_certificate(self.read("ssl/ca.crt"))
        x509.load_pem_x509_certificate(self.read("ssl/server.crt")).verify_directly_issued_by(
            authority
        )

    def test_repository(self) -> None:
        """Each XML file of the repository is well-formed and no placeholder is left anywhere."""
        self.init()
        for path in (self.site / "repository").rglob("*.xml"):
            etree.parse(str(path))
        for path in filter(Path.is_file, self.site.rglob("*")):
            self.assertNotRegex(str(path) + path.read_text(encoding="utf-8"), "@[A-Z]+@")

    def test_own_machine_is_safe(self) -> None:
        """What the client of this machine would change lies below the site's folder `client`."""
        self.init()
        for bundle in ("motd", "time"):
            for entry in etree.fromstring(self.read(f"repository/Bundler/{bundle}.xml")).iter(
                "Path"
            ):
                self.assertTrue(str(entry.get("name")).startswith(f"{self.site}/client"))

    def test_folder_in_use(self) -> None:
        """A folder that holds something is left alone."""
        self.site.mkdir()
        (self.site / "note").write_text("mine")
        result = self.init()
        self.assertEqual(result.exit_code, 1)
        self.assertEqual(
            result.output,
            f"Error: {self.site}: exists and is not an empty folder; choose another or remove it\n",
        )
        self.assertEqual(os.listdir(self.site), ["note"])

    def test_empty_folder(self) -> None:
        """An empty folder becomes the site."""
        self.site.mkdir()
        self.assertEqual(self.init().exit_code, 0)
        self.assertTrue((self.site / "bcfg2.conf").is_file())

    def test_unusable_path(self) -> None:
        """A path that bcfg2.conf could not hold is refused, and nothing is made."""
        self.site = self.site.with_name("a ;b")
        result = self.init()
        self.assertEqual(result.exit_code, 1)
        self.assertIn("the path of a site may hold letters, digits and", result.output)
        self.assertFalse(self.site.exists())

    def test_folder_cannot_be_made(self) -> None:
        """A folder below a file is one line with the path and the reason."""
        self.site.write_text("a file")
        self.site = self.site / "below"
        result = self.init()
        self.assertEqual(result.exit_code, 1)
        self.assertRegex(result.output, r"\AError: .*(Not a directory|File exists)\n\Z")


class ReportsTests(SynchronousTestCase):
    """What the site shows of reports."""

    def setUp(self) -> None:
        self.site = Path(self.mktemp()).absolute()

    def init(self, *options: str) -> Result:
        return CliRunner().invoke(main, ["init", str(self.site), *options])

    def settings(self) -> Settings:
        """Return the settings of the site."""
        return Settings.from_file(str(self.site / "bcfg2.conf"))

    def test_pages(self) -> None:
        """Reports are kept, and shown to this machine alone, at the address that is printed."""
        result = self.init("--web-port", "7003")
        self.assertIn("    http://127.0.0.1:7003/\n", result.output)
        settings = self.settings()
        self.assertIn("Reporting", settings.plugins)
        self.assertEqual(settings.web_listen, (("127.0.0.1", 7003),))

    def test_no_pages(self) -> None:
        """Without a port for them there are none."""
        result = self.init("--web-port", "0")
        self.assertNotIn("http://", result.output)
        self.assertEqual(self.settings().web_listen, ())
        self.assertNotIn("Reporting", self.settings().plugins)
        self.site = Path(self.mktemp()).absolute()
        refused = self.init("--web-port", "0", "--with-history")
        self.assertEqual(refused.exit_code, 1)
        self.assertFalse(self.site.exists())

    def test_history(self) -> None:
        """With invented reports every class of hosts that there can be has something to show."""
        self.assertEqual(self.init("--with-history").exit_code, 0)
        database = open_reports(self.settings())
        self.addCleanup(database.close)
        site = ReportSite(self.settings(), database)
        shown = value(get(site, "/clients.json"))
        self.assertEqual(
            {row["host"]: row["class"] for row in shown},
            {
                "web1.example.com": "dirty",
                "web2.example.com": "failed",
                "db1.example.com": "silent",
            },
        )
        page = text(get(site, "/clients/web1.example.com"))
        self.assertIn("MaxRequestWorkers", page)
        self.assertEqual(len(shown), 3)
        for path in filter(Path.is_file, self.site.rglob("*")):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o007, 0, path)
