"""Certificates for tests, made once for each folder."""

from __future__ import annotations

import threading
from pathlib import Path

from bcfg2tw.cli.init.certificates import issue_authority, issue_certificate


class Authority:
    """A certificate authority with a folder for what it issues."""

    def __init__(self, folder: Path, name: str = "Test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._issued = issue_authority(name)
        self.certificate = folder / "ca.pem"
        self.certificate.write_bytes(self._issued.certificate_pem())

    def issue(self, common_name: str) -> tuple[Path, Path]:
        """Return the paths of a certificate for a common name and of its key."""
        stem = common_name.encode().hex()
        certificate, key = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        with self._lock:
            if not certificate.exists():
                issued = issue_certificate(self._issued, common_name, [common_name])
                certificate.write_bytes(issued.certificate_pem())
                key.write_bytes(issued.key_pem())
        return certificate, key
