"""Commands that run the reactor once; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from twisted.trial.unittest import SynchronousTestCase

from tests.processes import ended

COMMAND = """
import click
from twisted.internet.task import deferLater
from bcfg2tw.cli.reactor import run_once
from bcfg2tw.cli.site import command_errors
from bcfg2tw.errors import SettingsError

async def add(reactor, first, second):
    await deferLater(reactor, 0)
    return first + second

async def fail(reactor, error):
    raise error

async def end(reactor):
    await deferLater(reactor, 0)
    reactor.stop()
    await deferLater(reactor, 60)

@click.command()
def command():
    with command_errors():
        click.echo({expression})

command()
"""


def run(expression: str) -> subprocess.CompletedProcess[str]:
    """Run a command that prints the value of an expression."""
    return ended([sys.executable, "-c", COMMAND.format(expression=expression)])


class RunOnceTests(SynchronousTestCase):
    def test_ends(self) -> None:
        """The result is returned, errors are raised as they are; what is cut off is aborted."""
        with ThreadPoolExecutor() as processes:
            result, refusal, defect, cut_off = processes.map(
                run,
                (
                    "run_once(lambda reactor: add(reactor, 1, 2))",
                    "run_once(lambda reactor: fail(reactor, SettingsError('no repository')))",
                    "run_once(lambda reactor: fail(reactor, KeyError('defect')))",
                    "run_once(end)",
                ),
            )
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("3\n", "", 0))
        self.assertEqual((refusal.stderr, refusal.returncode), ("Error: no repository\n", 1))
        self.assertIn("KeyError: 'defect'", defect.stderr)
        self.assertEqual(defect.returncode, 1)
        self.assertEqual((cut_off.stderr, cut_off.returncode), ("Aborted!\n", 1))
