"""
Secrets in configurations: what no comparison may show.

An entry that is marked `sensitive`, a private key, an attribute that holds a password, and what the
repository has encrypted. Of a secret that differs nothing is kept but that it differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bcfg2tw.comparing.normal import NormalEntry

__all__ = ["NO_SECRETS", "SecretTexts"]

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|^PuTTY-User-Key-File", re.MULTILINE)
_KEY_FILE = re.compile(r"/ssh_host_\w*key$|/id_(rsa|dsa|ecdsa|ed25519)(_sk)?$|\.key$")
_ATTRIBUTE = re.compile(
    r"(^|[_-])(pass(word|wd|phrase)?([_-]?hash)?|secret|token|private[_-]?key|api[_-]?key|"
    r"credentials?)$",
    re.IGNORECASE,
)
#: The names of attributes in a line of a child.
_NAMES = re.compile(r'([\w:.-]+)="')
#: Shorter texts stand in too much that is no secret, and hide more than they should.
_SHORTEST = 4
_TRUE = ("true", "1", "yes", "on")


@dataclass(frozen=True)
class SecretTexts:
    """
    The secrets of a site that a configuration does not show to be such.

    :ivar texts: what is encrypted in the repository, in the clear
    :ivar paths: names of the paths whose whole content is encrypted there
    """

    texts: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str], paths: Iterable[str] = ()) -> SecretTexts:
        """Take the texts of a repository; those that are too short to be told are left out."""
        stripped = (text.strip() for text in texts)
        told = frozenset(text for text in stripped if len(text) >= _SHORTEST)
        return cls(told, frozenset(paths))

    def hides_content(self, entry: NormalEntry, content: str) -> bool:
        """
        Say whether the content of an entry is secret.

        :param content: as text, decoded where the document encodes it
        """
        return (
            entry.attributes.get("sensitive", "").lower() in _TRUE
            or (entry.tag == "Path" and entry.name in self.paths)
            or _KEY_FILE.search(entry.name) is not None
            or self.hides(content)
        )

    def hides_attribute(self, name: str, value: str) -> bool:
        """Say whether the value of an attribute is secret."""
        return _ATTRIBUTE.search(name) is not None or self.hides(value)

    def hides_child(self, line: str) -> bool:
        """Say whether a child of an entry, as the text of its element, is secret."""
        return self.hides(line) or any(map(_ATTRIBUTE.search, _NAMES.findall(line)))

    def hides(self, text: str) -> bool:
        """Say whether a text has a secret in it."""
        is_key = _PRIVATE_KEY.search(text) is not None
        return is_key or any(secret in text for secret in self.texts)


NO_SECRETS = SecretTexts()
