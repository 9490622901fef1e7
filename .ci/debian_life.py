"""
The life of the Debian package in a Debian 13: installed, serving, upgraded, replacing, removed.

Nothing here is faked but systemd, which does not run in a folder, and Bcfg2's own package, which
Debian 13 has no more.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import sys
from pathlib import Path

from debian_system import DebianSystem, run
from installed_server import InstalledServer

CONFIG = "/etc/bcfg2.conf"
KEY = "/etc/ssl/bcfg2.key"
REPOSITORY = "/var/lib/bcfg2"
SECRETS = (CONFIG, KEY)
ADMIN = "/run/bcfg2-core/admin.sock"
UNITS = "/usr/lib/systemd/system"
MESSAGE = "Welcome, and mind the gap"
FILES = {
    "Metadata/groups.xml": """<Groups>
  <Group profile="true" public="true" default="true" name="basic"><Bundle name="motd"/></Group>
</Groups>
""",
    "Bundler/motd.xml": '<Bundle name="motd"><Path name="/etc/motd"/></Bundle>\n',
    "Rules/motd.xml": f"""<Rules priority="0">
  <Path type="file" name="/etc/motd" owner="root" group="root" mode="0644">{MESSAGE}</Path>
</Rules>
""",
}
#: Bcfg2's own package, as far as it could get into the way.
UPSTREAM = {
    "DEBIAN/control": """Package: bcfg2-server
Version: 1.4.0~pre2+git141-g6d40dace6358-1
Architecture: all
Maintainer: Nobody <nobody@example.com>
Description: stands for the package of Bcfg2's own server
""",
    "DEBIAN/conffiles": "/etc/init.d/bcfg2-server\n/etc/default/bcfg2-server\n",
    "etc/init.d/bcfg2-server": "#!/bin/sh\nexit 0\n",
    "etc/default/bcfg2-server": "BCFG2_SERVER_OPTIONS=\n",
    "usr/sbin/bcfg2-server": "#!/bin/sh\necho the old one\n",
    "usr/share/man/man8/bcfg2-server.8": "the old one\n",
}
DEPENDENT = {
    "DEBIAN/control": """Package: our-site
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.com>
Depends: bcfg2-server
Description: stands for a package that needs a Bcfg2 server
""",
}


class Life:
    """One Debian 13, and the package in it."""

    def __init__(self, package: Path, system: DebianSystem) -> None:
        self.system = system
        self.packages = system.path("/packages")
        self.packages.mkdir()
        self.package = shutil.copy(package, self.packages)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.log = system.path("/server.log")

    def server(self) -> InstalledServer:
        """Return the service, not started yet."""
        return InstalledServer(self.system, self.listening, self.log)

    def install(self, package: Path) -> None:
        """Install a package file, with what it depends on."""
        self.system.install(f"./packages/{package.name}")

    def ask(self, *words: str) -> str:
        """Return what a command says; one that fails ends everything."""
        asked = self.system.ask(*words)
        if asked.returncode != 0:
            sys.exit(
                f"'{' '.join(words)}' failed:\n{asked.stdout}{asked.stderr}\n{self._server_log()}"
            )
        return asked.stdout

    def _server_log(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def call(self) -> None:
        """Be a client that asks for its configuration."""
        document = self.ask("bcfg2tw", "call", "-C", CONFIG, "GetConfig")
        expect(MESSAGE in document and "failure" not in document, f"GetConfig gave {document}")

    def owner(self, path: str) -> str:
        """Return owner, group and mode of a file."""
        return self.ask("stat", "-c", "%U:%G %a", path).strip()

    def secrets(self) -> dict[str, str]:
        """Return what must not change: content, owner and mode of the site's secrets."""
        return {
            path: hashlib.sha256(self.system.path(path).read_bytes()).hexdigest() + self.owner(path)
            for path in SECRETS
        }


def live_through(package: Path, system: DebianSystem) -> None:
    """Install a package, and do all that becomes of one."""
    life = Life(package, system)
    install_first(life)
    make_site(life)
    serve_root_only(life)
    with life.server():
        life.call()
        upgrade(life)
    with life.server():
        life.call()
    replace_upstream(life)
    remove(life)


def install_first(life: Life) -> None:
    """On a machine that has seen no Bcfg2, it makes user and folder, and serves nothing yet."""
    system = life.system
    # systemd judges the units; it does not run
    system.install("systemd", "./packages/" + Path(life.package).name)
    expect(life.owner(REPOSITORY) == "bcfg2:bcfg2 750", f"{REPOSITORY}: {life.owner(REPOSITORY)}")
    expect(not system.path(CONFIG).exists(), f"{CONFIG} was made, and is nobody's")
    enabled = life.ask("systemctl", "is-enabled", "bcfg2-core.socket", "bcfg2-core.service")
    expect(enabled.split() == ["enabled", "enabled"], f"units: {enabled}")
    for unit in ("bcfg2-core.service", "bcfg2-core.socket"):
        life.ask("systemd-analyze", "verify", "--man=no", f"{UNITS}/{unit}")
    for name in ("bcfg2tw", "bcfg2tw-serve", "bcfg2-admin", "bcfg2-lint"):
        expect(system.path(f"/usr/share/man/man1/{name}.1.gz").exists(), f"no manual of {name}")
    life.ask("bcfg2-server", "--help")
    # the names that scripts of a site call
    life.ask("/usr/sbin/bcfg2-admin", "--help")


def make_site(life: Life) -> None:
    """A site is made with the tools of the package, and belongs to root."""
    url = f"https://localhost:{life.port}"
    options = ("--hostname", "localhost", "--url", url)
    life.ask("bcfg2tw", "admin", "init", "--yes", *options)
    for name, text in FILES.items():
        life.system.path(f"{REPOSITORY}/{name}").write_text(text)


def serve_root_only(life: Life) -> None:
    """What only root can read is named by a server that cannot; README.Debian says what helps."""
    with_root_only = life.server()
    expect(life.owner(KEY).startswith("root:root"), f"{KEY}: {life.owner(KEY)}")
    status = with_root_only.try_to_serve()
    said = with_root_only.said()
    expect(status != 0 and "ermission denied" in said and "Traceback" not in said, said)
    print(said)
    life.ask("chgrp", "bcfg2", *SECRETS)
    life.ask("chmod", "0640", *SECRETS)
    life.ask("chown", "-R", "bcfg2:bcfg2", REPOSITORY)


def upgrade(life: Life) -> None:
    """A new version is installed while the old one serves; nothing of the site changes."""
    before = life.secrets()
    newer = with_higher_version(Path(life.package))
    life.install(newer)
    life.call()
    expect(life.secrets() == before, "an upgrade changed the site's files")
    life.ask(
        "bcfg2tw", "ctl", "reload", "-C", CONFIG, "--admin-listen", "/run/bcfg2-core/admin.sock"
    )


def replace_upstream(life: Life) -> None:
    """It and Bcfg2's own package take each other's place, with all that needs a server."""
    system, before = life.system, life.secrets()
    upstream, site = (make_package(life, files) for files in (UPSTREAM, DEPENDENT))
    life.install(upstream)
    expect("bcfg2tw" not in installed(life), "both servers are installed")
    life.install(site)
    life.install(Path(life.package))
    expect({"bcfg2tw", "our-site"} <= installed(life), f"installed: {installed(life)}")
    expect("bcfg2-server" not in installed(life), "both servers are installed")
    said = life.ask("/usr/sbin/bcfg2-server", "--help")
    expect("the old one" not in said, said)
    expect(life.secrets() == before, "replacing Bcfg2's own package changed the site's files")
    system.run("apt-get", "-qq", "-y", "purge", "our-site", "bcfg2-server")
    with life.server():
        life.call()


def remove(life: Life) -> None:
    """Neither removal nor purge takes anything of the site; a new installation goes on with it."""
    before = life.secrets()
    for verb in ("remove", "purge"):
        life.system.run("apt-get", "-qq", "-y", verb, "bcfg2tw")
        expect(not life.system.path("/usr/bin/bcfg2tw").exists(), f"{verb} left the program")
        expect(life.secrets() == before, f"{verb} changed the site's files")
        groups = life.system.path(f"{REPOSITORY}/Metadata/groups.xml")
        expect(groups.exists(), f"{verb} took the repository")
    left = life.system.ask("find", "/etc/systemd", "/usr/lib/systemd", "-name", "bcfg2*").stdout
    expect(not left, f"purge left {left}")
    life.install(Path(life.package))
    with life.server():
        life.call()


def with_higher_version(package: Path) -> Path:
    """Return the same package as a later version of it."""
    unpacked, newer = package.with_suffix(".d"), package.with_name("bcfg2tw_newer.deb")
    run("dpkg-deb", "-R", str(package), str(unpacked))
    control = unpacked / "DEBIAN/control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 1:"))
    run("dpkg-deb", "--build", str(unpacked), str(newer))
    return newer


def make_package(life: Life, files: dict[str, str]) -> Path:
    """Build a package of files."""
    folder = life.packages / files["DEBIAN/control"].split()[1]
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if "bin/" in name or "init.d/" in name else 0o644)
    run("dpkg-deb", "--root-owner-group", "--build", str(folder), f"{folder}.deb")
    return Path(f"{folder}.deb")


def installed(life: Life) -> set[str]:
    """Return the names of the installed packages."""
    listed = life.ask("dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Package}\n")
    return {line[3:].strip() for line in listed.splitlines() if line.startswith("ii ")}


def expect(truth: bool, sentence: str) -> None:
    """End everything with a sentence where something is not so."""
    if not truth:
        sys.exit(f"Debian package: {sentence}")
