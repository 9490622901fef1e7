"""Completion as the shells themselves ask for it, with the scripts that we give them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.cli.lint.sites import Site, demonstration
from tests.commands import run

ROOT = Path(__file__).parent.parent.parent

#: What a shell does when the tab key is pressed behind some words; it prints what it would offer.
PRESS_TAB = {
    "bash": "source {script}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
    "{function} {program}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
    # compadd and _describe, which know of no key outside of zsh's editor, print what they are given
    "zsh": "compdef() {{ }}; compadd() {{ print -l $completions }}; _describe() {{ print -l "
    "${{completions_with_descriptions%%:*}} }}; source {script}; words=({words}); "
    "CURRENT=$#words; {function}",
    "fish": "source {script}; complete -C {line} | string split -f 1 \\t",
}


class ShellTests(SynchronousTestCase):
    def offers(self, shell: str, program: str, *words: str) -> set[str]:
        """Return what a shell offers in place of the last of some words."""
        path = shutil.which(shell)
        if path is None:
            raise SkipTest(f"{shell} is not installed")
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        script, command = folder / "script", folder / program
        script.write_text(run("completion", shell, program).output)
        code = f"from bcfg2tw.cli.scripts import {'lint' if program == 'bcfg2-lint' else 'main'}"
        call = "lint()" if program == "bcfg2-lint" else "main(prog_name='bcfg2tw')"
        command.write_text(
            f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "
            f'{shlex.quote(f"{code}; {call}")} "$@"\n'
        )
        command.chmod(0o755)
        line = shlex.join([program, *words])
        asked = PRESS_TAB[shell].format(
            script=script, words=line, line=shlex.quote(line), program=program,
            function=f"_{program.replace('-', '_')}_completion",
        )  # fmt: skip
        ended = subprocess.run(
            [path, "-c", asked],
            env={
                **os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
                "HOME": str(folder),
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(ended.stderr, "")
        return set(ended.stdout.split())

    def offers_all(self, shell: str) -> None:
        """Check names of a site, commands and mistakes."""
        config = str(Site(self, demonstration()).config)
        info = ("info", "-C", config)
        hosts = self.offers(shell, "bcfg2tw", *info, "showclient", "web")
        self.assertEqual(hosts, {"web1.example.com", "web2.example.com"})
        groups = self.offers(shell, "bcfg2tw", *info, "groups", "kernel")
        self.assertEqual(groups, {"kernel-freebsd", "kernel-linux"})
        self.assertEqual(self.offers(shell, "bcfg2tw", *info, "buildbundle", "m"), {"motd"})
        self.assertEqual(self.offers(shell, "bcfg2tw", "in"), {"info", "init"})
        mistakes = self.offers(shell, "bcfg2-lint", "--explain", "no-")
        self.assertEqual(mistakes, {"no-generator", "no-infoxml", "no-pubkey-xml"})

    def test_bash(self) -> None:
        """Bash offers commands, clients, groups, bundles and mistakes."""
        self.offers_all("bash")

    def test_zsh(self) -> None:
        """Zsh offers the same."""
        self.offers_all("zsh")

    def test_fish(self) -> None:
        """Fish offers the same."""
        self.offers_all("fish")
