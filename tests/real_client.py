"""
The Bcfg2 1.3.4 client itself, in a Python 2.7 environment that is made once for each user.

It is not part of bcfg2tw and not in the repository: the package index has it. The environment
stands in the user's cache folder, so that only the first run of the tests installs it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from twisted.trial.unittest import SkipTest

VERSION = "1.3.4"
REQUIREMENTS = (f"bcfg2=={VERSION}", "genshi", "lxml")
# The last release that makes environments for Python 2.7.
VIRTUALENV = "virtualenv==20.15.1"


def real_client() -> list[str]:
    """
    Return the command of the client, which is installed now if it was not yet.

    :raises SkipTest: if there is no Python 2.7, or the client cannot be installed
    """
    python = _python27()
    folder = _cache() / f"client-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    complete = folder / "complete"
    # trial runs tests in several processes; the second waits for the first
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(python, folder)
            complete.touch()
    return [str(folder / "bin" / "python"), str(folder / "bin" / "bcfg2")]


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bcfg2tw"


def _python27() -> str:
    candidates = [os.environ.get("PYTHON27"), *_of_pyenv(), shutil.which("python2.7")]
    for candidate in filter(None, candidates):
        # pyenv leaves a python2.7 in PATH that may only say that it is not selected
        if subprocess.run([candidate, "--version"], capture_output=True).returncode == 0:
            return candidate
    raise SkipTest(f"there is no Python 2.7 to run the Bcfg2 {VERSION} client with")


def _of_pyenv() -> list[str]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return [str(path) for path in sorted(root.glob("versions/2.7.*/bin/python2.7"))]


def _install(python: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as tools:
        # virtualenv goes to a folder of its own: the Python that was found is left as it is
        _run([python, "-m", "pip", "install", "--target", tools, VIRTUALENV])
        _run([python, "-m", "virtualenv", str(folder)], PYTHONPATH=tools)
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", *REQUIREMENTS])


def _run(command: list[str], **environment: str) -> None:
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    ended = subprocess.run(
        command,
        env={**os.environ, **quiet, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if ended.returncode != 0:
        last = ended.stdout.strip().splitlines()[-1:] or ["no output"]
        raise SkipTest(
            f"the Bcfg2 {VERSION} client cannot be installed: '{' '.join(command)}': {last[0]}"
        )


def real_server() -> list[str]:
    """
    Return the command of the release's server, from the same environment.

    :raises SkipTest: as `real_client` does
    """
    python, client = real_client()
    return [python, str(Path(client).with_name("bcfg2-server"))]
