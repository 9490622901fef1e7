"""
An image as a folder, by the OCI image layout 1.0: one layer, its configuration, their digests.

The tools that make such folders cannot write a health check, which Docker and podman know as an
extension.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import platform
import shutil
from pathlib import Path
from typing import Any

from debian_system import run

TAG = "latest"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_TYPE = "application/vnd.oci.image"


def write_layout(files: Path, configuration: dict[str, Any], layout: Path) -> None:
    """
    Write an image of files.

    :param configuration: its member `config`
    """
    blobs = layout / "blobs/sha256"
    blobs.mkdir(parents=True)
    layer = layout / "layer.tar"
    excluded = [f"--exclude=./{name}/*" for name in ("dev", "proc", "sys")]
    options = ("--sort=name", "--numeric-owner", "--xattrs", *excluded)
    run("tar", *options, "-cf", str(layer), "-C", str(files), ".")
    diff = f"sha256:{_digest(layer)}"
    packed = _pack(layer)
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_TYPE}.manifest.v1+json",
        "config": _add_json(blobs, _whole(configuration, diff), f"{_TYPE}.config.v1+json"),
        "layers": [_add(blobs, packed, f"{_TYPE}.layer.v1.tar+gzip")],
    }
    described = _add_json(blobs, manifest, f"{_TYPE}.manifest.v1+json")
    described["annotations"] = {"org.opencontainers.image.ref.name": TAG}
    index = {"schemaVersion": 2, "mediaType": f"{_TYPE}.index.v1+json", "manifests": [described]}
    (layout / "index.json").write_text(json.dumps(index))
    (layout / "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}))


def _whole(configuration: dict[str, Any], diff: str) -> dict[str, Any]:
    machine = platform.machine()
    return {
        "architecture": _ARCHITECTURES.get(machine, machine),
        "os": "linux",
        "config": configuration,
        "rootfs": {"type": "layers", "diff_ids": [diff]},
    }


def _pack(layer: Path) -> Path:
    packed = layer.with_suffix(".gz")
    with layer.open("rb") as source, gzip.GzipFile(packed, "wb", 6, mtime=0) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    layer.unlink()
    return packed


def _add_json(blobs: Path, value: dict[str, Any], kind: str) -> dict[str, Any]:
    path = blobs / "new"
    path.write_text(json.dumps(value))
    return _add(blobs, path, kind)


def _add(blobs: Path, path: Path, kind: str) -> dict[str, Any]:
    """Name a file after its content; return its descriptor."""
    digest, size = _digest(path), path.stat().st_size
    path.rename(blobs / digest)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": size}


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        digest = hashlib.sha256()
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
