"""`bcfg2tw crypt edit FILE`: change secrets in an editor; the clear text is nowhere but there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bcfg2tw.cli.crypt.kinds import is_properties, open_element, seal_element
from bcfg2tw.cli.crypt.passphrases import CryptFailed, Passphrases
from bcfg2tw.cli.looking import Site, with_site
from bcfg2tw.cli.site_options import site_parameters
from bcfg2tw.engine.encryption import is_authenticated, looks_encrypted
from bcfg2tw.engine.secrets.sources import CRYPT, start_tag
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.xmlio import Element, line_of, parse_file, pretty_document
from bcfg2tw.errors import EncryptionError, RepositoryError
from bcfg2tw.settings import Settings

#: A file system in memory: what is there never reaches a disk, unless the machine swaps.
_MEMORY = "/dev/shm"


@click.command("edit", params=site_parameters())
@with_site
@click.option("-p", "--passphrase", metavar="NAME", help="Passphrase for what is new.")
@click.option("--authenticated", is_flag=True, help="Use the authenticated format for what is new.")
@click.argument("file", metavar="file")
def edit(site: Site, file: str, passphrase: str | None, authenticated: bool) -> None:
    """
    Decrypt a file, start an editor, and encrypt what it leaves.

    The editor is VISUAL's, EDITOR's or vi. The clear text is in a private folder, in memory where
    the system has such a file system, and is deleted however the editor ends. Of a Properties
    file what is marked encrypted is; secrets that were not changed keep their encrypted text. A
    .crypt file that does not exist is created.
    """
    passphrases = Passphrases.of(site.settings, passphrase, authenticated)
    kind = _Document if is_properties(file) else _Whole
    try:
        kind(file, site.settings, passphrases).edit()
    except OSError as error:
        raise CryptFailed(f"{error.filename or file}: {error.strerror}") from error


class _Whole:
    """A `.crypt` file that is edited."""

    def __init__(self, path: str, settings: Settings, passphrases: Passphrases) -> None:
        self._path = path
        self._settings = settings
        self._passphrases = passphrases

    def edit(self) -> None:
        """
        Decrypt, edit and encrypt.

        :raises CryptFailed: if it cannot be decrypted, or the editor fails; nothing is changed
        """
        data = self._content()
        plain, passphrases = self._opened(data)
        changed = _edited(plain, os.path.basename(self._path).removesuffix(CRYPT))
        if changed == plain:
            click.echo("nothing was changed")
            return
        write_atomically(
            self._path, passphrases.encrypt(changed, passphrases.for_encryption()), 0o640
        )

    def _content(self) -> bytes:
        if not os.path.exists(self._path) and self._path.endswith(CRYPT):
            return b""
        with open(self._path, "rb") as stream:
            return stream.read()

    def _opened(self, data: bytes) -> tuple[bytes, Passphrases]:
        """Return the clear text, and the passphrase and format that it is encrypted with again."""
        if not data:
            self._passphrases.for_encryption()  # before anybody types a text in vain
            return b"", self._passphrases
        if not looks_encrypted(data):
            raise CryptFailed(f"{self._path} is not encrypted")
        name = self._passphrases.determined or self._passphrases.fitting(data)
        passphrases = Passphrases(
            self._settings, name, self._passphrases.authenticated or is_authenticated(data)
        )
        try:
            return passphrases.decrypt(data), passphrases
        except EncryptionError as error:
            raise CryptFailed(f"Could not decrypt {self._path}: {error}") from error


class _Document:
    """A Properties file that is edited."""

    def __init__(self, path: str, settings: Settings, passphrases: Passphrases) -> None:
        self._path = path
        self._passphrases = passphrases
        self._kept: dict[tuple[str, str], str] = {}

    def edit(self) -> None:
        """
        Decrypt, edit and encrypt.

        :raises CryptFailed: if an element cannot be decrypted or encrypted, or the editor fails
        """
        with open(self._path, "rb") as stream:
            root = parse_file(stream.read(), self._path)
        for element in self._marked(root):
            self._open(element)
        plain = pretty_document(root)
        changed = _edited(plain, os.path.basename(self._path))
        if changed == plain:
            click.echo("nothing was changed")
            return
        write_atomically(self._path, self._sealed(changed))

    def _open(self, element: Element) -> None:
        before = element.text or ""
        if not looks_encrypted(before.encode()):
            return
        try:
            open_element(element, self._passphrases)
        except EncryptionError as error:
            place = f"{start_tag(element)} (line {line_of(element)})"
            raise CryptFailed(f"Could not decrypt {place}: {error}") from error
        self._kept[str(element.get("encrypted")), element.text or ""] = before

    def _sealed(self, data: bytes) -> bytes:
        try:
            root = parse_file(data, self._path)
        except RepositoryError as error:
            raise CryptFailed(f"{error}: nothing was changed") from error
        for element in self._marked(root):
            name = str(element.get("encrypted"))
            kept = self._kept.get((name, element.text or ""))
            if kept is not None:
                element.text = kept
            elif (element.text or "").strip():
                seal_element(element, self._passphrases.for_encryption(name), self._passphrases)
        return pretty_document(root)

    def _marked(self, root: Element) -> list[Element]:
        return [element for element in root.iter() if element.get("encrypted") is not None]


def _edited(data: bytes, name: str) -> bytes:
    """Return what an editor makes of data; a private file holds them in the mean time."""
    with _private_file(data, name) as path:
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        try:
            status = subprocess.run([*shlex.split(editor), path], check=False).returncode
        except OSError as error:
            raise CryptFailed(f"{editor} cannot be started: {error.strerror}") from error
        if status:
            raise CryptFailed(f"{editor} ended with status {status}: nothing was changed")
        with open(path, "rb") as stream:
            return stream.read()


@contextmanager
def _private_file(data: bytes, name: str) -> Iterator[str]:
    memory = _MEMORY if os.access(_MEMORY, os.W_OK | os.X_OK) else None
    folder = tempfile.mkdtemp(prefix="bcfg2-crypt-", dir=memory)
    try:
        path = os.path.join(folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(data)
        yield path
    finally:
        shutil.rmtree(folder)  # what the editor left beside the file is as secret
