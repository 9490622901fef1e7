"""What a Containerfile says about its image, as the configuration of an OCI image has it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SECONDS = {"s": 1, "m": 60}
_NANOSECONDS = 1_000_000_000
_PACKAGE = re.compile(r"\b(?:openssh-client|(?:python3|systemd-standalone)-[\w.-]+)")


@dataclass
class ContainerFile:
    """
    :ivar configuration: the member `config` of the image's configuration
    :ivar packages: what is installed beside the server
    """

    configuration: dict[str, Any] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)


def read_container_file(path: Path) -> ContainerFile:
    """
    Read a Containerfile.

    :raises ValueError: for an instruction that is not among those below
    """
    described = ContainerFile({"Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]})
    text = re.sub(r"(?m)^#.*\n", "", path.read_text()).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        word, rest = line.split(maxsplit=1)
        _take(described, word, rest)
    return described


def _take(described: ContainerFile, word: str, rest: str) -> None:
    configuration = described.configuration
    match word:
        case "FROM" | "COPY":
            pass
        case "RUN":
            described.packages += _PACKAGE.findall(rest)
        case "USER" | "STOPSIGNAL":
            configuration[{"USER": "User", "STOPSIGNAL": "StopSignal"}[word]] = rest
        case "WORKDIR":
            configuration["WorkingDir"] = rest
        case "VOLUME":
            configuration["Volumes"] = {name: {} for name in json.loads(rest)}
        case "EXPOSE":
            configuration["ExposedPorts"] = {rest: {}}
        case "ENTRYPOINT" | "CMD":
            configuration[word.capitalize()] = json.loads(rest)
        case "LABEL":
            name, value = shlex.split(rest)[0].split("=", 1)
            configuration.setdefault("Labels", {})[name] = value
        case "HEALTHCHECK":
            configuration["Healthcheck"] = _health_check(rest)
        case _:
            raise ValueError(f"Containerfile: {word} is not understood here")


def _health_check(text: str) -> dict[str, Any]:
    """Return what Docker's extension of the configuration has for a check."""
    options, command = text.split(" CMD ", 1)
    given = dict(option.removeprefix("--").split("=") for option in options.split())
    return {
        "Test": ["CMD", *json.loads(command)],
        "Interval": _nanoseconds(given["interval"]),
        "Timeout": _nanoseconds(given["timeout"]),
        "StartPeriod": _nanoseconds(given["start-period"]),
        "Retries": int(given["retries"]),
    }


def _nanoseconds(text: str) -> int:
    return int(text[:-1]) * _SECONDS[text[-1]] * _NANOSECONDS
