"""
Build the sdist and the wheel into dist/, and check both; `run.py package` runs this.

The sdist has every file that git knows, and its quick tests pass where it was unpacked. The wheel
has every file of the packages, what `shared_files.py` makes, and nothing else, and serves a site
without any extra.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
SHARE = ROOT / "share"
PACKAGES = ("bcfg2tw", "twisted")
BUILD = """
from bcfg2tw.engine.core import Core
from bcfg2tw.settings import Settings

core = Core(Settings.from_file("site/bcfg2.conf"))
assert core.run()
print(len(core.BuildConfiguration("localhost")), "bundles")
"""


def main() -> None:
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, str(ROOT / ".ci/shared_files.py"))
    # the wheel is built from the sdist
    run(sys.executable, "-m", "build", "--quiet", "--outdir", str(DIST), str(ROOT))
    [sdist], [wheel] = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    with tempfile.TemporaryDirectory() as folder:
        check_sdist(sdist, Path(folder))
        check_wheel(wheel, Path(folder))


def check_sdist(sdist: Path, folder: Path) -> None:
    run("tar", "-xzf", str(sdist), "-C", str(folder))
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    lacking = [name for name in project_files() if not (unpacked / name).exists()]
    complain_if(lacking, f"{sdist.name} lacks")
    run(sys.executable, "run.py", "test", "--quick", cwd=unpacked)


def project_files() -> list[str]:
    """Return what git tracks, or would if it were added."""
    # a checkout may belong to somebody else, as in containers
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(
        [*git, "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    if listed.returncode != 0:
        sys.exit("a checkout of git is needed, to compare with")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def check_wheel(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {
            name.partition(".data/data/")[2] or name
            for name in archive.namelist()
            if ".dist-info/" not in name
        }
    expected = {name for name in project_files() if name.startswith(PACKAGES)} | shared_files()
    complain_if(sorted(expected - packed), f"{wheel.name} lacks")
    complain_if(sorted(packed - expected), f"{wheel.name} should not have")
    run(sys.executable, "-m", "venv", str(folder / "venv"))
    programs = folder / "venv" / "bin"
    python = str(programs / "python")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))
    run(str(programs / "bcfg2tw"), "init", "site", cwd=folder)
    run(str(programs / "twistd"), "bcfg2-core", "--version", cwd=folder)
    run(python, "-c", BUILD, cwd=folder)


def shared_files() -> set[str]:
    """Return the files that were made for the wheel."""
    return {str(path.relative_to(ROOT)) for path in SHARE.rglob("*") if path.is_file()}


def complain_if(names: list[str], sentence: str) -> None:
    if names:
        sys.exit(f"{sentence}: {', '.join(names)}")


def run(*command: str, cwd: Path = ROOT) -> None:
    print("+ " + " ".join(command), flush=True)
    if subprocess.call(command, cwd=cwd) != 0:
        sys.exit(f"'{' '.join(command)}' failed, see above")


if __name__ == "__main__":
    main()
