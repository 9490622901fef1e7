"""The pieces of Python in a file: all of a Python file, blocks and expressions of a template."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

__all__ = ["Piece", "pieces_of", "syntax_of"]

#: How a file holds code.
PYTHON, GENSHI, GENSHI_OLD, GENSHI_XML, CHEETAH, JINJA2 = (
    "python", "genshi", "genshi-old", "genshi-xml", "cheetah", "jinja2",
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """
    A piece of code.

    :ivar text: what Python reads
    :ivar line: of the file, on which it begins
    :ivar start: where it stands in the file's text, from here to `end`
    :ivar is_block: whether statements may stand there, not an expression alone
    :ivar is_condition: whether it is asked whether the expression is true
    :ivar is_python: whether it is Python, and not the language of Jinja2
    :ivar indentation: what was taken away from its lines; None where it cannot be put back as it
        was, so that it is not patched
    """

    text: str
    line: int
    start: int
    end: int
    is_block: bool = False
    is_condition: bool = False
    is_python: bool = True
    indentation: str | None = ""


def syntax_of(name: str) -> str:
    """Return how a file holds code, by its name, as Cfg and the old plugins have names."""
    if name.endswith(".py"):
        return PYTHON
    for part, syntax in (
        (".jinja2", JINJA2), (".cheetah", CHEETAH), (".genshi", GENSHI),
        ("template.newtxt", GENSHI), ("template.txt", GENSHI_OLD), ("template.xml", GENSHI_XML),
        (".xml", GENSHI_XML), ("template", CHEETAH),
    ):  # fmt: skip
        if part in name:
            return syntax
    return GENSHI


def pieces_of(text: str, syntax: str) -> Iterator[Piece]:
    """Yield the pieces of code in a text, in their order."""
    pieces = [piece for piece in _READERS[syntax](text) if piece.text.strip()]
    yield from sorted(pieces, key=lambda piece: piece.start)


def _python(text: str) -> Iterator[Piece]:
    yield Piece(text, 1, 0, len(text), is_block=True)


_BLOCK = re.compile(r"\{%\s*python\b(?P<code>.*?)%\}", re.DOTALL)
_INSTRUCTION = re.compile(r"<\?python\b(?P<code>.*?)\?>", re.DOTALL)
_DIRECTIVE = re.compile(
    r"\{%-?\s*(?:(?P<word>if|elif|when)|choose|with|for\s+[^%]+?\s+in)\s"
    r"(?P<code>[^%]*?(?:%(?!\})[^%]*?)*?)\s*%\}"
)
_OLD_DIRECTIVE = re.compile(
    r"^[ \t]*#(?:(?P<word>if|when)|choose|with|for\s+.+?\s+in)\s+(?P<code>.*)$", re.MULTILINE
)
_ATTRIBUTE = re.compile(
    r"\bpy:(?:(?P<word>if|when)|choose|with|content|replace|attrs|strip)\s*=\s*(?P<q>[\"'])(?P<code>.*?)(?P=q)"
    r"|\b(?:test|vars)\s*=\s*\"(?P<test>[^\"]*)\"", re.DOTALL,
)  # fmt: skip
_EACH = re.compile(
    r"\b(?:py:for|each)\s*=\s*(?P<q>[\"'])[^\"']*?\sin\s+(?P<code>.*?)(?P=q)", re.DOTALL
)
_JINJA2 = re.compile(r"\{\{(?P<a>.*?)\}\}|\{%(?P<b>.*?)%\}", re.DOTALL)
_CHEETAH = re.compile(
    r"^[ \t]*#(?P<word>if|elif|else if|unless|while|silent|set(?: global)?|echo|import|from|"
    r"for\s+.+?\s+in)\s+(?P<code>[^#\n]*)", re.MULTILINE,
)  # fmt: skip
_COMMENTS = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


def _genshi(text: str) -> Iterator[Piece]:
    text = _without_comments(text)
    blocks = list(_BLOCK.finditer(text))
    for match in blocks:
        yield _block(text, *match.span("code"))
    for match in _DIRECTIVE.finditer(text):
        yield _expression(text, *match.span("code"), match["word"] is not None)
    yield from _braces(_blanked(text, blocks))


def _genshi_old(text: str) -> Iterator[Piece]:
    for match in _OLD_DIRECTIVE.finditer(text):
        yield _expression(text, *match.span("code"), match["word"] is not None)
    yield from _braces(text)


def _genshi_xml(text: str) -> Iterator[Piece]:
    text = _without_comments(text)
    blocks = list(_INSTRUCTION.finditer(text))
    for match in blocks:
        yield _block(text, *match.span("code"))
    if "genshi.edgewall.org" not in text:
        return
    text = _blanked(text, blocks)
    for match in _ATTRIBUTE.finditer(text):
        span = match.span("test" if match["test"] else "code")
        yield _of_xml(_expression(text, *span, match["word"] is not None))
    for match in _EACH.finditer(text):
        yield _of_xml(_expression(text, *match.span("code")))
    yield from map(_of_xml, _braces(text))


def _cheetah(text: str) -> Iterator[Piece]:
    for match in _CHEETAH.finditer(text):
        start, end = match.span("code")
        if match["word"] in ("import", "from"):
            start = match.start("word")
        code = re.sub(r"\$(?=[\w({\[])", "", text[start:end])
        yield Piece(code, _line(text, start), start, end, is_block=True, indentation=None)
    # placeholders: their methods are told by lines
    for match in re.finditer(r"^.*\$.*$", text, re.MULTILINE):
        if _CHEETAH.match(match[0]) is None:
            yield Piece(
                match[0], _line(text, match.start()), *match.span(), is_python=False,
                indentation=None,
            )  # fmt: skip


def _jinja2(text: str) -> Iterator[Piece]:
    text = _without_comments(text)
    for match in _JINJA2.finditer(text):
        start, end = match.span("a" if match["a"] is not None else "b")
        yield Piece(text[start:end], _line(text, start), start, end, is_python=False)


_READERS: Mapping[str, Callable[[str], Iterator[Piece]]] = {
    PYTHON: _python, GENSHI: _genshi, GENSHI_OLD: _genshi_old, GENSHI_XML: _genshi_xml,
    CHEETAH: _cheetah, JINJA2: _jinja2,
}  # fmt: skip


def _block(text: str, start: int, end: int) -> Piece:
    """Return a block of statements, which may begin on the line of its directive."""
    raw = text[start:end]
    first, newline, rest = raw.partition("\n")
    if first.strip():
        code = first.strip() + newline + textwrap.dedent(rest)
        inner = start + len(first) - len(first.lstrip())
        return Piece(code, _line(text, inner), inner, end, True, indentation=None)
    start += len(first) + len(newline)
    dedented = textwrap.dedent(rest)
    line = next(filter(str.strip, rest.splitlines()), "")
    indentation = line[: len(line) - len(line.lstrip())]
    return Piece(dedented, _line(text, start), start, end, True, indentation=indentation)


def _expression(text: str, start: int, end: int, is_condition: bool = False) -> Piece:
    code = text[start:end]
    indentation = None if "\n" in code else ""
    return Piece(
        code, _line(text, start), start, end, is_condition=is_condition, indentation=indentation
    )


def _of_xml(piece: Piece) -> Piece:
    """Return a piece as Genshi reads it, once the parser has replaced entities."""
    if "&" not in piece.text:
        return piece
    code = html.unescape(piece.text)
    return replace(piece, text=code, indentation=None)


def _braces(text: str) -> Iterator[Piece]:
    """Yield what stands in `${…}`, where braces may stand within."""
    for match in re.finditer(r"(?<!\$)\$\{", text):
        depth, end = 1, match.end()
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        if not depth:
            yield _expression(text, match.end(), end - 1)


def _without_comments(text: str) -> str:
    return _COMMENTS.sub(_blank, text)


def _blanked(text: str, matches: list[re.Match[str]]) -> str:
    for match in matches:
        text = text[: match.start()] + _blank(match) + text[match.end() :]
    return text


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
