"""Templates that are not in the server's encoding, and text that it lacks."""

from __future__ import annotations

import importlib.util

from twisted.trial.unittest import SynchronousTestCase

from tests.engine.plugins.cfg.test_choice import bound, cfg_core, failure

#: Extension to how a template of that kind writes the character with a number.
KINDS = {"genshi": "${chr(%d)}", "jinja2": "{{ '\\u%04x' }}", "cheetah": "${chr(%d)}"}


def installed_kinds() -> dict[str, str]:
    """Return the kinds whose libraries are there."""
    modules = {"genshi": "genshi", "jinja2": "jinja2", "cheetah": "Cheetah"}
    return {kind: text for kind, text in KINDS.items() if importlib.util.find_spec(modules[kind])}


class EncodingTests(SynchronousTestCase):
    def test_not_in_it(self) -> None:
        """A template that is not in the encoding fails its path; the log names file and line."""
        for kind in installed_kinds():
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                core = cfg_core(self, {f"etc/a/a.{kind}": b"one\ngr\xfcn\n"})
                self.assertNotEqual(failure(core, "/etc/a"), "")
            self.assertIn(f"a.{kind}:2: it is not UTF-8", logs.output[0])

    def test_in_another(self) -> None:
        """In a server of another encoding the same file is text."""
        for kind in installed_kinds():
            core = cfg_core(self, {f"etc/a/a.{kind}": b"gr\xfcn\n"}, encoding="iso-8859-1")
            self.assertEqual(bound(core, "/etc/a").text, "grün\n", kind)

    def test_lacking(self) -> None:
        """What a template makes and the encoding lacks is replaced by a question mark."""
        for kind, text in installed_kinds().items():
            core = cfg_core(self, {f"etc/a/a.{kind}": f"x{text % 0x20AC}y"}, encoding="iso-8859-1")
            self.assertEqual(bound(core, "/etc/a").text, "x?y", kind)

    def test_included(self) -> None:
        """What a Jinja2 template includes has to be in the encoding as well."""
        if "jinja2" not in installed_kinds():
            return
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = cfg_core(
                self,
                {"etc/a/a.jinja2": "{% include 'part' %}", "etc/a/part": b"gr\xfcn"},
            )
            self.assertIn("Failed to load template", failure(core, "/etc/a"))
        self.assertIn("part:1: it is not UTF-8", "\n".join(logs.output))
