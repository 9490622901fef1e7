"""The user that the process becomes, once its ports are bound: twistd's --uid and --gid."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from twisted.python.util import switchUID


@dataclass(frozen=True)
class Privileges:
    """
    User and group that twistd changes to.

    :ivar uid: None if the user stays the same
    :ivar gid: None for the user's own group
    :ivar is_effective: whether the process may change back
    """

    uid: int | None = None
    gid: int | None = None
    is_effective: bool = False

    @classmethod
    def of(cls, twistd: Mapping[str, Any] | None) -> Privileges:
        """Return those of twistd's options, None for no twistd."""
        if twistd is None:
            return cls()
        return cls(twistd["uid"], twistd["gid"], bool(twistd["euid"]))

    def assume(self) -> None:
        """Become that user for good, as twistd does, in a process that was forked before it did."""
        if os.geteuid() != 0 or (self.uid is None and self.gid is None):
            return
        gid = self.gid
        if gid is None and self.uid is not None:
            gid = _account(self.uid)[1]
        switchUID(self.uid, gid, self.is_effective)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """
        Act as that user while the block runs, in a process of root's with one thread.

        For others nothing changes: twistd refuses to change a user that is not root.
        """
        if os.geteuid() != 0 or (self.uid is None and self.gid is None):
            yield
            return
        before = os.geteuid(), os.getegid(), os.getgroups()
        try:
            self._become()
            yield
        finally:
            os.seteuid(before[0])
            os.setegid(before[1])
            os.setgroups(before[2])

    def _become(self) -> None:
        """Take over group, further groups, and user, as twistd will."""
        uid = os.getuid() if self.uid is None else self.uid
        name, own_group = _account(uid)
        gid = own_group if self.gid is None else self.gid
        os.setgroups([gid] if name is None else os.getgrouplist(name, gid))
        os.setegid(gid)
        os.seteuid(uid)


def _account(uid: int) -> tuple[str | None, int]:
    """Return the name and group of a user, who need not have an entry in passwd."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return None, os.getgid()
    return entry.pw_name, entry.pw_gid


def by_user() -> str:
    """Return which user cannot do something, for a message, where it is not who started twistd."""
    if os.geteuid() == os.getuid():
        return ""
    name, _ = _account(os.geteuid())
    return f" by user {os.geteuid() if name is None else name} (--uid)"
