"""The bill of an image's materials, by CycloneDX: Debian packages, and what is in ours."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot5
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

#: In the package of bcfg2tw, because Debian 13 has no package of it.
_INSIDE = (("inotify-simple", "2.0.1"),)


def write_bill(files: Path, package: Path, path: Path) -> None:
    """
    Write the bill of an image.

    :param files: the image's
    :param package: the server's
    :raises ValueError: if it would be none by the schema of CycloneDX
    """
    server = _component(*_fields(package))
    server.type = ComponentType.APPLICATION
    bill = Bom(components=[*_debian(files), *_python()])
    bill.metadata.component = server
    text = JsonV1Dot5(bill).output_as_string(indent=1)
    mistake = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    if mistake is not None:
        raise ValueError(f"the bill of materials is none: {mistake}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _debian(files: Path) -> Iterator[Component]:
    admin = f"--admindir={files}/var/lib/dpkg"
    shown = "${Package} ${Version} ${Architecture}\\n"
    for line in _output("dpkg-query", admin, "--show", f"--showformat={shown}").splitlines():
        name, version, architecture = line.split()
        if name != "bcfg2tw":
            yield _component(name, version, architecture)


def _component(name: str, version: str, architecture: str) -> Component:
    qualifiers = {"arch": architecture, "distro": "trixie"}
    address = PackageURL("deb", "debian", name, version, qualifiers)
    return Component(name=name, version=version, purl=address, bom_ref=address.to_string())


def _python() -> Iterator[Component]:
    for name, version in _INSIDE:
        address = PackageURL("pypi", None, name, version)
        yield Component(name=name, version=version, purl=address, bom_ref=address.to_string())


def _fields(package: Path) -> tuple[str, str, str]:
    shown = "${Package} ${Version} ${Architecture}"
    asked = _output("dpkg-deb", "--show", f"--showformat={shown}", str(package))
    name, version, architecture = asked.split()
    return name, version, architecture


def _output(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
