"""What the tests of version plugins share: the systems' own programs."""

from __future__ import annotations

import os
import shutil
import subprocess

from twisted.trial.unittest import SkipTest, SynchronousTestCase

#: A name, so that commits can be made; no configuration of whoever runs the tests.
ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.test",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.test",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "HGUSER": "test",
    "BRZ_EMAIL": "Test <test@example.test>",
    "DARCS_EMAIL": "test@example.test",
    "USER": "test",
    "LC_ALL": "C.UTF-8",
}


def needs(program: str, package: str) -> None:
    """
    Skip a test where a program is not installed, or does not even start.

    :param package: Debian's name for the package that has it
    """
    if shutil.which(program) is None:
        raise SkipTest(f"{program} is not installed (Debian's package {package})")
    try:
        run(os.sep, program, "version" if program == "fossil" else "--version")
    except AssertionError as failure:  # one that is written in Python may find the wrong one
        raise SkipTest(f"the installed {program} does not start: {failure}") from failure


def run(folder: str, *command: str) -> str:
    """Run a command in a folder and return what it wrote; it has to succeed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{' '.join(command)} failed: {done.stderr}")
    return done.stdout.strip()


def a_folder(case: SynchronousTestCase) -> str:
    """Return a new empty folder of a test."""
    folder: str = os.path.abspath(case.mktemp())
    os.mkdir(folder)
    return folder
