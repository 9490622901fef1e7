"""`bcfg2tw migrate`: what stands in the way of a move is found, and a clean site has nothing."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.init.command import make_site
from tests.cli.migrate.planted import (
    CONFIG,
    FILES,
    IN_CONFIG,
    IN_FILES,
    IN_MACHINE,
    IN_MODULES,
    MACHINE,
    MODULES,
)
from tests.cli.test_db import TABLES
from tests.commands import Ended, run
from tests.reporting.cases import DATABASES

#: A user that is neither root nor who runs the tests.
USER = "nobody"


def write(folder: Path, contents: Mapping[str, str]) -> None:
    """Write files that all may read."""
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def open_all(folder: Path) -> None:
    """Let all users read and write what is in a folder."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)


def a_weak_certificate(folder: Path) -> tuple[Path, Path]:
    """Return the paths of a certificate with a key of 1024 bits, and of the key."""
    key = rsa.generate_private_key(65537, 1024)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=999))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    paths = folder / "weak.crt", folder / "weak.key"
    paths[0].write_bytes(certificate.public_bytes(pem))
    paths[1].write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return paths


class OldSiteTests(SynchronousTestCase):
    """A site with all kinds of things that stand in the way."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.repository = self.folder / "repository"
        self.modules = self.folder / "modules"
        self.machine = self.folder / "machine"
        write(self.repository, FILES)
        write(self.repository, {"Properties/secret.xml": "<Properties/>", ".svn/entries": "12\n"})
        write(self.modules, MODULES)
        write(self.machine, MACHINE)
        open_all(self.folder)
        (self.repository / "Properties/secret.xml").chmod(0o600)
        (self.repository / "Metadata").chmod(0o755)
        certificate, key = a_weak_certificate(self.folder)
        self.weak = certificate
        self.config = self.folder / "bcfg2.conf"
        self.config.write_text(
            CONFIG.format(repository=self.repository, certificate=certificate, key=key)
        )

    def migrate(self, *words: str) -> Ended:
        """Run the command."""
        return run(
            "migrate", "-C", str(self.config), "--user", USER, "--python-path", str(self.modules),
            "--root", str(self.machine), *words,
        )  # fmt: skip

    def findings(self, *words: str) -> list[dict[str, Any]]:
        """Return the findings, with paths relative to the site's folder."""
        findings: list[dict[str, Any]] = json.loads(self.migrate("--format", "json", *words).output)
        for finding in findings:
            finding["file"] = os.path.relpath(finding["file"], self.folder)
        return findings

    def test_finds_all(self) -> None:
        """Each of many things is found, with its file and line, and nothing else is."""
        planted = {
            *((name, "bcfg2.conf", line) for name, line in IN_CONFIG),
            *((name, f"repository/{file}", line) for name, file, line in IN_FILES),
            *((name, f"modules/{file}", line) for name, file, line in IN_MODULES),
            *((name, f"machine/{file}", line) for name, file, line in IN_MACHINE),
            ("weak-key", "weak.crt", None),
        }
        found = {(one["name"], one["file"], one["line"]) for one in self.findings()}
        self.assertEqual(sorted(map(str, planted - found)), [])
        unexpected = {one for one in found - planted if one[0] != "unreadable"}
        self.assertEqual(sorted(map(str, unexpected)), [])
        self.assertGreaterEqual(len(planted), 40)

    def test_handlers(self) -> None:
        """Own handlers of Cfg are those that `[cfg] handlers` names, else those of the folder."""
        text = self.config.read_text()
        self.assertEqual(self.handlers(), ["CfgShout.py", "whisper.py"])
        self.config.write_text(text.partition("[cfg]")[0])
        self.assertEqual(self.handlers(), ["CfgShout.py", "CfgUnnamed.py"])
        (self.modules / "Bcfg2/Server/Core.py").write_text("")
        self.assertEqual(self.handlers(), [])
        self.config.write_text(text.replace("plugins = Bundler,Cfg,", "plugins = Bundler,"))
        self.assertEqual(self.handlers(), [])

    def handlers(self) -> list[str]:
        """Return the names of the files of own handlers."""
        messages = [one["message"] for one in self.findings() if one["name"] == "own-handler"]
        return sorted(os.path.basename(message) for message in messages)

    def test_text(self) -> None:
        """The text has headings, words for what is to do, a sum, and no line beyond 80."""
        ended = self.migrate()
        self.assertEqual((ended.status, ended.errors), (1, ""))
        self.assertIn("Templates and Python files\n", ended.output)
        self.assertIn("    change   5: `print x` is `print(x)` in Python 3", ended.output)
        self.assertRegex(ended.output, r"\d+ things must be changed before, \d+ will be different")
        long = [
            line for line in ended.output.splitlines() if len(line) > 80 and " /" not in f" {line}"
        ]
        self.assertEqual(long, [])
        self.assertNotIn("tea", ended.output)

    def test_release(self) -> None:
        """What the site's Bcfg2 read as this server does is left out."""
        old = {one["name"] for one in self.findings("--from", "1.3")}
        new = {one["name"] for one in self.findings("--from", "1.4")}
        self.assertEqual(old & {"old-info-file", "several-infos"}, {"several-infos"})
        self.assertEqual(new & {"old-info-file", "several-infos"}, {"old-info-file"})
        self.assertIn("read-since-1.4", old)

    def test_changes_nothing(self) -> None:
        """Looking leaves every file as it was."""
        before = self.contents()
        self.migrate("--format", "text")
        self.assertEqual(self.contents(), before)

    def contents(self) -> dict[str, bytes]:
        """Return all files of the site."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in paths}

    def test_patch(self) -> None:
        """What is mechanical comes as a patch that applies, and is no longer found then."""
        patch = self.folder / "python3.patch"
        ended = self.migrate("--patch", str(patch))
        self.assertIn("patch -p1 -d / <", ended.errors)
        subprocess.run(
            ["git", "apply", "--unsafe-paths", f"--directory={self.folder}",
             f"-p{len(self.folder.parts)}", str(patch)],
            check=True, cwd="/",
        )  # fmt: skip
        helper = (self.repository / "TemplateHelper/ancient.py").read_text()
        self.assertEqual(helper.splitlines()[4:8], [
            "        print(text)", "    except IOError as error:",
            '        raise ValueError("no")', "    return 0o644",
        ])  # fmt: skip
        bundle = (self.repository / "Bundler/site.xml").read_text()
        self.assertIn("py:if=\"'motd' in metadata.Probes\"", bundle)
        handler = (self.modules / "Bcfg2/Server/Plugins/Cfg/CfgShout.py").read_text()
        self.assertEqual(handler.splitlines()[7:10], [
            '        if "loud" in metadata.Probes:', '            print("louder")',
            "        return unicode(self.data)",
        ])  # fmt: skip
        self.assertIn('if "low" in entry.attrib else', (self.modules / "whisper.py").read_text())
        left = {one["file"] for one in self.findings() if one["name"] == "python2-code"}
        self.assertNotIn("modules/whisper.py", left)
        self.assertNotIn("repository/TemplateHelper/ancient.py", left)
        self.assertNotIn("repository/Bundler/site.xml", left)
        self.assertEqual(self.migrate("--patch", "-").output, "")

    def test_write(self) -> None:
        """The same is written into the files, with what they were beside them."""
        helper = self.repository / "TemplateHelper/ancient.py"
        before = helper.read_bytes()
        helper.chmod(0o640)
        diff = self.migrate("--patch", "-").output
        ended = self.migrate("--write")
        self.assertIn(f"{helper}: written anew, {helper}~ is what it was", ended.errors)
        self.assertIn(b"print(text)", helper.read_bytes())
        self.assertEqual(Path(f"{helper}~").read_bytes(), before)
        self.assertEqual(helper.stat().st_mode & 0o777, 0o640)
        self.assertEqual(diff.count("+++ "), len(ended.errors.splitlines()))
        self.assertFalse((self.repository / "Probes/first~").exists())

    def test_explain(self) -> None:
        """Every finding is explained; of one that there is not the near name is said."""
        for name in {one["name"] for one in self.findings()}:
            self.assertGreater(len(run("migrate", "--explain", name).output), 60)
        ended = run("migrate", "--explain", "weak-keys")
        self.assertEqual(ended.status, 2)
        self.assertIn("did you mean weak-key?", ended.errors)

    def test_formats(self) -> None:
        """Findings come for other programs, too."""
        for name in ("sarif", "junit", "github", "gitlab"):
            self.assertIn("weak", self.migrate("--format", name).output)
        self.assertIn("::notice file=", self.migrate("--format", "github").output)


class CleanSiteTests(SynchronousTestCase):
    """A site that can move as it is."""

    def setUp(self) -> None:
        self.site = make_site(Path(self.mktemp()).absolute())
        self.config = self.site / "bcfg2.conf"
        open_all(self.site)
        (self.site / "machine").mkdir()

    def findings(self, *words: str) -> Ended:
        """Run the command as the user who owns the files."""
        return run("migrate", "-C", str(self.config), "--root", str(self.site / "machine"), *words)

    def test_nothing(self) -> None:
        """Nothing must be changed; what is said is where clients are kept, and no collector."""
        ended = self.findings("--user", USER, "--format", "json")
        names = [one["name"] for one in json.loads(ended.output)]
        self.assertEqual(set(names) - {"reports-collector", "state-in-files"}, {"certificate"})
        for key in (self.site / "ssl").iterdir():
            key.chmod(0o640)
        user = pwd.getpwuid(os.getuid()).pw_name
        ended = self.findings("--user", user, "--format", "json")
        self.assertEqual(ended.status, 0, ended.output)
        names = [one["name"] for one in json.loads(ended.output)]
        self.assertEqual(
            set(names) - {"reports-collector", "state-in-files", "runs-as-root"}, set()
        )
        if "reports-collector" in names:
            self.assertEqual(self.findings("--user", user, "--strict").status, 1)

    def test_unusable(self) -> None:
        """A file that is missing, or a user that there is not, is a sentence and status 2."""
        ended = run("migrate", "-C", "/nowhere/bcfg2.conf")
        self.assertEqual((ended.status, ended.output), (2, ""))
        self.assertTrue(ended.errors.startswith("Error: "))
        ended = self.findings("--user", "no-such-user")
        self.assertEqual(ended.status, 2)
        self.assertIn("there is no user no-such-user: make it first", ended.errors)

    def test_no_repository(self) -> None:
        """A repository that is not there is no empty one, of which there is nothing to be said."""
        repository = self.site / "repository"
        repository.rename(self.site / "away")
        ended = self.findings()
        self.assertEqual((ended.status, ended.output), (2, ""))
        self.assertIn(f"there is no folder {repository}", ended.errors)

    def test_databases(self) -> None:
        """State and reports in databases are counted, with the release that made them."""
        state, reports = self.site / "bcfg2.sqlite", self.site / "reporting.sqlite"
        with closing(sqlite3.connect(state)) as database:
            database.executescript(TABLES + "CREATE TABLE south_migrationhistory (id integer);")
            database.commit()
        shutil.copy(DATABASES / "bcfg2-1.3.4.sqlite", reports)
        text = self.config.read_text()
        self.config.write_text(
            f"{text}\n[metadata]\nuse_database = yes\n[probes]\nuse_database = yes\n[database]\n"
            f"engine = sqlite3\nname = {state}\nreporting_engine = sqlite3\n"
            f"reporting_name = {reports}\n"
        )
        messages = {
            one["name"]: one["message"]
            for one in json.loads(self.findings("--format", "json").output)
        }
        self.assertIn("has 2 clients and what the probes of 2 said", messages["state-in-database"])
        self.assertIn("as Bcfg2 1.3 keeps them", messages["state-in-database"])
        if "reports-collector" in messages:
            self.assertRegex(messages["reports-in-database"], r"has \d+ runs of \d+ hosts")
        self.config.write_text(
            self.config.read_text().replace("engine = sqlite3\nname", "engine = mysql\nname")
        )
        ended = self.findings("--format", "json")
        self.assertEqual(ended.status, 1)
        (refused,) = (one for one in json.loads(ended.output) if one["name"] == "refused-value")
        self.assertIn("'mysql' is no database", refused["message"])
        self.assertNotIn("state-in-database", ended.output)  # of another database
