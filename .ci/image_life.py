"""
The life of the image in containers of runc: a site is made, served, looked at, ended.

The user, the command and the health check are those of the image.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from debian_system import run

TAG = "latest"
USER = 6789
PATIENCE_SECONDS = 60
CONFIG = "/etc/bcfg2.conf"
SITE = "/var/lib/bcfg2"
CALL = ("bcfg2tw", "call", "-C", CONFIG, "GetConfig")


class Container:
    """A container of an image, with a folder of the host as the site's."""

    def __init__(self, layout: Path, folder: Path) -> None:
        self._bundle = folder / "bundle"
        self.site = folder / "site"
        self.name = f"bcfg2tw-{os.getpid()}"
        self._runc = ("runc", "--root", str(folder / "containers"))
        run("umoci", "unpack", "--image", f"{layout}:{TAG}", str(self._bundle))
        self.site.mkdir(0o750)
        os.chown(self.site, USER, USER)
        self._specification = self._bundle / "config.json"
        self._given = json.loads(self._specification.read_text())

    def specify(self, *command: str) -> None:
        """Say what is run; the image's own command where none is given."""
        changed = json.loads(json.dumps(self._given))
        process = changed["process"]
        process["terminal"] = False
        process["args"] = list(command) or process["args"]
        # the ports of the host are the container's
        changed["linux"]["namespaces"] = _without(
            changed["linux"]["namespaces"], "network", "cgroup"
        )
        changed["mounts"] = _without(changed["mounts"], "cgroup") + self._mounts()
        self._specification.write_text(json.dumps(changed))

    def _mounts(self) -> list[dict[str, Any]]:
        config = self.site / "bcfg2.conf"
        pairs = [(self.site, SITE), *([(config, CONFIG)] if config.exists() else [])]
        return [
            {"source": str(host), "destination": inside, "type": "bind", "options": ["bind"]}
            for host, inside in pairs
        ]

    def command(self) -> list[str]:
        """Return the command that runs it in the foreground."""
        return [*self._runc, "run", "--bundle", str(self._bundle), self.name]

    def inside(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container that runs, as its user."""
        command = [*self._runc, "exec", "--user", f"{USER}:{USER}", self.name, *words]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def end(self) -> None:
        """Have it end as container engines do."""
        run(*self._runc, "kill", self.name, "SIGTERM")


def _without(described: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [part for part in described if part["type"] not in kinds]


def live_through(layout: Path, folder: Path) -> None:
    """Run an image."""
    configuration = inspect(layout)
    container = Container(layout, folder)
    make_site(container)
    container.specify()
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            container.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        serve(container, configuration["Healthcheck"]["Test"][1:], log)
        container.end()
        server.wait(PATIENCE_SECONDS)
    finally:
        server.kill()
    if "All plugins shut down" not in log.read_text():
        sys.exit(f"the container did not end in good order:\n{log.read_text()}")


def inspect(layout: Path) -> dict[str, Any]:
    """Return the configuration that others read in the image."""
    image = f"oci:{layout}:{TAG}"
    run("skopeo", "inspect", image)
    raw = subprocess.run(
        ["skopeo", "inspect", "--config", "--raw", image], stdout=subprocess.PIPE, check=True
    ).stdout
    configuration: dict[str, Any] = json.loads(raw)["config"]
    if configuration["User"] in ("", "root", "0"):
        sys.exit("the image runs as root")
    return configuration


def make_site(container: Container) -> None:
    """Make a site with the tools of the image."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"https://localhost:{free.getsockname()[1]}"
    secrets = ("--key", f"{SITE}/bcfg2.key", "--certificate", f"{SITE}/bcfg2.crt")
    files = ("--config-path", f"{SITE}/bcfg2.conf", "--repository-path", f"{SITE}/repository")
    identity = ("--hostname", "localhost", "--url", url)
    container.specify("bcfg2tw", "admin", "init", "--yes", *identity, *files, *secrets)
    run(*container.command())


def serve(container: Container, health: list[str], log: Path) -> None:
    """Wait until the health check of the image is content, and be a client."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (checked := container.inside(*health)).returncode != 0:
        if time.monotonic() > end:
            sys.exit(f"not healthy: {checked.stdout}{checked.stderr}\n{log.read_text()}")
        time.sleep(0.5)
    print(checked.stdout)
    called = container.inside(*CALL)
    if called.returncode != 0 or "<Configuration" not in called.stdout:
        sys.exit(f"no configuration: {called.stdout}{called.stderr}\n{log.read_text()}")
