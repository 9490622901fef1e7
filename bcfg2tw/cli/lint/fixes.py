"""`--fix`: mistakes that can be corrected without knowing what was meant."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

import click

from bcfg2tw.cli.lint.check import Remark
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.lint.running import Outcome
from bcfg2tw.engine.xmlio import parse_file
from bcfg2tw.errors import RepositoryError

__all__ = ["fix_all"]

#: Corrects the start of an element, from its line on; None where it cannot.
Fix = Callable[[str], "str | None"]

_LOCATION = re.compile(r"""\blocation\s*=\s*(["'])(\w+)\1""")
_NAME = re.compile(r"""(<Bundle\b[^>]*?)\s+name\s*=\s*(["'])[^"']*\2""", re.DOTALL)
_DECRYPT = re.compile(r"""\bdecrypt\s*=\s*(["'])(lax|strict)\1""")


def _floating(text: str) -> str | None:
    fixed, number = _LOCATION.subn(
        lambda match: f'floating="{str(match[2] == "floating").lower()}"', text, count=1
    )
    return fixed if number else None


def _without_name(text: str) -> str | None:
    fixed, number = _NAME.subn(r"\1", text, count=1)
    return fixed if number else None


def _lax_decryption(text: str) -> str | None:
    fixed, number = _DECRYPT.subn(
        lambda match: f'lax_decryption="{str(match[2] == "lax").lower()}"', text, count=1
    )
    return fixed if number else None


_FIXES: Mapping[str, Fix] = {
    "deprecated-clients-options": _floating,
    "explicit-bundle-name": _without_name,
    "old-spelling": _lax_decryption,
}


def fix_all(repository: Repository, outcome: Outcome) -> None:
    """Correct what can be corrected of what was remarked, and say so."""
    for judged in outcome.counting():
        remark = judged.remark
        if not repository.has(remark.file):
            continue
        try:
            done = _fix(remark)
        except OSError as error:
            message = f"{remark.file} cannot be corrected: {error.strerror}"
            raise click.ClickException(message) from error
        if done:
            click.echo(f"{judged.finding}: corrected", err=True)


def _fix(remark: Remark) -> bool:
    """Correct one mistake, and say whether that could be done."""
    if remark.name in _FIXES:
        return _fix_text(remark, _FIXES[remark.name])
    if remark.name == "genshi-extension-bundle":
        return _rename(remark.file)
    return remark.name == "probe-not-executable" and _make_executable(remark.file)


def _fix_text(remark: Remark, fix: Fix) -> bool:
    """Correct a file from a line on, unless it would be no XML any more."""
    with open(remark.file, "rb") as stream:
        data = stream.read()
    try:
        fixed = _fixed(data.decode("utf-8"), remark, fix)
    except UnicodeDecodeError:
        return False
    if fixed is None or not _is_xml(fixed.encode("utf-8"), remark.file):
        return False
    with open(remark.file, "wb") as stream:
        stream.write(fixed.encode("utf-8"))
    return True


def _is_xml(data: bytes, path: str) -> bool:
    try:
        parse_file(data, path)
    except RepositoryError:
        return False
    return True


def _fixed(text: str, remark: Remark, fix: Fix) -> str | None:
    """Return a text corrected; what stands before the element is kept, character by character."""
    lines = text.splitlines(keepends=True)
    # the parser may give the line on which the element's start ends
    first = _start_of_element(lines, remark.line or 1)
    before, rest = "".join(lines[:first]), "".join(lines[first:])
    fixed = fix(rest)
    return None if fixed is None else before + fixed


def _start_of_element(lines: list[str], line: int) -> int:
    """Return the index of the line on which the element begins that a parser gives a line for."""
    for index in range(min(line, len(lines)) - 1, -1, -1):
        if re.search(r"<\w", lines[index]):
            return index
    return 0


def _rename(path: str) -> bool:
    """Give a bundle its extension of today, if no other file has the name."""
    new = os.path.splitext(path)[0] + ".xml"
    if os.path.lexists(new):
        return False
    os.rename(path, new)
    return True


def _make_executable(path: str) -> bool:
    mode = os.stat(path).st_mode
    os.chmod(path, mode | ((mode & 0o444) >> 2))
    return True
