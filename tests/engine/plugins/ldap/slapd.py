"""A real directory: OpenLDAP's slapd, a process of the test's own over loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.certificates import Authority
from tests.network import free_port
from tests.waiting import wait_until

ADDRESS = "127.0.0.1"
BASE = "dc=example,dc=test"
ADMIN = f"cn=admin,{BASE}"
PASSWORD = "open sesame"

#: Where distributions put it; not all of these are searched for users' commands.
SLAPD = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec")
SCHEMAS = [Path("/etc/ldap/schema"), Path("/etc/openldap/schema")]
MODULES = [Path("/usr/lib/ldap"), Path("/usr/lib64/openldap"), Path("/usr/lib/openldap")]

CONFIGURATION = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
{modules}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSCACertificateFile {authority}
{settings}
database mdb
suffix {base}
rootdn {admin}
rootpw "{password}"
directory {data}
{limits}
"""

ENTRIES = f"""\
dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=hosts,{BASE}
objectClass: organizationalUnit
ou: hosts

dn: cn=client.example.test,ou=hosts,{BASE}
objectClass: device
objectClass: extensibleObject
cn: client.example.test
l:: S8O2bG4=
serialNumber: 4711
serialNumber: 4712
jpegPhoto:: //4=

dn:: Y249S8O2bG4sb3U9aG9zdHMsZGM9ZXhhbXBsZSxkYz10ZXN0
objectClass: device
cn:: S8O2bG4=
description: DOM\\other

dn: cn=alias,{BASE}
objectClass: alias
objectClass: extensibleObject
cn: alias
aliasedObjectName: cn=client.example.test,ou=hosts,{BASE}

dn: cn=elsewhere,{BASE}
objectClass: referral
objectClass: extensibleObject
cn: elsewhere
ref: ldap://127.0.0.1:1/cn=nobody,dc=elsewhere

"""


def devices(count: int) -> str:
    """Return as many further entries right below the base."""
    return "".join(
        f"dn: cn=device{number},{BASE}\nobjectClass: device\ncn: device{number}\n\n"
        for number in range(count)
    )


@cache
def _authority() -> Authority:
    """Return the CA of all directories: keys take their time."""
    return Authority(Path("slapd-authority").absolute())


class Slapd:
    """
    A directory in a folder of a test, with and without TLS and over a socket; it is ended with it.

    :ivar authority: the CA of its certificate, which is for 127.0.0.1
    :ivar socket: the path of the socket that it listens on as well
    """

    def __init__(
        self,
        case: SynchronousTestCase,
        more_entries: str = "",
        settings: Sequence[str] = (),
        limits: Sequence[str] = (),
    ) -> None:
        """
        Start a directory that serves `ENTRIES`.

        :param settings: further lines of slapd.conf for all of it; {uri} is where it listens
        :param limits: and for its database
        """
        self._folder = Path(case.mktemp()).absolute()
        self._folder.mkdir(parents=True)
        self._port, self._tls_port = free_port(case), free_port(case)
        self.authority = _authority()
        # its path has to be short, and the one of a test's own folder is not
        short = tempfile.mkdtemp()
        case.addCleanup(shutil.rmtree, short)
        self.socket = f"{short}/ldapi"
        self._write_configuration(settings, limits)
        self._add(ENTRIES + more_entries)
        self.start()
        case.addCleanup(self.stop)

    @property
    def uri(self) -> str:
        """Where it listens without TLS."""
        return f"ldap://{ADDRESS}:{self._port}"

    @property
    def tls_uri(self) -> str:
        """Where it listens with TLS."""
        return f"ldaps://{ADDRESS}:{self._tls_port}"

    def _write_configuration(self, settings: Sequence[str], limits: Sequence[str]) -> None:
        (self._folder / "data").mkdir()
        certificate, key = self.authority.issue(ADDRESS)
        modules = next((folder for folder in MODULES if any(folder.glob("back_mdb*"))), None)
        (self._folder / "slapd.conf").write_text(
            CONFIGURATION.format(
                schemas=next(folder for folder in SCHEMAS if folder.is_dir()),
                # it may be compiled in
                modules=f"modulepath {modules}\nmoduleload back_mdb" if modules else "",
                certificate=certificate,
                key=key,
                authority=self.authority.certificate,
                settings="\n".join(settings).replace("{uri}", self.uri),
                base=BASE,
                admin=ADMIN,
                password=PASSWORD,
                data=self._folder / "data",
                limits="\n".join(limits),
            )
        )

    def _command(self, *options: str) -> list[str]:
        assert SLAPD is not None
        # a copy, as AppArmor lets the one of the system read its own folders only
        program = self._folder / "slapd"
        if not program.exists():
            shutil.copy(SLAPD, program)
        return [str(program), *options, "-f", str(self._folder / "slapd.conf")]

    def _add(self, entries: str) -> None:
        subprocess.run(
            self._command("-T", "add", "-q"), input=entries.encode(), check=True, timeout=60
        )

    def start(self) -> None:
        """Start it, and wait until it listens."""
        quoted = self.socket.replace("/", "%2F")
        addresses = f"{self.uri} {self.tls_uri} ldapi://{quoted}"
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                self._command("-h", addresses, "-d", "stats"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._listens, lambda: f"slapd does not start:\n{self.log()}")

    def _listens(self) -> bool:
        for port in (self._port, self._tls_port):
            with socket.socket() as probe:
                if probe.connect_ex((ADDRESS, port)) != 0:
                    return False
        return True

    def stop(self) -> None:
        """End it; the clients' connections are closed."""
        self.go_on()
        self._process.terminate()
        self._process.wait(60)

    def keep_silent(self) -> None:
        """Have it take connections and requests, and answer none."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)  # a signal takes its time

    def go_on(self) -> None:
        """Have it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        """Return its log, which names all operations."""
        return (self._folder / "log").read_text(errors="replace")
