"""The verdict on each line of a bcfg2.conf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bcfg2tw.errors import SettingsError
from bcfg2tw.finding import Finding
from bcfg2tw.near_names import near_name
from bcfg2tw.settings import Settings, options
from bcfg2tw.settings.inifile import IniFile, Line
from bcfg2tw.settings.mistakes import SECRETS, is_secret, mistakes
from bcfg2tw.settings.reading import other_meanings
from bcfg2tw.settings.types import Option
from bcfg2tw.settings.vocabulary import OLD_OPTIONS

HONOURED, OTHER, UNKNOWN, REFUSED = "honoured", "other meaning", "unknown", "refused"
#: Of clients, of other programs of Bcfg2 and of a site's own plugins.
OF_OTHERS = "of others"

HIDDEN = "********"
ACCEPTED = "Accepted for old files"


@dataclass(frozen=True)
class LineVerdict:
    """
    What becomes of an option.

    :ivar option: as `[SECTION] KEY`
    :ivar value: as it is given; hidden where it is secret
    :ivar status: one of the words above
    :ivar remark: why, where that is not plain; empty otherwise
    """

    file: str
    line: int
    option: str
    value: str
    status: str
    remark: str = ""


def judge(
    files: Sequence[IniFile], settings: Settings | None
) -> tuple[list[LineVerdict], list[Finding]]:
    """
    Return what becomes of each option, in the files' order, and the mistakes.

    :param settings: what the files come to; None where some value is refused
    """
    plugins = () if settings is None else settings.plugins
    findings = [finding for file in files for finding in mistakes(file, plugins)]
    meanings = {} if settings is None else _meanings(settings)
    verdicts: list[LineVerdict] = []
    for file in files:
        for line in file.lines:
            if line.key is not None:
                verdicts.append(_judge(file, line, findings, meanings))
    findings += [_as_finding(verdict) for verdict in verdicts if verdict.status == REFUSED]
    return verdicts, sorted(findings, key=lambda finding: (finding.file, finding.line or 0))


def _meanings(settings: Settings) -> dict[tuple[str, str], str]:
    return {
        (section, key): sentence.removeprefix(f" = {settings.get(section, key)}").strip(" :")
        for section, key, sentence in other_meanings(settings)
    }


def _judge(
    file: IniFile,
    line: Line,
    findings: Sequence[Finding],
    meanings: Mapping[tuple[str, str], str],
) -> LineVerdict:
    status, remark = _status(file, line, findings, meanings)
    value = HIDDEN if _may_be_secret(line) else " ".join(line.value.split())
    return LineVerdict(
        file.path, line.number, f"[{line.section}] {line.key}", value, status, remark
    )


def _may_be_secret(line: Line) -> bool:
    """Say whether a line gives a secret, or would if its name were right."""
    return is_secret(line) or near_name(line.name[1], SECRETS, 0.75) is not None


def _status(
    file: IniFile,
    line: Line,
    findings: Sequence[Finding],
    meanings: Mapping[tuple[str, str], str],
) -> tuple[str, str]:
    told = [finding for finding in findings if _is_of(finding, file, line)]
    if told:
        own = f"[{line.section}] {line.key} " if told[0].line == line.number else ""
        status = OTHER if _has_meaning(told[0], line) else UNKNOWN
        return status, told[0].message.removeprefix(own)
    option = _option(line)
    if option is None:
        return (OTHER, meanings[line.name]) if line.name in meanings else (OF_OTHERS, "")
    reason = _refusal(file, line, option)
    if reason:
        return REFUSED, reason
    if line.name in meanings:
        return OTHER, meanings[line.name]
    if option.help.startswith(ACCEPTED):
        return OTHER, option.help[0].lower() + option.help[1:].rstrip(".")
    return HONOURED, ""


def _is_of(finding: Finding, file: IniFile, line: Line) -> bool:
    """Say whether a mistake is about a line, or about the section that it stands in."""
    if finding.file != file.path or finding.line is None:
        return False
    if finding.name == "unknown-section":
        return finding.message.startswith(f"[{line.section}] ")
    return finding.line == line.number


def _has_meaning(finding: Finding, line: Line) -> bool:
    return finding.name == "repeated-option" or line.name in OLD_OPTIONS


def _option(line: Line) -> Option | None:
    return next(
        (option for option in options().values() if (option.section, option.key) == line.name), None
    )


def _refusal(file: IniFile, line: Line, option: Option) -> str:
    text = file.sections.get(line.section, {}).get(line.name[1], line.value)
    try:
        option.value(text, "")
    except SettingsError as error:
        return error.reason.removesuffix(" ()")
    return ""


def _as_finding(verdict: LineVerdict) -> Finding:
    message = f"{verdict.option}: {verdict.remark}"
    return Finding("refused-value", "error", verdict.file, verdict.line, message)


def other_files(verdicts: Sequence[LineVerdict]) -> Iterator[str]:
    """Yield the files that verdicts are about, each once."""
    yield from dict.fromkeys(verdict.file for verdict in verdicts)
