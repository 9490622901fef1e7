"""The command `lint`: what takes part, what counts, what is shown."""

from __future__ import annotations

import json
import os
import stat

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from tests.cli.lint.sites import Site, demonstration
from tests.commands import run


def with_mistakes() -> dict[str, str]:
    """Return a site with an error and a warning."""
    contents = demonstration()
    contents["Bundler/time.xml"] = contents["Bundler/time.xml"].replace(
        '  <Action name="time-changed"/>', '  <Acton name="time-changed"/>'
    )
    contents["Cfg/etc/pass/pass"] = "password = tea-at-five\n"
    info = '<FileInfo><Info owner="a" group="b" mode="0600"/></FileInfo>'
    contents["Cfg/etc/pass/info.xml"] = info
    contents["Bundler/motd.xml"] = contents["Bundler/motd.xml"].replace(
        "</Bundle>", '<Path name="/etc/pass"/></Bundle>'
    )
    return contents


class ShownTests(SynchronousTestCase):
    """What is printed, and the exit status."""

    def test_as_of_old(self) -> None:
        """Without a format, findings that Bcfg2's own lint has not stand apart, and count."""
        site = Site(self, with_mistakes())
        ended = site.lint("--lint-plugins", "Files,Secrets")
        self.assertEqual(ended.status, 2)
        self.assertEqual(ended.output, "")
        self.assertEqual(
            ended.errors.splitlines(),
            [
                "",
                "By checks that Bcfg2's own lint does not have:",
                f"  error: {site.path('Bundler/time.xml')}:5: <Acton> means nothing in <Bundle>: "
                "did you mean <Action>? [misspelt-element]",
                f"  warning: {site.path('Cfg/etc/pass/pass')}:1: a password or token in the clear "
                "[secret-in-clear]",
            ],
        )

    def test_warnings(self) -> None:
        """The exit status is 3 for warnings alone, 2 with --strict."""
        site = Site(self, with_mistakes())
        words = ("--lint-plugins", "Secrets", "--format", "text")
        self.assertEqual(site.lint(*words).status, 3)
        self.assertEqual(site.lint(*words, "--strict").status, 2)

    def test_explain(self) -> None:
        """A mistake is explained by its name; a near name is given for one that there is not."""
        ended = run("lint", "--explain", "secret-in-clear")
        self.assertIn("secret-in-clear (warning, by Secrets)", ended.output)
        self.assertIn("Encrypt the file", ended.output)
        ended = run("lint", "--explain", "secret-in-clera")
        self.assertEqual(ended.status, 2)
        self.assertIn("did you mean secret-in-clear?", ended.errors)

    def test_every_mistake_is_explained(self) -> None:
        """Each name that is listed has an explanation of at least a sentence."""
        site = Site(self, demonstration())
        for line in site.lint("--list-errors").output.splitlines()[1:]:
            ended = run("lint", "--explain", line.split()[0])
            self.assertEqual(ended.status, 0, line)
            self.assertRegex(ended.output, r"\w+ \w+.*\.")

    def test_output_files(self) -> None:
        """Findings are written to files, with paths relative to the working folder."""
        site = Site(self, with_mistakes())
        site.lint("--output", "sarif:lint.sarif", "--output", "junit:lint.xml")
        sarif = json.loads((site.folder / "lint.sarif").read_text("utf-8"))
        places = [
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for result in sarif["runs"][0]["results"]
        ]
        self.assertIn("repository/Bundler/time.xml", places)
        cases = {
            case.get("name"): [failure.get("type") for failure in case.iter("failure")]
            for case in etree.parse(str(site.folder / "lint.xml")).iter("testcase")
        }
        self.assertEqual(cases["repository/Bundler/motd.xml"], [])
        self.assertEqual(cases["repository/Bundler/time.xml"], ["misspelt-element"])
        self.assertFalse([name for name in cases if str(name).startswith("/")])


class FilesTests(SynchronousTestCase):
    """Files that are named."""

    def test_named_files(self) -> None:
        """Of named files alone mistakes are told: relative to the working folder or repository."""
        site = Site(self, with_mistakes())
        for name in ("repository/Cfg/etc/pass/pass", "Cfg/etc/pass/pass", "Cfg/etc/pass"):
            names = {finding["name"] for finding in site.findings(name)}
            self.assertEqual(names, {"secret-in-clear"}, name)

    def test_standard_input(self) -> None:
        """Files are named on standard input as well."""
        site = Site(self, with_mistakes())
        ended = site.lint("--stdin", "--format", "json", stdin="Bundler/time.xml\n")
        files = {finding["file"] for finding in json.loads(ended.output)}
        self.assertEqual(files, {"repository/Bundler/time.xml"})

    def test_no_file(self) -> None:
        """Nothing is wrong where nothing is named on standard input."""
        site = Site(self, with_mistakes())
        self.assertEqual(site.lint("--stdin").status, 0)

    def test_missing_file(self) -> None:
        """A name of no file is refused; on standard input it is one that is gone."""
        site = Site(self, with_mistakes())
        ended = site.lint("Cfg/etc/pas/pass")
        self.assertEqual(ended.status, 2)
        self.assertIn("there is no file Cfg/etc/pas/pass, neither here nor in /", ended.errors)
        self.assertEqual(site.lint("--stdin", stdin="Cfg/etc/pas/pass\n").status, 0)

    def test_unreadable_file(self) -> None:
        """A file that cannot be opened is a mistake like any other."""
        site = Site(self, demonstration())
        site.path("Properties/gone.xml").symlink_to("nowhere")
        files = {finding["name"]: finding["file"] for finding in site.findings()}
        self.assertTrue(files["xml-failed-to-read"].endswith("Properties/gone.xml"), files)

    def test_unknown_check(self) -> None:
        """A check that there is not is refused with the one that is meant."""
        ended = Site(self, with_mistakes()).lint("--lint-plugins", "Vaildate")
        self.assertEqual(ended.status, 2)
        self.assertIn("Could not load component Vaildate: did you mean Validate?", ended.errors)


class SuppressionTests(SynchronousTestCase):
    """What a site says does not count."""

    def test_beside(self) -> None:
        """A comment on the line before, or in the file, suppresses what it names."""
        contents = with_mistakes()
        contents["Bundler/time.xml"] = contents["Bundler/time.xml"].replace(
            "  <Acton", "  <!-- lint: ignore=misspelt-element -->\n  <Acton"
        )
        contents["Cfg/etc/pass/pass"] = (
            "# lint: ignore-file=secret-in-clear\n\n\npassword = tea-at-five\n"
        )
        site = Site(self, contents)
        self.assertEqual(site.findings(), [])
        errors = site.lint("--show-ignored").errors
        self.assertIn("ignored: ", errors)
        self.assertIn("[secret-in-clear]", errors)

    def test_other_names(self) -> None:
        """A comment suppresses nothing that it does not name."""
        contents = with_mistakes()
        contents["Cfg/etc/pass/pass"] = "password = tea-at-five  # lint: ignore=merge-cfg\n"
        names = {finding["name"] for finding in Site(self, contents).findings("Cfg/etc/pass")}
        self.assertEqual(names, {"secret-in-clear"})

    def test_generated(self) -> None:
        """--generate-ignore writes a file by which what is there does not count any more."""
        site = Site(self, with_mistakes())
        self.assertEqual(site.lint("--generate-ignore").status, 0)
        self.assertIn(
            "Cfg/etc/pass/pass secret-in-clear",
            site.path(".bcfg2-lint-ignore").read_text("utf-8").splitlines(),
        )
        self.assertEqual(site.findings(), [])


class FixTests(SynchronousTestCase):
    """Mistakes that lint corrects."""

    def test_fix(self) -> None:
        """Old options, bundles' names and extensions are corrected; nothing else changes."""
        contents = demonstration()
        clients = contents["Metadata/clients.xml"]
        contents["Metadata/clients.xml"] = clients.replace('floating="true"', "location='floating'")
        contents["Bundler/apache.xml"] = contents["Bundler/apache.xml"].replace(
            "<Bundle>", "<Bundle name='apache'>"
        )
        contents["Bundler/time.genshi"] = contents.pop("Bundler/time.xml")
        site = Site(self, contents)
        ended = site.lint("--fix", "--format", "text")
        self.assertEqual((ended.status, ended.output), (0, ""))
        self.assertEqual(ended.errors.count(": corrected"), 5)
        self.assertEqual(site.path("Metadata/clients.xml").read_text("utf-8"), clients)
        self.assertTrue(site.path("Bundler/time.xml").exists())

    def test_not_fixed(self) -> None:
        """What would make a file unreadable is left to the administrator."""
        contents = demonstration()
        both = contents["Metadata/clients.xml"].replace(
            'floating="true"', "floating='true' location='floating'"
        )
        contents["Metadata/clients.xml"] = both
        site = Site(self, contents)
        ended = site.lint("--fix", "--format", "text")
        self.assertEqual(ended.status, 3)
        self.assertNotIn("corrected", ended.errors)
        self.assertEqual(site.path("Metadata/clients.xml").read_text("utf-8"), both)

    def test_probe(self) -> None:
        """A probe that is not executable, unlike others, is made executable."""
        site = Site(self, {**demonstration(), "Probes/other": "#!/bin/sh\necho x\n"})
        os.chmod(site.path("Probes/kernel"), 0o755)
        names = [finding["name"] for finding in site.findings()]
        self.assertEqual(names, ["probe-not-executable"])
        site.lint("--fix")
        self.assertEqual(stat.S_IMODE(site.path("Probes/other").stat().st_mode), 0o755)
        self.assertEqual(site.findings(), [])
