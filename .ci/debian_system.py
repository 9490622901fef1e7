"""
A Debian of its own in a folder, 13 unless another one is asked for, made by mmdebstrap: packages
are built and installed in it.

It takes root. Each command there has a list of processes of its own, so that none outlives it and
nothing stays mounted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SUITE = "trixie"
#: The default is that of Debian itself; others have one nearby.
MIRROR = (os.environ["DEBIAN_MIRROR"],) if "DEBIAN_MIRROR" in os.environ else ()
#: So many lines of what has failed are shown.
LAST_LINES = 60
#: Nothing is kept of it: what dpkg does for the case of a power cut takes most of the time.
_OPTIONS = ("--dpkgopt=force-unsafe-io", '--aptopt=APT::Install-Recommends "false"')
_DOCUMENTATION = ("doc", "man", "locale", "info")
_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
}


class DebianSystem:
    """A Debian in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def make(
        cls, folder: Path, *options: str, keep: tuple[str, ...] = (), suite: str = SUITE
    ) -> DebianSystem:
        """
        Make the smallest one with apt.

        :param options: more options of mmdebstrap, which win
        :param keep: beginnings of paths below /usr/share whose documentation is installed
        """
        require_root()
        excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _DOCUMENTATION]
        kept = [f"--dpkgopt=path-include=/usr/share/{name}" for name in keep]
        run(
            "mmdebstrap", "--quiet", "--mode=root", "--variant=apt", *_OPTIONS, *excluded, *kept,
            *options, suite, str(folder), *MIRROR,
            sentence=f"no {suite} can be made: is the mirror reached, and may this user mount?",
        )  # fmt: skip
        return cls(folder)

    def copy(self, folder: Path) -> DebianSystem:
        """Return another one with the same content."""
        run("cp", "-a", str(self.folder), str(folder))
        return DebianSystem(folder)

    def path(self, inside: str) -> Path:
        """Return where a file of it is for those outside."""
        return self.folder / inside.removeprefix("/")

    def command(self, *words: str, user: str = "root") -> list[str]:
        """Return the command that runs a command in it."""
        own_processes = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        proc = f"--mount-proc={self.folder}/proc"
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        variables = [f"{name}={value}" for name, value in _ENVIRONMENT.items()]
        identity = [] if user == "root" else as_user
        inside = ["chroot", str(self.folder), "env", "-i", *variables, *identity]
        return [*own_processes, proc, *inside, *words]

    def run(self, *words: str, user: str = "root") -> None:
        """Run a command in it; one that fails ends everything."""
        run(*self.command(*words, user=user), shown=f"in {self.folder.name}: {' '.join(words)}")

    def ask(self, *words: str, user: str = "root") -> subprocess.CompletedProcess[str]:
        """Run a command in it, and return what came of it."""
        return subprocess.run(self.command(*words, user=user), capture_output=True, text=True)

    def install(self, *packages: str) -> None:
        """Install packages, by name or by path there."""
        if not any(self.path("/var/lib/apt/lists").glob("*_Packages*")):
            self.run("apt-get", "-qq", "update")
        self.run("apt-get", "-qq", "-y", "install", *packages)


def require_root(*programs: str) -> None:
    """End where this is not root, or one of the programs that are called is missing."""
    if os.geteuid() != 0:
        sys.exit("a Debian in a folder takes root: call it with sudo")
    for program in ("mmdebstrap", "unshare", "setpriv", *programs):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: .ci/debian-packages installs it")


def run(*command: str, sentence: str = "", shown: str = "") -> None:
    """
    Run a command; one that fails ends everything with a sentence.

    :param shown: stands for the command where that is long
    """
    shown = shown or " ".join(command)
    print(f"+ {shown}", flush=True)
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if ended.returncode != 0:
        last = ended.stdout.decode("utf-8", "replace").splitlines()[-LAST_LINES:]
        print("\n".join(last))
        sys.exit(sentence or f"'{shown}' failed, see above")
