"""Lists of commands: complete, a line each, and made without importing what they list."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli import main
from bcfg2tw.cli.summaries import SummarisedGroup
from tests.commands import run

ROOT = Path(__file__).parent.parent.parent
#: What `max_content_width` of click and a terminal of 80 columns leave.
WIDTH = 80


def groups() -> list[tuple[tuple[str, ...], SummarisedGroup]]:
    """Return the groups that have summaries, with the words that name them."""
    context = click.Context(main)
    members = [((name,), main.get_command(context, name)) for name in main.list_commands(context)]
    named = [((), main), *members]
    return [(words, group) for words, group in named if isinstance(group, SummarisedGroup)]


class SummaryTests(SynchronousTestCase):
    def test_lines(self) -> None:
        """In a terminal of 80 columns every command has one line, which is whole."""
        self.assertEqual({words for words, _ in groups()}, {(), ("admin",), ("info",)})
        for words, group in groups():
            lines = run(*words, "--help").output.partition("Commands:\n")[2].splitlines()
            self.assertEqual([line.split()[0] for line in lines], sorted(group.summaries))
            self.assertTrue(all(line.endswith(".") and "..." not in line for line in lines), lines)
            self.assertTrue(all(len(line) < WIDTH for line in lines), lines)

    def test_other_groups(self) -> None:
        """No group cuts short what its commands are for."""
        for name in ("crypt", "ctl", "db", "packages", "reports", "shadow", "web"):
            text = run(name, "--help").output.rpartition("\n\n")[2]
            self.assertNotIn("...", text, name)

    def test_known_everywhere(self) -> None:
        """A command has the same sentence in whatever lists it."""
        for _, group in groups():
            for name, summary in group.summaries.items():
                command = group.get_command(click.Context(group), name)
                self.assertEqual(command and command.get_short_help_str(), summary)

    def test_nothing_imported(self) -> None:
        """The list is printed without the libraries that the commands need."""
        code = (
            "import sys; from bcfg2tw.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "except SystemExit: print(*{name.partition('.')[0] for name in sys.modules})"
        )
        for words in ((), ("info",), ("admin",)):
            ended = subprocess.run(
                [sys.executable, "-c", code, *words, "--help"],
                env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
                check=True,
            )  # fmt: skip
            modules = set(ended.stdout.splitlines()[-1].split())
            self.assertIn("bcfg2tw", modules)
            for library in ("twisted", "sqlalchemy", "cryptography", "genshi"):
                self.assertNotIn(library, modules)
