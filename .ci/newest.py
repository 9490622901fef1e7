"""
Run tests with the newest Python that the project is for, which a Debian of its own has.

`python3 run.py newest [TEST …]` runs this, as root. The libraries are the newest as well. What the
tests say goes to the output, and whether they passed is the exit status. That Debian is still being
made and changes daily: if it or a library for it is not to be had, the status is 75, and nothing
is said of the project.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from debian_system import DebianSystem, run

ROOT = Path(__file__).parents[1]
SUITE, PYTHON = "forky", "python3.14"
PACKAGES = (
    PYTHON, f"{PYTHON}-venv", "ca-certificates", "git", "openssh-client", "openssl", "procps",
)  # fmt: skip
#: A suite that is still being made is signed for a week, which mirrors may exceed.
UNDATED = '--aptopt=Acquire::Check-Valid-Until "false"'
#: How this machine reaches the network, for pip.
NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
#: Those that start no process, and of the others those in which the interpreter counts most.
TESTS = (
    "tests.quick", "tests.engine.siteplugins", "tests.test_service", "tests.workers.test_lives",
)  # fmt: skip


def main(tests: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="bcfg2tw-newest-") as folder:
        try:
            system = make_system(Path(folder) / "system")
        except SystemExit as end:
            print(end)
            return os.EX_TEMPFAIL
        trial = ("/venv/bin/python", "-m", "twisted.trial", "-j2", *(tests or TESTS))
        status = subprocess.run(system.command("env", "--chdir=/src", *trial)).returncode
        for path in sorted(system.path("/src/_trial_temp").rglob("hanging.log")):
            print(path.read_text(), end="")  # what a test was doing that did not end
        return status


def make_system(folder: Path) -> DebianSystem:
    """Return a Debian with a copy of the checkout in /src, and what it needs in /venv."""
    system = DebianSystem.make(folder, UNDATED, f"--include={','.join(PACKAGES)}", suite=SUITE)
    for name in NETWORK:
        shutil.copy(name, system.path(name))
    run("git", "clone", "--quiet", str(ROOT), str(system.path("/src")))
    system.run(PYTHON, "-m", "venv", "/venv")
    system.run("/venv/bin/pip", "install", "--quiet", "--editable", "/src[test]")
    return system


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
