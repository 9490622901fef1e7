"""Secrets: what everybody who reads the repository should not read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.encryption import looks_encrypted
from bcfg2tw.engine.plugins.cfg.kind import Role
from bcfg2tw.engine.xmlio import Element, is_element, line_of

_KEY = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")
_TOKEN = re.compile(r"\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b|\bglpat-[\w-]{20}\b")
_NAME = r"(?:password|passwd|passphrase|secret|secret[_-]?key|api[_-]?key|auth[_-]?token)"
_ASSIGNMENT = re.compile(
    rf"""^\s*(?:export\s+)?["']?[\w.-]*{_NAME}["']?\s*(?:=|:\s)\s*(?P<quote>["']?)(?P<value>[^\s"'#;,]{{4,}})""",
    re.IGNORECASE,
)
#: What a file with a secret has somewhere, in small letters; looking for it takes little.
_TRACES = (
    b"passw", b"passphrase", b"secret", b"api", b"auth", b"akia", b"ghp_", b"glpat-",
    b"private key",
)  # fmt: skip
_FIELD = re.compile(rf"(?:^|[._-]){_NAME}$", re.IGNORECASE)
#: Values that are none: variables, choices, examples.
_NONE = re.compile(
    r"[$%{<(@*!/].*|.*\$\{.*|x+|true|false|none|null|required|sufficient|optional|files|compat|"
    r"changeme|prompt|default|disabled|enabled|sha\d+|md5|prohibit-password|without-password",
    re.IGNORECASE,
)
#: Files beyond this size are data.
LARGE = 1 << 20


class Secrets(Check):
    """Looks into Cfg and Properties for keys and passwords that are not encrypted."""

    name = "Secrets"
    kinds = {
        "private-key-in-clear": Kind(
            "error",
            "A private key stands in the repository as it is. Encrypt the file (bcfg2-crypt "
            "--encrypt), or let privkey.xml or sslkey.xml make keys.",
        ),
        "secret-in-clear": Kind(
            "warning",
            "A password or token stands in the repository as it is. Encrypt the file, or take it "
            "from an encrypted element of Properties.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at the files that take part."""
        made = {
            os.path.dirname(file.path)
            for file in cfg_files(self.repository)
            if file.role is Role.CREATOR
        }
        for path in self.repository.files("Cfg"):
            if os.path.dirname(path) not in made and not path.endswith(("info.xml", ".crypt")):
                yield from self._file(path)
        for path in self.repository.files("Properties"):
            if path.endswith(".xml"):
                root = self.repository.xml(path)
                yield from () if root is None else self._elements(root)
            elif not path.endswith(".xsd"):
                yield from self._file(path)

    def _file(self, path: str) -> Iterator[Remark]:
        data = self.repository.data(path)
        if len(data) > LARGE or b"\0" in data or looks_encrypted(data):
            return
        small = data.lower()
        if not any(trace in small for trace in _TRACES):
            return
        key = _KEY.search(data)
        if key is not None:
            line = data.count(b"\n", 0, key.start()) + 1
            yield Remark("private-key-in-clear", path, line, "this is a private key in the clear")
            return
        for number, text in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            what = _secret_of(text)
            if what is not None:
                yield Remark("secret-in-clear", path, number, f"{what} in the clear")

    def _elements(self, root: Element) -> Iterator[Remark]:
        for element in root.iter():
            if not is_element(element) or element.get("encrypted") is not None:
                continue
            text = (element.text or "").strip()
            name = next(
                (
                    str(attribute)
                    for attribute, value in element.attrib.items()
                    if _FIELD.search(str(attribute)) and not _is_none(str(value))
                ),
                None,
            )
            if name is None and _FIELD.search(str(element.tag)) and not _is_none(text):
                name = str(element.tag)
            if name is not None:
                message = f"{name} of <{element.tag}> in the clear"
                yield Remark("secret-in-clear", str(element.base), line_of(element), message)


def _secret_of(line: str) -> str | None:
    """Return what is secret about a line of a configuration file, None if nothing is."""
    if _TOKEN.search(line):
        return "a token"
    match = _ASSIGNMENT.match(line)
    if match is None or _is_none(match["value"]):
        return None
    return "a password or token"


def _is_none(value: str) -> bool:
    return len(value) < 4 or _NONE.fullmatch(value) is not None
