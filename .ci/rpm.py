"""
Build the RPM package and look at what is in it; `python3 run.py rpm` runs this, as root.

rpmbuild may be Debian's, which has no database of installed packages: what the spec asks for to
build is taken from the environment of the checkout, and the package is installed into a folder
without what it depends on.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from debian_system import run

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
SPEC = ROOT / "packaging/rpm/bcfg2tw.spec"
RULES = SPEC.with_suffix(".rpmlintrc")
EXPECTED = (
    "/usr/bin/bcfg2tw", "/usr/bin/bcfg2-server", "/usr/bin/bcfg2-admin", "/usr/bin/bcfg2-lint",
    "/usr/lib/systemd/system/bcfg2-core.service", "/usr/lib/systemd/system/bcfg2-core.socket",
    "/usr/lib/sysusers.d/bcfg2tw.conf", "/usr/lib/tmpfiles.d/bcfg2tw.conf",
    "/usr/share/bash-completion/completions/bcfg2tw", "/usr/share/man/man1/bcfg2tw-serve.1",
    "/twisted/plugins/bcfg2_core.py", "/bcfg2tw/cli/init/demo/bcfg2.conf", "/bcfg2tw/py.typed",
    "/bcfg2tw/reporting/web/static/style.css",
)  # fmt: skip
#: A site's own, which no package may have.
FORBIDDEN = ("/etc/bcfg2.conf", "/var/lib/bcfg2", "/usr/local")


def main() -> None:
    for program in ("rpmbuild", "rpm", "rpmlint"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: .ci/debian-packages installs it")
    with tempfile.TemporaryDirectory(prefix="bcfg2tw-rpm-") as temporary:
        package = build(Path(temporary))
        check_files(package)
        check_scripts(package)
        judge(package)
        install(package, Path(temporary) / "system")
        shutil.copy(package, DIST)
    print(f"dist/{package.name} is built, and was installed and removed in a folder")


def build(folder: Path) -> Path:
    """Build the package from the sdist of this checkout, and return it."""
    sources = folder / "sources"
    make_sdist = [sys.executable, "-m", "build", "--quiet", "--sdist", "--outdir", str(sources)]
    run(*make_sdist, str(ROOT))
    defined = {
        "_topdir": str(folder),
        "_sourcedir": str(sources),
        "python3": sys.executable,
        "__brp_python_bytecompile": "%{nil}",
    }
    defines = [word for pair in defined.items() for word in ("--define", " ".join(pair))]
    run("rpmbuild", "-ba", "--nodeps", *defines, str(SPEC))
    [package] = folder.glob("RPMS/noarch/bcfg2tw-*.rpm")
    DIST.mkdir(exist_ok=True)
    return package


def check_files(package: Path) -> None:
    """End where a file is missing, or one is there that is not the package's."""
    names = ask("rpm", "-qpl", str(package)).splitlines()
    missing = [name for name in EXPECTED if not any(name in path for path in names)]
    wrong = [path for path in names if path.startswith(FORBIDDEN)]
    if missing or wrong:
        sys.exit(f"the package lacks {missing}, and should not have {wrong}")


def check_scripts(package: Path) -> None:
    """End where a script of the package is none for the shell."""
    scripts = ask("rpm", "-qp", "--scripts", str(package))
    for part in scripts.split("scriptlet (using /bin/sh):\n")[1:]:
        text = part.rsplit("\n", 1)[0] if "scriptlet" in part.rsplit("\n", 2)[-1] else part
        lines = [line for line in text.splitlines() if "scriptlet" not in line]
        checked = subprocess.run(["sh", "-n"], input="\n".join(lines), text=True)
        if checked.returncode != 0:
            sys.exit(f"no script for the shell:\n{text}")
    if scripts.count("scriptlet (using") < 4:
        sys.exit(f"scripts are missing:\n{scripts}")


def judge(package: Path) -> None:
    """End where rpmlint has found an error."""
    asked = subprocess.run(
        ["rpmlint", "--rpmlintrc", str(RULES), str(package)], capture_output=True, text=True
    )
    print(asked.stdout[-4000:])
    if asked.returncode != 0:
        sys.exit("rpmlint is not content, see above")


def install(package: Path, system: Path) -> None:
    """Install the package into a folder, look, and remove it."""
    system.mkdir()
    rpm = ("rpm", "--root", str(system), "--nodeps", "--noscripts")
    run("rpm", "--root", str(system), "--initdb")
    run(*rpm, "--install", str(package))
    run("rpm", "--root", str(system), "--verify", "--nodeps", "--nouser", "--nogroup", "bcfg2tw")
    run(*rpm, "--erase", "bcfg2tw")
    left = [path for path in system.rglob("bcfg2*") if "/var/" not in str(path)]
    if left:
        sys.exit(f"removal leaves {left}")


def ask(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
