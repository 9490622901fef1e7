"""Pages of the manual in the language of man, a page a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

import bcfg2tw
from bcfg2tw.cli.tool import Tool

__all__ = ["pages"]

#: Commands of old, and those that have their pages.
OLD_NAMES = {
    **{f"bcfg2-{name}": name for name in ("admin", "crypt", "info", "lint", "reports", "test")},
    "bcfg2-server": "serve",
    "bcfg2-report-collector": "serve",
}


def pages(main: click.Group) -> Iterator[tuple[str, str]]:
    """Yield names of files, such as `bcfg2tw-lint.1`, and their contents."""
    context = click.Context(main, info_name="bcfg2tw")
    yield "bcfg2tw.1", _page(main, context, "bcfg2tw")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield f"bcfg2tw-{name}.1", _page(command, inner, f"bcfg2tw {name}")
    for old, name in OLD_NAMES.items():
        yield f"{old}.1", f".so man1/bcfg2tw-{name}.1\n"


def _page(command: click.Command, context: click.Context, title: str) -> str:
    short = command.get_short_help_str(limit=100).rstrip(".")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f'.TH "{title.upper().replace(" ", "-")}" 1 "" "bcfg2tw {bcfg2tw.__version__}"',
        ".SH NAME", f"{_text(title.replace(' ', '-'))} \\- {_text(short)}",
        ".SH SYNOPSIS", f".B {_text(title)}", _text(usage),
        ".SH DESCRIPTION", *_paragraphs(command.help or ""),
    ]  # fmt: skip
    options = _options(command, context)
    if options:
        lines += [".SH OPTIONS", *options]
    members = _members(command, context)
    if members:
        described = _summary(members) if context.parent is None else _all(members)
        lines += [".SH COMMANDS", *described]
    return "\n".join(lines) + "\n"


def _summary(members: Mapping[str, click.Command]) -> list[str]:
    """Return the sub-commands, each with the page that describes it."""
    return _entries({
        f"bcfg2tw-{name}(1)": member.get_short_help_str(limit=200)
        for name, member in members.items()
    })  # fmt: skip


def _all(members: Mapping[str, click.Command]) -> Iterator[str]:
    """Yield the descriptions of sub-commands, with their options."""
    for name, member in members.items():
        inner = click.Context(member, info_name=name)
        yield f".SS {_text(' '.join([name, *member.collect_usage_pieces(inner)]))}"
        yield from _paragraphs(member.help or "")
        yield from _options(member, inner)


def _members(command: click.Command, context: click.Context) -> Mapping[str, click.Command]:
    """Return the sub-commands."""
    if isinstance(command, Tool):
        return command.all_commands()
    if not isinstance(command, click.Group):
        return {}
    names = command.list_commands(context)
    members = {name: command.get_command(context, name) for name in names}
    return {name: member for name, member in members.items() if member is not None}


def _options(command: click.Command, context: click.Context) -> list[str]:
    options = (one for one in command.get_params(context) if isinstance(one, click.Option))
    records = (option.get_help_record(context) for option in options)
    return _entries(dict(record for record in records if record is not None))


def _entries(texts: Mapping[str, str]) -> list[str]:
    return [
        line
        for name, text in texts.items()
        for line in (".TP", f".B {_text(name)}", _text(text) or "\\&")
    ]


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield ".PP"
        yield _text(" ".join(paragraph.replace("\b", "").split()))


def _text(text: str) -> str:
    """Return a text in which nothing means anything to man."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text
