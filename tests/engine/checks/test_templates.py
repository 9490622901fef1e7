"""Mistakes in templates that their engines pass over."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.xmlio import serialise
from bcfg2tw.errors import ValidationError
from tests.builders import CLIENT, a_core, bundle_of, change, configuration, entry
from tests.logs import CapturedLog

GENSHI, JINJA = "Cfg/etc/a/a.genshi", "Cfg/etc/a/a.jinja2"
NAMESPACES = 'xmlns:py="http://genshi.edgewall.org/" xmlns:xi="http://www.w3.org/2001/XInclude"'

#: What Genshi passes over in a text, and what is said of it.
TEXTS = {
    "one\n{# comment\ntwo": "2: {# has no #}, and is taken for text: write \\{# if it is",
    "one\n{% comment\ntwo": "2: {% has no %}, and is taken for text: write \\{% if it is",
    "one\n{% end %}two": "2: {% end %} ends nothing: remove it, or write what it is to end",
    "{% if True %}\none{% end %}{% end %}": "2: {% end %} ends nothing: remove it, or write what",
    "one\n{% if True %}two": "2: {% if %} has no {% end %}",
}


class TextTests(SynchronousTestCase):
    """Text templates of Genshi."""

    def site(self, text: str) -> dict[str, str]:
        """Return a site whose one path is made by a template."""
        return {"Bundler/b.xml": bundle_of("/etc/a"), GENSHI: text}

    def test_changed(self) -> None:
        """A change that brings a mistake in leaves the last good state in service."""
        for text, message in TEXTS.items():
            log = CapturedLog(self)
            core = a_core(self, self.site("good"))
            change(core, {GENSHI: text})
            self.assertEqual(entry(configuration(core), "Path", "/etc/a").text, "good")
            said = [line for line in log.lines if f"{GENSHI}:{message}" in line]
            self.assertEqual(len(said), 1, (text, log.lines))

    def test_first(self) -> None:
        """From the start such a template is served as Genshi takes it, and told."""
        for text, message in TEXTS.items():
            log = CapturedLog(self)
            core = a_core(self, self.site(text))
            self.assertIn("one", str(entry(configuration(core), "Path", "/etc/a").text))
            self.assertTrue(any(f"{GENSHI}:{message}" in line for line in log.lines), log.lines)

    def test_escaped(self) -> None:
        """What is written as text is text."""
        core = a_core(self, self.site("\\{# one {# two #}{% if True %}{#3#}x{% end %}"))
        self.assertEqual(entry(configuration(core), "Path", "/etc/a").text, "{# one x")

    def test_no_code(self) -> None:
        """A block of code without code is a sentence, not a failure of Genshi's."""
        log = CapturedLog(self)
        a_core(self, self.site("one\n{% python %}x = 1\n{% end %}"))
        self.assertTrue(
            any("a.genshi:2: {% python %} holds" in line for line in log.lines), log.lines
        )
        self.assertNotIn("Traceback", "".join(log.lines))

    def test_directives(self) -> None:
        """A directive that cannot be understood is told with the line that it stands on."""
        for directive, reason in {
            "for a": '"in" keyword missing in "for" directive',
            "for a; b in c": '"a; b" in "for" directive is no name',
            "for a b in c": 'invalid syntax in "a b" of "for" directive',
            "with a": 'only assignment allowed in value of the "with" directive',
            "with a b": 'invalid syntax in expression "a b" of "with" directive',
        }.items():
            log = CapturedLog(self)
            a_core(
                self, self.site(f"one {{% if True %}}\n{{% end %}}{{% {directive} %}}{{% end %}}")
            )
            self.assertTrue(
                any(f"a.genshi:2: {reason}" in line for line in log.lines), (reason, log.lines)
            )
            self.assertNotIn("Traceback", "".join(log.lines))


class UndefinedTests(SynchronousTestCase):
    """Names that a template of Jinja2 prints and that there are not."""

    def test_told(self) -> None:
        """They print nothing, and each is told once with its line."""
        log = CapturedLog(self)
        text = "one\n{{ absent }}{{ metadata.absent }}\n{{ metadata.hostname }}"
        core = a_core(self, {"Bundler/b.xml": bundle_of("/etc/a"), JINJA: text})
        for _ in range(2):
            self.assertEqual(entry(configuration(core), "Path", "/etc/a").text, f"one\n\n{CLIENT}")
        said = [line.partition(JINJA)[2] for line in log.lines if "printed" in line]
        self.assertEqual(len(said), 2, log.lines)
        self.assertEqual(said[0], ":2: 'absent' is undefined, and nothing is printed for it")
        self.assertIn("has no attribute 'absent', and nothing is printed for it", said[1])

    def test_default(self) -> None:
        """A name that has a default, or is only asked for, is no mistake."""
        log = CapturedLog(self)
        text = "{{ absent | default('x') }}{% if absent %}y{% endif %}"
        core = a_core(self, {"Bundler/b.xml": bundle_of("/etc/a"), JINJA: text})
        self.assertEqual(entry(configuration(core), "Path", "/etc/a").text, "x")
        self.assertNotIn("printed", "".join(log.lines))


class BundleTests(SynchronousTestCase):
    """Bundles that are templates, or include files."""

    def test_fallback(self) -> None:
        """Expressions count in what stands in the place of a missing file, too."""
        fallback = '<BoundService name="${metadata.hostname}"/>'
        bundle = (
            f'<Bundle {NAMESPACES}><xi:include href="absent.xml"><xi:fallback>{fallback}'
            "</xi:fallback></xi:include></Bundle>"
        )
        core = a_core(self, {"Bundler/b.xml": bundle})
        self.assertIn(f'<Service name="{CLIENT}"', serialise(configuration(core)))

    def test_no_condition(self) -> None:
        """A py:if without test is told with its line when the file is read."""
        log = CapturedLog(self)
        a_core(
            self,
            {"Bundler/b.xml": f"<Bundle {NAMESPACES}>\n<py:if tset='1'><Path/></py:if></Bundle>"},
        )
        self.assertTrue(any("Bundler/b.xml:2: " in line for line in log.lines), log.lines)
        self.assertTrue(any("has no condition" in line for line in log.lines), log.lines)

    def test_template_at_last(self) -> None:
        """A bundle that becomes a template and fails is missed by all who had it."""
        core = a_core(self, {"Bundler/b.xml": "<Bundle><BoundService name='a'/></Bundle>"})
        change(core, {"Bundler/b.xml": f"<Bundle {NAMESPACES}><Path name='${{absent}}'/></Bundle>"})
        failure = self.assertRaises(ValidationError, configuration, core)
        self.assertIn("Bundler/b.xml:1: ", str(failure))

    def test_lost_include(self) -> None:
        """Where a file that another one includes goes, what it said stays."""
        included = "<Bundle><BoundService name='a'/></Bundle>"
        bundle = (
            f"<Bundle {NAMESPACES.partition(' ')[2]}>\n<xi:include href='../parts/x.xml'/></Bundle>"
        )
        core = a_core(self, {"Bundler/b.xml": bundle, "parts/x.xml": included})
        before = serialise(configuration(core))
        self.assertIn('<Service name="a"', before)
        log = CapturedLog(self)
        os.unlink(os.path.join(core.settings.repository, "parts", "x.xml"))
        core.reload(None)
        self.assertEqual(serialise(configuration(core)), before)
        said = [
            line for line in log.lines if "Bundler/b.xml:2: ../parts/x.xml does not exist" in line
        ]
        self.assertEqual(len(said), 1, log.lines)
