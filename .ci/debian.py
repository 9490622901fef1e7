"""
Build the Debian package in a Debian 13, judge it with lintian, and live through its life.

`python3 run.py debian` runs this, as root; the packages are left in dist/. With `--keep FOLDER` the
Debian systems stay in that folder, to be looked at.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from debian_life import live_through
from debian_system import DebianSystem, run

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
INSTALLED_DOCUMENTATION = ("man/man1", "man/man1/bcfg2*", "doc/bcfg2tw*")
#: Debian 13 has no package of it; the version that setup.cfg's lower bound was tried with.
COMPONENT = "inotify-simple==2.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="run.py debian", description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory(prefix="bcfg2tw-debian-") as temporary:
        work(keep or Path(temporary))


def work(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    clean = DebianSystem.make(folder / "clean", keep=INSTALLED_DOCUMENTATION)
    package = build(clean.copy(folder / "build"))
    live_through(package, clean)
    print(f"{package.relative_to(ROOT)} is built, and was installed, upgraded and removed")


def build(system: DebianSystem) -> Path:
    """
    Build source package and package, and have lintian look at both.

    :returns: the package, in dist/
    """
    source = write_source(system.path("/src"))
    inside = f"/src/{source.name}"
    system.install("build-essential", "lintian")
    system.run("apt-get", "-qq", "-y", "build-dep", inside)
    system.run("sh", "-c", f"cd {inside} && dpkg-buildpackage -us -uc")
    judge(system)
    DIST.mkdir(exist_ok=True)
    for path in system.path("/src").glob("bcfg2tw_*"):
        if path.suffix != ".buildinfo":
            shutil.copy(path, DIST)
    [package] = DIST.glob("bcfg2tw_*.deb")
    return package


def judge(system: DebianSystem) -> None:
    """Have lintian look at what was built; whatever it says ends everything."""
    [changes] = system.path("/src").glob("*.changes")
    options = ("--fail-on", "error,warning", "--display-info", "--tag-display-limit=0")
    asked = system.ask("lintian", "--allow-root", *options, f"/src/{changes.name}")
    print(asked.stdout + asked.stderr)
    if asked.returncode != 0:
        sys.exit("lintian is not content, see above")


def write_source(folder: Path) -> Path:
    """
    Write the unpacked source package, and the tarballs that it is made of, into a folder.

    :returns: where it is unpacked
    """
    folder.mkdir()
    version = upstream_version()
    source = folder / f"bcfg2tw-{version}"
    for name in project_files():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(add_component(folder, version), source / "inotify-simple")
    pack(source, folder / f"bcfg2tw_{version}.orig.tar.gz", leave_out="inotify-simple")
    shutil.copytree(source / "packaging/debian", source / "debian")
    return source


def upstream_version() -> str:
    line = (ROOT / "packaging/debian/changelog").read_text().splitlines()[0]
    match = re.match(r"bcfg2tw \((.+)-\d+\) ", line)
    assert match is not None
    return match[1]


def project_files() -> list[str]:
    """Return what git tracks, as it stands in the checkout."""
    # a checkout may belong to somebody else, as in containers
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(git, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    names = listed.stdout.split("\0")
    return [
        name for name in names if name and not name.startswith("tests/") and Path(name).exists()
    ]


def add_component(folder: Path, version: str) -> Path:
    """Write the tarball of what Debian has no package of; return where it is unpacked."""
    fetched = folder / "fetched"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--no-deps", "--no-binary", ":all:", "--dest", str(fetched), COMPONENT)
    [archive] = fetched.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(fetched, filter="data")
    shutil.copy(archive, folder / f"bcfg2tw_{version}.orig-inotify-simple.tar.gz")
    [unpacked] = [path for path in fetched.iterdir() if path.is_dir()]
    return unpacked


def pack(source: Path, archive: Path, leave_out: str) -> None:
    names = ["--exclude", f"{source.name}/{leave_out}", source.name]
    run("tar", "-czf", str(archive), "-C", str(source.parent), *names)


if __name__ == "__main__":
    main()
