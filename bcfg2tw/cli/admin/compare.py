"""`compare`: two configurations, or two folders of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from bcfg2tw.cli.findings.formats import FORMATS, Report
from bcfg2tw.cli.findings.options import findings_options, write_reports
from bcfg2tw.cli.output import fail
from bcfg2tw.cli.statuses import FOUND
from bcfg2tw.comparing import differences
from bcfg2tw.comparing.client_names import folded_names
from bcfg2tw.comparing.sentences import ADDED, CHANGED, REMOVED, Sentence, sentences_of
from bcfg2tw.engine.xmlio import Element, parse_own_file
from bcfg2tw.errors import RepositoryError
from bcfg2tw.finding import Finding

__all__ = ["compare"]

_COLOURS = {REMOVED: "91", ADDED: "92", CHANGED: "93"}


@click.command("compare")
@findings_options
@click.option("-d", "--diff-lines", type=click.IntRange(0), metavar="N", help="Show N lines.")
@click.option("-c", "--color", is_flag=True, help="Show colours, whatever the output is.")
@click.option("-q", "--quiet", is_flag=True, help="Show no details.")
@click.option("--exit-code", is_flag=True, help="End with status 1 if they differ.")
@click.option("-r", "recursive", is_flag=True, hidden=True, help="Accepted for scripts of 1.3.")
@click.argument("path1", metavar="path1")
@click.argument("path2", metavar="path2")
def compare(
    path1: str, path2: str, diff_lines: int | None, color: bool, quiet: bool, exit_code: bool,
    recursive: bool, format_name: str | None, outputs: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    """Compare two configurations, or two folders of them, as buildall writes them."""
    changes = _compared(path1, path2)
    report = Report("bcfg2-admin", list(_findings(changes, path2)))
    write_reports(report, outputs)
    if format_name is None:
        is_coloured = color or (sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        _Printer(diff_lines, is_coloured, quiet, os.path.isdir(path1)).show(changes)
    else:
        click.echo(FORMATS[format_name](report), nl=False)
    if exit_code and changes:
        raise click.exceptions.Exit(FOUND)


#: Sentences about differences, with the hosts that each of them concerns.
Changes = Mapping[Sentence, Sequence[str]]


def _compared(old: str, new: str) -> Changes:
    for path in (old, new):
        if not os.path.exists(path):
            fail(f"{path} does not exist")
    if os.path.isdir(old) != os.path.isdir(new):
        fail("Cannot diff a file and a directory")
    changes: dict[Sentence, list[str]] = {}
    for host, sentence in _pairs(old, new) if os.path.isdir(old) else _pair(old, new):
        changes.setdefault(sentence, []).append(host)
    return changes


def _pair(old: str, new: str, host: str = "") -> Iterator[tuple[str, Sentence]]:
    changes = differences.compare(_configuration(old), _configuration(new))
    # each once: of entries that share a name several may have come
    for sentence in dict.fromkeys(one for change in changes for one in sentences_of(change)):
        yield host, sentence


def _pairs(old: str, new: str) -> Iterator[tuple[str, Sentence]]:
    before, after = set(os.listdir(old)), set(os.listdir(new))
    for name in sorted(before | after):
        host = name.removesuffix(".xml")
        if name not in after:
            yield "", Sentence(REMOVED, host)
        elif name not in before:
            yield "", Sentence(ADDED, host)
        else:
            yield from _pair(os.path.join(old, name), os.path.join(new, name), host)


def _configuration(path: str) -> Element:
    try:
        with open(path, "rb") as stream:
            return parse_own_file(stream.read(), path)
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")
    except RepositoryError as error:
        fail(str(error))


def _findings(changes: Changes, path: str) -> Iterator[Finding]:
    for sentence, hosts in changes.items():
        text = "\n".join([str(sentence), *sentence.details])
        for host in hosts:
            name = f"{sentence.kind.lower()}-configuration"
            yield Finding(name, "warning", path, None, text, "", client=host or None)


@dataclass(frozen=True)
class _Printer:
    """Shows differences on standard output."""

    diff_lines: int | None
    is_coloured: bool
    quiet: bool
    with_hosts: bool

    def show(self, changes: Changes) -> None:
        """Print the differences; between folders each with the hosts that it concerns."""
        for sentence, hosts in changes.items():
            names = [host for host in hosts if host]
            if names:
                self._print(f"===== {folded_names(names)} =====")
            self._print(self._coloured(str(sentence), sentence.kind))
            for line in self._details(sentence):
                self._print(f"  {line}")
            if self.with_hosts:
                self._print("")

    def _print(self, line: str) -> None:
        click.echo(line, color=self.is_coloured or None)

    def _details(self, sentence: Sentence) -> Iterator[str]:
        if self.quiet:
            return
        lines: Sequence[str] = sentence.details
        shortened = False
        if self.diff_lines is not None and sentence.text.endswith("content"):
            # one more than was asked for, as it always was; and none for none
            limit = self.diff_lines + 1 if self.diff_lines else 0
            shortened = 0 < limit < len(lines)
            lines = lines[:limit]
        for line in lines:
            yield self._coloured(line, REMOVED if line.startswith("-") else ADDED)
        if shortened:
            yield "..."

    def _coloured(self, text: str, kind: str) -> str:
        return f"\033[{_COLOURS[kind]}m{text}\033[0m" if self.is_coloured else text
