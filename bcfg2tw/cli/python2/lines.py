"""Python 2 in code that Python 3 cannot read, and in other languages: a line at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.cli.python2.meaning import ABSENT_MODULES, CODE, MEMBERS, Construct
from bcfg2tw.cli.python2.pieces import Piece
from bcfg2tw.engine.templates.python2 import GONE, SYNTAX

__all__ = ["constructs_by_line", "methods_by_line"]

_METHODS = (
    (r"\.has_key\(", "`d.has_key(k)` is `k in d` in Python 3"),
    (r"\.(iter|view)(items|keys|values)\(", "`iteritems()` and the like are `items()` in Python 3"),
)
#: What fails once it is run, and what to write instead.
_FAILING = (
    *_METHODS,
    (r"\.(keys|values|items)\(\)\s*\[", "`keys()` is no list in Python 3: `list(d)`"),
    (r"\b(map|filter|zip)\([^()]*\)\s*\[", "`map()` makes no list in Python 3: `list(map(…))`"),
    (r"\blen\(\s*(map|filter|zip)\(", "`map()` has no length in Python 3: `list(map(…))`"),
    (r"\.func_(name|code|defaults|globals)\b", "`f.func_name` is `f.__name__` in Python 3"),
    (r"\.sort\(\s*(cmp\b|lambda\s+\w+\s*,)", "`sort` takes `key=` in Python 3"),
    (r"\.next\(\)", "`i.next()` is `next(i)` in Python 3"),
)  # fmt: skip
_CODECS = re.compile(r"\.(en|de)code\(\s*['\"](base64|hex|rot13|zlib)['\"]")
_IMPORT = re.compile(r"^\s*(?:import|from)\s+(?P<module>\w+)")
_MEMBER = re.compile(r"(?<![\w.])(?P<name>[a-z]\w*\.\w+)")
#: Texts, over several lines too, and comments.
_TEXTS = re.compile(
    r"\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|#[^\n]*", re.DOTALL
)


def constructs_by_line(piece: Piece) -> Iterator[Construct]:
    """Yield what is Python 2 in a piece, one construct for each line."""
    lines = zip(piece.text.split("\n"), _without_texts(piece.text).split("\n"), strict=True)
    for number, (line, bare) in enumerate(lines, piece.line):
        message = _message(line, bare, piece.is_block)
        if message is not None:
            yield Construct(CODE, number, message)


def methods_by_line(piece: Piece) -> Iterator[Construct]:
    """Yield the methods that only Python 2 has, in a language that calls methods of Python."""
    for number, line in enumerate(piece.text.split("\n"), piece.line):
        message = _first(_METHODS, line)
        if message is not None:
            yield Construct(CODE, number, message)


def _message(line: str, bare: str, is_block: bool) -> str | None:
    syntax = SYNTAX if is_block else SYNTAX[4:]
    return (
        _first(syntax, bare)
        or _first(_FAILING, bare)
        or (_codec(line) if _CODECS.search(line) else None)
        or (_imported(bare) if is_block else None)
        or _member(bare)
        or _gone(bare)
    )


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((meaning for pattern, meaning in patterns if re.search(pattern, text)), None)


def _codec(line: str) -> str:
    match = _CODECS.search(line)
    verb = "encoded" if match is not None and match[1] == "en" else "decoded"
    return f"text is not {verb} that way in Python 3"


def _imported(line: str) -> str | None:
    match = _IMPORT.match(line)
    meaning = ABSENT_MODULES.get(match["module"]) if match else None
    return None if meaning is None or match is None else f"the module {match['module']} {meaning}"


def _member(line: str) -> str | None:
    for match in _MEMBER.finditer(line):
        if match["name"] in MEMBERS:
            return MEMBERS[match["name"]][0]
    return None


def _gone(line: str) -> str | None:
    for name, meaning in GONE.items():
        if re.search(rf"(?<![\w.]){name}\(", line) and not line.lstrip().startswith("def "):
            return f"{meaning} in Python 3"
    return None


def _without_texts(text: str) -> str:
    """Return code with empty texts and without comments, on the same lines."""
    return _TEXTS.sub(lambda match: _emptied(match[0]), text)


def _emptied(text: str) -> str:
    return "" if text.startswith("#") else f"''{chr(10) * text.count(chr(10))}"
