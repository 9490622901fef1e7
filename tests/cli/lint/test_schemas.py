"""The schemas of the repository's files."""

from __future__ import annotations

from pathlib import Path

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.lint.schemas.explaining import explain
from bcfg2tw.cli.lint.schemas.grammar import relax_ng
from bcfg2tw.cli.lint.schemas.kinds import SCHEMAS
from bcfg2tw.engine.checks.file_kinds import FILE_KINDS
from bcfg2tw.settings import Settings
from tests.cli.lint.sites import Site, demonstration
from tests.commands import run

CASES = Path(__file__).parent.parent.parent / "conformance" / "cases"

BUNDLE = '<Bundle xmlns:py="http://genshi.edgewall.org/">{}</Bundle>'


def bundle_schema() -> etree.RelaxNG:
    """Return the schema of bundles."""
    return etree.RelaxNG(relax_ng(next(one.kind for one in SCHEMAS if one.name == "bundle")))


class SchemaTests(SynchronousTestCase):
    """What is valid."""

    def test_every_kind(self) -> None:
        """Each kind of XML file with elements has a schema."""
        described = {kind for kind in map(id, FILE_KINDS) if kind}
        self.assertEqual(
            {kind.names for kind in FILE_KINDS if kind.roots}
            - {schema.kind.names for schema in SCHEMAS},
            set(),
        )
        self.assertTrue(described)

    def test_valid(self) -> None:
        """Conditions, elements and attributes of Genshi and variables may stand anywhere."""
        schema = bundle_schema()
        for text in (
            '<Path name="/etc/motd"/>',
            '<Group name="a"><Client name="b" negate="true"><Package group="c"/></Client></Group>',
            '<py:if test="x"><Path name="/etc/motd"/></py:if>',
            '<Path py:if="x" name="${y}"/>',
            '<Path py:attrs="x"/>',
            '<BoundPath name="/etc/motd" type="file" mode="${x}">text</BoundPath>',
        ):
            schema.assertValid(etree.fromstring(BUNDLE.format(text)))

    def test_invalid(self) -> None:
        """What means nothing is not valid, at whatever depth."""
        schema = bundle_schema()
        for text in (
            "<Path/>",
            '<Pth name="/etc/motd"/>',
            '<Path name="/etc/motd" colour="red"/>',
            '<Group name="a"><py:if test="x"><Path/></py:if></Group>',
            '<BoundPath name="/etc/motd" type="file" mode="rw"/>',
            "<Group><Path name='/etc/motd'/></Group>",
        ):
            self.assertFalse(schema.validate(etree.fromstring(BUNDLE.format(text))), text)

    def test_explained(self) -> None:
        """Of what is not valid in recorded repositories, lines and reasons are told."""
        schemas = {schema.name: etree.RelaxNG(relax_ng(schema.kind)) for schema in SCHEMAS}
        checked = 0
        for folder in sorted(CASES.glob("[bm]*/repo")):
            repository = Repository(Settings(repository=str(folder)))
            for schema in SCHEMAS:
                for plugin in schema.kind.plugins:
                    for path in repository.files(plugin, *schema.kind.names):
                        root = repository.xml(path)
                        if root is not None:
                            checked += 1
                            is_valid = schemas[schema.name].validate(root)
                            told = explain(schema.kind, path, root)
                            self.assertEqual(not told, is_valid, f"{path}: {told}")
        self.assertGreater(checked, 100)


class ValidateTests(SynchronousTestCase):
    """The check Validate."""

    def test_own_schemas(self) -> None:
        """Schemas of Bcfg2's own are used where a folder with them is given; missing ones told."""
        site = Site(self, demonstration())
        folder = site.folder / "schemas"
        folder.mkdir()
        (folder / "bundle.xsd").write_text(
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
            '<xs:element name="Crate"/></xs:schema>'
        )
        ended = site.lint("--lint-plugins", "Validate", "--schema", str(folder))
        self.assertIn(f"{site.path('Bundler/apache.xml')} fails to verify:", ended.errors)
        missing = f"Error reading file '{folder}/rules.xsd': No such file or directory"
        self.assertEqual(ended.errors.count(missing), 1)

    def test_written(self) -> None:
        """--write-schemas writes schemas that files of a site fit, and rules for Emacs."""
        folder = Path(self.mktemp()).absolute()
        self.assertEqual(run("lint", "--write-schemas", str(folder)).status, 0)
        rules = etree.parse(str(folder / "schemas.xml")).getroot()
        files = {rule.get("uri") for rule in rules}
        self.assertEqual({path.name for path in folder.glob("*.rnc")}, files)
        schema = etree.RelaxNG(file=str(folder / "metadata.rng"))
        site = Site(self, demonstration())
        schema.assertValid(etree.parse(str(site.path("Metadata/groups.xml"))))
