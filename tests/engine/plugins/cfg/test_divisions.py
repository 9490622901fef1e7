"""Divisions in templates are told: they mean something else than they did, and do not fail."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import Contents, a_core, change
from tests.engine.plugins.cfg.test_choice import bound, cfg_core

SAYS = ": whole numbers give a fraction on Python 3, and gave a whole number on Python 2: write //"


class DivisionTests(SynchronousTestCase):
    def said(self, contents: Contents) -> list[str]:
        """Return the warnings about a repository, without what they all say."""
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            core = a_core(self, contents)
        repository = core.settings.repository
        return [line.replace(repository, "REPO").partition(":")[2] for line in logged.output]

    def places(self, extension: str, text: str) -> list[str]:
        """Return file, line and code of each warning about a template."""
        warnings = self.said({f"Cfg/etc/a/a.{extension}": text})
        for warning in warnings:
            self.assertIn("division_warnings = no ends these warnings", warning)
        return sorted(
            warning.removeprefix(f"bcfg2-server:REPO/Cfg/etc/a/a.{extension}:").split("`: ")[0]
            for warning in warnings
        )

    def test_genshi(self) -> None:
        """Expressions, blocks and directives, with the line of each."""
        text = (
            "/etc/fstab\n\n${7 / 2} ${7/2.0} ${int(x / 2)} ${float(x) / 2}\n{% python\nx = 7\n"
            "y = x/3\ny /= 2\n%}\n{% for a in [9 / x] %}\n{% with b=a/ 5 %}{% end %}{% end %}"
        )
        self.assertEqual(
            self.places("genshi", text),
            ["10: `a / 5", "3: `7 / 2", "6: `x / 3", "7: `y /= 2", "9: `9 / x"],
        )

    def test_cheetah(self) -> None:
        """Placeholders and directives."""
        text = "/etc/fstab\n#set $x = 7\n${7 / 2} ${x / 2.0}\n#if $x / 3\nx\n#end if\n"
        self.assertEqual(self.places("cheetah", text), ["3: `7 / 2", "4: `$x / 3"])

    def test_jinja2(self) -> None:
        """In Jinja2 it always was a fraction, which is what is said."""
        text = "/etc/fstab\n{% set x = 7 %}\n{{ 7 / 2 }}\n{{ (x / 2) | int }} {{ x / 2.0 }}"
        (warning,) = self.said({"Cfg/etc/a/a.jinja2": text})
        self.assertIn("a.jinja2:3: `{{ 7 / 2 }}`: it makes a fraction of whole numbers", warning)

    def test_bundle(self) -> None:
        """Templated bundles, and what templates include."""
        xmlns = 'xmlns:py="http://genshi.edgewall.org/"'
        (warning,) = self.said({"Bundler/b.xml": f'<Bundle {xmlns}>\n<A n="${{7 / 2}}"/></Bundle>'})
        self.assertIn("Bundler/b.xml:2: `7 / 2`" + SAYS, warning)
        for extension, text in (("genshi", "{% include p %}"), ("jinja2", "{% include 'p' %}")):
            files = {f"Cfg/etc/a/a.{extension}": text, "Cfg/etc/a/p": "\n${7 / 2}{{ 7 / 2 }}"}
            (warning,) = self.said(files)
            self.assertIn("REPO/Cfg/etc/a/p:2: `", warning)

    def test_once(self) -> None:
        """It is said when the file is read, and not when it is used; an option ends it."""
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            core = cfg_core(self, {"etc/a/a.genshi": "${7 / 2}"})
            self.assertEqual([bound(core, "/etc/a").text for _ in range(3)], ["3.5"] * 3)
            change(core, {"Cfg/etc/a/b": "another"})
        self.assertEqual(len(logged.output), 1)
        with self.assertNoLogs("bcfg2-server", "WARNING"):
            cfg_core(
                self,
                {"etc/a/a.genshi": "${7 / 2}", "etc/b/b.jinja2": "{{ 7 / 2 }}",
                 "etc/c/c.cheetah": "${7 / 2}"},
                division_warnings=False,
            )  # fmt: skip
