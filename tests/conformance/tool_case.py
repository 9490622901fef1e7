"""
One recorded case of the administrator's tools: a private copy of its folder, and its commands.

The format: `case.json` has `commands`, each with `run`, `status`, and what is expected of
`stdout`, `stderr` and every file that changes (`files`); an expectation is an object with `lines`,
`unordered`, `findings` (of bcfg2-lint), `xml`, `contains`, `lacks` or `matches`; of a file also
`removed`, `mode`, `encrypted`.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import sqlite3
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from lxml import etree

from bcfg2tw.engine.encryption import decrypt
from bcfg2tw.errors import EncryptionError
from bcfg2tw.settings import Settings
from tests.commands import Ended
from tests.conformance.answers import simple
from tests.conformance.case import Place

TOOL_CASES = Path(__file__).parent / "tools"

#: What a command may leave behind without changing the repository.
PASSED_OVER = ("*.pyc", "*.log", "*.sqlite-journal", "*.sqlite-wal", "*.sqlite-shm")

Files = Mapping[str, tuple[bytes, int]]
Expectation = Mapping[str, Any]


class ToolCase:
    """A case, run in a place of its own."""

    def __init__(self, name: str, place: Place, run: Callable[..., Ended]) -> None:
        """
        Copy nothing yet.

        :param run: runs a command, with the parameters of `tests.commands.run`
        """
        self.folder = TOOL_CASES / name
        self.place = place
        self._run = run
        self.description = json.loads((self.folder / "case.json").read_text("utf-8"))

    def prepare(self) -> None:
        """Make the private copy anew."""
        private = self.place.folder
        shutil.rmtree(private, ignore_errors=True)
        shutil.copytree(self.folder, private, symlinks=True)
        (private / "repo").mkdir(exist_ok=True)
        for name in ["bcfg2.conf", *self.description.get("fill", [])]:
            path = private / name
            path.write_text(self.place.fill(path.read_text("utf-8")), "utf-8")
        for name, dump in self.description.get("sqlite", {}).items():
            (private / name).parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(private / name)) as database:
                database.executescript((self.folder / dump).read_text("utf-8"))

    def troubles(self) -> Iterator[str]:
        """Run the commands in order; yield a sentence for each thing that is wrong."""
        if not self.description.get("server"):  # a server serves what was prepared for it
            self.prepare()
        for number, step in enumerate(self.description["commands"], 1):
            if self.description.get("fresh"):
                self.prepare()
            before = self._files()
            ended = self._run(
                *self._words(step),
                stdin=self.place.fill(step.get("stdin", "")),
                folder=str(self.place.folder),
                environment=self._environment(),
            )
            for trouble in self._step_troubles(step, ended, before, self._files()):
                yield f"step {number}, {step['run']}: {trouble}"

    def _words(self, step: Mapping[str, Any]) -> list[str]:
        tool, *words = map(self.place.fill, shlex.split(step["run"]))
        config = ["-C", str(self.place.folder / "bcfg2.conf")] if step.get("config", True) else []
        return [tool, *config, *words]

    def _environment(self) -> Mapping[str, str]:
        folder = self.description.get("path")
        path = os.environ["PATH"] if folder is None else (
            f"{self.place.folder / folder}{os.pathsep}{os.environ['PATH']}"
        )  # fmt: skip
        return {"PATH": path, "NO_COLOR": "1", "TZ": "UTC"}

    def _files(self) -> Files:
        """Return every file of the copy: its content and its mode."""
        passed_over = (*PASSED_OVER, *self.description.get("ignore", ()))
        files: dict[str, tuple[bytes, int]] = {}
        for path in sorted(self.place.folder.rglob("*")):
            name = path.relative_to(self.place.folder).as_posix()
            if path.is_file() and not any(fnmatch.fnmatch(name, one) for one in passed_over):
                files[name] = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        return files

    def _step_troubles(
        self, step: Mapping[str, Any], ended: Ended, before: Files, after: Files
    ) -> Iterator[str]:
        if ended.status != step["status"]:
            yield f"status {ended.status}, not {step['status']}: {ended.errors[-1500:]}"
        nothing: Expectation = {"lines": []}
        for name, expected, text in (
            ("stdout", step.get("stdout", nothing), ended.output),
            ("stderr", step.get("stderr", {}), ended.errors),
        ):
            yield from (f"{name}: {trouble}" for trouble in self._text_troubles(expected, text))
        yield from self._file_troubles(step.get("files", {}), before, after)

    def _file_troubles(
        self, expected: Mapping[str, Expectation], before: Files, after: Files
    ) -> Iterator[str]:
        changed = [
            name
            for name in {**before, **after}
            if before.get(name, (None,))[0] != after.get(name, (None,))[0]
        ]
        for name in changed:
            if not any(fnmatch.fnmatch(name, pattern) for pattern in expected):
                yield f"{name}: changed"
        for pattern, wanted in expected.items():
            if "*" in pattern:
                if not fnmatch.filter(changed, pattern):
                    yield f"{pattern}: nothing changed"
            elif wanted.get("removed"):
                if pattern in after:
                    yield f"{pattern}: still there"
            elif pattern not in after:
                yield f"{pattern}: missing"
            else:
                yield from self._one_file(pattern, wanted, *after[pattern])

    def _one_file(self, name: str, wanted: Expectation, content: bytes, mode: int) -> Iterator[str]:
        if "mode" in wanted and int(wanted["mode"], 8) != mode:
            yield f"{name}: mode {mode:o}, not {wanted['mode']}"
        text = content.decode("utf-8", "replace")
        yield from (f"{name}: {trouble}" for trouble in self._text_troubles(wanted, text))

    def _text_troubles(self, wanted: Expectation, text: str) -> Iterator[str]:
        wanted = json.loads(self.place.fill(json.dumps(wanted)))
        if wanted.get("encrypted"):
            text = self._opened_document(text) if "xml" in wanted else self._opened(text)
        if "lines" in wanted and wanted["lines"] != lines_of(text):
            yield f"{text}\nnot\n" + "\n".join(wanted["lines"])
        if "unordered" in wanted and sorted(wanted["unordered"]) != sorted(lines_of(text)):
            yield f"{text}\nnot\n" + "\n".join(wanted["unordered"])
        if "xml" in wanted and not self._is_same(wanted["xml"], text, wanted.get("ignore", ())):
            yield f"{text}\nnot\n{wanted['xml']}"
        if "findings" in wanted:
            yield from findings_troubles(wanted["findings"], text)
        for part in wanted.get("contains", ()):
            if part not in text:
                yield f"{part!r} is not in {text}"
        for part in wanted.get("lacks", ()):
            if part in text:
                yield f"{part!r} is in {text}"
        for pattern in wanted.get("matches", ()):
            if not re.search(pattern, text, re.MULTILINE):
                yield f"{pattern!r} matches nothing in {text}"

    def _is_same(self, wanted: str, text: str, ignored: Collection[str]) -> bool:
        if not wanted.lstrip().startswith("<"):
            wanted = self.place.fill((self.folder / wanted).read_text("utf-8"))
        try:
            root = etree.fromstring(text.encode())
        except etree.XMLSyntaxError:
            return False
        return simple(etree.fromstring(wanted.encode()), ignored) == simple(root, ignored)

    def _opened(self, text: str) -> str:
        """Return `NAME: text` of a text that was encrypted whole."""
        for name, passphrase in sorted(self._settings().passphrases.items()):
            plain = self._decrypted(text, passphrase)
            if plain is not None:
                return f"{name}: {plain}"
        return f"not encrypted: {text}"

    def _opened_document(self, text: str) -> str:
        """Return a document with its elements decrypted, and marked in their text."""
        root = etree.fromstring(text.encode())
        for element in root.iter():
            name = element.get("encrypted")
            if name is not None:
                passphrase = self._settings().passphrases.get(name.lower(), "")
                plain = self._decrypted(element.text or "", passphrase)
                is_clear = plain is None
                element.text = f"clear: {element.text}" if is_clear else f"encrypted: {plain}"
        return etree.tostring(root, encoding="unicode")

    def _decrypted(self, text: str, passphrase: str) -> str | None:
        try:
            return decrypt(text.encode(), passphrase).decode("utf-8", "replace")
        except (EncryptionError, ValueError):
            return None

    def _settings(self) -> Settings:
        return Settings.from_file(str(self.place.folder / "bcfg2.conf"))


def lines_of(text: str) -> list[str]:
    """Return the lines that count: without blanks at their ends, or empty ones at the end."""
    return [line.rstrip() for line in text.rstrip().splitlines()]


def findings_troubles(wanted: Sequence[str], text: str) -> Iterator[str]:
    """
    Yield the findings of bcfg2-lint that are missing, and those that are not wanted.

    Their order and that of their words count for nothing; `…` leaves the rest of a line open.
    """
    findings = [
        line for line in lines_of(text) if re.match(r"(ERROR|WARNING): |\s+line \d+: ", line)
    ]
    for line in wanted:
        match = next((other for other in findings if is_finding(line, other)), None)
        if match is None:
            yield f"{line!r} is missing"
        else:
            findings.remove(match)
    yield from (f"{line!r} is not wanted" for line in findings)


def is_finding(wanted: str, line: str) -> bool:
    """Say whether a line is the wanted one."""
    if wanted.endswith("…"):
        return line.startswith(wanted[:-1])
    words = [sorted(re.split(r"[\s,;]+", text)) for text in (wanted, line)]
    return words[0] == words[1]
