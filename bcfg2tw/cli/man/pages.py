"""Pages of the manual in the language of man, a page a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

import bcfg2tw
from bcfg2tw.cli.tool import Tool

__all__ = ["pages"]

#: Commands of old, which have a page under their old names.
OLD_NAMES = ("admin", "crypt", "info", "lint", "reports", "test")


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
        if name in OLD_NAMES:
            yield f"bcfg2-{name}.1", f".so man1/bcfg2tw-{name}.1\n"


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
    commands = _commands(command, context)
    if commands:
        lines += [".SH COMMANDS", *_entries(commands)]
    return "\n".join(lines) + "\n"


def _commands(command: click.Command, context: click.Context) -> Mapping[str, str]:
    """Return the sub-commands with what they do."""
    if isinstance(command, Tool):
        members = command.all_commands()
    elif isinstance(command, click.Group):
        names = command.list_commands(context)
        every = {name: command.get_command(context, name) for name in names}
        members = {name: member for name, member in every.items() if member is not None}
    else:
        members = {}
    return {name: member.get_short_help_str(limit=200) for name, member in members.items()}


def _options(command: click.Command, context: click.Context) -> list[str]:
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
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
