"""Genshi for others: the same with us in the process as without."""

from __future__ import annotations

import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates.genshi_syntax import Python3Text
from bcfg2tw.engine.templates.text import render_text
from tests.engine.templates.foreign_templates import NOT_UNDERSTOOD, outcome
from tests.processes import ROOT, environment
from tests.waiting import PATIENCE_SECONDS

PROGRAM = "tests.engine.templates.foreign_templates"


class ForeignTemplatesTests(SynchronousTestCase):
    def test_process(self) -> None:
        """Nothing of Genshi is another object, and no template of others comes to anything else."""
        completed = subprocess.run(
            [sys.executable, "-m", PROGRAM],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        self.assertEqual((completed.stdout, completed.returncode), ("", 0), completed.stderr)

    def test_python_3(self) -> None:
        """Python 3 fails in a template of others, while ours with the same text is rendered."""
        template_class, text = NOT_UNDERSTOOD[0]
        self.assertIn("JoinedStr", outcome(template_class, text))
        self.assertEqual(render_text(Python3Text(text), {"x": 1}), "1")
        self.assertIn("JoinedStr", outcome(template_class, text))
