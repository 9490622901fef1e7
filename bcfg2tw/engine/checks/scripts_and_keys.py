"""Mistakes in files that are no XML: scripts of Probes, public keys of SSHbase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bcfg2tw.engine.checks.key_texts import KEY_TYPE, PRIVATE
from bcfg2tw.engine.checks.vocabulary import FileKind, Remark


def check_script(lines: Sequence[str]) -> Iterator[Remark]:
    """Yield what keeps clients from running a script."""
    if not lines:
        yield "bad-line", "error", 1, "it is empty, which clients fail on: remove it"
        return
    first = lines[0]
    if first.startswith("\ufeff"):
        message = "it begins with a byte order mark, before which no interpreter is seen: remove it"
        yield "bad-line", "error", 1, message
    elif first.lstrip("# ").startswith("!") and not first.startswith("#!"):
        yield "bad-line", "error", 1, f"{first!r} names no interpreter: write #! first"
    elif first.startswith("#!") and first.endswith("\r"):
        message = "the line ends as on Windows, and clients look for such an interpreter: dos2unix"
        yield "bad-line", "error", 1, message


def check_public_key(lines: Sequence[str]) -> Iterator[Remark]:
    """Yield what makes a file no public key."""
    if any(PRIVATE.search(line) for line in lines):
        yield "private-key", "error", 1, "it is a private key: write the public one"
    elif not any(KEY_TYPE.search(line) for line in lines):
        yield "bad-line", "error", 1, "there is no public key in it: write its type and the key"


#: At the start such scripts are sent, as they are upstream.
PROBES = FileKind(("Probes",), ("[A-Za-z0-9]*",), (), {}, refused=frozenset(), lines=check_script)
PUBLIC_KEYS = FileKind(
    ("SSHbase",), ("ssh_host_*key.pub", "ssh_host_*key.pub.[HG]*"), (), {},
    refused=frozenset({"private-key"}), lines=check_public_key,
)  # fmt: skip
