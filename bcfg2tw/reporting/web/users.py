"""
The file of users who may see the pages: a line each, NAME:ROLE:HASH.

The hashes are bcrypt's. The file is read again when it has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import bcrypt

from bcfg2tw.errors import Bcfg2Error

VIEWER, OPERATOR = "viewer", "operator"
ROLES = (VIEWER, OPERATOR)

#: What bcrypt looks at; what is longer would be cut off.
MOST_PASSWORD_BYTES = 72
LEAST_PASSWORD_CHARACTERS = 8

#: Passwords that are checked at a time: each takes a quarter of a second of a processor.
MOST_CHECKS = 2

#: Passwords that were right are remembered, so that not each request costs a hash.
MOST_REMEMBERED = 1000

_NAME = re.compile(r"[^:\s\x00-\x1f\x7f#][^:\x00-\x1f\x7f]{0,99}")
_HASH = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")

#: Of no password that is known: an unknown user takes as long as a wrong password.
_NOBODY = bcrypt.hashpw(secrets.token_urlsafe(32).encode(), bcrypt.gensalt(12)).decode()


@dataclass(frozen=True)
class User:
    """A user of the file."""

    name: str
    role: str
    hash: str

    def line(self) -> str:
        """Return the user's line."""
        return f"{self.name}:{self.role}:{self.hash}"


class TooManyChecks(Exception):
    """Too many passwords are being checked."""


class UsersFile:
    """
    The users of a file. Safe to use from any thread.

    :ivar path: of the file
    """

    def __init__(self, path: str) -> None:
        """
        Read the file.

        :raises Bcfg2Error: if it cannot be read, or a line is none
        """
        self.path = path
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._checks = threading.BoundedSemaphore(MOST_CHECKS)
        self._right: dict[bytes, None] = {}
        self._stamp: tuple[int, ...] = ()
        self._users: Mapping[str, User] = {}
        self.users()

    def users(self) -> Mapping[str, User]:
        """
        Return the users by name, as the file has them now.

        :raises Bcfg2Error: if it cannot be read, or a line is none: nobody gets in then
        """
        with self._lock:
            try:
                stamp = _stamp(self.path)
                if stamp != self._stamp:
                    self._users = read_users(self.path)
                    self._stamp = stamp
            except OSError as error:
                raise Bcfg2Error(_unreadable(self.path, error)) from error
            return self._users

    def remembered(self, name: str, password: str) -> User | None:
        """
        Return the user of a name whose password was found right before, else None.

        :raises Bcfg2Error: if the file cannot be used
        """
        user = self.users().get(name)
        return user if user is not None and self._mark(user, password) in self._right else None

    def user(self, name: str, password: str) -> User | None:
        """
        Return the user of a name, None if there is none or the password is another one.

        :raises TooManyChecks: if too many passwords are being checked
        :raises Bcfg2Error: if the file cannot be used
        """
        user = self.users().get(name)
        if not self._checks.acquire(blocking=False):
            raise TooManyChecks
        try:
            is_right = is_password(password, _NOBODY if user is None else user.hash)
        finally:
            self._checks.release()
        if user is None or not is_right:
            return None
        self._remember(self._mark(user, password))
        return user

    def _mark(self, user: User, password: str) -> bytes:
        text = f"{user.hash}\0{user.name}\0{password}".encode("utf-8", "replace")
        return hmac.digest(self._key, text, "sha256")

    def _remember(self, mark: bytes) -> None:
        with self._lock:
            self._right[mark] = None
            while len(self._right) > MOST_REMEMBERED:
                del self._right[next(iter(self._right))]


def is_password(password: str, hash: str) -> bool:
    """Say whether a password is that of a hash."""
    data = password.encode("utf-8", "replace")
    if len(data) > MOST_PASSWORD_BYTES or b"\0" in data:
        data = hashlib.sha256(data).digest().hex().encode()  # nobody's, and takes as long
    return bcrypt.checkpw(data, hash.encode())


def read_users(path: str) -> dict[str, User]:
    """
    Return the users of a file by name.

    :raises OSError: if it cannot be read
    :raises Bcfg2Error: naming the first line that is none
    """
    users: dict[str, User] = {}
    with open(path, encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip() and not line.startswith("#"):
                user = _parse_user(line.strip(), f"{path}:{number}")
                if user.name in users:
                    raise Bcfg2Error(f"{path}:{number}: {user.name} is named twice: remove a line")
                users[user.name] = user
    return users


def _parse_user(line: str, place: str) -> User:
    name, _, rest = line.partition(":")
    role, _, hash = rest.partition(":")
    if role not in ROLES or not _NAME.fullmatch(name) or not _HASH.fullmatch(hash):
        raise Bcfg2Error(
            f"{place}: this is no NAME:ROLE:HASH, with viewer or operator for a role: write it "
            "with bcfg2tw web passwd NAME"
        )
    return User(name, role, hash)


def make_user(name: str, role: str, password: str) -> User:
    """
    Return a user with a new hash.

    :raises Bcfg2Error: if the name or the password cannot be used
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise Bcfg2Error(f"{name!r} is no name of a user: it has no colon and at most 100 letters")
    data = password.encode()
    if len(password) < LEAST_PASSWORD_CHARACTERS:
        raise Bcfg2Error(
            f"the password is too short: {LEAST_PASSWORD_CHARACTERS} characters at least"
        )
    if len(data) > MOST_PASSWORD_BYTES or b"\0" in data:
        raise Bcfg2Error(f"the password is too long: {MOST_PASSWORD_BYTES} bytes at most")
    return User(name, role, bcrypt.hashpw(data, bcrypt.gensalt(12)).decode())


@contextlib.contextmanager
def sole_writer(path: str) -> Iterator[None]:
    """
    Let nobody else change a file of users while the block reads and writes it.

    What is locked is its folder: the file itself is replaced.

    :raises OSError: if the folder cannot be opened
    """
    folder = os.open(os.path.dirname(os.path.realpath(path)), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write_users(path: str, users: Iterable[User]) -> None:
    """
    Put users into a file, whole or not at all.

    A file that is there keeps owner and mode; a new one can be read by its owner alone.

    :raises OSError: if it cannot be written
    """
    path = os.path.realpath(path)
    lines = "".join(f"{user.line()}\n" for user in users)
    descriptor, draft = tempfile.mkstemp(prefix=".users.", dir=os.path.dirname(path))
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(lines)
            _copy_permissions(path, stream.fileno())
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _copy_permissions(path: str, descriptor: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        state = os.stat(path)
        os.fchown(descriptor, state.st_uid, state.st_gid)
        os.fchmod(descriptor, state.st_mode & 0o640)


def _stamp(path: str) -> tuple[int, ...]:
    state = os.stat(path)
    return state.st_mtime_ns, state.st_size, state.st_ino


def _unreadable(path: str, error: OSError) -> str:
    return (
        f"{path} cannot be read: {error.strerror} ([reporting] web_users); write it with bcfg2tw "
        "web passwd NAME, so that the server's user can read it"
    )
