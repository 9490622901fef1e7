"""`bcfg2tw man DIRECTORY`: writes the pages of the manual."""

from __future__ import annotations

from pathlib import Path

import click

from bcfg2tw.cli.man.pages import pages

__all__ = ["command"]


@click.command("man")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """
    Write the pages of the manual for all commands to DIRECTORY, such as /usr/share/man/man1.

    They are made from the commands themselves, and so never older than these.
    """
    main = click.get_current_context().find_root().command
    assert isinstance(main, click.Group)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in pages(main):
            (directory / name).write_text(content, "utf-8")
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written: {error.strerror}"
        ) from error
