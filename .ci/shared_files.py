"""
Write what is made from the code and belongs below `share` of an installation.

That is pages of the manual, completion for shells, and schemas for editors. `package.py` runs this
before it builds, so that sdist and wheel have them; the checkout does without.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bcfg2tw.cli import main as commands
from bcfg2tw.cli.completion.command import completion_files
from bcfg2tw.cli.lint.schemas.writing import schema_files
from bcfg2tw.cli.man.pages import pages

SHARE = Path(__file__).parents[1] / "share"


def main() -> None:
    shutil.rmtree(SHARE, ignore_errors=True)
    for name, content in shared_files():
        path = SHARE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


def shared_files() -> Iterator[tuple[str, str]]:
    """Yield paths below `share`, and contents."""
    for name, content in pages(commands):
        yield f"man/man1/{name}", content
    for name, content in schema_files():
        yield f"bcfg2tw/schemas/{name}", content
    yield from completion_files()


if __name__ == "__main__":
    main()
