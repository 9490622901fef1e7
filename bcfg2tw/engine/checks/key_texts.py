"""Mistakes in the keys of authorizedkeys.xml (:ref:`cfg-9`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.engine.checks.vocabulary import Remark
from bcfg2tw.engine.xmlio import Element, line_of

PRIVATE = re.compile("BEGIN [A-Z0-9 ]*PRIVATE KEY")
#: Another attribute is a mistake, too, but a mistake of its own.
KNOWN = frozenset({"from", "host", "group", "category"})
#: Before it there may be options, which may hold blanks.
KEY_TYPE = re.compile(
    r"(?:^|\s)(?:ssh-(?:rsa|dss|ed25519|ed448|xmss)|ecdsa-sha2-[a-z0-9-]+|sk-[a-z0-9-]+)(?:-cert-v0\d)?"
    r"(?:@openssh\.com)?\s+\S"
)


def check_authorized_keys(root: Element) -> Iterator[Remark]:
    """Yield what lets nobody in, and what must not leave the server."""
    for allow in root.iter("Allow"):
        text = "".join([allow.text or "", *(child.tail or "" for child in allow)]).strip()
        if allow.get("encrypted") or "$" in text:
            continue
        if not text and not allow.get("from") and KNOWN.issuperset(allow.attrib):
            message = "<Allow> has neither a key nor from, and lets nobody in"
            yield "missing-attribute", "error", line_of(allow), message
        for line in text.splitlines():
            yield from _line(line.strip(), allow)
            if PRIVATE.search(line):
                break


def _line(line: str, allow: Element) -> Iterator[Remark]:
    if PRIVATE.search(line):
        message = "<Allow> holds a private key: write the public one, and make a new pair"
        yield "private-key", "error", line_of(allow), message
    elif line and not line.startswith("#") and KEY_TYPE.search(line) is None:
        short = line if len(line) <= 40 else f"{line[:37]}..."
        message = f"{short!r} in <Allow> is no public key: write its type, the key and a comment"
        yield "bad-value", "error", line_of(allow), message
