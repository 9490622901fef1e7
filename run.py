"""
Run this checkout without installing anything by hand.

    python3 run.py serve    make a demonstration site in ./demo, unless there is one, and serve it
    python3 run.py test     run all tests

Both make the virtual environment .venv if there is none and install into it what setup.cfg asks
for, again when that has changed. The project itself is run from the checkout. Nothing outside the
checkout is touched.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
SITE = ROOT / "demo"
TEST_EXTRAS = "[test]"
PIP_OPTIONS = ["--disable-pip-version-check"]
# What setup.cfg admits; where the running one is none of them, the first that is found is taken.
VERSIONS = ((3, 14), (3, 13), (3, 12), (3, 11), (3, 10))


class Missing(Exception):
    """Something that this machine lacks; the text is the sentence to print."""


def main(arguments: "list[str]") -> int:
    commands = {"serve": serve, "test": test}
    if not arguments or arguments[0] not in commands:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    os.chdir(str(ROOT))
    try:
        commands[arguments[0]](arguments[1:])
    except Missing as missing:
        print(f"run.py: {missing}", file=sys.stderr)
    return 1  # a command that worked has replaced this process


def serve(options: "list[str]") -> None:
    install("")
    if not SITE.exists():
        run([str(ENVIRONMENT / "bin" / "bcfg2tw"), "init", SITE.name])
    twistd = str(ENVIRONMENT / "bin" / "twistd")
    become([twistd, "-n", "bcfg2-core", "--config", f"{SITE.name}/bcfg2.conf", *options])


def test(options: "list[str]") -> None:
    install(TEST_EXTRAS)
    become([str(PYTHON), "-m", "twisted.trial", *(options or ["-j2", "tests"])])


def install(extras: str) -> None:
    """
    Bring .venv up to date with setup.cfg; a stamp in it says what it was made from.

    The installation is an editable one: Python finds the checkout through a .pth file, so that a
    changed module needs none, and twistd finds the plugin in twisted/plugins.
    """
    stamp = ENVIRONMENT / "bcfg2tw.stamp"
    sources = fingerprint()
    installed = stamp.read_text() if stamp.exists() else ""
    if installed in (sources + extras, sources + TEST_EXTRAS):
        return
    make_environment()
    run([str(PYTHON), "-m", "pip", "install", "--quiet", *PIP_OPTIONS, "-e", f".{extras}"])
    stamp.write_text(sources + extras)


def make_environment() -> None:
    if PYTHON.exists():
        return
    python = suitable_python()
    run(
        [python, "-c", "import ensurepip, venv"],
        f"{python} comes without venv: install it (Debian, Ubuntu: apt install python3-venv)",
    )
    run([python, "-m", "venv", ENVIRONMENT.name])


def suitable_python() -> str:
    if sys.version_info[:2] in VERSIONS:
        return sys.executable
    for major, minor in VERSIONS:
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found
    raise Missing(
        "Python 3.10 to 3.14 is needed, and this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}: install one of them"
    )


def fingerprint() -> str:
    """Digest what an installation is made of."""
    digest = hashlib.sha256(b"editable\0")
    for name in ("setup.cfg", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()


def run(command: "list[str]", sentence: str = "") -> None:
    say(command)
    if subprocess.call(command) != 0:
        raise Missing(sentence or f"'{' '.join(command)}' failed, see above")


def become(command: "list[str]") -> None:
    """Replace this process, so that signals reach the command itself."""
    say(command)
    os.execv(command[0], command)


def say(command: "list[str]") -> None:
    print("+ " + " ".join(command), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
