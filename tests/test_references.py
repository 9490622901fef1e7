"""References in code, tests and documentation lead to something that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parents[1]
FOLDERS = ("bcfg2tw", "twisted", "tests", "docs", "contrib", "changelog.d")
SUFFIXES = {".py", ".rst", ".md", ".service"}

#: Made by programs, or repositories of clients' files that are text of their own.
NOT_OURS = (
    "docs/_build",
    "docs/_generated",
    "tests/conformance/cases",
    "bcfg2tw/cli/init/demo",
)

#: `:ref:` with a label, or with a text and a label; in Markdown with braces. One that a backtick
#: precedes speaks of the role itself.
REFERENCE = re.compile(r"(?<!`)(?::ref:|\{ref\})`(?:[^`<]*<)?([^`<>]*)>?`")
#: `.. _core:` in reStructuredText, `(core-8.5)=` in Markdown.
LABEL = re.compile(r"^(?:\.\. _([\w.-]+):|\(([\w.-]+)\)=) *$", re.MULTILINE)
DOCUMENT = re.compile(r"(?<![\w./*@+-])((?:[\w-]+/)*[\w-]+\.(?:md|rst))\b")
#: Folders of the specification before it became `docs/reference`.
FORMER = re.compile(r"(?<![\w./-])((?:spec|shared)/[\w-]+)")


def is_checked(path: Path) -> bool:
    """Say whether a file's references are checked."""
    name = path.relative_to(ROOT).as_posix()
    return path.suffix in SUFFIXES and not name.startswith(NOT_OURS)


def files() -> Iterator[Path]:
    """Yield the files whose references are checked."""
    for folder in FOLDERS:
        yield from filter(is_checked, sorted((ROOT / folder).rglob("*")))
    yield from sorted(ROOT.glob("*.md"))


def matches(pattern: re.Pattern[str]) -> Iterator[tuple[Path, int, str]]:
    """Yield a file, a line, and what the pattern's group matches there."""
    for path in files():
        text = path.read_text("utf-8")
        for match in pattern.finditer(text):
            yield path, text.count("\n", 0, match.start()) + 1, match[1]


def labels() -> set[str]:
    """Return the labels that the documentation defines."""
    documents = [path for path in files() if path.is_relative_to(ROOT / "docs")]
    pairs = [pair for path in documents for pair in LABEL.findall(path.read_text("utf-8"))]
    return {rst or markdown for rst, markdown in pairs}


def exists(document: str, mentioned_in: Path) -> bool:
    """Say whether a document is there, by its path from the root, from docs or from the file."""
    if document.startswith("_generated/") or document == "CHANGELOG.rst":
        return True  # made by the build of the documentation, and by towncrier
    folders = (ROOT, ROOT / "docs", mentioned_in.parent)
    return any((folder / document).is_file() for folder in folders)


def place(path: Path, line: int) -> str:
    """Return where something stands, as editors understand it."""
    return f"{path.relative_to(ROOT)}:{line}"


class ReferencesTests(SynchronousTestCase):
    def assertNone(self, complaints: list[str]) -> None:
        """Fail with one complaint a line, if there are any."""
        self.assertFalse(complaints, "\n" + "\n".join(complaints))

    def test_labels(self) -> None:
        """Every `:ref:` names a label that docs/ defines, in docstrings and comments as well."""
        defined = labels()
        self.assertIn("core-8.5", defined)
        self.assertNone(
            [
                f"{place(path, line)}: docs/ defines no label {label!r}"
                for path, line, label in matches(REFERENCE)
                if label not in defined
            ]
        )

    def test_documents(self) -> None:
        """A document that is mentioned by its file name is part of the project."""
        self.assertNone(
            [
                f"{place(path, line)}: there is no document {document!r}"
                for path, line, document in matches(DOCUMENT)
                if not exists(document, path)
            ]
        )

    def test_former_folders(self) -> None:
        """Nothing refers to where the specification stood before it became the reference."""
        self.assertNone(
            [
                f"{place(path, line)}: {former!r} is docs/reference now"
                for path, line, former in matches(FORMER)
            ]
        )
