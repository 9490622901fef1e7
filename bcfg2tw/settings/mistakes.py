"""
What of a bcfg2.conf does nothing, or not what it says, with its line and the near name.

Upstream passes over all of this in silence. None of it stops a server: Bcfg2 runs with such files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator

from bcfg2tw.finding import Finding
from bcfg2tw.near_names import near_name
from bcfg2tw.settings.inifile import IniFile, Line
from bcfg2tw.settings.vocabulary import (
    OLD_OPTIONS,
    is_known,
    is_open,
    known_options,
    known_sections,
    sections_of,
)

#: How alike names have to be where a site may have chosen one of them.
ALIKE = 0.8

#: Options that are, or may be, secret, beside passphrases.
SECRETS = frozenset({"password", "reporting_password", "passphrase", "secret_access_key"})
NO_SECRETS = frozenset({"algorithm", "lax_decryption", "decrypt"})


def mistakes(file: IniFile, plugins: Collection[str] = ()) -> Iterator[Finding]:
    """
    Yield each mistake in a file.

    :param plugins: as `[server] plugins` names them: a site's own may read sections of theirs
    """
    own_sections = {name.rpartition(".")[2].lower() for name in plugins if "." in name}
    first_lines: dict[tuple[str, str], Line] = {}
    for line in file.lines:
        remark = _remark(line, own_sections) or _repetition(line, first_lines)
        first_lines[line.name] = line
        if remark is not None:
            name, text = remark
            yield Finding(name, "warning", file.path, line.number, f"{_written(line)} {text}")
    if any(map(is_secret, file.lines)) and _is_readable_by_all(file.path):
        yield Finding(
            "readable-by-all", "warning", file.path, None,
            "it holds a password and can be read by all: chmod 0640, and give it the group of the "
            "server",
        )  # fmt: skip


def _written(line: Line) -> str:
    return f"[{line.section}]" if line.key is None else f"[{line.section}] {line.key}"


#: The name of a kind of mistake, and what is wrong, to follow the option's name.
Remark = tuple[str, str]


def _remark(line: Line, own_sections: Collection[str]) -> Remark | None:
    if not is_known(line.section):
        return _unknown_section(line, own_sections)
    if line.key is None:
        return None
    key = line.name[1]
    old = OLD_OPTIONS.get(line.name)
    if old is not None:
        return "old-option", old
    if key in known_options(line.section):
        return None
    unknown = _unknown_option(line.section, key)
    return None if unknown is None else ("unknown-option", unknown)


def _unknown_section(line: Line, own_sections: Collection[str]) -> Remark | None:
    if line.key is not None or line.section.lower() in own_sections:
        return None
    near = near_name(line.section, known_sections(), ALIKE)
    return None if near is None else ("unknown-section", f"is no section: did you mean [{near}]?")


def _unknown_option(section: str, key: str) -> str | None:
    near = near_name(key, known_options(section), ALIKE if is_open(section) else 0.7)
    if near is not None:
        return f"is no option: did you mean {near}?"
    if is_open(section):
        return None
    elsewhere = sections_of(key)
    if len(elsewhere) == 1:
        return f"is no option: did you mean [{elsewhere[0]}] {key}?"
    return "is no option, and is not read"


def _repetition(line: Line, first_lines: dict[tuple[str, str], Line]) -> Remark | None:
    before = first_lines.get(line.name)
    if before is None:
        return None
    if line.key is None:
        text = f"begins at line {before.number} as well: both are read as one section"
        return "repeated-section", text
    if before.value == line.value:
        return None
    text = f"is given at line {before.number} as well: line {line.number} counts"
    return "repeated-option", text


def is_secret(line: Line) -> bool:
    """Say whether a line gives a password or a passphrase."""
    if not line.key or not line.value:
        return False
    if line.section == "encryption":
        return line.name[1] not in NO_SECRETS
    return line.name[1] in SECRETS and not _names_a_passphrase(line)


def _names_a_passphrase(line: Line) -> bool:
    """Say whether an option only names a passphrase that stands elsewhere."""
    return line.name[1] == "passphrase" and not line.section.startswith("sslca_")


def _is_readable_by_all(path: str) -> bool:
    try:
        return bool(os.stat(path).st_mode & stat.S_IROTH)
    except OSError:  # it was removed since it was read
        return False
