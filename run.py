"""
Run this checkout without installing anything by hand.

    python3 run.py serve        serve the site in ./demo, made for demonstration if there is none,
                                and the pages of what its clients report, with invented reports
    python3 run.py test         run all tests, with --quick those of tests/quick.py, or those named
    python3 run.py lint         check style and format, with --fix set them right
    python3 run.py types        check types
    python3 run.py docs         build the documentation into docs/_build
    python3 run.py site FOLDER  build it into a folder beside those of other versions, which each
                                page offers then; the version's name may follow
    python3 run.py oldest       run tests, as above, with the oldest versions that setup.cfg admits
    python3 run.py newest       run tests, or those named, with Python 3.14 and newest libraries,
                                in a Debian of its own; as root
    python3 run.py python-ldap  run the tests of the plugin Ldap with python-ldap, which pip builds
    python3 run.py package      build sdist and wheel into dist, and check both
    python3 run.py speed        compare what a client's run costs with what it did before; minutes
    python3 run.py debian       build the Debian package in a Debian 13 of its own; install, serve,
                                upgrade, replace and remove it there; as root
    python3 run.py image        build the OCI image from that package, without a daemon, and serve a
                                client with it; as root
    python3 run.py rpm          build the RPM package and look at what is in it; as root
    python3 run.py check        all of these, as CI does

What else is given goes to the program behind the command: twistd, trial, ruff, mypy, sphinx.

All of them make the virtual environment .venv (oldest and python-ldap: one of their own) if there
is none and install into it what setup.cfg asks for, again when that has changed. The project itself
is run from the checkout. Nothing outside the checkout is touched.
"""

import configparser
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
OLDEST_ENVIRONMENT = ROOT / ".venv-oldest"
PYTHON_LDAP_ENVIRONMENT = ROOT / ".venv-python-ldap"
SITE = ROOT / "demo"
# Each contains what stands before it.
EXTRAS = ("[reporting]", "[test]", "[dev]")
OLDEST_EXTRAS = "[test,bcrypt]"
PIP_OPTIONS = ["--quiet", "--disable-pip-version-check"]
# What setup.cfg admits; where the running one is none of them, the first that is found is taken.
VERSIONS = ((3, 14), (3, 13), (3, 12), (3, 11), (3, 10))
# Those that there were when the oldest libraries came out, so that these have wheels for them.
OLDEST_VERSIONS = ((3, 10), (3, 11), (3, 12))
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(\[[\w-]+\])?>=(?P<version>[\w.]+)(?P<marker>;.*)?")


class Missing(Exception):
    """Something that this machine lacks; the text is the sentence to print."""


def main(arguments: "list[str]") -> int:
    commands = {
        "serve": serve,
        "test": test,
        "lint": lint,
        "types": types,
        "docs": docs,
        "site": site,
        "oldest": oldest,
        "newest": newest,
        "python-ldap": python_ldap,
        "package": package,
        "speed": speed,
        "debian": debian,
        "image": image,
        "rpm": rpm,
        "check": check,
    }
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
    install("[reporting]")
    if not SITE.exists():
        run([program("bcfg2tw"), "init", "--with-history", SITE.name])
    become([program("twistd"), "-n", "bcfg2-core", "--config", f"{SITE.name}/bcfg2.conf", *options])


def test(options: "list[str]") -> None:
    install("[test]")
    become([program("python"), "-m", "twisted.trial", *trial_arguments(options)])


def trial_arguments(options: "list[str]") -> "list[str]":
    given = [option for option in options if option != "--quick"]
    if "--quick" in options:
        return [*(given or ["-j2"]), "tests.quick"]
    return given or ["-j2", "tests"]


def lint(options: "list[str]") -> None:
    install("[dev]")
    run([program("ruff"), "check", *options, "."])
    become([program("ruff"), "format", *([] if "--fix" in options else ["--check"]), "."])


def types(options: "list[str]") -> None:
    install("[dev]")
    become([program("mypy"), *options])


def docs(options: "list[str]") -> None:
    install("[dev]")
    sphinx = [program("python"), "-m", "sphinx", "-W", "--keep-going", "-q"]
    become([*sphinx, *options, "docs", "docs/_build"])


def site(options: "list[str]") -> None:
    install("[dev]")
    become([program("python"), "docs/site_versions.py", *(options or ["docs/_build/site"])])


def oldest(options: "list[str]") -> None:
    make_environment(OLDEST_ENVIRONMENT, OLDEST_VERSIONS)
    constraints = OLDEST_ENVIRONMENT / "constraints.txt"
    constraints.write_text("".join(f"{line}\n" for line in lowest_versions()))
    install(OLDEST_EXTRAS, OLDEST_ENVIRONMENT, ["--constraint", str(constraints)])
    python = program("python", OLDEST_ENVIRONMENT)
    become([python, "-m", "twisted.trial", *trial_arguments(options)])


def newest(options: "list[str]") -> None:
    make_environment(ENVIRONMENT, VERSIONS)
    become([program("python"), ".ci/newest.py", *options])


def python_ldap(options: "list[str]") -> None:
    make_environment(PYTHON_LDAP_ENVIRONMENT, VERSIONS)
    install("[test,python-ldap]", PYTHON_LDAP_ENVIRONMENT)
    python = program("python", PYTHON_LDAP_ENVIRONMENT)
    become([python, "-m", "twisted.trial", *(options or ["tests.engine.plugins.ldap"])])


def package(options: "list[str]") -> None:
    install("[dev]")
    become([program("python"), ".ci/package.py", *options])


def speed(options: "list[str]") -> None:
    install("[test]")
    become([program("python"), "-m", "tests.speed_gate", *options])


def debian(options: "list[str]") -> None:
    make_environment(ENVIRONMENT, VERSIONS)
    become([program("python"), ".ci/debian.py", *options])


def image(options: "list[str]") -> None:
    install("[dev]")
    become([program("python"), ".ci/image.py", *options])


def rpm(options: "list[str]") -> None:
    install("[dev]")
    become([program("python"), ".ci/rpm.py", *options])


def check(options: "list[str]") -> None:
    become([".ci/run", "--as-is", *options])


def program(name: str, environment: Path = ENVIRONMENT) -> str:
    return str(environment / "bin" / name)


def install(
    extras: str, environment: Path = ENVIRONMENT, pip_options: "list[str] | None" = None
) -> None:
    """
    Bring an environment up to date with setup.cfg; a stamp in it says what it was made from.

    The installation is an editable one: Python finds the checkout through a .pth file, so that a
    changed module needs none, and twistd finds the plugin in twisted/plugins.
    """
    stamp = environment / "bcfg2tw.stamp"
    sources = fingerprint()
    installed = stamp.read_text() if stamp.exists() else ""
    if installed in [sources + enough for enough in extras_with(extras)]:
        return
    make_environment(environment, VERSIONS)
    pip = [program("python", environment), "-m", "pip", "install", *PIP_OPTIONS]
    run([*pip, *(pip_options or []), "-e", f".{extras}"])
    stamp.write_text(sources + extras)


def extras_with(extras: str) -> "list[str]":
    return list(EXTRAS[EXTRAS.index(extras) :]) if extras in EXTRAS else [extras]


def make_environment(environment: Path, versions: "tuple[tuple[int, int], ...]") -> None:
    if Path(program("python", environment)).exists():
        return
    python = suitable_python(versions)
    run(
        [python, "-c", "import ensurepip, venv"],
        f"{python} comes without venv: install it (Debian, Ubuntu: apt install python3-venv)",
    )
    run([python, "-m", "venv", environment.name])


def suitable_python(versions: "tuple[tuple[int, int], ...]") -> str:
    if sys.version_info[:2] in versions:
        return sys.executable
    for major, minor in versions:
        found = shutil.which(f"python{major}.{minor}")
        # pyenv's are there for versions that are not chosen, too, and then only complain
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return found
    low, high = min(versions), max(versions)
    raise Missing(
        f"Python {low[0]}.{low[1]} to {high[0]}.{high[1]} is needed, and this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}: install one of them"
    )


def fingerprint() -> str:
    """Digest what an installation is made of."""
    digest = hashlib.sha256(b"editable\0")
    for name in ("setup.cfg", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()


def lowest_versions() -> "list[str]":
    """Return pip's constraints to the lowest version of each requirement in setup.cfg."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(str(ROOT / "setup.cfg"))
    values = [settings["options"]["install_requires"]]
    values += settings["options.extras_require"].values()
    lines = [line for value in values for line in value.splitlines() if line]
    # an extra may name others: %(test)s
    return [lowest_version(line) for line in lines if not line.startswith("%")]


def lowest_version(requirement: str) -> str:
    match = REQUIREMENT.fullmatch(requirement.replace(" ", ""))
    if match is None:
        raise Missing(f"setup.cfg: '{requirement}' has to be NAME>=VERSION")
    return f"{match['name']}=={match['version']}{match['marker'] or ''}"


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
