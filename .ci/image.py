"""
Build the OCI image without a daemon, and serve a client with it.

`python3 run.py image` runs this, as root, after `python3 run.py debian`, whose package in dist/
goes into the image. What the image says of itself is read from packaging/oci/Containerfile. The
result is dist/bcfg2tw-image.tar, an OCI layout that podman, skopeo and docker load, with
dist/bcfg2tw.cdx.json, the bill of its materials.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from container_file import read_container_file
from debian_system import MIRROR, SUITE, require_root, run
from image_life import USER, live_through
from materials import write_bill
from oci_layout import write_layout

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
CONTAINER_FILE = ROOT / "packaging/oci/Containerfile"
#: Of what is stored and transferred; unpacked it is about three times as much.
LIMIT_BYTES = 150_000_000
BILL = "usr/share/doc/bcfg2tw/bcfg2tw.cdx.json"
#: Nothing in it is read by the server; licences stay.
_LEFT_OUT = ("doc/*", "man/*", "locale/*", "info/*", "lintian/*", "bash-completion/*")
_EMPTIED = ("tmp/*", "var/log/*", "var/cache/*", "var/lib/apt", "etc/apt/sources.list.d/ours.list")


def main() -> None:
    require_root("skopeo", "umoci", "runc")
    packages = sorted(DIST.glob("bcfg2tw_*_all.deb"))
    if not packages:
        sys.exit("there is no package in dist: python3 run.py debian makes it")
    with tempfile.TemporaryDirectory(prefix="bcfg2tw-image-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)  # apt reads the package as a user of its own
        layout = build(packages[-1], folder)
        live_through(layout, folder)
        archive(layout)


def build(package: Path, folder: Path) -> Path:
    """
    Make the files of the image, and an OCI layout of them.

    :returns: the layout's folder
    """
    container = read_container_file(CONTAINER_FILE)
    files = folder / "files"
    make_files(package, container.packages, files, folder)
    bill = files / BILL
    write_bill(files, package, bill)
    shutil.copy(bill, DIST)
    layout = folder / "layout"
    write_layout(files, container.configuration, layout)
    tell_sizes(files, layout)
    return layout


def make_files(package: Path, names: list[str], files: Path, folder: Path) -> None:
    """Install the package and what it needs into a folder, without apt in it."""
    repository = write_repository(package, folder / "repository")
    source = f"deb [trusted=yes] copy://{repository} ./"
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}" for name in _LEFT_OUT]
    user = "groupadd --root $1 --system --gid 6789 bcfg2 && useradd --root $1 --system --uid 6789"
    user += " --gid bcfg2 --home-dir /var/lib/bcfg2 --shell /usr/sbin/nologin bcfg2"
    emptied = f"cd $1 && rm -rf {' '.join(_EMPTIED)}"
    folders = "chroot $1 install -d -o bcfg2 -g bcfg2 -m 0750 /var/lib/bcfg2"
    run(
        "mmdebstrap", "--quiet", "--mode=root", "--variant=essential",
        "--dpkgopt=force-unsafe-io", '--aptopt=APT::Install-Recommends "false"', *excluded,
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        f"--setup-hook=echo '{source}' >$1/etc/apt/sources.list.d/ours.list",
        f"--essential-hook={user}", f"--customize-hook={folders}", f"--customize-hook={emptied}",
        f"--include={','.join(['bcfg2tw', *names])}", SUITE, str(files), *MIRROR,
        sentence="the files of the image cannot be made, see above",
    )  # fmt: skip
    run_folder = files / "run/bcfg2-core"  # made now: mmdebstrap empties /run at its end
    run_folder.mkdir(mode=0o750)
    os.chown(run_folder, USER, USER)


def write_repository(package: Path, folder: Path) -> Path:
    """Write a repository of one package, as apt reads it."""
    folder.mkdir()
    content = package.read_bytes()
    shutil.copy(package, folder)
    control = subprocess.run(
        ["dpkg-deb", "--field", str(package)], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    digest = hashlib.sha256(content).hexdigest()
    found = f"Filename: ./{package.name}\nSize: {len(content)}\nSHA256: {digest}\n"
    (folder / "Packages").write_text(control + found)
    return folder


def tell_sizes(files: Path, layout: Path) -> None:
    """Say how large the image is, and end where that is too much."""
    stored = sum(path.lstat().st_size for path in files.rglob("*") if not path.is_dir())
    packed = sum(path.stat().st_size for path in layout.rglob("*") if path.is_file())
    print(f"the image has {packed / 1e6:.0f} MB, unpacked {stored / 1e6:.0f} MB")
    if packed > LIMIT_BYTES:
        sys.exit(f"that is more than {LIMIT_BYTES / 1e6:.0f} MB")


def archive(layout: Path) -> None:
    """Write the layout into one file."""
    path = DIST / "bcfg2tw-image.tar"
    with tarfile.open(path, "w") as opened:
        for part in sorted(layout.iterdir()):
            opened.add(part, part.name)
    print(f"{path.relative_to(ROOT)} is built, and has served a client")


if __name__ == "__main__":
    main()
