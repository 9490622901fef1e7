"""bcfg2.conf, line by line: what is read as before, means something else, is ignored or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bcfg2tw.cli.check_config.lines import OTHER, REFUSED, UNKNOWN, LineVerdict, judge
from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.errors import SettingsError
from bcfg2tw.finding import Finding
from bcfg2tw.settings.inifile import IniFile, Line
from bcfg2tw.settings.mistakes import is_secret

__all__ = ["examine", "verdicts"]

_PLACE = re.compile(r" \(in (?P<file>.+):(?P<line>\d+)\)$")
_INLINE_COMMENT = re.compile(r"[:=].*?\S\s+;")
#: What Bcfg2 took for yes, whatever it says (:ref:`options-9`).
_SWITCHES = ("resolver", "metadata")


def verdicts(site: OldSite) -> list[LineVerdict]:
    """Return what becomes of each option of the files."""
    lines, _ = judge(site.files, site.settings)
    return lines


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield what of the files is not as it was."""
    lines = verdicts(site)
    yield from filter(None, map(_finding, lines))
    yield from _refusals(site, {(line.file, line.line) for line in lines if _is_refused(line)})
    for file in site.files:
        raw = _raw_lines(file.path)
        for line in file.lines:
            yield from _dialect(file, line, raw)
    for key in _SWITCHES:
        value = site.settings.get("packages", key)
        if value is not None and value.strip().lower() in ("0", "no", "false", "off"):
            message = (
                f"[packages] {key} = {value} is no here; Bcfg2 took it for yes, as anything but "
                "disabled"
            )
            yield finding("other-meaning", *site.place("packages", key), message)


def _is_refused(verdict: LineVerdict) -> bool:
    return verdict.status == REFUSED


def _finding(verdict: LineVerdict) -> Finding | None:
    """Return what is to be said of a line; None where it is read as before."""
    message = f"{verdict.option}: {verdict.remark}"
    if verdict.status == REFUSED:
        return finding("refused-value", verdict.file, verdict.line, message)
    if verdict.status == UNKNOWN or verdict.remark.startswith("is given at line"):
        return finding("unread-line", verdict.file, verdict.line, message)
    if verdict.status != OTHER:
        return None
    name = "ignored-option" if verdict.remark.startswith("accepted") else "other-meaning"
    return finding(name, verdict.file, verdict.line, message)


def _refusals(site: OldSite, seen: set[tuple[str, int]]) -> Iterator[Finding]:
    """Yield the refusals that are none of a single line: what options are together."""
    for error in site.refusals:
        text = str(error)
        match = _PLACE.search(text)
        file, line = (match["file"], int(match["line"])) if match else _place_of(site, error)
        if line is None or (file, line) not in seen:
            yield finding("refused-value", file, line, _PLACE.sub("", text))


def _place_of(site: OldSite, error: SettingsError) -> tuple[str, int | None]:
    return site.place(error.section or "", error.option or "")


def _raw_lines(path: str) -> Sequence[str]:
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read().splitlines()


def _dialect(file: IniFile, line: Line, raw: Sequence[str]) -> Iterator[Finding]:
    """Yield what Python 2's reader of such files and Python 3's make different things of."""
    if line.key is None:
        return
    option = f"[{line.section}] {line.key}"
    if "%%" in line.value:
        message = f"{option}: %% is two percent signs, as on Python 2, and was one on Python 3"
        yield finding("percent-sign", file.path, line.number, message)
    text = raw[line.number - 1] if line.number <= len(raw) else ""
    if _INLINE_COMMENT.search(text):
        what = "a password" if is_secret(line) else "the value"
        message = f"{option}: {what} ends before the semicolon; on Python 3 it did not"
        yield finding("inline-comment", file.path, line.number, message)
