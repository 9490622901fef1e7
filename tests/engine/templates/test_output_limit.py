"""Templates that write without end."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates import output_limit
from tests.builders import a_core, bundle_of, configuration, entry

BUNDLE = """<Bundle xmlns:py="http://genshi.edgewall.org/">
  <py:for each="i in iter(int, 1)"><Path name="/etc/y"/></py:for>
</Bundle>"""


class OutputTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.patch(output_limit, "MAX_PIECES", 1000)

    def failure(self, name: str, text: str) -> str:
        """Return the failure of an entry whose template has a text."""
        core = a_core(self, {"Bundler/b.xml": bundle_of("/etc/x"), f"Cfg/etc/x/{name}": text})
        failure = entry(configuration(core), "Path", "/etc/x").get("failure")
        assert failure is not None
        return failure

    def assert_endless(self, failure: str, loop: str = "one of its loops") -> None:
        """Check what a failure says."""
        self.assertIn(f"{loop} does not seem to end: more than 1000 pieces of text", failure)

    def test_genshi(self) -> None:
        """A loop of a Genshi template that does not end is a failure that names it."""
        text = "{% for i in iter(int, 1) %}${i}{% end %}"
        self.assert_endless(self.failure("x.genshi", text), "its loop over iter(int, 1)")

    def test_jinja2(self) -> None:
        """So is one of a Jinja2 template."""
        text = "{% for i in range(10**12) %}x{% endfor %}"
        self.assert_endless(self.failure("x.jinja2", text))

    def test_cheetah(self) -> None:
        """So is one of a Cheetah template."""
        self.assert_endless(self.failure("x.cheetah", "#for $i in iter(int, 1)\n$i\n#end for\n"))

    def test_xml(self) -> None:
        """So is one of a bundle: the others are not hurt."""
        core = a_core(self, {"Bundler/a.xml": BUNDLE, "Bundler/b.xml": "<Bundle/>"})
        with self.assertLogs(level="ERROR") as logs:
            document = configuration(core)
        self.assertTrue(any("does not seem to end" in line for line in logs.output), logs.output)
        names = [bundle.get("name") for bundle in document.iter("Bundle")]
        self.assertIn("b", names)

    def test_long(self) -> None:
        """One that ends is none, however long it is."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": bundle_of("/etc/x"),
                "Cfg/etc/x/x.genshi": "{% for i in range(400) %}${i}\n{% end %}",
            },
        )
        text = entry(configuration(core), "Path", "/etc/x").text
        assert text is not None
        self.assertEqual(text.count("\n"), 400)
