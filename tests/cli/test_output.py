"""What tools print where there is no terminal, and as JSON."""

from __future__ import annotations

import json

import click
from click.testing import CliRunner
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.output import json_option, show_lines, show_table


@click.command()
@json_option
def show(as_json: bool) -> None:
    """Show a table."""
    rows = [("web1.example.com", "web", ["base", "www"]), ("db", "database-server", [])]
    show_table(("Client", "Profile", "All Bundles"), rows, as_json)


class TableTests(SynchronousTestCase):
    def test_plain(self) -> None:
        """Columns are as wide as their widest cell, as Bcfg2 always printed them."""
        self.assertEqual(
            CliRunner().invoke(show).output,
            " Client            | Profile          | All Bundles  \n"
            "=====================================================\n"
            " web1.example.com  | web              | base,www     \n"
            " db                | database-server  |              \n",
        )

    def test_json(self) -> None:
        """As JSON lists are lists, and titles are keys."""
        (first, second) = json.loads(CliRunner().invoke(show, ["--json"]).output)
        self.assertEqual(
            first, {"client": "web1.example.com", "profile": "web", "all_bundles": ["base", "www"]}
        )
        self.assertEqual(second["all_bundles"], [])


class LinesTests(SynchronousTestCase):
    def test_none(self) -> None:
        """Of nothing there is an empty line, as Bcfg2 always printed it."""

        @click.command()
        def lines() -> None:
            show_lines([])

        self.assertEqual(CliRunner().invoke(lines).output, "\n")
